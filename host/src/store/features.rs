//! Local features: what strong crops are found by, in projects where that is asked for.
//!
//! They are found in an image's sketch and kept beside it, so that the index begins without reading sketches. Images that were
//! there before their project was told to find crops get them by and by ([`Store::add_features`]).

use std::collections::HashMap;

use sea_orm::sea_query::{Query, SelectStatement};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, EntityTrait,
    IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
};

use crate::domain::features::Feature;
use crate::domain::{Fingerprint, ImageId, ProjectName, Sketch, features};

use super::detached::run_detached;
use super::disk::blocking;
use super::entities::{feature, image, project, sketch};
use super::manifest_writing::Edit;
use super::pending::Intent;
use super::{Change, Store, StoreError, changes, columns};

/// Features of other versions are as good as none.
const VERSION: i32 = features::VERSION as i32;
/// Images that are read at once.
const PAGE: u64 = 5_000;
/// Ids that are asked for at once.
const IDS: usize = 500;
/// Images that are given features in one transaction.
const BATCH: u64 = 200;

/// Gives an image the features of its sketch in place of those it had, where its project finds crops.
pub(super) async fn set(
    db: &impl ConnectionTrait,
    project: &project::Model,
    image: &[u8],
    sketch: Option<&Sketch>,
) -> Result<(), StoreError> {
    if !project.finds_crops {
        return Ok(());
    }
    feature::Entity::delete_by_id(image.to_vec())
        .exec(db)
        .await?;
    if let Some(sketch) = sketch {
        row(image, &features::of_sketch(sketch)).insert(db).await?;
    }
    Ok(())
}

/// The project of an image that has no features of today's version and should have some.
async fn owner_without_features(
    db: &impl ConnectionTrait,
    image: &[u8],
) -> Result<Option<project::Model>, StoreError> {
    let known = feature::Entity::find_by_id(image.to_vec())
        .filter(feature::Column::Version.eq(VERSION))
        .one(db)
        .await?;
    if known.is_some() {
        return Ok(None);
    }
    let owners = Query::select()
        .column(image::Column::ProjectId)
        .from(image::Entity)
        .and_where(image::Column::Id.eq(image.to_vec()))
        .take();
    let owner = project::Entity::find()
        .filter(project::Column::Id.in_subquery(owners))
        .filter(project::Column::FindsCrops.eq(true));
    Ok(owner.one(db).await?)
}

fn row(image: &[u8], found: &[Feature]) -> feature::ActiveModel {
    feature::ActiveModel {
        image: Set(image.to_vec()),
        version: Set(VERSION),
        bits: Set(found.iter().flat_map(|feature| feature.bits).collect()),
    }
}

/// Features as the index takes them: each is a `dhash128` of a part of the picture.
fn to_fingerprints(bits: &[u8]) -> Vec<Fingerprint> {
    let each = bits.as_chunks::<{ features::BYTES }>().0.iter();
    each.map(features::fingerprint).collect()
}

impl Store {
    /// The images of a project are searched by local features from now on, or no longer; `false` when it is not there.
    pub async fn set_finds_crops(
        &self,
        project: &ProjectName,
        finds_crops: bool,
    ) -> Result<bool, StoreError> {
        if self.project_row(project).await?.is_none() {
            return Ok(false);
        }
        let (store, name) = (self.clone(), project.clone());
        run_detached(async move {
            let lock = store.lock(&name).await?;
            let Some(project) = store.project_row(&name).await? else {
                return Ok(false);
            };
            lock.write_intent(&Intent::Describe, Vec::new()).await?;
            let txn = store.begin().await?;
            if !finds_crops {
                forget(&txn, &project).await?;
            }
            let mut project = project.into_active_model();
            project.finds_crops = Set(finds_crops);
            let project = project.update(&txn).await?;
            txn.commit().await?;
            lock.finish(&project, Edit::Cover).await;
            Ok(true)
        })
        .await
    }

    /// There is a project that finds crops: this one, or any.
    pub async fn finds_crops(&self, project: Option<&ProjectName>) -> Result<bool, StoreError> {
        let mut found = project::Entity::find().filter(project::Column::FindsCrops.eq(true));
        if let Some(project) = project {
            found = found.filter(project::Column::Name.eq(project.as_str()));
        }
        Ok(found.one(self.database.read()).await?.is_some())
    }

    /// Gives features to the next images behind one, by their ids, that have a sketch and no features yet, in projects that find
    /// crops. The answer is the last of them and how many got some; `None` when there is none.
    pub async fn add_features(
        &self,
        behind: Option<ImageId>,
    ) -> Result<Option<(ImageId, usize)>, StoreError> {
        let missing = self.without_features(behind).await?;
        let Some((last, _)) = missing.last() else {
            return Ok(None);
        };
        let last = columns::to_id(last)?;
        let rows = blocking(move || {
            let rows = missing.into_iter().map(|(image, cells)| {
                // A sketch of another version is made anew by whoever needs it, and features with it.
                let sketch = Sketch::from_bytes(cells).ok();
                let found = sketch.as_ref().map(features::of_sketch);
                (row(&image, &found.unwrap_or_default()), image)
            });
            Ok::<_, StoreError>(rows.collect::<Vec<_>>())
        });
        let rows = rows.await?;
        let txn = self.begin().await?;
        let mut added = 0;
        for (row, image) in rows {
            // Another process may have been first, the image may be gone, or not wanted any more.
            if let Some(owner) = owner_without_features(&txn, &image).await? {
                feature::Entity::delete_by_id(image.clone())
                    .exec(&txn)
                    .await?;
                row.insert(&txn).await?;
                changes::note(&txn, &owner.name, &image).await?;
                added += 1;
            }
        }
        txn.commit().await?;
        Ok(Some((last, added)))
    }

