//! A build without the feature `rare-codecs`: HEIF, AVIF, JPEG XL and TIFF are told, not read.

use super::{Opened, Take, fault};
use crate::error::ImageError;
use crate::info::ImageFormat;
use crate::limits::Limits;

/// `unsupported-format`, with the format's name.
pub(super) fn open<'a>(
    format: ImageFormat,
    _: &'a [u8],
    _: &Limits,
) -> Result<Opened<'a>, ImageError> {
    Err(fault::unsupported(format, "this build does not read it"))
}

/// None of them.
pub(super) fn visit_frames(
    _: ImageFormat,
    _: &[u8],
    _: &[u32],
    _: &Limits,
    _: &mut Take<'_>,
) -> Option<()> {
    None
}
