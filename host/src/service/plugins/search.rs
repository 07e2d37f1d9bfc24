//! Images that a plugin finds near a picture.
//!
//! The index follows the plugin's rows by their numbers, whichever process wrote them, and names candidates;
//! what they are now is asked of the store, so that a picture that was replaced meanwhile is not found by
//! what it was.

use std::sync::Arc;

use crate::domain::{Image, ImageId, Match, MatchAlgorithm, Orientation, ProjectName, hamming};
use crate::sandbox::Input;
use crate::service::{ServiceError, Services};

use super::fingerprinting::{ask, fingerprinting};
use super::{LoadedPlugin, Plugin, unknown};

/// A search by a plugin that is at work.
pub struct PluginSearch<'a> {
    services: &'a Services,
    plugin: &'a Plugin,
    known: Arc<LoadedPlugin>,
    radius: u32,
}

impl<'a> PluginSearch<'a> {
    /// By the plugin of this name within a radius, in proportion that of `phash` without one. `NotFound` when there is no
    /// such plugin, `Conflict` when it is disabled, `Invalid` for a radius over its number of bits.
    pub fn open(
        services: &'a Services,
        name: &str,
        radius: Option<u32>,
    ) -> Result<Self, ServiceError> {
        let plugin = services.plugins.get(name).ok_or_else(|| unknown(name))?;
        let known = plugin.working()?;
        let bits = known.description.bits;
        let radius = radius.unwrap_or(known.description.default_radius());
        if radius > bits {
            let text = format!("radius: {radius} is over the {bits} bits of {name}");
            return Err(ServiceError::Invalid(text));
        }
        Ok(Self {
            services,
            plugin,
            known,
            radius,
        })
    }

    /// Who made the fingerprints.
    pub fn algorithm(&self) -> MatchAlgorithm {
        MatchAlgorithm::Plugin(self.plugin.name.clone(), self.known.description.bits)
    }

    /// What the plugin makes of a picture; `Invalid` when it makes nothing of it.
    pub async fn of_picture(&self, input: Input) -> Result<Vec<u8>, ServiceError> {
        let answer = ask(self.services, self.plugin, &self.known, input).await?;
        answer.map_err(|reason| self.refused(&reason))
    }

    /// The same of a stored image; the plugin is asked now where it was not before.
    pub async fn of_image(&self, image: &Image) -> Result<Vec<u8>, ServiceError> {
        let store = &self.services.store;
        let mut rows = store
            .plugin_fingerprints_of(self.known.edition, &[image.id])
            .await?;
        let bits = match rows.remove(&image.id) {
            Some(bits) => bits,
            None => fingerprinting(self.services, self.plugin, &self.known, image).await?,
        };
        bits.ok_or_else(|| self.refused("none is stored"))
    }

    /// Images within the radius in a project, or in all, nearest first, by what the store says of them now.
    pub async fn near(
        &self,
        scope: Option<&ProjectName>,
        bits: &[u8],
        limit: usize,
    ) -> Result<Vec<Match>, ServiceError> {
        let (store, known) = (&self.services.store, &self.known);
        let index = known.index.current(store, known.edition).await?;
        let hits = index.search(scope, bits.to_vec(), self.radius, limit);
        let ids: Vec<ImageId> = hits.iter().map(|hit| hit.image).collect();
        let rows = store.plugin_fingerprints_of(known.edition, &ids).await?;
        let images = store.images_by_id(&ids).await?;
        let found = images.into_iter().filter_map(|image| {
            let now = rows.get(&image.id)?.as_deref()?;
            let distance = hamming(now, bits);
            let is_near = distance <= self.radius;
            is_near.then(|| Match::near(image, distance, self.algorithm(), Orientation::Upright))
        });
        let mut found: Vec<Match> = found.collect();
        found.sort_by_key(|found| (found.distance, found.image.id));
        Ok(found)
    }

    fn refused(&self, reason: &str) -> ServiceError {
        ServiceError::Invalid(format!(
            "plugin {} has no fingerprint for this picture: {reason}",
            self.plugin.name
        ))
    }
}
