//! Versions of plugins, and their fingerprints beside those of the pipeline's algorithms in the rows of images.
//!
//! A version is one file of one version of its definition under one name: another file is another one, and only
//! fingerprints of one version are ever compared. A fingerprint without bits says that the plugin has none for that
//! picture. What comes or goes is a change of its image, so that every index follows it as it follows all others.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, IntoActiveModel,
    QueryFilter, QueryOrder, QuerySelect,
};

use crate::domain::{
    HasherDescription, Image, ImageId, NewImage, PluginFingerprint, PluginName, PluginVersionId,
    StoredFingerprints,
};

use super::columns::{self, damaged};
use super::entities::{image, plugin_version};
use super::{Store, StoreError, changes, projects};

/// Images whose fingerprints are changed in one transaction.
const BATCH: usize = 500;

/// One file of one version of its definition under one name.
#[derive(Clone, Debug)]
pub struct PluginVersion {
    /// Its key.
    pub id: PluginVersionId,
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
}

/// How many images a plugin version has been asked about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PluginCounts {
    /// Images that have a fingerprint by it.
    pub fingerprints: u64,
    /// Images that it has none for.
    pub refused: u64,
}

/// Leaves out of the row of a new image what plugins said that were removed meanwhile.
pub(super) async fn keep_known(
    db: &impl ConnectionTrait,
    row: &mut image::ActiveModel,
    new: &NewImage,
) -> Result<(), StoreError> {
    if new.plugin_fingerprints.is_empty() {
        return Ok(());
    }
    let mut made = new.plugin_fingerprints.clone();
    let known = known(db, made.iter().map(|made| made.version)).await?;
    made.retain(|made| known.contains(&made.version));
    row.fingerprints = Set(columns::pack(&new.fingerprints, &made)?);
    Ok(())
}

async fn known(
    db: &impl ConnectionTrait,
    ids: impl Iterator<Item = PluginVersionId>,
) -> Result<HashSet<PluginVersionId>, StoreError> {
    let found: Vec<i64> = plugin_version::Entity::find()
        .select_only()
        .column(plugin_version::Column::Id)
        .filter(plugin_version::Column::Id.is_in(ids.map(|id| i64::from(id.0))))
        .into_tuple()
        .all(db)
        .await?;
    found.into_iter().map(to_version_id).collect()
}

/// What plugins said of an image.
pub(super) async fn of_image(
    txn: &impl ConnectionTrait,
    image: &[u8],
) -> Result<Vec<PluginFingerprint>, StoreError> {
    let Some(row) = row(txn, image).await? else {
        return Ok(Vec::new());
    };
    Ok(columns::unpack(&row.fingerprints)?.by_plugins)
}

/// The row of an image as the transaction sees it.
async fn row(txn: &impl ConnectionTrait, image: &[u8]) -> Result<Option<image::Model>, StoreError> {
    let wanted = image::Entity::find().filter(image::Column::Id.eq(image.to_vec()));
    Ok(wanted.one(txn).await?)
}

/// Keeps what plugins said of an image; a change where what is searched is other than before.
async fn set(
    txn: &impl ConnectionTrait,
    row: image::Model,
    stored: &StoredFingerprints,
    is_searched: bool,
) -> Result<(), StoreError> {
    if is_searched {
        let project = projects::of_image(txn, &row).await?;
        changes::note(txn, &project.name, &row.id).await?;
    }
    let mut row = row.into_active_model();
    row.fingerprints = Set(columns::pack(&stored.built_in, &stored.by_plugins)?);
    row.update(txn).await?;
    Ok(())
}

