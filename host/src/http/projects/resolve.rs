//! Duplicates are brought down to one image.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::config::Location;
use crate::http::error::{ApiError, ErrorBody};
use crate::http::extract::{InProject, Json, ProjectPath, Query};
use crate::http::parameters::boolean;
use crate::http::schemas::{GroupImages, RemovedImages};
use crate::http::views::ImageView;
use crate::service::resolve::{self, Accept, Resolution, Wish};

/// The route that resolves duplicates.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::default().routes(routes!(resolve))
}

/// Which image stays and which go: `keep` with `remove`, or `images` with `keep` or without it.
#[derive(Deserialize, ToSchema)]
struct ResolveBody {
    /// The image that stays, by id or name; without it the best of `images`.
    #[schema(example = "beach.jpg")]
    keep: Option<String>,
    /// The images that go, by id or name.
    #[schema(value_type = Option<RemovedImages>, example = json!(["019a9e3c6f0a7c41b1d2f3a4b5c6d7e8", "beach (2).jpg"]))]
    remove: Option<Vec<String>>,
    /// A whole group, by ids or names: all but the one that stays go.
    #[schema(value_type = Option<GroupImages>)]
    images: Option<Vec<String>>,
    /// What an image has to be to the one that stays, at least, to go.
    #[serde(default)]
    accept: AcceptBody,
    /// Do nothing, only say what would be done.
    #[schema(default = false)]
    dry_run: Option<bool>,
}

/// What may be said in the URL, too; the body wins.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ResolveOptions {
    /// Do nothing, only say what would be done: `true`, `True`, `1`, `yes`, `on`, or `false`, `False`, `0`, `no`, `off`.
    #[serde(default, deserialize_with = "boolean")]
    #[param(example = true)]
    dry_run: Option<bool>,
}

/// What may go without a look: `same_picture` the same bytes, and what is re-encoded, resized or converted;
/// `edited` also the same picture with something done to it; `any` says that somebody has looked at them.
#[derive(Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum AcceptBody {
    #[default]
    SamePicture,
    Edited,
    Any,
}

/// What came of it, or what would.
#[derive(Serialize, ToSchema)]
struct ResolvedView {
    /// Nothing was done.
    dry_run: bool,
    /// The image that stays, with the names and the metadata that it took over.
    kept: ImageView,
    /// What went to the trash.
    removed: Vec<RemovedView>,
    /// Ids of images that went to the trash for the kept one before.
    removed_before: Vec<String>,
    /// Bytes of the files that people gave, now in the trash.
    #[schema(example = 2_841_337)]
    trashed_bytes: u64,
}

/// An image that goes.
#[derive(Serialize, ToSchema)]
struct RemovedView {
    /// Which.
    #[schema(example = "019a9e3c6f0a7c41b1d2f3a4b5c6d7e8")]
    image_id: String,
    /// What it was called; the name leads to the kept image now.
    #[schema(example = "beach (2).jpg")]
    name: String,
    /// It was the cover; the kept image is now.
    was_primary: bool,
    /// Length of its file.
    #[schema(example = 2_841_337)]
    bytes: u64,
}

/// Bring duplicates down to one image
///
/// The image that stays takes over the names of the others, which lead to it from now on, the cover, the
/// earliest date, and what their cameras wrote where it says nothing itself. The others go to the trash,
/// from where they can be restored. Sent twice, it is done once.
///
/// Each image that would go is compared with the one that stays first, by the pictures themselves where it takes
/// that. Unless all of them are `exact` or `same_picture`, or as much as `accept` says, nothing is done: 409 names
/// the first that is less, what it is, and why. `dry_run` is answered in the same way.
#[utoipa::path(
    post, path = "/projects/{project_id}/duplicates/resolve",
    operation_id = "resolve_duplicates", tag = "duplicates",
    params(ProjectPath, ResolveOptions),
    request_body = ResolveBody,
    responses(
        (status = 200, description = "It is done; with `dry_run`, it would be.", body = ResolvedView),
        (status = 400, description = "Both `remove` and `images`; an image that is kept and removed; fewer than 2 or more than 1000 images.", body = ErrorBody),
        (status = 409, description = "A file lies behind a link; an image is in the trash for another one, or went meanwhile; two of them were decided to be no duplicates; or one is less to the image that stays than `accept` asks for, `details.image_id` says which.", body = ErrorBody),
        (status = 422, description = "Neither `remove` nor `images`, `remove` without `keep`, or a field that is not of its type.", body = ErrorBody),
    ),
)]
async fn resolve(
    State(app): State<App>,
    InProject(project): InProject,
    Query(url): Query<ResolveOptions>,
    Json(body): Json<ResolveBody>,
) -> Result<axum::Json<ResolvedView>, ApiError> {
    let accept = body.accept.into();
    let dry_run = body.dry_run.or(url.dry_run).unwrap_or(false);
    let wish = body.into_wish()?;
    let resolution = resolve::resolve(&app.services, &project, wish, accept, dry_run).await?;
    Ok(axum::Json(ResolvedView::new(
        &resolution,
        dry_run,
        app.config.location,
    )))
}

impl From<AcceptBody> for Accept {
    fn from(accept: AcceptBody) -> Self {
        match accept {
            AcceptBody::SamePicture => Self::SamePicture,
            AcceptBody::Edited => Self::Edited,
            AcceptBody::Any => Self::Any,
        }
    }
}

impl ResolveBody {
    fn into_wish(self) -> Result<Wish, ApiError> {
        match (self.keep, self.remove, self.images) {
            (Some(keep), Some(remove), None) => Ok(Wish::Keep { keep, remove }),
            (keep, None, Some(images)) => Ok(Wish::Group { keep, images }),
            (None, Some(_), None) => Err(ApiError::unprocessable("`keep` is missing")),
            (_, None, None) => Err(ApiError::unprocessable(
                "`images`, or `keep` and `remove`, are missing",
            )),
            _ => Err(ApiError::invalid(
                "send `keep` with `remove`, or `images` with or without `keep`",
            )),
        }
    }
}

impl ResolvedView {
    fn new(resolution: &Resolution, dry_run: bool, location: Location) -> Self {
        let removed = &resolution.resolved.removed;
        Self {
            dry_run,
            kept: ImageView::new(&resolution.resolved.kept, location),
            removed: removed
                .iter()
                .map(|image| RemovedView {
                    image_id: image.id.to_string(),
                    name: image.name.to_string(),
                    was_primary: image.is_primary,
                    bytes: image.bytes,
                })
                .collect(),
            removed_before: resolution.before.iter().map(ToString::to_string).collect(),
            trashed_bytes: removed.iter().map(|image| image.bytes).sum(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wish_is_clear_or_refused() {
        let wish = |json: &str| {
            serde_json::from_str::<ResolveBody>(json)
                .unwrap()
                .into_wish()
        };
        assert!(matches!(
            wish(r#"{"keep":"a","remove":["b"]}"#),
            Ok(Wish::Keep { .. })
        ));
        assert!(matches!(
            wish(r#"{"images":["a","b"]}"#),
            Ok(Wish::Group { keep: None, .. })
        ));
        assert!(matches!(
            wish(r#"{"keep":"a","images":["a","b"]}"#),
            Ok(Wish::Group { keep: Some(_), .. })
        ));
        for unclear in [
            "{}",
            r#"{"keep":"a"}"#,
            r#"{"remove":["b"]}"#,
            r#"{"keep":"a","remove":["b"],"images":["a","b"]}"#,
        ] {
            assert!(wish(unclear).is_err(), "{unclear}");
        }
    }
}
