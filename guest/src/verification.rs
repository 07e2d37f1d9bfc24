//! What two pictures are to each other: the one rule behind every verdict.
//!
//! One picture is registered on the other ([`crate::registration`]), and what is left over is held against what re-encoding,
//! resizing and filters explain (`residuals`), with the colours (`colour`) and the frames of both.
//!
//! 1. Pictures in which nothing can be compared are `different`: nothing says that they are one. What little there is must agree
//!    (`sparse`, `faint`).
//! 2. Where structure does not agree all over, or there is too little of it for how far one has to be moved, they are `different`.
//! 3. Other frames, other colours, or content that both have and the other lacks make pictures `similar`; so does a tenth of each that
//!    lies beyond the other, as where the camera moved, a stretch that the file does not have, and what each has around the window of its
//!    content and the other lacks (`surroundings`).
//! 4. The rest is one picture: `same_picture` when it is upright, unmoved, unchanged and of the same colours, `edited` otherwise.
//!    What is drawn over **one** of two photos is an edit of the other.
//!
//! Both are looked at in cells that both have pixels for (`resolution`). What is too sparse to be registered is put on the other by
//! its centroid (`sparse`); what has too little contrast for it counts where it lies (`faint`). Where wholes do not agree,
//! [`judge_parts`] and [`verify`] begin from local features that both have ([`crate::features`]).
//!
//! Sketches cannot tell small text or figures apart. On drawings and documents, which have flat grounds, a sketch may name
//! the difference but not vouch for sameness: then `verified` is false, and comparing the pictures decides, by the same rule over
//! more cells. Those who know more than sketches call some of what is `different` `similar`.
//!
//! Thresholds are measured on the pictures that `tests/quality/material.py` draws.

mod colour;
mod evidence;
mod faint;
mod finding;
mod frames;
mod overlap;
mod reason;
mod residuals;
mod resolution;
mod sparse;
mod surroundings;

use std::cmp::Ordering;

use crate::appearance::{Appearance, CellPlane};
use crate::comparison::Judgement;
use crate::info::Orientation;
use crate::sketch::{OPAQUE_SIDE, Sketch};
use evidence::{Depth, Evidence, Fixed};
use finding::Finding;
use frames::Frames;

/// Half of the cells on each side that a picture is compared in.
const HALF_OF_CELLS: usize = 256;

/// A picture to verify: its sketch, and what it looks like.
#[derive(Clone, Debug)]
pub struct Subject<'a> {
    /// Its sketch, for the facts.
    pub sketch: &'a Sketch,
    /// As it is seen on white, in the cells of a sketch.
    pub on_white: Appearance,
    /// Without its alpha, where that is another picture.
    pub opaque: Option<Appearance>,
    /// As it is seen on white, in more cells, where the picture itself is known.
    pub close: Option<Appearance>,
}

impl<'a> Subject<'a> {
    /// A picture of which only the sketch is known.
    pub fn from_sketch(sketch: &'a Sketch) -> Self {
        Self {
            sketch,
            on_white: Appearance::from_sketch(sketch),
            opaque: Appearance::opaque_from_sketch(sketch),
            close: None,
        }
    }
}

/// Judges two pictures by their sketches, the second in each of `orientations`; also the one in which it looks like the
/// first. An upright duplicate is preferred, then the greatest agreement.
///
/// It does not matter which is the first: the orientation aside, both ways give the same judgement.
pub fn judge(a: &Sketch, b: &Sketch, orientations: &[Orientation]) -> (Judgement, Orientation) {
    verify(
        &Subject::from_sketch(a),
        &Subject::from_sketch(b),
        orientations,
    )
}

/// The same of two pictures that may have no more than a part in common: a strong crop and its source, a picture and a collage of it.
/// Takes several times as long where they are no duplicates.
pub fn judge_parts(
    a: &Sketch,
    b: &Sketch,
    orientations: &[Orientation],
) -> (Judgement, Orientation) {
    let (a, b) = (Subject::from_sketch(a), Subject::from_sketch(b));
    verified((&a, &b), orientations, Depth::Parts)
}

