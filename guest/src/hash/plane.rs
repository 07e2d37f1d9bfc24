//! The luma plane: a small square grey picture that every fingerprint starts from.
//!
//! Whole numbers only, so that every build gives the same plane: Rec. 601 luma of each pixel, or the mean
//! luma of each block of pixels, averaged over the area of each cell. Averaging treats left and right, rows and columns alike, so the plane
//! of a turned picture is the turned plane, bit for bit.

use std::ops::Range;

use image::{DynamicImage, GrayImage, Luma};

use crate::decode::ReducedLuma;
use crate::decode::luma::of_rgb;
use crate::error::{Excess, ImageError, Limit};
use crate::info::Orientation;

/// Cells on each side of a plane.
pub const SIDE: usize = 256;

/// The longest side whose weighted sums of 8-bit luma fit 31 bits.
const MAX_SIDE: usize = i32::MAX as usize / 255;

/// `SIDE` by `SIDE` luma values of a whole picture, whatever its proportions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LumaPlane {
    cells: Vec<u8>,
}

impl LumaPlane {
    /// The plane of an 8-bit grey or RGB picture. `too-large` over 8 million pixels a side.
    pub fn of(picture: &DynamicImage) -> Result<Self, ImageError> {
        let (width, height) = (picture.width() as usize, picture.height() as usize);
        if width.max(height) > MAX_SIDE {
            let actual = width.max(height) as u64;
            let excess = Excess {
                limit: Limit::Side,
                actual,
                allowed: MAX_SIDE as u64,
            };
            return Err(ImageError::TooLarge(excess));
        }
        let size = (Axis::of(width), Axis::of(height));
        let cells = match picture {
            DynamicImage::ImageLuma8(grey) => average(size, (SIDE, SIDE), |y, luma| {
                luma.copy_from_slice(&grey.as_raw()[y * width..][..width]);
            }),
            DynamicImage::ImageRgb8(rgb) => average(size, (SIDE, SIDE), |y, luma| {
                luma_of_row(&rgb.as_raw()[y * width * 3..][..width * 3], luma);
            }),
            _ => {
                return Err(ImageError::Internal(
                    "a decoded picture is neither grey nor RGB".into(),
                ));
            }
        };
        Ok(Self { cells })
    }

    /// The plane of the upright picture from means of its blocks. A block that reaches over the edge
    /// counts for the pixels that it covers.
    pub fn of_blocks(luma: &ReducedLuma) -> Self {
        let axis = |pixels: u32| Axis {
            pixels: pixels as usize,
            sample: luma.block as usize,
        };
        let (across, down) = (axis(luma.size.width), axis(luma.size.height));
        let width = across.samples();
        let cells = average((across, down), (SIDE, SIDE), |y, row| {
            row.copy_from_slice(&luma.samples[y * width..][..width]);
        });
        Self { cells }.oriented(luma.info.orientation)
    }

    /// The cells in row-major order.
    pub fn cells(&self) -> &[u8] {
        &self.cells
    }

    /// The plane averaged down to a smaller size.
    pub fn shrink(&self, width: usize, height: usize) -> GrayImage {
        let cells = average(
            (Axis::of(SIDE), Axis::of(SIDE)),
            (width, height),
            |y, luma| {
                luma.copy_from_slice(&self.cells[y * SIDE..][..SIDE]);
            },
        );
        grey_image(&cells, width, height)
    }

    /// The plane as an image.
    pub fn to_image(&self) -> GrayImage {
        grey_image(&self.cells, SIDE, SIDE)
    }

    /// The plane of the picture after what `orientation` says was done to it.
    pub fn oriented(&self, orientation: Orientation) -> Self {
        let last = SIDE - 1;
        let source = |x: usize, y: usize| match orientation {
            Orientation::Upright => (x, y),
            Orientation::Mirrored => (last - x, y),
            Orientation::Rotated180 => (last - x, last - y),
            Orientation::Flipped => (x, last - y),
            Orientation::Transposed => (y, x),
            Orientation::Rotated90 => (y, last - x),
            Orientation::Transversed => (last - y, last - x),
            Orientation::Rotated270 => (last - y, x),
        };
        let positions = (0..SIDE).flat_map(|y| (0..SIDE).map(move |x| (x, y)));
        let cells = positions
            .map(|(x, y)| source(x, y))
            .map(|(x, y)| self.cells[y * SIDE + x]);
        Self {
            cells: cells.collect(),
        }
    }

    /// Mean absolute difference of two planes in 256ths of a grey level.
    pub fn difference(&self, other: &Self) -> u32 {
        let pairs = self.cells.iter().zip(&other.cells);
        let sum: u32 = pairs.map(|(a, b)| u32::from(a.abs_diff(*b))).sum();
        (u64::from(sum) * 256 / self.cells.len() as u64) as u32
    }
}

