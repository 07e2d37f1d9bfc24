//! Duplicates are brought down to one: the kept image takes over names and metadata, the others go to
//! the trash. Their files are moved first, since that may fail, then one transaction follows; who finds it
//! cut off moves the files back.

use jiff::Timestamp;
use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, ModelTrait, QueryFilter};

use crate::domain::{ImageId, Pair, ProjectName, Resolved};

use super::detached::run_detached;
use super::entities::{deletion_token, image, project};
use super::manifest::ManifestEntry;
use super::manifest_writing::Edit;
use super::merging::{self, MergedJson};
use super::pending::{Intent, ProjectLock};
use super::trash::TrashEntry;
use super::{Store, StoreError, columns, decisions, projects, rows};

/// What resolving comes to, worked out before anything is done.
pub(super) struct Plan {
    kept: image::Model,
    merged: Vec<MergedJson>,
    removed: Vec<image::Model>,
    pub(super) entries: Vec<TrashEntry>,
    /// The cover goes, and the kept image becomes it.
    takes_cover: bool,
}

impl Store {
    /// Merges images of a project into one of them, or only says what would come of it.
    /// [`StoreError::ImageGone`] when one of them is not there.
    pub async fn resolve(
        &self,
        project: &ProjectName,
        keep: ImageId,
        remove: Vec<ImageId>,
    ) -> Result<Resolved, StoreError> {
        if self.project_row(project).await?.is_none() {
            return Err(StoreError::ImageGone { image: keep });
        }
        let (store, name) = (self.clone(), project.clone());
        run_detached(async move {
            let lock = store.lock(&name).await?;
            let (owner, plan) = store.plan(&name, keep, &remove).await?;
            store.carry_out(&lock, owner, plan).await
        })
        .await
    }

    /// What [`Store::resolve`] would answer, without doing it.
    pub async fn would_resolve(
        &self,
        project: &ProjectName,
        keep: ImageId,
        remove: &[ImageId],
    ) -> Result<Resolved, StoreError> {
        let (mut owner, plan) = self.plan(project, keep, remove).await?;
        let mut kept = plan.kept.clone();
        kept.merged = merging::text_of(&plan.merged)?;
        let removed = plan.images(&owner)?;
        if plan.takes_cover {
            owner.primary_image = Some(kept.id.clone());
        }
        Ok(Resolved {
            kept: rows::to_image(kept, &owner)?,
            removed,
        })
    }

    pub(super) async fn plan(
        &self,
        project: &ProjectName,
        keep: ImageId,
        remove: &[ImageId],
    ) -> Result<(project::Model, Plan), StoreError> {
        let gone = |image| StoreError::ImageGone { image };
        let (kept, owner) = self.row(project, keep).await?.ok_or(gone(keep))?;
        let mut plan = Plan {
            merged: merging::merged_into(&kept)?,
            kept,
            removed: Vec::with_capacity(remove.len()),
            entries: Vec::with_capacity(remove.len()),
            takes_cover: false,
        };
        let now = Timestamp::now();
        let seen = self.time_seen(now).await?.as_millis() as u64;
        for &id in remove {
            let (row, _) = self.row(project, id).await?.ok_or(gone(id))?;
            plan.merged.push(MergedJson::new(&row)?);
            plan.merged.extend(merging::merged_into(&row)?);
            let was_primary = owner.primary_image.as_deref() == Some(&row.id);
            plan.takes_cover |= was_primary;
            plan.entries.push(TrashEntry {
                image: ManifestEntry::new(&row)?,
                position: row.position,
                was_primary,
                trashed_at: now,
                seen,
                merged_into: keep.to_string(),
                tokens: self.tokens_of(&row).await?,
                decisions: self
                    .decisions_of(id)
                    .await?
                    .into_iter()
                    .map(Into::into)
                    .collect(),
            });
            plan.removed.push(row);
        }
        Ok((owner, plan))
    }

    async fn carry_out(
        &self,
        lock: &ProjectLock<'_>,
        owner: project::Model,
        plan: Plan,
    ) -> Result<Resolved, StoreError> {
        let removed = plan.images(&owner)?;
        let entries = plan.entries.clone();
        let names = entries.iter().map(|entry| entry.image.name.clone());
        self.refuse_folders_behind_links(&lock.project, names.collect())
            .await?;
        for image in &removed {
            lock.refuse_immutable(image.id, &image.name).await?;
            lock.refuse_trashed(image.id).await?;
        }
        let made = async {
            let intent = Intent::Discard {
                entries: entries.clone(),
            };
            lock.write_intent(&intent, Vec::new()).await?;
            lock.discard(entries).await?;
            self.commit_resolution(owner, plan).await
        };
        let (kept, owner) = match made.await {
            Ok(made) => made,
            Err(error) => {
                lock.roll_back().await;
                return Err(error);
            }
        };
        lock.finish(&owner, Edit::Anew).await;
        Ok(Resolved {
            kept: rows::to_image(kept, &owner)?,
            removed,
        })
    }

    pub(super) async fn commit_resolution(
        &self,
        mut owner: project::Model,
        plan: Plan,
    ) -> Result<(image::Model, project::Model), StoreError> {
        let keep = columns::to_id(&plan.kept.id)?;
        let txn = self.begin().await?;
        for row in plan.removed {
            super::changes::note(&txn, &owner.name, &row.id).await?;
            row.delete(&txn).await?;
        }
        let kept = merging::set(&txn, plan.kept, &plan.merged).await?;
        if plan.takes_cover {
            owner = projects::set_cover(&txn, owner, Some(keep)).await?;
        }
        let inherited = self.inherited(&txn, keep, &plan.entries).await?;
        decisions::insert(&txn, owner.id, inherited.into_iter()).await?;
        txn.commit().await?;
        Ok((kept, owner))
    }

    /// What was decided about removed images holds of the one that stands for them now; those are gone
    /// from the transaction already.
    async fn inherited(
        &self,
        txn: &DatabaseTransaction,
        keep: ImageId,
        entries: &[TrashEntry],
    ) -> Result<Vec<(Pair, Timestamp)>, StoreError> {
        let mut inherited = Vec::new();
        for entry in entries {
            for (pair, decided_at) in entry.decisions()? {
                let Some(partner) = pair.other(entry.id()?) else {
                    continue;
                };
                let partner_row = image::Entity::find()
                    .filter(image::Column::Id.eq(partner.as_bytes().to_vec()))
                    .one(txn)
                    .await?;
                let pair = Pair::new(keep, partner).filter(|_| partner_row.is_some());
                inherited.extend(pair.map(|pair| (pair, decided_at)));
            }
        }
        Ok(inherited)
    }

    /// Digests of an image's deletion tokens, lower-case hex.
    async fn tokens_of(&self, row: &image::Model) -> Result<Vec<String>, StoreError> {
        let tokens = deletion_token::Entity::find()
            .filter(deletion_token::Column::Image.eq(row.position))
            .all(self.database.read())
            .await?;
        Ok(tokens
            .iter()
            .map(|token| hex::encode(&token.digest))
            .collect())
    }
}

impl Plan {
    /// What goes, as it is.
    fn images(&self, owner: &project::Model) -> Result<Vec<crate::domain::Image>, StoreError> {
        let rows = self.removed.iter().cloned();
        rows.map(|row| rows::to_image(row, owner)).collect()
    }
}
