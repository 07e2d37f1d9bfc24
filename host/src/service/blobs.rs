//! Stored blobs read whole, for the sandbox and for checks. Answers to clients are streamed instead.

use std::ops::Range;

use bytes::{Bytes, BytesMut};
use futures::TryStreamExt;

use crate::domain::{Image, RenditionKind};
use crate::store::{BlobKey, Store};

use super::ServiceError;

/// Where the file lies that was given.
pub fn given(image: &Image) -> BlobKey {
    BlobKey::Given(image.project.clone(), image.name.clone())
}

/// Where a rendition lies.
pub fn rendition(image: &Image, kind: RenditionKind) -> BlobKey {
    BlobKey::Rendition(image.project.clone(), kind, image.id)
}

/// A whole blob; `None` when it is not there.
pub async fn read_all(store: &Store, key: &BlobKey) -> Result<Option<Bytes>, ServiceError> {
    match store.blob(key).await? {
        Some(facts) => Ok(Some(read(store, key, 0..facts.bytes).await?)),
        None => Ok(None),
    }
}

/// Part of a blob.
pub async fn read(store: &Store, key: &BlobKey, range: Range<u64>) -> Result<Bytes, ServiceError> {
    let chunks = store.read(key, range).await?;
    let gather = |mut all: BytesMut, chunk: Bytes| async move {
        all.extend_from_slice(&chunk);
        Ok(all)
    };
    Ok(chunks.try_fold(BytesMut::new(), gather).await?.freeze())
}
