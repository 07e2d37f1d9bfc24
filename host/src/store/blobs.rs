//! Blobs are read: what was given and what was made of it.
//!
//! What is read is what was stored. A blob is opened once, without following links, and all that is read of
//! it comes from there, whatever takes its place meanwhile. A given file lies where people put files, so it
//! must be the one that its image's row tells of: of its size and date or, where only the date is another,
//! of its digest. Written they are by renames, under a project's lock; see `pending`.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;
use std::time::{Duration, UNIX_EPOCH};

use bytes::Bytes;
use cap_fs_ext::MetadataExt;
use futures::stream::{BoxStream, StreamExt, TryStreamExt};
use jiff::Timestamp;
use sha2::{Digest, Sha256 as Hasher};
use tokio::io::{AsyncReadExt, AsyncSeekExt};
use tokio_util::io::ReaderStream;

use crate::domain::{ImageName, ProjectName, Sha256};

use super::columns;
use super::disk::{blocking, failed};
use super::file_stamp::SourceFile;
use super::layout::Layout;
use super::source_files::OpenFile;
use super::staging::Piece;
use super::{BlobKey, Store, StoreError, rows};

/// Bytes that are read at once.
const CHUNK: usize = 64 * 1024;
/// A replacement is committed before its file is in place; who falls in between looks again, so often.
const LOOKS: u32 = 5;
/// The pause between.
const PAUSE: Duration = Duration::from_millis(20);

/// A stored blob, opened.
#[derive(Debug)]
pub struct Blob {
    /// Length in bytes.
    pub bytes: u64,
    /// When it was written.
    pub modified: Timestamp,
    /// Changes whenever the bytes do; without quotes.
    pub etag: String,
    file: File,
}

impl Store {
    /// A blob; `None` when it is not there, or not what was stored.
    pub async fn blob(&self, key: &BlobKey) -> Result<Option<Blob>, StoreError> {
        if let BlobKey::Given(project, name) = key {
            return self.given_blob(project, name).await;
        }
        let (layout, key) = (self.layout.clone(), key.clone());
        blocking(move || Blob::open(&layout, &key).map_err(failed("opening a blob"))).await
    }

    async fn given_blob(
        &self,
        project: &ProjectName,
        name: &ImageName,
    ) -> Result<Option<Blob>, StoreError> {
        for _ in 0..LOOKS {
            let Some((row, _)) = self.row_by_name(project, name).await? else {
                return Ok(None);
            };
            let Some(found) = self.open_source(project, name).await? else {
                return Ok(None);
            };
            if found.is(rows::to_source_file(&row)?).await? {
                let blob = Blob::new(found.file);
                return blob.map(Some).map_err(failed("opening a blob"));
            }
            tokio::time::sleep(PAUSE).await;
        }
        Ok(None)
    }
}

impl OpenFile {
    /// It is the file that was stored.
    async fn is(&self, stored: SourceFile) -> Result<bool, StoreError> {
        if self.stamp == stored.stamp {
            return Ok(true);
        }
        if self.stamp.bytes != stored.stamp.bytes {
            return Ok(false);
        }
        let digest = self.digest().await?;
        Ok(digest == stored.sha256)
    }

    /// The digest of its bytes.
    pub async fn digest(&self) -> Result<Sha256, StoreError> {
        let file = self.file.try_clone();
        blocking(move || {
            let digest = file.and_then(digest_of);
            digest.map_err(failed("reading a given file"))
        })
        .await
    }
}

fn digest_of(mut file: File) -> io::Result<Sha256> {
    let mut hasher = Hasher::new();
    file.rewind()?;
    io::copy(&mut file, &mut hasher)?;
    Ok(Sha256(hasher.finalize().into()))
}

impl Blob {
    /// Part of it, streamed.
    pub fn into_stream(self, range: Range<u64>) -> BoxStream<'static, Result<Bytes, StoreError>> {
        let open = async move {
            let mut file = tokio::fs::File::from_std(self.file);
            file.seek(SeekFrom::Start(range.start)).await?;
            let part = file.take(range.end - range.start);
            Ok::<_, io::Error>(ReaderStream::with_capacity(part, CHUNK))
        };
        futures::stream::once(open)
            .try_flatten()
            .map_err(|error| failed("reading a blob")(error))
            .boxed()
    }

    /// Part of it, at once.
    pub async fn part(&self, range: Range<u64>) -> Result<Bytes, StoreError> {
        let file = self.file.try_clone();
        blocking(move || {
            let part = file.and_then(|file| part(file, range));
            part.map_err(failed("reading a blob"))
        })
        .await
    }

    fn open(layout: &Layout, key: &BlobKey) -> io::Result<Option<Self>> {
        let path = match key {
            BlobKey::Given(project, name) => layout.given(project, name),
            BlobKey::Rendition(project, kind, image) => layout.rendition(project, *kind, *image),
            BlobKey::TrashedGiven(project, image) => {
                let folder = layout.trashed(project, *image);
                folder.join(Piece::Source.file_name())
            }
            BlobKey::TrashedRendition(project, kind, image) => {
                let folder = layout.trashed(project, *image);
                folder.join(Piece::Rendition(*kind).file_name())
            }
        };
        layout.disk().file(&path)?.map(Self::new).transpose()
    }

    fn new(file: File) -> io::Result<Self> {
        let facts = file.metadata()?;
        let modified = facts.modified()?;
        let since = modified.duration_since(UNIX_EPOCH).unwrap_or_default();
        let (inode, bytes) = (MetadataExt::ino(&facts), facts.len());
        Ok(Self {
            bytes,
            modified: columns::clamped(modified),
            etag: format!("{inode:x}-{:x}-{bytes:x}", since.as_nanos()),
            file,
        })
    }
}

fn part(mut file: File, range: Range<u64>) -> io::Result<Bytes> {
    let length = usize::try_from(range.end - range.start).map_err(io::Error::other)?;
    let mut bytes = vec![0; length];
    file.seek(SeekFrom::Start(range.start))?;
    file.read_exact(&mut bytes)?;
    Ok(bytes.into())
}
