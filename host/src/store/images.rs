//! Images are looked up: by id, name, digest, in upload order.

use std::collections::HashMap;

use sea_orm::sea_query::{Expr, Order};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait, Select,
};

use crate::domain::{Image, ImageId, ImageName, ProjectName, Sha256};

use super::columns;
use super::entities::{alias, image, project};
use super::{Store, StoreError, rows};

/// Ids that are asked for at once.
const BATCH: usize = 500;

impl Store {
    /// The image that a name leads to since the one that had it was merged into it; of several the one
    /// where that happened last.
    pub async fn image_by_alias(
        &self,
        project: &ProjectName,
        name: &ImageName,
    ) -> Result<Option<Image>, StoreError> {
        let Some(owner) = self.project_row(project).await? else {
            return Ok(None);
        };
        let alias = alias::Entity::find()
            .filter(alias::Column::ProjectId.eq(owner.id))
            .filter(alias::Column::Name.eq(name.as_str()))
            .order_by_desc(alias::Column::Id)
            .one(self.database.read())
            .await?;
        let Some(alias) = alias else {
            return Ok(None);
        };
        let row = image::Entity::find_by_id(alias.image);
        let row = row.one(self.database.read()).await?;
        row.map(|row| rows::to_image(row, &owner)).transpose()
    }

    /// One image.
    pub async fn image(
        &self,
        project: &ProjectName,
        id: ImageId,
    ) -> Result<Option<Image>, StoreError> {
        let found = self.row(project, id).await?;
        found
            .map(|(row, project)| rows::to_image(row, &project))
            .transpose()
    }

    /// One image by its name.
    pub async fn image_by_name(
        &self,
        project: &ProjectName,
        name: &ImageName,
    ) -> Result<Option<Image>, StoreError> {
        let found = self.row_by_name(project, name).await?;
        found
            .map(|(row, project)| rows::to_image(row, &project))
            .transpose()
    }

    /// Images in upload order, at most `limit`, from behind `after`; none when `after` is not there.
    pub async fn images(
        &self,
        project: &ProjectName,
        after: Option<ImageId>,
        limit: Option<u64>,
    ) -> Result<Vec<Image>, StoreError> {
        let Some(owner) = self.project_row(project).await? else {
            return Ok(Vec::new());
        };
        let mut wanted = in_order(&owner).limit(limit);
        if let Some(after) = after {
            let Some((after, _)) = self.row(project, after).await? else {
                return Ok(Vec::new());
            };
            wanted = wanted.filter(image::Column::Position.gt(after.position));
        }
        self.all_of(wanted, &owner).await
    }

    /// Images by their ids, in the order of the ids; unknown ones are left out.
    pub async fn images_by_id(&self, ids: &[ImageId]) -> Result<Vec<Image>, StoreError> {
        let mut found = HashMap::with_capacity(ids.len());
        let mut owners = HashMap::new();
        for batch in ids.chunks(BATCH) {
            let keys = batch.iter().map(|id| id.as_bytes().to_vec());
            let batch = image::Entity::find()
                .filter(image::Column::Id.is_in(keys))
                .all(self.database.read())
                .await?;
            self.look_up_owners(&batch, &mut owners).await?;
            for row in batch {
                // The project may have been removed between the two questions.
                if let Some(owner) = owners.get(&row.project_id) {
                    let image = rows::to_image(row, owner)?;
                    found.insert(image.id, image);
                }
            }
        }
        Ok(ids.iter().filter_map(|id| found.get(id).cloned()).collect())
    }

    /// Images of a project, or of all, with exactly these bytes, in upload order.
    pub async fn images_by_digest(
        &self,
        project: Option<&ProjectName>,
        digest: Sha256,
    ) -> Result<Vec<Image>, StoreError> {
        let of_digest = image::Column::Sha256.eq(digest.0.to_vec());
        let Some(project) = project else {
            let found: Vec<Vec<u8>> = image::Entity::find()
                .select_only()
                .column(image::Column::Id)
                .filter(of_digest)
                .order_by_asc(image::Column::Position)
                .into_tuple()
                .all(self.database.read())
                .await?;
            let ids: Vec<ImageId> = found
                .iter()
                .map(|id| columns::to_id(id))
                .collect::<Result<_, _>>()?;
            return self.images_by_id(&ids).await;
        };
        let Some(owner) = self.project_row(project).await? else {
            return Ok(Vec::new());
        };
        self.all_of(in_order(&owner).filter(of_digest), &owner)
            .await
    }

