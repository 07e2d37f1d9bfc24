//! A plugin that is at work, as a search uses it: what it makes of a picture, upright or in every orientation.

use std::sync::Arc;

use crate::domain::{AlgorithmDefinition, Image, Orientation};
use crate::sandbox::Input;
use crate::service::{ServiceError, Services, blobs};

use super::fingerprinting::{ask, fingerprint_image};
use super::orientations::Orientable;
use super::{LoadedPlugin, Plugin, PluginPicture, unknown};

/// A plugin that is at work.
pub struct ActivePlugin<'a> {
    services: &'a Services,
    plugin: &'a Plugin,
    known: Arc<LoadedPlugin>,
}

impl<'a> ActivePlugin<'a> {
    /// The plugin of this name. `NotFound` when there is none, `Conflict` when it is disabled or was removed.
    pub fn open(services: &'a Services, name: &str) -> Result<Self, ServiceError> {
        let plugin = services.plugins.get(name).ok_or_else(|| unknown(name))?;
        Ok(Self {
            services,
            plugin,
            known: plugin.working()?,
        })
    }

    /// What it is to those who search by it.
    pub fn definition(&self) -> AlgorithmDefinition {
        let LoadedPlugin {
            description,
            version,
        } = &*self.known;
        AlgorithmDefinition::of_plugin(&self.plugin.name, *version, description)
    }

    /// What it makes of a picture, in each orientation that counts and that it has bits for; `Invalid` when it has none for
    /// the picture as it is.
    pub async fn of_picture(
        &self,
        file: Input,
        any_orientation: bool,
    ) -> Result<Vec<(Orientation, Vec<u8>)>, ServiceError> {
        let picture = PluginPicture::new(file, None);
        let wanted = self.known.description.input;
        if !any_orientation {
            let input = picture.input(self.services, wanted).await?;
            let answer = ask(self.plugin, &self.known, input).await?;
            let bits = answer.map_err(|reason| self.refused(&reason))?;
            return Ok(vec![(Orientation::Upright, bits)]);
        }
        let picture = Orientable::new(self.services, &picture, wanted).await?;
        let mut made = Vec::new();
        for orientation in Orientation::ALL {
            let input = picture.oriented(self.services, orientation).await?;
            match ask(self.plugin, &self.known, input).await? {
                Ok(bits) => made.push((orientation, bits)),
                Err(reason) if orientation == Orientation::Upright => {
                    return Err(self.refused(&reason));
                }
                Err(_) => {}
            }
        }
        Ok(made)
    }

    /// The same of a stored image; the plugin is asked now where it was not before.
    pub async fn of_image(
        &self,
        image: &Image,
        any_orientation: bool,
    ) -> Result<Vec<(Orientation, Vec<u8>)>, ServiceError> {
        if any_orientation {
            let file = blobs::input(self.services, image).await?;
            return self.of_picture(file, true).await;
        }
        let mut stored = image.plugin_fingerprints.iter();
        let bits = match stored.find(|made| made.version == self.known.version) {
            Some(made) => made.bits.clone(),
            None => fingerprint_image(self.services, self.plugin, &self.known, image).await?,
        };
        let bits = bits.ok_or_else(|| self.refused("none is stored"))?;
        Ok(vec![(Orientation::Upright, bits)])
    }

    fn refused(&self, reason: &str) -> ServiceError {
        ServiceError::Invalid(format!(
            "plugin {} has no fingerprint for this picture: {reason}",
            self.plugin.name
        ))
    }
}
