//! Images go: removed by id, by token, or because the file that was dropped in is gone.

use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, ModelTrait,
    QueryFilter, QueryOrder,
};
use sha2::{Digest, Sha256 as Hasher};

use crate::domain::{ImageId, ImageName, ProjectName};

use super::detached::run_detached;
use super::entities::{deletion_token, image, project};
use super::manifest_writing::Edit;
use super::pending::{Intent, ProjectLock};
use super::{Removed, Store, StoreError, columns, rows};

impl Store {
    /// Removes an image with all its blobs; `None` when it is not there.
    pub async fn remove(
        &self,
        project: &ProjectName,
        id: ImageId,
    ) -> Result<Option<Removed>, StoreError> {
        // A lock has a folder, and a project that is not there should not get one.
        if self.row(project, id).await?.is_none() {
            return Ok(None);
        }
        let project = project.clone();
        let remove = move |store: Self| run_detached(remove(store, project.clone(), id));
        self.with_reserve(remove).await
    }

    /// Removes the image of a file that was dropped in and is gone; `None`, and nothing happens, when
    /// the file is there, there is no such image, or it was uploaded.
    pub async fn remove_vanished(
        &self,
        project: &ProjectName,
        name: &ImageName,
    ) -> Result<Option<Removed>, StoreError> {
        if self.row_by_name(project, name).await?.is_none() {
            return Ok(None);
        }
        let (store, project, name) = (self.clone(), project.clone(), name.clone());
        run_detached(async move {
            let lock = store.lock(&project).await?;
            let file = store.open_source(&project, &name).await?;
            match store.row_by_name(&project, &name).await? {
                Some((row, project)) if row.dropped_in && file.is_none() => {
                    store.take_out(&lock, row, project).await.map(Some)
                }
                _ => Ok(None),
            }
        })
        .await
    }

    /// The image that a one-time deletion token stands for.
    pub async fn image_by_deletion_token(
        &self,
        token: &str,
    ) -> Result<Option<(ProjectName, ImageId)>, StoreError> {
        let token = deletion_token::Entity::find_by_id(digest(token));
        let Some(token) = token.one(self.database.read()).await? else {
            return Ok(None);
        };
        let row = image::Entity::find_by_id(token.image);
        let Some(row) = row.one(self.database.read()).await? else {
            return Ok(None);
        };
        let project = super::projects::of_image(self.database.read(), &row).await?;
        let name = columns::to_project_name(&project.name)?;
        Ok(Some((name, columns::to_id(&row.id)?)))
    }

    async fn take_out(
        &self,
        lock: &ProjectLock<'_>,
        row: image::Model,
        project: project::Model,
    ) -> Result<Removed, StoreError> {
        let image = rows::to_image(row.clone(), &project)?;
        let was_decided = !self.decisions_of(image.id).await?.is_empty();
        let intent = Intent::Remove {
            image: image.id.to_string(),
            name: image.name.as_str().to_owned(),
            sha256: image.sha256.to_string(),
        };
        let made = async {
            lock.refuse_immutable(image.id, &image.name).await?;
            lock.write_intent(&intent, Vec::new()).await?;
            lock.lift(image.id, &image.name).await?;
            self.commit_removal(row, image.is_primary).await
        };
        let project = match made.await {
            Ok(project) => project,
            Err(error) => {
                lock.roll_back().await;
                return Err(error);
            }
        };
        let dropped = lock.drop_lifted(&image.name).await;
        let edit = if was_decided {
            Edit::Anew
        } else {
            Edit::Drop(image.id)
        };
        let mut unerased = lock.finish(&project, edit).await;
        if dropped.is_err() && unerased.is_none() {
            unerased = lock.lifted().await?;
        }
        let new_primary = project
            .primary_image
            .as_deref()
            .filter(|_| image.is_primary);
        Ok(Removed {
            new_primary: new_primary.map(columns::to_id).transpose()?,
            unerased,
            image,
        })
    }

    pub(super) async fn commit_removal(
        &self,
        row: image::Model,
        was_cover: bool,
    ) -> Result<project::Model, StoreError> {
        let txn = self.begin().await?;
        let mut project = super::projects::of_image(&txn, &row).await?;
        super::changes::note(&txn, &project.name, &row.id).await?;
        row.delete(&txn).await?;
        if was_cover {
            let next = first_image(&txn, &project).await?;
            project = super::projects::set_cover(&txn, project, next).await?;
        }
        txn.commit().await?;
        Ok(project)
    }
}

async fn remove(
    store: Store,
    project: ProjectName,
    id: ImageId,
) -> Result<Option<Removed>, StoreError> {
    let lock = store.lock(&project).await?;
    match store.row(&project, id).await? {
        Some((row, project)) => store.take_out(&lock, row, project).await.map(Some),
        None => Ok(None),
    }
}

/// The first image of a project in upload order.
async fn first_image(
    db: &impl ConnectionTrait,
    project: &project::Model,
) -> Result<Option<ImageId>, StoreError> {
    let first = image::Entity::find()
        .filter(image::Column::ProjectId.eq(project.id))
        .order_by_asc(image::Column::Position)
        .one(db)
        .await?;
    first.map(|row| columns::to_id(&row.id)).transpose()
}

/// Gives an image its deletion token; those it had stood for bytes that are gone.
pub(super) async fn set_token(
    db: &impl ConnectionTrait,
    row: &image::Model,
    token: Option<&str>,
) -> Result<(), StoreError> {
    deletion_token::Entity::delete_many()
        .filter(deletion_token::Column::Image.eq(row.position))
        .exec(db)
        .await?;
    if let Some(token) = token {
        let token = deletion_token::ActiveModel {
            digest: Set(digest(token)),
            image: Set(row.position),
        };
        token.insert(db).await?;
    }
    Ok(())
}

fn digest(token: &str) -> Vec<u8> {
    Hasher::digest(token.as_bytes()).to_vec()
}
