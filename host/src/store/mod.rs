//! The store: what was given, what was learned of it, and in which order it changed.
//!
//! Metadata in a database, pictures as blobs, a readable manifest beside them; see "The data
//! folder" in `host/README.md`. Nothing here looks into a picture. Several processes may hold one store.

mod banks;
mod blobs;
mod bulk_rows;
mod changes;
mod clock;
mod columns;
mod database;
mod decided;
mod decisions;
mod detached;
mod disk;
mod entities;
mod features;
mod file_locks;
mod file_stamp;
mod held;
mod images;
mod immutable;
mod ingest;
mod layout;
mod manifest;
mod manifest_writing;
mod merging;
mod migrations;
mod pending;
mod plugins;
mod probe;
mod project_mutexes;
mod projects;
mod recovery;
mod removal;
mod reserve;
mod resolution;
mod rows;
mod sketches;
mod snapshots;
mod source_files;
mod sqlite_errors;
mod staging;
mod trash;
mod trouble;
mod unerased;
mod upkeep;
mod walk;

pub use banks::FingerprintPage;
pub use blobs::Blob;
pub use disk::PathState;
pub use file_stamp::{FileStamp, SourceFile};
pub use plugins::{Edition, EditionId, PluginRow};
pub use sketches::SketchState;
pub use snapshots::SnapshotFile;
pub use source_files::OpenFile;
pub use staging::Staging;
pub use trash::{Emptied, TrashPart};
pub use trouble::Trouble;
pub use unerased::Unerased;
pub use walk::FileKind;

use std::path::PathBuf;
use std::sync::Arc;

use thiserror::Error;

use crate::domain::{Fingerprint, Image, ImageId, ImageName, ProjectName, RenditionKind, Sha256};

/// Why the store could not do it.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The name is taken in this project (only with [`NameClash::Reject`]).
    #[error("the name {name} is taken in this project")]
    NameTaken {
        /// The name.
        name: ImageName,
        /// Whose it is.
        holder: ImageId,
    },
    /// The project has an image of the same bytes (only with [`Store::insert_new`]).
    #[error("project {:?} has this picture already: {name}", project.as_str())]
    PictureKnown {
        /// The project.
        project: ProjectName,
        /// What the picture is called there.
        name: ImageName,
        /// The image that has it.
        holder: ImageId,
    },
    /// A file or folder in the image root is in the way: the caller must choose another name.
    #[error("the name {name} cannot be used: there is {by}")]
    NameBlocked {
        /// The name.
        name: ImageName,
        /// What is in the way.
        by: &'static str,
    },
    /// A new project would differ only by the case of its name from another: the caller must choose another name.
    #[error("there is no project {:?}, and its name differs only by case from that of {:?}", name.as_str(), holder.as_str())]
    ProjectNameTaken {
        /// The name.
        name: ProjectName,
        /// Who has one like it.
        holder: ProjectName,
    },
    /// A folder on the way is a link: the operator must put the folder itself there.
    #[error("{0}")]
    BehindALink(String),
    /// Something that has to go cannot be removed or moved, so nothing was: the operator must allow it.
    #[error("{0}")]
    Immutable(String),
    /// An image that a change is about is not there, or no longer: the caller looks again.
    #[error("there is no image {image} any more")]
    ImageGone {
        /// Which.
        image: ImageId,
    },
    /// Something lies in the trash under the id of an image that is to go there: it must be emptied first.
    #[error("the trash of project {:?} has something under the id {image} already: delete that first", project.as_str())]
    TrashTaken {
        /// Whose trash.
        project: ProjectName,
        /// The id.
        image: ImageId,
    },
    /// The project that a change is about is not there, or no longer: the caller looks again.
    #[error("there is no project {:?} any more", project.as_str())]
    ProjectGone {
        /// Which.
        project: ProjectName,
    },
    /// Another process holds what a change needs, and does not let go of it in good time: try again later. When it
    /// is stopped or hangs, the operator must let it go on or end it.
    #[error("{what} is held by another process; try again later")]
    Held {
        /// What it holds.
        what: String,
    },
    /// The store was opened to be read only, for want of this: the operator must act, and start it anew.
    #[error("{0}")]
    NotWritable(Trouble),
    /// Another process has the data folder open: the operator must stop it first.
    #[error("another process has the data folder open")]
    InUse,
    /// The database is damaged: the operator must make it anew.
    #[error(
        "the database is damaged: stop the servers of this data folder, then `vismatch rebuild` makes it anew"
    )]
    DatabaseDamaged(#[source] sea_orm::DbErr),
    /// The database failed: the operator must act.
    #[error("the database failed")]
    Database(#[source] sea_orm::DbErr),
    /// A file or blob failed: the operator must act.
    #[error("{what} failed")]
    Files {
        /// What was being done.
        what: String,
        /// Why it failed.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// What is stored contradicts itself: `verify` says more.
    #[error("the stored data is damaged: {0}")]
    Damaged(String),
}

/// What to do when a name is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameClash {
    /// Take the next free `name (2).jpg`.
    Number,
    /// Replace picture, fingerprints and renditions; the id, place and date stay (S0).
    Replace,
    /// Fail with [`StoreError::NameTaken`].
    Reject,
}

/// What belongs to one image and is kept as bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BlobKey {
    /// What people gave, verbatim.
    Given(ProjectName, ImageName),
    /// What was made of it.
    Rendition(ProjectName, RenditionKind, ImageId),
    /// What people gave, now in the trash.
    TrashedGiven(ProjectName, ImageId),
    /// What was made of an image in the trash.
    TrashedRendition(ProjectName, RenditionKind, ImageId),
}

