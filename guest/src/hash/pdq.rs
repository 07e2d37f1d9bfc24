//! PDQ, Facebook's photo hash, in integers.
//!
//! After "The TMK+PDQF Video-Hashing Algorithm and the PDQ Image-Hashing Algorithm" (Facebook, 2019).
//! The reference smooths the full picture with box filters, two along each axis and each as wide as a
//! 128th of it, and takes one pixel for each of 64 by 64 cells. Here each pixel that it averages is taken
//! from the cells of the plane that it lies in: within 8 of 256 bits of published hashes on 20
//! pictures of 128 to 1600 pixels, among which other implementations differ by as much. The cosines are
//! a table: no platform's `cos` decides a bit.

use std::convert::Infallible;
use std::ops::Range;

use super::average::{Cover, add_weighted, weigh};
use super::plane::{LumaPlane, SIDE};

/// Cells on each side that the transform sees.
const CELLS: usize = 64;
/// Frequencies kept on each axis: the lowest after the constant.
const FREQUENCIES: usize = 16;
/// What the weights of a cell sum up to, along either axis.
const WEIGHT: i32 = 1 << 11;
/// Bits of a smoothed cell below one grey level. Its transform has 44 bits more.
const FRACTION: u32 = 11;
/// What one grey level is in a smoothed cell.
const LEVEL: i32 = 1 << FRACTION;

/// cos(pi m / 128) for m from 0 to 64, in 65536ths.
const COSINE: [i32; 65] = [
    65_536, 65_516, 65_457, 65_358, 65_220, 65_043, 64_827, 64_571, 64_277, 63_944, 63_572, 63_162,
    62_714, 62_228, 61_705, 61_145, 60_547, 59_914, 59_244, 58_538, 57_798, 57_022, 56_212, 55_368,
    54_491, 53_581, 52_639, 51_665, 50_660, 49_624, 48_559, 47_464, 46_341, 45_190, 44_011, 42_806,
    41_576, 40_320, 39_040, 37_736, 36_410, 35_062, 33_692, 32_303, 30_893, 29_466, 28_020, 26_558,
    25_080, 23_586, 22_078, 20_557, 19_024, 17_479, 15_924, 14_359, 12_785, 11_204, 9_616, 8_022,
    6_424, 4_821, 3_216, 1_608, 0,
];

/// 64 by 64 cells of a picture's luma, smoothed; each grey level counts [`LEVEL`].
pub struct Smoothed {
    cells: Vec<i32>,
}

impl Smoothed {
    /// The cells of a plane.
    pub fn new(plane: &LumaPlane) -> Self {
        let (width, height) = plane.size();
        let mut cells = Vec::with_capacity(CELLS * CELLS);
        let spare = f64::from((WEIGHT * WEIGHT) >> FRACTION);
        let add_row = |sums: &mut [i32], y, weight| {
            add_weighted(sums, plane.row(y), weight);
            Ok::<_, Infallible>(())
        };
        let Ok(()) = weigh((&filters(width), &filters(height)), SIDE, add_row, |sums| {
            cells.extend(sums.iter().map(|sum| (sum / spare) as i32));
        });
        Self { cells }
    }

    /// PDQ's quality, 0 to 100: how much the picture changes from cell to cell. Differences of
    /// neighbours in hundredths of full range, cut to whole numbers, summed over both directions, over 90.
    pub fn quality(&self) -> u8 {
        let change = |a: i32, b: i32| ((a - b) * 100 / (255 * LEVEL)).unsigned_abs();
        let across = self
            .cells
            .chunks(CELLS)
            .flat_map(|row| row.windows(2))
            .map(|pair| change(pair[0], pair[1]));
        let down = self
            .cells
            .iter()
            .zip(&self.cells[CELLS..])
            .map(|(a, b)| change(*a, *b));
        (across.sum::<u32>() + down.sum::<u32>())
            .div_euclid(90)
            .min(100) as u8
    }

    /// The 256 bits, as PDQ writes them in hexadecimal: frequency (16, 16) first, (1, 1) last. A bit
    /// is set where the coefficient is above the median, the 128th of the 256 in order of size.
    pub fn bits(&self) -> Vec<u8> {
        let coefficients = self.transform();
        let mut sorted = coefficients.clone();
        sorted.sort_unstable();
        let median = sorted[sorted.len() / 2 - 1];
        let bit = |octet: u8, value: &i64| octet << 1 | u8::from(*value > median);
        coefficients
            .rchunks(8)
            .map(|eight| eight.iter().rev().fold(0, bit))
            .collect()
    }

