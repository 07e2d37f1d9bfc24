//! What handlers take from a request, checked: names in paths, queries, JSON bodies.
//!
//! The framework's own extractors, with rejections that leave through the one door of `error`.

use std::borrow::Cow;

use axum::extract::rejection::{JsonRejection, PathRejection};
use axum::extract::{FromRequest, FromRequestParts, Path as AxumPath, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use percent_encoding::percent_decode;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Number, Value};
use url::form_urlencoded;
use utoipa::IntoParams;

use crate::domain::ProjectName;

use super::error::ApiError;
use super::parameters;
use super::schemas::ProjectText;

/// Longest JSON body without a picture, in bytes.
const MAX_JSON: usize = 2 << 20;

/// The project that a path names.
pub struct InProject(pub ProjectName);

/// The image that a path names.
pub struct OneImage {
    /// Where it is.
    pub project: ProjectName,
    /// Its id or name.
    pub image: String,
}

/// `{project_id}` of a path.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct ProjectPath {
    /// The project's name: any Unicode but control characters and slashes, at most 255 bytes.
    #[param(value_type = ProjectText, inline, example = "holidays")]
    project_id: String,
}

/// `{project_id}` and `{image_id}` of a path.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct ImagePath {
    /// The project's name.
    #[param(value_type = ProjectText, inline, example = "holidays")]
    project_id: String,
    /// The image's id, or its name with `/` as `%2F`.
    #[param(example = "019a9e3c6f0a7c41b1d2f3a4b5c6d7e8")]
    image_id: String,
}

/// Parameters of the path.
#[derive(FromRequestParts)]
#[from_request(via(AxumPath), rejection(ApiError))]
pub struct Path<T>(pub T);

/// Parameters of the URL's query, which has to be UTF-8: bytes that are not are refused, where the
/// framework would put a replacement character into a name. Of a repeated one the last counts.
pub struct Query<T>(pub T);

/// A JSON body of at most 2 MB. To JSON a number without a fraction is an integer, however it is written: 10.0 and 1e1 are
/// 10 (JSON Schema 2020-12, section 6.1.1), and programs that know one kind of numbers alone send them so. Of a repeated
/// name the last value counts. It is an object: deserializing alone would take a list of an object's values, too.
pub struct Json<T>(pub T);

/// The kinds of body that a route may tell apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyKind {
    /// `application/json` or `application/…+json`.
    Json,
    /// `multipart/form-data`.
    Multipart,
    /// `application/x-www-form-urlencoded`.
    UrlEncoded,
    /// No content type at all.
    Unnamed,
    /// Anything else.
    Other,
}

impl<S: Send + Sync> FromRequestParts<S> for InProject {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let Path(path) = Path::<ProjectPath>::from_request_parts(parts, state).await?;
        Ok(Self(ProjectName::parse(&path.project_id)?))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for OneImage {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let Path(path) = Path::<ImagePath>::from_request_parts(parts, state).await?;
        let project = ProjectName::parse(&path.project_id)?;
        let image = path.image_id;
        Ok(Self { project, image })
    }
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Json<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let axum::Json(value) = axum::Json::<Value>::from_request(request, state).await?;
        fields(value).map(Self)
    }
}

/// The fields of a JSON body.
fn fields<T: DeserializeOwned>(mut value: Value) -> Result<T, ApiError> {
    let refused = |why: &str| ApiError::unprocessable(format!("the JSON body: {why}"));
    if !value.is_object() {
        return Err(refused("it has to be an object, in braces"));
    }
    make_integers(&mut value);
    serde_path_to_error::deserialize(value).map_err(|error| refused(&error.to_string()))
}

/// Writes integers as such, all through a value.
fn make_integers(value: &mut Value) {
    match value {
        Value::Number(number) => {
            if let Some(integer) = integer(number) {
                *number = integer;
            }
        }
        Value::Array(values) => values.iter_mut().for_each(make_integers),
        Value::Object(values) => values.values_mut().for_each(make_integers),
        Value::Null | Value::Bool(_) | Value::String(_) => {}
    }
}

/// The integer that a number with a point or an exponent is.
fn integer(number: &Number) -> Option<Number> {
    let number = number.as_f64().filter(|_| number.is_f64())?;
    // As numbers with a fraction both bounds are powers of two, and the upper one is an integer too large.
    let is_integer = number.fract() == 0.0 && (i64::MIN as f64..u64::MAX as f64).contains(&number);
    is_integer.then(|| match number < 0.0 {
        true => Number::from(number as i64),
        false => Number::from(number as u64),
    })
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let query = parts.uri.query().unwrap_or_default();
        let not_utf_8 = || ApiError::invalid("the URL's query is not UTF-8");
        let pairs = url_encoded(query.as_bytes()).ok_or_else(not_utf_8)?;
        let pairs = pairs
            .iter()
            .map(|(name, value)| (name.as_ref(), value.as_ref()));
        parameters::read("the URL's query", pairs).map(Self)
    }
}

