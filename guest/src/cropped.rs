//! What a picture would look like with one or two of its sides cropped, as fingerprints that are made of its sketch.
//!
//! A copy that was cropped unevenly is near neither the whole picture nor its center crop, which is what fingerprints are stored of.
//! Whoever asks about a picture asks with these besides: where the source asks, one of them is near the whole copy, and where the copy
//! asks, one is near the center crop of its source. They name candidates alone, and are not stored. Whole numbers in one order, as
//! everywhere.

use crate::fingerprint::{Algorithm, Fingerprint};
use crate::sketch::{SIDE, Sketch};

/// Cells of the sketch that are cropped from a side: a fourteenth. Crops by a twelfth are near it, and so is what a picture that was
/// cropped so has in common with the center crop of its source.
const CROPPED: usize = 9;
/// Which of left, top, right and bottom are cropped.
const SIDES: [[bool; 4]; 10] = {
    const N: bool = false;
    const Y: bool = true;
    [
        [Y, N, N, N],
        [N, Y, N, N],
        [N, N, Y, N],
        [N, N, N, Y],
        [Y, Y, N, N],
        [N, Y, Y, N],
        [Y, N, N, Y],
        [N, N, Y, Y],
        [Y, N, Y, N],
        [N, Y, N, Y],
    ]
};
/// Gradients along each side.
const GRADIENTS: usize = 8;
/// Columns of a table of sums.
const WIDTH: usize = SIDE + 1;

/// The fingerprints of a picture without one or two of its sides, as `dhash128` makes them of the content of a sketch. None of a
/// drawing or a document: its content begins where its margins end, however they are cropped.
pub fn fingerprints(sketch: &Sketch) -> Vec<Fingerprint> {
    if sketch.is_flat() {
        return Vec::new();
    }
    let sums = Sums::new(sketch);
    let fingerprint = |sides: [bool; 4]| Fingerprint {
        algorithm: Algorithm::Dhash128,
        version: Algorithm::Dhash128.version(),
        bits: sums.bits(&Rectangle::without(sides)),
        quality: 100,
    };
    SIDES.map(fingerprint).into()
}

/// Columns and rows of a sketch.
struct Rectangle {
    left: usize,
    top: usize,
    width: usize,
    height: usize,
}

impl Rectangle {
    fn without([left, top, right, bottom]: [bool; 4]) -> Self {
        let [left, top, right, bottom] =
            [left, top, right, bottom].map(|is_cropped| usize::from(is_cropped) * CROPPED);
        Self {
            left,
            top,
            width: SIDE - left - right,
            height: SIDE - top - bottom,
        }
    }
}

/// For each corner of a cell the sum of the levels above it and to its left.
struct Sums(Vec<u32>);

impl Sums {
    fn new(sketch: &Sketch) -> Self {
        let luma = sketch.luma();
        let mut sums = vec![0; WIDTH * WIDTH];
        for (y, row) in luma.chunks_exact(SIDE).enumerate() {
            let mut along = 0;
            for (x, level) in row.iter().enumerate() {
                along += (level + 0.5) as u32;
                sums[(y + 1) * WIDTH + x + 1] = sums[y * WIDTH + x + 1] + along;
            }
        }
        Self(sums)
    }

    /// Gradients of a rectangle, along its rows and then down its columns, the first bit the most significant.
    fn bits(&self, rectangle: &Rectangle) -> Vec<u8> {
        let wide = self.means(rectangle, (GRADIENTS + 1, GRADIENTS));
        let tall = self.means(rectangle, (GRADIENTS, GRADIENTS + 1));
        let across = |line: usize, at: usize| {
            let cell = line * (GRADIENTS + 1) + at;
            wide[cell] < wide[cell + 1]
        };
        let down = |line: usize, at: usize| {
            let cell = at * GRADIENTS + line;
            tall[cell] < tall[cell + GRADIENTS]
        };
        let byte = |is_set: &dyn Fn(usize) -> bool| {
            (0..GRADIENTS).fold(0, |byte, at| byte << 1 | u8::from(is_set(at)))
        };
        let across = (0..GRADIENTS).map(|line| byte(&|at| across(line, at)));
        let down = (0..GRADIENTS).map(|line| byte(&|at| down(line, at)));
        across.chain(down).collect()
    }

