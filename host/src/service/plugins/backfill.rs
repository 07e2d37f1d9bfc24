//! Asks plugins about images that they have not seen: those that were there before them, and those that an upload could not
//! ask about.
//!
//! What was asked is in the rows of the images, so that after a restart the work goes on where it was; what is new is read
//! from the change sequence, whichever process wrote it.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use futures::future::try_join_all;
use tokio::time::{MissedTickBehavior, interval, sleep};
use tokio_util::sync::CancellationToken;

use crate::domain::ImageId;
use crate::service::{ServiceError, Services, retry};
use crate::store::Change;

use super::fingerprinting::fingerprint_image;
use super::{LoadedPlugin, Plugin};

/// How often the change sequence is looked at.
const PACE: Duration = Duration::from_millis(500);
/// After a failure of the store.
const PAUSE: Duration = Duration::from_secs(10);
/// Images that are looked at together.
const BATCH: usize = 500;
/// Images that a plugin is asked about at once: requests come first.
const AT_ONCE: usize = 2;

/// Keeps a plugin up with the store until `stop`.
pub async fn follow(services: Services, plugin: Arc<Plugin>, stop: CancellationToken) {
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = plugin.again.notified() => {}
            () = work(&services, &plugin) => {}
        }
    }
}

/// The images that the background has to ask about from now on, and the change sequence that they stand at.
pub(super) async fn begin(
    services: &Services,
    plugin: &Plugin,
    known: &LoadedPlugin,
) -> Result<(u64, Vec<ImageId>), ServiceError> {
    let (sequence, images) = services.store.images_to_ask_about(known.version).await?;
    plugin.progress.begin(images.len() as u64);
    Ok((sequence, images))
}

/// Works for as long as the plugin does; then there is nothing to do until it rings.
async fn work(services: &Services, plugin: &Plugin) {
    let Ok(known) = plugin.working() else {
        return std::future::pending().await;
    };
    let Err(error) = keep_up(services, plugin, &known).await;
    if plugin.working().is_err() {
        return;
    }
    tracing::warn!(
        plugin = %plugin.name, error = &error as &dyn std::error::Error,
        "images are not asked about; tried again in {PAUSE:?}"
    );
    sleep(PAUSE).await;
}

/// Asks about every image, then about what changes; about nothing where the answers cannot be kept.
async fn keep_up(
    services: &Services,
    plugin: &Plugin,
    known: &LoadedPlugin,
) -> Result<Infallible, ServiceError> {
    let store = &services.store;
    let (mut change, images) = begin(services, plugin, known).await?;
    if store.may_write().is_err() {
        plugin.progress.complete_if_nothing_is_left();
        return std::future::pending().await;
    }
    for images in images.chunks(BATCH) {
        ask_about(services, plugin, known, images).await?;
    }
    let asked = plugin.progress.complete();
    if asked > 0 {
        tracing::info!(plugin = %plugin.name, asked, "plugin has been asked about every image");
    }
    let mut pace = interval(PACE);
    pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        pace.tick().await;
        if store.last_change().await? == change {
            continue;
        }
        let changes = store.changes_since(change, BATCH as u64).await?;
        let last = changes.last().map_or(change, |last| last.sequence);
        ask_about(services, plugin, known, &missing(changes, known)).await?;
        change = last;
    }
}

/// Those images of changes that the plugin has not been asked about, each once.
fn missing(changes: Vec<Change>, known: &LoadedPlugin) -> Vec<ImageId> {
    let is_missing = |change: &Change| {
        let stored = change.fingerprints.as_ref();
        stored.is_some_and(|stored| !stored.has(known.version))
    };
    let missing = changes.into_iter().filter(is_missing);
    let mut missing: Vec<ImageId> = missing.map(|change| change.image).collect();
    missing.sort_unstable();
    missing.dedup();
    missing
}

async fn ask_about(
    services: &Services,
    plugin: &Plugin,
    known: &LoadedPlugin,
    images: &[ImageId],
) -> Result<(), ServiceError> {
    let mut images = services.store.images_by_id(images).await?;
    // Others may have asked meanwhile.
    images.retain(|image| {
        let mut made = image.plugin_fingerprints.iter();
        !made.any(|made| made.version == known.version)
    });
    for together in images.chunks(AT_ONCE) {
        let asked = together.iter().map(|image| {
            retry::while_busy(move || fingerprint_image(services, plugin, known, image))
        });
        try_join_all(asked).await?;
        plugin.progress.advance(together.len() as u64);
    }
    Ok(())
}
