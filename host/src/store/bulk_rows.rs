//! Rows without files, many at once: how a bench comes to a store of a million images.

use sea_orm::{ActiveValue::NotSet, ActiveValue::Set, EntityTrait};

use crate::domain::{NewImage, ProjectName};

use super::entities::{change, image, sketch};
use super::{FileStamp, Store, StoreError, projects, rows, sketches};

/// Rows of one statement: SQLite takes so many values.
const BATCH: usize = 1_000;

impl Store {
    /// Makes images of a project that have fingerprints and no files, in one transaction: for measuring a
    /// search over many. Their names must be free; `verify` will tell that their files are missing.
    pub async fn insert_rows(
        &self,
        project: &ProjectName,
        images: &[NewImage],
    ) -> Result<(), StoreError> {
        let stamp = FileStamp {
            bytes: 0,
            modified: jiff::Timestamp::UNIX_EPOCH,
        };
        let txn = self.begin().await?;
        let project = projects::ensure(&txn, project).await?;
        for batch in images.chunks(BATCH) {
            let (mut made, mut changes, mut sketches) = (Vec::new(), Vec::new(), Vec::new());
            for new in batch {
                made.push(rows::new_row(new, project.id, stamp, true)?);
                let sketch = new.sketch.as_ref();
                sketches.extend(sketch.map(|sketch| sketches::row(new.id.as_bytes(), sketch)));
                changes.push(change::ActiveModel {
                    sequence: NotSet,
                    project: Set(project.name.clone()),
                    image: Set(new.id.as_bytes().to_vec()),
                });
            }
            let made = image::Entity::insert_many(made);
            made.exec_without_returning(&txn).await?;
            if !sketches.is_empty() {
                let sketches = sketch::Entity::insert_many(sketches);
                sketches.exec_without_returning(&txn).await?;
            }
            let changes = change::Entity::insert_many(changes);
            changes.exec_without_returning(&txn).await?;
        }
        Ok(txn.commit().await?)
    }
}
