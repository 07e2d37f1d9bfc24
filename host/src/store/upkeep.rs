//! What `verify` and `rebuild` need of the store: manifests held against rows, files without an owner,
//! renditions put back. Judging pictures is not done here.

use std::path::{Path, PathBuf};

use crate::domain::{ImageId, ProjectName, RenditionKind};

use super::{Store, StoreError};

impl Store {
    /// The manifest of a project is there, readable, and says what the rows say.
    pub async fn manifest_is_current(&self, project: &ProjectName) -> Result<bool, StoreError> {
        todo!()
    }

    /// Writes the manifest of a project anew from the rows.
    pub async fn write_manifest(&self, project: &ProjectName) -> Result<(), StoreError> {
        todo!()
    }

    /// Puts a rendition in its place, unless the image is gone by now.
    pub async fn put_rendition(
        &self,
        project: &ProjectName,
        image: ImageId,
        kind: RenditionKind,
        jpeg: Vec<u8>,
    ) -> Result<(), StoreError> {
        todo!()
    }

    /// Rendition files that belong to no image.
    pub async fn orphans(&self) -> Result<Vec<PathBuf>, StoreError> {
        todo!()
    }

    /// Removes a file that [`Store::orphans`] named, unless it has an owner by now.
    pub async fn remove_orphan(&self, path: &Path) -> Result<(), StoreError> {
        todo!()
    }

    /// Makes the database of a data folder anew out of its manifests, and keeps the old one as
    /// `vismatch.db.bak`. Says how many images it holds. Fails while another process has the store open.
    pub async fn rebuild(
        data: &Path,
        progress: &(dyn Fn(u64, u64) + Sync),
    ) -> Result<u64, StoreError> {
        todo!()
    }
}
