//! What makes the fingerprints that a search compares: the sandbox by an algorithm of the pipeline, or a plugin.

use crate::domain::{Algorithm, AlgorithmDefinition, Image, NamedAlgorithm, Orientation};
use crate::sandbox::Input;
use crate::service::plugins::ActivePlugin;
use crate::service::{ServiceError, Services, blobs};

use super::criterion::radius_of;
use super::ranking::FingerprintProbe;

/// An algorithm that can be asked.
pub enum Fingerprinter<'a> {
    /// One of the pipeline.
    BuiltIn(&'a Services, Algorithm),
    /// A plugin that is at work.
    Plugin(ActivePlugin<'a>),
}

impl<'a> Fingerprinter<'a> {
    /// The algorithm of a name. `NotFound` when there is no such plugin, `Conflict` when it is disabled or was removed.
    pub fn open(services: &'a Services, algorithm: &NamedAlgorithm) -> Result<Self, ServiceError> {
        Ok(match algorithm {
            NamedAlgorithm::BuiltIn(algorithm) => Self::BuiltIn(services, *algorithm),
            NamedAlgorithm::Plugin(name) => {
                Self::Plugin(ActivePlugin::open(services, name.as_str())?)
            }
        })
    }

    /// What it is.
    pub fn definition(&self) -> AlgorithmDefinition {
        match self {
            Self::BuiltIn(_, algorithm) => (*algorithm).into(),
            Self::Plugin(plugin) => plugin.definition(),
        }
    }

    /// What is searched for a picture, in each orientation that counts; `Invalid` for a radius over its number of bits.
    pub async fn of_picture(
        &self,
        input: Input,
        radius: Option<u32>,
        any_orientation: bool,
    ) -> Result<Vec<FingerprintProbe>, ServiceError> {
        let radius = radius_of(&self.definition(), radius)?;
        Ok(self.probes(self.hash(input, any_orientation).await?, radius))
    }

    /// The same for a stored image, by what is stored of it where that is enough.
    pub async fn of_image(
        &self,
        image: &Image,
        radius: Option<u32>,
        any_orientation: bool,
    ) -> Result<Vec<FingerprintProbe>, ServiceError> {
        let radius = radius_of(&self.definition(), radius)?;
        let made = match self {
            Self::Plugin(plugin) => plugin.of_image(image, any_orientation).await?,
            Self::BuiltIn(services, algorithm) => match stored(image, *algorithm) {
                Some(bits) if !any_orientation => vec![(Orientation::Upright, bits)],
                _ => {
                    let input = blobs::input(services, image).await?;
                    self.hash(input, any_orientation).await?
                }
            },
        };
        Ok(self.probes(made, radius))
    }

    async fn hash(
        &self,
        input: Input,
        any_orientation: bool,
    ) -> Result<Vec<(Orientation, Vec<u8>)>, ServiceError> {
        let (services, algorithm) = match self {
            Self::Plugin(plugin) => return plugin.of_picture(input, any_orientation).await,
            Self::BuiltIn(services, algorithm) => (services, *algorithm),
        };
        let made = match any_orientation {
            true => services.sandbox.hash_orientations(input, algorithm).await?,
            false => {
                let made = services.sandbox.hash(input, vec![algorithm]).await?;
                made.into_iter()
                    .map(|fingerprint| (Orientation::Upright, fingerprint))
                    .collect()
            }
        };
        let made = made.into_iter();
        Ok(made
            .map(|(orientation, fingerprint)| (orientation, fingerprint.bits))
            .collect())
    }

    fn probes(&self, made: Vec<(Orientation, Vec<u8>)>, radius: u32) -> Vec<FingerprintProbe> {
        let probe = |(orientation, bits)| FingerprintProbe {
            orientation,
            algorithm: self.definition(),
            bits,
            radius,
        };
        made.into_iter().map(probe).collect()
    }
}

/// What is stored already, where it was made by today's definition.
fn stored(image: &Image, algorithm: Algorithm) -> Option<Vec<u8>> {
    let mut stored = image.fingerprints.iter();
    let wanted = (algorithm, algorithm.version());
    let found = stored.find(|made| (made.algorithm, made.version) == wanted)?;
    Some(found.bits.clone())
}
