//! From a picture to JPEG renditions.

use crate::decode::Picture;
use crate::error::ImageError;
use crate::limits::Limits;
use crate::rendition::{Rendition, RenditionSpec};

/// The renditions of an encoded picture, in the order asked for, from one decode.
pub fn render(
    bytes: &[u8],
    specs: &[RenditionSpec],
    limits: &Limits,
) -> Result<Vec<Rendition>, ImageError> {
    todo!()
}

/// The renditions of a decoded picture; `bytes` is the file it came from, for `Original`.
pub fn renditions(
    bytes: &[u8],
    picture: &Picture,
    specs: &[RenditionSpec],
    limits: &Limits,
) -> Result<Vec<Rendition>, ImageError> {
    todo!()
}
