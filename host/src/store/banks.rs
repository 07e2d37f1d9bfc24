//! Fingerprints of one project, page by page: what a downloaded bank is made of.

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::domain::{Fingerprint, ImageId, ProjectName};

use super::columns;
use super::entities::image;
use super::{Store, StoreError};

/// Images in upload order with their fingerprints, and where the next page begins.
#[derive(Debug, Default)]
pub struct FingerprintPage {
    /// None at the end.
    pub images: Vec<(ImageId, Vec<Fingerprint>)>,
    /// What to ask behind for the next page.
    pub last: u64,
}

impl Store {
    /// The next images of a project behind a place in the upload order (0 to begin with), at most `limit`;
    /// none when there is no such project.
    pub async fn fingerprint_page(
        &self,
        project: &ProjectName,
        behind: u64,
        limit: u64,
    ) -> Result<FingerprintPage, StoreError> {
        let Some(owner) = self.project_row(project).await? else {
            return Ok(FingerprintPage::default());
        };
        let rows: Vec<(i64, Vec<u8>, Vec<u8>)> = image::Entity::find()
            .select_only()
            .columns([
                image::Column::Position,
                image::Column::Id,
                image::Column::Fingerprints,
            ])
            .filter(image::Column::ProjectId.eq(owner.id))
            .filter(image::Column::Position.gt(columns::to_signed(behind)?))
            .order_by_asc(image::Column::Position)
            .limit(limit)
            .into_tuple()
            .all(self.database.read())
            .await?;
        let last = rows
            .last()
            .map_or(behind as i64, |(position, ..)| *position);
        let images = rows
            .into_iter()
            .map(|(_, image, packed)| Ok((columns::to_id(&image)?, columns::unpack(&packed)?)))
            .collect::<Result<_, StoreError>>()?;
        Ok(FingerprintPage {
            images,
            last: columns::to_unsigned(last)?,
        })
    }
}
