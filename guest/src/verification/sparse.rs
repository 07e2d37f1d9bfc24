//! Pictures with next to nothing on them, as a page with a number or a sky with a few stars: there is too little to register one
//! on the other by, but what there is may lie at the same place in both, and be the same.

use crate::appearance::Appearance;

/// Edges of windows that differ by no more, in 512ths of the side, are nearly at the same place: a fiftieth of the side.
const SAME_PLACE: u16 = 10;
/// The same of widths and heights.
const SAME_EXTENT: u16 = 2;
/// Least contrast of what there is, in levels: over the noise of JPEG and of paper.
const CONTRAST: f32 = 16.0;

/// What there is on both pictures is the same, cell by cell: no cell differs by more than a `share` of the contrast.
pub fn agree(a: &Appearance, b: &Appearance, share: f32) -> bool {
    if a.luma.side != b.luma.side || !are_at_one_place(a, b) {
        return false;
    }
    let ground = median(&a.luma.cells);
    let contrast = a.luma.cells.iter().map(|cell| (cell - ground).abs());
    let contrast = contrast.fold(0.0, f32::max);
    let cells = a.luma.cells.iter().zip(&b.luma.cells);
    let difference = cells.map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    contrast >= CONTRAST && difference <= share * contrast
}

fn are_at_one_place(a: &Appearance, b: &Appearance) -> bool {
    let edges = |one: &Appearance| {
        let window = one.window;
        [window.left, window.top, window.right, window.bottom]
    };
    let mut pairs = edges(a).into_iter().zip(edges(b));
    let (own, others) = (a.window.extent(), b.window.extent());
    pairs.all(|(a, b)| a.abs_diff(b) <= SAME_PLACE)
        && own.0.abs_diff(others.0) <= SAME_EXTENT
        && own.1.abs_diff(others.1) <= SAME_EXTENT
}

fn median(cells: &[f32]) -> f32 {
    let mut cells = cells.to_vec();
    let middle = cells.len() / 2;
    match cells.is_empty() {
        true => 0.0,
        false => *cells.select_nth_unstable_by(middle, f32::total_cmp).1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::appearance::Plane;
    use crate::sketch::Window;

    const SIDE: usize = 128;

    /// White, with a dash of one level in the middle row.
    fn page(dash: std::ops::Range<usize>, level: f32) -> Appearance {
        let cell = |at: usize| match at / SIDE == SIDE / 2 && dash.contains(&(at % SIDE)) {
            true => level,
            false => 255.0,
        };
        Appearance {
            luma: Plane {
                side: SIDE,
                cells: (0..SIDE * SIDE).map(cell).collect(),
            },
            chroma: None,
            window: Window::WHOLE,
            size: (800.0, 800.0),
            flatness: 0.99,
        }
    }

    #[test]
    fn what_little_there_is_must_agree() {
        let dash = page(40..60, 20.0);
        assert!(agree(&dash, &page(40..60, 40.0), 0.25));
        assert!(!agree(&dash, &page(40..60, 120.0), 0.25));
        assert!(!agree(&dash, &page(41..61, 20.0), 0.25));
        let moved = Appearance {
            window: Window {
                left: 5,
                ..Window::WHOLE
            },
            ..page(40..60, 20.0)
        };
        assert!(!agree(&dash, &moved, 0.25));
    }

    #[test]
    fn nothing_agrees_with_nothing() {
        assert!(!agree(&page(0..0, 0.0), &page(0..0, 0.0), 0.25));
        assert!(!agree(&page(40..60, 250.0), &page(40..60, 250.0), 0.25));
    }
}