    /// Images of a project, or of all, that have the same bytes as another of them: those of one digest together, in
    /// upload order.
    pub async fn images_of_same_bytes(
        &self,
        project: Option<&ProjectName>,
    ) -> Result<Vec<Vec<ImageId>>, StoreError> {
        let mut owner = Condition::all();
        if let Some(project) = project {
            let Some(row) = self.project_row(project).await? else {
                return Ok(Vec::new());
            };
            owner = owner.add(image::Column::ProjectId.eq(row.id));
        }
        let repeated = image::Entity::find()
            .select_only()
            .column(image::Column::Sha256)
            .filter(owner.clone())
            .group_by(image::Column::Sha256)
            .having(image::Column::Id.count().gt(1));
        let found: Vec<(Vec<u8>, Vec<u8>)> = image::Entity::find()
            .select_only()
            .columns([image::Column::Sha256, image::Column::Id])
            .filter(owner)
            .filter(image::Column::Sha256.in_subquery(repeated.into_query()))
            .order_by_asc(image::Column::Sha256)
            .order_by_asc(image::Column::Position)
            .into_tuple()
            .all(self.database.read())
            .await?;
        found
            .chunk_by(|(one, _), (next, _)| one == next)
            .map(|same| same.iter().map(|(_, id)| columns::to_id(id)).collect())
            .collect()
    }

    /// Ids of images of all projects, at random, at most `limit`.
    pub async fn random_images(&self, limit: u64) -> Result<Vec<ImageId>, StoreError> {
        let found: Vec<Vec<u8>> = image::Entity::find()
            .select_only()
            .column(image::Column::Id)
            .order_by(Expr::cust("RANDOM()"), Order::Asc)
            .limit(limit)
            .into_tuple()
            .all(self.database.read())
            .await?;
        found.iter().map(|id| columns::to_id(id)).collect()
    }

    /// The row of an image, with its project's.
    pub(super) async fn row(
        &self,
        project: &ProjectName,
        id: ImageId,
    ) -> Result<Option<(image::Model, project::Model)>, StoreError> {
        let by_id = image::Column::Id.eq(id.as_bytes().to_vec());
        self.row_where(project, by_id).await
    }

    /// The row of a name, with its project's.
    pub(super) async fn row_by_name(
        &self,
        project: &ProjectName,
        name: &ImageName,
    ) -> Result<Option<(image::Model, project::Model)>, StoreError> {
        let by_name = image::Column::Name.eq(name.as_str());
        self.row_where(project, by_name).await
    }

    /// The row of a name, or of one that differs only by case.
    pub(super) async fn row_alike(
        &self,
        project: &ProjectName,
        name: &ImageName,
    ) -> Result<Option<(image::Model, project::Model)>, StoreError> {
        let alike = image::Column::Folded.eq(name.folded());
        self.row_where(project, alike).await
    }

    /// All rows of a project in upload order.
    pub(super) async fn image_rows(&self, project: i64) -> Result<Vec<image::Model>, StoreError> {
        let wanted = image::Entity::find()
            .filter(image::Column::ProjectId.eq(project))
            .order_by_asc(image::Column::Position);
        Ok(wanted.all(self.database.read()).await?)
    }

    async fn row_where(
        &self,
        project: &ProjectName,
        condition: sea_orm::sea_query::SimpleExpr,
    ) -> Result<Option<(image::Model, project::Model)>, StoreError> {
        let Some(owner) = self.project_row(project).await? else {
            return Ok(None);
        };
        let row = image::Entity::find()
            .filter(image::Column::ProjectId.eq(owner.id))
            .filter(condition)
            .one(self.database.read())
            .await?;
        Ok(row.map(|row| (row, owner)))
    }

    async fn all_of(
        &self,
        wanted: Select<image::Entity>,
        owner: &project::Model,
    ) -> Result<Vec<Image>, StoreError> {
        let found = wanted.all(self.database.read()).await?;
        found
            .into_iter()
            .map(|row| rows::to_image(row, owner))
            .collect()
    }

    async fn look_up_owners(
        &self,
        images: &[image::Model],
        owners: &mut HashMap<i64, project::Model>,
    ) -> Result<(), StoreError> {
        let mut keys: Vec<i64> = images.iter().map(|row| row.project_id).collect();
        keys.sort_unstable();
        keys.dedup();
        let found = project::Entity::find()
            .filter(project::Column::Id.is_in(keys))
            .all(self.database.read())
            .await?;
        owners.extend(found.into_iter().map(|owner| (owner.id, owner)));
        Ok(())
    }
}

fn in_order(owner: &project::Model) -> Select<image::Entity> {
    image::Entity::find()
        .filter(image::Column::ProjectId.eq(owner.id))
        .order_by_asc(image::Column::Position)
}
