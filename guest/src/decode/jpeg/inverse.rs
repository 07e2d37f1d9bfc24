//! Blocks of coefficients to samples at 1/1, 1/2, 1/4 and 1/8: the inverse DCT of ITU-T T.81, A.3.3,
//! taken at 8, 4, 2 or 1 points a side of the lowest frequencies as they are, which is the picture
//! reduced by a filter as sharp as the transform allows (Dugad and Ahuja, "A fast scheme for image size
//! change in the compressed domain", 2001).
//!
//! Integers of 32 bits, which wrap around where a hostile file makes them overflow. High frequencies that
//! a block has not are not computed.

use std::array;

use super::coefficients::BLOCK;
use crate::lanes::{Eight, Four, Lanes};

/// Fraction bits of the basis.
const BASIS_BITS: u32 = 13;
/// Fraction bits kept between columns and rows.
const PASS_BITS: u32 = 4;

/// cos(k pi / 16) / 2 in units of 2^-13, rounded.
const HALF_COSINES: [i32; 9] = [4096, 4017, 3784, 3406, 2896, 2276, 1567, 799, 0];

/// cos(k pi / 16) / 2 for any k.
const fn half_cosine(k: usize) -> i32 {
    match k % 32 {
        k @ 0..=8 => HALF_COSINES[k],
        k @ 9..=16 => -HALF_COSINES[16 - k],
        k @ 17..=24 => -HALF_COSINES[k - 16],
        k => HALF_COSINES[32 - k],
    }
}

/// What each frequency adds to each of `N` samples.
struct Basis<const N: usize>;

impl<const N: usize> Basis<N> {
    const OF: [[i32; N]; 8] = {
        let mut basis = [[0; N]; 8];
        let mut frequency = 0;
        while frequency < N {
            let mut sample = 0;
            while sample < N {
                let angle = if frequency == 0 {
                    4
                } else {
                    (2 * sample + 1) * frequency * (8 / N)
                };
                basis[frequency][sample] = half_cosine(angle);
                sample += 1;
            }
            frequency += 1;
        }
        basis
    };
}

/// Writes the samples of a block, `side` (1, 2, 4 or 8) across and down, into rows `stride` apart. The
/// block's rows are of vertical frequencies. `last` is the last coefficient in zigzag order that may not
/// be zero, as far as they are looked at.
#[inline(always)]
pub(super) fn transform(
    block: &[i32; BLOCK],
    last: usize,
    side: usize,
    rows: &mut [u8],
    stride: usize,
) {
    match (side, last) {
        (_, 0) | (1, _) => flat(block[0], side, rows, stride),
        (8, 1..=9) => eight_of_four(block, rows, stride),
        (8, _) => eight(block, rows, stride),
        (4, _) => four(block, rows, stride),
        (_, _) => two(block, rows, stride),
    }
}

#[inline(always)]
fn flat(mean: i32, side: usize, rows: &mut [u8], stride: usize) {
    let level = (mean.wrapping_add(4 + (128 << 3)) >> 3).clamp(0, 255) as u8;
    for row in rows.chunks_mut(stride).take(side) {
        row[..side].fill(level);
    }
}

#[inline(always)]
fn two(block: &[i32; BLOCK], rows: &mut [u8], stride: usize) {
    let [a, b] = pass::<_, 2, 2>(&[0, 1].map(|row| lowest(block, row)), COLUMNS);
    let [a, b, ..] = Four::transposed([a, b, a, b]);
    let samples = pass::<_, 2, 2>(&[a, b], ROWS).map(|row| {
        let [left, right, ..] = row.bytes();
        [left, right]
    });
    write(samples, rows, stride);
}

#[inline(always)]
fn four(block: &[i32; BLOCK], rows: &mut [u8], stride: usize) {
    let columns = pass::<_, 4, 4>(&[0, 1, 2, 3].map(|row| lowest(block, row)), COLUMNS);
    let samples = pass::<_, 4, 4>(&Four::transposed(columns), ROWS);
    write(samples.map(Four::bytes), rows, stride);
}

#[inline(always)]
fn eight_of_four(block: &[i32; BLOCK], rows: &mut [u8], stride: usize) {
    let [a, b, c, d, e, f, g, h] =
        pass::<_, 4, 8>(&[0, 1, 2, 3].map(|row| lowest(block, row)), COLUMNS);
    let (left, right) = (
        Four::transposed([a, b, c, d]),
        Four::transposed([e, f, g, h]),
    );
    let frequencies = [0, 1, 2, 3].map(|row| Eight([left[row], right[row]]));
    write(
        pass::<_, 4, 8>(&frequencies, ROWS).map(Eight::bytes),
        rows,
        stride,
    );
}

