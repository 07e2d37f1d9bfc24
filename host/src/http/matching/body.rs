//! JSON bodies that carry a picture: read once into memory, the picture decoded from there to disk.

use axum::extract::Request;
use axum::http::StatusCode;
use futures::StreamExt;
use serde::Deserialize;
use serde_json::error::Category;
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::app::App;
use crate::http::base64_text;
use crate::http::error::ApiError;
use crate::http::extract::{BodyKind, body_kind};
use crate::http::form::{announced, over_limit, refuse_announced};
use crate::store::Staged;

/// How much a body may be longer than its picture in base64: the other fields, line breaks.
const SLACK: u64 = 4 << 20;
/// How many bytes of bodies may be in memory at once; more of them wait.
const ROOM: u32 = 512 << 20;

static FREE_ROOM: Semaphore = Semaphore::const_new(ROOM as usize);

/// A body in memory.
pub struct Text {
    bytes: Vec<u8>,
    _room: SemaphorePermit<'static>,
}

/// Reads a JSON body that carries a picture of at most `max_body` bytes.
pub async fn read(app: &App, request: Request) -> Result<Text, ApiError> {
    if body_kind(request.headers()) != BodyKind::Json {
        let text = "the body must be application/json";
        return Err(ApiError::unsupported_media_type(text));
    }
    let limit = app.config.max_body / 3 * 4 + SLACK;
    refuse_announced(&request, limit)?;
    let length = announced(&request).unwrap_or(limit);
    let room = u32::try_from(length).unwrap_or(ROOM).min(ROOM);
    let room = FREE_ROOM.acquire_many(room).await;
    Ok(Text {
        _room: room.map_err(ApiError::internal)?,
        bytes: gather(request, length, limit).await?,
    })
}

async fn gather(request: Request, length: u64, limit: u64) -> Result<Vec<u8>, ApiError> {
    let mut bytes = Vec::with_capacity(length as usize);
    let mut chunks = request.into_body().into_data_stream();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|_| ApiError::invalid("the body was cut off"))?;
        if (bytes.len() + chunk.len()) as u64 > limit {
            return Err(over_limit(limit));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

/// Parses a body: 400 when it is not JSON, 422 when a field is missing or of a wrong type.
pub fn parse<'a, T: Deserialize<'a>>(text: &'a Text) -> Result<T, ApiError> {
    serde_json::from_slice(&text.bytes).map_err(|error| match error.classify() {
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
