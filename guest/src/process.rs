//! Everything an upload needs from one decode.

use crate::error::ImageError;
use crate::limits::Limits;
use crate::rendition::{Outcome, Plan};

/// Facts, fingerprints and renditions of a picture, decoded once.
pub fn process(bytes: &[u8], plan: &Plan, limits: &Limits) -> Result<Outcome, ImageError> {
    todo!()
}
