//! Plugins: hashers that somebody else wrote, beside our own algorithms.
//!
//! A plugin is asked about every picture that comes in, and in the background about every other image that
//! it has not seen (`backfill`); what it says is kept with the image under the plugin's name, file and version, and is
//! searched as the fingerprints of the pipeline's algorithms are (`active`). It never stands in anybody's way: one that
//! misbehaves is disabled, said so in the log and in `/readyz`, and pictures are taken in without it.

mod active;
mod backfill;
mod fingerprinting;
pub(super) mod orientations;

pub use active::ActivePlugin;
pub use backfill::follow;
pub use fingerprinting::{PluginPicture, fingerprint};

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use crate::domain::{
    HasherDescription, HasherInput, Image, PluginFile, PluginName, PluginVersionId,
};
use crate::sandbox::{Hasher, Sandbox, StartError};
use crate::store::{PluginCounts, PluginVersion, Store};

use super::{ServiceError, Services};

/// The plugins of this process.
#[derive(Default)]
pub struct Plugins {
    by_name: BTreeMap<PluginName, Arc<Plugin>>,
}

/// One plugin.
pub struct Plugin {
    name: PluginName,
    hasher: Hasher,
    activation: Mutex<Activation>,
    progress: Progress,
    /// Pictures that it was asked about: now and then one is asked about twice.
    asked: AtomicU64,
    /// Rings when the background has to begin anew.
    again: Notify,
}

/// Whether a plugin is asked.
enum Activation {
    Working(Arc<LoadedPlugin>),
    Disabled(String),
    Removed,
}

/// A plugin that said who it is.
struct LoadedPlugin {
    description: HasherDescription,
    version: PluginVersionId,
}

/// How far the background has come.
#[derive(Default)]
struct Progress {
    to_do: AtomicU64,
    done: AtomicU64,
    /// Set when everything that was to do is in the store.
    is_complete: AtomicBool,
}

impl Progress {
    fn begin(&self, to_do: u64) {
        self.is_complete.store(false, Ordering::Relaxed);
        self.done.store(0, Ordering::Relaxed);
        self.to_do.store(to_do, Ordering::Relaxed);
    }

    /// What comes later is not part of what was to do.
    fn advance(&self, images: u64) {
        if !self.is_complete.load(Ordering::Relaxed) {
            self.done.fetch_add(images, Ordering::Relaxed);
        }
    }

    /// Nothing is left to do; images that went meanwhile are not missed. How many were asked about.
    fn complete(&self) -> u64 {
        let to_do = self.to_do.load(Ordering::Relaxed);
        let asked = self.done.swap(to_do, Ordering::Relaxed);
        self.is_complete.store(true, Ordering::Release);
        asked
    }

    fn complete_if_nothing_is_left(&self) {
        if self.to_do.load(Ordering::Relaxed) == 0 {
            self.complete();
        }
    }
}

/// A look at a plugin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PluginState {
    /// Which.
    pub name: PluginName,
    /// How it is.
    pub condition: Condition,
    /// Images that it had not been asked about when the background began.
    pub to_do: u64,
    /// Of those, how many it has been asked about.
    pub done: u64,
}

impl PluginState {
    fn absent(name: PluginName) -> Self {
        Self {
            name,
            condition: Condition::Absent,
            to_do: 0,
            done: 0,
        }
    }
}

/// How a plugin is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    /// The background asks it about images that were there before it, or is about to look for such.
    Backfilling,
    /// It has been asked about every image.
    Ready,
    /// It misbehaved, and is not asked any more.
    Disabled(String),
    /// Its fingerprints were removed, and it is not asked any more.
    Removed,
    /// It has fingerprints and is not loaded.
    Absent,
}

/// Everything about a plugin.
#[derive(Clone, Debug)]
pub struct PluginStatus {
    /// How it is.
    pub state: PluginState,
    /// SHA-256 of its file; `None` when it is not loaded.
    pub digest: Option<String>,
    /// What it says of itself, as long as it is asked.
    pub description: Option<HasherDescription>,
    /// Its fingerprints.
    pub counts: PluginCounts,
    /// Other files or versions under the same name, with their fingerprints: kept, never searched.
    pub others: Vec<(PluginVersion, PluginCounts)>,
}

