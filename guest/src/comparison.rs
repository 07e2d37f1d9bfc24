//! What two pictures are to each other, as plain data. Judging two files is `compare`'s work.

use crate::fingerprint::Algorithm;
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
    /// The name in JSON: `exact`, `same picture`, `edited`, `similar`, `different`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::SamePicture => "same picture",
            Self::Edited => "edited",
            Self::Similar => "similar",
            Self::Different => "different",
        }
    }

    /// The pictures are called duplicates: `exact`, `same picture` or `edited`.
    pub fn is_duplicate(self) -> bool {
        self <= Self::Edited
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
    /// How the second picture has to be laid to get that distance.
    pub orientation: Orientation,
}

/// Two pictures compared.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// The judgement.
    pub verdict: Verdict,
    /// The default algorithm's similarity; 1 for the same bytes.
    pub similarity: f64,
    /// How the second picture has to be laid to look like the first.
    pub orientation: Orientation,
    /// One sentence for people.
    pub reason: String,
    /// Every algorithm's distance.
    pub differences: Vec<Difference>,
}
