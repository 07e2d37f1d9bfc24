//! Blocks of coefficients to samples, 1 to 8 on a side: the inverse DCT of ITU-T T.81, A.3.3, taken at
//! so many points of the lowest frequencies as they are, which is the picture reduced by a filter as
//! sharp as the transform allows (Dugad and Ahuja, "A fast scheme for image size change in the
//! compressed domain", 2001).
//!
//! Integers of 16 bits, whose products are added in 32; what a hostile file makes larger is limited or
//! wraps around. High frequencies that a block has not are not computed.

use vismatch_simd::{i16x8, i32x4};

use crate::zigzag::{BLOCK, FREQUENCIES};

/// Fraction bits of the basis.
const BASIS_BITS: u32 = 14;
/// Fraction bits kept between columns and rows.
const PASS_BITS: u32 = 3;
/// Frequencies that are added to each other before others: two even and two odd ones.
const GROUP: usize = 4;

/// The place in a block of the coefficient of a horizontal and a vertical frequency.
///
/// Frequencies of a direction are in groups of four, each of a pair of even and a pair of odd ones:
/// those are multiplied and added at once. Pairs of horizontal frequencies are next to each other; a
/// vector holds four of them, for a group of vertical frequencies: the pair of even ones, then the odd.
const fn place(horizontal: usize, vertical: usize) -> usize {
    let lane = vertical % GROUP / 2 + 2 * (vertical % 2);
    let vector = 2 * (horizontal / GROUP) + horizontal % 2;
    8 * (2 * vector + vertical / GROUP) + 2 * lane + horizontal % GROUP / 2
}

/// The place in a block of each coefficient in zigzag order.
pub(crate) const PLACES: [u8; BLOCK] = {
    let mut places = [0; BLOCK];
    let mut at = 0;
    while at < BLOCK {
        let (across, down) = FREQUENCIES[at];
        places[at] = place(across as usize, down as usize) as u8;
        at += 1;
    }
    places
};

/// cos(k pi / (2 n)) / 2 in units of the basis, for k up to 4 n, by the power series of the sine.
const fn half_cosine(k: usize, n: usize) -> i16 {
    // From -pi/2 to pi/2: cos(x) = sin(pi/2 - x), and cos(x) = cos(2 pi - x).
    let k = if k > 2 * n { 4 * n - k } else { k };
    let angle = (n as f64 - k as f64) / (2 * n) as f64 * std::f64::consts::PI;
    let mut series = 1.0;
    let mut term = 12;
    while term > 0 {
        series = 1.0 - angle * angle / (2 * term * (2 * term + 1)) as f64 * series;
        term -= 1;
    }
    let value = angle * series / 2.0 * (1 << BASIS_BITS) as f64;
    // Rounded: a cast cuts off.
    (if value < 0.0 {
        value - 0.5
    } else {
        value + 0.5
    }) as i16
}

/// What each frequency adds to each of `N` samples.
struct Basis<const N: usize>;

impl<const N: usize> Basis<N> {
    /// For each sample and group: of the pair of even frequencies, and of the pair of odd ones.
    const OF: [[[[i16; 2]; 2]; 2]; N] = {
        let mut basis = [[[[0; 2]; 2]; 2]; N];
        let mut sample = 0;
        while sample < N {
            let mut frequency = 0;
            while frequency < N {
                let (group, within) = (frequency / GROUP, frequency % GROUP);
                let share = match frequency {
                    // The square root of 1/8.
                    0 => half_cosine(1, 2),
                    _ => half_cosine((2 * sample + 1) * frequency % (4 * N), N),
                };
                basis[sample][group][within % 2][within / 2] = share;
                frequency += 1;
            }
            sample += 1;
        }
        basis
    };
}

/// Writes the samples of a block, `side` (1 to 8) across and down, into rows `stride` apart. `last` is
/// the last coefficient in zigzag order that may not be zero, as far as they are looked at.
#[inline(never)]
pub(crate) fn transform(
    block: &[i16; BLOCK],
    last: usize,
    side: usize,
    rows: &mut [u8],
    stride: usize,
) {
    // The first ten coefficients are of the four lowest frequencies.
    let is_low = last < 10;
    match side {
        _ if last == 0 => flat(block[0], side, rows, stride),
        2 => drawn::<2, 1>(block, rows, stride),
        3 => drawn::<3, 1>(block, rows, stride),
        4 => drawn::<4, 1>(block, rows, stride),
        5 if is_low => drawn::<5, 1>(block, rows, stride),
        5 => drawn::<5, 2>(block, rows, stride),
        6 if is_low => drawn::<6, 1>(block, rows, stride),
        6 => drawn::<6, 2>(block, rows, stride),
        7 if is_low => drawn::<7, 1>(block, rows, stride),
        7 => drawn::<7, 2>(block, rows, stride),
        8 if is_low => drawn::<8, 1>(block, rows, stride),
        8 => drawn::<8, 2>(block, rows, stride),
        _ => flat(block[0], side, rows, stride),
    }
}

