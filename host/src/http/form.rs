//! Forms, of both kinds: pictures are streamed to disk as they arrive, never held in memory.
//!
//! A route names the fields that are pictures; all others are short texts, in any order. An empty text, and a file
//! without name and content, count as not sent, and of a field that comes more than once the last counts. What was
//! staged is deleted when the form is dropped, so a body that is cut off leaves nothing behind.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::RequestExt;
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::multipart::{Field, MultipartError};
use axum::extract::{DefaultBodyLimit, Multipart, Request};
use axum::http::{StatusCode, header};
use futures::StreamExt;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde::de::DeserializeOwned;

use crate::app::App;
use crate::domain::ImageName;
use crate::service::{Staged, Staging, blobs};

use super::disposition;
use super::error::ApiError;
use super::extract::{BodyKind, body_kind, url_encoded};
use super::parameters;

/// Longest name of a field, in bytes.
const MAX_NAME: usize = 256;
/// How many bytes may come before a field begins: its head, and what of its content comes along.
const MAX_HEAD: usize = 1 << 20;
/// Longest text field, in bytes.
const MAX_TEXT: usize = 64 << 10;
/// Most fields of one form.
const MAX_FIELDS: usize = 64;
/// How much a body may be longer than its pictures, or how long it may be without any: texts, boundaries, headers.
const FRAMING: u64 = 1 << 20;

/// For those who send a picture in another way.
const PICTURES_COME: &str = "a picture comes as a file in multipart/form-data";

/// A picture that came in a form.
#[derive(Debug)]
pub struct SentPicture {
    /// The name of its field.
    pub field: String,
    /// What the client calls the file.
    pub file_name: Option<String>,
    /// Its bytes.
    pub staged: Staged,
}

/// A form, received whole.
#[derive(Debug, Default)]
pub struct Form {
    pictures: Vec<SentPicture>,
    texts: Vec<(String, String)>,
    others: Vec<String>,
}

impl Form {
    /// Receives a form whose `pictures` fields are pictures of at most `max_body` bytes. Of those that come more than
    /// once a file counts before what has no file name: some clients send what they know of the file first.
    pub async fn receive(app: &App, request: Request, pictures: &[&str]) -> Result<Self, ApiError> {
        match body_kind(request.headers()) {
            BodyKind::UrlEncoded => Self::of_texts(request).await,
            BodyKind::Unnamed if request.body().is_end_stream() => Ok(Self::default()),
            _ => Self::of_parts(app, request, pictures).await,
        }
    }

    /// A form without files.
    async fn of_texts(request: Request) -> Result<Self, ApiError> {
        if announced(&request).is_some_and(|length| length > FRAMING) {
            return Err(long_texts());
        }
        let body = Limited::new(request.into_body(), FRAMING as usize).collect();
        let body = body
            .await
            .map_err(|error| match error.is::<LengthLimitError>() {
                true => long_texts(),
                false => ApiError::invalid("the body was cut off"),
            })?;
        let bytes = body.to_bytes();
        let not_utf_8 = || ApiError::invalid(format!("the form is not UTF-8; {PICTURES_COME}"));
        let fields = url_encoded(&bytes).ok_or_else(not_utf_8)?;
        if fields.len() > MAX_FIELDS {
            return Err(too_many_fields());
        }
        let mut form = Self::default();
        for (name, text) in fields {
            check_name(&name)?;
            check_text(&name, text.len())?;
            form.take_text(name.into_owned(), text.into_owned());
        }
        Ok(form)
    }

    async fn of_parts(app: &App, request: Request, pictures: &[&str]) -> Result<Self, ApiError> {
        let limit = app.config.max_body;
        let heads = Heads::default();
        let request = heads.watch(request);
        let mut multipart = open(request, limit * pictures.len() as u64).await?;
        let mut form = Self::default();
        for _ in 0..MAX_FIELDS {
            heads.begin();
            let field = multipart.next_field().await;
            if heads.end() {
                let text = format!("the head of a field is longer than {MAX_HEAD} bytes");
                return Err(ApiError::invalid(text));
            }
            let Some(field) = field? else {
                return Ok(form);
            };
            form.take(app, field, pictures).await?;
        }
        Err(too_many_fields())
    }

