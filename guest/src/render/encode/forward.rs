//! Samples to quantised coefficients: the forward DCT with 12 multiplications of C. Loeffler, A. Ligtenberg
//! and G. Moschytz, "Practical fast 1-D DCT algorithms with 11 multiplications", 1989, in integers of 13
//! fraction bits, 2 of which are kept between rows and columns, as libjpeg's accurate one.

use std::array;

use image::GrayImage;

use crate::lanes::{Eight, Four, Lanes};

/// Fraction bits of the factors.
const FACTOR_BITS: u32 = 13;
/// Fraction bits kept between rows and columns.
const PASS_BITS: u32 = 2;
/// Fraction bits of reciprocals.
const RECIPROCAL_BITS: u32 = 15;

/// The samples of a block, less 128; beyond the right and the lower edge the last ones are repeated.
#[inline(always)]
pub(super) fn block(plane: &GrayImage, x: usize, y: usize) -> [Eight; 8] {
    let (width, height) = (plane.width() as usize, plane.height() as usize);
    let samples: &[u8] = plane.as_raw();
    array::from_fn(|row| {
        let start = (y + row).min(height - 1) * width;
        let levels = &samples[start..start + width];
        let eight = match levels.get(x..).and_then(<[u8]>::first_chunk::<8>) {
            Some(levels) => *levels,
            None => array::from_fn(|at| levels[(x + at).min(width - 1)]),
        };
        Eight::of_bytes(eight) - Eight::all(128)
    })
}

/// The coefficients of a block times eight, rows of horizontal frequencies.
#[inline(always)]
pub(super) fn transform(block: [Eight; 8]) -> [Eight; 8] {
    let whole = |sum: Eight| sum * (1 << PASS_BITS);
    let rows = pass(Eight::transposed(block), whole, FACTOR_BITS - PASS_BITS);
    let whole = |sum: Eight| descaled(sum, PASS_BITS);
    pass(Eight::transposed(rows), whole, FACTOR_BITS + PASS_BITS)
}

/// Drops fraction bits, rounding.
#[inline(always)]
fn descaled(value: Eight, bits: u32) -> Eight {
    (value + Eight::all(1 << (bits - 1))).shifted(bits)
}

/// One dimension, times the square root of eight. Sums, which have no fraction, are scaled by `scale`;
/// products lose `bits`. Factors are sums of sqrt(2) cos(k pi / 16), as the paper's figures have them.
#[inline(always)]
fn pass(input: [Eight; 8], scale: impl Fn(Eight) -> Eight, bits: u32) -> [Eight; 8] {
    let [a, b, c, d, e, f, g, h] = input;
    let sums = [a + h, b + g, c + f, d + e];
    let [outer, inner] = [sums[0] + sums[3], sums[1] + sums[2]];
    let [outer_odd, inner_odd] = [sums[0] - sums[3], sums[1] - sums[2]];
    let both = (outer_odd + inner_odd) * 4433;
    let second = both + outer_odd * 6270;
    let sixth = both - inner_odd * 15137;

    let [p, q, r, s] = [d - e, c - f, b - g, a - h];
    let (pr, qs) = (p + r, q + s);
    let all = (pr + qs) * 9633;
    let pr = all - pr * 16069;
    let qs = all - qs * 3196;
    let ps = (p + s) * 7373;
    let qr = (q + r) * 20995;
    let seventh = p * 2446 - ps + pr;
    let fifth = q * 16819 - qr + qs;
    let third = r * 25172 - qr + pr;
    let first = s * 12299 - ps + qs;
    [
        scale(outer + inner),
        descaled(first, bits),
        descaled(second, bits),
        descaled(third, bits),
        scale(outer - inner),
        descaled(fifth, bits),
        descaled(sixth, bits),
        descaled(seventh, bits),
    ]
}

/// Divides coefficients by quantisers, by way of reciprocals.
pub(super) struct Quantiser {
    reciprocals: [Eight; 8],
    corrections: [Eight; 8],
}

/// Quantised coefficients.
pub(super) struct Quantised {
    /// Rows of horizontal frequencies.
    pub values: [[i32; 8]; 8],
    /// Which are not zero, the first in the lowest bit.
    pub present: u64,
}

impl Quantiser {
    /// For the quantisers of a block, rows of horizontal frequencies.
    pub fn new(quantisers: &[u8; 64]) -> Self {
        let pairs = quantisers.map(|quantiser| reciprocal(8 * i32::from(quantiser)));
        let laid = |of: fn((i32, i32)) -> i32| {
            array::from_fn(|row| Eight::of(array::from_fn(|column| of(pairs[8 * row + column]))))
        };
        Self {
            reciprocals: laid(|(reciprocal, _)| reciprocal),
            corrections: laid(|(_, correction)| correction),
        }
    }

    /// The coefficients of a block over their quantisers, rounded.
    #[inline(always)]
    pub fn quantise(&self, block: &[Eight; 8]) -> Quantised {
        let mut quantised = Quantised {
            values: [[0; 8]; 8],
            present: 0,
        };
        let divisors = self.reciprocals.iter().zip(&self.corrections);
        for (row, (values, divisors)) in block.iter().zip(divisors).enumerate() {
            let (reciprocals, corrections) = divisors;
            let products = (values.map(Four::abs) + *corrections) * *reciprocals;
            // 1, or -1 where a coefficient is negative.
            let signs = values.shifted(31) * 2 + Eight::all(1);
            let quotients = products.shifted(RECIPROCAL_BITS) * signs;
            quantised.values[row] = quotients.values();
            quantised.present |= quotients.nonzero() << (8 * row);
        }
        quantised
    }
}

/// The reciprocal of a divisor, and what is to be added to a dividend so that the quotient is rounded.
fn reciprocal(divisor: i32) -> (i32, i32) {
    let (reciprocal, rest) = (
        (1 << RECIPROCAL_BITS) / divisor,
        (1 << RECIPROCAL_BITS) % divisor,
    );
    let half = divisor / 2;
    match rest {
        0 => (reciprocal, half),
        rest if rest <= half => (reciprocal, half + 1),
        _ => (reciprocal + 1, half),
    }
}
