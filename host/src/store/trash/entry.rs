//! What `entry.json` says of an image in the trash: everything that its row said.

use std::io;
use std::time::Duration;

use jiff::Timestamp;
use sea_orm::DatabaseTransaction;
use serde::{Deserialize, Serialize};

use crate::domain::{ImageId, ImageName, Pair, ProjectName, Trashed};

use super::is_there;
use crate::store::StoreError;
use crate::store::columns::damaged;
use crate::store::disk::failed;
use crate::store::entities::project;
use crate::store::layout::Layout;
use crate::store::manifest::{DecisionJson, ManifestEntry};

/// What `entry.json` says.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::store) struct TrashEntry {
    pub(in crate::store) image: ManifestEntry,
    /// Its place in the upload order.
    pub(in crate::store) position: i64,
    pub(in crate::store) was_primary: bool,
    pub(in crate::store) trashed_at: Timestamp,
    /// Milliseconds that the store had seen then; entries without it count as older than all others.
    #[serde(default)]
    pub(in crate::store) seen: u64,
    /// The image that was kept.
    pub(in crate::store) merged_into: String,
    /// Digests of deletion tokens.
    pub(in crate::store) tokens: Vec<String>,
    pub(in crate::store) decisions: Vec<DecisionJson>,
}

impl TrashEntry {
    pub(in crate::store) fn id(&self) -> Result<ImageId, StoreError> {
        self.image.id.parse().map_err(damaged)
    }

    pub(super) fn seen(&self) -> Duration {
        Duration::from_millis(self.seen)
    }

    pub(super) fn name(&self) -> Result<ImageName, StoreError> {
        ImageName::parse(&self.image.name).map_err(damaged)
    }

    pub(in crate::store) fn decisions(&self) -> Result<Vec<(Pair, Timestamp)>, StoreError> {
        self.decisions.iter().map(DecisionJson::parse).collect()
    }

    pub(super) fn to_trashed(&self, project: &ProjectName) -> Result<Trashed, StoreError> {
        Ok(Trashed {
            image: self.image.to_image(project)?,
            trashed_at: self.trashed_at,
            merged_into: self.merged_into.parse().map_err(damaged)?,
        })
    }
}

impl TrashEntry {
    /// The decisions whose other image is there.
    pub(super) async fn decisions_among(
        &self,
        txn: &DatabaseTransaction,
        owner: &project::Model,
    ) -> Result<Vec<(Pair, Timestamp)>, StoreError> {
        let mut decided = Vec::new();
        for (pair, decided_at) in self.decisions()? {
            if let Some(other) = pair.other(self.id()?)
                && is_there(txn, owner, other).await?
            {
                decided.push((pair, decided_at));
            }
        }
        Ok(decided)
    }
}

/// The ids that have a folder in the trash, in their order.
pub(super) fn ids_in(layout: &Layout, project: &ProjectName) -> io::Result<Vec<ImageId>> {
    let entries = layout.disk().list(&layout.trash(project))?;
    let id = |name: &std::ffi::OsStr| name.to_str()?.parse::<ImageId>().ok();
    let mut ids: Vec<_> = entries.iter().filter_map(|entry| id(&entry.name)).collect();
    ids.sort_unstable();
    Ok(ids)
}

/// What the trash says of an image; `None` when it is not there.
pub(super) fn read_entry(
    layout: &Layout,
    project: &ProjectName,
    id: ImageId,
) -> Result<Option<TrashEntry>, StoreError> {
    let path = layout.trashed(project, id).join("entry.json");
    let text = layout.disk().read(&path);
    let text = text.map_err(failed("reading the trash"))?;
    let entry = text.map(|text| serde_json::from_slice(&text));
    entry.transpose().map_err(damaged)
}
