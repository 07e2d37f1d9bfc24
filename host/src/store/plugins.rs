//! What plugins say of images: fingerprints by hashers of other people, in tables of their own.
//!
//! An edition is one file of one version under one name: another file is another edition, and only
//! fingerprints of one edition are ever compared. A row without bits says that the plugin has none for that
//! picture. The rows of an edition are numbered in the order of their commits, so that who reads behind
//! the last number it knows misses nothing.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter,
    QueryOrder, QuerySelect, Select,
};

use crate::domain::{HasherDescription, Image, ImageId, PluginName, ProjectName};

use super::columns;
use super::columns::damaged;
use super::entities::{edition, image, plugin_fingerprint};
use super::{Store, StoreError};

/// Ids that are asked for at once.
const BATCH: usize = 500;

/// The key of an edition, for as long as it is not removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EditionId(i64);

/// Fingerprints of one file of one version under one name.
#[derive(Clone, Debug)]
pub struct Edition {
    /// Its key.
    pub id: EditionId,
    /// What the operator calls it.
    pub name: PluginName,
    /// SHA-256 of the component, lower-case hex.
    pub digest: String,
    /// Version of its definition.
    pub version: u16,
    /// Bits of a fingerprint.
    pub bits: u32,
    /// When it was first seen.
    pub created_at: Timestamp,
    /// Images that have a fingerprint by it.
    pub told: u64,
    /// Images that it has none for.
    pub refused: u64,
}

/// A fingerprint that came since somebody looked.
#[derive(Clone, Debug)]
pub struct PluginRow {
    /// Its number.
    pub position: u64,
    /// Where the image is.
    pub project: ProjectName,
    /// Whose it is.
    pub image: ImageId,
    /// `None` when the plugin has none for this image.
    pub bits: Option<Vec<u8>>,
}

/// Forgets what plugins said of an image whose picture is another now.
pub(super) async fn forget(db: &impl ConnectionTrait, image: &[u8]) -> Result<(), StoreError> {
    plugin_fingerprint::Entity::delete_many()
        .filter(plugin_fingerprint::Column::Image.eq(image.to_vec()))
        .exec(db)
        .await?;
    Ok(())
}

impl Store {
    /// The edition of a file under a name; made when it is new.
    pub async fn edition(
        &self,
        name: &PluginName,
        digest: &str,
        description: &HasherDescription,
    ) -> Result<EditionId, StoreError> {
        let wanted = edition::Entity::find()
            .filter(edition::Column::Name.eq(name.as_str()))
            .filter(edition::Column::Digest.eq(digest))
            .filter(edition::Column::Version.eq(description.version));
        // One that is known is searched also where nothing can be changed.
        if let Some(row) = wanted.clone().one(self.database.read()).await? {
            return Ok(EditionId(row.id));
        }
        let txn = self.begin().await?;
        let row = match wanted.one(&txn).await? {
            Some(row) => row,
            None => {
                let row = edition::ActiveModel {
                    id: NotSet,
                    name: Set(name.as_str().to_owned()),
                    digest: Set(digest.to_owned()),
                    version: Set(description.version.into()),
                    bits: Set(description.bits.into()),
                    created_at: Set(Timestamp::now().as_millisecond()),
                };
                row.insert(&txn).await?
            }
        };
        txn.commit().await?;
        Ok(EditionId(row.id))
    }

    /// Every edition that has ever been seen and was not removed, by name, the oldest first.
    pub async fn editions(&self) -> Result<Vec<Edition>, StoreError> {
        let found = edition::Entity::find()
            .order_by_asc(edition::Column::Name)
            .order_by_asc(edition::Column::Id)
            .all(self.database.read())
            .await?;
        let mut editions = Vec::with_capacity(found.len());
        for row in found {
            let all = self.plugin_rows(EditionId(row.id)).await?;
            let refused = rows_of(EditionId(row.id))
                .filter(plugin_fingerprint::Column::Bits.is_null())
                .count(self.database.read())
                .await?;
            editions.push(Edition {
                id: EditionId(row.id),
                name: row.name.parse().map_err(damaged)?,
                digest: row.digest,
                version: u16::try_from(row.version).map_err(damaged)?,
                bits: u32::try_from(row.bits).map_err(damaged)?,
                created_at: columns::from_millis(row.created_at)?,
                told: all.saturating_sub(refused),
                refused,
            });
        }
        Ok(editions)
    }

    /// Removes every edition of a name with its fingerprints, and says how many rows those were; `None` when
    /// there is none.
    pub async fn remove_editions(&self, name: &PluginName) -> Result<Option<u64>, StoreError> {
        let txn = self.begin().await?;
        let ids: Vec<i64> = edition::Entity::find()
            .select_only()
            .column(edition::Column::Id)
            .filter(edition::Column::Name.eq(name.as_str()))
            .into_tuple()
            .all(&txn)
            .await?;
        if ids.is_empty() {
            return Ok(None);
        }
        let gone = plugin_fingerprint::Entity::delete_many()
            .filter(plugin_fingerprint::Column::Edition.is_in(ids.iter().copied()))
            .exec(&txn)
            .await?;
        edition::Entity::delete_many()
            .filter(edition::Column::Id.is_in(ids))
            .exec(&txn)
            .await?;
        txn.commit().await?;
        Ok(Some(gone.rows_affected))
    }

