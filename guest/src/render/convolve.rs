//! Scaling the columns of a plane, in integers. Rows come out as columns: done twice, both directions
//! are scaled and the plane is upright again. Columns lie side by side, so that sixteen are scaled at once.

use std::array;

use super::lanczos::{FRACTION_BITS, Weights};
use crate::lanes::{Bytes, Four, Lanes};

/// Samples that are computed at once, in both directions.
const TILE: usize = 16;

/// Makes of each column one of as many samples as there are weights; columns come out one after
/// another. `samples` are rows of `width`, at least one.
pub fn columns(samples: &[u8], width: usize, weights: &Weights) -> Vec<u8> {
    if width < TILE {
        let mut columns = columns(&widened(samples, width), TILE, weights);
        columns.truncate(width * weights.len());
        return columns;
    }
    let length = weights.len();
    let mut columns = vec![0; width * length];
    for y in (0..length).step_by(TILE) {
        for x in (0..width).step_by(TILE) {
            // The last tile begins earlier rather than to reach over the edge.
            let x = x.min(width - TILE);
            let tile =
                array::from_fn(|row| row_of(samples, width, x, weights, (y + row).min(length - 1)));
            let into = &mut columns[x * length + y..];
            for (column, samples) in into.chunks_mut(length).zip(Bytes::transposed(tile)) {
                write(column, samples.values(), length - y);
            }
        }
    }
    columns
}

/// Sixteen samples from `x` on of one row of the result.
#[inline(always)]
fn row_of(samples: &[u8], width: usize, x: usize, weights: &Weights, at: usize) -> Bytes {
    let (first, pairs) = weights.of(at);
    let last = samples.len() - width + x;
    let mut place = first * width + x;
    let mut sums = [Four::all(1 << (FRACTION_BITS - 1)); 4];
    for factors in pairs {
        let (above, below) = (
            load(samples, place),
            load(samples, (place + width).min(last)),
        );
        let products = above.weighted(below, *factors);
        sums = array::from_fn(|at| sums[at] + products[at]);
        place += 2 * width;
    }
    Bytes::saturated(sums.map(|sum| sum.shifted(FRACTION_BITS)))
}

#[inline(always)]
fn load(samples: &[u8], at: usize) -> Bytes {
    let sixteen = samples.get(at..).and_then(<[u8]>::first_chunk);
    Bytes::of(*sixteen.unwrap_or(&[0; TILE]))
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Column by column, as it is written down.
    fn plainly(samples: &[u8], width: usize, weights: &Weights) -> Vec<u8> {
        let sample = |x: usize, at: usize| {
            let (first, pairs) = weights.of(at);
            let products = pairs
                .as_flattened()
                .iter()
                .enumerate()
                .map(|(row, weight)| {
                    let level = samples.get((first + row) * width + x).copied().unwrap_or(0);
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
}
