//! The door between the contract and the domain: the same facts in the types of either side.
//!
//! Nothing is computed here. Answers are checked for what the contract promises and the types do
//! not say (order, lengths), because the component can be anybody's.

use super::CallError;
use super::bindings as wit;
use crate::domain;

/// Cells on each side of a luma plane.
const PLANE: usize = 256;
/// Longest name of a hasher, in characters.
const LONGEST_NAME: usize = 100;

/// Enums with the same cases on both sides.
macro_rules! same_cases {
    ($from:ident -> $to:ident: $name:ident { $($case:ident)* }) => {
        impl From<$from::$name> for $to::$name {
            fn from(value: $from::$name) -> Self {
                match value {
                    $($from::$name::$case => Self::$case,)*
                }
            }
        }
    };
}

same_cases!(domain -> wit: Algorithm { Phash Dhash Dhash128 Ahash Blockhash Pdq Core Bare });
same_cases!(wit -> domain: Algorithm { Phash Dhash Dhash128 Ahash Blockhash Pdq Core Bare });
same_cases!(wit -> domain: Limit { Pixels Side Frames OutputBytes Memory });
same_cases!(wit -> domain: Verdict { Exact SamePicture Edited Similar Different });
same_cases!(wit -> domain: Orientation {
    Upright Mirrored Rotated180 Flipped Transposed Rotated90 Transversed Rotated270
});

impl From<wit::ImageFormat> for domain::ImageFormat {
    fn from(format: wit::ImageFormat) -> Self {
        match format {
            wit::ImageFormat::Jpeg => Self::Jpeg,
            wit::ImageFormat::Png => Self::Png,
            wit::ImageFormat::Webp => Self::WebP,
            wit::ImageFormat::Gif => Self::Gif,
            wit::ImageFormat::Bmp => Self::Bmp,
            wit::ImageFormat::Tiff => Self::Tiff,
            wit::ImageFormat::Ico => Self::Ico,
            wit::ImageFormat::Pnm => Self::Pnm,
            wit::ImageFormat::Qoi => Self::Qoi,
            wit::ImageFormat::Tga => Self::Tga,
            wit::ImageFormat::Heif => Self::Heif,
            wit::ImageFormat::JpegXl => Self::JpegXl,
            wit::ImageFormat::Avif => Self::Avif,
        }
    }
}

impl From<domain::Limits> for wit::Limits {
    fn from(limits: domain::Limits) -> Self {
        Self {
            max_pixels: limits.max_pixels,
            max_side: limits.max_side,
            max_frames: limits.max_frames,
            max_output_bytes: limits.max_output_bytes,
        }
    }
}

impl From<domain::Dimensions> for wit::Dimensions {
    fn from(size: domain::Dimensions) -> Self {
        Self {
            width: size.width,
            height: size.height,
        }
    }
}

impl From<wit::Dimensions> for domain::Dimensions {
    fn from(size: wit::Dimensions) -> Self {
        Self {
            width: size.width,
            height: size.height,
        }
    }
}

impl From<domain::RenditionSpec> for wit::RenditionSpec {
    fn from(spec: domain::RenditionSpec) -> Self {
        let size = match spec.size {
            domain::RenditionSize::Original => wit::RenditionSize::Original,
            domain::RenditionSize::Fit(size) => wit::RenditionSize::Fit(size.into()),
            domain::RenditionSize::Cover(size) => wit::RenditionSize::Cover(size.into()),
        };
        Self {
            size,
            quality: spec.quality,
        }
    }
}

impl From<&domain::Plan> for wit::Plan {
    fn from(plan: &domain::Plan) -> Self {
        Self {
            algorithms: list(plan.algorithms.iter().copied()),
            renditions: list(plan.renditions.iter().copied()),
        }
    }
}

impl From<wit::ImageError> for domain::ImageError {
    fn from(error: wit::ImageError) -> Self {
        match error {
            wit::ImageError::UnsupportedFormat(text) => Self::UnsupportedFormat(text),
            wit::ImageError::Corrupt(text) => Self::Corrupt(text),
            wit::ImageError::TooLarge(excess) => Self::TooLarge(excess.into()),
            wit::ImageError::InvalidParameter(text) => Self::InvalidParameter(text),
            wit::ImageError::Internal(text) => Self::Internal(text),
        }
    }
}

impl From<wit::Excess> for domain::Excess {
    fn from(excess: wit::Excess) -> Self {
        Self {
            limit: excess.limit.into(),
            actual: excess.actual,
            allowed: excess.allowed,
        }
    }
}

impl From<wit::ImageInfo> for domain::ImageInfo {
    fn from(info: wit::ImageInfo) -> Self {
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

impl From<wit::Exif> for domain::Exif {
    fn from(exif: wit::Exif) -> Self {
        Self {
            camera_make: exif.camera_make,
            camera_model: exif.camera_model,
            lens: exif.lens,
            taken_at: exif.taken_at,
            location: exif.location.map(Into::into),
        }
    }
}

impl From<wit::Location> for domain::Location {
    fn from(location: wit::Location) -> Self {
        Self {
            latitude: location.latitude,
            longitude: location.longitude,
        }
    }
}

impl From<wit::Fingerprint> for domain::Fingerprint {
    fn from(fingerprint: wit::Fingerprint) -> Self {
        Self {
            algorithm: fingerprint.algorithm.into(),
            version: fingerprint.version,
            bits: fingerprint.bits,
            quality: fingerprint.quality,
        }
    }
}

impl From<wit::OrientedFingerprint> for (domain::Orientation, domain::Fingerprint) {
    fn from(oriented: wit::OrientedFingerprint) -> Self {
        (oriented.orientation.into(), oriented.fingerprint.into())
    }
}

impl From<wit::Rendition> for domain::Rendition {
    fn from(rendition: wit::Rendition) -> Self {
        Self {
            size: rendition.size.into(),
            jpeg: rendition.jpeg,
        }
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

impl From<wit::Difference> for domain::Difference {
    fn from(difference: wit::Difference) -> Self {
        Self {
            algorithm: difference.algorithm.into(),
            distance: difference.distance,
            bits: difference.bits,
            similarity: difference.similarity,
            orientation: difference.orientation.into(),
        }
    }
}

impl From<wit::Comparison> for domain::Comparison {
    fn from(comparison: wit::Comparison) -> Self {
        Self {
            verdict: comparison.verdict.into(),
            similarity: comparison.similarity,
            orientation: comparison.orientation.into(),
            reason: comparison.reason,
            verified: comparison.verified,
            differences: list(comparison.differences),
        }
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
        input: match told.input {
            wit::HasherInput::LumaPlane => domain::HasherInput::LumaPlane,
            wit::HasherInput::Bytes => domain::HasherInput::Bytes,
        },
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