/// Bytes that were streamed in and are safe on disk, not yet an image. Dropped, they are deleted.
#[derive(Debug)]
pub struct Staged {
    /// The temporary file.
    pub path: tempfile::TempPath,
    /// Its length.
    pub bytes: u64,
    /// Its digest.
    pub sha256: Sha256,
}

/// What became of an image.
#[derive(Clone, Debug)]
pub struct Stored {
    /// The image as it is now.
    pub image: Image,
    /// It took the place of an image of the same name.
    pub replaced: bool,
}

/// An image that is gone.
#[derive(Clone, Debug)]
pub struct Removed {
    /// What was removed.
    pub image: Image,
    /// The cover that took over, when the removed image was the cover and others remain.
    pub new_primary: Option<ImageId>,
    /// Files of it that could not be erased yet.
    pub unerased: Option<Unerased>,
}

/// A project that is gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemovedProject {
    /// How many images went with it.
    pub images: u64,
    /// Files of it that could not be erased yet.
    pub unerased: Vec<Unerased>,
}

/// One step of the change sequence.
#[derive(Clone, Debug)]
pub struct Change {
    /// Its place: strictly increasing over all processes.
    pub sequence: u64,
    /// Whose image.
    pub project: ProjectName,
    /// Which image.
    pub image: ImageId,
    /// What it is searched by from now on; `None` when it is gone, or not searched so.
    pub fingerprints: Option<Vec<Fingerprint>>,
}

/// The store. Cheap to clone: clones share everything.
#[derive(Clone)]
pub struct Store {
    layout: Arc<layout::Layout>,
    database: database::Database,
    session: Arc<staging::Session>,
    /// Why nothing can be changed, if so.
    read_only: Option<Trouble>,
    reserve: Arc<reserve::Reserve>,
    project_mutexes: Arc<project_mutexes::ProjectMutexes>,
    held: Arc<held::Held>,
    probe: Arc<probe::Probe>,
}

impl Store {
    /// The folder where people may drop pictures: `<data>/image_root`, by its real path.
    pub fn image_root(&self) -> PathBuf {
        self.layout.image_root()
    }

    /// Why nothing can be changed; `None` when everything can.
    pub fn read_only(&self) -> Option<Trouble> {
        self.read_only
    }

    /// [`StoreError::NotWritable`] when nothing can be changed.
    pub fn may_write(&self) -> Result<(), StoreError> {
        match self.read_only {
            None => Ok(()),
            Some(trouble) => Err(StoreError::NotWritable(trouble)),
        }
    }

    /// Begins a transaction that changes something.
    async fn begin(&self) -> Result<sea_orm::DatabaseTransaction, StoreError> {
        self.may_write()?;
        Ok(self.database.begin().await?)
    }

    /// The database answers.
    pub async fn ping(&self) -> Result<(), StoreError> {
        Ok(self.database.read().ping().await?)
    }
}

#[cfg(test)]
mod tests;
