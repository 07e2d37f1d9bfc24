//! Decisions that two images are no duplicates: made, listed, taken back. They die with their images.

use std::collections::HashSet;

use jiff::Timestamp;
use sea_orm::sea_query::{OnConflict, SimpleExpr};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter,
    QuerySelect,
};

use crate::domain::{Decision, ImageId, Pair, ProjectName};

use super::columns;
use super::decided::in_order;
use super::detached::run_detached;
use super::entities::decision;
use super::manifest_writing::Edit;
use super::pending::Intent;
use super::{Store, StoreError, rows};

/// Rows that are written by one statement.
const BATCH: usize = 200;

impl Store {
    /// Notes that pairs of images of a project are no duplicates; a pair that was decided before keeps
    /// its date. [`StoreError::ImageGone`] when one of the images is not there.
    pub async fn decide(
        &self,
        project: &ProjectName,
        pairs: Vec<Pair>,
    ) -> Result<Vec<Decision>, StoreError> {
        let (store, name) = (self.clone(), project.clone());
        run_detached(async move {
            let lock = store.lock(&name).await?;
            let Some(project) = store.project_row(&name).await? else {
                return Err(StoreError::ProjectGone { project: name });
            };
            for image in images_of(&pairs) {
                store
                    .row(&name, image)
                    .await?
                    .ok_or(StoreError::ImageGone { image })?;
            }
            lock.write_intent(&Intent::Describe, Vec::new()).await?;
            let now = Timestamp::now();
            let txn = store.begin().await?;
            let decided = pairs.iter().map(|&pair| (pair, now));
            insert(&txn, project.id, decided).await?;
            txn.commit().await?;
            lock.finish(&project, Edit::Anew).await;
            let mut made = Vec::with_capacity(pairs.len());
            for pair in pairs {
                made.extend(store.decisions_where(is(pair)).await?);
            }
            Ok(made)
        })
        .await
    }

    /// Takes a decision back; false when there is none.
    pub async fn undecide(&self, project: &ProjectName, pair: Pair) -> Result<bool, StoreError> {
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
            let gone = decision::Entity::delete_many()
                .filter(decision::Column::ProjectId.eq(project.id))
                .filter(is(pair))
                .exec(&txn)
                .await?;
            txn.commit().await?;
            lock.finish(&project, Edit::Anew).await;
            Ok(gone.rows_affected > 0)
        })
        .await
    }

    /// Decisions of a project in the order of their pairs, from behind `after`, at most `limit`.
    pub async fn decisions(
        &self,
        project: &ProjectName,
        after: Option<Pair>,
        limit: Option<u64>,
    ) -> Result<Vec<Decision>, StoreError> {
        let Some(project) = self.project_row(project).await? else {
            return Ok(Vec::new());
        };
        let mut wanted = in_order().filter(decision::Column::ProjectId.eq(project.id));
        if let Some(after) = after {
            wanted = wanted.filter(is_behind(after));
        }
        let found = wanted.limit(limit).all(self.database.read()).await?;
        found.iter().map(rows::to_decision).collect()
    }

    /// Every pair that was decided, in one project or in all.
    pub async fn decided_pairs(
        &self,
        project: Option<&ProjectName>,
    ) -> Result<HashSet<Pair>, StoreError> {
        let decisions = match project {
            Some(project) => self.decisions(project, None, None).await?,
            None => {
                let all = in_order().all(self.database.read()).await?;
                all.iter()
                    .map(rows::to_decision)
                    .collect::<Result<_, _>>()?
            }
        };
        Ok(decisions
            .into_iter()
            .map(|decision| decision.pair)
            .collect())
    }

    /// The decisions that an image is part of.
    pub(super) async fn decisions_of(&self, image: ImageId) -> Result<Vec<Decision>, StoreError> {
        self.decisions_where(names(image)).await
    }

    async fn decisions_where(&self, condition: SimpleExpr) -> Result<Vec<Decision>, StoreError> {
        let found = in_order()
            .filter(condition)
            .all(self.database.read())
            .await?;
        found.iter().map(rows::to_decision).collect()
    }
}

/// Writes decisions; those that are there stay as they are.
pub(super) async fn insert(
    db: &impl ConnectionTrait,
    project: i64,
    decisions: impl Iterator<Item = (Pair, Timestamp)>,
) -> Result<(), StoreError> {
    let rows: Vec<_> = decisions
        .map(|(pair, decided_at)| {
            let [first, second] = pair.images().map(|id| id.as_bytes().to_vec());
            decision::ActiveModel {
                first: Set(first),
                second: Set(second),
                project_id: Set(project),
                decided_at: Set(decided_at.as_millisecond()),
            }
        })
        .collect();
    let known = [decision::Column::First, decision::Column::Second];
    for batch in rows.chunks(BATCH) {
        decision::Entity::insert_many(batch.to_vec())
            .on_conflict(OnConflict::columns(known).do_nothing().to_owned())
            .exec_without_returning(db)
            .await?;
    }
    Ok(())
}

/// Forgets what was decided of an image whose picture is another now; true when something was.
pub(super) async fn forget(db: &impl ConnectionTrait, image: &[u8]) -> Result<bool, StoreError> {
    let id = columns::to_id(image)?;
    let gone = decision::Entity::delete_many()
        .filter(names(id))
        .exec(db)
        .await?;
    Ok(gone.rows_affected > 0)
}

fn images_of(pairs: &[Pair]) -> HashSet<ImageId> {
    pairs.iter().flat_map(|pair| pair.images()).collect()
}

fn is(pair: Pair) -> SimpleExpr {
    let [first, second] = pair.images().map(|id| id.as_bytes().to_vec());
    decision::Column::First
        .eq(first)
        .and(decision::Column::Second.eq(second))
}

fn is_behind(pair: Pair) -> SimpleExpr {
    let [first, second] = pair.images().map(|id| id.as_bytes().to_vec());
    let same_first = decision::Column::First.eq(first.clone());
    decision::Column::First
        .gt(first)
        .or(same_first.and(decision::Column::Second.gt(second)))
}

fn names(image: ImageId) -> SimpleExpr {
    let id = image.as_bytes().to_vec();
    decision::Column::First
        .eq(id.clone())
        .or(decision::Column::Second.eq(id))
}
