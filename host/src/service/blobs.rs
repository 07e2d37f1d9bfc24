//! Stored blobs: streamed to clients, or read whole for the sandbox and for checks; and files that come in.

use bytes::Bytes;

use crate::domain::{Image, RenditionKind};
use crate::sandbox::Input;
use crate::store::{Blob, BlobKey, Staging, Store};

use super::{ServiceError, Services};

/// Where the file lies that was given.
pub fn given(image: &Image) -> BlobKey {
    BlobKey::Given(image.project.clone(), image.name.clone())
}

/// Where a rendition lies.
pub fn rendition(image: &Image, kind: RenditionKind) -> BlobKey {
    BlobKey::Rendition(image.project.clone(), kind, image.id)
}

/// A blob to stream; `None` when it is not there.
pub async fn open(services: &Services, key: &BlobKey) -> Result<Option<Blob>, ServiceError> {
    Ok(services.store.blob(key).await?)
}

/// A file in the making, for bytes that come in. It goes when it is dropped, unless an upload takes it.
pub async fn stage(services: &Services) -> Result<Staging, ServiceError> {
    Ok(services.store.stage().await?)
}

/// A stored image as it was given, for the sandbox; `NotFound` when its file is gone.
pub async fn input(services: &Services, image: &Image) -> Result<Input, ServiceError> {
    let missing = || ServiceError::NotFound(format!("the file of image {} is gone", image.name));
    let bytes = read_all(&services.store, &given(image)).await?;
    Ok(Input::Bytes(bytes.ok_or_else(missing)?))
}

/// A whole blob; `None` when it is not there.
pub async fn read_all(store: &Store, key: &BlobKey) -> Result<Option<Bytes>, ServiceError> {
    match store.blob(key).await? {
        Some(blob) => Ok(Some(blob.part(0..blob.bytes).await?)),
        None => Ok(None),
    }
}
