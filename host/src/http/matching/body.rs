//! JSON bodies that carry a picture: read once into memory, the picture decoded from there to disk.

use axum::extract::Request;
use futures::StreamExt;
use serde::Deserialize;
use serde_json::error::Category;

use axum::http::{StatusCode, header};

use crate::app::App;
use crate::http::base64_text;
use crate::http::error::ApiError;
use crate::http::extract::{BodyKind, body_kind};
use crate::http::form::{LINGER, over_limit, refuse_announced};
use crate::store::Staged;

/// How much a body may be longer than its picture in base64: the other fields, line breaks.
const SLACK: u64 = 4 << 20;

/// Reads a JSON body that carries a picture of at most `max_body` bytes.
pub async fn read(app: &App, request: Request) -> Result<Vec<u8>, ApiError> {
    if body_kind(request.headers()) != BodyKind::Json {
        return Err(ApiError::unsupported_media_type(
            "the body must be application/json",
        ));
    }
    let limit = app.config.max_body / 3 * 4 + SLACK;
    refuse_announced(&request, limit)?;
    let mut text = Vec::with_capacity(announced(&request).min(limit) as usize);
    let mut received = 0;
    let mut chunks = request.into_body().into_data_stream();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|_| ApiError::invalid("the body was cut off"))?;
        received += chunk.len() as u64;
        if received > limit + LINGER {
            break;
        }
        if received > limit {
            text = Vec::new();
            continue;
        }
        text.extend_from_slice(&chunk);
    }
    if received > limit {
        return Err(over_limit(limit));
    }
    Ok(text)
}

/// Parses a body: 400 when it is not JSON, 422 when a field is missing or of a wrong type.
pub fn parse<'a, T: Deserialize<'a>>(text: &'a [u8]) -> Result<T, ApiError> {
    serde_json::from_slice(text).map_err(|error| match error.classify() {
        Category::Data => ApiError::new(StatusCode::UNPROCESSABLE_ENTITY, error.to_string()),
        _ => ApiError::invalid(format!("the body is not JSON: {error}")),
    })
}

/// Decodes a picture from base64 to disk.
pub async fn stage(app: &App, data: &str) -> Result<Staged, ApiError> {
    let limit = app.config.max_body;
    let mut staging = app.services.store.stage().await?;
    let mut decoded = 0;
    for piece in base64_text::pieces(data)? {
        let piece = piece?;
        decoded += piece.len() as u64;
        if decoded > limit {
            return Err(over_limit(limit));
        }
        staging.write(&piece).await?;
    }
    Ok(staging.finish().await?)
}

fn announced(request: &Request) -> u64 {
    let length = request.headers().get(header::CONTENT_LENGTH);
    length
        .and_then(|length| length.to_str().ok()?.parse().ok())
        .unwrap_or(0)
}
