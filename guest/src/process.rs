//! Everything an upload needs from one decode.

use crate::error::ImageError;
use crate::limits::Limits;
use crate::rendition::{Outcome, Plan};
use crate::{decode, hash, render};

/// Facts, fingerprints and renditions of a picture, decoded at most once. The plan is checked first.
///
/// Where only fingerprints are asked for, the picture is decoded no further than they need.
pub fn process(bytes: &[u8], plan: &Plan, limits: &Limits) -> Result<Outcome, ImageError> {
    hash::check(&plan.algorithms)?;
    render::check(&plan.renditions, limits)?;
    if plan.renditions.is_empty() && !plan.algorithms.is_empty() {
        let (info, plane) = hash::plane_of(bytes, None, limits)?;
        return Ok(Outcome {
            info,
            fingerprints: hash::fingerprints_of(&plane, &plan.algorithms),
            renditions: Vec::new(),
        });
    }
    let picture = decode::decode(bytes, limits)?;
    let fingerprints = if plan.algorithms.is_empty() {
        Vec::new()
    } else {
        let (_, plane) = hash::plane_of(bytes, Some(&picture), limits)?;
        hash::fingerprints_of(&plane, &plan.algorithms)
    };
    Ok(Outcome {
        fingerprints,
        renditions: render::renditions(bytes, &picture, &plan.renditions, limits)?,
        info: picture.info,
    })
}
