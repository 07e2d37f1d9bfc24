//! Below which path the server is reached, for the addresses in its answers: the setting `base_path`
//! says it, or a proxy by `X-Forwarded-Prefix`. The proxy may have taken the path off or not.
//!
//! The path belongs to a request and is known to its whole task, so that what becomes JSON need not
//! carry it along.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::uri::{PathAndQuery, Uri};
use axum::http::{HeaderMap, HeaderName};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::config::{BasePath, InvalidBasePath};

use super::error::ApiError;

const FORWARDED_PREFIX: HeaderName = HeaderName::from_static("x-forwarded-prefix");

tokio::task_local! {
    static BASE: BasePath;
}

/// A path of this server as the client reaches it.
pub fn address(path: &str) -> String {
    BASE.try_with(|base| format!("{base}{path}"))
        .unwrap_or_else(|_| path.to_owned())
}

/// Runs a request whose answer may say addresses.
pub async fn answer(State(base): State<Arc<BasePath>>, request: Request, next: Next) -> Response {
    match forwarded(request.headers()) {
        Ok(Some(base)) => BASE.scope(base, next.run(request)).await,
        Ok(None) => BASE.scope(BasePath::clone(&base), next.run(request)).await,
        Err(error) => ApiError::invalid(format!("{FORWARDED_PREFIX}: {error}")).into_response(),
    }
}

/// Takes the path off a request that still has it.
pub fn strip(base: &BasePath, mut request: Request) -> Request {
    if let Some(uri) = stripped(base, request.uri()) {
        *request.uri_mut() = uri;
    }
    request
}

fn stripped(base: &BasePath, uri: &Uri) -> Option<Uri> {
    let path = base.strip(uri.path())?;
    let path = match uri.query() {
        Some(query) => format!("{path}?{query}"),
        None => path.to_owned(),
    };
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(PathAndQuery::try_from(path).ok()?);
    Uri::from_parts(parts).ok()
}

/// What proxies took off, the outermost first; `None` when none says that it did.
fn forwarded(headers: &HeaderMap) -> Result<Option<BasePath>, InvalidBasePath> {
    let mut whole = None::<BasePath>;
    for value in headers.get_all(FORWARDED_PREFIX) {
        for path in value.to_str().map_err(|_| InvalidBasePath)?.split(',') {
            let path = path.trim().parse()?;
            whole = Some(whole.unwrap_or_default().join(&path));
        }
    }
    Ok(whole)
}
