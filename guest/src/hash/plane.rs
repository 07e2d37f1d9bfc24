//! The luma plane: a small square grey picture that every fingerprint starts from.
//!
//! Integers only, so that every build gives the same plane: Rec. 601 luma of each pixel, averaged
//! over the area of each cell. Averaging treats left and right, rows and columns alike, so the plane
//! of a turned picture is the turned plane, bit for bit.

use image::{DynamicImage, GrayImage, Luma};

use crate::error::{Excess, ImageError, Limit};
use crate::info::Orientation;

/// Cells on each side of a plane.
pub const SIDE: usize = 256;

/// The longest side whose weighted sums of 8-bit luma fit 32 bits.
const MAX_SIDE: usize = u32::MAX as usize / 255;

/// Weights of red, green and blue in Rec. 601 luma, in 65536ths.
const RED: u32 = 19_595;
const GREEN: u32 = 38_470;
const BLUE: u32 = 7_471;

/// `SIDE` by `SIDE` luma values of a whole picture, whatever its proportions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LumaPlane {
    cells: Vec<u8>,
}

impl LumaPlane {
    /// The plane of an 8-bit grey or RGB picture. `too-large` over 16 million pixels a side.
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
        let cells = match picture {
            DynamicImage::ImageLuma8(grey) => average((width, height), (SIDE, SIDE), |y, luma| {
                luma.copy_from_slice(&grey.as_raw()[y * width..][..width]);
            }),
            DynamicImage::ImageRgb8(rgb) => average((width, height), (SIDE, SIDE), |y, luma| {
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

    /// The cells in row-major order.
    pub fn cells(&self) -> &[u8] {
        &self.cells
    }

    /// The plane averaged down to a smaller size.
    pub fn shrink(&self, width: usize, height: usize) -> GrayImage {
        let cells = average((SIDE, SIDE), (width, height), |y, luma| {
            luma.copy_from_slice(&self.cells[y * SIDE..][..SIDE]);
        });
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
    for (luma, [red, green, blue]) in luma.iter_mut().zip(pixels) {
        let sum = RED * u32::from(*red) + GREEN * u32::from(*green) + BLUE * u32::from(*blue);
        *luma = ((sum + 0x8000) >> 16) as u8;
    }
}

/// Averages a `(width, height)` plane, read row by row, over the area of each target cell; enlarges
/// the same way. Exact sums, rounded once, halves up.
fn average(
    (width, height): (usize, usize),
    (target_width, target_height): (usize, usize),
    mut read_row: impl FnMut(usize, &mut [u8]),
) -> Vec<u8> {
    let columns = covers(width, target_width);
    let area = width as u64 * height as u64;
    let mut row = vec![0; width];
    let mut row_at = None;
    let mut sums = vec![0_u32; width];
    let mut cells = Vec::with_capacity(target_width * target_height);
    for cover in covers(height, target_height) {
        sums.fill(0);
        for (y, weight) in cover.samples() {
            if row_at.replace(y) != Some(y) {
                read_row(y, &mut row);
            }
            add_weighted(&mut sums, &row, weight);
        }
        cells.extend(
            columns
                .iter()
                .map(|column| ((column.sum(&sums) + area / 2) / area) as u8),
        );
    }
    cells
}

fn add_weighted(sums: &mut [u32], row: &[u8], weight: u32) {
    for (sum, luma) in sums.iter_mut().zip(row) {
        *sum += weight * u32::from(*luma);
    }
}

/// The samples that one target cell covers, each with the length covered, in units of which a
/// sample is as long as there are cells and a cell as long as there are samples.
struct Cover {
    first: usize,
    weights: Vec<u32>,
}

impl Cover {
    fn samples(&self) -> impl Iterator<Item = (usize, u32)> {
        (self.first..).zip(self.weights.iter().copied())
    }

    fn sum(&self, samples: &[u32]) -> u64 {
        let covered = samples[self.first..].iter().zip(&self.weights);
        covered
            .map(|(sample, weight)| u64::from(*sample) * u64::from(*weight))
            .sum()
    }
}

fn covers(samples: usize, cells: usize) -> Vec<Cover> {
    let cover = |cell: usize| {
        let (start, end) = (cell * samples, (cell + 1) * samples);
        let covered =
            |sample: usize| (end.min((sample + 1) * cells) - start.max(sample * cells)) as u32;
        let first = start / cells;
        Cover {
            first,
            weights: (first..end.div_ceil(cells)).map(covered).collect(),
        }
    };
    (0..cells).map(cover).collect()
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
        assert_eq!(average((3, 1), (1, 1), row), [40]);
        assert_eq!(average((3, 1), (2, 1), row), [30, 50]);
        assert_eq!(average((3, 1), (6, 1), row), [0, 0, 90, 90, 30, 30]);
        assert_eq!(average((3, 1), (1, 2), row), [40, 40]);
    }

    #[test]
    fn every_sample_counts_the_same() {
        for samples in [1, 2, 3, 255, 256, 257, 1000, 32_767] {
            let covers = covers(samples, SIDE);
            let mut total = vec![0; samples];
            covers
                .iter()
                .flat_map(Cover::samples)
                .for_each(|(at, weight)| total[at] += weight as usize);
            assert!(
                total.iter().all(|weight| *weight == SIDE),
                "{samples} samples"
            );
            assert!(
                covers
                    .iter()
                    .all(|c| c.weights.iter().sum::<u32>() as usize == samples)
            );
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
