//! What happens around every request: its id, its log line, its metrics, and the one error body.
//!
//! Runs inside the router, so that the pattern of the route is known, and outside everything that
//! may answer: handlers, extractors, CORS, caught panics.

use std::any::Any;
use std::time::Instant;

use axum::body::HttpBody;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tracing::Instrument;

use crate::app::App;
use crate::domain::unique;

use super::error::ApiError;

/// Names a request in logs, answers and error bodies.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What is known of a request when its answer goes out.
struct Observed {
    id: String,
    method: Method,
    path: String,
    /// The pattern of its route, `unmatched` without one: few enough to be a metric's label.
    route: String,
}

/// Gives the request an id, runs it, and puts the last hand to its answer.
pub async fn observe(request: Request, next: Next) -> Response {
    let observed = Observed::new(&request);
    let span = tracing::info_span!("request", id = %observed.id);
    async move {
        let start = Instant::now();
        let mut response = describe_error(next.run(request).await, &observed);
        finish_headers(&mut response, &observed.id);
        record(&response, &observed, start);
        response
    }
    .instrument(span)
    .await
}

/// Says in an answer that the disk is full which one that is.
pub async fn name_disk(State(app): State<App>, mut response: Response) -> Response {
    if let Some(error) = response.extensions_mut().get_mut::<ApiError>() {
        let data = std::path::absolute(&app.config.data);
        error.name_disk(data.as_ref().unwrap_or(&app.config.data));
    }
    response
}

/// What a handler that panicked is answered with; the log gets its words.
pub fn after_panic(panic: Box<dyn Any + Send + 'static>) -> Response {
    let words = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("no words");
    ApiError::internal(format!("a handler panicked: {words}")).into_response()
}

impl Observed {
    fn new(request: &Request) -> Self {
        Self {
            id: request_id(request.headers()),
            method: request.method().clone(),
            path: request.uri().path().to_owned(),
            route: request
                .extensions()
                .get::<MatchedPath>()
                .map_or("unmatched", MatchedPath::as_str)
                .to_owned(),
        }
    }
}

/// The caller's id when it is fit for a log, a new one otherwise.
fn request_id(headers: &HeaderMap) -> String {
    let sane = |id: &&str| {
        (1..=128).contains(&id.len())
            && id
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_.:/+=".contains(&byte))
    };
    headers
        .get(REQUEST_ID)
        .and_then(|id| id.to_str().ok())
        .filter(sane)
        .map_or_else(|| unique().to_string(), str::to_owned)
}

/// Gives every refusal the one body, also those that never reached a handler.
fn describe_error(response: Response, observed: &Observed) -> Response {
    let status = response.status();
    if !status.is_client_error() && !status.is_server_error() {
        return response;
    }
    let (mut parts, _) = response.into_parts();
    let error = parts
        .extensions
        .remove::<ApiError>()
        .unwrap_or_else(|| ApiError::of_status(status));
    if let Some(cause) = error.log_text() {
        tracing::error!(method = %observed.method, path = observed.path, "{cause}");
    }
    parts.headers.remove(header::CONTENT_LENGTH);
    parts.headers.remove(header::CONTENT_TYPE);
    let body = error.body(observed.method.as_str(), &observed.path, &observed.id);
    (status, parts.headers, axum::Json(body)).into_response()
}

fn finish_headers(response: &mut Response, request_id: &str) {
    let headers = response.headers_mut();
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    if let Ok(id) = HeaderValue::from_str(request_id) {
        headers.insert(REQUEST_ID, id);
    }
}

/// One log line and two metrics a request.
fn record(response: &Response, observed: &Observed, start: Instant) {
    let elapsed = start.elapsed();
    let status = response.status().as_u16();
    tracing::info!(
        method = %observed.method,
        path = observed.path,
        status,
        ms = elapsed.as_millis() as u64,
        bytes = content_length(response),
        "answered"
    );
    let labels = [
        ("method", method_label(&observed.method).to_owned()),
        ("route", observed.route.clone()),
    ];
    metrics::histogram!("http_request_duration_seconds", &labels).record(elapsed);
    let status = ("status", status.to_string());
    let [method, route] = labels;
    metrics::counter!("http_requests_total", &[method, route, status]).increment(1);
}

/// The length of the body, where it is known before it is sent.
fn content_length(response: &Response) -> Option<u64> {
    let announced = response.headers().get(header::CONTENT_LENGTH);
    announced
        .and_then(|length| length.to_str().ok()?.parse().ok())
        .or_else(|| response.body().size_hint().exact())
}

/// Methods may be any word; a metric's label may not.
fn method_label(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(id: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(REQUEST_ID, HeaderValue::from_static(id))])
    }

    #[test]
    fn a_sane_request_id_is_kept() {
        assert_eq!(request_id(&headers("trace-7.a:b/c")), "trace-7.a:b/c");
    }

    #[test]
    fn an_id_that_could_forge_a_log_is_replaced() {
        for id in ["", "two words", "a\tb", "{json}", "\"quoted\""] {
            assert_ne!(request_id(&headers(id)), id);
        }
    }
}
