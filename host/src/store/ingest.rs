//! Images come in: uploaded, found in the image root, or in the place of one of the same name.
//!
//! Bytes are staged and synced before the project's lock is taken; under it there are only renames,
//! one transaction and the manifest. The whole step runs as a task of its own: a client that hangs
//! up does not cut it in half.

use sea_orm::{ActiveModelTrait, IntoActiveModel};

use crate::domain::{ImageName, NewImage, ProjectName, RenditionKind, Sha256};

use super::columns;
use super::detached::run_detached;
use super::disk::failed;
use super::entities::{image, project};
use super::manifest_writing::Edit;
use super::pending::{Intent, ProjectLock};
use super::staging::Pieces;
use super::{FileStamp, NameClash, PathState, Staged, Store, StoreError, Stored, rows};

/// Where an image goes.
enum InsertTarget {
    /// A name that is free.
    New(ImageName),
    /// The place of an image that is there.
    Of(Box<image::Model>),
}

impl Store {
    /// Makes an image of staged bytes: blobs first, then one transaction, then the manifest.
    pub async fn insert(
        &self,
        image: NewImage,
        given: Staged,
        renditions: Vec<(RenditionKind, Vec<u8>)>,
        clash: NameClash,
    ) -> Result<Stored, StoreError> {
        let pieces = self.stage_upload(given, renditions).await?;
        let store = self.clone();
        run_detached(async move {
            let lock = store.lock(&image.project).await?;
            store.ingest(&lock, image, pieces, clash).await
        })
        .await
    }

    /// As [`Store::insert`], unless the project has an image of the same bytes.
    pub async fn insert_new(
        &self,
        image: NewImage,
        given: Staged,
        renditions: Vec<(RenditionKind, Vec<u8>)>,
        clash: NameClash,
    ) -> Result<Stored, StoreError> {
        let pieces = self.stage_upload(given, renditions).await?;
        let store = self.clone();
        run_detached(async move {
            let lock = store.lock(&image.project).await?;
            store.refuse_known(&image.project, image.sha256).await?;
            store.ingest(&lock, image, pieces, clash).await
        })
        .await
    }

    /// [`StoreError::PictureKnown`] when the project has an image of these bytes.
    pub async fn refuse_known(
        &self,
        project: &ProjectName,
        digest: Sha256,
    ) -> Result<(), StoreError> {
        let known = self.images_by_digest(Some(project), digest).await?;
        match known.into_iter().next() {
            Some(image) => Err(StoreError::PictureKnown {
                project: image.project,
                name: image.name,
                holder: image.id,
            }),
            None => Ok(()),
        }
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
        if stamp.is_clamped() {
            tracing::warn!(project = %image.project, name = %image.name, "its file's date is out of range; it counts as {}", stamp.modified);
        }
        let pieces = self.stage_renditions(renditions, stamp).await?;
        let store = self.clone();
        run_detached(async move { store.adopt_staged(image, pieces).await }).await
    }

    async fn ingest(
        &self,
        lock: &ProjectLock<'_>,
        mut new: NewImage,
        pieces: Pieces,
        clash: NameClash,
    ) -> Result<Stored, StoreError> {
        self.refuse_twin(&new.project).await?;
        match self.choose_place(&new, clash).await? {
            InsertTarget::New(name) => {
                new.name = name;
                self.add(lock, new, pieces, false).await
            }
            InsertTarget::Of(row) => self.replace(lock, *row, new, pieces).await,
        }
    }

    async fn adopt_staged(
        &self,
        new: NewImage,
        pieces: Pieces,
    ) -> Result<Option<Stored>, StoreError> {
        let lock = self.lock(&new.project).await?;
        let now = self.open_source(&new.project, &new.name).await?;
        if now.map(|file| file.stamp) != Some(pieces.stamp) {
            return Ok(None);
        }
        let stored = match self.row_by_name(&new.project, &new.name).await? {
            None => self.add(&lock, new, pieces, true).await?,
            Some((row, _)) if row.sha256 == new.sha256.0 => {
                self.confirm(&lock, row, pieces.stamp).await?
            }
            Some((row, _)) => self.replace(&lock, row, new, pieces).await?,
        };
        Ok(Some(stored))
    }

