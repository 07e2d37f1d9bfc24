//! The trash of a project: images that gave way to others, whole and out of sight, until they are
//! restored or the trash is emptied.
//!
//! `projects/<project>/trash/<image>/` holds the given file, the renditions, and `entry.json`, which
//! says everything that a row said. The folders are the truth: no table names them, and `rebuild` finds
//! them where they are.

mod entry;
mod files;

use std::path::PathBuf;
use std::time::Duration;

use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter,
};

use crate::domain::{Image, ImageId, ImageName, ProjectName, Trashed};

use super::columns::damaged;
use super::detached::run_detached;
use super::disk::{blocking, failed};
use super::entities::{deletion_token, image, project};
use super::layout::Layout;
use super::manifest_writing::Edit;
use super::pending::{Intent, ProjectLock};
use super::unerased::{erase_away, put_away};
use super::{Store, StoreError, Unerased, decisions, merging, projects, rows};
use crate::store::columns;

pub(super) use entry::TrashEntry;
use entry::{ids_in, read_entry};

/// Images of a trash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TrashPart {
    /// All of them.
    All,
    /// One of them.
    One(ImageId),
    /// Those that were put there when the store had seen no more time than this.
    SeenBy(Duration),
}

/// Images that are gone from a trash.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Emptied {
    /// How many they were.
    pub images: u64,
    /// Files of them that could not be erased yet.
    pub unerased: Vec<Unerased>,
}

impl TrashPart {
    fn holds(
        self,
        layout: &Layout,
        project: &ProjectName,
        image: ImageId,
    ) -> Result<bool, StoreError> {
        Ok(match self {
            Self::All => true,
            Self::One(one) => one == image,
            Self::SeenBy(time) => {
                let entry = read_entry(layout, project, image)?;
                entry.is_none_or(|entry| entry.seen() <= time)
            }
        })
    }
}

impl Store {
    /// What is in the trash of a project, by id, from behind `after`, at most `limit`.
    pub async fn trash(
        &self,
        project: &ProjectName,
        after: Option<ImageId>,
        limit: Option<u64>,
    ) -> Result<Vec<Trashed>, StoreError> {
        let (layout, project) = (self.layout.clone(), project.clone());
        blocking(move || {
            let what = "listing the trash";
            let mut ids = ids_in(&layout, &project).map_err(failed(what))?;
            ids.retain(|id| after.is_none_or(|after| *id > after));
            let entries = ids
                .into_iter()
                .filter_map(|id| read_entry(&layout, &project, id).transpose());
            let most = limit.map_or(usize::MAX, |limit| limit as usize);
            let trashed = |entry: Result<TrashEntry, _>| entry?.to_trashed(&project);
            entries.take(most).map(trashed).collect()
        })
        .await
    }

    /// One image of the trash.
    pub async fn trashed(
        &self,
        project: &ProjectName,
        image: ImageId,
    ) -> Result<Option<Trashed>, StoreError> {
        let entry = self.entry(project, image).await?;
        entry.map(|entry| entry.to_trashed(project)).transpose()
    }

    /// What the trash says of an image.
    pub(super) async fn entry(
        &self,
        project: &ProjectName,
        image: ImageId,
    ) -> Result<Option<TrashEntry>, StoreError> {
        let (layout, project) = (self.layout.clone(), project.clone());
        blocking(move || read_entry(&layout, &project, image)).await
    }

    /// Puts an image of the trash back: under its name, or the next free ` (2)`; at its place in the
    /// order; and takes its names and metadata back from the image it was merged into. `None` when the
    /// trash has no such image.
    pub async fn restore_trashed(
        &self,
        project: &ProjectName,
        image: ImageId,
    ) -> Result<Option<Image>, StoreError> {
        if self.trashed(project, image).await?.is_none() {
            return Ok(None);
        }
        let (store, project) = (self.clone(), project.clone());
        run_detached(async move {
            let lock = store.lock(&project).await?;
            match store.entry(&project, image).await? {
                Some(entry) => store.put_back(&lock, entry).await.map(Some),
                None => Ok(None),
            }
        })
        .await
    }

    /// Deletes images of the trash for good.
    pub async fn empty_trash(
        &self,
        project: &ProjectName,
        part: TrashPart,
    ) -> Result<Emptied, StoreError> {
        let trash = self.layout.trash(project);
        if !self
            .layout
            .disk()
            .exists(&trash)
            .map_err(failed("emptying the trash"))?
        {
            return Ok(Emptied::default());
        }
        let project = project.clone();
        let empty = move |store: Self| run_detached(empty(store, project.clone(), part));
        self.with_reserve(empty).await
    }

    /// How much time the store had seen when it last put something into a trash, as far as the trashes tell.
    pub(super) async fn last_seen_in_trash(&self) -> Result<Duration, StoreError> {
        let mut last = Duration::ZERO;
        for project in self.projects_with_trash().await? {
            let layout = self.layout.clone();
            let seen = blocking(move || {
                let ids = ids_in(&layout, &project).map_err(failed("listing the trash"))?;
                let entries = ids
                    .into_iter()
                    .filter_map(|id| read_entry(&layout, &project, id).ok().flatten());
                Ok(entries.map(|entry| entry.seen()).max())
            });
            last = last.max(seen.await?.unwrap_or_default());
        }
        Ok(last)
    }

    /// The projects that have something in their trash.
    pub async fn projects_with_trash(&self) -> Result<Vec<ProjectName>, StoreError> {
        let layout = self.layout.clone();
        blocking(move || {
            let mut projects = super::recovery::project_folders(&layout)?;
            let has_trash = |project: &ProjectName| layout.disk().exists(&layout.trash(project));
            projects.retain(|project| has_trash(project).unwrap_or(true));
            Ok(projects)
        })
        .await
    }

