//! From bytes to an upright picture on white, whatever the format.
//!
//! The format is told by content, limits are checked against headers before memory is taken, and
//! every fault of a file becomes a named [`ImageError`]. Not for shrinking, hashing or colour conversion.

use image::DynamicImage;

use crate::error::ImageError;
use crate::info::ImageInfo;
use crate::limits::Limits;

/// A decoded picture.
#[derive(Clone, Debug)]
pub struct Picture {
    /// Facts of the file.
    pub info: ImageInfo,
    /// 8 bits a channel, `ImageLuma8` or `ImageRgb8` only: upright, alpha flattened on white, in the
    /// file's own colour space.
    pub pixels: DynamicImage,
    /// The file's RGB or grey ICC profile, when it has one that is not sRGB.
    pub colour_profile: Option<Vec<u8>>,
}

/// The facts of a picture from its headers; no promise that the picture data is whole.
pub fn inspect(bytes: &[u8], limits: &Limits) -> Result<ImageInfo, ImageError> {
    todo!()
}

/// The whole picture.
pub fn decode(bytes: &[u8], limits: &Limits) -> Result<Picture, ImageError> {
    todo!()
}
