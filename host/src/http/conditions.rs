//! What a request demands of the present state before anything is done (RFC 9110, section 13): for
//! every route and method alike, `If-Match` and `If-Unmodified-Since`, and `If-None-Match` of what is
//! no question. Where that is another state, the answer is 412.
//!
//! The present state is what the same address answers to HEAD. It is asked for before the change, not
//! together with it: of two requests at one moment both may find the state that they want.
//! 304 is the matter of those that answer GET.

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use headers::{ETag, HeaderMapExt, IfMatch, IfNoneMatch, IfUnmodifiedSince, LastModified};
use tower::ServiceExt;

use super::error::ApiError;
use super::origin_policy::is_unsafe_get;

/// Runs a request whose demands the present state meets; `routes` tell the state.
pub async fn meet(State(routes): State<Router>, request: Request, next: Next) -> Response {
    if !has_demands(&request) {
        return next.run(request).await;
    }
    let present = answer(routes, question(&request)).await;
    let asks = is_question(request.method());
    // What cannot be had is told by who answers for it.
    if (asks && present.is_none()) || is_met(request.headers(), asks, present.as_ref()) {
        return next.run(request).await;
    }
    let text =
        "what is at this address is not in the state that the request demands; nothing was done";
    ApiError::new(StatusCode::PRECONDITION_FAILED, text).into_response()
}

fn has_demands(request: &Request) -> bool {
    let headers = request.headers();
    let names = [header::IF_MATCH, header::IF_UNMODIFIED_SINCE];
    request.method() != Method::OPTIONS
        && (names.iter().any(|name| headers.contains_key(name))
            || (!is_question(request.method()) && headers.contains_key(header::IF_NONE_MATCH)))
}

fn is_question(method: &Method) -> bool {
    [Method::GET, Method::HEAD].contains(method)
}

/// What asks for the state of what a request is about; `None` where asking would do something.
fn question(request: &Request) -> Option<Request> {
    if is_unsafe_get(request) {
        return None;
    }
    let mut asked = Request::new(Body::empty());
    *asked.method_mut() = Method::HEAD;
    *asked.uri_mut() = request.uri().clone();
    // Which of several representations is meant.
    let accept = request.headers().get_all(header::ACCEPT).iter().cloned();
    let accept = accept.map(|value| (header::ACCEPT, value));
    asked.headers_mut().extend(accept);
    Some(asked)
}

/// The header of what is there; `None` when nothing can be had from there.
async fn answer(routes: Router, asked: Option<Request>) -> Option<HeaderMap> {
    let Ok(response) = routes.oneshot(asked?).await;
    let is_there = response.status().is_success();
    is_there.then(|| response.into_parts().0.headers)
}

fn is_met(demanded: &HeaderMap, asks: bool, present: Option<&HeaderMap>) -> bool {
    let tag = present.and_then(|present| present.typed_get::<ETag>());
    let as_it_was = if demanded.contains_key(header::IF_MATCH) {
        // What cannot be read matches nothing.
        let wanted = demanded.typed_get::<IfMatch>();
        wanted.is_some_and(|wanted| match &tag {
            Some(tag) => wanted.precondition_passes(tag),
            None => wanted.is_any() && present.is_some(),
        })
    } else {
        is_unmodified(demanded, present)
    };
    as_it_was && (asks || is_none_of(demanded, tag.as_ref(), present))
}

/// Held when it is not known when something was modified, as the RFC wants it.
fn is_unmodified(demanded: &HeaderMap, present: Option<&HeaderMap>) -> bool {
    let since = demanded.typed_get::<IfUnmodifiedSince>();
    let modified = present.and_then(|present| present.typed_get::<LastModified>());
    match (since, modified) {
        (Some(since), Some(modified)) => since.precondition_passes(modified.into()),
        _ => true,
    }
}

fn is_none_of(demanded: &HeaderMap, tag: Option<&ETag>, present: Option<&HeaderMap>) -> bool {
    let Some(unwanted) = demanded.typed_get::<IfNoneMatch>() else {
        return true;
    };
    match tag {
        Some(tag) => unwanted.precondition_passes(tag),
        None => unwanted != IfNoneMatch::any() || present.is_none(),
    }
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderName, HeaderValue};

    use super::*;

    const MODIFIED: &str = "Tue, 14 Nov 2023 22:13:20 GMT";
    const EARLIER: &str = "Tue, 14 Nov 2023 22:13:19 GMT";

    fn headers(pairs: &[(HeaderName, &'static str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (name.clone(), HeaderValue::from_static(value)))
            .collect()
    }

    /// Whether a demand of a request that is no question is met by a tag, a date, both or neither.
    fn met(name: HeaderName, value: &'static str, present: &[(HeaderName, &'static str)]) -> bool {
        is_met(&headers(&[(name, value)]), false, Some(&headers(present)))
    }

    #[test]
    fn tags_are_compared_strongly() {
        let present = [(header::ETAG, "\"v1\"")];
        let met = |value| met(header::IF_MATCH, value, &present);
        assert!(met("\"v1\"") && met("\"v0\", \"v1\"") && met("*"));
        assert!(!met("\"v0\"") && !met("W/\"v1\"") && !met("v1") && !met(""));
    }

    #[test]
    fn what_has_no_tag_matches_only_anything() {
        assert!(met(header::IF_MATCH, "*", &[]));
        assert!(!met(header::IF_MATCH, "\"v1\"", &[]));
        let nothing = |value| is_met(&headers(&[(header::IF_MATCH, value)]), false, None);
        assert!(!nothing("*") && !nothing("\"v1\""));
    }

    #[test]
    fn dates_count_where_there_are_dates() {
        let present = [(header::LAST_MODIFIED, MODIFIED)];
        let met_by = |value, present: &[_]| met(header::IF_UNMODIFIED_SINCE, value, present);
        assert!(met_by(MODIFIED, &present) && met_by("yesterday", &present));
        assert!(!met_by(EARLIER, &present));
        assert!(met_by(EARLIER, &[]));
        let both = [
            (header::IF_MATCH, "\"v1\""),
            (header::IF_UNMODIFIED_SINCE, EARLIER),
        ];
        let present = headers(&[(header::ETAG, "\"v1\""), (header::LAST_MODIFIED, MODIFIED)]);
        assert!(
            is_met(&headers(&both), false, Some(&present)),
            "tags outrank dates"
        );
    }

    #[test]
    fn what_must_not_be_there_is_not() {
        let present = [(header::ETAG, "\"v1\"")];
        let met = |value, present: &[_]| met(header::IF_NONE_MATCH, value, present);
        assert!(met("\"v0\"", &present) && met("\"v0\"", &[]));
        assert!(!met("*", &present) && !met("W/\"v1\"", &present) && !met("*", &[]));
    }
}
