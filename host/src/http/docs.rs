//! The description of the API and the two pages that show it, all from the binary: a page loads
//! nothing from elsewhere, and its content security policy makes sure of that.

use std::sync::{Arc, LazyLock};

use axum::extract::Path as FilePath;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use bytes::Bytes;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use utoipa_swagger_ui::Config;

use crate::app::App;
use crate::domain::{
    AlgorithmName, OnDuplicateName, OrientationName, OrientationScope, RenditionName,
};

use super::base_path::address;
use super::dependencies;
use super::error::{ApiError, ErrorBody};
use super::refusals;
use super::views::BinaryFile;

/// ReDoc's standalone bundle (MIT), put in place by `just assets`.
static REDOC: &[u8] = include_bytes!(env!("VISMATCH_REDOC_PATH"));

/// The description as it is served at the root.
static DOCUMENT: LazyLock<Bytes> = LazyLock::new(|| super::openapi().into());

/// Scripts and styles of this server only; Swagger UI and ReDoc style elements in place, and ReDoc
/// searches in a worker that it makes of its own code.
const POLICY: &str = "default-src 'none'; connect-src 'self'; font-src 'self' data:; \
    img-src 'self' data:; script-src 'self'; style-src 'self' 'unsafe-inline'; worker-src blob:";

pub(super) const SWAGGER_PAGE: &str = r#"<!DOCTYPE html>
<html lang="en">
  <head>
    <meta charset="UTF-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>vismatch API</title>
    <link rel="stylesheet" href="/docs/swagger-ui.css">
    <link rel="stylesheet" href="/docs/index.css">
    <link rel="icon" type="image/png" href="/docs/favicon-32x32.png">
  </head>
  <body>
    <div id="swagger-ui"></div>
    <script src="/docs/swagger-ui-bundle.js"></script>
    <script src="/docs/swagger-ui-standalone-preset.js"></script>
    <script src="/docs/swagger-initializer.js"></script>
  </body>
</html>
"#;

pub(super) const REDOC_PAGE: &str = r#"<!DOCTYPE html>
<html lang="en">
  <head>
    <meta charset="UTF-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>vismatch API</title>
    <style>body { margin: 0; font-family: system-ui, sans-serif }</style>
  </head>
  <body>
    <redoc spec-url="/openapi.json" disable-google-font="true"></redoc>
    <script src="/redoc/redoc.standalone.js"></script>
  </body>
</html>
"#;

/// What the description says before it comes to routes.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "vismatch",
        description = "Have I seen this picture? Pictures go into projects; duplicates and \
            near-duplicates are found by perceptual fingerprints. Every error of every route is the \
            same `ErrorBody`; `x-request-id` names a request in logs, sent or not. Trailing slashes \
            are accepted. Every answer to GET can be had by HEAD. `If-Match` and `If-Unmodified-Since` hold for \
            every method: 412 says that the state is another one, and nothing was done. A request for a host that the \
            server is not called is answered 421, a change that a page of another origin asks for 403, unless the \
            operator named the host or the origin.",
    ),
    tags(
        (name = "projects", description = "Collections of images with a cover."),
        (name = "images", description = "Pictures and their four renditions."),
        (name = "matching", description = "What has been seen, what is alike, what is there twice."),
        (name = "duplicates", description = "What is there more than once, and what becomes of it: decisions, resolving, the trash."),
        (name = "diff", description = "Upload and compare by JSON with base64."),
        (name = "library", description = "Uploaded, browsed, searched by similarity; over all projects."),
        (name = "plugins", description = "Hashers of your own, run beside the built-in algorithms."),
        (name = "component", description = "The WebAssembly component that looks into pictures."),
        (name = "server", description = "Health, metrics, events and this description."),
        (name = "page", description = "The page for people."),
    ),
    components(schemas(
        ErrorBody, AlgorithmName, OnDuplicateName, OrientationName, OrientationScope, RenditionName,
    )),
    servers((url = "/", description = "This server.")),
    security(()),
)]
struct Preface;

/// The description without routes.
pub fn preface() -> utoipa::openapi::OpenApi {
    Preface::openapi()
}

/// The finished description of the server at an address as JSON: what every route shares is said of each.
pub fn describe(mut document: utoipa::openapi::OpenApi, address: &str) -> String {
    for server in document.servers.iter_mut().flatten() {
        server.url = address.to_owned();
    }
    refusals::list(&mut document);
    dependencies::say(&mut document);
    document
        .to_pretty_json()
        .unwrap_or_else(|error| unreachable!("plain data is always JSON: {error}"))
}

/// The description and the pages that show it.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::default()
        .routes(routes!(openapi_json))
        .routes(routes!(swagger_ui))
        .routes(routes!(swagger_file))
        .routes(routes!(redoc))
        .routes(routes!(redoc_bundle))
}

