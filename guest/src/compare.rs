//! Judges two files: decoded, hashed by every algorithm in every orientation.
//!
//! The rules, the first that applies:
//! 1. The same bytes are `exact`.
//! 2. `phash` within its radius makes a duplicate, in the orientation where it is nearest: the `same
//!    picture` when that is upright and `pdq`, which edits change more, is within its own radius;
//!    `edited` otherwise.
//! 3. Two other algorithms within their radius, or `phash` within one and a half of its own, make
//!    the pictures `similar`.
//! 4. Anything else is `different`.
//!
//! Fingerprints of a picture with hardly any detail say little. When either picture has a quality
//! below 50, rule 2 also asks that the luma planes differ by less than four grey levels in the mean,
//! and otherwise finds the pictures `similar`.

use crate::comparison::{Comparison, Difference, Verdict};
use crate::error::ImageError;
use crate::fingerprint::{Algorithm, Fingerprint, hamming, similarity};
use crate::hash::{LumaPlane, fingerprints_of, plane_of};
use crate::info::Orientation;
use crate::limits::Limits;

/// Below this quality fingerprints say little.
const DETAILED: u8 = 50;
/// Mean difference of two planes of one picture without detail, at most; in 256ths of a grey level.
const SAME_LUMA: u32 = 4 * 256;

/// Compares two encoded pictures; `threshold` (0 to 64) replaces `phash`'s default radius.
pub fn compare(
    a: &[u8],
    b: &[u8],
    threshold: Option<u32>,
    limits: &Limits,
) -> Result<Comparison, ImageError> {
    let radius = threshold.unwrap_or(Algorithm::Phash.default_radius());
    if radius > Algorithm::Phash.bits() {
        return Err(ImageError::InvalidParameter(format!(
            "threshold: {radius}; 0 to 64"
        )));
    }
    let is_same_file = a == b;
    let first = plane(a, "first", limits)?;
    let second = if is_same_file {
        first.clone()
    } else {
        plane(b, "second", limits)?
    };
    Ok(judge(&first, &second, radius, is_same_file))
}

/// The plane of a file; an error says which of the two it is about.
fn plane(bytes: &[u8], which: &str, limits: &Limits) -> Result<LumaPlane, ImageError> {
    let named = |text| format!("{which} picture: {text}");
    match plane_of(bytes, None, limits) {
        Ok((_, plane)) => Ok(plane),
        Err(ImageError::UnsupportedFormat(text)) => Err(ImageError::UnsupportedFormat(named(text))),
        Err(ImageError::Corrupt(text)) => Err(ImageError::Corrupt(named(text))),
        Err(other) => Err(other),
    }
}

fn judge(first: &LumaPlane, second: &LumaPlane, radius: u32, is_same_file: bool) -> Comparison {
    let wanted = fingerprints_of(first, &Algorithm::ALL);
    let laid = Orientation::ALL.map(|orientation| Laid::new(second, orientation));
    let differences = std::array::from_fn(|at| difference(&wanted[at], &laid, at));
    let phash: Difference = differences[Algorithm::Phash as usize];
    let quality = wanted[0].quality.min(laid[0].fingerprints[0].quality);
    let evidence = Evidence {
        radius,
        is_same_file,
        has_detail: quality >= DETAILED,
        luma: first.difference(&laid[phash.orientation as usize].plane),
        differences,
    };
    let verdict = evidence.verdict();
    Comparison {
        verdict,
        similarity: phash.similarity,
        orientation: phash.orientation,
        reason: evidence.reason(verdict),
        differences: differences.into(),
    }
}

/// The second picture laid one way, hashed by all algorithms.
struct Laid {
    orientation: Orientation,
    plane: LumaPlane,
    fingerprints: Vec<Fingerprint>,
}

impl Laid {
    fn new(plane: &LumaPlane, orientation: Orientation) -> Self {
        let plane = plane.oriented(orientation);
        Self {
            orientation,
            fingerprints: fingerprints_of(&plane, &Algorithm::ALL),
            plane,
        }
    }
}

/// The distance in the orientation of the second picture that is nearest; of equals the first.
fn difference(wanted: &Fingerprint, laid: &[Laid; 8], at: usize) -> Difference {
    let distances = laid.each_ref().map(|laid| {
        (
            hamming(&wanted.bits, &laid.fingerprints[at].bits),
            laid.orientation,
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

/// What a verdict rests on.
struct Evidence {
    radius: u32,
    is_same_file: bool,
    has_detail: bool,
    luma: u32,
    differences: [Difference; 6],
}

impl Evidence {
    fn verdict(&self) -> Verdict {
        let phash = self.of(Algorithm::Phash);
        if self.is_same_file {
            return Verdict::Exact;
        }
        if phash.distance <= self.radius {
            return match phash.orientation {
                _ if !self.has_detail && self.luma >= SAME_LUMA => Verdict::Similar,
                Orientation::Upright if self.is_within(Algorithm::Pdq) => Verdict::SamePicture,
                _ => Verdict::Edited,
            };
        }
        if phash.distance * 2 <= self.radius * 3 || self.others_within() >= 2 {
            return Verdict::Similar;
        }
        Verdict::Different
    }

    fn reason(&self, verdict: Verdict) -> String {
        let phash = self.of(Algorithm::Phash);
        let pdq = self.of(Algorithm::Pdq).distance;
        let differs = format!(
            "phash differs in {} of 64 bits ({} allowed)",
            phash.distance, self.radius
        );
        match (verdict, phash.orientation) {
            (Verdict::Exact, _) => "The files are the same, byte for byte.".into(),
            (Verdict::SamePicture, _) => format!("{differs}, and pdq in {pdq} of 256."),
            (Verdict::Edited, Orientation::Upright) => {
                format!("{differs}; pdq in {pdq} of 256, more than a plain copy.")
            }
            (Verdict::Edited, turned) => {
                format!(
                    "{differs} when the second picture is laid otherwise: {}.",
                    turned.name()
                )
            }
            (Verdict::Similar, _) if phash.distance <= self.radius => {
                format!("{differs}, but there is little detail to tell by, and brightness differs.")
            }
            (Verdict::Similar, _) => {
                format!(
                    "{differs}; {} of 5 other algorithms find them near.",
                    self.others_within()
                )
            }
            (Verdict::Different, _) => format!("{differs}."),
        }
    }

    fn of(&self, algorithm: Algorithm) -> Difference {
        self.differences[algorithm as usize]
    }

    fn is_within(&self, algorithm: Algorithm) -> bool {
        self.of(algorithm).distance <= algorithm.default_radius()
    }

    fn others_within(&self) -> usize {
        Algorithm::ALL
            .into_iter()
            .skip(1)
            .filter(|algorithm| self.is_within(*algorithm))
            .count()
    }
}