fn grey_image(cells: &[u8], width: usize, height: usize) -> GrayImage {
    GrayImage::from_fn(width as u32, height as u32, |x, y| {
        Luma([cells[y as usize * width + x as usize]])
    })
}

fn luma_of_row(rgb: &[u8], luma: &mut [u8]) {
    let (pixels, _) = rgb.as_chunks::<3>();
    for (luma, pixel) in luma.iter_mut().zip(pixels) {
        *luma = of_rgb(*pixel);
    }
}

/// One side of a picture, in pixels, cut into samples of equal length; the last may reach over the
/// end, and counts for what is before it.
#[derive(Clone, Copy)]
struct Axis {
    pixels: usize,
    sample: usize,
}

impl Axis {
    /// A sample for each pixel.
    fn of(pixels: usize) -> Self {
        Self { pixels, sample: 1 }
    }

    fn samples(self) -> usize {
        self.pixels.div_ceil(self.sample)
    }

    /// The pixels of a sample that are in the picture.
    fn pixels(self, sample: usize) -> Range<usize> {
        sample * self.sample..((sample + 1) * self.sample).min(self.pixels)
    }

    /// What the weight of a length is multiplied with: more for blocks, whose slopes take fractions.
    fn scale(self) -> i32 {
        if self.sample == 1 { 1 } else { 64 }
    }
}

/// Averages a plane, read row by row, over the area of each target cell; enlarges the same way. The
/// sums are exact, and rounded once, halves up: whole numbers under 2^53, whose quotient of under 2^8
/// no f64 rounds to a whole number that it is not.
///
/// A pixel has one value all over. A block has a slope along each axis, half the difference of the
/// blocks at its sides, so that cells that cover a part of it get more than its mean.
fn average(
    (across, down): (Axis, Axis),
    (target_width, target_height): (usize, usize),
    mut read_row: impl FnMut(usize, &mut [u8]),
) -> Vec<u8> {
    let columns = covers(across, target_width);
    let area = (across.pixels * down.pixels) as i64;
    let total = area * i64::from(across.scale()) * i64::from(down.scale());
    let mut row = vec![0; across.samples()];
    let mut row_at = None;
    let mut sums = vec![0_i32; across.samples()];
    let mut cells = Vec::with_capacity(target_width * target_height);
    for cover in covers(down, target_height) {
        sums.fill(0);
        for (y, weight) in cover.samples() {
            if row_at.replace(y) != Some(y) {
                read_row(y, &mut row);
            }
            add_weighted(&mut sums, &row, weight);
        }
        // A cast of a float cuts it off, at 0 and 255 too.
        let level = |column: &Cover| ((column.sum(&sums) + total / 2) as f64 / total as f64) as u8;
        cells.extend(columns.iter().map(level));
    }
    cells
}

fn add_weighted(sums: &mut [i32], row: &[u8], weight: i32) {
    for (sum, luma) in sums.iter_mut().zip(row) {
        *sum += weight * i32::from(*luma);
    }
}

/// The samples that one target cell covers, each with its weight: the length covered, in units of
/// which a pixel is as long as there are cells, and a cell as long as there are pixels; times the
/// scale of the axis.
struct Cover {
    first: usize,
    weights: Vec<i32>,
}

impl Cover {
    fn samples(&self) -> impl Iterator<Item = (usize, i32)> {
        (self.first..).zip(self.weights.iter().copied())
    }

    fn sum(&self, samples: &[i32]) -> i64 {
        let covered = samples[self.first..].iter().zip(&self.weights);
        covered
            .map(|(sample, weight)| i64::from(*sample) * i64::from(*weight))
            .sum()
    }
}

fn covers(axis: Axis, cells: usize) -> Vec<Cover> {
    (0..cells).map(|cell| cover(axis, cell, cells)).collect()
}

fn cover(axis: Axis, cell: usize, cells: usize) -> Cover {
    let (start, end) = (cell * axis.pixels, (cell + 1) * axis.pixels);
    let samples = start / cells / axis.sample..end.div_ceil(cells).div_ceil(axis.sample);
    // Slopes take in one more on each side.
    let margin = usize::from(axis.sample > 1);
    let first = samples.start.saturating_sub(margin);
    let last = (samples.end + margin).min(axis.samples()) - 1;
    let mut weights = vec![0; last + 1 - first];
    for sample in samples {
        let pixels = axis.pixels(sample);
        let covered = start.max(pixels.start * cells)..end.min(pixels.end * cells);
        let length = covered.len() as i64;
        weights[sample - first] += length as i32 * axis.scale();
        if margin > 0 {
            // Twice the way from the middle of the sample to the middle of what is covered of it.
            let way = (covered.start + covered.end) as i64
                - ((2 * sample + 1) * axis.sample * cells) as i64;
            let slope = length * way * i64::from(axis.scale()) / (4 * axis.sample * cells) as i64;
            weights[(sample + 1).min(last) - first] += slope as i32;
            weights[sample.saturating_sub(1).max(first) - first] -= slope as i32;
        }
    }
    Cover { first, weights }
}

