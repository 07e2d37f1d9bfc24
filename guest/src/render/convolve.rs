//! Scaling the columns of a plane, in integers. Rows come out as columns: done twice, both directions
//! are scaled and the plane is upright again. Columns lie side by side, so that sixteen are scaled at once.

use std::ops::Range;

use super::lanczos::{FRACTION_BITS, Weights};
use vismatch_simd::{i16x8, i32x4, u8x16};

/// Samples that are computed at once, in both directions.
const TILE: usize = 16;
/// Rows that are made before the next columns are gone to: their samples, which come out next to each
/// other, fill a line of the cache.
const ROWS: usize = 64;

/// Makes of each column one of as many samples as there are weights; columns come out one after
/// another. `samples` are rows of `width`, at least one.
pub fn columns(samples: &[u8], width: usize, weights: &Weights) -> Vec<u8> {
    if width < TILE {
        let mut columns = columns(&widened(samples, width), TILE, weights);
        columns.truncate(width * weights.len());
        return columns;
    }
    let mut columns = vec![0; width * weights.len()];
    let strip = Strip {
        samples,
        width,
        pairs: Vec::new(),
    };
    // Without a loop over them, sums stay in registers.
    match weights.count() {
        4 => strip.scale(&mut columns, weights, each::<4>),
        5 => strip.scale(&mut columns, weights, each::<5>),
        6 => strip.scale(&mut columns, weights, each::<6>),
        7 => strip.scale(&mut columns, weights, each::<7>),
        8 => strip.scale(&mut columns, weights, each::<8>),
        9 => strip.scale(&mut columns, weights, each::<9>),
        10 => strip.scale(&mut columns, weights, each::<10>),
        11 => strip.scale(&mut columns, weights, each::<11>),
        _ => strip.scale(&mut columns, weights, any),
    }
    columns
}

/// Two rows of sixteen samples, each with the one below it.
type RowPair = [i16x8; 4];

/// Sixteen columns of some rows.
struct Strip<'a> {
    samples: &'a [u8],
    width: usize,
    pairs: Vec<RowPair>,
}

impl Strip<'_> {
    /// Scales all columns, `weighted` making sixteen samples of one row of the result.
    #[inline(always)]
    fn scale(
        mut self,
        columns: &mut [u8],
        weights: &Weights,
        weighted: impl Fn(&[RowPair], &[[i16; 2]]) -> u8x16,
    ) {
        let length = weights.len();
        for y in (0..length).step_by(ROWS) {
            let pairs = weights.span(y..length.min(y + ROWS));
            for x in (0..self.width).step_by(TILE) {
                // The last strip begins earlier rather than to reach over the edge.
                let x = x.min(self.width - TILE);
                self.read(x, pairs.clone());
                for y in (y..length.min(y + ROWS)).step_by(TILE) {
                    let mut tile = [u8x16::from_array([0; TILE]); TILE];
                    for (row, into) in tile.iter_mut().enumerate() {
                        let (at, factors) = weights.window((y + row).min(length - 1));
                        *into = weighted(&self.pairs[at - pairs.start..], factors);
                    }
                    let into = &mut columns[x * length + y..];
                    for (column, samples) in into.chunks_mut(length).zip(u8x16::transpose(tile)) {
                        write(column, samples.to_array(), length - y);
                    }
                }
            }
        }
    }

    /// Reads pairs of rows from column `x` on. The last row may be one of both.
    #[inline(always)]
    fn read(&mut self, x: usize, pairs: Range<usize>) {
        let last = self.samples.len() - self.width + x;
        let pairs = pairs.map(|pair| {
            let above = 2 * self.width * pair + x;
            let below = (above + self.width).min(last);
            sixteen(self.samples, above).interleave(sixteen(self.samples, below))
        });
        self.pairs.clear();
        self.pairs.extend(pairs);
    }
}

#[inline(always)]
fn sixteen(samples: &[u8], at: usize) -> u8x16 {
    let sixteen = samples.get(at..).and_then(<[u8]>::first_chunk);
    u8x16::from_array(*sixteen.unwrap_or(&[0; TILE]))
}

/// Sixteen samples that are made of `N` pairs of rows.
#[inline(always)]
fn each<const N: usize>(pairs: &[RowPair], factors: &[[i16; 2]]) -> u8x16 {
    match (pairs.first_chunk::<N>(), factors.first_chunk::<N>()) {
        (Some(pairs), Some(factors)) => any(pairs, factors),
        _ => u8x16::from_array([0; TILE]),
    }
}

/// Sixteen samples that are made of any number of pairs of rows.
#[inline(always)]
fn any(pairs: &[RowPair], factors: &[[i16; 2]]) -> u8x16 {
    let mut sums = [i32x4::splat(1 << (FRACTION_BITS - 1)); 4];
    for (pair, factors) in pairs.iter().zip(factors) {
        let factors = i16x8::splat_pairs(*factors);
        for (sum, pair) in sums.iter_mut().zip(pair) {
            *sum = *sum + pair.dot(factors);
        }
    }
    // Written out: a closure of an array is not always copied into its caller.
    let [a, b, c, d] = sums;
    let [a, b] = [a.shift_right(FRACTION_BITS), b.shift_right(FRACTION_BITS)];
    let [c, d] = [c.shift_right(FRACTION_BITS), d.shift_right(FRACTION_BITS)];
    i16x8::narrow([a, b]).narrow_to_bytes(i16x8::narrow([c, d]))
}