impl Plugins {
    /// Compiles plugins, asks them who they are and holds each to its word on a drawn picture. Fails for a file
    /// that is no plugin; one that misbehaves is disabled.
    pub async fn start(
        files: &[PluginFile],
        store: &Store,
        sandbox: &Sandbox,
    ) -> Result<Self, StartError> {
        let mut plugins = Self::default();
        for PluginFile { name, file } in files {
            let plugin = Plugin {
                name: name.clone(),
                hasher: load(sandbox, file).await?,
                activation: Mutex::new(Activation::Removed),
                progress: Progress::default(),
                asked: AtomicU64::new(0),
                again: Notify::new(),
            };
            plugin.begin(store).await;
            plugins.by_name.insert(name.clone(), Arc::new(plugin));
        }
        Ok(plugins)
    }

    /// Every plugin that is loaded, by name.
    pub fn all(&self) -> impl Iterator<Item = &Arc<Plugin>> {
        self.by_name.values()
    }

    /// A plugin that is loaded.
    pub fn get(&self, name: &str) -> Option<&Arc<Plugin>> {
        self.by_name.get(&name.parse().ok()?)
    }

    /// How all of them are.
    pub fn states(&self) -> Vec<PluginState> {
        self.all().map(|plugin| plugin.state()).collect()
    }

    /// One of those that are asked wants the luma plane of a picture.
    pub fn need_luma_plane(&self) -> bool {
        let mut working = self.working();
        working.any(|(_, known)| known.description.input == HasherInput::LumaPlane)
    }

    /// Those that are asked.
    fn working(&self) -> impl Iterator<Item = (&Arc<Plugin>, Arc<LoadedPlugin>)> {
        self.all()
            .filter_map(|plugin| Some((plugin, plugin.working().ok()?)))
    }
}

impl Plugin {
    /// What the operator calls it.
    pub fn name(&self) -> &PluginName {
        &self.name
    }

    /// How it is.
    pub fn state(&self) -> PluginState {
        let is_complete = self.progress.is_complete.load(Ordering::Acquire);
        let condition = match &*locked(&self.activation) {
            Activation::Working(_) if is_complete => Condition::Ready,
            Activation::Working(_) => Condition::Backfilling,
            Activation::Disabled(reason) => Condition::Disabled(reason.clone()),
            Activation::Removed => Condition::Removed,
        };
        PluginState {
            name: self.name.clone(),
            condition,
            to_do: self.progress.to_do.load(Ordering::Relaxed),
            done: self.progress.done.load(Ordering::Relaxed),
        }
    }

    /// Asks it who it is, and whether it keeps its word; from then on it is asked about pictures.
    async fn begin(&self, store: &Store) {
        match fingerprinting::introduce(&self.hasher, &self.name, store).await {
            Ok(known) => {
                let description = &known.description;
                tracing::info!(
                    plugin = %self.name, says = description.name, version = description.version,
                    bits = description.bits, digest = self.hasher.digest(), "plugin loaded"
                );
                self.progress.begin(0);
                *locked(&self.activation) = Activation::Working(Arc::new(known));
            }
            Err(reason) => self.disable(reason),
        }
    }

    /// It is not asked any more.
    fn disable(&self, reason: String) {
        tracing::error!(plugin = %self.name, %reason, "plugin disabled; pictures are taken in without it");
        *locked(&self.activation) = Activation::Disabled(reason);
    }

    /// What it is, as long as it is asked; `Conflict` says why it is not.
    fn working(&self) -> Result<Arc<LoadedPlugin>, ServiceError> {
        let message = match &*locked(&self.activation) {
            Activation::Working(known) => return Ok(Arc::clone(known)),
            Activation::Disabled(reason) => format!("plugin {} is disabled: {reason}", self.name),
            Activation::Removed => format!("plugin {} was removed", self.name),
        };
        Err(ServiceError::Conflict {
            message,
            image: None,
        })
    }
}

/// Everything about every plugin: those that are loaded, and those of which only fingerprints are left.
pub async fn list(services: &Services) -> Result<Vec<PluginStatus>, ServiceError> {
    // Before the counts: whoever reads that a plugin is ready reads all that it was ready with.
    let states = services.plugins.states();
    let mut versions: BTreeMap<PluginName, Vec<PluginVersion>> = BTreeMap::new();
    for version in services.store.plugin_versions().await? {
        versions
            .entry(version.name.clone())
            .or_default()
            .push(version);
    }
    // Without versions there is nothing to count.
    let counts = match versions.is_empty() {
        true => HashMap::new(),
        false => services.store.plugin_counts().await?,
    };
    let loaded = states.into_iter().map(|state| {
        let own = versions.remove(&state.name).unwrap_or_default();
        status(services, state, own, &counts)
    });
    let mut all: Vec<PluginStatus> = loaded.collect();
    let absent = versions.into_iter();
    all.extend(absent.map(|(name, own)| status(services, PluginState::absent(name), own, &counts)));
    all.sort_by(|a, b| a.state.name.cmp(&b.state.name));
    Ok(all)
}