    /// Coefficients of the cosine transform for frequencies 1 to 16 down and across, row-major.
    fn transform(&self) -> Vec<i64> {
        let mut across = [[0_i64; FREQUENCIES]; CELLS];
        for (row, sums) in self.cells.chunks(CELLS).zip(&mut across) {
            for (frequency, sum) in (1..).zip(sums) {
                let terms = row.iter().enumerate();
                *sum = terms
                    .map(|(at, cell)| i64::from(*cell) * i64::from(cosine(frequency, at)))
                    .sum();
            }
        }
        let coefficient = |down: usize, column: usize| -> i64 {
            across
                .iter()
                .enumerate()
                .map(|(at, row)| row[column] * i64::from(cosine(down, at)))
                .sum()
        };
        let frequencies =
            (1..=FREQUENCIES).flat_map(|down| (0..FREQUENCIES).map(move |column| (down, column)));
        frequencies
            .map(|(down, column)| coefficient(down, column))
            .collect()
    }
}

/// What each cell takes of the plane, along an axis of so many pixels.
fn filters(pixels: usize) -> Vec<Cover> {
    let middles = (0..CELLS).map(|cell| (2 * cell + 1) * pixels / (2 * CELLS));
    middles.map(|middle| filter(middle, pixels)).collect()
}

/// What the reference's two filters take for a pixel: the mean over its window of the means over the
/// windows there.
fn filter(middle: usize, pixels: usize) -> Cover {
    let windows: Vec<_> = window(middle, pixels)
        .map(|pixel| window(pixel, pixels))
        .collect();
    let (start, end) = (windows[0].start, windows[windows.len() - 1].end);
    let first = start * SIDE / pixels;
    let last = (end * SIDE).div_ceil(pixels);
    // How much is taken before a place on the axis, in units of which a pixel is `SIDE` long.
    let before = |place: usize| {
        let share = |window: &Range<usize>| {
            let before = place.clamp(window.start * SIDE, window.end * SIDE) - window.start * SIDE;
            before as f64 / (window.len() * SIDE) as f64
        };
        let mean = windows.iter().map(share).sum::<f64>() / windows.len() as f64;
        (mean * f64::from(WEIGHT) + 0.5) as i32
    };
    let ends: Vec<_> = (first..=last).map(|cell| before(cell * pixels)).collect();
    Cover {
        first,
        weights: ends.windows(2).map(|ends| ends[1] - ends[0]).collect(),
    }
}

/// The pixels that a box filter of the reference averages for a pixel. Even numbers of them reach
/// further ahead than back, by one.
fn window(pixel: usize, pixels: usize) -> Range<usize> {
    let width = pixels.div_ceil(2 * CELLS);
    let ahead = width / 2 + 1;
    (pixel + ahead).saturating_sub(width)..(pixel + ahead).min(pixels)
}

/// cos(pi frequency (2 at + 1) / 128) in 65536ths.
fn cosine(frequency: usize, at: usize) -> i32 {
    match frequency * (2 * at + 1) % 256 {
        angle @ 0..=64 => COSINE[angle],
        angle @ 65..=128 => -COSINE[128 - angle],
        angle @ 129..=192 => -COSINE[angle - 128],
        angle => COSINE[256 - angle],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_holds_cosines() {
        for frequency in 1..=FREQUENCIES {
            for at in 0..CELLS {
                let angle = std::f64::consts::PI * (frequency * (2 * at + 1)) as f64 / 128.0;
                assert_eq!(
                    cosine(frequency, at),
                    (angle.cos() * 65_536.0).round() as i32
                );
            }
        }
    }

    #[test]
    fn a_window_is_a_128th_of_the_axis() {
        assert_eq!(window(5, 100), 5..6);
        assert_eq!(window(5, 160), 5..7);
        assert_eq!(window(159, 160), 159..160);
        assert_eq!(window(5, 300), 4..7);
        assert_eq!(window(0, 300), 0..2);
    }

    #[test]
    fn filters_take_all_of_their_weight_within_the_plane() {
        for pixels in [1, 2, 63, 64, 100, 128, 129, 255, 256, 257, 1000, 32_767] {
            for filter in filters(pixels) {
                assert_eq!(filter.weights.iter().sum::<i32>(), WEIGHT, "{pixels}");
                assert!(filter.weights.iter().all(|weight| *weight >= 0));
                assert!(filter.first + filter.weights.len() <= SIDE, "{pixels}");
            }
        }
    }

    #[test]
    fn a_flat_picture_has_no_quality_and_no_bits() {
        let flat = image::GrayImage::from_pixel(10, 10, image::Luma([77]));
        let smoothed = Smoothed::new(&LumaPlane::new(&flat.into()).unwrap());
        assert_eq!(smoothed.quality(), 0);
        assert_eq!(smoothed.bits(), [0; 32]);
    }
}
