//! The one door for errors: whatever goes wrong leaves as the same body, with the status that says
//! who must act.
//!
//! A handler answers [`ApiError`]; [`super::observe`] turns it into [`ErrorBody`], because only there
//! method and path are known. What is our fault leaves as fixed text; its cause goes to the log.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use crate::domain::{InvalidLimit, InvalidName};
use crate::service::health::NotReady;
use crate::service::{ServiceError, StoreError, Trouble};

/// When to come back to what is used up for the moment.
const SOON: Duration = Duration::from_secs(1);
/// Longest message, in characters.
const LONGEST: usize = 1_000;
/// When to come back to what another process holds: it did not let go while the request waited.
const HELD: Duration = Duration::from_secs(10);

/// Why a request is refused or failed.
#[derive(Clone, Debug)]
pub struct ApiError {
    /// The status of the answer.
    pub status: StatusCode,
    message: String,
    details: Map<String, Value>,
    headers: Vec<(HeaderName, HeaderValue)>,
    cause: Option<Arc<dyn std::error::Error + Send + Sync>>,
}

/// What every refused or failed request is answered with, whichever route it asked for.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "success": false,
    "error": "NotFound",
    "message": "there is no project \"holidays\"",
    "detail": "there is no project \"holidays\"",
    "details": {"status_code": 404, "method": "GET", "path": "/projects/holidays",
                "request_id": "01a1fa22-5e6b-7715-9ea4-42e8ae99124f"},
    "timestamp": "2026-02-21T19:01:02.123Z"
}))]
pub struct ErrorBody {
    /// Always false.
    success: bool,
    /// The kind of error: `ValidationError`, `NotFound`, `Conflict`, `PayloadTooLarge` ...
    error: String,
    /// What is wrong, for people. Fixed text when the server is at fault.
    message: String,
    /// The same text as `message`.
    detail: String,
    /// `status_code`, `method`, `path`, `request_id`; with 409 also `image_id`, the image in the way.
    #[schema(value_type = Object)]
    details: Map<String, Value>,
    /// When it happened, RFC 3339.
    timestamp: String,
}

impl ApiError {
    /// An error that the caller can mend. A message that quotes too much of what was sent is cut.
    pub fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self {
            status,
            message: cut(message.into()),
            details: Map::new(),
            headers: Vec::new(),
            cause: None,
        }
    }

    /// 400: an argument of the right type that cannot be used.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message)
    }

    /// 422: what has to be there is missing, or is not of its type.
    pub fn unprocessable(message: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, message)
    }

    /// 413: a body or picture over a limit.
    pub fn too_large(message: impl Into<String>) -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, message)
    }

    /// 415: a body of a type that is not read here.
    pub fn unsupported_media_type(message: impl Into<String>) -> Self {
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, message)
    }

    /// What the caller cannot mend; the cause is for the log. 500 when it is our fault, 503 when the machine lacks
    /// something for the moment, 507 when its disk is full.
    pub fn internal(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        let cause = cause.into();
        let mut error = match Trouble::new(cause.as_ref()) {
            Some(trouble @ Trouble::TooManyFiles) => Self::busy(trouble.to_string(), SOON),
            Some(trouble @ Trouble::DiskFull) => {
                Self::new(StatusCode::INSUFFICIENT_STORAGE, trouble.to_string())
            }
            Some(trouble @ (Trouble::ReadOnly | Trouble::Refused)) => {
                Self::new(StatusCode::SERVICE_UNAVAILABLE, trouble.to_string())
            }
            None => Self::of_status(StatusCode::INTERNAL_SERVER_ERROR),
        };
        error.cause = Some(Arc::from(cause));
        error
    }

    /// 503: changes cannot be made; the cause is for the log, and what the operator has to know of it is told.
    fn not_ready(cause: StoreError) -> Self {
        let message = match (cause.trouble(), &cause) {
            (Some(trouble), _) => trouble.to_string(),
            (None, StoreError::Held { .. } | StoreError::DatabaseDamaged(_)) => cause.to_string(),
            (None, _) => "not ready to serve; the log says more".to_owned(),
        };
        Self {
            status: StatusCode::SERVICE_UNAVAILABLE,
            message,
            ..Self::internal(cause)
        }
    }

    /// 503: not now; the same request may do later.
    pub fn busy(message: impl Into<String>, retry_after: Duration) -> Self {
        let seconds = retry_after.as_secs().max(1);
        Self::new(StatusCode::SERVICE_UNAVAILABLE, message)
            .with_header(header::RETRY_AFTER, HeaderValue::from(seconds))
            .with_detail("retry_after_seconds", json!(seconds))
    }

    /// What is said of a status that came without words: unknown routes, wrong methods.
    pub fn of_status(status: StatusCode) -> Self {
        let message = match status {
            StatusCode::NOT_FOUND => "there is nothing at this address",
            StatusCode::METHOD_NOT_ALLOWED => {
                "this address does not take this method; Allow says which"
            }
            _ if status.is_server_error() => "the server failed; its log says more",
            _ => status.canonical_reason().unwrap_or("refused"),
        };
        Self::new(status, message)
    }

    /// The same error with one more header.
    pub fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    /// The same error with one more entry in `details`.
    pub fn with_detail(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.details.insert(name.to_owned(), value.into());
        self
    }

    /// Says of which data folder it is told that its disk is full.
    pub fn name_disk(&mut self, data: &Path) {
        if self.status == StatusCode::INSUFFICIENT_STORAGE {
            let data = data.display().to_string();
            self.message = format!("the disk of the data folder {data} is full");
            self.details.insert("disk".to_owned(), data.into());
        }
    }

    /// What the log has to know of it, with the causes behind it.
    pub fn log_text(&self) -> Option<String> {
        let mut text = self.cause.as_ref()?.to_string();
        let mut next = self.cause.as_ref()?.source();
        while let Some(source) = next {
            text.push_str(": ");
            text.push_str(&source.to_string());
            next = source.source();
        }
        Some(text)
    }

    /// The body, for a request of this method and path.
    pub fn body(self, method: &str, path: &str, request_id: &str) -> ErrorBody {
        let mut details = self.details;
        details.insert("status_code".into(), self.status.as_u16().into());
        details.insert("method".into(), method.into());
        details.insert("path".into(), path.into());
        details.insert("request_id".into(), request_id.into());
        ErrorBody {
            success: false,
            error: kind(self.status).to_owned(),
            detail: self.message.clone(),
            message: self.message,
            details,
            timestamp: format!("{:.3}", Timestamp::now()),
        }
    }
}

