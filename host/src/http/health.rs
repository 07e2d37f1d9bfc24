//! How the server is doing: alive, ready, and in figures.

use std::sync::OnceLock;
use std::time::Duration;

use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use metrics::{describe_counter, describe_gauge, describe_histogram};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use serde::Serialize;
use tokio_util::sync::CancellationToken;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::domain::{HealthName, PluginStateName, ReadinessName};
use crate::service::image_root::ScanState;
use crate::service::plugins::{Condition, PluginState};
use crate::service::{health, unerased};

use super::error::{ApiError, ErrorBody};
use super::unerased::UnerasedView;

/// Upper bounds of the latency histogram, in seconds.
const LATENCIES: [f64; 13] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0,
];
/// How often histograms are folded, so that they do not grow while nobody reads them.
const UPKEEP: Duration = Duration::from_secs(5);

/// The process has one recorder of metrics, however many routers.
static METRICS: OnceLock<PrometheusHandle> = OnceLock::new();

/// Health routes.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::default()
        .routes(routes!(healthz))
        .routes(routes!(readyz))
        .routes(routes!(metrics_text))
}

/// That the process answers.
#[derive(Serialize, ToSchema)]
struct Health {
    /// Always `ok`.
    status: HealthName,
}

/// That requests can be served.
#[derive(Serialize, ToSchema)]
struct Readiness {
    /// Always `ready`; a server that is not answers 503.
    status: ReadinessName,
    /// Version of the server.
    #[schema(example = "0.1.0")]
    version: &'static str,
    /// What can be searched.
    index: IndexState,
    /// How far the indexing of pictures found in the image root has come.
    scan: Scan,
    /// Projects that another process holds and does not let go of: they can be searched, not changed.
    #[schema(example = json!([]))]
    held_projects: Vec<String>,
    /// Files of what was deleted that the system does not let go of yet. They are erased as soon as it does.
    #[schema(example = json!([]))]
    unerased: Vec<UnerasedView>,
    /// Hashers of other people. One that misbehaves is disabled; requests are served without it.
    plugins: Vec<PluginHealth>,
}

/// A plugin, in short.
#[derive(Serialize, ToSchema)]
pub struct PluginHealth {
    /// What the operator calls it.
    #[schema(example = "edges")]
    pub name: String,
    /// How it is.
    pub state: PluginStateName,
    /// What a disabled plugin did wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "it was stopped after 10s")]
    pub reason: Option<String>,
    /// Images that it had not been asked about when the present backfill began.
    #[schema(example = 1200)]
    pub to_do: u64,
    /// Of those, how many it has been asked about.
    #[schema(example = 800)]
    pub done: u64,
}

/// The index of fingerprints.
#[derive(Serialize, ToSchema)]
struct IndexState {
    /// Images in it, over all projects.
    #[schema(example = 42)]
    images: usize,
    /// The last change of the store that is in it.
    #[schema(example = 57)]
    change: u64,
}

/// The indexing of pictures found in the image root.
#[derive(Serialize, ToSchema)]
pub struct Scan {
    /// The first scan is over; requests are served before that too, without what is not indexed yet.
    pub finished: bool,
    /// Files seen so far that were not known.
    pub found: u64,
    /// Of those, indexed.
    pub indexed: u64,
    /// Of those, no pictures.
    pub skipped: u64,
}

/// Is the process alive
///
/// Touches nothing else.
#[utoipa::path(
    get, path = "/healthz",
    operation_id = "health", tag = "server",
    responses((status = 200, description = "It is.", body = Health)),
)]
async fn healthz() -> axum::Json<Health> {
    axum::Json(Health {
        status: HealthName::Ok,
    })
}

