//! Blobs are read: what was given and what was made of it, through `object_store`.
//!
//! Written they are by renames, under a project's lock; see `pending`.

use std::fs::File;
use std::io;
use std::ops::Range;
use std::path::PathBuf;

use bytes::Bytes;
use futures::stream::{self, BoxStream, StreamExt, TryStreamExt};
use object_store::local::LocalFileSystem;
use object_store::path::Path as Key;
use object_store::{
    Error, GetOptions, GetRange, GetResult, GetResultPayload, ObjectMeta, ObjectStore,
};

use super::disk::failed;
use super::layout::Layout;
use super::staging::Piece;
use super::{BlobInfo, BlobKey, Store, StoreError, rows};

/// The blobs of one data folder.
#[derive(Debug)]
pub(super) struct Blobs {
    files: LocalFileSystem,
    root: PathBuf,
}

impl Blobs {
    pub(super) fn new(layout: &Layout) -> Result<Self, StoreError> {
        let files = LocalFileSystem::new_with_prefix(layout.root());
        Ok(Self {
            files: files.map_err(failed("opening the data folder"))?,
            root: layout.root().to_owned(),
        })
    }

    async fn get(&self, key: &BlobKey, options: GetOptions) -> Result<GetResult, Error> {
        let key = parse_key(key)?;
        if !is_reserved(&key) {
            return self.files.get_opts(&key, options).await;
        }
        let path = self.root.join(key.as_ref());
        let opened = tokio::task::spawn_blocking(move || open(key, path, options)).await;
        opened.map_err(|source| Error::JoinError { source })?
    }
}

impl Store {
    /// Facts of a blob; `None` when it is not there.
    pub async fn blob(&self, key: &BlobKey) -> Result<Option<BlobInfo>, StoreError> {
        let options = GetOptions::new().with_head(true);
        match self.blobs.get(key, options).await {
            Ok(found) => Ok(Some(to_info(&found.meta))),
            Err(error) if is_absence(&error) => Ok(None),
            Err(error) => Err(failed("looking at a blob")(error)),
        }
    }

    /// Part of a blob, streamed.
    pub async fn read(
        &self,
        key: &BlobKey,
        range: Range<u64>,
    ) -> Result<BoxStream<'static, Result<Bytes, StoreError>>, StoreError> {
        if range.is_empty() {
            return Ok(stream::empty().boxed());
        }
        let options = GetOptions::new().with_range(Some(GetRange::Bounded(range)));
        let found = self.blobs.get(key, options).await;
        let bytes = found.map_err(failed("opening a blob"))?.into_stream();
        Ok(bytes
            .map_err(|error| failed("reading a blob")(error))
            .boxed())
    }
}

/// `parse`, not `from`: that would escape characters which file names here have as they are.
fn parse_key(key: &BlobKey) -> Result<Key, object_store::path::Error> {
    Key::parse(match key {
        BlobKey::Given(project, name) => format!("image_root/{project}/{name}"),
        BlobKey::Rendition(project, kind, image) => {
            format!("projects/{project}/{}/{image}.jpg", kind.name())
        }
        BlobKey::TrashedGiven(project, image) => {
            format!(
                "projects/{project}/trash/{image}/{}",
                Piece::Given.file_name()
            )
        }
        BlobKey::TrashedRendition(project, kind, image) => {
            let piece = Piece::Rendition(*kind);
            format!("projects/{project}/trash/{image}/{}", piece.file_name())
        }
    })
}

/// `object_store` keeps names that end in `#` and digits for its own temporary files and refuses to
/// open them; people may have given a file such a name.
fn is_reserved(key: &Key) -> bool {
    let number = key.filename().and_then(|name| name.split_once('#'));
    number.is_some_and(|(_, number)| number.bytes().all(|byte| byte.is_ascii_digit()))
}

/// The blob, or a folder on the way to it, is not there.
fn is_absence(error: &Error) -> bool {
    let mut causes = std::iter::successors(Some(error as &dyn std::error::Error), |e| e.source());
    causes.any(|cause| match cause.downcast_ref::<io::Error>() {
        Some(cause) => cause.kind() == io::ErrorKind::NotADirectory,
        None => matches!(cause.downcast_ref(), Some(Error::NotFound { .. })),
    })
}

/// What `LocalFileSystem` does with every other name.
fn open(key: Key, path: PathBuf, options: GetOptions) -> Result<GetResult, Error> {
    let missing = |source: io::Error| Error::NotFound {
        path: key.to_string(),
        source: source.into(),
    };
    let file = File::open(&path).map_err(missing)?;
    let facts = file.metadata().map_err(missing)?;
    let modified = facts.modified().map_err(missing)?;
    let size = facts.len();
    let range = match options.range {
        Some(GetRange::Bounded(range)) => range.start.min(size)..range.end.min(size),
        _ => 0..size,
    };
    let e_tag = modified
        .duration_since(std::time::UNIX_EPOCH)
        .map(|since| format!("\"{:x}-{size:x}\"", since.as_nanos()));
    Ok(GetResult {
        meta: ObjectMeta {
            location: key,
            last_modified: modified.into(),
            size,
            e_tag: e_tag.ok(),
            version: None,
        },
        payload: GetResultPayload::File(file, path),
        range,
        attributes: Default::default(),
        extensions: Default::default(),
    })
}

fn to_info(meta: &ObjectMeta) -> BlobInfo {
    let modified = rows::clamped(meta.last_modified.into());
    let etag = meta.e_tag.as_deref().unwrap_or_default();
    BlobInfo {
        bytes: meta.size,
        modified,
        etag: etag.trim_matches('"').to_owned(),
    }
}