impl Store {
    /// The key of a file of a version under a name; made when it is new.
    pub async fn plugin_version(
        &self,
        name: &PluginName,
        digest: &str,
        description: &HasherDescription,
    ) -> Result<PluginVersionId, StoreError> {
        let wanted = plugin_version::Entity::find()
            .filter(plugin_version::Column::Name.eq(name.as_str()))
            .filter(plugin_version::Column::Digest.eq(digest))
            .filter(plugin_version::Column::Version.eq(description.version));
        // One that is known is searched also where nothing can be changed.
        if let Some(row) = wanted.clone().one(self.database.read()).await? {
            return to_version_id(row.id);
        }
        let txn = self.begin().await?;
        let row = match wanted.one(&txn).await? {
            Some(row) => row,
            None => {
                let row = plugin_version::ActiveModel {
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
        to_version_id(row.id)
    }

    /// Every version that has ever been seen and was not removed, by name, the oldest first.
    pub async fn plugin_versions(&self) -> Result<Vec<PluginVersion>, StoreError> {
        let found = plugin_version::Entity::find()
            .order_by_asc(plugin_version::Column::Name)
            .order_by_asc(plugin_version::Column::Id)
            .all(self.database.read())
            .await?;
        found.into_iter().map(to_version).collect()
    }

    /// How many images each version has been asked about. Reads the fingerprints of every image.
    pub async fn plugin_counts(
        &self,
    ) -> Result<HashMap<PluginVersionId, PluginCounts>, StoreError> {
        let mut counts: HashMap<PluginVersionId, PluginCounts> = HashMap::new();
        let count = |_: &_, _, stored: &StoredFingerprints| {
            for made in &stored.by_plugins {
                let counts = counts.entry(made.version).or_default();
                match made.bits {
                    Some(_) => counts.fingerprints += 1,
                    None => counts.refused += 1,
                }
            }
        };
        self.fingerprints(None, count).await?;
        Ok(counts)
    }

    /// The images that a version has not been asked about, in upload order, and the sequence that they stand at: what comes later is
    /// seen by its changes. Reads the fingerprints of every image.
    pub async fn images_to_ask_about(
        &self,
        version: PluginVersionId,
    ) -> Result<(u64, Vec<ImageId>), StoreError> {
        let mut images = Vec::new();
        let add = |_: &_, image, stored: &StoredFingerprints| {
            if !stored.has(version) {
                images.push(image);
            }
        };
        let sequence = self.fingerprints(None, add).await?;
        Ok((sequence, images))
    }

    /// Images behind a position whose fingerprints are wanted, of some thousands, and the last position of those; `None` at
    /// the end.
    async fn page_where(
        &self,
        behind: i64,
        is_wanted: impl Fn(&StoredFingerprints) -> bool,
    ) -> Result<Option<(i64, Vec<Vec<u8>>)>, StoreError> {
        let page = self.packed_page(Condition::all(), behind).await?;
        let Some((last, ..)) = page.last() else {
            return Ok(None);
        };
        let (last, mut images) = (*last, Vec::new());
        for (_, image, _, packed) in page {
            if is_wanted(&columns::unpack(&packed)?) {
                images.push(image);
            }
        }
        Ok(Some((last, images)))
    }

    /// Keeps what a plugin says of an image, in place of what its version said; false when the image is gone or
    /// another picture by now, or the version was removed.
    pub async fn put_plugin_fingerprint(
        &self,
        of: &Image,
        made: PluginFingerprint,
    ) -> Result<bool, StoreError> {
        let txn = self.begin().await?;
        let row = row(&txn, of.id.as_bytes()).await?;
        let row = row.filter(|row| row.sha256 == of.sha256.0);
        let known = known(&txn, std::iter::once(made.version)).await?;
        let (Some(row), false) = (row, known.is_empty()) else {
            return Ok(false);
        };
        let mut stored = columns::unpack(&row.fingerprints)?;
        if stored.by_plugins.contains(&made) {
            return Ok(true);
        }
        let is_searched = made.bits.is_some() || stored.bits_by(made.version).is_some();
        stored.by_plugins.retain(|old| old.version != made.version);
        stored.by_plugins.push(made);
        set(&txn, row, &stored, is_searched).await?;
        txn.commit().await?;
        Ok(true)
    }

    /// Removes every version of a name with its fingerprints, and says how many images they had been asked about; `None`
    /// when there is none.
    pub async fn remove_plugin(&self, name: &PluginName) -> Result<Option<u64>, StoreError> {
        let ids: Vec<i64> = plugin_version::Entity::find()
            .select_only()
            .column(plugin_version::Column::Id)
            .filter(plugin_version::Column::Name.eq(name.as_str()))
            .into_tuple()
            .all(self.database.read())
            .await?;
        if ids.is_empty() {
            return Ok(None);
        }
        let is_own = |made: &PluginFingerprint| ids.contains(&made.version.0.into());
        let removed = self.drop_fingerprints(is_own).await?;
        let txn = self.begin().await?;
        plugin_version::Entity::delete_many()
            .filter(plugin_version::Column::Id.is_in(ids.iter().copied()))
            .exec(&txn)
            .await?;
        txn.commit().await?;
        // What another process added meanwhile; from now on nothing is.
        Ok(Some(removed + self.drop_fingerprints(is_own).await?))
    }

    /// Forgets which images a version had no fingerprint for: they will be tried again.
    pub async fn forget_refused(&self, version: PluginVersionId) -> Result<(), StoreError> {
        let is_refused = |made: &PluginFingerprint| made.version == version && made.bits.is_none();
        self.drop_fingerprints(is_refused).await.map(drop)
    }

    /// Drops plugins' fingerprints from every image, and says how many those were.
    async fn drop_fingerprints(
        &self,
        is_dropped: impl Fn(&PluginFingerprint) -> bool,
    ) -> Result<u64, StoreError> {
        self.may_write()?;
        let (mut behind, mut dropped) = (0, 0);
        let has_some = |stored: &StoredFingerprints| stored.by_plugins.iter().any(&is_dropped);
        while let Some((last, images)) = self.page_where(behind, has_some).await? {
            for images in images.chunks(BATCH) {
                dropped += self.drop_from(images, &is_dropped).await?;
            }
            behind = last;
        }
        Ok(dropped)
    }

    async fn drop_from(
        &self,
        images: &[Vec<u8>],
        is_dropped: impl Fn(&PluginFingerprint) -> bool,
    ) -> Result<u64, StoreError> {
        let txn = self.begin().await?;
        let mut dropped = 0;
        for image in images {
            let Some(row) = row(&txn, image).await? else {
                continue;
            };
            let mut stored = columns::unpack(&row.fingerprints)?;
            let gone = stored.by_plugins.extract_if(.., |made| is_dropped(made));
            let gone: Vec<PluginFingerprint> = gone.collect();
            dropped += gone.len() as u64;
            let is_searched = gone.iter().any(|made| made.bits.is_some());
            set(&txn, row, &stored, is_searched).await?;
        }
        txn.commit().await?;
        Ok(dropped)
    }
}

fn to_version_id(id: i64) -> Result<PluginVersionId, StoreError> {
    Ok(PluginVersionId(u32::try_from(id).map_err(damaged)?))
}

fn to_version(row: plugin_version::Model) -> Result<PluginVersion, StoreError> {
    Ok(PluginVersion {
        id: to_version_id(row.id)?,
        name: row.name.parse().map_err(damaged)?,
        digest: row.digest,
        version: u16::try_from(row.version).map_err(damaged)?,
        bits: u32::try_from(row.bits).map_err(damaged)?,
        created_at: columns::from_millis(row.created_at)?,
    })
}
