//! Everything an upload needs from one file.

use crate::error::ImageError;
use crate::hash::LumaPlane;
use crate::limits::Limits;
use crate::rendition::{Outcome, Plan};
use crate::{hash, render};

/// Facts, fingerprints, sketch and renditions of a picture. The plan is checked first.
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
            sketch: Some(plane.sketch()?),
            renditions: Vec::new(),
        });
    }
    let source = render::Source::open(bytes, &plan.renditions, limits)?;
    let plane = match plan.algorithms.is_empty() {
        true => None,
        false => Some(hash::plane_of(bytes, source.picture(), limits)?.1),
    };
    let fingerprints = |plane| hash::fingerprints_of(plane, &plan.algorithms);
    Ok(Outcome {
        fingerprints: plane.as_ref().map(fingerprints).unwrap_or_default(),
        sketch: plane.as_ref().map(LumaPlane::sketch).transpose()?,
        renditions: source.renditions(bytes, &plan.renditions, limits)?,
        info: source.info().clone(),
    })
}
