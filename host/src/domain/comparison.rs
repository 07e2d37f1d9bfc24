//! Two pictures compared, as HTTP and the command line write it: one JSON object for both.
//!
//! Comparing is the pipeline's work, asking for it that of the services.

use serde::Serialize;
use utoipa::ToSchema;

use super::{AlgorithmName, Comparison, Difference, OrientationName, VerdictName};

/// What two pictures are to each other.
#[derive(Serialize, ToSchema)]
pub struct ComparisonView {
    /// What they are to each other.
    pub verdict: VerdictName,
    /// What was compared decides. False with a radius: fingerprints alone prove nothing.
    pub verified: bool,
    /// The verdict is one of the first three.
    pub is_duplicate: bool,
    /// The share of the detail that agrees, 0 to 1; 1 for the same bytes; with a radius the similarity by `phash`.
    #[schema(example = 0.9375)]
    pub similarity: f64,
    /// How the second picture has to be transformed to look like the first.
    pub orientation: OrientationName,
    /// Why, in one sentence for people.
    pub reason: String,
    /// Every algorithm's distance.
    pub differences: Vec<DifferenceView>,
}

/// One algorithm's opinion of two pictures.
#[derive(Serialize, ToSchema)]
pub struct DifferenceView {
    /// Whose opinion.
    pub algorithm: AlgorithmName,
    /// Differing bits in the best orientation.
    #[schema(example = 4)]
    pub distance: u32,
    /// Length of the fingerprints.
    #[schema(example = 64)]
    pub bits: u32,
    /// 1 - distance / bits.
    #[schema(example = 0.9375)]
    pub similarity: f64,
    /// How the second picture has to be transformed to get that distance.
    pub orientation: OrientationName,
}

impl From<Comparison> for ComparisonView {
    fn from(comparison: Comparison) -> Self {
        Self {
            verdict: comparison.verdict.into(),
            verified: comparison.verified,
            is_duplicate: comparison.verdict.is_duplicate(),
            similarity: comparison.similarity,
            orientation: comparison.orientation.into(),
            reason: comparison.reason,
            differences: comparison.differences.iter().map(Into::into).collect(),
        }
    }
}

impl From<&Difference> for DifferenceView {
    fn from(difference: &Difference) -> Self {
        Self {
            algorithm: difference.algorithm.into(),
            distance: difference.distance,
            bits: difference.bits,
            similarity: difference.similarity,
            orientation: difference.orientation.into(),
        }
    }
}
