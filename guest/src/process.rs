//! Everything an upload needs from one file.

use crate::error::ImageError;
use crate::limits::Limits;
use crate::rendition::{Outcome, Plan};
use crate::{hash, render};

/// Facts, fingerprints and renditions of a picture. The plan is checked first.
///
/// Pixels of a picture are made at most once. A JPEG hardly ever comes to that: fingerprints and renditions
/// read it each in their own way, no further than they need.
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
    let source = render::Source::open(bytes, &plan.renditions, limits)?;
    let fingerprints = if plan.algorithms.is_empty() {
        Vec::new()
    } else {
        let (_, plane) = hash::plane_of(bytes, source.picture(), limits)?;
        hash::fingerprints_of(&plane, &plan.algorithms)
    };
    Ok(Outcome {
        fingerprints,
        renditions: source.renditions(bytes, &plan.renditions, limits)?,
        info: source.info().clone(),
    })
}
