//! The component itself, for other hosts: the same file, the same bits.

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use headers::{ETag, HeaderMapExt, IfNoneMatch};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;

use super::base_path::address;
use super::error::ApiError;
use super::extract::Query;
use super::views::BinaryFile;
use crate::service::{WIT, component};

/// Component routes.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::default().routes(routes!(component))
}

/// What is wanted of the component.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Wanted {
    /// Present, with any value or none: the contract as WIT text. The same as `Accept: text/plain`.
    #[param(allow_reserved, example = "")]
    wit: Option<String>,
}

/// What the component is and how another host loads it.
#[derive(Serialize, ToSchema)]
struct Description {
    /// Digest of the file.
    #[schema(example = "sha256:6f1c…")]
    digest: String,
    /// Length of the file in bytes.
    bytes: usize,
    /// Version of the server it comes with.
    #[schema(example = "0.1.0")]
    version: &'static str,
    /// The package and world it implements.
    #[schema(example = "vismatch:pipeline/imaging@0.1.0")]
    world: &'static str,
    /// Where the file is.
    #[schema(example = "/component")]
    file: String,
    /// Where its contract is.
    #[schema(example = "/component?wit")]
    wit: String,
    /// How to load it.
    load: Load,
}

/// How to load the component, by language.
#[derive(Serialize, ToSchema)]
struct Load {
    /// Rust.
    rust: &'static str,
    /// Python.
    python: &'static str,
    /// JavaScript.
    javascript: &'static str,
}

const LOAD: Load = Load {
    rust: "wasmtime::component::Component::from_file(&engine, \"vismatch.wasm\"), linked with wasmtime_wasi::p2::add_to_linker_sync",
    python: "pip install wasmtime; wasmtime.component.Component.from_file(engine, \"vismatch.wasm\"), linked with Linker.add_wasip2",
    javascript: "npx @bytecodealliance/jco transpile vismatch.wasm -o vismatch; import { pipeline } from './vismatch/vismatch.js'",
};

/// The component that looks into pictures, its contract, or its description
///
/// The WebAssembly file, with its SHA-256 in `Repr-Digest` (RFC 9530) and `ETag`. It imports nothing
/// but what WASI's std pulls in and needs no grant. `Accept: text/plain` asks for its contract
/// instead, `Accept: application/json` for what it is and how to load it.
#[utoipa::path(
    get, path = "/component", tag = "component",
    params(Wanted),
    responses(
        (status = 200, description = "What was asked for.", content(
            (BinaryFile = "application/wasm"),
            (String = "text/plain"),
            (Description = "application/json"),
        )),
        (status = 304, description = "`If-None-Match` names the present file."),
    ),
)]
async fn component(
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let mut response = if wanted.wit.is_some() || accepts(&headers, "text/plain") {
        WIT.into_response()
    } else if accepts(&headers, "application/json") {
        axum::Json(Description::new(&app)).into_response()
    } else {
        file(&app, &headers)?
    };
    response
        .headers_mut()
        .insert(header::VARY, HeaderValue::from_static("accept"));
    Ok(response)
}

impl Description {
    fn new(app: &App) -> Self {
        Self {
            digest: format!("sha256:{}", component::digest(&app.services)),
            bytes: component::file(&app.services).len(),
            version: env!("CARGO_PKG_VERSION"),
            world: "vismatch:pipeline/imaging@0.1.0",
            file: address("/component"),
            wit: address("/component?wit"),
            load: LOAD,
        }
    }
}

fn file(app: &App, asked: &HeaderMap) -> Result<Response, ApiError> {
    let digest = component::digest(&app.services);
    let etag: ETag = format!("\"{digest}\"")
        .parse()
        .map_err(|_| ApiError::internal("the component's digest is no entity tag"))?;
    let known = asked.typed_get::<IfNoneMatch>();
    if known.is_some_and(|known| !known.precondition_passes(&etag)) {
        return Ok(StatusCode::NOT_MODIFIED.into_response());
    }
    let bytes = hex::decode(digest).map_err(ApiError::internal)?;
    let headers = [
        (header::CONTENT_TYPE, "application/wasm".to_owned()),
        (
            header::CONTENT_DISPOSITION,
            "attachment; filename=\"vismatch.wasm\"".to_owned(),
        ),
        (header::CACHE_CONTROL, "public, no-cache".to_owned()),
        (
            header::HeaderName::from_static("repr-digest"),
            format!("sha-256=:{}:", BASE64_STANDARD.encode(bytes)),
        ),
    ];
    let mut response = (headers, component::file(&app.services)).into_response();
    response.headers_mut().typed_insert(etag);
    Ok(response)
}

/// The media type is among those that the request names; `*/*` names none.
fn accepts(headers: &HeaderMap, media_type: &str) -> bool {
    headers
        .get_all(header::ACCEPT)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|range| range.split(';').next())
        .any(|essence| essence.trim().eq_ignore_ascii_case(media_type))
}
