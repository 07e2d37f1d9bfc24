//! Images that a plugin finds near a picture.
//!
//! The index follows the plugin's rows by their numbers, whichever process wrote them, and names candidates;
//! what they are now is asked of the store, so that a picture that was replaced meanwhile is not found by
//! what it was.

use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::Mutex;

use crate::domain::{Image, ImageId, ProjectName, Sha256, hamming};
use crate::index::BitIndex;
use crate::service::matching::{Subject, check_limit};
use crate::service::{ServiceError, Services, digest, images, projects};
use crate::store::{EditionId, Store};

use super::fingerprinting::{ask, fingerprinting};
use super::{LoadedPlugin, Plugin, unknown};

/// Rows that are read at once.
const BATCH: u64 = 5_000;

/// How to search.
#[derive(Clone, Debug)]
pub struct PluginQuery {
    /// Largest distance; in proportion that of `phash` without it.
    pub radius: Option<u32>,
    /// Most matches, 1 to 1000.
    pub limit: usize,
}

/// An image that a plugin finds near.
#[derive(Clone, Debug)]
pub struct PluginMatch {
    /// The image.
    pub image: Image,
    /// It has the same bytes.
    pub exact: bool,
    /// Differing bits; 0 for the same bytes.
    pub distance: u32,
    /// Of how many.
    pub bits: u32,
}

/// The bits of an edition, as far as they have been read.
pub(super) struct FollowedBits {
    index: BitIndex,
    /// The last row that is in the index.
    applied: AtomicU64,
    /// Held while rows are read, so that searches side by side do it once.
    catching_up: Mutex<()>,
}

impl FollowedBits {
    /// Nothing yet; `None` for a length that cannot be searched.
    pub(super) fn new(bits: u32) -> Option<Self> {
        Some(Self {
            index: BitIndex::new(bits)?,
            applied: AtomicU64::new(0),
            catching_up: Mutex::default(),
        })
    }

    /// Reads the rows that are new, then hands out the index.
    pub(super) async fn current(
        &self,
        store: &Store,
        edition: EditionId,
    ) -> Result<&BitIndex, ServiceError> {
        let last = store.last_plugin_row(edition).await?;
        if self.applied.load(Ordering::Acquire) >= last {
            return Ok(&self.index);
        }
        let _alone = self.catching_up.lock().await;
        loop {
            let behind = self.applied.load(Ordering::Acquire);
            let rows = store.plugin_rows_behind(edition, behind, BATCH).await?;
            let Some(last) = rows.last().map(|row| row.position) else {
                return Ok(&self.index);
            };
            for row in rows {
                match row.bits {
                    Some(bits) => self.index.insert(&row.project, row.image, bits),
                    None => self.index.remove(&row.project, row.image),
                }
            }
            self.applied.store(last, Ordering::Release);
        }
    }

    /// Takes out an image that is gone.
    pub(super) fn forget(&self, project: &ProjectName, image: ImageId) {
        self.index.remove(project, image);
    }
}

/// What a plugin finds near a picture in a project, or in all, nearest first; a stored subject is not among
/// its own matches. Images of the same bytes match whatever the plugin says.
pub async fn matches(
    services: &Services,
    plugin: &str,
    project: Option<&ProjectName>,
    subject: Subject,
    query: &PluginQuery,
) -> Result<Vec<PluginMatch>, ServiceError> {
    let plugin = services
        .plugins
        .get(plugin)
        .ok_or_else(|| unknown(plugin))?;
    let known = plugin.working()?;
    let (bits, radius) = (known.description.bits, radius_of(plugin, &known, query)?);
    check_limit(query.limit)?;
    if let Some(project) = project {
        projects::check(services, project).await?;
    }
    let subject = PluginSubject::resolve(services, plugin, &known, subject).await?;
    let store = &services.store;
    let exact = store.images_by_digest(project, subject.sha256).await?;
    let enough = query.limit + exact.len() + 1;
    let near = near(services, &known, project, &subject.bits, radius, enough).await?;
    let same = exact.iter().map(|image| PluginMatch {
        image: image.clone(),
        exact: true,
        distance: 0,
        bits,
    });
    let others = near
        .into_iter()
        .filter(|found| exact.iter().all(|same| same.id != found.image.id));
    let mut matches: Vec<PluginMatch> = same.chain(others).collect();
    matches.retain(|found| Some(found.image.id) != subject.own);
    matches.truncate(query.limit);
    Ok(matches)
}

