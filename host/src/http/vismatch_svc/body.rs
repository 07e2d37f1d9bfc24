//! JSON bodies that carry a picture: read once into memory, the picture decoded from there to disk.

mod room;

use axum::extract::Request;
use axum::http::StatusCode;
use futures::StreamExt;
use serde::Deserialize;
use serde_json::error::Category;

use crate::app::App;
use crate::http::base64_text;
use crate::http::error::ApiError;
use crate::http::extract::{BodyKind, body_kind};
use crate::http::form::{announced, over_limit, refuse_announced};
use crate::service::{Staged, blobs, current_client};

use room::{ALL, Memory, Room};

/// How much a body may be longer than its picture in base64: the other fields, line breaks.
const SLACK: u64 = 4 << 20;

/// A body in memory.
pub struct Text {
    bytes: Vec<u8>,
    _room: Room,
}

/// Reads a JSON body that carries a picture of at most `max_body` bytes.
pub async fn read(app: &App, request: Request) -> Result<Text, ApiError> {
    if body_kind(request.headers()) != BodyKind::Json {
        let text = "the body must be application/json";
        return Err(ApiError::unsupported_media_type(text));
    }
    let limit = app.config.max_body / 3 * 4 + SLACK;
    refuse_announced(&request, limit)?;
    gather(request, limit, &ALL).await
}

/// What a body announces gives it no room: only what has arrived takes any.
async fn gather(request: Request, limit: u64, memory: &'static Memory) -> Result<Text, ApiError> {
    // The system gives memory when it is written to, so this takes none yet.
    let announced = announced(&request).unwrap_or_default().min(limit);
    let mut bytes = Vec::with_capacity(announced as usize);
    let mut room = Room::new(current_client(), memory);
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
    let mut staging = blobs::stage(&app.services).await?;
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
    use std::net::{IpAddr, Ipv4Addr};
    use std::time::Duration;

    use axum::body::{Body, Bytes};
    use axum::http::header;
    use futures::stream;
    use tokio::task::JoinSet;

    use super::room::STEP;
    use super::*;
    use crate::domain::Client;
    use crate::service::on_behalf_of;

    const LIMIT: u64 = 64 << 20;

    fn request(announced: usize, body: Body) -> Request {
        let request = Request::post("/diff").header(header::CONTENT_LENGTH, announced);
        request.body(body).unwrap()
    }

    /// A body that sends so many bytes, and then nothing for ever.
    fn stuck(bytes: usize) -> Body {
        let bytes = stream::iter([Ok::<_, std::io::Error>(Bytes::from(vec![b' '; bytes]))]);
        Body::from_stream(bytes.chain(stream::pending()))
    }

    async fn read(steps: usize, memory: &'static Memory) -> Result<Text, ApiError> {
        let text = vec![b' '; steps * STEP];
        let read = gather(request(text.len(), text.into()), LIMIT, memory);
        let read = tokio::time::timeout(Duration::from_secs(20), read).await;
        read.unwrap()
    }

    #[tokio::test]
    async fn what_is_announced_takes_no_room_from_others() {
        static MEMORY: Memory = Memory::new(16);
        let silent: Vec<_> = (0..6)
            .map(|_| tokio::spawn(gather(request(LIMIT as usize, stuck(1)), LIMIT, &MEMORY)))
            .collect();
        while MEMORY.free_steps() > 10 {
            tokio::task::yield_now().await;
        }
        assert_eq!(read(1, &MEMORY).await.unwrap().bytes.len(), STEP);
        silent.iter().for_each(tokio::task::JoinHandle::abort);
    }

    fn client(last: u8) -> Client {
        IpAddr::from(Ipv4Addr::new(10, 0, 0, last)).into()
    }

    /// Bodies of a client that are stuck after so many steps each.
    fn hold(number: u8, steps: &[usize], memory: &'static Memory) -> JoinSet<()> {
        let mut stuck_bodies = JoinSet::new();
        for steps in steps {
            let body = gather(request(0, stuck(steps * STEP)), LIMIT, memory);
            stuck_bodies.spawn(on_behalf_of(client(number), async { drop(body.await) }));
        }
        stuck_bodies
    }

    #[tokio::test]
    async fn without_room_a_body_is_asked_to_come_again() {
        static MEMORY: Memory = Memory::new(4);
        let _held = (hold(1, &[2], &MEMORY), hold(2, &[1], &MEMORY));
        while MEMORY.free_steps() > 1 {
            tokio::task::yield_now().await;
        }
        let refusal = on_behalf_of(client(3), read(2, &MEMORY)).await.err();
        assert_eq!(refusal.unwrap().status, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(MEMORY.free_steps(), 1, "what it had is given back");
    }

    #[tokio::test]
    async fn one_client_has_half_of_the_room() {
        static MEMORY: Memory = Memory::new(8);
        let _held = hold(1, &[2, 2, 2], &MEMORY);
        while MEMORY.free_steps() > 4 {
            tokio::task::yield_now().await;
        }
        let other = on_behalf_of(client(2), read(4, &MEMORY)).await;
        assert_eq!(other.unwrap().bytes.len(), 4 * STEP);
        let refusal = on_behalf_of(client(1), read(1, &MEMORY)).await.err();
        assert_eq!(refusal.unwrap().status, StatusCode::SERVICE_UNAVAILABLE);
    }
}