    async fn add(
        &self,
        lock: &ProjectLock<'_>,
        new: NewImage,
        pieces: Pieces,
        dropped_in: bool,
    ) -> Result<Stored, StoreError> {
        let intent = Intent::Insert {
            image: new.id.to_string(),
            name: new.name.as_str().to_owned(),
            given: !dropped_in,
        };
        let made = async {
            lock.write_intent(&intent, pieces.files).await?;
            lock.place(new.id, &new.name).await?;
            self.commit_new(&new, pieces.stamp, dropped_in).await
        };
        let (row, project) = match made.await {
            Ok(made) => made,
            Err(error) => {
                lock.roll_back().await;
                return Err(error);
            }
        };
        lock.finish(&project, Edit::Append(&row)).await;
        Ok(Stored {
            image: rows::to_image(row, &project)?,
            replaced: false,
        })
    }

    async fn replace(
        &self,
        lock: &ProjectLock<'_>,
        old: image::Model,
        new: NewImage,
        pieces: Pieces,
    ) -> Result<Stored, StoreError> {
        let id = columns::to_id(&old.id)?;
        let intent = Intent::Replace {
            image: id.to_string(),
            name: old.name.clone(),
            sha256: new.sha256.to_string(),
        };
        let made = async {
            lock.refuse_immutable(id, &new.name).await?;
            lock.write_intent(&intent, pieces.files).await?;
            self.commit_replaced(old, &new, pieces.stamp).await
        };
        let (row, project, forgot) = match made.await {
            Ok(made) => made,
            Err(error) => {
                lock.roll_back().await;
                return Err(error);
            }
        };
        lock.place(id, &new.name).await?;
        let edit = if forgot { Edit::Anew } else { Edit::Swap(&row) };
        lock.finish(&project, edit).await;
        Ok(Stored {
            image: rows::to_image(row, &project)?,
            replaced: true,
        })
    }

    /// The image is what it was; its file was only touched.
    pub(super) async fn confirm(
        &self,
        lock: &ProjectLock<'_>,
        row: image::Model,
        stamp: FileStamp,
    ) -> Result<Stored, StoreError> {
        lock.write_intent(&Intent::Describe, Vec::new()).await?;
        let (row, project) = self.commit_stamp(row, stamp).await?;
        lock.finish(&project, Edit::Swap(&row)).await;
        Ok(Stored {
            image: rows::to_image(row, &project)?,
            replaced: false,
        })
    }

    pub(super) async fn commit_new(
        &self,
        new: &NewImage,
        stamp: FileStamp,
        dropped_in: bool,
    ) -> Result<(image::Model, project::Model), StoreError> {
        let txn = self.begin().await?;
        let mut project = super::projects::ensure(&txn, &new.project).await?;
        let row = rows::new_row(new, project.id, stamp, dropped_in)?;
        let row = row.insert(&txn).await?;
        if project.primary_image.is_none() {
            project = super::projects::set_cover(&txn, project, Some(new.id)).await?;
        }
        super::removal::set_token(&txn, &row, new.deletion_token.as_deref()).await?;
        super::sketches::set(&txn, &project, &row.id, new.sketch.as_ref()).await?;
        super::changes::note(&txn, &project.name, &row.id).await?;
        txn.commit().await?;
        Ok((row, project))
    }

    /// Also says whether decisions were forgotten: they were about the picture that was there before.
    pub(super) async fn commit_replaced(
        &self,
        old: image::Model,
        new: &NewImage,
        stamp: FileStamp,
    ) -> Result<(image::Model, project::Model, bool), StoreError> {
        let txn = self.begin().await?;
        let project = super::projects::ensure(&txn, &new.project).await?;
        let mut row = old.into_active_model();
        rows::describe(&mut row, new, stamp)?;
        let row = row.update(&txn).await?;
        super::removal::set_token(&txn, &row, new.deletion_token.as_deref()).await?;
        super::sketches::set(&txn, &project, &row.id, new.sketch.as_ref()).await?;
        super::plugins::forget(&txn, &row.id).await?;
        super::merging::set_aliases(&txn, &row, &[]).await?;
        let forgot = super::decisions::forget(&txn, &row.id).await?;
        super::changes::note(&txn, &project.name, &row.id).await?;
        txn.commit().await?;
        Ok((row, project, forgot))
    }

