//! Counts frames and pages from block headers, without decoding any, and never much past the limit.

use super::ifd::Tiff;
use super::{gif, png, webp};
use crate::info::ImageFormat;

/// Frames, pages or entries that the file tells of, counted up to `most + 1`; at least 1.
pub(super) fn count(format: ImageFormat, bytes: &[u8], most: u32) -> u32 {
    let frames = match format {
        ImageFormat::Png => png::frames(bytes),
        ImageFormat::WebP => webp::count(bytes, most),
        ImageFormat::Gif => gif::facts(bytes, most).frames,
        ImageFormat::Tiff => Tiff::parse(bytes).map_or(1, |tiff| tiff.pages(most).len() as u32),
        _ => 1,
    };
    frames.max(1)
}
