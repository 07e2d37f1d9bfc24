//! The files in which indexes keep themselves from start to start: opened and replaced, no link followed. What is in them
//! is the index's matter.

use std::fs::File;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use super::Store;
use super::file_locks::lock_now;
use super::layout::Layout;

/// Such a file, whether it is there or not.
#[derive(Clone, Debug)]
pub struct SnapshotFile {
    layout: Arc<Layout>,
    path: PathBuf,
}

impl Store {
    /// The file of the index of fingerprints.
    pub fn index_snapshot(&self) -> SnapshotFile {
        self.snapshot(self.layout.index_snapshot())
    }

    /// The file of the index of local features.
    pub fn feature_snapshot(&self) -> SnapshotFile {
        self.snapshot(self.layout.feature_snapshot())
    }

    fn snapshot(&self, path: PathBuf) -> SnapshotFile {
        SnapshotFile {
            layout: self.layout.clone(),
            path,
        }
    }
}

/// Not for an async thread.
impl SnapshotFile {
    /// Opens it for reading; `None` when it is not there.
    pub fn open(&self) -> io::Result<Option<File>> {
        self.layout.disk().file(&self.path)
    }

    /// Puts what `write` writes in its place, all of it or nothing, and tells whether it did: not when another process
    /// is writing it. Who has the old one open keeps it.
    pub fn replace(&self, write: impl FnOnce(&File) -> io::Result<()>) -> io::Result<bool> {
        let disk = self.layout.disk();
        let lock = disk.lock_file(&self.path.with_extension("lock"))?;
        if !lock_now(&lock)? {
            return Ok(false);
        }
        let unfinished = self.path.with_extension("unfinished");
        // One that a killed process left, or a link that somebody put there.
        disk.remove_file(&unfinished)?;
        let file = disk.create_new(&unfinished)?;
        if let Err(error) = write(&file).and_then(|()| file.sync_all()) {
            // Half of it would only take room.
            let _ = disk.remove_file(&unfinished);
            return Err(error);
        }
        disk.rename(&unfinished, &self.path)?;
        disk.sync_all(&[self.layout.index()])?;
        Ok(true)
    }

    /// Removes it.
    pub(super) fn remove(&self) -> io::Result<()> {
        self.layout.disk().remove_file(&self.path)
    }
}
