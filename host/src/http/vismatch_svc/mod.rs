//! The family `/diff`, `/upload` (S0): JSON in, JSON out, pictures as base64.

mod answer;
mod body;

use std::borrow::Cow;

use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::domain::{Algorithm, ImageName, ProjectName};
use crate::service::{
    Input, NameClash, ServiceError, images,
    matching::{self, Criterion, Search, Subject},
    projects,
    uploads::{self, OnDuplicate, Upload},
};

use super::error::{ApiError, ErrorBody};
use super::extract::{BodyKind, InProject, Path, ProjectPath, body_kind};
use super::schemas::{ImageText, ProjectText};
use super::unerased::{self, UnerasedView};

/// Most matches that are answered.
const MATCHES: usize = 3;

/// The routes of this family.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::default()
        .routes(routes!(diff))
        .routes(routes!(upload))
        .routes(routes!(delete))
        .routes(routes!(delete_project))
}

/// A picture to look for.
#[derive(Deserialize, ToSchema)]
struct DiffBody<'a> {
    /// Where to look.
    #[serde(borrow)]
    #[schema(value_type = ProjectText, example = "my_project")]
    project_name: Cow<'a, str>,
    /// The picture in base64, raw or as a `data:` URI.
    #[serde(borrow)]
    #[schema(value_type = String, format = "base64-picture", example = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")]
    data: Cow<'a, str>,
    /// Send the matching pictures along.
    #[serde(default)]
    with_image: bool,
}

/// What looks like it.
#[derive(Serialize, ToSchema)]
struct DiffView {
    /// Always true.
    success: bool,
    /// Always `success`.
    #[schema(example = "success")]
    message: &'static str,
    /// Where it was looked for.
    #[schema(example = "my_project")]
    project_name: String,
    /// The most similar images, at most 3, nearest first, however far they are.
    compare_result: Vec<DiffRow>,
}

/// An image of the project and how near it is.
#[derive(Serialize, ToSchema)]
struct DiffRow {
    /// What it is called.
    #[schema(example = "image1.jpg")]
    image_name: String,
    /// Differing bits of 64-bit `phash`, 0.0 to 64.0.
    #[schema(example = 5.0)]
    distance: f64,
    /// The stored file in base64 when it was asked for, null otherwise. A server whose setting `location` is `hide`
    /// sends the rendition `original` in its place: a JPEG without metadata.
    data: Option<String>,
}

/// A picture to store.
#[derive(Deserialize, ToSchema)]
struct UploadBody<'a> {
    /// Where it goes; made when it is not there.
    #[serde(borrow)]
    #[schema(value_type = ProjectText, example = "my_project")]
    project_name: Cow<'a, str>,
    /// What to call it; an image of that name is replaced.
    #[serde(borrow)]
    #[schema(value_type = ImageText, example = "new_image.jpg")]
    image_name: Cow<'a, str>,
    /// The picture in base64, raw or as a `data:` URI.
    #[serde(borrow)]
    #[schema(value_type = String, format = "base64-picture", example = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")]
    data: Cow<'a, str>,
}

/// A picture that is stored and found.
#[derive(Serialize, ToSchema)]
struct UploadView {
    /// Always true.
    success: bool,
    /// Always `image uploaded and indexed successfully`.
    #[schema(example = "image uploaded and indexed successfully")]
    message: &'static str,
    /// Deletes this image, once: `DELETE /upload/{token}`.
    #[schema(example = "5f0c7a1e9d3b4c28a6e1f07d2b9c8e34")]
    token: String,
}

/// An image that is gone.
#[derive(Serialize, ToSchema)]
struct DeletedView {
    /// Always true.
    success: bool,
    /// `image deleted`, or that files of it are still on the disk.
    #[schema(example = "image deleted")]
    message: &'static str,
    /// Where it was.
    #[schema(example = "my_project")]
    project_name: String,
    /// What it was called.
    #[schema(example = "new_image.jpg")]
    image_name: String,
    /// Files of it that the system does not let go of yet; left out when all are erased.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    unerased: Vec<UnerasedView>,
}

/// What became of a project that was to be deleted.
#[derive(Serialize, ToSchema)]
struct ProjectDeletedView {
    /// It was there, and is gone.
    success: bool,
    /// In words.
    #[schema(example = "project deleted")]
    message: &'static str,
    /// Files of it that the system does not let go of yet; left out when all are erased.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    unerased: Vec<UnerasedView>,
}

/// Find the most similar images of a project
#[utoipa::path(
    post, path = "/diff",
    operation_id = "diff", tag = "diff",
    request_body(content = DiffBody, content_type = "application/json"),
    responses(
        (status = 200, description = "The three most similar images.", body = DiffView),
        (status = 400, description = "Not JSON, not base64, or not a picture.", body = ErrorBody),
        (status = 413, description = "The body, or the picture in it, is over a limit.", body = ErrorBody),
        (status = 415, description = "The body is not JSON.", body = ErrorBody),
        (status = 422, description = "A field is missing or of a wrong type.", body = ErrorBody),
    ),
)]
async fn diff(State(app): State<App>, request: Request) -> Result<Response, ApiError> {
    let text = body::read(&app, request).await?;
    let body: DiffBody<'_> = body::parse(&text)?;
    let project = ProjectName::parse(&body.project_name)?;
    let with_image = body.with_image;
    let staged = body::stage(&app, &body.data).await?;
    drop(text);
    let input = Input::File(staged.path.to_path_buf());
    let search = Search {
        subject: Subject::Picture(input, Some(staged.sha256)),
        by: Criterion::Distance {
            algorithm: Some(Algorithm::Phash),
            radius: Some(Algorithm::Phash.bits()),
            any_orientation: false,
        },
        scope: Some(project.clone()),
        limit: MATCHES,
    };
    let found = matching::search(&app.services, search).await?;
    let found = found.into_list(MATCHES);
    if with_image {
        return answer::with_pictures(&app, &project, &found).await;
    }
    Ok(answer::without_pictures(&project, &found))
}

