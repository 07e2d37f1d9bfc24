//! What an image took over from others that were merged into it: kept in its row, and their names in a
//! table of aliases, by which it is found.

use sea_orm::{
    ActiveModelTrait,
    ActiveValue::{NotSet, Set},
    ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter,
};
use serde::{Deserialize, Serialize};

use crate::domain::{Exif, ImageId, ImageName, Merged};

use super::StoreError;
use super::columns;
use super::columns::{ExifJson, damaged};
use super::entities::{alias, image, project};

/// One that was merged, as JSON in a row, in the manifest and in the trash.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct MergedJson {
    pub(super) id: String,
    pub(super) name: String,
    created_at: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    exif: Option<ExifJson>,
}

impl MergedJson {
    /// What another image takes over from this one.
    pub(super) fn new(row: &image::Model) -> Result<Self, StoreError> {
        let exif = row.exif.as_deref().map(serde_json::from_str);
        Ok(Self {
            id: columns::to_id(&row.id)?.to_string(),
            name: row.name.clone(),
            created_at: format!("{:.3}", columns::from_millis(row.created_at)?),
            exif: exif.transpose().map_err(damaged)?,
        })
    }

    pub(super) fn to_merged(&self) -> Result<Merged, StoreError> {
        Ok(Merged {
            id: self.id.parse().map_err(damaged)?,
            name: ImageName::parse(&self.name).map_err(damaged)?,
            created_at: self.created_at.parse().map_err(damaged)?,
            exif: self.exif.clone().map(Exif::from),
        })
    }
}

/// What a row says was merged into it.
pub(super) fn merged_into(row: &image::Model) -> Result<Vec<MergedJson>, StoreError> {
    match &row.merged {
        Some(merged) => serde_json::from_str(merged).map_err(damaged),
        None => Ok(Vec::new()),
    }
}

/// As a row keeps it.
pub(super) fn text_of(merged: &[MergedJson]) -> Result<Option<String>, StoreError> {
    let text = (!merged.is_empty()).then(|| serde_json::to_string(merged));
    text.transpose().map_err(damaged)
}

/// Says in an image's row what was merged into it.
pub(super) async fn set(
    db: &impl ConnectionTrait,
    row: image::Model,
    merged: &[MergedJson],
) -> Result<image::Model, StoreError> {
    let mut row = row.into_active_model();
    row.merged = Set(text_of(merged)?);
    let row = row.update(db).await?;
    set_aliases(db, &row, merged).await?;
    Ok(row)
}

/// Lets the names lead to an image, and no others.
pub(super) async fn set_aliases(
    db: &impl ConnectionTrait,
    row: &image::Model,
    merged: &[MergedJson],
) -> Result<(), StoreError> {
    alias::Entity::delete_many()
        .filter(alias::Column::Image.eq(row.position))
        .exec(db)
        .await?;
    for one in merged {
        let alias = alias::ActiveModel {
            id: NotSet,
            project_id: Set(row.project_id),
            name: Set(one.name.clone()),
            image: Set(row.position),
        };
        alias.insert(db).await?;
    }
    Ok(())
}

/// Takes back what images of a project took over from those of the ids; the images that changed.
pub(super) async fn take_back(
    db: &impl ConnectionTrait,
    project: &project::Model,
    ids: &[String],
) -> Result<Vec<image::Model>, StoreError> {
    let mut changed = Vec::new();
    for id in ids {
        let holders = image::Entity::find()
            .filter(image::Column::ProjectId.eq(project.id))
            .filter(image::Column::Merged.contains(id))
            .all(db)
            .await?;
        for row in holders {
            let mut merged = merged_into(&row)?;
            merged.retain(|one| !ids.contains(&one.id));
            changed.push(set(db, row, &merged).await?);
        }
    }
    Ok(changed)
}

/// The ids of what was merged, and the one it is merged by.
pub(super) fn ids_of(image: ImageId, merged: &[MergedJson]) -> Vec<String> {
    let own = std::iter::once(image.to_string());
    own.chain(merged.iter().map(|one| one.id.clone())).collect()
}
