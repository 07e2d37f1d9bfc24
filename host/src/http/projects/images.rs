//! Images of a project: listed, shown, made the cover, removed. How they are given is `upload`'s matter.

use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::domain::{Image, RenditionKind, RenditionName};
use crate::http::blob::{self, BlobRequest, PictureResponses};
use crate::http::error::{ApiError, ErrorBody};
use crate::http::extract::{ImagePath, InProject, OneImage, ProjectPath, Query};
use crate::http::paging::Page;
use crate::http::unerased::{self, UnerasedView};
use crate::http::views::{FingerprintView, ImageView, project_url};
use crate::service::{BlobKey, ServiceError, images, plugins, projects};

/// Image routes.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::default()
        .routes(routes!(list))
        .routes(routes!(show, delete))
        .routes(routes!(fingerprints))
        .routes(routes!(thumbnail))
        .routes(routes!(set_primary))
}

/// Which rendition is wanted.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Size {
    /// `original` (default), `medium` (fits 1600x1600), `thumb` (fits 400x400) or `game` (exactly 50x50).
    #[param(value_type = RenditionName, required = false, example = "thumb")]
    size: Option<RenditionName>,
}

/// An image that is gone.
#[derive(Serialize, ToSchema)]
struct ImageDeleted {
    /// Always true.
    ok: bool,
    /// Where it was.
    #[schema(example = "holidays")]
    project_id: String,
    /// Which it was.
    #[schema(example = "019a9e3c6f0a7c41b1d2f3a4b5c6d7e8")]
    deleted_image_id: String,
    /// The cover that took over; null when the cover did not change or nothing is left.
    new_primary: Option<String>,
    /// Files of it that the system does not let go of yet; left out when all are erased.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    unerased: Vec<UnerasedView>,
}

/// A cover that was chosen.
#[derive(Serialize, ToSchema)]
struct PrimarySet {
    /// Always true.
    ok: bool,
    /// Whose cover.
    #[schema(example = "holidays")]
    project_id: String,
    /// Which image.
    #[schema(example = "019a9e3c6f0a7c41b1d2f3a4b5c6d7e8")]
    primary_image_id: String,
}

/// Images of a project, in upload order
///
/// A project that is not there yet has none: clients list it before they upload into it.
#[utoipa::path(
    get, path = "/projects/{project_id}/images",
    operation_id = "list_images", tag = "images",
    params(ProjectPath, Page),
    responses(
        (status = 200, description = "The images. With `limit`, and when there are more, `Link: <…>; rel=\"next\"` says where.",
            body = Vec<ImageView>, headers(("link" = String, description = "Where the next page is (RFC 8288)."))),
        (status = 404, description = "There is no image `after`.", body = ErrorBody),
    ),
)]
async fn list(
    State(app): State<App>,
    InProject(project): InProject,
    Query(page): Query<Page>,
) -> Result<Response, ApiError> {
    let after = match page.after(|text| Some(text.to_owned()))? {
        // An unknown image is refused: an empty page would look like the end of the list.
        Some(after) => Some(images::get(&app.services, &project, &after).await?.id),
        None => None,
    };
    let one_more = page.one_more()?;
    let found = images::list(&app.services, &project, after, one_more).await;
    let mut images = match found {
        Err(ServiceError::NotFound(_)) => Vec::new(),
        found => found?,
    };
    let address = format!("{}/images", project_url(&project));
    let link = page.cut(&mut images, &address, |last| last.id.to_string())?;
    let view = |image: &Image| ImageView::new(image, app.config.location);
    let views: Vec<ImageView> = images.iter().map(view).collect();
    Ok((link, axum::Json(views)).into_response())
}

/// An image in one of its sizes
#[utoipa::path(
    get,
    path = "/projects/{project_id}/images/{image_id}",
    operation_id = "show_image",
    tag = "images",
    params(ImagePath, Size),
    responses(PictureResponses,)
)]
async fn show(
    State(app): State<App>,
    at: OneImage,
    Query(size): Query<Size>,
    method: Method,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let kind = size.kind();
    let image = images::get(&app.services, &at.project, &at.image).await?;
    let request = BlobRequest {
        method: &method,
        headers: &headers,
    };
    rendition(&app, image, kind, request).await
}