#[cfg(test)]
mod tests {
    use image::RgbImage;

    use super::*;

    #[test]
    fn luma_is_rec_601_rounded() {
        let mut luma = [0; 5];
        luma_of_row(
            &[0, 0, 0, 255, 255, 255, 255, 0, 0, 0, 255, 0, 0, 0, 255],
            &mut luma,
        );
        assert_eq!(luma, [0, 255, 76, 150, 29]);
    }

    #[test]
    fn averaging_down_and_up() {
        let row = |_: usize, out: &mut [u8]| out.copy_from_slice(&[0, 90, 30]);
        let size = (Axis::of(3), Axis::of(1));
        assert_eq!(average(size, (1, 1), row), [40]);
        assert_eq!(average(size, (2, 1), row), [30, 50]);
        assert_eq!(average(size, (6, 1), row), [0, 0, 90, 90, 30, 30]);
        assert_eq!(average(size, (1, 2), row), [40, 40]);
    }

    #[test]
    fn a_block_over_the_edge_counts_for_what_it_covers() {
        let row = |_: usize, out: &mut [u8]| out.copy_from_slice(&[20, 20, 20, 110]);
        let across = Axis {
            pixels: 26,
            sample: 8,
        };
        let all = average((across, Axis::of(1)), (1, 1), row);
        // 24 pixels of 20 and two of 110, less for the slope that the last block begins with.
        assert!((24..=27).contains(&all[0]), "{all:?}");
    }

    #[test]
    fn blocks_of_a_slope_make_a_slope() {
        let across = Axis {
            pixels: 320,
            sample: 8,
        };
        let row = |_: usize, out: &mut [u8]| {
            for (x, luma) in out.iter_mut().enumerate() {
                *luma = 20 + 4 * x as u8;
            }
        };
        for cells in [20, 40, 64, 256, 300] {
            let made = average((across, Axis::of(1)), (cells, 1), row);
            // The slope of the first and the last block is not known.
            for (cell, luma) in made.iter().enumerate().skip(10).take(cells - 20) {
                let exact = 18.0 + 160.0 * (cell as f64 + 0.5) / cells as f64;
                assert!((f64::from(*luma) - exact).abs() <= 0.6, "{cell} of {cells}");
            }
        }
    }

    #[test]
    fn every_sample_counts_the_same() {
        for samples in [1, 2, 3, 255, 256, 257, 1000, 32_767] {
            let covers = covers(Axis::of(samples), SIDE);
            let mut total = vec![0; samples];
            covers
                .iter()
                .flat_map(Cover::samples)
                .for_each(|(at, weight)| total[at] += weight as usize);
            assert!(
                total.iter().all(|weight| *weight == SIDE),
                "{samples} samples"
            );
        }
    }

    #[test]
    fn every_cell_counts_the_same() {
        for pixels in [1, 2, 3, 7, 8, 9, 255, 256, 257, 1000, 65_535] {
            for sample in [1, 8] {
                let axis = Axis { pixels, sample };
                for cover in covers(axis, SIDE) {
                    let sum: i32 = cover.weights.iter().sum();
                    assert_eq!(sum, pixels as i32 * axis.scale(), "{pixels} by {sample}");
                    let most: i64 = cover.weights.iter().map(|w| i64::from(w.abs())).sum();
                    assert!(most * 255 <= i64::from(i32::MAX), "{pixels} by {sample}");
                }
            }
        }
    }

    #[test]
    fn the_plane_of_a_turned_picture_is_the_turned_plane() {
        let picture = RgbImage::from_fn(300, 77, |x, y| {
            image::Rgb([(x * 7 + y * y) as u8, (x * y) as u8, (x ^ (y * 3)) as u8])
        });
        let upright = LumaPlane::of(&picture.clone().into()).unwrap();
        let picture = DynamicImage::from(picture);
        let turned = [
            (Orientation::Mirrored, picture.fliph()),
            (Orientation::Rotated180, picture.rotate180()),
            (Orientation::Flipped, picture.flipv()),
            (Orientation::Transposed, picture.rotate90().fliph()),
            (Orientation::Rotated90, picture.rotate90()),
            (Orientation::Transversed, picture.rotate270().fliph()),
            (Orientation::Rotated270, picture.rotate270()),
        ];
        for (orientation, turned) in turned {
            assert_eq!(
                LumaPlane::of(&turned).unwrap(),
                upright.oriented(orientation),
                "{orientation:?}"
            );
        }
    }
}
