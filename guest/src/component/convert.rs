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
use crate::sketch::Sketch;

/// Every element of a list converted.
pub fn all<A, B: From<A>>(list: Vec<A>) -> Vec<B> {
    list.into_iter().map(B::from).collect()
}

/// `From` for enums of the same cases, and for structs of the same fields, each converted.
macro_rules! same {
    (enum $from:ty => $to:ty { $($case:ident $(=> $other:ident)?),* $(,)? }) => {
        impl From<$from> for $to {
            fn from(value: $from) -> Self {
                match value { $(<$from>::$case => same!(@case $case $($other)?)),* }
            }
        }
    };
    (struct $from:ty => $to:ty { $($field:ident),* $(,)? }) => {
        impl From<$from> for $to {
            fn from(value: $from) -> Self {
                Self { $($field: value.$field.into()),* }
            }
        }
    };
    (@case $case:ident) => { Self::$case };
    (@case $case:ident $other:ident) => { Self::$other };
}

same!(enum hashing::Algorithm => Algorithm { Phash, Dhash, Dhash128, Ahash, Blockhash, Pdq, Core, Bare });
same!(enum Algorithm => hashing::Algorithm { Phash, Dhash, Dhash128, Ahash, Blockhash, Pdq, Core, Bare });
same!(enum Verdict => comparison::Verdict { Exact, SamePicture, Edited, Similar, Different });
same!(enum Limit => types::Limit { Pixels, Side, Frames, OutputBytes, Memory });
same!(enum ImageFormat => types::ImageFormat {
    Jpeg, Png, WebP => Webp, Gif, Bmp, Tiff, Ico, Pnm, Qoi, Tga, Heif, JpegXl, Avif,
});
same!(enum Orientation => types::Orientation {
    Upright, Mirrored, Rotated180, Flipped, Transposed, Rotated90, Transversed, Rotated270,
});

same!(struct types::Limits => Limits { max_pixels, max_side, max_frames, max_output_bytes });
same!(struct types::Dimensions => Dimensions { width, height });
same!(struct Dimensions => types::Dimensions { width, height });
same!(struct Location => types::Location { latitude, longitude });
same!(struct Excess => types::Excess { limit, actual, allowed });
same!(struct hashing::Fingerprint => Fingerprint { algorithm, version, bits, quality });
same!(struct Fingerprint => hashing::Fingerprint { algorithm, version, bits, quality });
same!(struct Neighbour => comparison::Neighbour { position, distance });
same!(struct Difference => comparison::Difference { algorithm, distance, bits, similarity, orientation });
same!(struct rendering::RenditionSpec => RenditionSpec { size, quality });
same!(struct Rendition => rendering::Rendition { size, jpeg });

impl From<ImageError> for types::ImageError {
    fn from(error: ImageError) -> Self {
        match error {
            ImageError::UnsupportedFormat(text) => Self::UnsupportedFormat(text),
            ImageError::Corrupt(text) => Self::Corrupt(text),
            ImageError::TooLarge(excess) => Self::TooLarge(excess.into()),
            ImageError::InvalidParameter(text) => Self::InvalidParameter(text),
            ImageError::Internal(text) => Self::Internal(text),
        }
    }
}

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

impl From<Comparison> for comparison::Comparison {
    fn from(value: Comparison) -> Self {
        Self {
            verdict: value.verdict.into(),
            similarity: value.similarity,
            orientation: value.orientation.into(),
            reason: value.reason,
            verified: value.verified,
            differences: all(value.differences),
        }
    }
}

impl From<rendering::RenditionSize> for RenditionSize {
    fn from(size: rendering::RenditionSize) -> Self {
        match size {
            rendering::RenditionSize::Original => Self::Original,
            rendering::RenditionSize::Fit(bounds) => Self::Fit(bounds.into()),
            rendering::RenditionSize::Cover(target) => Self::Cover(target.into()),
        }
    }
}

impl From<pipeline::Plan> for Plan {
    fn from(plan: pipeline::Plan) -> Self {
        Self {
            algorithms: all(plan.algorithms),
            renditions: all(plan.renditions),
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

impl From<Exif> for types::Exif {
    fn from(exif: Exif) -> Self {
        Self {
            camera_make: exif.camera_make,
            camera_model: exif.camera_model,
            lens: exif.lens,
            taken_at: exif.taken_at,
            location: exif.location.map(Into::into),
        }
    }
}

impl From<ImageInfo> for types::ImageInfo {
    fn from(info: ImageInfo) -> Self {
        Self {
            format: info.format.into(),
            size: info.size.into(),
            orientation: info.orientation.into(),
            frames: info.frames,
            has_alpha: info.has_alpha,
            has_colour_profile: info.has_colour_profile,
            exif: info.exif.map(Into::into),
        }
    }
}
