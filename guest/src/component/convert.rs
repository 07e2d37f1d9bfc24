//! The library's types to and from those of WIT: the same fields under the same names.

use super::bindings::exports::vismatch::pipeline::{
    comparison, hashing, pipeline, rendering, types,
};
use crate::comparison::{Comparison, Difference, Judgement, Verdict};
use crate::error::{Excess, ImageError, Limit};
use crate::fingerprint::{Algorithm, Fingerprint, Neighbour};
use crate::info::{Dimensions, Exif, ImageFormat, ImageInfo, Location, Orientation};
use crate::limits::Limits;
use crate::rendition::{Outcome, Plan, Rendition, RenditionSize, RenditionSpec};
use crate::same_shape;
use crate::sketch::Sketch;

/// Every element of a list converted.
pub fn all<A, B: From<A>>(list: Vec<A>) -> Vec<B> {
    list.into_iter().map(B::from).collect()
}

same_shape!(enum hashing::Algorithm => Algorithm { Phash, Dhash, Dhash128, Ahash, Blockhash, Pdq, Core, Bare });
same_shape!(enum Algorithm => hashing::Algorithm { Phash, Dhash, Dhash128, Ahash, Blockhash, Pdq, Core, Bare });
same_shape!(enum Verdict => comparison::Verdict { Exact, SamePicture, Edited, Similar, Different });
same_shape!(enum Limit => types::Limit { Pixels, Side, Frames, OutputBytes, Memory });
same_shape!(enum ImageFormat => types::ImageFormat {
    Jpeg, Png, WebP => Webp, Gif, Bmp, Tiff, Ico, Pnm, Qoi, Tga, Heif, JpegXl, Avif,
});
same_shape!(enum Orientation => types::Orientation {
    Upright, Mirrored, Rotated180, Flipped, Transposed, Rotated90, Transversed, Rotated270,
});

same_shape!(struct types::Limits => Limits { max_pixels, max_side, max_frames, max_output_bytes });
same_shape!(struct types::Dimensions => Dimensions { width, height });
same_shape!(struct Dimensions => types::Dimensions { width, height });
same_shape!(struct Location => types::Location { latitude, longitude });
same_shape!(struct Excess => types::Excess { limit, actual, allowed });
same_shape!(struct hashing::Fingerprint => Fingerprint { algorithm, version, bits, quality });
same_shape!(struct Fingerprint => hashing::Fingerprint { algorithm, version, bits, quality });
same_shape!(struct Neighbour => comparison::Neighbour { position, distance });
same_shape!(struct Difference => comparison::Difference { algorithm, distance, bits, similarity, orientation });
same_shape!(struct Comparison => comparison::Comparison {
    verdict, similarity, orientation, reason, verified; lists differences
});
same_shape!(enum rendering::RenditionSize => RenditionSize { Original, Fit(size), Cover(size) });
same_shape!(struct rendering::RenditionSpec => RenditionSpec { size, quality });
same_shape!(struct Rendition => rendering::Rendition { size, jpeg });
same_shape!(struct pipeline::Plan => Plan {; lists algorithms, renditions });
same_shape!(struct Exif => types::Exif { camera_make, camera_model, lens, taken_at; optional location });
same_shape!(struct ImageInfo => types::ImageInfo {
    format, size, orientation, frames, has_alpha, has_colour_profile; optional exif
});
same_shape!(enum ImageError => types::ImageError {
    UnsupportedFormat(text), Corrupt(text), TooLarge(excess), InvalidParameter(text), Internal(text),
});

impl From<Algorithm> for hashing::AlgorithmInfo {
    fn from(algorithm: Algorithm) -> Self {
        Self {
            algorithm: algorithm.into(),
            name: algorithm.name().into(),
            version: algorithm.version(),
            bits: algorithm.bits(),
            default_radius: algorithm.default_radius(),
        }
    }
}

impl From<(Orientation, Fingerprint)> for hashing::OrientedFingerprint {
    fn from((orientation, fingerprint): (Orientation, Fingerprint)) -> Self {
        Self {
            orientation: orientation.into(),
            fingerprint: fingerprint.into(),
        }
    }
}

impl From<(Judgement, Orientation)> for comparison::Judgement {
    fn from((judgement, orientation): (Judgement, Orientation)) -> Self {
        Self {
            verdict: judgement.verdict.into(),
            similarity: judgement.similarity,
            orientation: orientation.into(),
            reason: judgement.reason,
            verified: judgement.verified,
        }
    }
}

impl From<Outcome> for pipeline::Outcome {
    fn from(outcome: Outcome) -> Self {
        Self {
            info: outcome.info.into(),
            fingerprints: all(outcome.fingerprints),
            sketch: outcome.sketch.map(Sketch::into_bytes),
            renditions: all(outcome.renditions),
        }
    }
}