    async fn commit_stamp(
        &self,
        old: image::Model,
        stamp: FileStamp,
    ) -> Result<(image::Model, project::Model), StoreError> {
        let txn = self.begin().await?;
        let project = super::projects::of_image(&txn, &old).await?;
        let mut row = old.into_active_model();
        row.modified = sea_orm::ActiveValue::Set(columns::to_nanos(stamp.modified));
        let row = row.update(&txn).await?;
        txn.commit().await?;
        Ok((row, project))
    }

    async fn choose_place(
        &self,
        new: &NewImage,
        clash: NameClash,
    ) -> Result<InsertTarget, StoreError> {
        let path_state = self.path_state(&new.project, &new.name)?;
        let row = self.row_by_name(&new.project, &new.name).await?;
        if row.is_none() && clash != NameClash::Number {
            self.refuse_case_twin(new, clash).await?;
        }
        match (row, clash, path_state) {
            (_, NameClash::Number, _) => {
                let name = self.free_name(&new.project, &new.name).await?;
                Ok(InsertTarget::New(name))
            }
            (None, _, PathState::Nothing) => Ok(InsertTarget::New(new.name.clone())),
            (_, _, PathState::Folder) | (None, _, _) => Err(path_state.blocks(&new.name)),
            (Some((row, _)), NameClash::Replace, _) => Ok(InsertTarget::Of(Box::new(row))),
            (Some((row, _)), NameClash::Reject, _) => Err(StoreError::NameTaken {
                name: new.name.clone(),
                holder: columns::to_id(&row.id)?,
            }),
        }
    }

    /// An error when an image has a name that differs only by case: on many systems the two would be one file.
    async fn refuse_case_twin(&self, new: &NewImage, clash: NameClash) -> Result<(), StoreError> {
        let Some((twin, _)) = self.row_alike(&new.project, &new.name).await? else {
            return Ok(());
        };
        match clash {
            NameClash::Reject => Err(StoreError::NameTaken {
                name: new.name.clone(),
                holder: columns::to_id(&twin.id)?,
            }),
            _ => Err(StoreError::NameBlocked {
                name: new.name.clone(),
                by: "an image whose name differs only by case",
            }),
        }
    }

    /// A free ` (n)` whose predecessor is taken: found by doubling, then by halving, so that the
    /// ten-thousandth `image.jpg` asks as few questions as there are digits in it.
    async fn numbered(
        &self,
        project: &ProjectName,
        name: &ImageName,
    ) -> Result<ImageName, StoreError> {
        let (mut taken, mut free) = (1, 2);
        while !self.is_free(project, &name.numbered(free)).await? {
            (taken, free) = (free, free.saturating_mul(2));
        }
        while free - taken > 1 {
            let middle = taken + (free - taken) / 2;
            if self.is_free(project, &name.numbered(middle)).await? {
                free = middle;
            } else {
                taken = middle;
            }
        }
        Ok(name.numbered(free))
    }

    /// The name, or with a number where it is taken.
    pub(super) async fn free_name(
        &self,
        project: &ProjectName,
        name: &ImageName,
    ) -> Result<ImageName, StoreError> {
        match self.is_free(project, name).await? {
            true => Ok(name.clone()),
            false => self.numbered(project, name).await,
        }
    }

    async fn is_free(&self, project: &ProjectName, name: &ImageName) -> Result<bool, StoreError> {
        Ok(self.path_state(project, name)? == PathState::Nothing
            && self.row_alike(project, name).await?.is_none())
    }

    /// What has the name; an error when nothing can have it.
    fn path_state(&self, project: &ProjectName, name: &ImageName) -> Result<PathState, StoreError> {
        let path = self.layout.given(project, name);
        let path_state = self.layout.disk().path_state(&path);
        match path_state.map_err(failed("looking for a free name"))? {
            path_state @ (PathState::UnderAFile | PathState::BehindALink) => {
                Err(path_state.blocks(name))
            }
            path_state => Ok(path_state),
        }
    }
}

impl PathState {
    fn blocks(self, name: &ImageName) -> StoreError {
        StoreError::NameBlocked {
            name: name.clone(),
            by: self.description(),
        }
    }

    fn description(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::File => "a file of that name that is not an image of this project yet",
            Self::Folder => "a folder of that name",
            Self::Other => "a link or special file of that name",
            Self::UnderAFile => "an image with the name of a folder in it",
            Self::BehindALink => {
                "a link where a folder of it should be, and links are not followed"
            }
        }
    }
}