    /// Takes the picture of a field out; 422 when it was not sent.
    pub fn picture(&mut self, field: &str) -> Result<SentPicture, ApiError> {
        self.optional_picture(field).ok_or_else(|| {
            let sent = match self.sent().as_slice() {
                [] => String::new(),
                others => format!("; other fields sent: {}", others.join(", ")),
            };
            ApiError::unprocessable(format!(
                "the field `{field}` with the picture is missing; {PICTURES_COME}{sent}"
            ))
        })
    }

    /// Takes the picture of a field out.
    pub fn optional_picture(&mut self, field: &str) -> Option<SentPicture> {
        let at = self
            .pictures
            .iter()
            .position(|picture| picture.field == field)?;
        Some(self.pictures.swap_remove(at))
    }

    /// The text fields as parameters, read as those of a URL's query are.
    pub fn parameters<T: DeserializeOwned>(&self) -> Result<T, ApiError> {
        let texts = self.texts.iter();
        let pairs = texts.map(|(name, text)| (name.as_str(), text.as_str()));
        parameters::read("the form's fields", pairs)
    }

    async fn take(
        &mut self,
        app: &App,
        field: Field<'_>,
        pictures: &[&str],
    ) -> Result<(), ApiError> {
        let name = field.name().unwrap_or_default().to_owned();
        check_name(&name)?;
        if pictures.contains(&name.as_str()) {
            return self.take_picture(app, name, field).await;
        }
        if disposition::file_name(field.headers()).is_some() {
            self.others.push(name);
            return discard(field).await;
        }
        let text = text(&name, field).await?;
        self.take_text(name, text);
        Ok(())
    }

    fn take_text(&mut self, name: String, text: String) {
        if !text.is_empty() {
            self.texts.push((name, text));
        }
    }

    async fn take_picture(
        &mut self,
        app: &App,
        name: String,
        mut field: Field<'_>,
    ) -> Result<(), ApiError> {
        let file_name = disposition::file_name(field.headers());
        let begin = field.chunk().await?.unwrap_or_default();
        if begin.is_empty() && file_name.as_deref().is_none_or(str::is_empty) {
            // What browsers send of an input for files that nobody has chosen one for.
            return discard(field).await;
        }
        let before = self
            .pictures
            .iter()
            .position(|picture| picture.field == name);
        let is_file = |at: usize| self.pictures[at].file_name.is_some();
        if file_name.is_none() && before.is_some_and(is_file) {
            return discard(field).await;
        }
        // Before the next one is staged: a form holds no more files than it has fields for pictures.
        before.map(|at| self.pictures.swap_remove(at));
        let staging = blobs::stage(&app.services).await?;
        let staged = stage(staging, (begin, field), app.config.max_body).await?;
        self.pictures.push(SentPicture {
            field: name,
            file_name,
            staged,
        });
        Ok(())
    }

    fn sent(&self) -> Vec<&str> {
        let pictures = self.pictures.iter().map(|picture| picture.field.as_str());
        let texts = self.texts.iter().map(|(name, _)| name.as_str());
        pictures
            .chain(texts)
            .chain(self.others.iter().map(String::as_str))
            .collect()
    }
}

/// Watches how much of a form comes while the next field is waited for: all of it is held in memory, and looked
/// through again with every piece.
#[derive(Clone, Debug, Default)]
struct Heads(Arc<Mutex<Option<usize>>>);

impl Heads {
    /// The head of a field is waited for from now on.
    fn begin(&self) {
        *self.came() = Some(0);
    }

    /// The head has come; true when it was too long.
    fn end(&self) -> bool {
        self.came().take().is_some_and(|came| came > MAX_HEAD)
    }

    /// The request with a body that breaks off in a head that is too long.
    fn watch(&self, request: Request) -> Request {
        let heads = self.clone();
        let watch = move |chunk: Result<Bytes, axum::Error>| {
            let chunk = chunk?;
            if let Some(came) = &mut *heads.came() {
                *came += chunk.len();
                if *came > MAX_HEAD {
                    return Err(axum::Error::new("a head is too long"));
                }
            }
            Ok(chunk)
        };
        request.map(|body| Body::from_stream(body.into_data_stream().map(watch)))
    }

