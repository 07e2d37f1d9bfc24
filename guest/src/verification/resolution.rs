//! How finely two pictures can be held against each other: no cell may be narrower than the pixels of the smaller one, or what
//! scaling made up would be compared.

use std::borrow::Cow;

use crate::appearance::{Appearance, SURROUNDINGS_SIDE, Surroundings};
use crate::sketch::{CHROMA_SIDE, SIDE};

/// Pixels that a cell of luma is wide, at least: along the shorter side of the content where there are more cells than in a sketch,
/// and along the longer one where there are fewer.
const PIXELS: f32 = 1.0;
const FEWER_PIXELS: f32 = 0.7;
/// Cells of luma that may be made of one that was read: a picture as a whole is read in 512 cells on each side.
/// Less than two: what lies in the smallest windows, of 128 cells, is not compared in cells of which half were made up.
const MORE_THAN_READ: f32 = 1.9;
/// Cells of luma on each side, at least, however small the pictures are.
const LEAST_SIDE: usize = 32;
/// Pixels that a cell of chroma is wide, at least: JPEG keeps blocks of 16 at half of the resolution.
const CHROMA_PIXELS: f32 = 8.0;
/// Cells of chroma on each side, at least.
const LEAST_CHROMA_SIDE: usize = CHROMA_SIDE / 8;

/// Both pictures in as many cells as both have pixels for.
pub fn common<'a>(
    a: &'a Appearance,
    b: &'a Appearance,
) -> (Cow<'a, Appearance>, Cow<'a, Appearance>) {
    let sides = |one: &Appearance| {
        let (across, down) = one.window.extent();
        let read = |units: u16| MORE_THAN_READ * f32::from(units);
        let (width, height) = one.window_size();
        let (width, height) = (width.min(read(across)), height.min(read(down)));
        (width.min(height), width.max(height))
    };
    let (one, other) = (sides(a), sides(b));
    let (shorter, longer) = (one.0.min(other.0), one.1.min(other.1));
    let side = a.luma.side.min(b.luma.side);
    let side = resolved(side, shorter / PIXELS, SIDE);
    let side = resolved(side, longer / FEWER_PIXELS, LEAST_SIDE);
    let chroma_side = resolved(CHROMA_SIDE, longer / CHROMA_PIXELS, LEAST_CHROMA_SIDE);
    let longest = |one: &Appearance| one.size.0.max(one.size.1);
    let around = resolved(SURROUNDINGS_SIDE, longest(a).min(longest(b)), LEAST_SIDE);
    let reduced = |one: &'a Appearance| reduced(one, side, chroma_side, around);
    (reduced(a), reduced(b))
}

/// Halves a side until there are no more cells than that, down to the least.
fn resolved(mut side: usize, most: f32, least: usize) -> usize {
    while side > least && side as f32 > most {
        side /= 2;
    }
    side
}

fn reduced(
    one: &Appearance,
    side: usize,
    chroma_side: usize,
    around: usize,
) -> Cow<'_, Appearance> {
    let is_all = chroma_side == CHROMA_SIDE && around == SURROUNDINGS_SIDE;
    if one.luma.side <= side && is_all {
        return Cow::Borrowed(one);
    }
    let chroma = one.chroma.as_ref();
    Cow::Owned(Appearance {
        luma: one.luma.reduced_to(side),
        chroma: chroma.map(|planes| planes.each_ref().map(|plane| plane.reduced_to(chroma_side))),
        surroundings: match &one.surroundings {
            Surroundings::Known(whole) => Surroundings::Known(whole.reduced_to(around)),
            other => other.clone(),
        },
        window: one.window,
        size: one.size,
        flatness: one.flatness,
        has_grain: one.has_grain,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::appearance::CellPlane;
    use crate::sketch::Window;

    fn of_size(width: f32, height: f32, side: usize) -> Appearance {
        let plane = |side| CellPlane {
            side,
            cells: vec![0.0; side * side],
        };
        Appearance {
            luma: plane(side),
            chroma: Some([plane(CHROMA_SIDE), plane(CHROMA_SIDE)]),
            window: Window::WHOLE,
            surroundings: Surroundings::Empty,
            size: (width, height),
            flatness: 0.5,
            has_grain: false,
        }
    }

    fn sides(a: &Appearance, b: &Appearance) -> (usize, usize) {
        let (a, b) = common(a, b);
        let chroma_side = |one: &Appearance| one.chroma.as_ref().unwrap()[0].side;
        assert_eq!(
            (a.luma.side, chroma_side(&a)),
            (b.luma.side, chroma_side(&b))
        );
        (a.luma.side, chroma_side(&a))
    }

    #[test]
    fn no_cell_is_narrower_than_a_pixel_of_the_smaller_picture() {
        let large = of_size(2_000.0, 1_500.0, 512);
        assert_eq!(sides(&large, &large), (512, 24));
        assert_eq!(sides(&large, &of_size(400.0, 300.0, 512)), (256, 24));
        assert_eq!(sides(&large, &of_size(64.0, 64.0, 512)), (64, 6));
        assert_eq!(sides(&of_size(16.0, 16.0, 128), &large), (32, 3));
    }

    #[test]
    fn what_was_read_in_few_cells_is_compared_in_few() {
        let page = of_size(1_240.0, 1_754.0, 512);
        let within = |left, top, right, bottom| Appearance {
            window: Window {
                left,
                top,
                right,
                bottom,
            },
            ..page.clone()
        };
        assert_eq!(sides(&within(60, 60, 450, 450), &page).0, 512);
        assert_eq!(sides(&within(0, 190, 512, 315), &page).0, 128);
    }

    #[test]
    fn a_banner_keeps_the_cells_of_a_sketch() {
        let banner = of_size(900.0, 60.0, 512);
        assert_eq!(sides(&banner, &banner), (128, 24));
    }
}
