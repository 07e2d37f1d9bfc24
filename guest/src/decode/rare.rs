//! The formats that are seldom met and take much code to read: HEIF, AVIF, JPEG XL and TIFF.

use super::{Opened, Take, avif, heif, jxl, pages, raster};
use crate::error::ImageError;
use crate::info::ImageFormat;
use crate::limits::Limits;

/// Reads the headers.
pub(super) fn open<'a>(
    format: ImageFormat,
    bytes: &'a [u8],
    limits: &Limits,
) -> Result<Opened<'a>, ImageError> {
    match format {
        ImageFormat::Heif => heif::open(bytes, limits),
        ImageFormat::Avif => avif::open(bytes, limits),
        ImageFormat::JpegXl => jxl::open(bytes, limits),
        _ => raster::open(format, bytes, limits),
    }
}

/// Shows the wanted frames or pages, as [`super::visit_frames`] says. The further pictures of HEIF and AVIF are not
/// decoded.
pub(super) fn visit_frames(
    format: ImageFormat,
    bytes: &[u8],
    wanted: &[u32],
    limits: &Limits,
    take: &mut Take<'_>,
) -> Option<()> {
    match format {
        ImageFormat::Tiff => pages::visit(bytes, wanted, limits, take),
        ImageFormat::JpegXl => jxl::visit(bytes, wanted, limits, take),
        _ => None,
    }
}
