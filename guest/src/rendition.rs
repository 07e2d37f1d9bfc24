//! What a rendition is: a size, a quality, JPEG bytes. Making one is `render`'s work.

use crate::fingerprint::{Algorithm, Fingerprint};
use crate::info::{Dimensions, ImageInfo};
use crate::sketch::Sketch;

/// How large a rendition is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RenditionSize {
    /// The upright picture in its own size; a JPEG is not re-encoded unless it has to be turned.
    Original,
    /// As large as fits within the box, never enlarged.
    Fit(Dimensions),
    /// Exactly this size, cut evenly around the centre; may enlarge.
    Cover(Dimensions),
}

/// One rendition to make.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RenditionSpec {
    /// How large.
    pub size: RenditionSize,
    /// JPEG quality, 1 to 100, as libjpeg scales it.
    pub quality: u8,
}

/// A finished rendition: sRGB JPEG, alpha on white, no metadata. Only an `Original` that was not
/// re-encoded keeps the colour space and profile it came with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rendition {
    /// Its size.
    pub size: Dimensions,
    /// The file.
    pub jpeg: Vec<u8>,
}

/// What is wanted of one picture; empty lists are allowed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// Fingerprints, each algorithm at most once.
    pub algorithms: Vec<Algorithm>,
    /// Renditions.
    pub renditions: Vec<RenditionSpec>,
    /// The luma plane too.
    pub luma_plane: bool,
}

/// What was made of one picture, in the plan's order.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// Facts.
    pub info: ImageInfo,
    /// Fingerprints.
    pub fingerprints: Vec<Fingerprint>,
    /// What candidates are verified by; there where the plan has algorithms or the luma plane.
    pub sketch: Option<Sketch>,
    /// Renditions.
    pub renditions: Vec<Rendition>,
    /// The luma plane, row by row; there where the plan has it.
    pub luma_plane: Option<Vec<u8>>,
}
