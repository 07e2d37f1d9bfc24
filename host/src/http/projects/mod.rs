//! The family `/projects` (S4), which new features extend: images in projects, and what matches them.

mod bank;
mod decisions;
mod duplicates;
mod images;
mod matching;
mod resolve;
mod trash;
mod upload;

use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::domain::Project;
use crate::service::projects;

use super::error::{ApiError, ErrorBody};
use super::extract::{InProject, Json, ProjectPath};
use super::unerased::{self, UnerasedView};
use super::views::{project_url, timestamp};

/// Project routes.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::default()
        .routes(routes!(list))
        .routes(routes!(get, change, delete))
        .merge(upload::router())
        .merge(images::router())
        .merge(matching::router())
        .merge(duplicates::router())
        .merge(decisions::router())
        .merge(resolve::router())
        .merge(trash::router())
        .merge(bank::router())
}

/// A project.
#[derive(Serialize, ToSchema)]
struct ProjectView {
    /// Its name, which is its id.
    #[schema(example = "holidays")]
    project_id: String,
    /// When it was first seen, RFC 3339 with milliseconds.
    #[schema(example = "2026-02-21T19:01:02.123Z")]
    created_at: String,
    /// How many images it holds.
    #[schema(example = 42)]
    images: u64,
    /// Strong crops of its images, collages of them and images under large stickers are found, too.
    finds_crops: bool,
    /// Its cover; null while it is empty.
    #[schema(example = "019a9e3c6f0a7c41b1d2f3a4b5c6d7e8")]
    primary_image_id: Option<String>,
    /// Where its parts are.
    urls: ProjectUrls,
}

/// Where a project's parts are, below this server's address.
#[derive(Serialize, ToSchema)]
struct ProjectUrls {
    /// Its images.
    #[schema(example = "/projects/holidays/images")]
    images: String,
    /// Its cover.
    #[schema(example = "/projects/holidays/thumbnail")]
    thumbnail: String,
}

/// A project that is gone.
#[derive(Serialize, ToSchema)]
struct ProjectDeleted {
    /// Always true.
    ok: bool,
    /// Its name.
    #[schema(example = "holidays")]
    project_id: String,
    /// How many images went with it.
    #[schema(example = 42)]
    deleted_images: u64,
    /// Files of it that the system does not let go of yet; left out when all are erased.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    unerased: Vec<UnerasedView>,
}

impl From<Project> for ProjectView {
    fn from(project: Project) -> Self {
        let address = project_url(&project.name);
        Self {
            project_id: project.name.to_string(),
            created_at: timestamp(project.created_at),
            images: project.images,
            finds_crops: project.finds_crops,
            primary_image_id: project.primary.map(|id| id.to_string()),
            urls: ProjectUrls {
                images: format!("{address}/images"),
                thumbnail: format!("{address}/thumbnail"),
            },
        }
    }
}

/// All projects, by name
#[utoipa::path(
    get, path = "/projects",
    operation_id = "list_projects", tag = "projects",
    responses((status = 200, description = "The projects.", body = Vec<ProjectView>)),
)]
async fn list(State(app): State<App>) -> Result<axum::Json<Vec<ProjectView>>, ApiError> {
    let projects = projects::list(&app.services).await?;
    Ok(axum::Json(projects.into_iter().map(Into::into).collect()))
}

/// One project
#[utoipa::path(
    get, path = "/projects/{project_id}",
    operation_id = "get_project", tag = "projects",
    params(ProjectPath),
    responses(
        (status = 200, description = "The project.", body = ProjectView),
    ),
)]
async fn get(
    State(app): State<App>,
    InProject(project): InProject,
) -> Result<axum::Json<ProjectView>, ApiError> {
    let project = projects::get(&app.services, &project).await?;
    Ok(axum::Json(project.into()))
}

/// What is changed of a project.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ProjectChange {
    /// Strong crops of its images, collages of them and images under large stickers are found, too: by up to 128 local features an
    /// image, which take at most 2 kB on disk and 10 kB of memory. `false` removes them.
    finds_crops: bool,
}

/// Change how a project is searched
///
/// Images that are there already are found so as soon as their local features are made, in the background: a second for some hundreds
/// of images.
#[utoipa::path(
    patch, path = "/projects/{project_id}",
    operation_id = "change_project", tag = "projects",
    params(ProjectPath),
    request_body = ProjectChange,
    responses(
        (status = 200, description = "The project as it is now.", body = ProjectView),
        (status = 400, description = "The body is no such JSON.", body = ErrorBody),
    ),
)]
async fn change(
    State(app): State<App>,
    InProject(project): InProject,
    Json(change): Json<ProjectChange>,
) -> Result<axum::Json<ProjectView>, ApiError> {
    let changed = projects::set_finds_crops(&app.services, &project, change.finds_crops).await?;
    Ok(axum::Json(changed.into()))
}

/// Delete a project with everything in it
#[utoipa::path(
    delete, path = "/projects/{project_id}",
    operation_id = "delete_project", tag = "projects",
    params(ProjectPath),
    responses(
        (status = 200, description = "It is gone.", body = ProjectDeleted),
        (status = 202, description = unerased::LEFT, body = ProjectDeleted),
        (status = 409, description = "Some of its files lie behind a link or must not be removed. Nothing is deleted.", body = ErrorBody),
    ),
)]
async fn delete(
    State(app): State<App>,
    InProject(project): InProject,
) -> Result<(StatusCode, axum::Json<ProjectDeleted>), ApiError> {
    let removed = projects::delete(&app.services, &project).await?;
    let deleted = ProjectDeleted {
        ok: true,
        project_id: project.to_string(),
        deleted_images: removed.images,
        unerased: unerased::views(&removed.unerased),
    };
    Ok(unerased::answer(deleted, removed.unerased.is_empty()))
}
