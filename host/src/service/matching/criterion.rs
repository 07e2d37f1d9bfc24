//! What counts as a match: a verdict, or a distance.

use crate::domain::{AlgorithmDefinition, NamedAlgorithm};
use crate::service::ServiceError;

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
        algorithm: Option<NamedAlgorithm>,
        /// Largest distance; the algorithm's default without it.
        radius: Option<u32>,
        /// Also find mirrored and turned copies.
        any_orientation: bool,
    },
}

impl Criterion {
    /// Also find mirrored and turned copies.
    pub fn any_orientation(&self) -> bool {
        match *self {
            Self::Verified { any_orientation }
            | Self::Distance {
                any_orientation, ..
            } => any_orientation,
        }
    }

    /// The algorithm that is asked for.
    pub fn algorithm(&self) -> NamedAlgorithm {
        match self {
            Self::Distance { algorithm, .. } => algorithm.clone().unwrap_or_default(),
            Self::Verified { .. } => NamedAlgorithm::default(),
        }
    }

    /// The radius that is asked for.
    pub fn radius(&self) -> Option<u32> {
        match *self {
            Self::Distance { radius, .. } => radius,
            Self::Verified { .. } => None,
        }
    }
}

/// The radius to search with; `Invalid` when it is over the algorithm's number of bits.
pub fn radius_of(
    algorithm: &AlgorithmDefinition,
    radius: Option<u32>,
) -> Result<u32, ServiceError> {
    let radius = radius.unwrap_or(algorithm.default_radius);
    let (name, bits) = (&algorithm.name, algorithm.id.bits());
    if radius > bits {
        let text = format!("radius: {radius} is over the {bits} bits of {name}");
        return Err(ServiceError::Invalid(text));
    }
    Ok(radius)
}