/// Everything about one plugin; `NotFound` when there is none of that name.
pub async fn get(services: &Services, name: &str) -> Result<PluginStatus, ServiceError> {
    let all = list(services).await?.into_iter();
    let mut named = all.filter(|status| status.state.name.as_str() == name);
    named.next().ok_or_else(|| unknown(name))
}

/// Asks a plugin again: about images that it had no fingerprint for, too, and also one that is disabled or was
/// removed, if it keeps its word on a drawn picture.
pub async fn backfill(services: &Services, name: &str) -> Result<PluginStatus, ServiceError> {
    let Some(plugin) = services.plugins.get(name) else {
        return match get(services, name).await {
            Ok(_) => Err(not_loaded(name)),
            Err(error) => Err(error),
        };
    };
    if plugin.working().is_err() {
        plugin.begin(&services.store).await;
    }
    let known = plugin.working()?;
    services.store.forget_refused(known.version).await?;
    backfill::begin(services, plugin, &known).await?;
    plugin.again.notify_one();
    get(services, name).await
}

/// Stops a plugin and removes every fingerprint under its name, by whichever file; says how many images had
/// been asked about.
pub async fn remove(services: &Services, name: &str) -> Result<u64, ServiceError> {
    let Ok(parsed) = name.parse::<PluginName>() else {
        return Err(unknown(name));
    };
    services.store.may_write()?;
    let loaded = services.plugins.get(name);
    if let Some(plugin) = loaded {
        *locked(&plugin.activation) = Activation::Removed;
        plugin.again.notify_one();
    }
    let removed = services.store.remove_plugin(&parsed).await?;
    if let Some(images) = removed {
        tracing::info!(plugin = name, images, "plugin removed");
    }
    match (removed, loaded) {
        (None, None) => Err(unknown(name)),
        (images, _) => Ok(images.unwrap_or_default()),
    }
}

/// What the plugins that are asked say of an image, with name and version.
pub fn fingerprints(services: &Services, image: Image) -> Vec<(PluginName, u16, Vec<u8>)> {
    let made = image.plugin_fingerprints.into_iter();
    let mut made: HashMap<PluginVersionId, Vec<u8>> = made
        .filter_map(|made| Some((made.version, made.bits?)))
        .collect();
    let working = services.plugins.working();
    working
        .filter_map(|(plugin, known)| {
            let bits = made.remove(&known.version)?;
            Some((plugin.name.clone(), known.description.version, bits))
        })
        .collect()
}

fn status(
    services: &Services,
    state: PluginState,
    versions: Vec<PluginVersion>,
    counts: &HashMap<PluginVersionId, PluginCounts>,
) -> PluginStatus {
    let plugin = services.plugins.by_name.get(&state.name);
    let known = plugin.and_then(|plugin| plugin.working().ok());
    let own = known.as_ref().map(|known| known.version);
    let counts_of = |version| counts.get(&version).copied().unwrap_or_default();
    let others = versions.into_iter().filter(|other| Some(other.id) != own);
    PluginStatus {
        state,
        digest: plugin.map(|plugin| plugin.hasher.digest().to_owned()),
        counts: own.map_or(PluginCounts::default(), counts_of),
        others: others
            .map(|other| (other.clone(), counts_of(other.id)))
            .collect(),
        description: known.map(|known| known.description.clone()),
    }
}

async fn load(sandbox: &Sandbox, file: &Path) -> Result<Hasher, StartError> {
    let (sandbox, file) = (sandbox.clone(), file.to_owned());
    let loaded = tokio::task::spawn_blocking(move || sandbox.hasher(&file)).await;
    loaded.unwrap_or_else(|error| match error.try_into_panic() {
        Ok(panic) => std::panic::resume_unwind(panic),
        Err(error) => Err(StartError::Engine(error.to_string())),
    })
}

fn unknown(name: &str) -> ServiceError {
    let shown: String = name.chars().take(80).collect();
    ServiceError::NotFound(format!("there is no plugin {shown:?}"))
}

fn not_loaded(name: &str) -> ServiceError {
    ServiceError::Conflict {
        message: format!("plugin {name} is not loaded: start the server with --plugin {name}=FILE"),
        image: None,
    }
}

// A panic while one of these locks was held cannot have left the value half changed.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
