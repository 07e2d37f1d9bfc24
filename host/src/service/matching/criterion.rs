//! What counts as a match: a verdict, a distance, or what a plugin finds near.

use crate::domain::Algorithm;
use crate::service::{ServiceError, Services, plugins::PluginSearch};

/// What counts as a match.
#[derive(Clone, Debug)]
pub enum Criterion {
    /// Verified duplicates and similar images, the strongest verdict first. Of a subject without a sketch distances are all
    /// there is: each of its fingerprints finds what lies within its algorithm's default radius.
    Verified {
        /// Also find mirrored and turned copies.
        any_orientation: bool,
    },
    /// Images within a distance, nearest first.
    Distance {
        /// By which algorithm; the default one when only a radius is given. A subject that is known by fingerprints is
        /// searched by all of them without it.
        algorithm: Option<Algorithm>,
        /// Largest distance; the algorithm's default without it.
        radius: Option<u32>,
        /// Also find mirrored and turned copies.
        any_orientation: bool,
    },
    /// Images that a plugin finds near, nearest first.
    Plugin {
        /// Its name.
        name: String,
        /// Largest distance; the plugin's default without it.
        radius: Option<u32>,
    },
}

impl Criterion {
    /// Also find mirrored and turned copies.
    pub fn any_orientation(&self) -> bool {
        match *self {
            Self::Verified { any_orientation } => any_orientation,
            Self::Distance {
                any_orientation, ..
            } => any_orientation,
            Self::Plugin { .. } => false,
        }
    }

    /// The algorithm that is asked for.
    pub fn algorithm(&self) -> Option<Algorithm> {
        match *self {
            Self::Distance { algorithm, .. } => algorithm,
            Self::Verified { .. } | Self::Plugin { .. } => None,
        }
    }

    /// The radius that is asked for.
    pub fn radius(&self) -> Option<u32> {
        match *self {
            Self::Distance { radius, .. } | Self::Plugin { radius, .. } => radius,
            Self::Verified { .. } => None,
        }
    }

    /// The plugin that is asked for, at work.
    pub(super) fn plugin<'a>(
        &self,
        services: &'a Services,
    ) -> Result<Option<PluginSearch<'a>>, ServiceError> {
        match self {
            Self::Plugin { name, radius } => PluginSearch::open(services, name, *radius).map(Some),
            Self::Verified { .. } | Self::Distance { .. } => Ok(None),
        }
    }
}

/// The radius to search with; `Invalid` when it is over the algorithm's number of bits.
pub fn radius_of(algorithm: Algorithm, radius: Option<u32>) -> Result<u32, ServiceError> {
    let radius = radius.unwrap_or(algorithm.default_radius());
    let (name, bits) = (algorithm.name(), algorithm.bits());
    if radius > bits {
        let text = format!("radius: {radius} is over the {bits} bits of {name}");
        return Err(ServiceError::Invalid(text));
    }
    Ok(radius)
}
