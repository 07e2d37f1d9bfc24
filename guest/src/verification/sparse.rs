//! Pictures with next to nothing on them, as a page with a number or a sky with a few stars: there is too little to register one
//! on the other by, but what there is may lie nearly at the same place in both, and be the same. The one is put on the other by
//! their centroids.

use super::overlap::Overlap;
use crate::appearance::Appearance;
use crate::registration::Map;
use crate::sketch::WINDOW_UNITS;

/// How much may differ.
#[derive(Clone, Copy, Debug)]
pub struct SparseTolerance {
    /// Least contrast of what there is, in levels: over the noise of JPEG and of paper.
    pub contrast: f32,
    /// The share of the contrast by which a cell may differ.
    pub cell: f32,
    /// The same of what is there altogether.
    pub all: f32,
    /// The factor by which there may be more in one of the pictures.
    pub mass: f32,
}

/// Levels from the ground from which on a cell is foreground, as a share of the least contrast and of that of the picture.
const FOREGROUND: f32 = 0.5;
const FOREGROUND_SHARE: f32 = 0.1;
/// Most that it may be moved, as a share of the side of the picture.
const MOVED: f32 = 0.02;
/// Edges of windows that differ by no more, in 512ths of the side, are nearly at the same place; the same of widths and heights.
const SAME_PLACE: u16 = 10;
const SAME_EXTENT: u16 = 2;
/// Of a whole picture, in units of windows.
const WINDOW_AREA: f32 = WINDOW_UNITS as f32 * WINDOW_UNITS as f32;

/// What stands out of the ground of a picture.
struct Foreground {
    ground: f32,
    contrast: f32,
    /// Levels from the ground from which on something is there.
    least: f32,
    /// The middle of it, in places of the window.
    centroid: (f32, f32),
    /// The sum of levels, in parts of the picture.
    mass: f32,
}

/// Puts what there is on the one picture on what there is on the other: the map, and both in the cells of the coarser one.
/// `None` where they are not the same.
pub fn register(a: &Appearance, b: &Appearance, limits: SparseTolerance) -> Option<(Map, Overlap)> {
    let (one, other) = (Foreground::new(a, limits)?, Foreground::new(b, limits)?);
    let factor = one.mass / other.mass;
    if factor.max(1.0 / factor) > limits.mass {
        return None;
    }
    let map = on_each_other((a, &one), (b, &other));
    if map.largest_move_on(a, b) > MOVED {
        return None;
    }
    let overlap = match cell_area(a) >= cell_area(b) {
        true => agreeing((a, &one), (b, &other), limits),
        false => agreeing((b, &other), (a, &one), limits),
    };
    Some((map, overlap?))
}

