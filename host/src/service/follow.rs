//! Keeps the index in step with the store's change sequence, whichever process wrote to it.
//!
//! Whoever asks for the index gets every change that was committed before the question, so an
//! upload is found by the next search on any process. Nothing is pushed; nothing runs in between.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::Mutex;

use crate::index::Index;
use crate::store::{Change, Store};

use super::ServiceError;

/// Changes that are read at once.
const BATCH: u64 = 1_000;

/// An index that reads the change sequence before it answers.
#[derive(Debug)]
pub struct FollowedIndex {
    index: Arc<Index>,
    /// The last change that is in the index.
    applied: AtomicU64,
    /// Held while changes are applied, so that requests side by side do it once.
    catching_up: Mutex<()>,
}

impl FollowedIndex {
    /// Loads every fingerprint of the store.
    pub async fn load(store: &Store) -> Result<Self, ServiceError> {
        let (sequence, images) = store.fingerprints().await?;
        let index = Index::default();
        images.into_iter().for_each(|image| apply(&index, image));
        Ok(Self {
            index: Arc::new(index),
            applied: AtomicU64::new(sequence),
            catching_up: Mutex::default(),
        })
    }

    /// Applies the changes that are new, then hands out the index. One short query when nothing is new.
    pub async fn current(&self, store: &Store) -> Result<&Arc<Index>, ServiceError> {
        let last = store.last_change().await?;
        if self.applied.load(Ordering::Acquire) < last {
            self.catch_up(store, last).await?;
        }
        Ok(&self.index)
    }

    /// Applies changes until `last` is in the index; whoever waited for the lock often finds it done.
    async fn catch_up(&self, store: &Store, last: u64) -> Result<(), ServiceError> {
        let _alone = self.catching_up.lock().await;
        while self.applied.load(Ordering::Acquire) < last {
            let applied = self.applied.load(Ordering::Acquire);
            let changes = store.changes_since(applied, BATCH).await?;
            let newest = changes.last().map_or(last, |change| change.sequence);
            changes
                .into_iter()
                .for_each(|change| apply(&self.index, change));
            self.applied.store(newest, Ordering::Release);
        }
        Ok(())
    }
}

fn apply(index: &Index, change: Change) {
    match change.fingerprints {
        Some(fingerprints) => index.insert(&change.project, change.image, &fingerprints),
        None => index.remove(&change.project, change.image),
    }
}