    /// The mean levels of a rectangle that is cut into so many cells, row by row.
    fn means(&self, rectangle: &Rectangle, (columns, rows): (usize, usize)) -> Vec<u8> {
        let area = (rectangle.width * rectangle.height) as u64;
        let sum = |column: usize, row: usize| {
            self.up_to(
                (rectangle.left * columns + column * rectangle.width, columns),
                (rectangle.top * rows + row * rectangle.height, rows),
            )
        };
        let cell = |column: usize, row: usize| {
            let inside = sum(column + 1, row + 1) + sum(column, row);
            let outside = sum(column, row + 1) + sum(column + 1, row);
            // A cell has this many parts of a cell of the sketch.
            ((inside - outside + area / 2) / area) as u8
        };
        let cells = (0..rows).flat_map(|row| (0..columns).map(move |column| (column, row)));
        cells.map(|(column, row)| cell(column, row)).collect()
    }

    /// The sum of the levels above and to the left of a place, each axis in its own parts of a cell, in parts of both.
    fn up_to(&self, (x, columns): (usize, usize), (y, rows): (usize, usize)) -> u64 {
        let along = |at: usize, parts: usize| {
            let first = (at / parts).min(SIDE - 1);
            (first, (at - first * parts) as u64)
        };
        let ((column, x), (row, y)) = (along(x, columns), along(y, rows));
        let (before_x, before_y) = (columns as u64 - x, rows as u64 - y);
        let sum = |column: usize, row: usize| u64::from(self.0[row * WIDTH + column]);
        let upper = sum(column, row) * before_x + sum(column + 1, row) * x;
        let lower = sum(column, row + 1) * before_x + sum(column + 1, row + 1) * x;
        upper * before_y + lower * y
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fingerprint::hamming;
    use crate::sketch::{Parts, Window};

    /// A picture with detail all over, of which a part is seen.
    fn scene((left, top): (f32, f32), (width, height): (f32, f32), flatness: u8) -> Sketch {
        let level = |x: f32, y: f32| {
            let waves = (17.0 * x + 5.0 * y).sin() + (11.0 * y - 7.0 * x * y).sin();
            (128.0 + 50.0 * waves + 20.0 * (31.0 * x * x).sin()) as u8
        };
        let place = |at: usize| (at as f32 + 0.5) / SIDE as f32;
        let cells = (0..SIDE * SIDE).map(|at| {
            let (x, y) = (place(at % SIDE), place(at / SIDE));
            level(left + width * x, top + height * y)
        });
        Sketch::from_parts(&Parts {
            size: (640, 480),
            frames: 1,
            flatness,
            has_surroundings: false,
            is_paged: false,
            detail: 200,
            colours: 257,
            window: Window::WHOLE,
            luma: cells.collect(),
            chroma: None,
            opaque: None,
            frame_samples: None,
        })
    }

    const WHOLE: Rectangle = Rectangle {
        left: 0,
        top: 0,
        width: SIDE,
        height: SIDE,
    };

    #[test]
    fn one_of_them_is_near_a_copy_without_these_sides() {
        let source = scene((0.0, 0.0), (1.0, 1.0), 0);
        let own = Sums::new(&source).bits(&WHOLE);
        for (number, [left, top, right, bottom]) in SIDES.into_iter().enumerate() {
            let off = |is_cropped: bool| if is_cropped { 1.0 / 12.0 } else { 0.0 };
            let size = (1.0 - off(left) - off(right), 1.0 - off(top) - off(bottom));
            let copy = scene((off(left), off(top)), size, 0);
            let copy = Sums::new(&copy).bits(&WHOLE);
            let asked = fingerprints(&source);
            let distances: Vec<u32> = asked.iter().map(|one| hamming(&one.bits, &copy)).collect();
            let nearest = (0..SIDES.len()).min_by_key(|at| distances[*at]);
            assert_eq!(nearest, Some(number), "{distances:?}");
            assert!(distances[number] < 12, "{distances:?}");
            assert!(hamming(&own, &copy) > distances[number]);
        }
    }

    #[test]
    fn means_of_whole_cells_are_theirs() {
        let source = scene((0.0, 0.0), (1.0, 1.0), 0);
        let sums = Sums::new(&source);
        let means = sums.means(&WHOLE, (SIDE, SIDE));
        let levels = source.luma();
        assert!(
            means
                .iter()
                .zip(&levels)
                .all(|(mean, level)| *mean == (level + 0.5) as u8)
        );
        let cell = Rectangle {
            left: 100,
            top: 20,
            width: 2,
            height: 1,
        };
        let sum: f32 = [0, 1]
            .map(|at| (levels[20 * SIDE + 100 + at] + 0.5).floor())
            .iter()
            .sum();
        assert_eq!(sums.means(&cell, (1, 1)), [(sum / 2.0 + 0.5) as u8]);
    }

    #[test]
    fn documents_have_none() {
        assert!(fingerprints(&scene((0.0, 0.0), (1.0, 1.0), 200)).is_empty());
    }
}