    /// Moves folders out of the trash, each at once, to where they are erased. Also tells why some could not be moved, or
    /// not be removed from there.
    async fn take_from_trash(
        &self,
        project: &ProjectName,
        part: TrashPart,
    ) -> Result<(Vec<PathBuf>, Option<StoreError>), StoreError> {
        let (layout, project) = (self.layout.clone(), project.clone());
        blocking(move || {
            let what = "emptying the trash";
            let (mut doomed, mut stays) = (Vec::new(), None);
            for id in ids_in(&layout, &project).map_err(failed(what))? {
                if !part.holds(&layout, &project, id)? {
                    continue;
                }
                let folder = layout.trashed(&project, id);
                let free = layout.disk().refuse_immutable(&folder);
                match free.and_then(|()| put_away(&layout, &folder)) {
                    Ok(away) => doomed.push(away),
                    Err(error) => stays = Some(failed(what)(error)),
                }
            }
            // Gone with the last image, so that `projects_with_trash` need not look into it.
            let _ = layout.disk().remove_if_empty(&layout.trash(&project));
            Ok((doomed, stays))
        })
        .await
    }

    async fn put_back(
        &self,
        lock: &ProjectLock<'_>,
        entry: TrashEntry,
    ) -> Result<Image, StoreError> {
        let (project, id) = (&lock.project, entry.id()?);
        let name = self.free_name(project, &entry.name()?).await?;
        let made = async {
            lock.refuse_immutable_trashed(id).await?;
            let intent = Intent::Restore {
                image: id.to_string(),
                name: name.as_str().to_owned(),
            };
            lock.write_intent(&intent, Vec::new()).await?;
            lock.put_back(id, &name).await?;
            self.commit_restored(project, &entry, &name).await
        };
        let (row, owner) = match made.await {
            Ok(made) => made,
            Err(error) => {
                lock.roll_back().await;
                return Err(error);
            }
        };
        match lock.forget_trashed(id).await {
            Ok(()) => {
                lock.finish(&owner, Edit::Anew).await;
            }
            // It is pending still: the next change does the rest.
            Err(error) => {
                tracing::error!(%project, image = %id, error = &error as &dyn std::error::Error,
                "an image is restored, but not cleared out of the trash yet")
            }
        }
        rows::to_image(row, &owner)
    }

    pub(super) async fn commit_restored(
        &self,
        project: &ProjectName,
        entry: &TrashEntry,
        name: &ImageName,
    ) -> Result<(image::Model, project::Model), StoreError> {
        let id = entry.id()?;
        let txn = self.begin().await?;
        let mut owner = projects::ensure(&txn, project).await?;
        let merged = self.still_merged(&txn, &owner, entry).await?;
        merging::take_back(&txn, &owner, &merging::ids_of(id, &merged)).await?;
        let mut row = entry.image.to_row(owner.id)?;
        row.name = Set(name.as_str().to_owned());
        row.folded = Set(name.folded());
        row.merged = Set(merging::text_of(&merged)?);
        let place = image::Entity::find_by_id(entry.position).one(&txn).await?;
        if place.is_none() {
            row.position = Set(entry.position);
        }
        let row = row.insert(&txn).await?;
        merging::set_aliases(&txn, &row, &merged).await?;
        if takes_cover_back(&owner, entry)? {
            owner = projects::set_cover(&txn, owner, Some(id)).await?;
        }
        for digest in &entry.tokens {
            let token = deletion_token::ActiveModel {
                digest: Set(hex::decode(digest).map_err(damaged)?),
                image: Set(row.position),
            };
            token.insert(&txn).await?;
        }
        let decided = entry.decisions_among(&txn, &owner).await?;
        decisions::insert(&txn, owner.id, decided.into_iter()).await?;
        super::changes::note(&txn, &owner.name, &row.id).await?;
        txn.commit().await?;
        Ok((row, owner))
    }

    /// What was merged into a trashed image and is no image of its own again.
    async fn still_merged(
        &self,
        txn: &DatabaseTransaction,
        owner: &project::Model,
        entry: &TrashEntry,
    ) -> Result<Vec<merging::MergedJson>, StoreError> {
        let mut merged = Vec::new();
        for one in &entry.image.merged {
            let id: ImageId = one.id.parse().map_err(damaged)?;
            if !is_there(txn, owner, id).await? {
                merged.push(one.clone());
            }
        }
        Ok(merged)
    }
}

async fn empty(store: Store, project: ProjectName, part: TrashPart) -> Result<Emptied, StoreError> {
    let lock = store.lock(&project).await?;
    let (doomed, stays) = store.take_from_trash(&lock.project, part).await?;
    drop(lock);
    let emptied = blocking(move || {
        let left = |folder: &PathBuf| erase_away(&store.layout, folder);
        Ok(Emptied {
            images: doomed.len() as u64,
            unerased: doomed.iter().filter_map(left).collect(),
        })
    })
    .await?;
    stays.map_or(Ok(emptied), Err)
}

/// The project has no cover, or the one that took it over from the trashed image.
fn takes_cover_back(owner: &project::Model, entry: &TrashEntry) -> Result<bool, StoreError> {
    let Some(cover) = owner.primary_image.as_deref() else {
        return Ok(true);
    };
    Ok(entry.was_primary && columns::to_id(cover)?.to_string() == entry.merged_into)
}

async fn is_there(
    txn: &DatabaseTransaction,
    owner: &project::Model,
    id: ImageId,
) -> Result<bool, StoreError> {
    let row = image::Entity::find()
        .filter(image::Column::ProjectId.eq(owner.id))
        .filter(image::Column::Id.eq(id.as_bytes().to_vec()));
    Ok(row.one(txn).await?.is_some())
}
