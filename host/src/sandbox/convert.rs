//! The door between the contract and the domain: the same facts in the types of either side.
//!
//! Nothing is computed here. Answers are checked for what the contract promises and the types do
//! not say (order, lengths), because the component can be anybody's.

use vismatch_pipeline::same_shape;

use super::CallError;
use super::bindings as wit;
use crate::domain;

/// Cells on each side of a luma plane.
const PLANE: usize = 256;
/// Longest name of a hasher, in characters.
const LONGEST_NAME: usize = 100;

same_shape!(enum domain::Algorithm => wit::Algorithm { Phash, Dhash, Dhash128, Ahash, Blockhash, Pdq, Core, Bare });
same_shape!(enum wit::Algorithm => domain::Algorithm { Phash, Dhash, Dhash128, Ahash, Blockhash, Pdq, Core, Bare });
same_shape!(enum wit::Limit => domain::Limit { Pixels, Side, Frames, OutputBytes, Memory });
same_shape!(enum wit::Verdict => domain::Verdict { Exact, SamePicture, Edited, Similar, Different });
same_shape!(enum wit::Orientation => domain::Orientation {
    Upright, Mirrored, Rotated180, Flipped, Transposed, Rotated90, Transversed, Rotated270,
});
same_shape!(enum wit::ImageFormat => domain::ImageFormat {
    Jpeg, Png, Webp => WebP, Gif, Bmp, Tiff, Ico, Pnm, Qoi, Tga, Heif, JpegXl, Avif,
});
same_shape!(enum wit::ImageError => domain::ImageError {
    UnsupportedFormat(text), Corrupt(text), TooLarge(excess), InvalidParameter(text), Internal(text),
});
same_shape!(enum domain::RenditionSize => wit::RenditionSize { Original, Fit(size), Cover(size) });
same_shape!(enum wit::HasherInput => domain::HasherInput { LumaPlane, Bytes });

same_shape!(struct domain::Limits => wit::Limits { max_pixels, max_side, max_frames, max_output_bytes });
same_shape!(struct domain::Dimensions => wit::Dimensions { width, height });
same_shape!(struct wit::Dimensions => domain::Dimensions { width, height });
same_shape!(struct domain::RenditionSpec => wit::RenditionSpec { size, quality });
same_shape!(struct wit::Excess => domain::Excess { limit, actual, allowed });
same_shape!(struct wit::Location => domain::Location { latitude, longitude });
same_shape!(struct wit::Exif => domain::Exif { camera_make, camera_model, lens, taken_at; optional location });
same_shape!(struct wit::ImageInfo => domain::ImageInfo {
    format, size, orientation, frames, has_alpha, has_colour_profile; optional exif
});
same_shape!(struct wit::Fingerprint => domain::Fingerprint { algorithm, version, bits, quality });
same_shape!(struct wit::Rendition => domain::Rendition { size, jpeg });
same_shape!(struct wit::Difference => domain::Difference { algorithm, distance, bits, similarity, orientation });
same_shape!(struct wit::Comparison => domain::Comparison {
    verdict, similarity, orientation, reason, verified; lists differences
});

impl From<&domain::Plan> for wit::Plan {
    fn from(plan: &domain::Plan) -> Self {
        Self {
            algorithms: list(plan.algorithms.iter().copied()),
            renditions: list(plan.renditions.iter().copied()),
        }
    }
}

impl From<wit::OrientedFingerprint> for (domain::Orientation, domain::Fingerprint) {
    fn from(oriented: wit::OrientedFingerprint) -> Self {
        (oriented.orientation.into(), oriented.fingerprint.into())
    }
}

/// A sketch of a wrong length breaks the contract.
impl TryFrom<wit::Outcome> for domain::Outcome {
    type Error = CallError;

    fn try_from(outcome: wit::Outcome) -> Result<Self, CallError> {
        let sketch = outcome.sketch.map(domain::Sketch::from_bytes).transpose();
        Ok(Self {
            info: outcome.info.into(),
            fingerprints: list(outcome.fingerprints),
            sketch: sketch.map_err(|_| broken("a sketch"))?,
            renditions: list(outcome.renditions),
        })
    }
}

/// Every item in the type of the other side.
pub fn list<A: Into<B>, B>(items: impl IntoIterator<Item = A>) -> Vec<B> {
    items.into_iter().map(Into::into).collect()
}

/// Fingerprints as promised: those asked for, in that order, each as long as its algorithm says.
pub fn check_fingerprints<'a>(
    asked: impl IntoIterator<Item = domain::Algorithm>,
    answered: impl IntoIterator<Item = &'a domain::Fingerprint>,
) -> Result<(), CallError> {
    let promised = asked
        .into_iter()
        .map(|asked| (asked, asked.bits() as usize));
    let kept = promised.eq(answered
        .into_iter()
        .map(|it| (it.algorithm, it.bits.len() * 8)));
    if kept {
        Ok(())
    } else {
        Err(broken("fingerprints"))
    }
}

/// Renditions as promised: as many as asked for.
pub fn check_renditions(asked: usize, answered: &[domain::Rendition]) -> Result<(), CallError> {
    if answered.len() == asked {
        Ok(())
    } else {
        Err(broken("renditions"))
    }
}

/// A luma plane as promised: 256 by 256 cells.
pub fn check_plane(plane: &[u8]) -> Result<(), CallError> {
    if plane.len() == PLANE * PLANE {
        Ok(())
    } else {
        Err(broken("a luma plane"))
    }
}

/// What a hasher says of itself, as far as it can be used.
pub fn description(told: wit::HasherDescription) -> Result<domain::HasherDescription, CallError> {
    let refused = |text: String| {
        Err(CallError::Trap(format!(
            "the plugin breaks its contract: {text}"
        )))
    };
    if ![64, 128, 256].contains(&told.bits) {
        return refused(format!(
            "{} bits, where 64, 128 or 256 are possible",
            told.bits
        ));
    }
    if told.name.is_empty() || told.name.chars().count() > LONGEST_NAME {
        return refused(format!(
            "a name that is empty or longer than {LONGEST_NAME} characters"
        ));
    }
    Ok(domain::HasherDescription {
        name: told.name,
        version: told.version,
        bits: told.bits,
        input: told.input.into(),
    })
}

/// A hasher's fingerprint as promised: as many bits as it announced.
pub fn check_bits(announced: u32, bits: &[u8]) -> Result<(), CallError> {
    if bits.len() * 8 == announced as usize {
        return Ok(());
    }
    Err(CallError::Trap(format!(
        "the plugin breaks its contract: a fingerprint of {} bytes, where {} are announced",
        bits.len(),
        announced / 8
    )))
}

fn broken(what: &str) -> CallError {
    CallError::Trap(format!(
        "the component breaks its contract: other {what} than it was asked for"
    ))
}
