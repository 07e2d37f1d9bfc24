//! Two pictures side by side: `POST /compare`.

use axum::extract::{Request, State};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::domain::{Comparison, ComparisonView, ProjectName};
use crate::service::{
    Input,
    matching::{self, ComparedPicture},
};

use super::error::{ApiError, ErrorBody};
use super::extract::{self, BodyKind, Query, body_kind};
use super::form::{Form, SentPicture};
use super::schemas::{PhashDistance, ProjectText};

/// The route of comparison.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::default().routes(routes!(compare))
}

/// Two pictures, or one and a stored image; the fields may come in any order.
#[derive(ToSchema)]
#[expect(dead_code, reason = "read field by field; this describes it")]
struct CompareForm {
    /// One picture.
    #[schema(value_type = String, format = Binary)]
    a: Vec<u8>,
    /// The other; without it the stored image that the next two fields name.
    #[schema(value_type = String, format = Binary, required = false)]
    b: Option<Vec<u8>>,
    /// The stored image's project.
    #[schema(value_type = ProjectText, required = false)]
    project_id: Option<String>,
    /// The stored image's id or name.
    #[schema(value_type = String, required = false)]
    image_id: Option<String>,
    /// Largest `phash` distance of near-duplicates, 0 to 64. `threshold` is another name of it.
    #[schema(value_type = PhashDistance, required = false)]
    radius: Option<u32>,
}

/// Two stored images.
#[derive(Deserialize, ToSchema)]
struct CompareBody {
    /// One image.
    a: StoredImage,
    /// The other.
    b: StoredImage,
    /// Largest `phash` distance of near-duplicates, 0 to 64. `threshold` is another name of it.
    #[serde(alias = "threshold")]
    #[schema(value_type = Option<PhashDistance>, example = 10)]
    radius: Option<u32>,
}

/// Where a stored image is.
#[derive(Deserialize, ToSchema)]
struct StoredImage {
    /// Its project.
    #[schema(value_type = ProjectText, example = "holidays")]
    project_id: String,
    /// Its id or name.
    #[schema(example = "019a9e3c6f0a7c41b1d2f3a4b5c6d7e8")]
    image_id: String,
}

/// What a form says beside its pictures.
#[derive(Deserialize)]
struct CompareFields {
    project_id: Option<String>,
    image_id: Option<String>,
    #[serde(alias = "threshold")]
    radius: Option<u32>,
}

/// How to compare; a field of the body wins.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct CompareOptions {
    /// Largest `phash` distance of near-duplicates, 0 to 64; the default radius without it. `threshold` is another name
    /// of it.
    #[serde(alias = "threshold")]
    #[param(value_type = PhashDistance, inline, required = false, example = 10)]
    radius: Option<u32>,
}

/// Compare two pictures
///
/// Two pictures as the fields `a` and `b` of a form; one picture as `a` and a stored image as the fields
/// `project_id` and `image_id`; or two stored images as JSON.
#[utoipa::path(
    post, path = "/compare", tag = "matching",
    params(CompareOptions),
    request_body(content((CompareForm = "multipart/form-data"), (CompareBody = "application/json"))),
    responses(
        (status = 200, description = "The judgement, and every algorithm's distance.", body = ComparisonView),
        (status = 400, description = "Not a picture, a radius that cannot be, both `b` and `image_id`.", body = ErrorBody),
        (status = 404, description = "There is no such project or image.", body = ErrorBody),
    ),
)]
async fn compare(
    State(app): State<App>,
    Query(url): Query<CompareOptions>,
    request: Request,
) -> Result<axum::Json<ComparisonView>, ApiError> {
    let comparison = match body_kind(request.headers()) {
        BodyKind::Multipart | BodyKind::UrlEncoded | BodyKind::Unnamed => {
            compare_sent(&app, request, url.radius).await?
        }
        BodyKind::Json => compare_stored(&app, request, url.radius).await?,
        BodyKind::Other => {
            let text = "the body must be a form or application/json";
            return Err(ApiError::unsupported_media_type(text));
        }
    };
    Ok(axum::Json(comparison.into()))
}

async fn compare_sent(
    app: &App,
    request: Request,
    radius: Option<u32>,
) -> Result<Comparison, ApiError> {
    let mut form = Form::receive(app, request, &["a", "b"]).await?;
    let fields: CompareFields = form.parameters()?;
    let radius = fields.radius.or(radius);
    let a = form.picture("a")?;
    let comparison = match stored(fields)? {
        Some(_) if form.optional_picture("b").is_some() => {
            let text = "the fields `b` and `image_id` both name the second picture: send one";
            return Err(ApiError::invalid(text));
        }
        Some(b) => matching::compare(&app.services, sent(&a), b.try_into()?, radius).await,
        None => {
            let b = form.picture("b")?;
            matching::compare(&app.services, sent(&a), sent(&b), radius).await
        }
    };
    Ok(comparison?)
}

async fn compare_stored(
    app: &App,
    request: Request,
    radius: Option<u32>,
) -> Result<Comparison, ApiError> {
    let body: CompareBody = extract::json(request).await?;
    let radius = body.radius.or(radius);
    let (a, b) = (body.a.try_into()?, body.b.try_into()?);
    Ok(matching::compare(&app.services, a, b, radius).await?)
}

/// The stored image that a form names, if any.
fn stored(fields: CompareFields) -> Result<Option<StoredImage>, ApiError> {
    match (fields.project_id, fields.image_id) {
        (Some(project_id), Some(image_id)) => Ok(Some(StoredImage {
            project_id,
            image_id,
        })),
        (None, None) => Ok(None),
        _ => {
            let text =
                "a stored image is named by both `project_id` and `image_id`: one is missing";
            Err(ApiError::unprocessable(text))
        }
    }
}

fn sent(picture: &SentPicture) -> ComparedPicture {
    ComparedPicture::Picture(Input::File(picture.staged.path.to_path_buf()))
}

impl TryFrom<StoredImage> for ComparedPicture {
    type Error = ApiError;

    fn try_from(stored: StoredImage) -> Result<Self, ApiError> {
        Ok(Self::Stored(
            ProjectName::parse(&stored.project_id)?,
            stored.image_id,
        ))
    }
}