/// What is known of a subject before the index is asked.
struct PluginSubject {
    sha256: Sha256,
    own: Option<ImageId>,
    bits: Vec<u8>,
}

impl PluginSubject {
    async fn resolve(
        services: &Services,
        plugin: &Plugin,
        known: &LoadedPlugin,
        subject: Subject,
    ) -> Result<Self, ServiceError> {
        match subject {
            Subject::Picture(input) => {
                let sha256 = digest::of_input(input.clone()).await?;
                let answer = ask(services, plugin, known, input).await?;
                Ok(Self {
                    sha256,
                    own: None,
                    bits: answer.map_err(|reason| refused(plugin, &reason))?,
                })
            }
            Subject::Stored(project, id_or_name) => {
                let image = images::get(services, &project, &id_or_name).await?;
                let bits = stored(services, plugin, known, &image).await?;
                Ok(Self {
                    sha256: image.sha256,
                    own: Some(image.id),
                    bits: bits.ok_or_else(|| refused(plugin, "none is stored"))?,
                })
            }
        }
    }
}

/// What the plugin says of a stored image; it is asked now where it was not before.
async fn stored(
    services: &Services,
    plugin: &Plugin,
    known: &LoadedPlugin,
    image: &Image,
) -> Result<Option<Vec<u8>>, ServiceError> {
    let store = &services.store;
    let mut rows = store
        .plugin_fingerprints_of(known.edition, &[image.id])
        .await?;
    match rows.remove(&image.id) {
        Some(bits) => Ok(bits),
        None => fingerprinting(services, plugin, known, image).await,
    }
}

/// Images within a radius, nearest first, by what the store says of them now.
async fn near(
    services: &Services,
    known: &LoadedPlugin,
    project: Option<&ProjectName>,
    bits: &[u8],
    radius: u32,
    limit: usize,
) -> Result<Vec<PluginMatch>, ServiceError> {
    let store = &services.store;
    let index = known.index.current(store, known.edition).await?;
    let hits = index.search(project, bits.to_vec(), radius, limit);
    let ids: Vec<ImageId> = hits.iter().map(|hit| hit.image).collect();
    let rows = store.plugin_fingerprints_of(known.edition, &ids).await?;
    let images = store.images_by_id(&ids).await?;
    let found = images.into_iter().filter_map(|image| {
        let now = rows.get(&image.id)?.as_deref()?;
        let distance = hamming(now, bits);
        (distance <= radius).then_some(PluginMatch {
            image,
            exact: false,
            distance,
            bits: known.description.bits,
        })
    });
    let mut found: Vec<PluginMatch> = found.collect();
    found.sort_by_key(|found| (found.distance, found.image.id));
    Ok(found)
}

fn radius_of(
    plugin: &Plugin,
    known: &LoadedPlugin,
    query: &PluginQuery,
) -> Result<u32, ServiceError> {
    let bits = known.description.bits;
    let radius = query.radius.unwrap_or(known.description.default_radius());
    if radius > bits {
        let text = format!(
            "radius: {radius} is over the {bits} bits of {}",
            plugin.name
        );
        return Err(ServiceError::Invalid(text));
    }
    Ok(radius)
}

fn refused(plugin: &Plugin, reason: &str) -> ServiceError {
    ServiceError::Invalid(format!(
        "plugin {} has no fingerprint for this picture: {reason}",
        plugin.name
    ))
}
