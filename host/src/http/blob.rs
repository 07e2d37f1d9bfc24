//! Stored pictures as answers: conditional (RFC 9110 section 13), in parts (section 14), streamed.

use std::collections::BTreeMap;
use std::ops::Range;
use std::time::SystemTime;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use headers::{
    AcceptRanges, ContentLength, ContentRange, ETag, HeaderMapExt, IfModifiedSince, IfNoneMatch,
    IfRange, LastModified,
};
use http_range_header::{
    EndPosition, RangeUnsatisfiableError, StartPosition, SyntacticallyCorrectRange,
    parse_range_header,
};
use jiff::Timestamp;
use utoipa::openapi::response::{
    Response as ResponseDescription, ResponseBuilder, ResponsesBuilder,
};
use utoipa::openapi::{ContentBuilder, Ref, RefOr};
use utoipa::{IntoResponses, PartialSchema};

use crate::service::{Blob, BlobKey, Services, blobs};

use super::error::ApiError;
use super::views::BinaryFile;

/// An image may be replaced, or deleted, at any time: what is kept is asked for again by its ETag.
const CACHING: HeaderValue = HeaderValue::from_static("public, no-cache");

/// What a request asks of a blob.
pub struct BlobRequest<'a> {
    /// GET or HEAD.
    pub method: &'a Method,
    /// Its conditions and range.
    pub headers: &'a HeaderMap,
}

/// The answers of every route that shows a picture, for the description.
pub struct PictureResponses;

impl IntoResponses for PictureResponses {
    fn responses() -> BTreeMap<String, RefOr<ResponseDescription>> {
        let picture = |description: &str| {
            let content = ContentBuilder::new().schema(Some(BinaryFile::schema()));
            ResponseBuilder::new()
                .description(description)
                .content("image/jpeg", content.build())
        };
        let outside = || {
            let body = Ref::from_schema_name("ErrorBody");
            ResponseBuilder::new()
                .description("The range is outside the picture.")
                .content(
                    "application/json",
                    ContentBuilder::new().schema(Some(body)).build(),
                )
        };
        ResponsesBuilder::new()
            .response(
                "200",
                picture("The picture. Conditional requests and ranges are understood."),
            )
            .response("206", picture("The part that `Range` asks for."))
            .response("304", ResponseBuilder::new().description("Not modified."))
            .response("416", outside())
            .build()
            .into()
    }
}

/// What identifies a blob's present bytes.
struct Validators {
    etag: ETag,
    modified: LastModified,
}

/// What of a blob is to be sent.
#[derive(Debug, PartialEq)]
enum Part {
    Whole,
    Range(Range<u64>),
    Unsatisfiable,
}

/// Answers with a blob, or with the part of it that is asked for; 404 when it is not there.
pub async fn respond(
    services: &Services,
    key: &BlobKey,
    media_type: &'static str,
    request: BlobRequest<'_>,
) -> Result<Response, ApiError> {
    let blob = blobs::open(services, key).await?;
    let blob = blob.ok_or_else(|| ApiError::new(StatusCode::NOT_FOUND, "the picture is gone"))?;
    let validators = Validators::new(&blob.etag, blob.modified)?;
    let mut response = if validators.still_hold(request.headers) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        content(blob, &validators, request)?
    };
    let headers = response.headers_mut();
    if response_has_content(headers) {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    }
    headers.insert(header::CACHE_CONTROL, CACHING);
    headers.typed_insert(validators.etag);
    headers.typed_insert(validators.modified);
    headers.typed_insert(AcceptRanges::bytes());
    Ok(response)
}

fn content(
    blob: Blob,
    validators: &Validators,
    request: BlobRequest<'_>,
) -> Result<Response, ApiError> {
    // `Range` is defined for GET alone (section 14.2).
    let part = match *request.method {
        Method::GET => validators.part(request.headers, blob.bytes),
        _ => Part::Whole,
    };
    let (status, range) = match part {
        Part::Whole => (StatusCode::OK, 0..blob.bytes),
        Part::Range(range) => (StatusCode::PARTIAL_CONTENT, range),
        Part::Unsatisfiable => return Err(unsatisfiable(blob.bytes)),
    };
    let mut headers = HeaderMap::new();
    headers.typed_insert(ContentLength(range.end - range.start));
    if status == StatusCode::PARTIAL_CONTENT {
        let part = ContentRange::bytes(range.clone(), blob.bytes).map_err(ApiError::internal)?;
        headers.typed_insert(part);
    }
    let body = match *request.method {
        Method::HEAD => Body::empty(),
        _ => Body::from_stream(blob.into_stream(range)),
    };
    Ok((status, headers, body).into_response())
}

fn response_has_content(headers: &HeaderMap) -> bool {
    headers.contains_key(header::CONTENT_LENGTH)
}

fn unsatisfiable(bytes: u64) -> ApiError {
    let refusal = ApiError::new(
        StatusCode::RANGE_NOT_SATISFIABLE,
        format!("the range is outside the {bytes} bytes there are"),
    );
    match HeaderValue::from_str(&format!("bytes */{bytes}")) {
        Ok(value) => refusal.with_header(header::CONTENT_RANGE, value),
        Err(_) => refusal,
    }
}