/// A parameter as it was sent.
type NameAndValue<'a> = (Cow<'a, str>, Cow<'a, str>);

/// Names and values of text in the encoding of URLs; `None` when it is not UTF-8.
pub fn url_encoded(text: &[u8]) -> Option<Vec<NameAndValue<'_>>> {
    percent_decode(text).decode_utf8().ok()?;
    Some(form_urlencoded::parse(text).collect())
}

/// The kind of body that a request announces.
pub fn body_kind(headers: &HeaderMap) -> BodyKind {
    let Some(value) = headers.get(header::CONTENT_TYPE) else {
        return BodyKind::Unnamed;
    };
    let value = value.to_str().unwrap_or_default();
    let essence = value.split(';').next().unwrap_or_default().trim();
    match essence.to_ascii_lowercase().as_str() {
        "application/json" => BodyKind::Json,
        "multipart/form-data" => BodyKind::Multipart,
        "application/x-www-form-urlencoded" => BodyKind::UrlEncoded,
        other if other.starts_with("application/") && other.ends_with("+json") => BodyKind::Json,
        _ => BodyKind::Other,
    }
}

/// Reads a JSON body of at most 2 MB from a request whose kind was looked at before.
pub async fn json<T: DeserializeOwned>(request: Request) -> Result<T, ApiError> {
    let Json(body) = Json::<T>::from_request(request, &()).await?;
    Ok(body)
}

/// As [`json`]; `None` when the body is empty.
pub async fn json_or_nothing<T: DeserializeOwned>(request: Request) -> Result<Option<T>, ApiError> {
    let (parts, body) = request.into_parts();
    let bytes = axum::body::to_bytes(body, MAX_JSON).await;
    let bytes = bytes.map_err(|_| ApiError::too_large("the JSON body is over 2 MB"))?;
    if bytes.is_empty() {
        return Ok(None);
    }
    json(Request::from_parts(parts, bytes.into()))
        .await
        .map(Some)
}

impl From<PathRejection> for ApiError {
    fn from(rejection: PathRejection) -> Self {
        Self::new(rejection.status(), rejection.body_text())
    }
}

impl From<JsonRejection> for ApiError {
    fn from(rejection: JsonRejection) -> Self {
        match rejection.status() {
            StatusCode::PAYLOAD_TOO_LARGE => Self::too_large("the JSON body is over 2 MB"),
            StatusCode::UNSUPPORTED_MEDIA_TYPE => {
                Self::unsupported_media_type("the body must be application/json")
            }
            status => Self::new(status, cause_of(&rejection, "the JSON body")),
        }
    }
}

/// What is wrong with what, without the framework's preamble.
fn cause_of(rejection: &dyn std::error::Error, what: &str) -> String {
    match rejection.source() {
        Some(cause) => format!("{what}: {cause}"),
        None => format!("{what}: {rejection}"),
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn a_number_without_a_fraction_is_an_integer() {
        #[derive(Debug, Deserialize, PartialEq)]
        struct Fields {
            limit: u64,
            offsets: Vec<i8>,
            share: Option<f64>,
        }
        let read = |json: &str| fields::<Fields>(serde_json::from_str(json).unwrap()).ok();
        let made = |limit, offsets: &[i8], share| {
            Some(Fields {
                limit,
                offsets: offsets.into(),
                share,
            })
        };
        assert_eq!(
            read(r#"{"limit": 10.0, "offsets": [-3.0, 1e1, -0.0], "share": 2.0}"#),
            made(10, &[-3, 10, 0], Some(2.0))
        );
        assert_eq!(
            read(r#"{"limit": 18446744073709551615, "offsets": [], "share": 0.5}"#),
            made(u64::MAX, &[], Some(0.5))
        );
        for limit in ["10.5", "1e30", "18446744073709551616.0", "-1.0", "\"10\""] {
            let json = format!(r#"{{"limit": {limit}, "offsets": []}}"#);
            assert_eq!(read(&json), None, "{limit}");
        }
        // Not the values of the fields in their order.
        assert_eq!(read("[10, [], 0.5]"), None);
    }

    #[test]
    fn bodies_are_told_by_their_content_type() {
        let kind = |value: &'static str| {
            let value = HeaderValue::from_static(value);
            body_kind(&HeaderMap::from_iter([(header::CONTENT_TYPE, value)]))
        };
        assert_eq!(kind("application/json; charset=utf-8"), BodyKind::Json);
        assert_eq!(kind("Application/Problem+JSON"), BodyKind::Json);
        assert_eq!(kind("multipart/form-data; boundary=x"), BodyKind::Multipart);
        assert_eq!(
            kind("application/x-www-form-urlencoded; charset=UTF-8"),
            BodyKind::UrlEncoded
        );
        assert_eq!(kind("text/plain"), BodyKind::Other);
        assert_eq!(kind(""), BodyKind::Other);
        assert_eq!(body_kind(&HeaderMap::new()), BodyKind::Unnamed);
    }
}
