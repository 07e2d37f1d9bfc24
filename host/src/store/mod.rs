//! The store: what was given, what was learned of it, and in which order it changed.
//!
//! Metadata in a database, pictures as blobs, a readable manifest beside them; see DESIGN "Data at
//! rest" in the README. Nothing here looks into a picture. Several processes may hold one store.

mod given;
mod upkeep;

pub use given::{FileStamp, GivenFile};

use std::ops::Range;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use futures::stream::BoxStream;
use jiff::Timestamp;
use thiserror::Error;

use crate::domain::{
    Fingerprint, Image, ImageId, ImageName, NewImage, Project, ProjectName, RenditionKind, Sha256,
};

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
    /// The database failed: the operator must act.
    #[error("the database failed")]
    Database(#[from] sea_orm::DbErr),
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
}

/// Facts of a stored blob.
#[derive(Clone, Debug)]
pub struct BlobInfo {
    /// Length in bytes.
    pub bytes: u64,
    /// When it was written.
    pub modified: Timestamp,
    /// Changes whenever the bytes do; without quotes.
    pub etag: String,
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

/// A temporary file being written.
#[derive(Debug)]
pub struct Staging {}

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
    /// Its fingerprints from now on; `None` when it is gone.
    pub fingerprints: Option<Vec<Fingerprint>>,
}

/// The store. Cheap to clone.
#[derive(Clone)]
pub struct Store {}

impl Staging {
    /// Appends bytes.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<(), StoreError> {
        todo!()
    }

    /// Syncs the file to disk.
    pub async fn finish(self) -> Result<Staged, StoreError> {
        todo!()
    }
}

impl Store {
    /// Opens the data folder, makes what is missing, and finishes or undoes what a crash left half done.
    pub async fn open(data: &Path) -> Result<Self, StoreError> {
        todo!()
    }

    /// The folder where people may drop pictures: `<data>/image_root`.
    pub fn image_root(&self) -> PathBuf {
        todo!()
    }

    /// The database answers.
    pub async fn ping(&self) -> Result<(), StoreError> {
        todo!()
    }

    /// A new temporary file on the same file system as the blobs.
    pub async fn stage(&self) -> Result<Staging, StoreError> {
        todo!()
    }

    /// Makes an image of staged bytes: blobs first, then one transaction, then the manifest.
    pub async fn insert(
        &self,
        image: NewImage,
        given: Staged,
        renditions: Vec<(RenditionKind, Vec<u8>)>,
        clash: NameClash,
    ) -> Result<Stored, StoreError> {
        todo!()
    }

    /// Makes an image of a file that lies in the image root already; replaces what was known of that name
    /// (id, place and date stay). Under the project's lock: `None`, and nothing happens, when the file is no
    /// longer the one of `stamp`; the image as it is, with the new stamp, when its digest is `image.sha256`
    /// already (an upload or another process was first).
    pub async fn adopt(
        &self,
        image: NewImage,
        renditions: Vec<(RenditionKind, Vec<u8>)>,
        stamp: FileStamp,
    ) -> Result<Option<Stored>, StoreError> {
        todo!()
    }

    /// Removes an image with all its blobs; `None` when it is not there.
    pub async fn remove(
        &self,
        project: &ProjectName,
        id: ImageId,
    ) -> Result<Option<Removed>, StoreError> {
        todo!()
    }

    /// Makes an image the cover; false when it is not there.
    pub async fn set_primary(
        &self,
        project: &ProjectName,
        id: ImageId,
    ) -> Result<bool, StoreError> {
        todo!()
    }

    /// Makes a project, unless it is there.
    pub async fn create_project(&self, project: &ProjectName) -> Result<(), StoreError> {
        todo!()
    }

    /// Removes a project with everything in it and says how many images that were; `None` when it is not there.
    pub async fn remove_project(&self, project: &ProjectName) -> Result<Option<u64>, StoreError> {
        todo!()
    }

    /// All projects by name.
    pub async fn projects(&self) -> Result<Vec<Project>, StoreError> {
        todo!()
    }

    /// One project.
    pub async fn project(&self, name: &ProjectName) -> Result<Option<Project>, StoreError> {
        todo!()
    }

    /// One image.
    pub async fn image(
        &self,
        project: &ProjectName,
        id: ImageId,
    ) -> Result<Option<Image>, StoreError> {
        todo!()
    }

    /// One image by its name.
    pub async fn image_by_name(
        &self,
        project: &ProjectName,
        name: &ImageName,
    ) -> Result<Option<Image>, StoreError> {
        todo!()
    }

    /// Images in upload order, at most `limit`, from behind `after`.
    pub async fn images(
        &self,
        project: &ProjectName,
        after: Option<ImageId>,
        limit: Option<u64>,
    ) -> Result<Vec<Image>, StoreError> {
        todo!()
    }

    /// Images by their ids, in the order of the ids; unknown ones are left out.
    pub async fn images_by_id(&self, ids: &[ImageId]) -> Result<Vec<Image>, StoreError> {
        todo!()
    }

    /// Images with exactly these bytes, in upload order.
    pub async fn images_by_digest(
        &self,
        project: &ProjectName,
        digest: Sha256,
    ) -> Result<Vec<Image>, StoreError> {
        todo!()
    }

    /// The image that a one-time deletion token stands for.
    pub async fn image_by_deletion_token(
        &self,
        token: &str,
    ) -> Result<Option<(ProjectName, ImageId)>, StoreError> {
        todo!()
    }

    /// The newest step of the change sequence; 0 when nothing ever happened.
    pub async fn last_change(&self) -> Result<u64, StoreError> {
        todo!()
    }

    /// Steps after `sequence`, oldest first, at most `limit`. An image that changed again later
    /// comes with the fingerprints it has now.
    pub async fn changes_since(
        &self,
        sequence: u64,
        limit: u64,
    ) -> Result<Vec<Change>, StoreError> {
        todo!()
    }

    /// Every image's fingerprints as steps, and the sequence they stand at: where an index begins.
    pub async fn fingerprints(&self) -> Result<(u64, Vec<Change>), StoreError> {
        todo!()
    }

    /// Facts of a blob; `None` when it is not there.
    pub async fn blob(&self, key: &BlobKey) -> Result<Option<BlobInfo>, StoreError> {
        todo!()
    }

    /// Part of a blob, streamed.
    pub async fn read(
        &self,
        key: &BlobKey,
        range: Range<u64>,
    ) -> Result<BoxStream<'static, Result<Bytes, StoreError>>, StoreError> {
        todo!()
    }
}
