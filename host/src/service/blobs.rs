//! Stored blobs read whole, for the sandbox and for checks. Answers to clients are streamed instead.

use bytes::Bytes;

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
        Some(blob) => Ok(Some(blob.part(0..blob.bytes).await?)),
        None => Ok(None),
    }
}
