//! From a picture to fingerprints and a sketch: one luma plane, eight algorithms.
//!
//! The picture is reduced once to [`LumaPlane`], from its pixels or, for a JPEG that is not tiny, from
//! the means of its blocks (see [`plane_of`]); each algorithm averages that plane down to the
//! exact size it wants, and makes bits of the cells. All arithmetic is in integers but for the 16-point
//! cosine transform of `phash`, whose f32 operations come in a fixed order: every build gives the same bits.
//!
//! | algorithm | reduced to | a bit is set where |
//! |---|---|---|
//! | `phash` | 16x16, cosine transform, the 8x8 lowest frequencies with the constant | the coefficient is at least the median of the 64 |
//! | `dhash` | 9x8 | the pixel is darker than its right neighbour; row by row |
//! | `dhash128` | 9x8, then 8x9 | the 64 of `dhash`; then: the pixel is darker than the one below, column by column |
//! | `ahash` | 8x8 | the pixel is at least the mean, cut to a whole number |
//! | `blockhash` | the plane itself, in 8x8 blocks of 32x32 | the block's sum is above the upper median of its half of the picture (four rows of blocks), or equal to it where that median is over half of full white |
//! | `pdq` | 64x64 smoothed cells, cosine transform, frequencies 1 to 16 | the coefficient is above the median of the 256 |
//! | `core` | what lies inside uniform bands at the sides, or where there are none the plane without 12 cells on each side, to 9x8, then 8x9 | as in `dhash128`: a cropped or framed copy is near the picture's by one or the other |
//! | `alpha_dropped` | a second plane, of the colours without their alpha (see [`AlphaVariants`]) | as in `dhash128` |
//!
//! The first bit is the most significant of the first byte. `quality` is PDQ's, whatever the algorithm; that of
//! `alpha_dropped` is 0 for a picture of one look: its bits are those of `dhash128`, and nothing is to be searched by them. That of
//! `core` is told by what lies inside the bands.
//!
//! Whoever judges copies takes a close look at them: a [`ReducedPicture`] and its [`Fidelity`]. Fingerprints alone
//! cost none of that.

use crate::decode::Picture;
use crate::error::ImageError;
use crate::fingerprint::{Algorithm, Fingerprint};
use crate::info::{ImageInfo, Orientation};
use crate::limits::Limits;

mod alpha_variants;
mod average;
mod bits;
mod colours;
mod content;
mod detail;
mod fidelity;
mod frames;
mod pdq;
mod plane;
mod read;
mod reduced;
mod sketched;

pub use alpha_variants::AlphaVariants;
pub use fidelity::{Fidelity, true_detail};
pub use frames::sampled_frames;
pub use plane::LumaPlane;
pub use read::Decoded;
pub use reduced::ReducedPicture;

/// Blocks of a JPEG on its shorter side from which on their means stand for its pixels. Over 85 photos
/// of 50 to 396 blocks `phash` then differs from that of the pixels by 0 of 64 bits in the median and by
/// 2 at most; below 46 blocks 4 bits occur.
pub const LEAST_BLOCKS: u32 = 50;

/// The fingerprints of an encoded picture, in the order asked for. An empty list, or an algorithm
/// that is asked for twice, is `invalid-parameter`.
pub fn hash(
    bytes: &[u8],
    algorithms: &[Algorithm],
    limits: &Limits,
) -> Result<Vec<Fingerprint>, ImageError> {
    if algorithms.is_empty() {
        return Err(ImageError::InvalidParameter(
            "algorithms: at least one".into(),
        ));
    }
    check(algorithms)?;
    Ok(AlphaVariants::wanted(bytes, algorithms, limits)?.fingerprints(algorithms))
}

/// One algorithm's fingerprints in all eight orientations, in EXIF order. Each is, bit for bit, the
/// fingerprint of the picture after what its orientation says was done to it.
pub fn hash_orientations(
    bytes: &[u8],
    algorithm: Algorithm,
    limits: &Limits,
) -> Result<Vec<(Orientation, Fingerprint)>, ImageError> {
    let variants = AlphaVariants::wanted(bytes, &[algorithm], limits)?;
    let oriented = |orientation| {
        let fingerprints = variants.oriented(orientation).fingerprints(&[algorithm]);
        fingerprints
            .into_iter()
            .map(move |fingerprint| (orientation, fingerprint))
    };
    Ok(Orientation::ALL.into_iter().flat_map(oriented).collect())
}

