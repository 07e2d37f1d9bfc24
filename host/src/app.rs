//! Puts the parts together: the only place that names concrete backends side by side.

mod access;
mod background;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use tokio_util::sync::CancellationToken;

use crate::config::Config;
use crate::sandbox::Sandbox;
use crate::service::Services;
use crate::service::follow::{FollowedIndex, Indexed};
use crate::service::image_root::ScanProgress;
use crate::service::plugins::Plugins;
use crate::store::Store;
use background::Background;

/// A start of the sandbox that takes longer is a compilation, and whoever waits is told.
const QUICK: Duration = Duration::from_secs(1);

/// Everything that a running server shares. Cheap to clone.
#[derive(Clone)]
pub struct App {
    /// The use cases' world.
    pub services: Services,
    /// What the operator set.
    pub config: Arc<Config>,
    /// Cancelled when the server is asked to stop: answers that never end by themselves end then.
    pub stopping: CancellationToken,
    background: Background,
}

impl App {
    /// Opens the store, starts the sandbox, loads the index; then follows the image root in the background.
    pub async fn start(config: Config) -> Result<Self> {
        let mut services = services(&config).await?;
        services.plugins = Arc::new(plugins(&config, &services).await?);
        let app = Self {
            services,
            config: Arc::new(config),
            stopping: CancellationToken::new(),
            background: Background::default(),
        };
        app.background.begin(&app.services, &app.config);
        Ok(app)
    }

    /// Stops the background work, waits until it has, and keeps the index for the next start.
    pub async fn stop(&self) {
        self.background.stop().await;
        self.services.index.close(&self.services.store).await;
        if let Some(features) = self.services.features.get() {
            features.close(&self.services.store).await;
        }
    }
}

/// Everything over one data folder but for plugins, store and sandbox side by side: both take their time.
pub async fn services(config: &Config) -> Result<Services> {
    restrict(config)?;
    let cache = config.data.join("cache");
    let (sandbox, (store, index)) =
        tokio::try_join!(sandbox(config, Some(cache)), store_and_index(config))?;
    Ok(Services {
        store,
        sandbox,
        index: Arc::new(index),
        features: Arc::default(),
        crops_wanted: Arc::default(),
        plugins: Arc::default(),
        scan: Arc::new(ScanProgress::default()),
        groups: Arc::default(),
        comparisons: Arc::default(),
        quality: config.quality,
    })
}

/// Makes the data folder private, as far as the settings say. To be called before anything is made in it.
pub fn restrict(config: &Config) -> Result<()> {
    access::restrict(&config.data, config.data_mode)
        .with_context(|| format!("cannot make the data folder {}", config.data.display()))
}

/// The sandbox alone; compiled code is kept in `cache`.
pub async fn sandbox(config: &Config, cache: Option<PathBuf>) -> Result<Sandbox> {
    let source = config.component_source();
    let settings = config.sandbox.clone();
    let start = move || Sandbox::start(&source, &settings, cache);
    let mut start = tokio::task::spawn_blocking(start);
    let started = match tokio::time::timeout(QUICK, &mut start).await {
        Ok(started) => started,
        Err(_) => {
            tracing::info!(
                "compiling the component, which takes some seconds; what comes out is kept for the next start"
            );
            start.await
        }
    };
    Ok(started??)
}

/// The plugins; only a server has any.
async fn plugins(config: &Config, services: &Services) -> Result<Plugins> {
    let Services { store, sandbox, .. } = services;
    let plugins = Plugins::start(&config.plugins, store, sandbox).await;
    plugins.context("cannot load the plugins")
}

async fn store_and_index(config: &Config) -> Result<(Store, FollowedIndex)> {
    let store = Store::open(&config.data)
        .await
        .with_context(|| format!("cannot open the data folder {}", config.data.display()))?;
    let index = FollowedIndex::load(&store, Indexed::Pictures)
        .await
        .context("cannot load the index")?;
    Ok((store, index))
}