impl Validators {
    fn new(etag: &str, modified: Timestamp) -> Result<Self, ApiError> {
        let quoted = format!("\"{etag}\"").parse();
        let no_tag = |_| ApiError::internal(format!("{etag:?} cannot be an entity tag"));
        // A header has no words for what was before 1970.
        let modified = SystemTime::from(modified).max(SystemTime::UNIX_EPOCH);
        Ok(Self {
            etag: quoted.map_err(no_tag)?,
            modified: LastModified::from(modified),
        })
    }

    /// What the client has is still what is there; `If-None-Match` outranks `If-Modified-Since`.
    fn still_hold(&self, headers: &HeaderMap) -> bool {
        if let Some(tags) = headers.typed_get::<IfNoneMatch>() {
            return !tags.precondition_passes(&self.etag);
        }
        headers
            .typed_get::<IfModifiedSince>()
            .is_some_and(|since| !since.is_modified(self.modified.into()))
    }

    /// The part that is asked for. A range that is malformed, one of many, or for another state of
    /// the blob (`If-Range`) is answered with the whole, as the RFC allows.
    fn part(&self, headers: &HeaderMap, bytes: u64) -> Part {
        let Some(range) = headers.get(header::RANGE) else {
            return Part::Whole;
        };
        let condition = headers.typed_get::<IfRange>();
        if condition.is_some_and(|c| c.is_modified(Some(&self.etag), Some(&self.modified))) {
            return Part::Whole;
        }
        match parse_range_header(range.to_str().unwrap_or_default()) {
            Ok(parsed) => match parsed.ranges.as_slice() {
                [one] => resolve(*one, bytes),
                _ => Part::Whole,
            },
            Err(RangeUnsatisfiableError::ZeroSuffix) => Part::Unsatisfiable,
            Err(_) => Part::Whole,
        }
    }
}

/// One range of a blob of `bytes` bytes.
fn resolve(range: SyntacticallyCorrectRange, bytes: u64) -> Part {
    let start = match range.start {
        StartPosition::Index(index) => index,
        StartPosition::FromLast(count) => bytes.saturating_sub(count),
    };
    let end = match range.end {
        EndPosition::Index(last) if last < start => return Part::Whole,
        EndPosition::Index(last) => bytes.min(last.saturating_add(1)),
        EndPosition::LastByte => bytes,
    };
    if start >= bytes {
        return Part::Unsatisfiable;
    }
    Part::Range(start..end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn validators() -> Validators {
        let modified = Timestamp::from_second(1_700_000_000).unwrap();
        Validators::new("v1", modified).unwrap()
    }

    fn headers(pairs: &[(header::HeaderName, &'static str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (name.clone(), HeaderValue::from_static(value)))
            .collect()
    }

    fn part(range: &'static str) -> Part {
        validators().part(&headers(&[(header::RANGE, range)]), 100)
    }

    #[test]
    fn ranges_are_laid_on_the_blob() {
        assert_eq!(part("bytes=0-9"), Part::Range(0..10));
        assert_eq!(part("bytes=90-"), Part::Range(90..100));
        assert_eq!(part("bytes=90-999"), Part::Range(90..100));
        assert_eq!(part("bytes=-10"), Part::Range(90..100));
        assert_eq!(part("bytes=-1000"), Part::Range(0..100));
    }

    #[test]
    fn ranges_outside_are_refused_and_nonsense_is_ignored() {
        for range in ["bytes=100-", "bytes=100-200", "bytes=-0"] {
            assert_eq!(part(range), Part::Unsatisfiable, "{range}");
        }
        for range in [
            "bytes=9-1",
            "bytes=x-y",
            "pages=1-2",
            "bytes=0-1,5-6",
            "bytes=",
        ] {
            assert_eq!(part(range), Part::Whole, "{range}");
        }
    }

    #[test]
    fn a_range_of_another_state_is_not_served() {
        let asked = |condition| {
            let asked = [(header::RANGE, "bytes=0-9"), (header::IF_RANGE, condition)];
            validators().part(&headers(&asked), 100)
        };
        assert_eq!(asked("\"v1\""), Part::Range(0..10));
        assert_eq!(asked("\"v0\""), Part::Whole);
        assert_eq!(asked("Tue, 14 Nov 2023 22:13:20 GMT"), Part::Range(0..10));
        assert_eq!(asked("Tue, 14 Nov 2023 22:13:19 GMT"), Part::Whole);
    }

    #[test]
    fn conditions_are_judged_by_tag_before_date() {
        let later = "Fri, 01 Dec 2023 00:00:00 GMT";
        let holds = |pairs: &[_]| validators().still_hold(&headers(pairs));
        assert!(!holds(&[]));
        assert!(holds(&[(header::IF_NONE_MATCH, "\"v0\", \"v1\"")]));
        assert!(holds(&[(header::IF_NONE_MATCH, "W/\"v1\"")]));
        assert!(holds(&[(header::IF_NONE_MATCH, "*")]));
        assert!(holds(&[(header::IF_MODIFIED_SINCE, later)]));
        assert!(!holds(&[
            (header::IF_NONE_MATCH, "\"v0\""),
            (header::IF_MODIFIED_SINCE, later)
        ]));
    }
}