/// At most [`LONGEST`] characters.
fn cut(message: String) -> String {
    match message.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}...", &message[..end]),
        None => message,
    }
}

/// The kind of error that a status stands for.
fn kind(status: StatusCode) -> &'static str {
    match status {
        StatusCode::BAD_REQUEST | StatusCode::UNPROCESSABLE_ENTITY => "ValidationError",
        StatusCode::UNAUTHORIZED => "Unauthorized",
        StatusCode::FORBIDDEN => "Forbidden",
        StatusCode::NOT_FOUND => "NotFound",
        StatusCode::METHOD_NOT_ALLOWED => "MethodNotAllowed",
        StatusCode::REQUEST_TIMEOUT => "RequestTimeout",
        StatusCode::CONFLICT => "Conflict",
        StatusCode::PRECONDITION_FAILED => "PreconditionFailed",
        StatusCode::PAYLOAD_TOO_LARGE => "PayloadTooLarge",
        StatusCode::UNSUPPORTED_MEDIA_TYPE => "UnsupportedMediaType",
        StatusCode::MISDIRECTED_REQUEST => "MisdirectedRequest",
        StatusCode::RANGE_NOT_SATISFIABLE => "RangeNotSatisfiable",
        StatusCode::SERVICE_UNAVAILABLE => "ServiceUnavailable",
        StatusCode::INSUFFICIENT_STORAGE => "InsufficientStorage",
        _ if status.is_client_error() => "BadRequest",
        _ => "InternalServerError",
    }
}

impl IntoResponse for ApiError {
    fn into_response(mut self) -> Response {
        let mut response = self.status.into_response();
        response.headers_mut().extend(self.headers.drain(..));
        response.extensions_mut().insert(self);
        response
    }
}

impl From<NotReady> for ApiError {
    fn from(cause: NotReady) -> Self {
        match cause {
            NotReady::Store(cause) => Self::not_ready(cause),
            NotReady::Index(cause) => cause.into(),
        }
    }
}

impl From<ServiceError> for ApiError {
    fn from(error: ServiceError) -> Self {
        let text = error.to_string();
        match error {
            ServiceError::NotFound(_) => Self::new(StatusCode::NOT_FOUND, text),
            ServiceError::Invalid(_) | ServiceError::NotAPicture(_) => Self::invalid(text),
            ServiceError::TooLarge(_) => Self::too_large(text),
            ServiceError::Conflict { image, .. } => {
                let conflict = Self::new(StatusCode::CONFLICT, text);
                match image {
                    Some(id) => conflict.with_detail("image_id", id.to_string()),
                    None => conflict,
                }
            }
            ServiceError::Busy { retry_after } => Self::busy(text, retry_after),
            ServiceError::Held(_) => Self::busy(text, HELD),
            ServiceError::Internal(_) => Self::internal(error),
        }
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        ServiceError::from(error).into()
    }
}

impl From<InvalidLimit> for ApiError {
    fn from(error: InvalidLimit) -> Self {
        Self::invalid(error.to_string())
    }
}

impl From<InvalidName> for ApiError {
    fn from(error: InvalidName) -> Self {
        Self::invalid(error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_faults_say_nothing_outside_and_everything_in_the_log() {
        let cause = anyhow::anyhow!("disk /dev/secret is full").context("writing failed");
        let error = ApiError::from(ServiceError::Internal(cause));
        assert!(error.log_text().unwrap().contains("/dev/secret"));
        let body = serde_json::to_string(&error.body("GET", "/x", "id")).unwrap();
        assert!(!body.contains("secret"), "{body}");
        assert!(body.contains("InternalServerError"));
    }

    #[test]
    fn what_was_sent_is_not_echoed_whole() {
        let error = ApiError::invalid("\u{e9}".repeat(5_000));
        let body = serde_json::to_value(error.body("GET", "/x", "id")).unwrap();
        let message = body["message"].as_str().unwrap();
        assert_eq!(message.chars().count(), LONGEST + 3);
    }

    #[cfg(unix)]
    #[test]
    fn too_few_descriptors_are_no_fault_of_the_server() {
        for number in [23, 24] {
            let cause = std::io::Error::from_raw_os_error(number);
            let cause = anyhow::Error::new(StoreError::Files {
                what: "writing a temporary file".to_owned(),
                source: Box::new(cause),
            });
            let response = ApiError::from(ServiceError::Internal(cause)).into_response();
            assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
            assert!(response.headers().contains_key(header::RETRY_AFTER));
        }
    }

    #[test]
    fn a_busy_server_says_when_to_come_back() {
        let busy = ServiceError::Busy {
            retry_after: Duration::from_millis(300),
        };
        let response = ApiError::from(busy).into_response();
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(response.headers()[header::RETRY_AFTER], "1");
    }
}
