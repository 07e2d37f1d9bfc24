//! Pictures and planes to JPEG: which colours, and how many samples of them. The coding is that of [`vismatch_jpeg`].

use image::DynamicImage;
pub use vismatch_jpeg::MAX_SIDE;
use vismatch_jpeg::SideError;

use crate::error::{Excess, ImageError, Limit};

mod colour;

pub use colour::{Pixel, YcbcrPlanes, separated};

/// Quality from which on colour has all of its resolution.
const WHOLE_CHROMA: u8 = 90;

/// Has colour half the resolution of luma at this quality?
pub fn halves_chroma(quality: u8) -> bool {
    quality < WHOLE_CHROMA
}

/// A JPEG of a grey or RGB picture. Colour has half the resolution of luma below quality 90, averaged,
/// and all of it from there on. `too-large` over 65,535 pixels a side.
pub fn jpeg(picture: &DynamicImage, quality: u8) -> Result<Vec<u8>, ImageError> {
    planes(&YcbcrPlanes::of(picture, halves_chroma(quality)), quality)
}

/// A JPEG of planes. `too-large` over 65,535 samples a side.
pub fn planes(planes: &YcbcrPlanes<'_>, quality: u8) -> Result<Vec<u8>, ImageError> {
    let chroma = planes.chroma.as_ref();
    let chroma = chroma.map(|planes| planes.each_ref().map(|plane| &**plane));
    let jpeg = vismatch_jpeg::encode(&planes.luma, chroma, quality);
    jpeg.map_err(|SideError(side)| {
        ImageError::TooLarge(Excess {
            limit: Limit::Side,
            actual: side.into(),
            allowed: MAX_SIDE.into(),
        })
    })
}

#[cfg(test)]
mod tests;
