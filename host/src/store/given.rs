//! The files that people gave, as the image root sees them: which are known, which changed, which are gone.
//!
//! Every answer that changes something looks again under the project's lock, so a scan, an upload and
//! another process never act on each other's half-done work.

use std::io;
use std::path::Path;

use jiff::Timestamp;

use crate::domain::{ImageId, ImageName, ProjectName, Sha256};

use super::{Removed, Store, StoreError};

/// What tells a changed file from an unchanged one without reading it. Kept in the image's row
/// for the given file, to the nanosecond.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FileStamp {
    /// Length in bytes.
    pub bytes: u64,
    /// When it was last written.
    pub modified: Timestamp,
}

/// A given file as the store knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GivenFile {
    /// Whose file it is.
    pub image: ImageId,
    /// Its path below the project's folder.
    pub name: ImageName,
    /// How it was when the store last knew its bytes.
    pub stamp: FileStamp,
    /// The digest of its bytes.
    pub sha256: Sha256,
    /// It was found in the image root, not uploaded.
    pub dropped_in: bool,
}

impl FileStamp {
    /// The stamp of a file; `None` when there is no regular file (links are not followed).
    pub fn of(path: &Path) -> io::Result<Option<Self>> {
        let facts = match std::fs::symlink_metadata(path) {
            Ok(facts) => facts,
            Err(error) if is_absence(&error) => return Ok(None),
            Err(error) => return Err(error),
        };
        if !facts.is_file() {
            return Ok(None);
        }
        let modified = Timestamp::try_from(facts.modified()?).map_err(io::Error::other)?;
        let bytes = facts.len();
        Ok(Some(Self { bytes, modified }))
    }
}

/// The error says that the file, or a folder on the way to it, is not there.
fn is_absence(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
    )
}

impl Store {
    /// The given files of a project: the one named `below` and those in the folder of that name, or all
    /// when it is empty.
    pub async fn given_files(
        &self,
        project: &ProjectName,
        below: &str,
    ) -> Result<Vec<GivenFile>, StoreError> {
        todo!()
    }

    /// The given file of a name.
    pub async fn given_file(
        &self,
        project: &ProjectName,
        name: &ImageName,
    ) -> Result<Option<GivenFile>, StoreError> {
        todo!()
    }

    /// Notes a new stamp of an image whose bytes were found to be the same as ever.
    pub async fn confirm_given(&self, image: ImageId, stamp: FileStamp) -> Result<(), StoreError> {
        todo!()
    }

    /// Removes the image of a file that was dropped in and is gone; `None`, and nothing happens, when
    /// the file is there, there is no such image, or it was uploaded.
    pub async fn remove_vanished(
        &self,
        project: &ProjectName,
        name: &ImageName,
    ) -> Result<Option<Removed>, StoreError> {
        todo!()
    }
}