    fn came(&self) -> MutexGuard<'_, Option<usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The last segment of what a client calls a file; some send whole paths of their own machine.
pub fn own_name(file_name: &str) -> Option<ImageName> {
    ImageName::parse_fitting(last_segment(file_name)).ok()
}

/// What is behind the folders in what a client calls a file.
pub fn last_segment(file_name: &str) -> &str {
    file_name.rsplit(['/', '\\']).next().unwrap_or_default()
}

/// Opens a form whose pictures may have `limit` bytes together.
async fn open(mut request: Request, limit: u64) -> Result<Multipart, ApiError> {
    let limit = limit + FRAMING;
    refuse_announced(&request, limit)?;
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    DefaultBodyLimit::max(limit).apply(&mut request);
    let form = request.extract::<Multipart, _>().await;
    form.map_err(|rejection| match rejection.status() {
        StatusCode::BAD_REQUEST => ApiError::unsupported_media_type(
            "the body must be multipart/form-data, with a boundary in its content type",
        ),
        status => ApiError::new(status, rejection.body_text()),
    })
}

/// Refuses a body that announces to be over the limit before any of it is read.
pub fn refuse_announced(request: &Request, limit: u64) -> Result<(), ApiError> {
    match announced(request) {
        Some(length) if length > limit => Err(over_limit(limit)),
        _ => Ok(()),
    }
}

/// The length that a body announces.
pub fn announced(request: &Request) -> Option<u64> {
    let length = request.headers().get(header::CONTENT_LENGTH)?;
    length.to_str().ok()?.parse().ok()
}

/// The refusal of a body over `limit` bytes.
pub fn over_limit(limit: u64) -> ApiError {
    ApiError::too_large(format!("the body is over the limit of {limit} bytes"))
}

/// Streams a field to disk, with what was read of it.
async fn stage(
    mut staging: Staging,
    (begin, mut field): (Bytes, Field<'_>),
    limit: u64,
) -> Result<Staged, ApiError> {
    let (mut received, mut next) = (0, Some(begin));
    while let Some(chunk) = next {
        received += chunk.len() as u64;
        if received > limit {
            return Err(ApiError::too_large(format!(
                "the picture is over the limit of {limit} bytes"
            )));
        }
        staging.write(&chunk).await?;
        next = field.chunk().await?;
    }
    Ok(staging.finish().await?)
}

fn long_texts() -> ApiError {
    ApiError::too_large(format!(
        "a form without files may have {FRAMING} bytes; {PICTURES_COME}"
    ))
}

fn too_many_fields() -> ApiError {
    ApiError::invalid(format!("a form of more than {MAX_FIELDS} fields"))
}

fn check_name(name: &str) -> Result<(), ApiError> {
    match name.len() {
        0..=MAX_NAME => Ok(()),
        _ => Err(ApiError::invalid(format!(
            "a field's name is longer than {MAX_NAME} bytes"
        ))),
    }
}

fn check_text(name: &str, length: usize) -> Result<(), ApiError> {
    match length {
        0..=MAX_TEXT => Ok(()),
        _ => Err(ApiError::too_large(format!(
            "the field `{name}` is longer than {MAX_TEXT} bytes"
        ))),
    }
}

/// Reads a field to its end.
async fn discard(mut field: Field<'_>) -> Result<(), ApiError> {
    while field.chunk().await?.is_some() {}
    Ok(())
}

async fn text(name: &str, mut field: Field<'_>) -> Result<String, ApiError> {
    let mut bytes = Vec::new();
    while let Some(chunk) = field.chunk().await? {
        check_text(name, bytes.len() + chunk.len())?;
        bytes.extend_from_slice(&chunk);
    }
    String::from_utf8(bytes)
        .map_err(|_| ApiError::invalid(format!("the field `{name}` is not UTF-8")))
}

impl From<MultipartError> for ApiError {
    /// Whatever is wrong with a form is the sender's to mend; ours is only the limit.
    fn from(error: MultipartError) -> Self {
        match error.status() {
            StatusCode::INTERNAL_SERVER_ERROR => Self::invalid("the body was cut off"),
            status => Self::new(status, error.body_text()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_called_by_the_last_segment_of_what_clients_say() {
        let name = |text| own_name(text).map(|name| name.to_string());
        assert_eq!(name("beach.jpg").as_deref(), Some("beach.jpg"));
        assert_eq!(
            name("C:\\Users\\me\\beach.jpg").as_deref(),
            Some("beach.jpg")
        );
        assert_eq!(name("../../etc/passwd").as_deref(), Some("passwd"));
        for hostile in ["", "..", "a/..", "a/", "nul\0.jpg"] {
            assert_eq!(name(hostile), None, "{hostile:?}");
        }
    }
}