#[inline(always)]
fn eight(block: &[i32; BLOCK], rows: &mut [u8], stride: usize) {
    let frequencies = array::from_fn(|row| Eight::of(array::from_fn(|at| block[8 * row + at])));
    let columns = pass::<_, 8, 8>(&frequencies, COLUMNS);
    let samples = pass::<_, 8, 8>(&Eight::transposed(columns), ROWS);
    write(samples.map(Eight::bytes), rows, stride);
}

/// The first four coefficients of a row of the block.
#[inline(always)]
fn lowest(block: &[i32; BLOCK], row: usize) -> Four {
    Four::of([0, 1, 2, 3].map(|at| block[8 * row + at]))
}

#[inline(always)]
fn write<const N: usize, const M: usize>(samples: [[u8; N]; M], rows: &mut [u8], stride: usize) {
    for (row, samples) in rows.chunks_mut(stride).zip(samples) {
        row[..N].copy_from_slice(&samples);
    }
}

/// What a pass adds, and how many fraction bits it drops then.
type Rounding = (i32, u32);

/// After the first pass some fraction bits are left.
const COLUMNS: Rounding = {
    let bits = BASIS_BITS - PASS_BITS;
    (1 << (bits - 1), bits)
};

/// After the second there are none, and samples are above zero.
const ROWS: Rounding = {
    let bits = BASIS_BITS + PASS_BITS;
    ((128 << bits) + (1 << (bits - 1)), bits)
};

/// The transform in one direction: `N` samples of `K` frequencies, in each lane.
#[inline(always)]
fn pass<L: Lanes, const K: usize, const N: usize>(
    frequencies: &[L; K],
    (half, bits): Rounding,
) -> [L; N] {
    let mut samples = [L::all(0); N];
    for at in 0..N / 2 {
        // Even frequencies are symmetric about the middle, odd ones change their sign there.
        let mut even = L::all(half);
        let mut odd = L::all(0);
        for (frequency, value) in frequencies.iter().enumerate() {
            let sum = if frequency % 2 == 0 {
                &mut even
            } else {
                &mut odd
            };
            *sum = *sum + *value * Basis::<N>::OF[frequency][at];
        }
        samples[at] = (even + odd).shifted(bits);
        samples[N - 1 - at] = (even - odd).shifted(bits);
    }
    samples
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::PI;

    /// The transform as the standard writes it, at `side` points.
    fn exact(block: &[i32; BLOCK], side: usize, x: usize, y: usize) -> f64 {
        let basis = |frequency: usize, sample: usize| match frequency {
            0 => 0.125_f64.sqrt(),
            _ => 0.5 * (PI * ((2 * sample + 1) * frequency) as f64 / (2 * side) as f64).cos(),
        };
        let places = (0..side).flat_map(|v| (0..side).map(move |u| (u, v)));
        let sum: f64 = places
            .map(|(u, v)| f64::from(block[8 * u + v]) * basis(u, x) * basis(v, y))
            .sum();
        (sum + 128.0).clamp(0.0, 255.0)
    }

    fn assert_exact(block: &[i32; BLOCK], last: usize) {
        for side in [1, 2, 4, 8] {
            let mut rows = [0; 80];
            transform(block, last, side, &mut rows, 10);
            for (y, x) in (0..side).flat_map(|y| (0..side).map(move |x| (y, x))) {
                let (level, exact) = (f64::from(rows[10 * y + x]), exact(block, side, x, y));
                assert!((level - exact).abs() < 0.6, "{side}: {level} {exact}");
            }
        }
    }

    #[test]
    fn samples_are_those_of_the_standard() {
        let mut state = 1_u32;
        let mut random = move |range: i32| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as i32 % range - range / 2
        };
        for last in [0, 1, 2, 3, 9, 10, 30, 63] {
            for _ in 0..50 {
                let mut block = [0; BLOCK];
                for place in &super::super::coefficients::PLACES[..=last] {
                    block[usize::from(*place)] = random(300);
                }
                block[0] = random(2000);
                assert_exact(&block, last);
            }
        }
    }

    #[test]
    fn nothing_is_too_large() {
        for value in [i32::MIN, i32::MAX, 1 << 30] {
            for side in [1, 2, 4, 8] {
                for last in [0, 2, 9, 63] {
                    transform(&[value; BLOCK], last, side, &mut [0; BLOCK], 8);
                }
            }
        }
    }
}