#[inline(always)]
fn flat(mean: i16, side: usize, rows: &mut [u8], stride: usize) {
    let level = ((i32::from(mean) + 4 + (128 << 3)) >> 3).clamp(0, 255) as u8;
    let eight = [level; 8];
    for at in 0..side {
        rows[at * stride..][..side].copy_from_slice(&eight[..side]);
    }
}

/// `N` samples on a side, of `G` groups of frequencies in each direction.
#[inline(always)]
fn drawn<const N: usize, const G: usize>(block: &[i16; BLOCK], rows: &mut [u8], stride: usize) {
    let (vectors, _) = block.as_chunks::<8>();
    let zero = i16x8::splat(0);
    // For each group of vertical frequencies.
    let mut columns = [[i32x4::splat(0); N]; G];
    for (down, columns) in columns.iter_mut().enumerate() {
        let mut pairs = [[zero; 2]; G];
        for (across, pairs) in pairs.iter_mut().enumerate() {
            for (parity, pairs) in pairs.iter_mut().enumerate() {
                *pairs = i16x8::from_array(vectors[2 * (2 * across + parity) + down]);
            }
        }
        *columns = pass(&pairs, COLUMNS);
    }
    let left = samples(&columns, 0);
    let right = if N > 4 { samples(&columns, 4) } else { left };
    write(&left, &right, rows, stride);
}

/// Rows of four samples each, from a column on.
#[inline(always)]
fn samples<const N: usize, const G: usize>(columns: &[[i32x4; N]; G], from: usize) -> [i32x4; N] {
    let mut pairs = [[i16x8::splat(0); 2]; G];
    for (columns, pairs) in columns.iter().zip(&mut pairs) {
        // The last ones are written nowhere.
        let column = |at: usize| columns[if from + at < N { from + at } else { N - 1 }];
        let (first, second) = (
            i16x8::narrow([column(0), column(1)]),
            i16x8::narrow([column(2), column(3)]),
        );
        *pairs = first.deinterleave_pairs(second);
    }
    pass(&pairs, ROWS)
}

#[inline(always)]
fn write<const N: usize>(left: &[i32x4; N], right: &[i32x4; N], rows: &mut [u8], stride: usize) {
    let Some(rows) = rows.get_mut(..(N - 1) * stride + N) else {
        return;
    };
    for at in (0..N).step_by(2) {
        let row = |at: usize| i16x8::narrow([left[at], right[at]]);
        let next = if at + 1 < N { at + 1 } else { at };
        let two = row(at).narrow_to_bytes(row(next)).to_array();
        rows[at * stride..][..N].copy_from_slice(&two[..N]);
        rows[next * stride..][..N].copy_from_slice(&two[8 * (next - at)..][..N]);
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

/// The transform in one direction: `N` samples of the pairs of even and odd frequencies in each lane.
#[inline(always)]
fn pass<const N: usize, const G: usize>(
    pairs: &[[i16x8; 2]; G],
    (half, bits): Rounding,
) -> [i32x4; N] {
    let mut samples = [i32x4::splat(0); N];
    for at in 0..N.div_ceil(2) {
        // Even frequencies are symmetric about the middle, odd ones change their sign there.
        let mut even = i32x4::splat(half);
        let mut odd = i32x4::splat(0);
        for (pairs, shares) in pairs.iter().zip(Basis::<N>::OF[at]) {
            even = even + pairs[0].dot(i16x8::splat_pairs(shares[0]));
            odd = odd + pairs[1].dot(i16x8::splat_pairs(shares[1]));
        }
        samples[N - 1 - at] = (even - odd).shift_right(bits);
        samples[at] = (even + odd).shift_right(bits);
    }
    samples
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::PI;

    /// The transform as the standard writes it, at `side` points.
    fn exact(block: &[i16; BLOCK], side: usize, x: usize, y: usize) -> f64 {
        let basis = |frequency: usize, sample: usize| match frequency {
            0 => 0.125_f64.sqrt(),
            _ => 0.5 * (PI * ((2 * sample + 1) * frequency) as f64 / (2 * side) as f64).cos(),
        };
        let places = (0..side).flat_map(|v| (0..side).map(move |u| (u, v)));
        let sum: f64 = places
            .map(|(u, v)| f64::from(block[place(u, v)]) * basis(u, x) * basis(v, y))
            .sum();
        (sum + 128.0).clamp(0.0, 255.0)
    }

    fn assert_exact(block: &[i16; BLOCK], last: usize) {
        for side in 1..=8 {
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
                for place in &PLACES[..=last] {
                    block[usize::from(*place)] = random(300) as i16;
                }
                block[0] = random(2000) as i16;
                assert_exact(&block, last);
            }
        }
    }

    #[test]
    fn nothing_is_too_large() {
        for value in [i16::MIN, i16::MAX, 1 << 14] {
            for side in 1..=8 {
                for last in [0, 2, 9, 63] {
                    transform(&[value; BLOCK], last, side, &mut [0; BLOCK], 8);
                }
            }
        }
    }

    #[test]
    fn every_coefficient_has_a_place_of_its_own() {
        let mut sorted = PLACES;
        sorted.sort_unstable();
        assert!((0..BLOCK).all(|at| usize::from(sorted[at]) == at));
    }
}