/// Judges two pictures by their sketches; where those do not decide, by the pictures, if both are known from close by.
pub fn verify(
    a: &Subject<'_>,
    b: &Subject<'_>,
    orientations: &[Orientation],
) -> (Judgement, Orientation) {
    let depth = match a.close.is_some() && b.close.is_some() {
        true => Depth::Parts,
        false => Depth::Wholes,
    };
    verified((a, b), orientations, depth)
}

fn verified(
    (a, b): (&Subject<'_>, &Subject<'_>),
    orientations: &[Orientation],
    depth: Depth,
) -> (Judgement, Orientation) {
    let frames = Frames::new(a.sketch, b.sketch);
    let close = a.close.as_ref().zip(b.close.as_ref());
    let mut on_white = best((&a.on_white, &b.on_white), orientations, depth);
    if let Some(pictures) = close.filter(|_| on_white.finding().needs_pictures()) {
        on_white = of_pictures(pictures, on_white.orientation);
    }
    if on_white.finding().is_duplicate() {
        return on_white.judged(frames);
    }
    // Sketches of pictures without their alpha have fewer cells, and no colours.
    let fewer =
        [&a.on_white, &b.on_white].map(|seen| seen.reduced_to(OPAQUE_SIDE).without_colours());
    let pairs = [
        (a.opaque.as_ref(), Some(&fewer[1])),
        (Some(&fewer[0]), b.opaque.as_ref()),
        (a.opaque.as_ref(), b.opaque.as_ref()),
    ];
    // Once the pictures have decided, sketches that do not decide change nothing.
    let least = match close.is_some() {
        true => Finding::DrawnOver,
        false => Finding::Unclear,
    };
    let found = pairs.into_iter().filter_map(|(a, b)| {
        let found = best((a?, b?), orientations, Depth::Wholes).without_alpha();
        (found.finding() >= least).then_some(found)
    });
    let best = found.reduce(|best, found| if found.is_better(&best) { found } else { best });
    best.unwrap_or(on_white).judged(frames)
}

/// What the pictures themselves say. What half of the cells tell apart already is not looked at in all of them.
fn of_pictures((a, b): (&Appearance, &Appearance), orientation: Orientation) -> Evidence {
    let (a, b) = resolution::common(a, b);
    if a.luma.side > HALF_OF_CELLS {
        let half = [&a, &b].map(|seen| seen.reduced_to(HALF_OF_CELLS));
        let found = best((&half[0], &half[1]), &[orientation], Depth::Pictures);
        if found.finding() == Finding::OtherContent {
            return found;
        }
    }
    best((&a, &b), &[orientation], Depth::Pictures)
}

/// The orientation of which most can be said.
fn best(
    (a, b): (&Appearance, &Appearance),
    orientations: &[Orientation],
    depth: Depth,
) -> Evidence {
    let (a, b) = resolution::common(a, b);
    // One of them stays as it is, always the same.
    let is_swapped = is_before(&b, &a);
    let (fixed, turned) = if is_swapped { (b, a) } else { (a, b) };
    let fixed = Fixed::new(&fixed);
    let mut best: Option<Evidence> = None;
    for orientation in orientations {
        let inverse = orientation.inverse();
        let applied = if is_swapped { inverse } else { *orientation };
        let turned = turned.oriented(applied);
        let evidence = Evidence::gather(&fixed, &turned, *orientation, depth);
        if best.as_ref().is_none_or(|best| evidence.is_better(best)) {
            best = Some(evidence);
        }
        if *orientation == Orientation::Upright && evidence.finding().is_duplicate() {
            break;
        }
    }
    best.unwrap_or(Evidence::NONE)
}

/// An order of pictures that does not hang on which comes first.
fn is_before(a: &Appearance, b: &Appearance) -> bool {
    fn planes(one: &Appearance) -> impl Iterator<Item = &CellPlane> {
        std::iter::once(&one.luma).chain(one.chroma.iter().flatten())
    }
    let facts = |one: &Appearance| (one.window, one.size.0 as u32, one.size.1 as u32);
    let by_cells = || {
        let planes = planes(a).zip(planes(b));
        let mut cells = planes.flat_map(|(a, b)| a.cells.iter().zip(&b.cells));
        cells.find_map(|(a, b)| Some(a.total_cmp(b)).filter(|order| order.is_ne()))
    };
    facts(a)
        .cmp(&facts(b))
        .then_with(|| by_cells().unwrap_or(Ordering::Equal))
        .is_lt()
}
