//! Sketches: one for each image, in a table of their own, so that lists and the index need not read them.
//!
//! An image may be without one, when it was stored by an older version or made anew from a manifest; a sketch of
//! another version of the layout is as good as none. Whoever needs it makes it and puts it here.

use std::collections::HashMap;

use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter,
};

use crate::domain::{Image, ImageId, Sketch};

use super::columns;
use super::entities::{image, project, sketch};
use super::{Store, StoreError, changes, features, projects};

/// Ids that are asked for at once.
const BATCH: usize = 500;

/// What the store has of a sketch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SketchState {
    /// Nothing.
    Missing,
    /// One that this version does not read.
    OfAnotherVersion,
    /// One of today's version.
    Current,
}

/// Gives an image its sketch, in place of the one it had, and the features that are found in it.
pub(super) async fn set(
    db: &impl ConnectionTrait,
    project: &project::Model,
    image: &[u8],
    sketch: Option<&Sketch>,
) -> Result<(), StoreError> {
    sketch::Entity::delete_by_id(image.to_vec())
        .exec(db)
        .await?;
    if let Some(sketch) = sketch {
        row(image, sketch).insert(db).await?;
    }
    features::set(db, project, image, sketch).await
}

/// The row of a sketch.
pub(super) fn row(image: &[u8], sketch: &Sketch) -> sketch::ActiveModel {
    sketch::ActiveModel {
        image: Set(image.to_vec()),
        cells: Set(sketch.as_bytes().to_vec()),
    }
}

impl Store {
    /// The sketches of images; those without one of today's version are left out.
    pub async fn sketches(
        &self,
        images: &[ImageId],
    ) -> Result<HashMap<ImageId, Sketch>, StoreError> {
        let mut sketches = HashMap::with_capacity(images.len());
        for batch in images.chunks(BATCH) {
            let keys = batch.iter().map(|id| id.as_bytes().to_vec());
            let found = sketch::Entity::find()
                .filter(sketch::Column::Image.is_in(keys))
                .all(self.database.read())
                .await?;
            for row in found {
                if let Ok(sketch) = Sketch::from_bytes(row.cells) {
                    sketches.insert(columns::to_id(&row.image)?, sketch);
                }
            }
        }
        Ok(sketches)
    }

    /// Whether an image has a sketch that is read today.
    pub async fn sketch_state(&self, image: ImageId) -> Result<SketchState, StoreError> {
        let row = sketch::Entity::find_by_id(image.as_bytes().to_vec());
        let row = row.one(self.database.read()).await?;
        Ok(match row.map(|row| Sketch::from_bytes(row.cells)) {
            None => SketchState::Missing,
            Some(Err(_)) => SketchState::OfAnotherVersion,
            Some(Ok(_)) => SketchState::Current,
        })
    }

    /// Gives an image a sketch as an old version would have made it.
    #[cfg(test)]
    pub(crate) async fn put_old_sketch(&self, image: ImageId) {
        let txn = self.begin().await.unwrap();
        let row = sketch::ActiveModel {
            image: Set(image.as_bytes().to_vec()),
            cells: Set(vec![7; 4096]),
        };
        sketch::Entity::delete_by_id(image.as_bytes().to_vec())
            .exec(&txn)
            .await
            .unwrap();
        row.insert(&txn).await.unwrap();
        txn.commit().await.unwrap();
    }

    /// Gives an image a sketch, unless it is gone or another picture by now.
    pub async fn put_sketch(&self, of: &Image, sketch: &Sketch) -> Result<(), StoreError> {
        let txn = self.begin().await?;
        let now = image::Entity::find()
            .filter(image::Column::Id.eq(of.id.as_bytes().to_vec()))
            .filter(image::Column::Sha256.eq(of.sha256.0.to_vec()))
            .one(&txn)
            .await?;
        if let Some(row) = now {
            let project = projects::of_image(&txn, &row).await?;
            set(&txn, &project, &row.id, Some(sketch)).await?;
            if project.finds_crops {
                changes::note(&txn, &project.name, &row.id).await?;
            }
        }
        Ok(txn.commit().await?)
    }
}
