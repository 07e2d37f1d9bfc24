//! Puts the parts together: the only place that names concrete backends side by side.

mod access;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::config::Config;
use crate::sandbox::Sandbox;
use crate::service::follow::{FollowedIndex, Indexed};
use crate::service::image_root::{self, ScanProgress};
use crate::service::plugins::{self, Plugins};
use crate::service::{Services, crops, trash, unerased};
use crate::store::Store;

/// A start of the sandbox that takes longer is a compilation, and whoever waits is told.
const QUICK: Duration = Duration::from_secs(1);

/// How long background work may take to stop.
const STOP_TIMEOUT: Duration = Duration::from_secs(15);

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

/// Work that goes on beside the requests.
#[derive(Clone, Default)]
struct Background {
    stop: CancellationToken,
    tasks: TaskTracker,
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
        app.background.follow_plugins(&app.services);
        if app.services.store.read_only().is_none() {
            app.begin_changes();
        }
        Ok(app)
    }

    /// Background work that changes the store whenever it does anything.
    fn begin_changes(&self) {
        let (background, services) = (&self.background, &self.services);
        background.follow_image_root(services.clone());
        background.make_features(services.clone());
        background.keep_trash_short(services.clone(), self.config.trash_retention);
        background.erase_deleted(services.clone());
    }

    /// Stops the background work, waits until it has, and keeps the index for the next start.
    pub async fn stop(&self) {
        self.background.stop.cancel();
        self.background.tasks.close();
        if tokio::time::timeout(STOP_TIMEOUT, self.background.tasks.wait())
            .await
            .is_err()
        {
            tracing::warn!(
                "background work did not stop within {STOP_TIMEOUT:?}, leaving it behind"
            );
        }
        self.services.index.close(&self.services.store).await;
        if let Some(features) = self.services.features.get() {
            features.close(&self.services.store).await;
        }
    }
}

impl Background {
    fn follow_image_root(&self, services: Services) {
        let stop = self.stop.clone();
        self.tasks.spawn(async move {
            if let Err(error) = image_root::follow(services, stop).await {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "the image root is no longer followed"
                );
            }
        });
    }

    fn follow_plugins(&self, services: &Services) {
        for plugin in services.plugins.all() {
            let (services, plugin) = (services.clone(), Arc::clone(plugin));
            self.tasks
                .spawn(plugins::follow(services, plugin, self.stop.clone()));
        }
    }

    fn make_features(&self, services: Services) {
        self.tasks.spawn(crops::follow(services, self.stop.clone()));
    }

    fn keep_trash_short(&self, services: Services, retention: Duration) {
        let stop = self.stop.clone();
        self.tasks
            .spawn(trash::keep_short(services, retention, stop));
    }

    fn erase_deleted(&self, services: Services) {
        self.tasks
            .spawn(unerased::erase_all(services, self.stop.clone()));
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