/// Where windows lie on each other no cell differs by more than a share of the contrast: all that sketches tell of what has flat
/// parts and little else.
pub fn lie_on_each_other(a: &Appearance, b: &Appearance, share: f32) -> bool {
    let ground = median(&a.luma.cells);
    let contrast = a.luma.cells.iter().map(|cell| (cell - ground).abs());
    let contrast = contrast.fold(0.0, f32::max);
    let cells = a.luma.cells.iter().zip(&b.luma.cells);
    let difference = cells.map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    are_at_one_place(a, b) && difference <= share * contrast
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

fn on_each_other(
    (a, one): (&Appearance, &Foreground),
    (b, other): (&Appearance, &Foreground),
) -> Map {
    let of_wholes = Map::of_wholes(a, b);
    let (x, y) = of_wholes.apply(one.centroid.0, one.centroid.1);
    of_wholes.moved(other.centroid.0 - x, other.centroid.1 - y)
}

/// Both in the cells of the coarser one, where those agree.
fn agreeing(
    coarser: (&Appearance, &Foreground),
    finer: (&Appearance, &Foreground),
    limits: SparseTolerance,
) -> Option<Overlap> {
    let map = on_each_other(coarser, finer);
    let ((a, one), (b, other)) = (coarser, finer);
    let overlap = seen_in_cells_of(a, (b, other.ground), &map);
    let compared = overlap.clone().of_one_sharpness().blurred();
    let (mut all, mut left_over, mut largest) = (0.0, 0.0, 0.0_f32);
    for (own, seen) in compared.a.iter().zip(&compared.b) {
        let (own, seen) = (own - one.ground, seen - other.ground);
        if own.abs().max(seen.abs()) >= one.least {
            all += own.abs().max(seen.abs());
            left_over += (own - seen).abs();
            largest = largest.max((own - seen).abs());
        }
    }
    let are_one = left_over <= limits.all * all && largest <= limits.cell * one.contrast;
    are_one.then_some(overlap)
}

/// The second's mean level in each cell of the first, its ground where it has none.
fn seen_in_cells_of(a: &Appearance, (b, ground): (&Appearance, f32), map: &Map) -> Overlap {
    const PARTS: usize = 4;
    let side = a.luma.side;
    let place = |part: usize| (part as f32 + 0.5) / (PARTS * side) as f32 - 0.5;
    let level = |x: usize, y: usize| b.luma.at(map.apply(place(x), place(y))).unwrap_or(ground);
    let mean = |cell: usize| {
        let (left, top) = (cell % side * PARTS, cell / side * PARTS);
        let parts = (0..PARTS * PARTS).map(|part| level(left + part % PARTS, top + part / PARTS));
        parts.sum::<f32>() / (PARTS * PARTS) as f32
    };
    Overlap {
        side,
        mask: vec![1.0; side * side],
        a: a.luma.cells.clone(),
        b: (0..side * side).map(mean).collect(),
    }
}

/// The area of a cell, in parts of the picture.
fn cell_area(one: &Appearance) -> f32 {
    let (across, down) = one.window.extent();
    f32::from(across) * f32::from(down) / (WINDOW_AREA * one.luma.cells.len() as f32)
}

impl Foreground {
    /// `None` where nothing stands out.
    fn new(picture: &Appearance, limits: SparseTolerance) -> Option<Self> {
        let plane = &picture.luma;
        let ground = median(&plane.cells);
        let levels = || plane.cells.iter().map(|cell| (cell - ground).abs());
        let contrast = levels().fold(0.0, f32::max);
        let mut foreground = Self {
            ground,
            contrast,
            least: (FOREGROUND * limits.contrast).max(FOREGROUND_SHARE * contrast),
            centroid: (0.0, 0.0),
            mass: 0.0,
        };
        for (cell, level) in levels()
            .enumerate()
            .filter(|(_, level)| *level >= foreground.least)
        {
            let place = |number: usize| level * plane.place(number);
            foreground.mass += level;
            foreground.centroid.0 += place(cell % plane.side);
            foreground.centroid.1 += place(cell / plane.side);
        }
        foreground.centroid = (
            foreground.centroid.0 / foreground.mass,
            foreground.centroid.1 / foreground.mass,
        );
        foreground.mass *= cell_area(picture);
        (contrast >= limits.contrast).then_some(foreground)
    }
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
    use crate::appearance::{CellPlane, Surroundings};
    use crate::sketch::Window;

    const SIDE: usize = 128;
    const LIMITS: SparseTolerance = SparseTolerance {
        contrast: 16.0,
        cell: 0.3,
        all: 0.2,
        mass: 1.15,
    };

    /// White, with a dash of one level in the middle row.
    fn page(dash: std::ops::Range<usize>, level: f32) -> Appearance {
        let cell = |at: usize| match at / SIDE == SIDE / 2 && dash.contains(&(at % SIDE)) {
            true => level,
            false => 255.0,
        };
        Appearance {
            luma: CellPlane {
                side: SIDE,
                cells: (0..SIDE * SIDE).map(cell).collect(),
            },
            chroma: None,
            window: Window::WHOLE,
            surroundings: Surroundings::Empty,
            size: (800.0, 800.0),
            flatness: 0.99,
            has_grain: false,
        }
    }

    #[test]
    fn what_little_there_is_must_agree() {
        let dash = page(40..60, 20.0);
        assert!(register(&dash, &page(40..60, 40.0), LIMITS).is_some());
        assert!(register(&dash, &page(40..60, 120.0), LIMITS).is_none());
    }

    #[test]
    fn what_is_moved_a_little_is_found_where_it_lies() {
        let dash = page(40..60, 20.0);
        let (map, _) = register(&dash, &page(42..62, 20.0), LIMITS).unwrap();
        assert!((map.apply(0.0, 0.0).0 - 2.0 / SIDE as f32).abs() < 1e-4);
        assert!(
            register(&dash, &page(48..68, 20.0), LIMITS).is_none(),
            "too far"
        );
        assert!(
            register(&dash, &page(40..70, 20.0), LIMITS).is_none(),
            "longer"
        );
    }

    #[test]
    fn nothing_agrees_with_nothing() {
        assert!(register(&page(0..0, 0.0), &page(0..0, 0.0), LIMITS).is_none());
        assert!(register(&page(40..60, 250.0), &page(40..60, 250.0), LIMITS).is_none());
    }
}
