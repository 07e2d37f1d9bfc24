//! Answers of `/diff`. With pictures they are streamed: three files in base64 need not be in memory.

use std::future;

use axum::body::Body;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use futures::stream::{self, BoxStream};
use futures::{StreamExt, TryStreamExt};
use serde_json::Value;

use crate::app::App;
use crate::config::Location;
use crate::domain::{Image, Match, ProjectName, RenditionKind};
use crate::http::error::ApiError;
use crate::service::{BlobKey, StoreError, blobs};

use super::{DiffRow, DiffView};

type Pieces = BoxStream<'static, Result<Bytes, StoreError>>;

/// The matches, `data` null.
pub fn without_pictures(project: &ProjectName, found: &[Match]) -> Response {
    let row = |found: &Match| DiffRow {
        image_name: found.image.name.to_string(),
        distance: f64::from(found.distance),
        data: None,
    };
    axum::Json(DiffView {
        success: true,
        message: "success",
        project_name: project.to_string(),
        compare_result: found.iter().map(row).collect(),
    })
    .into_response()
}

/// The matches, each with its picture; null where that is gone by now.
pub async fn with_pictures(
    app: &App,
    project: &ProjectName,
    found: &[Match],
) -> Result<Response, ApiError> {
    let project = Value::from(project.as_str());
    let opening = format!(
        r#"{{"success":true,"message":"success","project_name":{project},"compare_result":["#
    );
    let mut pieces = vec![text(opening)];
    for (position, found) in found.iter().enumerate() {
        let separator = if position == 0 { "" } else { "," };
        pieces.push(text(format!("{separator}{}", opening_of_row(found))));
        pieces.push(picture(app, found).await?);
        pieces.push(text("}"));
    }
    pieces.push(text("]}"));
    let body = Body::from_stream(stream::iter(pieces).flatten());
    Ok(([(header::CONTENT_TYPE, "application/json")], body).into_response())
}

fn opening_of_row(found: &Match) -> String {
    let name = Value::from(found.image.name.as_str());
    let distance = Value::from(f64::from(found.distance));
    format!(r#"{{"image_name":{name},"distance":{distance},"data":"#)
}

/// A stored picture as a JSON string of base64.
async fn picture(app: &App, found: &Match) -> Result<Pieces, ApiError> {
    let key = picture_key(&found.image, app.config.location);
    let Some(blob) = blobs::open(&app.services, &key).await? else {
        return Ok(text("null"));
    };
    let length = blob.bytes;
    let file = blob.into_stream(0..length);
    Ok(text("\"").chain(encode(file)).chain(text("\"")).boxed())
}

/// The file as it was given; where locations are hidden, the picture without what is written beside it,
/// because a location may be there in more ways than are read.
fn picture_key(image: &Image, location: Location) -> BlobKey {
    let project = image.project.clone();
    match location {
        Location::Keep => BlobKey::Given(project, image.name.clone()),
        Location::Hide => BlobKey::Rendition(project, RenditionKind::Original, image.id),
    }
}

fn text(text: impl Into<Bytes>) -> Pieces {
    stream::once(future::ready(Ok(text.into()))).boxed()
}

/// A stream of bytes as a stream of base64: what does not fill a group of three waits for the next piece.
fn encode(file: Pieces) -> Pieces {
    let end = stream::once(future::ready(Ok(None)));
    file.map_ok(Some)
        .chain(end)
        .scan(Vec::new(), |held, piece| {
            future::ready(Some(piece.map(|piece| encode_piece(held, piece))))
        })
        .boxed()
}

fn encode_piece(held: &mut Vec<u8>, piece: Option<Bytes>) -> Bytes {
    let whole_groups = piece.is_some();
    held.extend_from_slice(&piece.unwrap_or_default());
    let length = match whole_groups {
        true => held.len() / 3 * 3,
        false => held.len(),
    };
    let text = BASE64_STANDARD.encode(&held[..length]);
    held.drain(..length);
    text.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn pieces_of_any_length_make_the_same_base64() {
        let file: Vec<u8> = (0..1000u32).map(|n| (n * 7) as u8).collect();
        for length in [1, 2, 3, 7, 256, 1000] {
            let pieces: Vec<_> = file
                .chunks(length)
                .map(|piece| Ok(Bytes::copy_from_slice(piece)))
                .collect();
            let encoded: Vec<Bytes> = encode(stream::iter(pieces).boxed())
                .try_collect()
                .await
                .unwrap();
            assert_eq!(encoded.concat(), BASE64_STANDARD.encode(&file).as_bytes());
        }
    }
}
