//! Decisions that images are no duplicates of each other.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::domain::{Decision, Pair, ProjectName};
use crate::http::error::{ApiError, ErrorBody};
use crate::http::extract::{InProject, Json, Path, ProjectPath, Query};
use crate::http::paging::Page;
use crate::http::schemas::{AfterDecision, DecidedImages, DecisionText, Limit, ProjectText};
use crate::http::views::{project_url, timestamp};
use crate::service::decisions;

/// Routes of decisions.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::default()
        .routes(routes!(list, decide))
        .routes(routes!(delete))
}

/// Images that are no duplicates of each other.
#[derive(Deserialize, ToSchema)]
struct DecisionBody {
    /// 2 to 100 images by id or name: no two of them are duplicates.
    #[schema(value_type = DecidedImages, example = json!(["019a9e3c6f0a7c41b1d2f3a4b5c6d7e8", "beach.jpg"]))]
    images: Vec<String>,
}

/// Somebody decided that two images are no duplicates.
#[derive(Serialize, ToSchema)]
struct DecisionView {
    /// Its id: those of the images with a `-` between them.
    #[schema(example = "019a9e3c6f0a7c41b1d2f3a4b5c6d7e8-019a9e3c6f0b7c41b1d2f3a4b5c6d7e9")]
    decision_id: String,
    /// Which two.
    images: [String; 2],
    /// When, RFC 3339 with milliseconds.
    #[schema(example = "2026-02-21T19:01:02.123Z")]
    decided_at: String,
}

/// `{project_id}` and `{decision_id}` of a path.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
struct DecisionPath {
    /// The project's name.
    #[param(value_type = ProjectText, inline, example = "holidays")]
    project_id: String,
    /// The ids of the two images with a `-` between them, in either order.
    #[param(value_type = DecisionText, inline, example = "019a9e3c6f0a7c41b1d2f3a4b5c6d7e8-019a9e3c6f0b7c41b1d2f3a4b5c6d7e9")]
    decision_id: String,
}

/// A decision that was taken back.
#[derive(Serialize, ToSchema)]
struct DecisionDeleted {
    /// Always true.
    ok: bool,
    /// Where it was.
    #[schema(example = "holidays")]
    project_id: String,
    /// Which it was.
    #[schema(example = "019a9e3c6f0a7c41b1d2f3a4b5c6d7e8-019a9e3c6f0b7c41b1d2f3a4b5c6d7e9")]
    deleted_decision_id: String,
}

/// Decide that images are no duplicates of each other
///
/// No two of them are ever in one group again, until the decision is taken back or one of the images is
/// gone or replaced. What was decided before stays as it is.
#[utoipa::path(
    post, path = "/projects/{project_id}/duplicates/decisions",
    operation_id = "decide_no_duplicates", tag = "duplicates",
    params(ProjectPath),
    request_body = DecisionBody,
    responses(
        (status = 201, description = "The decisions: one for every two of the images.", body = Vec<DecisionView>),
        (status = 400, description = "Fewer than 2 or more than 100 images, or one of them twice.", body = ErrorBody),
        (status = 409, description = "An image went while it was decided about.", body = ErrorBody),
    ),
)]
async fn decide(
    State(app): State<App>,
    InProject(project): InProject,
    Json(body): Json<DecisionBody>,
) -> Result<(StatusCode, axum::Json<Vec<DecisionView>>), ApiError> {
    let made = decisions::decide(&app.services, &project, &body.images).await?;
    let views = made.iter().map(Into::into).collect();
    Ok((StatusCode::CREATED, axum::Json(views)))
}

/// Decisions of a project
#[utoipa::path(
    get, path = "/projects/{project_id}/duplicates/decisions",
    operation_id = "list_decisions", tag = "duplicates",
    params(
        ProjectPath,
        ("limit" = inline(Option<Limit>), Query, description = "Most entries, 1 to 1000; all without it.", example = 100),
        ("after" = inline(Option<AfterDecision>), Query, description = "Only entries behind this one: its id, as the `Link` of the page before says."),
    ),
    responses(
        (status = 200, description = "The decisions by their ids. With `limit`, and when there are more, `Link: <…>; rel=\"next\"` says where.",
            body = Vec<DecisionView>, headers(("link" = String, description = "Where the next page is (RFC 8288)."))),
    ),
)]
async fn list(
    State(app): State<App>,
    InProject(project): InProject,
    Query(page): Query<Page>,
) -> Result<Response, ApiError> {
    let after = page.after(|text| text.parse::<Pair>().ok())?;
    let one_more = page.one_more()?;
    let mut found = decisions::list(&app.services, &project, after, one_more).await?;
    let address = format!("{}/duplicates/decisions", project_url(&project));
    let link = page.cut(&mut found, &address, |last| last.pair.to_string())?;
    let views: Vec<DecisionView> = found.iter().map(Into::into).collect();
    Ok((link, axum::Json(views)).into_response())
}

/// Take a decision back
#[utoipa::path(
    delete, path = "/projects/{project_id}/duplicates/decisions/{decision_id}",
    operation_id = "delete_decision", tag = "duplicates",
    params(DecisionPath),
    responses(
        (status = 200, description = "It is taken back.", body = DecisionDeleted),
        (status = 400, description = "The id is not two ids of images with a `-` between them.", body = ErrorBody),
        (status = 404, description = "There is no such project or decision.", body = ErrorBody),
    ),
)]
async fn delete(
    State(app): State<App>,
    Path(path): Path<DecisionPath>,
) -> Result<axum::Json<DecisionDeleted>, ApiError> {
    let project = ProjectName::parse(&path.project_id)?;
    let pair: Pair = path
        .decision_id
        .parse()
        .map_err(|error| ApiError::invalid(format!("decision_id: {error}")))?;
    decisions::delete(&app.services, &project, pair).await?;
    Ok(axum::Json(DecisionDeleted {
        ok: true,
        project_id: project.to_string(),
        deleted_decision_id: pair.to_string(),
    }))
}

impl From<&Decision> for DecisionView {
    fn from(decision: &Decision) -> Self {
        Self {
            decision_id: decision.pair.to_string(),
            images: decision.pair.images().map(|id| id.to_string()),
            decided_at: timestamp(decision.decided_at),
        }
    }
}
