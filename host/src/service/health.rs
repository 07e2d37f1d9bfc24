//! Whether requests can be served: what they need is tried, at a modest pace.

use crate::domain::ProjectName;
use crate::store::StoreError;

use super::{ServiceError, Services};

/// What was found of a server that can serve.
#[derive(Clone, Debug)]
pub struct Health {
    /// The last change of the store.
    pub change: u64,
    /// Images in the index, which has seen that change.
    pub images: usize,
    /// Projects that another process holds for too long.
    pub held: Vec<ProjectName>,
}

/// Why requests cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum NotReady {
    /// What is stored cannot be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The index cannot be brought up to date.
    #[error(transparent)]
    Index(#[from] ServiceError),
}

/// Writes into the data folder and the database as uploads do, and brings the index up to date.
pub async fn check(services: &Services) -> Result<Health, NotReady> {
    let store = &services.store;
    store.ping().await?;
    let change = store.last_change().await?;
    store.check_writing().await?;
    let images = services.index.current(store).await?.images();
    let held = store.held_projects().await?;
    Ok(Health {
        change,
        images,
        held,
    })
}
