//! JSON bodies that carry a picture: read once into memory, the picture decoded from there to disk.

use std::time::Duration;

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
/// Bodies take room in memory by such steps, as they arrive.
const STEP: usize = 256 << 10;
/// How many steps all bodies together may take.
const STEPS: usize = (512 << 20) / STEP;
/// How long a body waits for room that others have; then it gives up what it has.
const WAIT: Duration = Duration::from_secs(5);

static FREE: Semaphore = Semaphore::const_new(STEPS);

/// A body in memory.
pub struct Text {
    bytes: Vec<u8>,
    _room: Room,
}

/// The room that a body takes in memory.
struct Room {
    free: &'static Semaphore,
    taken: Option<SemaphorePermit<'static>>,
}

impl Room {
    fn none(free: &'static Semaphore) -> Self {
        Self { free, taken: None }
    }

    /// Takes what is missing for so many bytes.
    async fn hold(&mut self, bytes: usize) -> Result<(), ApiError> {
        let wanted = bytes.div_ceil(STEP).min(STEPS);
        while self.taken.as_ref().map_or(0, SemaphorePermit::num_permits) < wanted {
            let step = tokio::time::timeout(WAIT, self.free.acquire()).await;
            let step = step.map_err(|_| ApiError::busy("too many large bodies at once", WAIT))?;
            let step = step.map_err(ApiError::internal)?;
            match &mut self.taken {
                Some(taken) => taken.merge(step),
                none => *none = Some(step),
            }
        }
        Ok(())
    }
}

/// Reads a JSON body that carries a picture of at most `max_body` bytes.
pub async fn read(app: &App, request: Request) -> Result<Text, ApiError> {
    if body_kind(request.headers()) != BodyKind::Json {
        let text = "the body must be application/json";
        return Err(ApiError::unsupported_media_type(text));
    }
    let limit = app.config.max_body / 3 * 4 + SLACK;
    refuse_announced(&request, limit)?;
    gather(request, limit, &FREE).await
}

/// What a body announces gives it no room: only what has arrived takes any.
async fn gather(request: Request, limit: u64, free: &'static Semaphore) -> Result<Text, ApiError> {
    // The system gives memory when it is written to, so this takes none yet.
    let announced = announced(&request).unwrap_or_default().min(limit);
    let mut bytes = Vec::with_capacity(announced as usize);
    let mut room = Room::none(free);
    let mut chunks = request.into_body().into_data_stream();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|_| ApiError::invalid("the body was cut off"))?;
        let length = bytes.len() + chunk.len();
        if length as u64 > limit {
            return Err(over_limit(limit));
        }
        room.hold(length).await?;
        bytes.extend_from_slice(&chunk);
    }
    Ok(Text { bytes, _room: room })
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

#[cfg(test)]
mod tests {
    use axum::body::{Body, Bytes};
    use axum::http::header;
    use futures::stream;

    use super::*;

    const LIMIT: u64 = 64 << 20;

    fn request(announced: usize, body: Body) -> Request {
        let request = Request::post("/diff").header(header::CONTENT_LENGTH, announced);
        request.body(body).unwrap()
    }

    /// Bodies that announce all that there is, send a byte, and then nothing for ever.
    fn silent() -> Body {
        let byte = stream::iter([Ok::<_, std::io::Error>(Bytes::from_static(b"{"))]);
        Body::from_stream(byte.chain(stream::pending()))
    }

    #[tokio::test]
    async fn what_is_announced_takes_no_room_from_others() {
        static FREE: Semaphore = Semaphore::const_new(8);
        let silent: Vec<_> = (0..6)
            .map(|_| tokio::spawn(gather(request(LIMIT as usize, silent()), LIMIT, &FREE)))
            .collect();
        while FREE.available_permits() > 2 {
            tokio::task::yield_now().await;
        }
        let text = vec![b' '; STEP];
        let read = gather(request(STEP, text.into()), LIMIT, &FREE);
        let read = tokio::time::timeout(Duration::from_secs(5), read).await;
        assert_eq!(read.unwrap().unwrap().bytes.len(), STEP);
        silent.iter().for_each(tokio::task::JoinHandle::abort);
    }

    #[tokio::test]
    async fn without_room_a_body_is_asked_to_come_again() {
        static FREE: Semaphore = Semaphore::const_new(2);
        let text = vec![b' '; 3 * STEP];
        let read = gather(request(text.len(), text.into()), LIMIT, &FREE).await;
        let refusal = read.err().unwrap();
        assert_eq!(refusal.status, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(FREE.available_permits(), 2, "what it had is given back");
    }
}
