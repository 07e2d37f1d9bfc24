//! Pixels to JPEG: baseline, Huffman-coded, integers only.

use image::DynamicImage;
use jpeg_encoder::{ChromaSubsamplingMethod, ColorType, Encoder};

use crate::error::{Excess, ImageError, Limit};

/// The longest side a JPEG can have.
pub const MAX_SIDE: u32 = 65_535;

/// A JPEG of a grey or RGB picture. Colour has half the resolution of luma below quality 90, averaged,
/// and all of it from there on. `too-large` over 65,535 pixels a side.
pub fn jpeg(picture: &DynamicImage, quality: u8) -> Result<Vec<u8>, ImageError> {
    let too_large = |_| {
        let actual = u64::from(picture.width().max(picture.height()));
        ImageError::TooLarge(Excess {
            limit: Limit::Side,
            actual,
            allowed: MAX_SIDE.into(),
        })
    };
    let width = u16::try_from(picture.width()).map_err(too_large)?;
    let height = u16::try_from(picture.height()).map_err(too_large)?;
    let colour = if matches!(picture, DynamicImage::ImageLuma8(_)) {
        ColorType::Luma
    } else {
        ColorType::Rgb
    };
    let mut jpeg = Vec::new();
    let mut encoder = Encoder::new(&mut jpeg, quality);
    encoder.set_chroma_subsampling_method(ChromaSubsamplingMethod::Average);
    encoder
        .encode(picture.as_bytes(), width, height, colour)
        .map_err(|fault| ImageError::Internal(format!("JPEG encoder: {fault}")))?;
    Ok(jpeg)
}