    /// Keeps what an edition says of an image, in place of what it said; false when the image is gone or
    /// another picture by now, or the edition was removed.
    pub async fn put_plugin_fingerprint(
        &self,
        edition: EditionId,
        of: &Image,
        bits: Option<&[u8]>,
    ) -> Result<bool, StoreError> {
        let txn = self.begin().await?;
        let image = image::Entity::find()
            .filter(image::Column::Id.eq(of.id.as_bytes().to_vec()))
            .filter(image::Column::Sha256.eq(of.sha256.0.to_vec()))
            .one(&txn)
            .await?;
        let owner = edition::Entity::find_by_id(edition.0).one(&txn).await?;
        let (Some(image), Some(_)) = (image, owner) else {
            return Ok(false);
        };
        plugin_fingerprint::Entity::delete_many()
            .filter(plugin_fingerprint::Column::Edition.eq(edition.0))
            .filter(plugin_fingerprint::Column::Image.eq(image.id.clone()))
            .exec(&txn)
            .await?;
        let row = plugin_fingerprint::ActiveModel {
            position: NotSet,
            edition: Set(edition.0),
            image: Set(image.id),
            bits: Set(bits.map(<[u8]>::to_vec)),
        };
        row.insert(&txn).await?;
        txn.commit().await?;
        Ok(true)
    }

    /// What an edition says of images; without bits where it has none. Those that it was not asked about are
    /// left out.
    pub async fn plugin_fingerprints_of(
        &self,
        edition: EditionId,
        images: &[ImageId],
    ) -> Result<HashMap<ImageId, Option<Vec<u8>>>, StoreError> {
        let mut found = HashMap::with_capacity(images.len());
        for batch in images.chunks(BATCH) {
            let keys = batch.iter().map(|id| id.as_bytes().to_vec());
            let rows = rows_of(edition)
                .filter(plugin_fingerprint::Column::Image.is_in(keys))
                .all(self.database.read())
                .await?;
            for row in rows {
                found.insert(columns::to_id(&row.image)?, row.bits);
            }
        }
        Ok(found)
    }

    /// An edition's rows behind a number, oldest first, at most `limit`; those of images that went meanwhile
    /// are left out.
    pub async fn plugin_rows_behind(
        &self,
        edition: EditionId,
        position: u64,
        limit: u64,
    ) -> Result<Vec<PluginRow>, StoreError> {
        let found = rows_of(edition)
            .filter(plugin_fingerprint::Column::Position.gt(columns::to_signed(position)?))
            .order_by_asc(plugin_fingerprint::Column::Position)
            .limit(limit)
            .all(self.database.read())
            .await?;
        let owners = self.projects_of(&found).await?;
        let row = |row: plugin_fingerprint::Model| {
            let project = owners.get(&row.image)?.clone();
            Some(to_row(row, project))
        };
        found.into_iter().filter_map(row).collect()
    }

    /// The number of the newest row of an edition; 0 when it has none.
    pub async fn last_plugin_row(&self, edition: EditionId) -> Result<u64, StoreError> {
        let newest: Option<i64> = rows_of(edition)
            .select_only()
            .column(plugin_fingerprint::Column::Position)
            .order_by_desc(plugin_fingerprint::Column::Position)
            .into_tuple()
            .one(self.database.read())
            .await?;
        columns::to_unsigned(newest.unwrap_or(0))
    }

    /// How many images an edition has been asked about.
    pub async fn plugin_rows(&self, edition: EditionId) -> Result<u64, StoreError> {
        Ok(rows_of(edition).count(self.database.read()).await?)
    }

    /// Forgets which images an edition had no fingerprint for: they will be tried again.
    pub async fn forget_refused(&self, edition: EditionId) -> Result<(), StoreError> {
        let txn = self.begin().await?;
        plugin_fingerprint::Entity::delete_many()
            .filter(plugin_fingerprint::Column::Edition.eq(edition.0))
            .filter(plugin_fingerprint::Column::Bits.is_null())
            .exec(&txn)
            .await?;
        Ok(txn.commit().await?)
    }

    async fn projects_of(
        &self,
        rows: &[plugin_fingerprint::Model],
    ) -> Result<HashMap<Vec<u8>, ProjectName>, StoreError> {
        let names = self.project_names().await?;
        let ids: HashSet<&Vec<u8>> = rows.iter().map(|row| &row.image).collect();
        let ids: Vec<Vec<u8>> = ids.into_iter().cloned().collect();
        let mut owners = HashMap::with_capacity(ids.len());
        for batch in ids.chunks(BATCH) {
            let found: Vec<(Vec<u8>, i64)> = image::Entity::find()
                .select_only()
                .columns([image::Column::Id, image::Column::ProjectId])
                .filter(image::Column::Id.is_in(batch.iter().cloned()))
                .into_tuple()
                .all(self.database.read())
                .await?;
            let named = found
                .into_iter()
                .filter_map(|(id, project)| Some((id, names.get(&project)?.clone())));
            owners.extend(named);
        }
        Ok(owners)
    }
}

fn rows_of(edition: EditionId) -> Select<plugin_fingerprint::Entity> {
    plugin_fingerprint::Entity::find().filter(plugin_fingerprint::Column::Edition.eq(edition.0))
}

fn to_row(row: plugin_fingerprint::Model, project: ProjectName) -> Result<PluginRow, StoreError> {
    Ok(PluginRow {
        position: columns::to_unsigned(row.position)?,
        project,
        image: columns::to_id(&row.image)?,
        bits: row.bits,
    })
}
