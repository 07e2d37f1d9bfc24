//! Everything an upload needs from one decode.

use crate::error::ImageError;
use crate::limits::Limits;
use crate::rendition::{Outcome, Plan};
use crate::{decode, hash, render};

/// Facts, fingerprints and renditions of a picture, decoded once. The plan is checked first.
pub fn process(bytes: &[u8], plan: &Plan, limits: &Limits) -> Result<Outcome, ImageError> {
    hash::check(&plan.algorithms)?;
    render::check(&plan.renditions, limits)?;
    let picture = decode::decode(bytes, limits)?;
    Ok(Outcome {
        fingerprints: hash::fingerprints(&picture, &plan.algorithms)?,
        renditions: render::renditions(bytes, &picture, &plan.renditions, limits)?,
        info: picture.info,
    })
}
