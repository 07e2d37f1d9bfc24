//! The use cases: what can be done with projects, images and matches, whoever asks.
//!
//! Free functions over [`Services`]; http and cli call them with domain words and get domain words
//! back. No axum, no SQL, no wasmtime names.

pub mod blobs;
pub mod component;
pub mod crops;
pub mod decisions;
mod digest;
mod error;
pub mod events;
pub mod folders;
pub mod follow;
pub mod health;
pub mod image_root;
pub mod images;
pub mod imgurer;
pub mod maintenance;
pub mod matching;
pub mod plugins;
mod processing;
pub mod projects;
pub mod resolve;
mod retry;
mod tokens;
pub mod trash;
pub mod unerased;
pub mod uploads;

#[cfg(test)]
mod tests;

pub use error::ServiceError;

/// The words of the floors below that http and cli may say.
pub use crate::sandbox::{CallError, Hasher, Input, Sandbox, WIT, current_client, on_behalf_of};
pub use crate::store::{
    Blob, BlobKey, Edition, Emptied, FileStamp, NameClash, Staged, Staging, StoreError, Trouble,
};

use std::sync::Arc;

use crate::store::Store;

/// What the use cases work with. Cheap to clone.
#[derive(Clone)]
pub struct Services {
    /// Everything that is kept.
    pub store: Store,
    /// Everything that looks into pictures.
    pub sandbox: Sandbox,
    /// Everything that searches.
    pub index: Arc<follow::FollowedIndex>,
    /// What strong crops are found by, once a project finds crops.
    pub features: Arc<tokio::sync::OnceCell<follow::FollowedIndex>>,
    /// A project was told to find crops.
    pub crops_wanted: Arc<tokio::sync::Notify>,
    /// Hashers of other people.
    pub plugins: Arc<plugins::Plugins>,
    /// How far the indexing of the image root has come.
    pub scan: Arc<image_root::ScanProgress>,
    /// The groups of duplicates that were asked for last, and those in the making.
    pub groups: Arc<matching::GroupCache>,
    /// What comparisons of stored pictures came to.
    pub comparisons: Arc<matching::Comparisons>,
    /// JPEG quality of renditions, 1 to 100.
    pub quality: u8,
}
