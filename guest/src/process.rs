//! Everything an upload needs from one file.

use crate::error::ImageError;
use crate::hash::{AlphaVariants, Decoded};
use crate::limits::Limits;
use crate::rendition::{Outcome, Plan};
use crate::{hash, render};

/// Facts, fingerprints, sketch and renditions of a picture. The plan is checked first.
///
/// Pixels of a picture are made at most once. A JPEG hardly ever comes to that: its planes are decoded once, no
/// further than fingerprints, the close look at copies and renditions need. Of a very large one fingerprints and
/// the close look take the means of blocks, which are read by themselves.
pub fn process(bytes: &[u8], plan: &Plan, limits: &Limits) -> Result<Outcome, ImageError> {
    hash::check(&plan.algorithms)?;
    render::check(&plan.renditions, limits)?;
    if plan.renditions.is_empty() && !plan.algorithms.is_empty() {
        let (info, variants) = AlphaVariants::new(bytes, Decoded::Nothing, limits)?;
        return Ok(Outcome {
            fingerprints: variants.fingerprints(&plan.algorithms),
            sketch: Some(variants.sketch(&info, hash::sampled_frames(bytes, &info, limits))?),
            info,
            renditions: Vec::new(),
        });
    }
    let has_looks = !plan.algorithms.is_empty();
    let source = render::Source::open(bytes, &plan.renditions, has_looks, limits)?;
    let variants = match has_looks {
        true => Some(AlphaVariants::new(bytes, source.decoded(), limits)?.1),
        false => None,
    };
    let fingerprints = |variants: &AlphaVariants| variants.fingerprints(&plan.algorithms);
    let frames = |info: &_| hash::sampled_frames(bytes, info, limits);
    Ok(Outcome {
        fingerprints: variants.as_ref().map(fingerprints).unwrap_or_default(),
        sketch: variants
            .as_ref()
            .map(|variants| variants.sketch(source.info(), frames(source.info())))
            .transpose()?,
        renditions: source.renditions(bytes, &plan.renditions, limits)?,
        info: source.info().clone(),
    })
}
