//! Keeps the index in step with the store's change sequence, whichever process wrote to it.

use crate::index::{Hit, Index, Query};
use crate::store::Store;

use super::ServiceError;

/// An index that reads the change sequence before it answers.
#[derive(Debug)]
pub struct FollowedIndex {
    index: Index,
}

impl FollowedIndex {
    /// Loads every fingerprint of the store.
    pub async fn load(store: &Store) -> Result<Self, ServiceError> {
        todo!()
    }

    /// Applies the changes that are new, then hands out the index.
    pub async fn current(&self, store: &Store) -> Result<&Index, ServiceError> {
        todo!()
    }
}