/// As many samples as there is room for.
#[inline(always)]
fn write(column: &mut [u8], samples: [u8; TILE], room: usize) {
    match column.first_chunk_mut() {
        Some(sixteen) if room >= TILE => *sixteen = samples,
        _ => {
            let room = room.min(TILE).min(column.len());
            column[..room].copy_from_slice(&samples[..room]);
        }
    }
}

/// Rows of sixteen samples, the last ones nothing.
fn widened(samples: &[u8], width: usize) -> Vec<u8> {
    let mut wide = Vec::with_capacity(samples.len() / width * TILE);
    for row in samples.chunks_exact(width) {
        wide.extend_from_slice(row);
        wide.resize(wide.len().next_multiple_of(TILE), 0);
    }
    wide
}

/// The plane with half of its samples in each direction, rounded up: means of two by two. Beyond the
/// edges the last ones are repeated.
pub fn halved(samples: &[u8], width: usize) -> Vec<u8> {
    let (half, height) = (width.div_ceil(2), samples.len() / width);
    let mut means = vec![0; half * height.div_ceil(2)];
    for (rows, means) in samples.chunks(2 * width).zip(means.chunks_mut(half)) {
        let (above, below) = rows.split_at(width);
        halve(above, if below.is_empty() { above } else { below }, means);
    }
    means
}

#[inline(always)]
fn halve(above: &[u8], below: &[u8], means: &mut [u8]) {
    let sixteens = above.as_chunks::<TILE>().0.iter();
    let sixteens = sixteens.zip(below.as_chunks::<TILE>().0);
    for ((above, below), means) in sixteens.zip(means.chunks_exact_mut(TILE / 2)) {
        let shorts = u8x16::from_array(*above).means(u8x16::from_array(*below));
        means.copy_from_slice(&shorts.narrow_to_bytes(shorts).to_array()[..TILE / 2]);
    }
    let last = above.len() - 1;
    for (at, mean) in means
        .iter_mut()
        .enumerate()
        .skip(above.len() / TILE * TILE / 2)
    {
        let next = (2 * at + 1).min(last);
        let four = [above[2 * at], above[next], below[2 * at], below[next]];
        *mean = ((four.map(u16::from).iter().sum::<u16>() + 2) >> 2) as u8;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Column by column, as it is written down.
    fn plainly(samples: &[u8], width: usize, weights: &Weights) -> Vec<u8> {
        let sample = |x: usize, at: usize| {
            let (first, pairs) = weights.window(at);
            let products = pairs
                .as_flattened()
                .iter()
                .enumerate()
                .map(|(row, weight)| {
                    let level = samples
                        .get((2 * first + row) * width + x)
                        .copied()
                        .unwrap_or(0);
                    i32::from(level) * i32::from(*weight)
                });
            let sum = products.sum::<i32>() + (1 << (FRACTION_BITS - 1));
            (sum >> FRACTION_BITS).clamp(0, 255) as u8
        };
        (0..width)
            .flat_map(|x| (0..weights.len()).map(move |at| (x, at)))
            .map(|(x, at)| sample(x, at))
            .collect()
    }

    #[test]
    fn tiles_fit_together() {
        for (width, height, length) in [
            (1, 1, 1),
            (1, 7, 3),
            (5, 40, 17),
            (16, 16, 16),
            (17, 33, 20),
            (50, 3, 40),
            (100, 9, 15),
        ] {
            let samples: Vec<u8> = (0..width * height)
                .map(|at| ((at * at * 31) >> 3) as u8 ^ (at * 7) as u8)
                .collect();
            let weights = Weights::new(height, (0.0, height as f64), length);
            let expected = plainly(&samples, width, &weights);
            assert_eq!(
                columns(&samples, width, &weights),
                expected,
                "{width} {height} {length}"
            );
        }
    }

    #[test]
    fn even_planes_stay_even() {
        for level in [0, 1, 128, 255] {
            let weights = Weights::new(30, (0.0, 29.5), 11);
            assert!(
                columns(&[level; 20 * 30], 20, &weights)
                    .iter()
                    .all(|made| *made == level)
            );
        }
    }

    #[test]
    fn halves_are_means_of_two_by_two() {
        for (width, height) in [(1, 1), (2, 5), (15, 2), (16, 3), (17, 4), (33, 7), (48, 2)] {
            let samples: Vec<u8> = (0..width * height).map(|at| (at * at * 37) as u8).collect();
            let of = |x: usize, y: usize| {
                let at = y.min(height - 1) * width + x.min(width - 1);
                u16::from(samples[at])
            };
            let mean = |x: usize, y: usize| {
                let sum = of(x, y) + of(x + 1, y) + of(x, y + 1) + of(x + 1, y + 1);
                ((sum + 2) / 4) as u8
            };
            let expected = (0..height).step_by(2);
            let expected = expected.flat_map(|y| (0..width).step_by(2).map(move |x| (x, y)));
            let expected: Vec<u8> = expected.map(|(x, y)| mean(x, y)).collect();
            assert_eq!(halved(&samples, width), expected, "{width} {height}");
        }
    }
}
