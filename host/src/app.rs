//! Puts the parts together: the only place that names concrete backends side by side.

use anyhow::Result;

use crate::config::Config;
use crate::service::Services;

/// Everything that a running server shares.
#[derive(Clone)]
pub struct App {
    /// The use cases' world.
    pub services: Services,
    /// What the operator set.
    pub config: std::sync::Arc<Config>,
}

impl App {
    /// Opens the store, starts the sandbox, loads the index.
    pub async fn start(config: Config) -> Result<Self> {
        todo!()
    }
}