/// The cells of the plane of an encoded picture, row by row: what hashers of other people start from.
pub fn luma_plane(bytes: &[u8], limits: &Limits) -> Result<Vec<u8>, ImageError> {
    let (_, plane) = plane_of(bytes, None, limits)?;
    Ok(plane.into_cells())
}

/// The facts and the plane of an encoded picture on white. Every fingerprint of a file comes from here, so
/// that a file has the same bits whatever else is asked of it. `decoded` is the same picture, for those who
/// have it.
///
/// A JPEG of at least [`LEAST_BLOCKS`] blocks on each side is not decoded: the means of its blocks make
/// the plane (see [`reduced_luma`](crate::decode::reduced_luma)). The pixels of any other file make it: row by row as they are
/// decoded, where the decoder works so (see [`rows`](crate::decode::rows)).
pub fn plane_of(
    bytes: &[u8],
    decoded: Option<&Picture>,
    limits: &Limits,
) -> Result<(ImageInfo, LumaPlane), ImageError> {
    let decoded = decoded.map_or(Decoded::Nothing, Decoded::Picture);
    let read = read::read(bytes, decoded, false, limits)?;
    Ok((read.info, read.plane))
}

/// The fingerprints of a plane: of a picture of one look.
pub fn fingerprints_of(plane: &LumaPlane, algorithms: &[Algorithm]) -> Vec<Fingerprint> {
    let smoothed = pdq::Smoothed::new(plane);
    let quality = smoothed.quality();
    let fingerprint = |algorithm: &Algorithm| {
        let (bits, quality) = match algorithm {
            Algorithm::Bare => (bits_of(plane, &smoothed, *algorithm), 0),
            Algorithm::Core => core(plane, quality),
            _ => (bits_of(plane, &smoothed, *algorithm), quality),
        };
        Fingerprint {
            algorithm: *algorithm,
            version: algorithm.version(),
            bits,
            quality,
        }
    };
    algorithms.iter().map(fingerprint).collect()
}

fn bits_of(plane: &LumaPlane, smoothed: &pdq::Smoothed, algorithm: Algorithm) -> Vec<u8> {
    match algorithm {
        Algorithm::Phash => {
            bits::at_least_median_frequency(&plane.shrink(bits::POINTS, bits::POINTS))
        }
        Algorithm::Dhash => bits::darker_than_right(&plane.shrink(9, 8), 9),
        Algorithm::Dhash128 | Algorithm::Core | Algorithm::Bare => {
            gradients(&plane.shrink(9, 8), &plane.shrink(8, 9))
        }
        Algorithm::Ahash => bits::at_least_mean(&plane.shrink(8, 8)),
        Algorithm::Blockhash => bits::above_median_of_band(plane.cells(), plane::SIDE),
        Algorithm::Pdq => smoothed.bits(),
    }
}

/// The bits of what lies inside bands, or of the plane without its edges, and their quality.
fn core(plane: &LumaPlane, quality: u8) -> (Vec<u8>, u8) {
    match plane.content() {
        Some(content) => {
            let smoothed = pdq::Smoothed::new(&content);
            (
                bits_of(&content, &smoothed, Algorithm::Core),
                smoothed.quality(),
            )
        }
        None => (
            gradients(&plane.shrink_core(9, 8), &plane.shrink_core(8, 9)),
            quality,
        ),
    }
}

/// 64 bits across 9x8 cells and 64 down 8x9 cells.
fn gradients(wide: &[u8], tall: &[u8]) -> Vec<u8> {
    [
        bits::darker_than_right(wide, 9),
        bits::darker_than_below(tall, 8),
    ]
    .concat()
}

/// Fails when an algorithm is named twice.
pub(crate) fn check(algorithms: &[Algorithm]) -> Result<(), ImageError> {
    let repeated = algorithms
        .iter()
        .enumerate()
        .find(|(at, algorithm)| algorithms[..*at].contains(algorithm));
    match repeated {
        Some((_, algorithm)) => Err(ImageError::InvalidParameter(format!(
            "algorithms: {} is named twice",
            algorithm.name()
        ))),
        None => Ok(()),
    }
}
