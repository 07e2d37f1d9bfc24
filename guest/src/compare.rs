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
use crate::decode;
use crate::error::ImageError;
use crate::fingerprint::{Algorithm, hamming, similarity};
use crate::hash::{LumaPlane, fingerprint};
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
    let first = LumaPlane::of(&decode::decode(a, limits)?.pixels)?;
    let is_same_file = a == b;
    let second = if is_same_file {
        first.clone()
    } else {
        LumaPlane::of(&decode::decode(b, limits)?.pixels)?
    };
    Ok(judge(&first, &second, radius, is_same_file))
}

fn judge(first: &LumaPlane, second: &LumaPlane, radius: u32, is_same_file: bool) -> Comparison {
    let laid = Orientation::ALL.map(|orientation| (orientation, second.oriented(orientation)));
    let differences = Algorithm::ALL.map(|algorithm| difference(first, &laid, algorithm));
    let phash = differences[Algorithm::Phash as usize];
    let evidence = Evidence {
        radius,
        is_same_file,
        has_detail: quality(first).min(quality(second)) >= DETAILED,
        luma: first.difference(&laid[phash.orientation as usize].1),
        differences: &differences,
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

/// The distance in the orientation of the second picture that is nearest; of equals the first.
fn difference(
    first: &LumaPlane,
    second: &[(Orientation, LumaPlane); 8],
    algorithm: Algorithm,
) -> Difference {
    let wanted = fingerprint(first, algorithm).bits;
    let distances = second.each_ref().map(|(orientation, plane)| {
        (
            hamming(&wanted, &fingerprint(plane, algorithm).bits),
            *orientation,
        )
    });
    let (distance, orientation) = distances
        .into_iter()
        .min_by_key(|(distance, _)| *distance)
        .unwrap_or_default();
    let bits = algorithm.bits();
    Difference {
        algorithm,
        distance,
        bits,
        similarity: similarity(distance, bits),
        orientation,
    }
}

fn quality(plane: &LumaPlane) -> u8 {
    fingerprint(plane, Algorithm::Pdq).quality
}

/// What a verdict rests on.
struct Evidence<'a> {
    radius: u32,
    is_same_file: bool,
    has_detail: bool,
    luma: u32,
    differences: &'a [Difference; 6],
}

impl Evidence<'_> {
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
        let Difference {
            distance,
            orientation,
            ..
        } = self.of(Algorithm::Phash);
        let (radius, pdq) = (self.radius, self.of(Algorithm::Pdq).distance);
        let laid = match orientation {
            Orientation::Upright => String::new(),
            turned => format!(" with the second picture {}", turned.name()),
        };
        match verdict {
            Verdict::Exact => "The files are the same, byte for byte.".into(),
            Verdict::SamePicture => {
                format!(
                    "phash differs in {distance} of 64 bits ({radius} allowed) and pdq in {pdq} of 256."
                )
            }
            Verdict::Edited => format!(
                "phash differs in {distance} of 64 bits ({radius} allowed){laid}; pdq differs in {pdq} of 256, {}.",
                if self.is_within(Algorithm::Pdq) {
                    "as few as in a copy"
                } else {
                    "more than in a plain copy"
                },
            ),
            Verdict::Similar if distance <= radius => format!(
                "phash differs in {distance} of 64 bits, but there is too little detail to tell by, and brightness differs."
            ),
            Verdict::Similar => format!(
                "phash differs in {distance} of 64 bits ({radius} allowed){laid}, and {} of 5 other algorithms find them near.",
                self.others_within(),
            ),
            Verdict::Different => {
                format!("phash differs in {distance} of 64 bits; {radius} are allowed.")
            }
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
