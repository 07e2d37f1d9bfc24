//! The page for people, out of the binary: built by `just page`, everything from this server.
//!
//! Its views have their addresses in the fragment (`/#/gallery/holidays`), so that it takes no path
//! from the API: `/`, and `/assets/` for files whose names change with their content.

use axum::extract::Path;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use headers::{ETag, HeaderMapExt, IfNoneMatch};
use sha2::{Digest, Sha256};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;

use super::base_path::address;
use super::error::{ApiError, ErrorBody};
use super::views::BinaryFile;

/// The page itself; its files are named in it.
static PAGE: &str = include_str!(env!("VISMATCH_PAGE_PATH"));

static FILES: &[File] = &include!(concat!(env!("OUT_DIR"), "/page_files.rs"));

/// Everything from this server, nothing in place; pictures of this machine by `blob:`. WebAssembly is
/// compiled, scripts are not evaluated.
const POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
    img-src 'self' blob:; connect-src 'self'; worker-src 'self'; base-uri 'none'; \
    form-action 'none'; frame-ancestors 'none'";

/// The one file whose name stays: browsers look at its address for a new one.
const SERVICE_WORKER: &str = "service-worker.js";

/// A file of the page.
struct File {
    /// With a digest of its content in it.
    name: &'static str,
    plain: &'static [u8],
    /// The same, compressed, when that is worth it.
    brotli: Option<&'static [u8]>,
}

/// The page and its files.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::default()
        .routes(routes!(page))
        .routes(routes!(asset))
}

/// The page for people
///
/// Upload, gallery, search by picture, duplicates, the server. Pictures are fingerprinted on the
/// visitor's machine before anything is sent.
#[utoipa::path(
    get, path = "/", tag = "page",
    operation_id = "page",
    responses(
        (status = 200, description = "The page.", body = String, content_type = "text/html"),
        (status = 304, description = "`If-None-Match` names the present page."),
    ),
)]
async fn page(headers: HeaderMap) -> Result<Response, ApiError> {
    // As it is built, its files are beside it; their addresses hold for `/pictures`, too, without a slash.
    let html = PAGE.replace("=\"./", &format!("=\"{}", address("/")));
    let tag: ETag = format!("\"{}\"", hex::encode(Sha256::digest(&html)))
        .parse()
        .map_err(|_| ApiError::internal("the page's digest is no entity tag"))?;
    let known = headers.typed_get::<IfNoneMatch>();
    if known.is_some_and(|known| !known.precondition_passes(&tag)) {
        return Ok(StatusCode::NOT_MODIFIED.into_response());
    }
    let fixed = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::CACHE_CONTROL, "no-cache"),
        (header::REFERRER_POLICY, "same-origin"),
    ];
    let mut response = (fixed, html).into_response();
    response.headers_mut().typed_insert(tag);
    Ok(response)
}

/// A file of the page
#[utoipa::path(
    get, path = "/assets/{file}", tag = "page",
    operation_id = "page_file",
    params(("file" = String, Path, description = "A file that the page loads.")),
    responses(
        (status = 200, description = "The file; its name changes with its content.", body = BinaryFile, content_type = "application/octet-stream"),
        (status = 404, description = "No file of the present page.", body = ErrorBody),
    ),
)]
async fn asset(Path(name): Path<String>, headers: HeaderMap) -> Result<Response, ApiError> {
    let file = FILES
        .iter()
        .find(|file| file.name == name)
        .ok_or_else(|| ApiError::of_status(StatusCode::NOT_FOUND))?;
    let packed = file.brotli.filter(|_| takes_brotli(&headers));
    let mut response = packed.unwrap_or(file.plain).into_response();
    let answered = response.headers_mut();
    let put = |answered: &mut HeaderMap, name: HeaderName, value: &'static str| {
        answered.insert(name, HeaderValue::from_static(value));
    };
    put(answered, header::CONTENT_TYPE, media_type(file.name));
    put(answered, header::CONTENT_SECURITY_POLICY, POLICY);
    put(answered, header::VARY, "accept-encoding");
    put(answered, header::CACHE_CONTROL, lifetime(file.name));
    if packed.is_some() {
        put(answered, header::CONTENT_ENCODING, "br");
    }
    if file.name == SERVICE_WORKER {
        let scope = HeaderName::from_static("service-worker-allowed");
        let root = address("/").try_into().map_err(ApiError::internal)?;
        answered.insert(scope, root);
    }
    Ok(response)
}

fn lifetime(name: &str) -> &'static str {
    match name {
        SERVICE_WORKER => "no-cache",
        _ => "public, max-age=31536000, immutable",
    }
}

fn media_type(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("wasm") => "application/wasm",
        _ => "application/octet-stream",
    }
}

/// The client names brotli among the encodings it takes, and not with a weight of nothing.
fn takes_brotli(headers: &HeaderMap) -> bool {
    headers
        .get_all(header::ACCEPT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|coding| {
            let mut parts = coding.split(';').map(str::trim);
            let is_named = parts
                .next()
                .is_some_and(|name| name.eq_ignore_ascii_case("br"));
            let weight = parts.find_map(|part| part.strip_prefix("q=")?.parse::<f32>().ok());
            is_named && weight.is_none_or(|weight| weight > 0.0)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brotli_is_sent_to_who_takes_it() {
        let takes = |value| {
            takes_brotli(&HeaderMap::from_iter([(
                header::ACCEPT_ENCODING,
                HeaderValue::from_static(value),
            )]))
        };
        assert!(takes("gzip, deflate, br, zstd"));
        assert!(takes("br;q=0.5"));
        assert!(!takes("gzip"));
        assert!(!takes("gzip, br;q=0"));
        assert!(!takes("brotli"));
        assert!(!takes_brotli(&HeaderMap::new()));
    }

    #[test]
    fn the_page_names_only_files_that_are_there() {
        let named: Vec<&str> = PAGE
            .split("\"./assets/")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
            .collect();
        assert!(named.len() >= 2, "{PAGE}");
        for name in named {
            assert!(FILES.iter().any(|file| file.name == name), "{name}");
            assert_ne!(media_type(name), "application/octet-stream", "{name}");
        }
    }
}