/// Can requests be served
///
/// Writes into the data folder and the database as uploads do, at most every ten seconds, brings the index up to date, says how far the indexing of the image root has come, and names
/// projects that another process holds, and files of what was deleted that are still on the disk.
#[utoipa::path(
    get, path = "/readyz",
    operation_id = "readiness", tag = "server",
    responses(
        (status = 200, description = "They can.", body = Readiness),
        (status = 503, description = "Uploads would fail: the disk is full or read-only, or the database is damaged, held by another process or does not answer. The message says which.", body = ErrorBody),
    ),
)]
async fn readyz(State(app): State<App>) -> Result<axum::Json<Readiness>, ApiError> {
    let health::Health {
        change,
        images,
        held,
    } = health::check(&app.services).await?;
    let unerased = unerased::list(&app.services).await?;
    Ok(axum::Json(Readiness {
        status: ReadinessName::Ready,
        version: env!("CARGO_PKG_VERSION"),
        index: IndexState { images, change },
        scan: app.services.scan.state().into(),
        held_projects: held.iter().map(ToString::to_string).collect(),
        unerased: unerased.iter().map(Into::into).collect(),
        plugins: app
            .services
            .plugins
            .states()
            .into_iter()
            .map(Into::into)
            .collect(),
    }))
}

/// Figures for Prometheus
#[utoipa::path(
    get, path = "/metrics",
    operation_id = "metrics", tag = "server",
    responses((
        status = 200, description = "Metrics in the text format of Prometheus.",
        body = String, content_type = "text/plain",
    )),
)]
async fn metrics_text() -> impl IntoResponse {
    let media_type = "text/plain; version=0.0.4; charset=utf-8";
    (
        [(header::CONTENT_TYPE, media_type)],
        install_metrics().render(),
    )
}

/// Begins to record metrics, unless that has begun.
pub fn install_metrics() -> &'static PrometheusHandle {
    METRICS.get_or_init(|| {
        #[expect(
            clippy::expect_used,
            reason = "only an empty list of bounds is refused"
        )]
        let builder = PrometheusBuilder::new()
            .set_buckets(&LATENCIES)
            .expect("there are bounds");
        let recorder = builder.build_recorder();
        let handle = recorder.handle();
        if metrics::set_global_recorder(recorder).is_err() {
            tracing::warn!("metrics are recorded elsewhere in this process");
        }
        describe_metrics();
        handle
    })
}

/// Says what each metric counts: its HELP line.
fn describe_metrics() {
    describe_counter!("http_requests_total", "Requests answered.");
    describe_histogram!(
        "http_request_duration_seconds",
        "Time from a request's head to its answer's head."
    );
    describe_counter!(
        "vismatch_sandbox_calls_total",
        "Calls of the component, by what came of them."
    );
    describe_histogram!("vismatch_sandbox_call_seconds", "Time of one call.");
    describe_gauge!("vismatch_sandbox_running", "Calls that run now.");
    describe_gauge!("vismatch_sandbox_queue_depth", "Calls that wait now.");
}

/// Folds histograms now and then until stopped.
pub async fn keep_metrics(stopped: CancellationToken) {
    let mut every = tokio::time::interval(UPKEEP);
    while stopped.run_until_cancelled(every.tick()).await.is_some() {
        install_metrics().run_upkeep();
    }
}

impl From<PluginState> for PluginHealth {
    fn from(state: PluginState) -> Self {
        let (word, reason) = match state.condition {
            Condition::Backfilling => (PluginStateName::Backfilling, None),
            Condition::Ready => (PluginStateName::Ready, None),
            Condition::Disabled(reason) => (PluginStateName::Disabled, Some(reason)),
            Condition::Removed => (PluginStateName::Removed, None),
            Condition::Absent => (PluginStateName::Absent, None),
        };
        Self {
            name: state.name.to_string(),
            state: word,
            reason,
            to_do: state.to_do,
            done: state.done,
        }
    }
}

impl From<ScanState> for Scan {
    fn from(state: ScanState) -> Self {
        Self {
            finished: state.finished,
            found: state.found,
            indexed: state.indexed,
            skipped: state.skipped,
        }
    }
}
