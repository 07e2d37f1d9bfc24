//! Third-party hashers: which are loaded, how far their backfill has come, and how to remove them.
//!
//! What they find is asked where other matches are: `POST /matches?algorithm=NAME`.

use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::domain::HasherInputName;
use crate::service::{
    PluginCounts, PluginVersion,
    plugins::{self, PluginStatus},
};

use super::error::{ApiError, ErrorBody};
use super::extract::Path;
use super::health::PluginHealth;
use super::views::timestamp;

/// Plugin routes.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::default()
        .routes(routes!(list))
        .routes(routes!(get, remove))
        .routes(routes!(backfill))
}

/// `{name}` of a path.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
struct PluginPath {
    /// What the operator calls the plugin.
    #[param(example = "edges")]
    name: String,
}

/// A plugin.
#[derive(Serialize, ToSchema)]
struct PluginView {
    #[serde(flatten)]
    plugin: PluginHealth,
    /// SHA-256 of its file; null when it is not loaded.
    #[schema(example = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")]
    digest: Option<String>,
    /// What it says of itself; null when it is not asked.
    describes_itself: Option<DescriptionView>,
    /// Fingerprints by this file and version.
    fingerprints: u64,
    /// Images that it has no fingerprint for.
    refused: u64,
    /// Fingerprints under the same name by other files or versions: kept until the plugin is deleted, never
    /// compared with these.
    others: Vec<PluginVersionView>,
}

/// What a plugin says of itself.
#[derive(Serialize, ToSchema)]
struct DescriptionView {
    /// What it calls itself.
    #[schema(example = "Edges of a picture")]
    name: String,
    /// Version of its definition.
    #[schema(example = 1)]
    version: u16,
    /// Bits of a fingerprint.
    #[schema(example = 64)]
    bits: u32,
    /// What it is handed.
    input: HasherInputName,
    /// The distance up to which images match unless told otherwise.
    #[schema(example = 10)]
    default_radius: u32,
}

/// Fingerprints by another file or version.
#[derive(Serialize, ToSchema)]
struct PluginVersionView {
    /// SHA-256 of the file.
    #[schema(example = "60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752")]
    digest: String,
    /// Version of its definition.
    #[schema(example = 1)]
    version: u16,
    /// When it was first loaded, RFC 3339 with milliseconds.
    #[schema(example = "2026-02-21T19:01:02.123Z")]
    created_at: String,
    /// How many.
    #[schema(example = 1200)]
    fingerprints: u64,
}

/// A plugin is gone.
#[derive(Serialize, ToSchema)]
struct PluginRemoved {
    /// Always true.
    ok: bool,
    /// What it was called.
    #[schema(example = "edges")]
    name: String,
    /// Images that it had been asked about; nothing of that is left.
    #[schema(example = 1200)]
    removed: u64,
}

impl From<PluginStatus> for PluginView {
    fn from(status: PluginStatus) -> Self {
        Self {
            plugin: status.state.into(),
            digest: status.digest,
            fingerprints: status.counts.fingerprints,
            refused: status.counts.refused,
            describes_itself: status.description.map(|description| DescriptionView {
                version: description.version,
                bits: description.bits,
                input: description.input.into(),
                default_radius: description.default_radius(),
                name: description.name,
            }),
            others: status.others.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<(PluginVersion, PluginCounts)> for PluginVersionView {
    fn from((version, counts): (PluginVersion, PluginCounts)) -> Self {
        Self {
            digest: version.digest,
            version: version.version,
            created_at: timestamp(version.created_at),
            fingerprints: counts.fingerprints,
        }
    }
}

/// All plugins, by name
///
/// Those that were loaded with `--plugin NAME=FILE`, and those of which fingerprints are left.
#[utoipa::path(
    get, path = "/plugins",
    operation_id = "list_plugins", tag = "plugins",
    responses((status = 200, description = "The plugins.", body = Vec<PluginView>)),
)]
async fn list(State(app): State<App>) -> Result<axum::Json<Vec<PluginView>>, ApiError> {
    let plugins = plugins::list(&app.services).await?;
    Ok(axum::Json(plugins.into_iter().map(Into::into).collect()))
}

/// One plugin
#[utoipa::path(
    get, path = "/plugins/{name}",
    operation_id = "get_plugin", tag = "plugins",
    params(PluginPath),
    responses(
        (status = 200, description = "The plugin.", body = PluginView),
        (status = 404, description = "There is no such plugin.", body = ErrorBody),
    ),
)]
async fn get(
    State(app): State<App>,
    Path(path): Path<PluginPath>,
) -> Result<axum::Json<PluginView>, ApiError> {
    let plugin = plugins::get(&app.services, &path.name).await?;
    Ok(axum::Json(plugin.into()))
}

/// Ask a plugin again
///
/// Images that were there before a plugin are asked about without being told to. This asks again about those
/// that it had no fingerprint for; and a plugin that was disabled or deleted is tried again. `GET /events` tells
/// how it goes.
#[utoipa::path(
    post, path = "/plugins/{name}/backfill",
    operation_id = "backfill_plugin", tag = "plugins",
    params(PluginPath),
    responses(
        (status = 202, description = "It has begun.", body = PluginView),
        (status = 404, description = "There is no such plugin.", body = ErrorBody),
        (status = 409, description = "It is not loaded, or misbehaves still.", body = ErrorBody),
    ),
)]
async fn backfill(
    State(app): State<App>,
    Path(path): Path<PluginPath>,
) -> Result<(StatusCode, axum::Json<PluginView>), ApiError> {
    let plugin = plugins::backfill(&app.services, &path.name).await?;
    Ok((StatusCode::ACCEPTED, axum::Json(plugin.into())))
}

/// Delete a plugin's fingerprints
///
/// All that are kept under its name, by whichever file; and it is not asked any more, until the server is
/// started with it again or told to `backfill`.
#[utoipa::path(
    delete, path = "/plugins/{name}",
    operation_id = "delete_plugin", tag = "plugins",
    params(PluginPath),
    responses(
        (status = 200, description = "They are gone.", body = PluginRemoved),
        (status = 404, description = "There is no such plugin.", body = ErrorBody),
    ),
)]
async fn remove(
    State(app): State<App>,
    Path(path): Path<PluginPath>,
) -> Result<axum::Json<PluginRemoved>, ApiError> {
    let removed = plugins::remove(&app.services, &path.name).await?;
    Ok(axum::Json(PluginRemoved {
        ok: true,
        name: path.name,
        removed,
    }))
}
