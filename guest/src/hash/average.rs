//! Averages of rows of samples over the area of larger or smaller cells.
//!
//! Whole numbers only, added up exactly and rounded once. Averaging treats left and right, rows and
//! columns alike, and takes rows one after another: it does not matter where they come from.

use std::array;
use std::ops::Range;

use vismatch_simd::f64x2;

/// One side of a picture, in pixels, cut into samples of equal length; the last may reach over the
/// end, and counts for what is before it.
#[derive(Clone, Copy)]
pub(super) struct Axis {
    pub pixels: usize,
    pub sample: usize,
}

impl Axis {
    /// A sample for each pixel.
    pub fn new(pixels: usize) -> Self {
        Self { pixels, sample: 1 }
    }

    pub fn samples(self) -> usize {
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

/// Averages a plane over the area of each target cell; enlarges the same way. `read_row` reads a row of
/// samples: of pixels each row once, from the first to the last. What it fails with ends the work. The sums are exact, and rounded once, halves up: whole numbers under 2^53, whose quotient of under 2^8
/// no f64 rounds to a whole number that it is not.
///
/// A pixel has one value all over. A block has a slope along each axis, half the difference of the
/// blocks at its sides, so that cells that cover a part of it get more than its mean.
pub(super) fn average<E>(
    (across, down): (Axis, Axis),
    (target_width, target_height): (usize, usize),
    mut read_row: impl FnMut(usize, &mut [u8]) -> Result<(), E>,
) -> Result<Vec<u8>, E> {
    let area = (across.pixels * down.pixels) as i64;
    let total = area * i64::from(across.scale()) * i64::from(down.scale());
    let (columns, rows) = (covers(across, target_width), covers(down, target_height));
    let mut row = vec![0; across.samples()];
    let mut row_at = None;
    let add_row = |sums: &mut [i32], y, weight| {
        if row_at.replace(y) != Some(y) {
            read_row(y, &mut row)?;
        }
        add_weighted(sums, &row, weight);
        Ok(())
    };
    let mut cells = Vec::with_capacity(target_width * target_height);
    let [half, total] = [total / 2, total].map(|number| f64x2::splat(number as f64));
    let levels = |sums: &[f64; 2]| {
        let levels = ((f64x2::from_array(*sums) + half) / total).truncate();
        levels.map(|level| level.clamp(0, 255) as u8)
    };
    weigh((&columns, &rows), across.samples(), add_row, |sums| {
        let (pairs, rest) = sums.as_chunks();
        for pair in pairs {
            cells.extend_from_slice(&levels(pair));
        }
        cells.extend(rest.iter().map(|sum| levels(&[*sum; 2])[0]));
    })?;
    Ok(cells)
}

/// Averages a picture whose rows of pixels come one after another, each pixel of `N` samples. The sums are exact;
/// whoever takes them rounds.
pub(super) struct Gathered<const N: usize> {
    columns: Vec<Cover>,
    rows: Vec<Cover>,
    /// Rows of pixels that have come, and rows of cells that are whole.
    come: usize,
    made: usize,
    /// Of the row of cells that is not whole yet.
    sums: Vec<i32>,
}

impl<const N: usize> Gathered<N> {
    pub fn new((width, height): (usize, usize), cells: usize) -> Self {
        Self {
            columns: covers(Axis::new(width), cells),
            rows: covers(Axis::new(height), cells),
            come: 0,
            made: 0,
            sums: vec![0; width * N],
        }
    }

    /// Adds a row of pixels, and hands on the cells that are whole with it: the sums of their samples, of which
    /// width times height make a mean.
    pub fn add(&mut self, row: &[u8], mut take: impl FnMut([i64; N])) {
        let y = self.come;
        self.come += 1;
        while let Some(cover) = self.rows.get(self.made)
            && let Some(weight) = y
                .checked_sub(cover.first)
                .and_then(|at| cover.weights.get(at))
        {
            add_weighted(&mut self.sums, row, *weight);
            if y + 1 < cover.first + cover.weights.len() {
                return;
            }
            let (pixels, _) = self.sums.as_chunks();
            self.columns
                .iter()
                .for_each(|column| take(column.sums(pixels)));
            self.sums.fill(0);
            self.made += 1;
        }
    }
}

/// Target rows that are made at once.
const LANES: usize = 4;

/// What is made at once of a sample or a cell: a number for each of [`LANES`] rows.
type Abreast = [f64x2; LANES / 2];

/// The weighted sums of what the target cells cover, row by row; exact as long as they are whole numbers under
/// 2^53. `add_row` adds a row of samples times a weight to sums, one for each of `width` samples.
pub(super) fn weigh<E>(
    (columns, rows): (&[Cover], &[Cover]),
    width: usize,
    mut add_row: impl FnMut(&mut [i32], usize, i32) -> Result<(), E>,
    mut take_row: impl FnMut(&[f64]),
) -> Result<(), E> {
    let mut sums: [Vec<i32>; LANES] = array::from_fn(|_| vec![0; width]);
    let mut abreast = vec![[f64x2::splat(0.0); LANES / 2]; width];
    let mut weighed: [Vec<f64>; LANES] = array::from_fn(|_| vec![0.0; columns.len()]);
    for rows in rows.chunks(LANES) {
        for (sums, cover) in sums.iter_mut().zip(rows) {
            sums.fill(0);
            for (y, weight) in cover.samples() {
                add_row(sums, y, weight)?;
            }
        }
        let [a, b, c, d] = sums.each_ref().map(|sums| &sums[..width]);
        for (x, abreast) in abreast.iter_mut().enumerate() {
            let pair = |pair: [i32; 2]| f64x2::from_array(pair.map(f64::from));
            *abreast = [pair([a[x], b[x]]), pair([c[x], d[x]])];
        }
        let [a, b, c, d] = weighed.each_mut().map(|row| &mut row[..columns.len()]);
        for (x, column) in columns.iter().enumerate() {
            let sums = column.sum(&abreast).map(f64x2::to_array);
            [[a[x], b[x]], [c[x], d[x]]] = sums;
        }
        weighed
            .iter()
            .take(rows.len())
            .for_each(|row| take_row(row));
    }
    Ok(())
}

pub(super) fn add_weighted(sums: &mut [i32], row: &[u8], weight: i32) {
    for (sum, luma) in sums.iter_mut().zip(row) {
        *sum += weight * i32::from(*luma);
    }
}

/// The samples that one target cell covers, each with its weight: the length covered, in units of
/// which a pixel is as long as there are cells, and a cell as long as there are pixels; times the
/// scale of the axis.
pub(super) struct Cover {
    pub first: usize,
    pub weights: Vec<i32>,
}

impl Cover {
    fn samples(&self) -> impl Iterator<Item = (usize, i32)> {
        (self.first..).zip(self.weights.iter().copied())
    }

    #[inline(always)]
    fn sum(&self, samples: &[Abreast]) -> Abreast {
        let [mut first, mut second] = [f64x2::splat(0.0); LANES / 2];
        for (sample, weight) in samples[self.first..].iter().zip(&self.weights) {
            let weight = f64x2::splat(f64::from(*weight));
            first = first + sample[0] * weight;
            second = second + sample[1] * weight;
        }
        [first, second]
    }

    /// The weighted sums of pixels.
    #[inline(always)]
    fn sums<const N: usize>(&self, pixels: &[[i32; N]]) -> [i64; N] {
        let mut sums = [0; N];
        for (pixel, weight) in pixels[self.first..].iter().zip(&self.weights) {
            for (sum, sample) in sums.iter_mut().zip(pixel) {
                *sum += i64::from(*sample) * i64::from(*weight);
            }
        }
        sums
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
    use std::convert::Infallible;

    use super::*;

    /// One row averaged to another length, or to several of them.
    fn averaged(across: Axis, cells: (usize, usize), row: &[u8]) -> Vec<u8> {
        let read = |_: usize, out: &mut [u8]| {
            out.copy_from_slice(row);
            Ok::<_, Infallible>(())
        };
        let Ok(averaged) = average((across, Axis::new(1)), cells, read);
        averaged
    }

    #[test]
    fn each_row_of_pixels_is_read_once_and_in_order() {
        for height in [1, 2, 100, 255, 256, 257, 700] {
            let mut read = Vec::new();
            let note = |y: usize, _: &mut [u8]| {
                read.push(y);
                Ok::<_, Infallible>(())
            };
            let Ok(_) = average((Axis::new(3), Axis::new(height)), (8, 256), note);
            assert_eq!(read, (0..height).collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_row_that_cannot_be_read_ends_the_work() {
        let read = |y: usize, _: &mut [u8]| if y < 2 { Ok(()) } else { Err(y) };
        assert_eq!(average((Axis::new(3), Axis::new(9)), (4, 4), read), Err(2));
    }

    #[test]
    fn rows_that_come_one_by_one_make_the_same_cells() {
        for (width, height) in [(1, 1), (3, 700), (40, 30), (31, 8), (8, 9)] {
            let row = |y: usize| (0..width).map(move |x| (x * 71 + y * y * 13) as u8);
            let read = |y: usize, out: &mut [u8]| {
                out.copy_from_slice(&row(y).collect::<Vec<_>>());
                Ok::<_, Infallible>(())
            };
            let axes = (Axis::new(width), Axis::new(height));
            let Ok(cells) = average(axes, (8, 8), read);
            let (mut made, mut gathered) = (Vec::new(), Gathered::<1>::new((width, height), 8));
            let total = (width * height) as i64;
            for y in 0..height {
                let row: Vec<_> = row(y).collect();
                gathered.add(&row, |[sum]| made.push(((sum + total / 2) / total) as u8));
            }
            assert_eq!(made, cells, "{width}x{height}");
        }
    }

    #[test]
    fn averaging_down_and_up() {
        let to = |cells| averaged(Axis::new(3), cells, &[0, 90, 30]);
        assert_eq!(to((1, 1)), [40]);
        assert_eq!(to((2, 1)), [30, 50]);
        assert_eq!(to((6, 1)), [0, 0, 90, 90, 30, 30]);
        assert_eq!(to((1, 2)), [40, 40]);
    }

    #[test]
    fn a_block_over_the_edge_counts_for_what_it_covers() {
        let across = Axis {
            pixels: 26,
            sample: 8,
        };
        let all = averaged(across, (1, 1), &[20, 20, 20, 110]);
        // 24 pixels of 20 and two of 110, less for the slope that the last block begins with.
        assert!((24..=27).contains(&all[0]), "{all:?}");
    }

    #[test]
    fn blocks_of_a_slope_make_a_slope() {
        let across = Axis {
            pixels: 320,
            sample: 8,
        };
        let row: Vec<u8> = (0..40).map(|x| 20 + 4 * x).collect();
        for cells in [20, 40, 64, 256, 300] {
            let made = averaged(across, (cells, 1), &row);
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
            let covers = covers(Axis::new(samples), 256);
            let mut total = vec![0; samples];
            covers
                .iter()
                .flat_map(Cover::samples)
                .for_each(|(at, weight)| total[at] += weight as usize);
            assert!(
                total.iter().all(|weight| *weight == 256),
                "{samples} samples"
            );
        }
    }

    #[test]
    fn every_cell_counts_the_same() {
        for pixels in [1, 2, 3, 7, 8, 9, 255, 256, 257, 1000, 65_535] {
            for (sample, cells) in [1, 2, 4, 8, 16, 32]
                .into_iter()
                .flat_map(|sample| [64, 256, 512].map(|cells| (sample, cells)))
            {
                let axis = Axis { pixels, sample };
                for cover in covers(axis, cells) {
                    let sum: i32 = cover.weights.iter().sum();
                    assert_eq!(sum, pixels as i32 * axis.scale(), "{pixels} by {sample}");
                    let most: i64 = cover.weights.iter().map(|w| i64::from(w.abs())).sum();
                    assert!(most * 255 <= i64::from(i32::MAX), "{pixels} by {sample}");
                }
            }
        }
    }
}
