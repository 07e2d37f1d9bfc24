//! The trash of a project: looked through, restored from, emptied.

use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::domain::{ImageId, ProjectName, Trashed};
use crate::http::blob::{self, BlobRequest, PictureResponses};
use crate::http::error::{ApiError, ErrorBody};
use crate::http::extract::{ImagePath, InProject, OneImage, ProjectPath, Query};
use crate::http::paging::Page;
use crate::http::schemas::{AfterImage, Limit};
use crate::http::unerased::{self, UnerasedView};
use crate::http::views::{ImageView, project_url, timestamp};
use crate::service::{BlobKey, Emptied, trash};

use super::images::Size;

/// Routes of the trash.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::default()
        .routes(routes!(list, empty))
        .routes(routes!(show, delete))
        .routes(routes!(restore))
}

/// An image in the trash.
#[derive(Serialize, ToSchema)]
struct TrashedView {
    /// Its id.
    #[schema(example = "019a9e3c6f0a7c41b1d2f3a4b5c6d7e8")]
    image_id: String,
    /// What it was called.
    #[schema(example = "beach (2).jpg")]
    name: String,
    /// Pixels across, upright.
    #[schema(example = 4032)]
    width: u32,
    /// Pixels down, upright.
    #[schema(example = 3024)]
    height: u32,
    /// Length of the file as it was given.
    #[schema(example = 2_841_337)]
    bytes: u64,
    /// When it was put here, RFC 3339 with milliseconds.
    #[schema(example = "2026-02-21T19:01:02.123Z")]
    trashed_at: String,
    /// The image that was kept in its place.
    #[schema(example = "019a9e3c6f0b7c41b1d2f3a4b5c6d7e9")]
    merged_into: String,
    /// Where it is shown.
    #[schema(example = "/projects/holidays/trash/019a9e3c6f0a7c41b1d2f3a4b5c6d7e8")]
    url: String,
}

/// Images that are gone for good.
#[derive(Serialize, ToSchema)]
struct TrashEmptied {
    /// Always true.
    ok: bool,
    /// Where they were.
    #[schema(example = "holidays")]
    project_id: String,
    /// How many they were.
    #[schema(example = 3)]
    deleted_images: u64,
    /// Files of them that the system does not let go of yet; left out when all are erased.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    unerased: Vec<UnerasedView>,
}

/// What is in the trash of a project
///
/// Images are there since they gave way to a duplicate, and are deleted for good when the setting
/// `trash_retention` says so: time in which a server runs counts. What is deleted by `DELETE` of an image does not come here.
#[utoipa::path(
    get, path = "/projects/{project_id}/trash",
    operation_id = "list_trash", tag = "duplicates",
    params(
        ProjectPath,
        ("limit" = inline(Option<Limit>), Query, description = "Most entries, 1 to 1000; all without it.", example = 100),
        ("after" = inline(Option<AfterImage>), Query, description = "Only entries behind this one: its id, as the `Link` of the page before says."),
    ),
    responses(
        (status = 200, description = "The images by their ids. With `limit`, and when there are more, `Link: <…>; rel=\"next\"` says where.",
            body = Vec<TrashedView>, headers(("link" = String, description = "Where the next page is (RFC 8288)."))),
    ),
)]
async fn list(
    State(app): State<App>,
    InProject(project): InProject,
    Query(page): Query<Page>,
) -> Result<Response, ApiError> {
    let after = page.after(|text| text.parse::<ImageId>().ok())?;
    let one_more = page.one_more()?;
    let mut found = trash::list(&app.services, &project, after, one_more).await?;
    let address = format!("{}/trash", project_url(&project));
    let link = page.cut(&mut found, &address, |last| last.image.id.to_string())?;
    let views: Vec<TrashedView> = found.iter().map(Into::into).collect();
    Ok((link, axum::Json(views)).into_response())
}

/// An image of the trash, in one of its sizes
#[utoipa::path(
    get,
    path = "/projects/{project_id}/trash/{image_id}",
    operation_id = "show_trashed",
    tag = "duplicates",
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
    let trashed = trash::get(&app.services, &at.project, &at.image).await?;
    let key = BlobKey::TrashedRendition(at.project, kind, trashed.image.id);
    let request = BlobRequest {
        method: &method,
        headers: &headers,
    };
    blob::respond(&app.services, &key, "image/jpeg", request).await
}

/// Put an image of the trash back
///
/// It comes back whole: with its id, its place in the order, its names and metadata, which the kept image
/// gives back; as the cover when it was that. A name that is taken by now gets ` (2)`.
#[utoipa::path(
    post, path = "/projects/{project_id}/trash/{image_id}/restore",
    operation_id = "restore_trashed", tag = "duplicates",
    params(ImagePath),
    responses(
        (status = 200, description = "The image, as it is now.", body = ImageView),
        (status = 404, description = "There is no such project, or its trash has no such image.", body = ErrorBody),
        (status = 409, description = "Its name leads through a file or a link. It stays in the trash.", body = ErrorBody),
    ),
)]
async fn restore(State(app): State<App>, at: OneImage) -> Result<axum::Json<ImageView>, ApiError> {
    let image = trash::restore(&app.services, &at.project, &at.image).await?;
    Ok(axum::Json(ImageView::new(&image, app.config.location)))
}

/// Delete an image of the trash for good
#[utoipa::path(
    delete, path = "/projects/{project_id}/trash/{image_id}",
    operation_id = "delete_trashed", tag = "duplicates",
    params(ImagePath),
    responses(
        (status = 200, description = "It is gone.", body = TrashEmptied),
        (status = 202, description = unerased::LEFT, body = TrashEmptied),
        (status = 404, description = "There is no such project, or its trash has no such image.", body = ErrorBody),
    ),
)]
async fn delete(
    State(app): State<App>,
    at: OneImage,
) -> Result<(StatusCode, axum::Json<TrashEmptied>), ApiError> {
    let emptied = trash::delete(&app.services, &at.project, &at.image).await?;
    Ok(TrashEmptied::answer(&at.project, &emptied))
}

/// Delete everything in the trash of a project for good
#[utoipa::path(
    delete, path = "/projects/{project_id}/trash",
    operation_id = "empty_trash", tag = "duplicates",
    params(ProjectPath),
    responses(
        (status = 200, description = "It is empty.", body = TrashEmptied),
        (status = 202, description = unerased::LEFT, body = TrashEmptied),
    ),
)]
async fn empty(
    State(app): State<App>,
    InProject(project): InProject,
) -> Result<(StatusCode, axum::Json<TrashEmptied>), ApiError> {
    let emptied = trash::empty(&app.services, &project).await?;
    Ok(TrashEmptied::answer(&project, &emptied))
}

impl TrashEmptied {
    fn answer(project: &ProjectName, emptied: &Emptied) -> (StatusCode, axum::Json<Self>) {
        let view = Self {
            ok: true,
            project_id: project.to_string(),
            deleted_images: emptied.images,
            unerased: unerased::views(&emptied.unerased),
        };
        unerased::answer(view, emptied.unerased.is_empty())
    }
}

impl From<&Trashed> for TrashedView {
    fn from(trashed: &Trashed) -> Self {
        let image = &trashed.image;
        Self {
            image_id: image.id.to_string(),
            name: image.name.to_string(),
            width: image.info.size.width,
            height: image.info.size.height,
            bytes: image.bytes,
            trashed_at: timestamp(trashed.trashed_at),
            merged_into: trashed.merged_into.to_string(),
            url: format!("{}/trash/{}", project_url(&image.project), image.id),
        }
    }
}
