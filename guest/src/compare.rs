//! Judges two files: decoded once, sketched, hashed by every algorithm in every orientation.
//!
//! The rules, the first that applies:
//! 1. The same bytes are `exact`.
//! 2. They are verified in all orientations, by their sketches and then by the pictures: see [`crate::verification`].
//! 3. `phash` within one and a half of its radius, or two other algorithms within theirs, make pictures
//!    `similar` that are no duplicates.
//!
//! A caller's `threshold` takes the place of rule 2: `phash` within it makes a duplicate, in the orientation
//! where it is nearest; the `same_picture` when that is upright and `pdq`, which edits change more, is
//! within its own radius, `edited` otherwise.

use crate::comparison::{Comparison, Difference, Judgement, Verdict};
use crate::error::ImageError;
use crate::fingerprint::{Algorithm, Fingerprint, hamming, similarity};
use crate::hash::{self, AlphaVariants, Decoded};
use crate::info::Orientation;
use crate::limits::Limits;
use crate::sketch::Sketch;
use crate::verification::{Subject, verify};

const ALGORITHMS: usize = Algorithm::ALL.len();

/// Those that speak for `phash` or against it. `bare` says what `dhash128` does, but of pictures with
/// transparency.
const OTHERS: [Algorithm; 6] = [
    Algorithm::Dhash,
    Algorithm::Dhash128,
    Algorithm::Ahash,
    Algorithm::Blockhash,
    Algorithm::Pdq,
    Algorithm::Core,
];

/// Compares two encoded pictures; with a `threshold` (0 to 64) `phash` alone makes duplicates.
pub fn compare(
    a: &[u8],
    b: &[u8],
    threshold: Option<u32>,
    limits: &Limits,
) -> Result<Comparison, ImageError> {
    if let Some(threshold) = threshold.filter(|radius| *radius > Algorithm::Phash.bits()) {
        let text = format!("threshold: {threshold}; 0 to 64");
        return Err(ImageError::InvalidParameter(text));
    }
    let is_same_file = a == b;
    let first = Compared::read(a, limits).map_err(|error| named(error, "first"))?;
    let second = if is_same_file {
        first.clone()
    } else {
        Compared::read(b, limits).map_err(|error| named(error, "second"))?
    };
    let evidence = Evidence {
        radius: threshold.unwrap_or(Algorithm::Phash.default_radius()),
        differences: differences(&first.variants, &second.variants),
    };
    let (judgement, orientation) = match threshold {
        _ if is_same_file => (Judgement::same_bytes(), Orientation::Upright),
        Some(_) => (
            evidence.judgement(),
            evidence.difference(Algorithm::Phash).orientation,
        ),
        None => {
            let (judged, orientation) = first.verify(&second)?;
            (evidence.added_to(judged), orientation)
        }
    };
    Ok(Comparison {
        verdict: judgement.verdict,
        similarity: judgement.similarity,
        orientation,
        reason: judgement.reason,
        verified: judgement.verified,
        differences: evidence.differences.into(),
    })
}

/// A file that was read to be compared, perhaps with several others.
#[derive(Clone, Debug)]
pub struct Compared {
    variants: AlphaVariants,
    sketch: Sketch,
}

impl Compared {
    /// Reads a file.
    pub fn read(bytes: &[u8], limits: &Limits) -> Result<Self, ImageError> {
        let (info, variants) = AlphaVariants::new(bytes, Decoded::Nothing, limits)?;
        let sketch = variants.sketch(&info, hash::sampled_frames(bytes, &info, limits))?;
        Ok(Self { variants, sketch })
    }

    /// What the pictures are to each other by verification alone, and how the other is oriented to look like this one.
    pub fn verify(&self, other: &Self) -> Result<(Judgement, Orientation), ImageError> {
        let (first, second) = (self.subject()?, other.subject()?);
        Ok(verify(&first, &second, &Orientation::ALL))
    }

    fn subject(&self) -> Result<Subject<'_>, ImageError> {
        Ok(Subject {
            close: Some(self.variants.appearance()?),
            ..Subject::from_sketch(&self.sketch)
        })
    }
}