/// This description
#[utoipa::path(
    get, path = "/openapi.json", tag = "server",
    responses((status = 200, description = "OpenAPI 3.1.", body = Object)),
)]
async fn openapi_json() -> Response {
    let document = match address("/").as_str() {
        "/" => DOCUMENT.clone(),
        base_path => describe(super::families().into_openapi(), base_path).into(),
    };
    ([(header::CONTENT_TYPE, "application/json")], document).into_response()
}

/// This description as a page to try requests from (Swagger UI)
#[utoipa::path(
    get, path = "/docs", tag = "server",
    responses((status = 200, description = "The page.", body = String, content_type = "text/html")),
)]
async fn swagger_ui() -> Response {
    page(SWAGGER_PAGE)
}

/// A file of Swagger UI
#[utoipa::path(
    get, path = "/docs/{file}", tag = "server",
    params(("file" = String, Path, description = "A file that the page at `/docs` loads.")),
    responses((status = 200, description = "The file.", body = BinaryFile, content_type = "application/octet-stream")),
)]
async fn swagger_file(FilePath(file): FilePath<String>) -> Result<Response, ApiError> {
    let config = Config::from(address("/openapi.json")).validator_url("none");
    let file = utoipa_swagger_ui::serve(&file, Arc::new(config))
        .map_err(|error| ApiError::internal(error.to_string()))?
        .ok_or_else(|| ApiError::of_status(StatusCode::NOT_FOUND))?;
    let media_type = [(header::CONTENT_TYPE, file.content_type)];
    Ok((media_type, file.bytes.into_owned()).into_response())
}

/// This description as a page to read (ReDoc)
#[utoipa::path(
    get, path = "/redoc", tag = "server",
    responses((status = 200, description = "The page.", body = String, content_type = "text/html")),
)]
async fn redoc() -> Response {
    page(REDOC_PAGE)
}

/// The script of ReDoc
#[utoipa::path(
    get, path = "/redoc/redoc.standalone.js", tag = "server",
    responses((status = 200, description = "The script.", body = String, content_type = "text/javascript")),
)]
async fn redoc_bundle() -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/javascript; charset=utf-8"),
        (header::CACHE_CONTROL, "public, max-age=3600"),
    ];
    (headers, REDOC).into_response()
}

/// A page, its addresses as the client reaches them.
fn page(html: &str) -> Response {
    let html = html.replace("=\"/", &format!("=\"{}", address("/")));
    ([(header::CONTENT_SECURITY_POLICY, POLICY)], Html(html)).into_response()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;

    fn document() -> Value {
        serde_json::from_str(&super::super::openapi()).unwrap()
    }

    fn operations(document: &Value) -> Vec<(String, Value)> {
        let paths = document["paths"].as_object().unwrap();
        let methods = paths.iter().flat_map(|(path, item)| {
            let item = item.as_object().unwrap();
            item.iter()
                .map(move |(method, op)| (format!("{method} {path}"), op.clone()))
        });
        methods.collect()
    }

    #[test]
    fn every_route_names_its_errors_its_words_and_each_parameter_once() {
        let document = document();
        assert_eq!(document["openapi"], "3.1.0");
        let mut ids = BTreeSet::new();
        for (name, operation) in operations(&document) {
            assert!(operation["summary"].is_string(), "{name} has no summary");
            let id = operation["operationId"].to_string();
            assert!(ids.insert(id), "{name}: its id is another's");
            let responses = operation["responses"].as_object().unwrap();
            assert!(responses.contains_key("4XX"), "{name}");
            assert!(responses.contains_key("5XX"), "{name}");
            let parameters = operation["parameters"]
                .as_array()
                .cloned()
                .unwrap_or_default();
            let mut names = BTreeSet::new();
            for parameter in &parameters {
                assert!(
                    names.insert(parameter["name"].to_string()),
                    "{name}: {parameter}"
                );
                assert!(parameter["description"].is_string(), "{name}: {parameter}");
            }
            let in_path = name.matches('{').count();
            let documented = parameters.iter().filter(|p| p["in"] == "path").count();
            assert_eq!(documented, in_path, "{name}");
        }
    }

    #[test]
    fn methods_of_one_address_are_described_together() {
        let document = document();
        let images = &document["paths"]["/projects/{project_id}/images"];
        assert!(images["get"].is_object() && images["post"].is_object());
    }

    #[test]
    fn every_reference_leads_somewhere() {
        let document = document();
        let text = document.to_string();
        for reference in text.split("\"$ref\":\"#").skip(1) {
            let pointer = reference.split('"').next().unwrap();
            assert!(document.pointer(pointer).is_some(), "{pointer}");
        }
    }
}