/// Store a picture in a project
///
/// An image of the same name is replaced. (Uploads as multipart/form-data are for signed-in users
/// and refused without a token; `POST /projects/{project_id}/images` takes them from everyone.)
#[utoipa::path(
    post, path = "/upload",
    operation_id = "upload_base64", tag = "diff",
    request_body(content = UploadBody, content_type = "application/json"),
    responses(
        (status = 200, description = "It is stored, and found by everyone.", body = UploadView),
        (status = 400, description = "Not JSON, not base64, not a picture, or a name that cannot be used.", body = ErrorBody),
        (status = 401, description = "The body is multipart/form-data, and nobody is signed in.", body = ErrorBody),
        (status = 409, description = "The name is that of a folder or of a file that is no image yet, leads through a file or a link, or differs only by case from that of another image or project.", body = ErrorBody),
        (status = 413, description = "The body, or the picture in it, is over a limit.", body = ErrorBody),
        (status = 415, description = "The body is not JSON.", body = ErrorBody),
        (status = 422, description = "A field is missing or of a wrong type.", body = ErrorBody),
    ),
)]
async fn upload(
    State(app): State<App>,
    request: Request,
) -> Result<axum::Json<UploadView>, ApiError> {
    if body_kind(request.headers()) == BodyKind::Multipart {
        return Err(sign_in_first());
    }
    let upload = receive_upload(&app, request).await?;
    let ingested = uploads::ingest(&app.services, upload).await?;
    Ok(axum::Json(UploadView {
        success: true,
        message: "image uploaded and indexed successfully",
        token: ingested.deletion_token,
    }))
}

/// Delete the image that an upload's token stands for
#[utoipa::path(
    delete, path = "/upload/{token}",
    operation_id = "delete_by_token", tag = "diff",
    params(("token" = String, Path, description = "What `POST /upload` answered; works once.")),
    responses(
        (status = 200, description = "It is gone.", body = DeletedView),
        (status = 202, description = unerased::LEFT, body = DeletedView),
        (status = 404, description = "The token stands for nothing, or was used.", body = ErrorBody),
        (status = 409, description = "A file of it lies behind a link or must not be removed. Nothing is deleted.", body = ErrorBody),
    ),
)]
async fn delete(
    State(app): State<App>,
    Path(token): Path<String>,
) -> Result<(StatusCode, axum::Json<DeletedView>), ApiError> {
    let removed = images::delete_by_token(&app.services, &token).await?;
    let is_all_erased = removed.unerased.is_none();
    let deleted = DeletedView {
        success: true,
        message: match is_all_erased {
            true => "image deleted",
            false => "image deleted, but files of it are still on the disk; they are erased later",
        },
        project_name: removed.image.project.to_string(),
        image_name: removed.image.name.to_string(),
        unerased: unerased::views(&removed.unerased),
    };
    Ok(unerased::answer(deleted, is_all_erased))
}

/// Delete a project with everything in it
///
/// Some clients know no other address for it. `DELETE /projects/{project_id}` does the same, and answers 404 where there is no
/// such project.
#[utoipa::path(
    delete, path = "/project/{project_id}",
    operation_id = "delete_project_by_name", tag = "diff",
    params(ProjectPath),
    responses(
        (status = 200, description = "It is gone; or there is no such project, and `success` is false.", body = ProjectDeletedView),
        (status = 202, description = unerased::LEFT, body = ProjectDeletedView),
        (status = 400, description = "No project can have that name.", body = ErrorBody),
        (status = 409, description = "Some of its files lie behind a link or must not be removed. Nothing is deleted.", body = ErrorBody),
    ),
)]
async fn delete_project(
    State(app): State<App>,
    InProject(project): InProject,
) -> Result<(StatusCode, axum::Json<ProjectDeletedView>), ApiError> {
    let (success, message, left) = match projects::delete(&app.services, &project).await {
        Ok(removed) if removed.unerased.is_empty() => (true, "project deleted", Vec::new()),
        Ok(removed) => {
            let text =
                "project deleted, but files of it are still on the disk; they are erased later";
            (true, text, removed.unerased)
        }
        Err(ServiceError::NotFound(_)) => (false, "there is no such project", Vec::new()),
        Err(error) => return Err(error.into()),
    };
    let deleted = ProjectDeletedView {
        success,
        message,
        unerased: unerased::views(&left),
    };
    Ok(unerased::answer(deleted, left.is_empty()))
}

async fn receive_upload(app: &App, request: Request) -> Result<Upload, ApiError> {
    let text = body::read(app, request).await?;
    let body: UploadBody<'_> = body::parse(&text)?;
    Ok(Upload {
        project: ProjectName::parse(&body.project_name)?,
        name: Some(ImageName::parse(&body.image_name)?),
        given: body::stage(app, &body.data).await?,
        name_clash: NameClash::Replace,
        on_duplicate: OnDuplicate::Keep,
    })
}

/// Uploads of signed-in users are multipart; nobody can sign in here yet.
fn sign_in_first() -> ApiError {
    let text = "sign in first: multipart uploads to this address are for signed-in users";
    ApiError::new(StatusCode::UNAUTHORIZED, text)
        .with_header(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))
}
