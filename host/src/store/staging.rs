//! Temporary files: bytes on their way in, safe on disk before anything knows of them.
//!
//! Every open store has a folder of its own under `tmp`, and a lock in it that lives as long as the
//! process: what a dead process left there is recognised by its lock being free.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256 as Hasher};
use tempfile::{TempDir, TempPath};
use tokio::io::{AsyncWriteExt, BufWriter};

use crate::domain::{RenditionKind, Sha256, unique};

use super::disk::{Disk, blocking, failed};
use super::file_locks::is_locked;
use super::layout::Layout;
use super::{FileStamp, Staged, Store, StoreError};

/// Bytes that are gathered before a thread is asked to write them.
const BUFFER: usize = 256 * 1024;

/// The temporary folder of one open store.
#[derive(Debug)]
pub(super) struct Session {
    /// Its folder, held open: what is written goes there, whatever takes its place.
    disk: Disk,
    folder: TempDir,
    _lock: File,
}

/// A temporary file being written.
#[derive(Debug)]
pub struct Staging {
    file: BufWriter<tokio::fs::File>,
    path: TempPath,
    hasher: Hasher,
    bytes: u64,
}

/// One of the files that make an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    Source,
    Rendition(RenditionKind),
}

/// The files of an image to be, synced, in the temporary folder.
#[derive(Debug)]
pub(super) struct Pieces {
    pub(super) files: Vec<(Piece, TempPath)>,
    /// Of the given file.
    pub(super) stamp: FileStamp,
}

impl Session {
    /// Makes a folder in the data folder. Only while the store's opening lock is held: until its own
    /// lock is taken, the folder looks like one of a dead process.
    pub(super) fn start(layout: &Layout) -> io::Result<Self> {
        let folder = new_folder(&layout.temporary())?;
        let disk = layout.disk().below(folder.path())?;
        Self::new(folder, disk)
    }

    /// Makes a folder where the system keeps temporary files.
    pub(super) fn elsewhere() -> io::Result<Self> {
        let folder = new_folder(&std::env::temp_dir())?;
        let disk = Disk::open(folder.path())?;
        Self::new(folder, disk)
    }

    fn new(folder: TempDir, disk: Disk) -> io::Result<Self> {
        let lock = disk.create_new(&folder.path().join("lock"))?;
        lock.lock()?;
        Ok(Self {
            disk,
            folder,
            _lock: lock,
        })
    }

    fn new_file(&self) -> io::Result<(TempPath, File)> {
        let path = self.new_path()?;
        let file = self.disk.create_new(&path)?;
        Ok((path, file))
    }

    fn new_path(&self) -> io::Result<TempPath> {
        let name = unique().simple().to_string();
        TempPath::try_from_path(self.folder.path().join(name))
    }
}

/// Removes the folders of dead processes and tells how many processes are alive. Only while the
/// store's opening lock is held.
pub(super) fn clear_dead_sessions(layout: &Layout) -> Result<usize, StoreError> {
    let (disk, temporary) = (layout.disk(), layout.temporary());
    let mut alive = 0;
    let listed = disk.list(&temporary);
    for entry in listed.map_err(failed("clearing up after dead processes"))? {
        let path = temporary.join(&entry.name);
        if entry.is_folder && is_locked(disk, &path.join("lock"))? {
            alive += 1;
            continue;
        }
        let removed = match entry.is_folder {
            true => disk.remove_folder(&path),
            false => disk.remove_file(&path),
        };
        // One that must not be removed keeps nobody from starting.
        if let Err(error) = removed {
            tracing::warn!(?path, %error, "what a dead process left cannot be removed");
        }
    }
    Ok(alive)
}

fn new_folder(temporary: &Path) -> io::Result<TempDir> {
    tempfile::Builder::new().prefix("").tempdir_in(temporary)
}

impl Staging {
    /// Appends bytes.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<(), StoreError> {
        self.hasher.update(bytes);
        self.bytes += bytes.len() as u64;
        let written = self.file.write_all(bytes).await;
        written.map_err(failed("writing a temporary file"))
    }

    /// Syncs the file to disk.
    pub async fn finish(mut self) -> Result<Staged, StoreError> {
        let what = "syncing a temporary file";
        self.file.flush().await.map_err(failed(what))?;
        self.file.get_ref().sync_all().await.map_err(failed(what))?;
        Ok(Staged {
            path: self.path,
            bytes: self.bytes,
            sha256: Sha256(self.hasher.finalize().into()),
        })
    }
}

impl Piece {
    /// What the file is called while its image is being committed.
    pub(super) fn file_name(self) -> String {
        match self {
            Self::Source => "given".to_owned(),
            Self::Rendition(kind) => format!("{}.jpg", kind.name()),
        }
    }

    /// The given file and all renditions.
    pub(super) fn all() -> impl Iterator<Item = Self> {
        std::iter::once(Self::Source).chain(RenditionKind::ALL.into_iter().map(Self::Rendition))
    }
}

impl Store {
    /// A new temporary file, on the same file system as the blobs where these can be changed.
    pub async fn stage(&self) -> Result<Staging, StoreError> {
        if self.read_only.is_none() {
            self.has_room().await?;
        }
        let what = "making a temporary file";
        let session = self.session.clone();
        let made = blocking(move || session.new_file().map_err(failed(what)));
        let (path, file) = made.await?;
        Ok(Staging {
            file: BufWriter::with_capacity(BUFFER, file.into()),
            path,
            hasher: Hasher::new(),
            bytes: 0,
        })
    }

    /// The pieces of an image that was uploaded.
    pub(super) async fn stage_upload(
        &self,
        given: Staged,
        renditions: Vec<(RenditionKind, Vec<u8>)>,
    ) -> Result<Pieces, StoreError> {
        let stamp = FileStamp::read(&given.path)
            .and_then(|stamp| stamp.ok_or_else(|| io::ErrorKind::NotFound.into()))
            .map_err(failed("looking at a temporary file"))?;
        let mut pieces = self.stage_renditions(renditions, stamp).await?;
        pieces.files.push((Piece::Source, given.path));
        Ok(pieces)
    }

    /// The pieces of an image whose given file, of that stamp, is in its place already.
    pub(super) async fn stage_renditions(
        &self,
        renditions: Vec<(RenditionKind, Vec<u8>)>,
        stamp: FileStamp,
    ) -> Result<Pieces, StoreError> {
        self.may_write()?;
        let session = self.session.clone();
        blocking(move || {
            let files = write_renditions(&session, renditions);
            let files = files.map_err(failed("writing renditions"))?;
            Ok(Pieces { files, stamp })
        })
        .await
    }
}

/// Moves a temporary file to its place in the data folder.
pub(super) fn persist(disk: &Disk, file: TempPath, target: &Path) -> io::Result<()> {
    disk.rename(&file, target)?;
    // It is not there any more, so there is nothing to delete.
    file.keep().map_err(|error| error.error)?;
    Ok(())
}

fn write_renditions(
    session: &Session,
    renditions: Vec<(RenditionKind, Vec<u8>)>,
) -> io::Result<Vec<(Piece, TempPath)>> {
    let mut files = Vec::with_capacity(renditions.len() + 1);
    for (kind, jpeg) in renditions {
        let (path, mut file) = session.new_file()?;
        file.write_all(&jpeg)?;
        files.push((Piece::Rendition(kind), path));
    }
    let paths: Vec<PathBuf> = files.iter().map(|(_, path)| path.to_path_buf()).collect();
    session.disk.sync_all(&paths)?;
    Ok(files)
}
