//! The files that people gave, as the image root sees them: which are known, which changed, which are gone.
//!
//! Every answer that changes something looks again under the project's lock, so a scan, an upload and
//! another process never act on each other's half-done work.

use std::collections::HashMap;
use std::io;
use std::path::Path;

use jiff::Timestamp;

use crate::domain::{ImageId, ImageName, ProjectName, Sha256};

use sea_orm::{ColumnTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect};

use super::disk::if_there;
use super::entities::image;
use super::ingest::to_the_end;
use super::{Store, StoreError, rows};

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
        let facts = if_there(std::fs::symlink_metadata(path))?;
        let Some(facts) = facts.filter(std::fs::Metadata::is_file) else {
            return Ok(None);
        };
        Ok(Some(Self {
            bytes: facts.len(),
            modified: rows::clamped(facts.modified()?),
        }))
    }

    /// The file's date is out of range.
    pub(super) fn is_clamped(self) -> bool {
        [i64::MIN, i64::MAX].contains(&rows::to_nanos(self.modified))
    }
}

impl Store {
    /// Given files of a project by their names, from behind `after`, at most `limit`: the one named `below` and
    /// those in the folder of that name, or all when it is empty.
    pub async fn given_files(
        &self,
        project: &ProjectName,
        below: &str,
        after: Option<&ImageName>,
        limit: u64,
    ) -> Result<Vec<GivenFile>, StoreError> {
        let Some(project) = self.project_row(project).await? else {
            return Ok(Vec::new());
        };
        let mut wanted = image::Entity::find()
            .filter(image::Column::ProjectId.eq(project.id))
            .order_by_asc(image::Column::Name)
            .limit(limit);
        if let Some(after) = after {
            wanted = wanted.filter(image::Column::Name.gt(after.as_str()));
        }
        if !below.is_empty() {
            // `0` is the character after `/`; what lies between the name and `/` is left out by the second rule.
            let [folder, end] = ["/", "0"].map(|character| format!("{below}{character}"));
            let is_inside = image::Column::Name
                .eq(below)
                .or(image::Column::Name.gte(folder));
            wanted = wanted
                .filter(image::Column::Name.gte(below))
                .filter(image::Column::Name.lt(end))
                .filter(is_inside);
        }
        let images = wanted.all(self.database.read()).await?;
        images.iter().map(rows::to_given).collect()
    }

    /// What is known of the given files of some names.
    pub async fn stamps(
        &self,
        project: &ProjectName,
        names: impl Iterator<Item = &ImageName>,
    ) -> Result<HashMap<ImageName, FileStamp>, StoreError> {
        let Some(project) = self.project_row(project).await? else {
            return Ok(HashMap::new());
        };
        let images = image::Entity::find()
            .filter(image::Column::ProjectId.eq(project.id))
            .filter(image::Column::Name.is_in(names.map(ImageName::as_str)))
            .all(self.database.read())
            .await?;
        let known = images.iter().map(rows::to_given);
        known
            .map(|given| given.map(|given| (given.name, given.stamp)))
            .collect()
    }

    /// The given file of a name.
    pub async fn given_file(
        &self,
        project: &ProjectName,
        name: &ImageName,
    ) -> Result<Option<GivenFile>, StoreError> {
        let found = self.row_by_name(project, name).await?;
        found.map(|(row, _)| rows::to_given(&row)).transpose()
    }

    /// Notes a new stamp of an image whose bytes were found to be the same as ever.
    pub async fn confirm_given(&self, image: ImageId, stamp: FileStamp) -> Result<(), StoreError> {
        let by_id = image::Column::Id.eq(image.as_bytes().to_vec());
        let row = image::Entity::find().filter(by_id);
        let Some(row) = row.one(self.database.read()).await? else {
            return Ok(());
        };
        let project = super::projects::of(self.database.read(), &row).await?;
        let (store, name) = (self.clone(), rows::to_project_name(&project.name)?);
        to_the_end(async move {
            let lock = store.lock(&name).await?;
            if let Some((row, _)) = store.row(&name, image).await? {
                store.confirm(&lock, row, stamp).await?;
            }
            Ok(())
        })
        .await
    }
}
