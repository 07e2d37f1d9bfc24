//! An index of a plugin's fingerprints that follows their rows by their numbers, whichever process wrote them.

use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::Mutex;

use crate::domain::{ImageId, ProjectName};
use crate::index::BitIndex;
use crate::service::ServiceError;
use crate::store::{EditionId, Store};

/// Rows that are read at once.
const BATCH: u64 = 5_000;

/// The bits of an edition, as far as they have been read.
pub(super) struct FollowedBits {
    index: BitIndex,
    /// The last row that is in the index.
    applied: AtomicU64,
    /// Held while rows are read, so that searches side by side do it once.
    catching_up: Mutex<()>,
}

impl FollowedBits {
    /// Nothing yet; `None` for a length that cannot be searched.
    pub(super) fn new(bits: u32) -> Option<Self> {
        Some(Self {
            index: BitIndex::new(bits)?,
            applied: AtomicU64::new(0),
            catching_up: Mutex::default(),
        })
    }

    /// Reads the rows that are new, then hands out the index.
    pub(super) async fn current(
        &self,
        store: &Store,
        edition: EditionId,
    ) -> Result<&BitIndex, ServiceError> {
        let last = store.last_plugin_row(edition).await?;
        if self.applied.load(Ordering::Acquire) >= last {
            return Ok(&self.index);
        }
        let _alone = self.catching_up.lock().await;
        loop {
            let behind = self.applied.load(Ordering::Acquire);
            let rows = store.plugin_rows_behind(edition, behind, BATCH).await?;
            let Some(last) = rows.last().map(|row| row.position) else {
                return Ok(&self.index);
            };
            for row in rows {
                match row.bits {
                    Some(bits) => self.index.insert(&row.project, row.image, bits),
                    None => self.index.remove(&row.project, row.image),
                }
            }
            self.applied.store(last, Ordering::Release);
        }
    }

    /// Takes out an image that is gone.
    pub(super) fn forget(&self, project: &ProjectName, image: ImageId) {
        self.index.remove(project, image);
    }
}
