//! Asks plugins about images that they have not seen: those that were there before them, those that came by
//! another way than an upload, those that an upload had no time for.
//!
//! What was asked is in the store, so that after a restart the work goes on where it was; what is new is read from the
//! change sequence, whichever process wrote it.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use futures::future::try_join_all;
use tokio::time::{MissedTickBehavior, interval, sleep};
use tokio_util::sync::CancellationToken;

use crate::domain::ImageId;
use crate::service::{ServiceError, Services, retry};

use super::fingerprinting::fingerprinting;
use super::{LoadedPlugin, Plugin, Progress};

/// How often the change sequence is looked at.
const PACE: Duration = Duration::from_millis(500);
/// After a failure of the store.
const PAUSE: Duration = Duration::from_secs(10);
/// Images that are looked at together.
const BATCH: u64 = 500;
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

/// How many images the background has to ask about, from now on.
pub(super) async fn count(
    services: &Services,
    plugin: &Plugin,
    known: &LoadedPlugin,
) -> Result<(), ServiceError> {
    let store = &services.store;
    let asked = store.plugin_rows(known.edition).await?;
    let to_do = store.image_count().await?.saturating_sub(asked);
    plugin.progress.begin(to_do);
    Ok(())
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
    let mut change = store.last_change().await?;
    known.index.current(store, known.edition).await?;
    if store.may_write().is_err() {
        count(services, plugin, known).await?;
        plugin.progress.complete_if_nothing_is_left();
        return std::future::pending().await;
    }
    let mut later = everything(services, plugin, known).await?;
    let mut pace = interval(PACE);
    pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        pace.tick().await;
        if later.is_empty() && store.last_change().await? == change {
            continue;
        }
        let mut images = later;
        for new in store.changes_since(change, BATCH).await? {
            change = new.sequence;
            match new.fingerprints {
                Some(_) => images.push(new.image),
                None => known.index.forget(&new.project, new.image),
            }
        }
        later = missing(services, plugin, known, images, None).await?;
    }
}

/// Asks about every image that the plugin has not been asked about, but for those that an upload asks about
/// just now: they come back, for later.
async fn everything(
    services: &Services,
    plugin: &Plugin,
    known: &LoadedPlugin,
) -> Result<Vec<ImageId>, ServiceError> {
    count(services, plugin, known).await?;
    let (mut behind, mut later) = (0, Vec::new());
    loop {
        let page = services.store.image_ids_behind(behind, BATCH).await?;
        let Some((last, _)) = page.last() else { break };
        behind = *last;
        let images = page.into_iter().map(|(_, image)| image).collect();
        later.extend(missing(services, plugin, known, images, Some(&plugin.progress)).await?);
    }
    let asked = plugin.progress.complete();
    if asked > 0 {
        tracing::info!(plugin = %plugin.name, asked, "plugin has been asked about every image");
    }
    Ok(later)
}

/// Asks about those of these images that the plugin has not been asked about. What an upload asks about just
/// now comes back, for later.
async fn missing(
    services: &Services,
    plugin: &Plugin,
    known: &LoadedPlugin,
    images: Vec<ImageId>,
    progress: Option<&Progress>,
) -> Result<Vec<ImageId>, ServiceError> {
    let store = &services.store;
    let (later, now): (Vec<_>, Vec<_>) = images
        .into_iter()
        .partition(|image| services.plugins.is_claimed(*image));
    let asked = store.plugin_fingerprints_of(known.edition, &now).await?;
    let missing: Vec<ImageId> = now
        .into_iter()
        .filter(|image| !asked.contains_key(image))
        .collect();
    let images = store.images_by_id(&missing).await?;
    for together in images.chunks(AT_ONCE) {
        let asked = together
            .iter()
            .map(|image| retry::while_busy(move || fingerprinting(services, plugin, known, image)));
        try_join_all(asked).await?;
        if let Some(progress) = progress {
            progress.advance(together.len() as u64);
        }
    }
    Ok(later)
}