/// An error that says which of the two pictures it is about.
fn named(error: ImageError, which: &str) -> ImageError {
    let named = |text| format!("{which} picture: {text}");
    match error {
        ImageError::UnsupportedFormat(text) => ImageError::UnsupportedFormat(named(text)),
        ImageError::Corrupt(text) => ImageError::Corrupt(named(text)),
        other => other,
    }
}

/// Every algorithm's distance in the orientation of the second picture that is nearest.
fn differences(first: &AlphaVariants, second: &AlphaVariants) -> [Difference; ALGORITHMS] {
    let wanted = first.fingerprints(&Algorithm::ALL);
    let oriented = Orientation::ALL.map(|orientation| OrientedPicture::new(second, orientation));
    std::array::from_fn(|at| difference(&wanted[at], &oriented, at))
}

/// The second picture in one orientation, hashed by all algorithms.
struct OrientedPicture {
    orientation: Orientation,
    fingerprints: Vec<Fingerprint>,
}

impl OrientedPicture {
    fn new(variants: &AlphaVariants, orientation: Orientation) -> Self {
        Self {
            orientation,
            fingerprints: variants.oriented(orientation).fingerprints(&Algorithm::ALL),
        }
    }
}

/// The distance in the orientation of the second picture that is nearest; of equals the first.
fn difference(wanted: &Fingerprint, oriented: &[OrientedPicture; 8], at: usize) -> Difference {
    let distances = oriented.each_ref().map(|oriented| {
        (
            hamming(&wanted.bits, &oriented.fingerprints[at].bits),
            oriented.orientation,
        )
    });
    let nearest = distances.into_iter().min_by_key(|(distance, _)| *distance);
    let (distance, orientation) = nearest.unwrap_or_default();
    let (algorithm, bits) = (wanted.algorithm, wanted.algorithm.bits());
    Difference {
        algorithm,
        distance,
        bits,
        similarity: similarity(distance, bits),
        orientation,
    }
}

/// What fingerprints say.
struct Evidence {
    radius: u32,
    differences: [Difference; ALGORITHMS],
}

impl Evidence {
    /// By fingerprints alone.
    fn judgement(&self) -> Judgement {
        let phash = self.difference(Algorithm::Phash);
        let verdict = match phash.orientation {
            _ if self.is_similar() && phash.distance > self.radius => Verdict::Similar,
            _ if phash.distance > self.radius => Verdict::Different,
            Orientation::Upright if self.is_within(Algorithm::Pdq) => Verdict::SamePicture,
            _ => Verdict::Edited,
        };
        Judgement {
            verdict,
            similarity: phash.similarity,
            reason: format!("{}.", self.words()),
            verified: false,
        }
    }

    /// A judgement by sketches, with what fingerprints say of pictures that are no duplicates.
    fn added_to(&self, judged: Judgement) -> Judgement {
        if judged.verdict != Verdict::Different || !self.is_similar() {
            return judged;
        }
        Judgement {
            verdict: Verdict::Similar,
            reason: format!("{}, but: {}", self.words(), judged.reason),
            ..judged
        }
    }

    fn is_similar(&self) -> bool {
        let phash = self.difference(Algorithm::Phash);
        phash.distance * 2 <= self.radius * 3 || self.others_within() >= 2
    }

    fn words(&self) -> String {
        let phash = self.difference(Algorithm::Phash);
        let oriented = match phash.orientation {
            Orientation::Upright => String::new(),
            turned => format!(
                " when the second picture is laid otherwise ({})",
                turned.name()
            ),
        };
        format!(
            "phash differs in {} of 64 bits{oriented}, {} of {} other algorithms find them near",
            phash.distance,
            self.others_within(),
            OTHERS.len()
        )
    }

    fn difference(&self, algorithm: Algorithm) -> Difference {
        self.differences[algorithm as usize]
    }

    fn is_within(&self, algorithm: Algorithm) -> bool {
        self.difference(algorithm).distance <= algorithm.default_radius()
    }

    fn others_within(&self) -> usize {
        OTHERS
            .iter()
            .filter(|other| self.is_within(**other))
            .count()
    }
}
