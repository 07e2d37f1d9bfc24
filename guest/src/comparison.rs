//! What two pictures are to each other, as plain data. Judging sketches is `verification`'s work, judging
//! files that of `compare`.

use crate::fingerprint::{Algorithm, similarity};
use crate::info::Orientation;

/// What two pictures are to each other, the strongest claim first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// The same bytes.
    Exact,
    /// The same picture: re-encoded, resized, converted.
    SamePicture,
    /// The same picture edited: retouched, marked, slightly cropped, mirrored or turned.
    Edited,
    /// Alike; not called a duplicate.
    Similar,
    /// Nothing says that they belong together.
    Different,
}

impl Verdict {
    /// The name in JSON: `exact`, `same_picture`, `edited`, `similar`, `different`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::SamePicture => "same_picture",
            Self::Edited => "edited",
            Self::Similar => "similar",
            Self::Different => "different",
        }
    }

    /// The pictures are called duplicates: `exact`, `same_picture` or `edited`.
    pub fn is_duplicate(self) -> bool {
        self <= Self::Edited
    }
}

/// A verdict on two pictures and what it rests on.
#[derive(Clone, Debug, PartialEq)]
pub struct Judgement {
    /// What they are to each other.
    pub verdict: Verdict,
    /// The share of the detail that agrees, 0 to 1; 1 for the same bytes.
    pub similarity: f64,
    /// One sentence for people.
    pub reason: String,
    /// What was compared decides. `false` where only a comparison of the pictures themselves can tell; then the
    /// verdict claims no more than what is certain.
    pub verified: bool,
}

impl Judgement {
    /// Two files of the same bytes.
    pub fn same_bytes() -> Self {
        Self {
            verdict: Verdict::Exact,
            similarity: 1.0,
            reason: "The files are the same, byte for byte.".into(),
            verified: true,
        }
    }

    /// Two pictures of which it is also known that their fingerprints are near, or not: near ones that are
    /// no duplicates are `similar`.
    pub fn with_distance(self, algorithm: Algorithm, distance: u32) -> Self {
        if self.verdict != Verdict::Different || distance > algorithm.default_radius() {
            return self;
        }
        let (name, bits) = (algorithm.name(), algorithm.bits());
        Self {
            verdict: Verdict::Similar,
            reason: format!(
                "{name} differs in {distance} of {bits} bits only, but: {}",
                self.reason
            ),
            ..self
        }
    }

    /// Two pictures of which nothing but one algorithm's distance is known. That alone makes no
    /// duplicates: pictures that merely look alike can have the same fingerprint.
    pub fn of_distance(algorithm: Algorithm, distance: u32) -> Self {
        let (name, bits) = (algorithm.name(), algorithm.bits());
        Self {
            verdict: Verdict::Similar,
            similarity: similarity(distance, bits),
            reason: format!(
                "{name} differs in {distance} of {bits} bits; nothing else was compared."
            ),
            verified: false,
        }
    }
}

impl From<Comparison> for Judgement {
    fn from(comparison: Comparison) -> Self {
        Self {
            verdict: comparison.verdict,
            similarity: comparison.similarity,
            reason: comparison.reason,
            verified: comparison.verified,
        }
    }
}

/// One algorithm's opinion of two pictures.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Difference {
    /// Whose opinion.
    pub algorithm: Algorithm,
    /// Differing bits in the best orientation.
    pub distance: u32,
    /// Length of the fingerprints.
    pub bits: u32,
    /// 1 - distance / bits.
    pub similarity: f64,
    /// How the second picture has to be transformed to get that distance.
    pub orientation: Orientation,
}

/// Two pictures compared.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// The judgement.
    pub verdict: Verdict,
    /// 0 to 1; 1 for the same bytes.
    pub similarity: f64,
    /// How the second picture has to be transformed to look like the first.
    pub orientation: Orientation,
    /// One sentence for people.
    pub reason: String,
    /// What was compared decides.
    pub verified: bool,
    /// Every algorithm's distance.
    pub differences: Vec<Difference>,
}
