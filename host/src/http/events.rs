//! What happens on the server, as server-sent events: `GET /events`.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::response::sse::{self, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures::{Stream, StreamExt};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::service::events::{self, Event};
use crate::service::matching::JudgingState;

use super::health::{PluginHealth, Scan};

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");
/// Tells a proxy to hand events on as they come.
const UNBUFFERED: (HeaderName, HeaderValue) = (
    HeaderName::from_static("x-accel-buffering"),
    HeaderValue::from_static("no"),
);
/// A comment is sent when nothing has happened for so long, so that nobody takes the silence for the end.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// How long a client waits before it comes back.
const RETRY: Duration = Duration::from_secs(2);

/// The route of events.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::default().routes(routes!(listen))
}

/// The `data` of an event, by its name.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
enum EventView {
    /// `event: ready`
    Ready(Ready),
    /// `event: image`
    Image(ImageChanged),
    /// `event: scan`
    Scan(Scan),
    /// `event: plugin`
    Plugin(PluginHealth),
    /// `event: duplicates`
    Judging(Judging),
}

/// The connection stands.
#[derive(Serialize, ToSchema)]
struct Ready {
    /// What comes are the changes after this one.
    #[schema(example = 57)]
    change: u64,
    /// Nothing was missed since `Last-Event-ID`; otherwise what is shown has to be listed again.
    resumed: bool,
}

/// An image came, was replaced, or went.
#[derive(Serialize, ToSchema)]
struct ImageChanged {
    /// The number of the change; also the event's id.
    #[schema(example = 58)]
    change: u64,
    /// Where.
    #[schema(example = "holidays")]
    project_id: String,
    /// Which image.
    #[schema(example = "019a9e3c6f0a7c41b1d2f3a4b5c6d7e8")]
    image_id: String,
    /// It is there now.
    present: bool,
}

/// An answer about duplicates is in the making.
#[derive(Serialize, ToSchema)]
struct Judging {
    /// Where they are searched; null = over all projects.
    #[schema(example = "holidays")]
    project_id: Option<String>,
    /// Pairs of images that were judged.
    #[schema(example = 12_000)]
    judged: u64,
    /// Pairs that are to be judged; null while they are searched.
    #[schema(example = 250_000)]
    pairs: Option<u64>,
}

/// What happens, as it happens
///
/// Server-sent events (`text/event-stream`), one JSON object as `data` each. First `ready`, then an
/// `image` for every image that comes, is replaced or goes, by whichever process, a `scan` when the
/// indexing of the image root goes on, a `plugin` when a plugin's backfill does or it is disabled, and a
/// `duplicates` when an answer of `GET …/duplicates` goes on that takes long. The ids are numbers of changes:
/// a client that comes back with `Last-Event-ID`, as browsers do, gets what it missed, or `ready` with
/// `resumed: false` when that is too much. Comments keep a silent connection alive.
#[utoipa::path(
    get, path = "/events",
    operation_id = "events", tag = "server",
    params(("Last-Event-ID" = Option<String>, Header, description = "The id of the last event that was heard.")),
    responses((status = 200, description = "Events without end.", body = EventView, content_type = "text/event-stream")),
)]
async fn listen(State(app): State<App>, headers: HeaderMap) -> Response {
    let heard = headers.get(LAST_EVENT_ID);
    let heard = heard.and_then(|id| id.to_str().ok()?.parse().ok());
    let stopping = app.stopping.clone().cancelled_owned();
    let events = told(events::follow(app.services, heard)).take_until(stopping);
    let keep_alive = KeepAlive::new().interval(KEEP_ALIVE);
    ([UNBUFFERED], Sse::new(events).keep_alive(keep_alive)).into_response()
}

/// The events as they are sent. What cannot be had ends the connection: the client comes back.
fn told<E: std::error::Error + 'static>(
    events: impl Stream<Item = Result<Event, E>>,
) -> impl Stream<Item = Result<sse::Event, Infallible>> {
    let until_error = events.scan((), |(), event| {
        let event = event.inspect_err(|error| {
            let error = error as &dyn std::error::Error;
            tracing::error!(error, "events end: the changes cannot be read");
        });
        std::future::ready(event.ok())
    });
    until_error.filter_map(|event| std::future::ready(to_sent(event).map(Ok)))
}

/// `None` is impossible: the views are plain data, which is always JSON.
fn to_sent(event: Event) -> Option<sse::Event> {
    let sent = sse::Event::default();
    match event {
        Event::Ready { change, resumed } => {
            let view = EventView::Ready(Ready { change, resumed });
            sent.event("ready")
                .id(change.to_string())
                .retry(RETRY)
                .json_data(view)
        }
        Event::Image(change) => {
            let view = EventView::Image(ImageChanged {
                change: change.sequence,
                project_id: change.project.to_string(),
                image_id: change.image.to_string(),
                present: change.fingerprints.is_some(),
            });
            sent.event("image")
                .id(change.sequence.to_string())
                .json_data(view)
        }
        Event::Scan(state) => sent.event("scan").json_data(EventView::Scan(state.into())),
        Event::Plugin(state) => sent
            .event("plugin")
            .json_data(EventView::Plugin(state.into())),
        Event::Judging(state) => sent
            .event("duplicates")
            .json_data(EventView::Judging(state.into())),
    }
    .ok()
}

impl From<JudgingState> for Judging {
    fn from(state: JudgingState) -> Self {
        Self {
            project_id: state.project.map(|project| project.to_string()),
            judged: state.judged,
            pairs: state.pairs,
        }
    }
}
