//! The formats that are seldom met and take much code to read: HEIF, AVIF, JPEG XL and TIFF.

use super::{Opened, avif, heif, jxl, raster};
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