    /// The next images without features, with their sketches.
    async fn without_features(
        &self,
        behind: Option<ImageId>,
    ) -> Result<Vec<(Vec<u8>, Vec<u8>)>, StoreError> {
        let crops = Query::select()
            .column(project::Column::Id)
            .from(project::Entity)
            .and_where(project::Column::FindsCrops.eq(true))
            .take();
        let known = Query::select()
            .column(feature::Column::Image)
            .from(feature::Entity)
            .and_where(feature::Column::Version.eq(VERSION))
            .take();
        let images = Query::select()
            .column(image::Column::Id)
            .from(image::Entity)
            .and_where(image::Column::ProjectId.in_subquery(crops))
            .take();
        let behind = behind.map_or(Vec::new(), |image| image.as_bytes().to_vec());
        let sketches = sketch::Entity::find()
            .filter(sketch::Column::Image.gt(behind))
            .filter(sketch::Column::Image.in_subquery(images))
            .filter(sketch::Column::Image.not_in_subquery(known))
            .order_by_asc(sketch::Column::Image)
            .limit(BATCH)
            .all(self.database.read())
            .await?;
        Ok(sketches
            .into_iter()
            .map(|row| (row.image, row.cells))
            .collect())
    }

    /// Steps after `sequence` as [`Store::changes_since`] tells them, with the local features that images have now, if any.
    pub async fn feature_changes_since(
        &self,
        sequence: u64,
        limit: u64,
    ) -> Result<Vec<Change>, StoreError> {
        let steps = self.steps_since(sequence, limit).await?;
        let mut present = HashMap::new();
        for batch in changes::ids_of(&steps).chunks(IDS) {
            let found = feature::Entity::find()
                .filter(feature::Column::Image.is_in(batch.iter().cloned()))
                .filter(feature::Column::Version.eq(VERSION))
                .all(self.database.read())
                .await?;
            let found = found.into_iter();
            present.extend(found.map(|row| (row.image, to_fingerprints(&row.bits))));
        }
        changes::to_changes(steps, &present)
    }

    /// Hands out every image of a project, or of all, that has features, in the order of their ids, and tells the sequence that
    /// they stand at.
    pub async fn features(
        &self,
        project: Option<&ProjectName>,
        mut each: impl FnMut(&ProjectName, ImageId, &[Fingerprint]),
    ) -> Result<u64, StoreError> {
        let sequence = self.last_change().await?;
        let mut names = self.project_names().await?;
        names.retain(|_, name| project.is_none_or(|project| project == name));
        let mut wanted = Condition::all();
        if project.is_some() {
            wanted = wanted.add(feature::Column::Image.in_subquery(images_of(&names)));
        }
        let mut behind: Vec<u8> = Vec::new();
        loop {
            let page = feature::Entity::find()
                .filter(feature::Column::Image.gt(behind.clone()))
                .filter(feature::Column::Version.eq(VERSION))
                .filter(wanted.clone())
                .order_by_asc(feature::Column::Image)
                .limit(PAGE)
                .all(self.database.read())
                .await?;
            let Some(last) = page.last() else {
                return Ok(sequence);
            };
            behind = last.image.clone();
            let keys = page.iter().map(|row| row.image.clone());
            let owners: Vec<(Vec<u8>, i64)> = image::Entity::find()
                .select_only()
                .columns([image::Column::Id, image::Column::ProjectId])
                .filter(image::Column::Id.is_in(keys))
                .into_tuple()
                .all(self.database.read())
                .await?;
            let owners: HashMap<Vec<u8>, i64> = owners.into_iter().collect();
            for row in page {
                let owner = owners.get(&row.image).and_then(|owner| names.get(owner));
                if let Some(project) = owner {
                    each(
                        project,
                        columns::to_id(&row.image)?,
                        &to_fingerprints(&row.bits),
                    );
                }
            }
        }
    }
}

/// The images of projects.
fn images_of(projects: &HashMap<i64, ProjectName>) -> SelectStatement {
    Query::select()
        .column(image::Column::Id)
        .from(image::Entity)
        .and_where(image::Column::ProjectId.is_in(projects.keys().copied()))
        .take()
}

/// Takes the features of a project's images away.
async fn forget(db: &impl ConnectionTrait, project: &project::Model) -> Result<(), StoreError> {
    let images = Query::select()
        .column(image::Column::Id)
        .from(image::Entity)
        .and_where(image::Column::ProjectId.eq(project.id))
        .take();
    changes::note_all(db, project).await?;
    feature::Entity::delete_many()
        .filter(feature::Column::Image.in_subquery(images))
        .exec(db)
        .await?;
    Ok(())
}
