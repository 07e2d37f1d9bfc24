//! The change sequence: how every index, in this process or another, keeps up with the rows.
//!
//! SQLite lets one transaction write at a time, so numbers are given out in the order of commits: a
//! reader that has seen 7 will never find a 6 that comes later.

use std::collections::HashMap;

use sea_orm::sea_query::{Expr, Query};
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::{NotSet, Set},
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};

use crate::domain::{Fingerprint, ImageId, ProjectName};

use super::entities::{change, image, project};
use super::{Change, Store, StoreError, columns};

/// Ids that are asked for at once.
const BATCH: usize = 500;
/// Images whose fingerprints are read at once when all are.
const PAGE: u64 = 10_000;

/// Notes in a transaction that an image came, was replaced or went.
pub(super) async fn note(
    db: &impl ConnectionTrait,
    project: &str,
    image: &[u8],
) -> Result<(), StoreError> {
    let step = change::ActiveModel {
        sequence: NotSet,
        project: Set(project.to_owned()),
        image: Set(image.to_vec()),
    };
    step.insert(db).await?;
    Ok(())
}

/// Notes the same of every image of a project.
pub(super) async fn note_all(
    db: &impl ConnectionTrait,
    project: &project::Model,
) -> Result<(), StoreError> {
    let images = Query::select()
        .expr(Expr::value(project.name.clone()))
        .column(image::Column::Id)
        .from(image::Entity)
        .and_where(image::Column::ProjectId.eq(project.id))
        .take();
    let mut steps = Query::insert();
    steps
        .into_table(change::Entity)
        .columns([change::Column::Project, change::Column::Image])
        .select_from(images)
        .map_err(columns::damaged)?;
    db.execute(&steps).await?;
    Ok(())
}

impl Store {
    /// The newest step of the change sequence; 0 when nothing ever happened.
    pub async fn last_change(&self) -> Result<u64, StoreError> {
        let newest: Option<i64> = change::Entity::find()
            .select_only()
            .column(change::Column::Sequence)
            .order_by_desc(change::Column::Sequence)
            .into_tuple()
            .one(self.database.read())
            .await?;
        columns::to_unsigned(newest.unwrap_or(0))
    }

    /// The newest step of a project, or of all; 0 when nothing ever happened there.
    pub async fn last_change_of(&self, project: Option<&ProjectName>) -> Result<u64, StoreError> {
        let Some(project) = project else {
            return self.last_change().await;
        };
        let newest: Option<i64> = change::Entity::find()
            .select_only()
            .column(change::Column::Sequence)
            .filter(change::Column::Project.eq(project.as_str()))
            .order_by_desc(change::Column::Sequence)
            .into_tuple()
            .one(self.database.read())
            .await?;
        columns::to_unsigned(newest.unwrap_or(0))
    }

    /// Steps after `sequence`, oldest first, at most `limit`. An image that changed again later
    /// comes with the fingerprints it has now.
    pub async fn changes_since(
        &self,
        sequence: u64,
        limit: u64,
    ) -> Result<Vec<Change>, StoreError> {
        let steps = self.steps_since(sequence, limit).await?;
        let present = self.fingerprints_of(&steps).await?;
        to_changes(steps, &present)
    }

    /// Those steps as rows.
    pub(super) async fn steps_since(
        &self,
        sequence: u64,
        limit: u64,
    ) -> Result<Vec<change::Model>, StoreError> {
        Ok(change::Entity::find()
            .filter(change::Column::Sequence.gt(columns::to_signed(sequence)?))
            .order_by_asc(change::Column::Sequence)
            .limit(limit)
            .all(self.database.read())
            .await?)
    }

    /// Hands out every image of a project, or of all, with its fingerprints, in upload order, and tells the sequence
    /// that they stand at: where an index begins.
    ///
    /// The sequence is read first: what changes meanwhile is seen again by who goes on from there.
    pub async fn fingerprints(
        &self,
        project: Option<&ProjectName>,
        mut each: impl FnMut(&ProjectName, ImageId, &[Fingerprint]),
    ) -> Result<u64, StoreError> {
        let sequence = self.last_change().await?;
        let mut names = self.project_names().await?;
        names.retain(|_, name| project.is_none_or(|project| project == name));
        let mut wanted = Condition::all();
        if project.is_some() {
            wanted = wanted.add(image::Column::ProjectId.is_in(names.keys().copied()));
        }
        let mut behind = 0;
        loop {
            let page = self.packed_page(wanted.clone(), behind).await?;
            let Some((last, ..)) = page.last() else {
                return Ok(sequence);
            };
            behind = *last;
            for (_, image, project, packed) in page {
                // A project that came after its name was asked for is seen by its changes.
                if let Some(project) = names.get(&project) {
                    each(project, columns::to_id(&image)?, &columns::unpack(&packed)?);
                }
            }
        }
    }

    /// The names of all projects by their keys.
    pub(super) async fn project_names(&self) -> Result<HashMap<i64, ProjectName>, StoreError> {
        let names: Vec<(i64, String)> = project::Entity::find()
            .select_only()
            .columns([project::Column::Id, project::Column::Name])
            .into_tuple()
            .all(self.database.read())
            .await?;
        let names = names.into_iter();
        names
            .map(|(id, name)| Ok((id, columns::to_project_name(&name)?)))
            .collect()
    }

    /// Position, id, project and fingerprints of the next wanted images behind a position.
    async fn packed_page(
        &self,
        wanted: Condition,
        behind: i64,
    ) -> Result<Vec<(i64, Vec<u8>, i64, Vec<u8>)>, StoreError> {
        let page = image::Entity::find()
            .select_only()
            .columns([
                image::Column::Position,
                image::Column::Id,
                image::Column::ProjectId,
                image::Column::Fingerprints,
            ])
            .filter(wanted)
            .filter(image::Column::Position.gt(behind))
            .order_by_asc(image::Column::Position)
            .limit(PAGE)
            .into_tuple()
            .all(self.database.read())
            .await?;
        Ok(page)
    }

    async fn fingerprints_of(
        &self,
        steps: &[change::Model],
    ) -> Result<HashMap<Vec<u8>, Vec<Fingerprint>>, StoreError> {
        let ids = ids_of(steps);
        let mut found = HashMap::with_capacity(ids.len());
        for batch in ids.chunks(BATCH) {
            let packed: Vec<(Vec<u8>, Vec<u8>)> = image::Entity::find()
                .select_only()
                .columns([image::Column::Id, image::Column::Fingerprints])
                .filter(image::Column::Id.is_in(batch.iter().cloned()))
                .into_tuple()
                .all(self.database.read())
                .await?;
            for (id, packed) in packed {
                found.insert(id, columns::unpack(&packed)?);
            }
        }
        Ok(found)
    }
}

/// The images that steps are about, each once.
pub(super) fn ids_of(steps: &[change::Model]) -> Vec<Vec<u8>> {
    let mut ids: Vec<Vec<u8>> = steps.iter().map(|step| step.image.clone()).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// Steps with what images are searched by now.
pub(super) fn to_changes(
    steps: Vec<change::Model>,
    present: &HashMap<Vec<u8>, Vec<Fingerprint>>,
) -> Result<Vec<Change>, StoreError> {
    let change = |step: change::Model| {
        Ok(Change {
            sequence: columns::to_unsigned(step.sequence)?,
            project: columns::to_project_name(&step.project)?,
            image: columns::to_id(&step.image)?,
            fingerprints: present.get(&step.image).cloned(),
        })
    };
    steps.into_iter().map(change).collect()
}