/// The cover of a project
#[utoipa::path(
    get,
    path = "/projects/{project_id}/thumbnail",
    operation_id = "show_cover",
    tag = "projects",
    params(ProjectPath),
    responses(PictureResponses,)
)]
async fn thumbnail(
    State(app): State<App>,
    InProject(project): InProject,
    method: Method,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let cover = projects::cover(&app.services, &project).await?;
    let request = BlobRequest {
        method: &method,
        headers: &headers,
    };
    rendition(&app, cover, RenditionKind::Thumb, request).await
}

/// What every algorithm says of an image, and every plugin that has been asked about it
#[utoipa::path(
    get, path = "/projects/{project_id}/images/{image_id}/fingerprints",
    operation_id = "list_fingerprints", tag = "matching",
    params(ImagePath),
    responses(
        (status = 200, description = "Its fingerprints.", body = Vec<FingerprintView>),
    ),
)]
async fn fingerprints(
    State(app): State<App>,
    at: OneImage,
) -> Result<axum::Json<Vec<FingerprintView>>, ApiError> {
    let image = images::get(&app.services, &at.project, &at.image).await?;
    let foreign = plugins::fingerprints(&app.services, image.id).await?;
    let foreign = foreign
        .into_iter()
        .map(|(plugin, version, bits)| FingerprintView {
            algorithm: plugin.to_string(),
            version,
            bits: hex::encode(bits),
            quality: None,
        });
    let own = image.fingerprints.iter().map(Into::into);
    Ok(axum::Json(own.chain(foreign).collect()))
}

/// Delete an image
///
/// For good: it does not go to the trash, because who deletes a picture wants it gone. When it was the
/// cover, the next remaining image becomes it.
#[utoipa::path(
    delete, path = "/projects/{project_id}/images/{image_id}",
    operation_id = "delete_image", tag = "images",
    params(ImagePath),
    responses(
        (status = 200, description = "It is gone.", body = ImageDeleted),
        (status = 202, description = unerased::LEFT, body = ImageDeleted),
        (status = 409, description = "The name is that of an image that was merged into another, `details.image_id` says into which; or a file of it lies behind a link or must not be removed. Nothing is deleted.", body = ErrorBody),
    ),
)]
async fn delete(
    State(app): State<App>,
    at: OneImage,
) -> Result<(StatusCode, axum::Json<ImageDeleted>), ApiError> {
    let removed = images::delete(&app.services, &at.project, &at.image).await?;
    let deleted = ImageDeleted {
        ok: true,
        project_id: at.project.to_string(),
        deleted_image_id: removed.image.id.to_string(),
        new_primary: removed.new_primary.map(|id| id.to_string()),
        unerased: unerased::views(&removed.unerased),
    };
    Ok(unerased::answer(deleted, removed.unerased.is_none()))
}

/// Make an image the cover of its project
#[utoipa::path(
    put, path = "/projects/{project_id}/primary/{image_id}",
    operation_id = "set_cover", tag = "projects",
    params(ImagePath),
    responses(
        (status = 200, description = "It is the cover.", body = PrimarySet),
    ),
)]
async fn set_primary(
    State(app): State<App>,
    at: OneImage,
) -> Result<axum::Json<PrimarySet>, ApiError> {
    let image = images::set_primary(&app.services, &at.project, &at.image).await?;
    Ok(axum::Json(PrimarySet {
        ok: true,
        project_id: at.project.to_string(),
        primary_image_id: image.id.to_string(),
    }))
}

async fn rendition(
    app: &App,
    image: Image,
    kind: RenditionKind,
    request: BlobRequest<'_>,
) -> Result<Response, ApiError> {
    let key = BlobKey::Rendition(image.project, kind, image.id);
    blob::respond(&app.services, &key, "image/jpeg", request).await
}

impl Size {
    /// The rendition of that name.
    pub fn kind(&self) -> RenditionKind {
        let size = self.size.map(Into::into);
        size.unwrap_or(RenditionKind::Original)
    }
}
