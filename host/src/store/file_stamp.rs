//! The stamp of a file: what tells a changed file from an unchanged one.

use std::fs::Metadata;
use std::io;
use std::path::Path;
use std::time::SystemTime;

use jiff::Timestamp;

use crate::domain::{ImageId, ImageName, Sha256};

use super::columns;
use super::disk::if_there;

/// What tells a changed file from an unchanged one without reading it. Kept in the image's row
/// for the given file, to the nanosecond.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FileStamp {
    /// Length in bytes.
    pub bytes: u64,
    /// When it was last written; what is before 1677 or after 2262 counts as the first or last date there is.
    pub modified: Timestamp,
}

/// A given file as the store knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceFile {
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
    /// The stamp of a file; `None` when there is no regular file. The last name is not followed when it is a
    /// link, those above it are: for paths of the data folder there is [`Store::open_source`](super::Store::open_source).
    pub fn read(path: &Path) -> io::Result<Option<Self>> {
        match if_there(std::fs::symlink_metadata(path))? {
            Some(facts) => Self::of_facts(&facts),
            None => Ok(None),
        }
    }

    /// The stamp in a file's facts; `None` when they are of something else.
    pub(super) fn of_facts(facts: &Metadata) -> io::Result<Option<Self>> {
        if !facts.is_file() {
            return Ok(None);
        }
        Ok(Some(Self::new(facts.len(), facts.modified()?)))
    }

    pub(super) fn new(bytes: u64, modified: SystemTime) -> Self {
        Self {
            bytes,
            modified: columns::clamped(modified),
        }
    }

    /// The file's date is out of range.
    pub(super) fn is_clamped(self) -> bool {
        [i64::MIN, i64::MAX].contains(&columns::to_nanos(self.modified))
    }
}
