//! Judges two files: decoded, hashed by every algorithm in every orientation.

use crate::comparison::Comparison;
use crate::error::ImageError;
use crate::limits::Limits;

/// Compares two encoded pictures; `threshold` (0 to 64) replaces `phash`'s default radius.
pub fn compare(
    a: &[u8],
    b: &[u8],
    threshold: Option<u32>,
    limits: &Limits,
) -> Result<Comparison, ImageError> {
    todo!()
}
