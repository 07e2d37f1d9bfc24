//! Samples to quantised coefficients: the forward DCT with 12 multiplications of C. Loeffler, A. Ligtenberg
//! and G. Moschytz, "Practical fast 1-D DCT algorithms with 11 multiplications", 1989, in integers of 13
//! fraction bits, 2 of which are kept between rows and columns, as libjpeg's accurate one. Where the paper
//! saves multiplications by a sum of two that is multiplied once, both are multiplied here, by factors
//! added before: two products and their sum are one instruction.

use std::array;

use image::GrayImage;

use vismatch_simd::{i16x8, i32x4};

/// Fraction bits of the factors.
const FACTOR_BITS: u32 = 13;
/// Fraction bits kept between rows and columns.
const PASS_BITS: u32 = 2;
/// Fraction bits of reciprocals.
const RECIPROCAL_BITS: u32 = 15;

/// The samples of a block, less 128; beyond the right and the lower edge the last ones are repeated.
#[inline(always)]
pub(super) fn block(plane: &GrayImage, x: usize, y: usize) -> [i16x8; 8] {
    let (width, height) = (plane.width() as usize, plane.height() as usize);
    let samples: &[u8] = plane.as_raw();
    if x + 8 > width || y + 8 > height {
        return edge(samples, (width, height), (x, y));
    }
    let start = y * width + x;
    let rows = &samples[start..start + 7 * width + 8];
    let row = |at: usize| row(rows, at * width);
    // Written out: a loop has its price in a sandbox that keeps an eye on time.
    [
        row(0),
        row(1),
        row(2),
        row(3),
        row(4),
        row(5),
        row(6),
        row(7),
    ]
}

#[inline(always)]
fn row(samples: &[u8], at: usize) -> i16x8 {
    let eight = samples.get(at..).and_then(<[u8]>::first_chunk);
    i16x8::from_bytes(*eight.unwrap_or(&[0; 8])) - i16x8::splat(128)
}

#[inline(never)]
fn edge(samples: &[u8], (width, height): (usize, usize), (x, y): (usize, usize)) -> [i16x8; 8] {
    array::from_fn(|row| {
        let start = (y + row).min(height - 1) * width;
        let level = |at: usize| samples[start + (x + at).min(width - 1)];
        i16x8::from_bytes(array::from_fn(level)) - i16x8::splat(128)
    })
}

/// The coefficients of a block times eight, rows of horizontal frequencies.
#[inline(always)]
pub(super) fn transform(block: [i16x8; 8]) -> [i16x8; 8] {
    let whole = |sum: i16x8| {
        let twice = sum + sum;
        twice + twice
    };
    let rows = pass(i16x8::transpose(block), whole, FACTOR_BITS - PASS_BITS);
    let whole = |sum: i16x8| (sum + i16x8::splat(1 << (PASS_BITS - 1))).shift_right(PASS_BITS);
    pass(i16x8::transpose(rows), whole, FACTOR_BITS + PASS_BITS)
}

/// One dimension, times the square root of eight. Sums, which have no fraction, are scaled by `scale`;
/// products lose `bits`. Factors are sums of sqrt(2) cos(k pi / 16), as the paper's figures have them.
#[inline(always)]
fn pass(input: [i16x8; 8], scale: impl Fn(i16x8) -> i16x8, bits: u32) -> [i16x8; 8] {
    let half = [i32x4::splat(1 << (bits - 1)); 2];
    let descaled =
        |[low, high]: [i32x4; 2]| i16x8::narrow([low.shift_right(bits), high.shift_right(bits)]);
    let [a, b, c, d, e, f, g, h] = input;
    let sums = [a + h, b + g, c + f, d + e];
    let [outer, inner] = [sums[0] + sums[3], sums[1] + sums[2]];
    let even = (sums[0] - sums[3]).interleave(sums[1] - sums[2]);
    let second = sum(half, products(even, [4433 + 6270, 4433]));
    let sixth = sum(half, products(even, [4433, 4433 - 15137]));

    let [p, q, r, s] = [d - e, c - f, b - g, a - h];
    let both = (p + r).interleave(q + s);
    let pr = sum(half, products(both, [9633 - 16069, 9633]));
    let qs = sum(half, products(both, [9633, 9633 - 3196]));
    let (ps, qr) = (p.interleave(s), q.interleave(r));
    let seventh = sum(pr, products(ps, [2446 - 7373, -7373]));
    let fifth = sum(qs, products(qr, [16819 - 20995, -20995]));
    let third = sum(pr, products(qr, [-20995, 25172 - 20995]));
    let first = sum(qs, products(ps, [-7373, 12299 - 7373]));
    [
        scale(outer + inner),
        descaled(first),
        descaled(second),
        descaled(third),
        scale(outer - inner),
        descaled(fifth),
        descaled(sixth),
        descaled(seventh),
    ]
}

/// Pairs times factors, added.
#[inline(always)]
fn products([low, high]: [i16x8; 2], factors: [i16; 2]) -> [i32x4; 2] {
    let factors = i16x8::splat_pairs(factors);
    [low.dot(factors), high.dot(factors)]
}

#[inline(always)]
fn sum(a: [i32x4; 2], b: [i32x4; 2]) -> [i32x4; 2] {
    [a[0] + b[0], a[1] + b[1]]
}

/// Divides coefficients by quantisers, by way of reciprocals.
pub(super) struct Quantiser {
    /// For each row of coefficients, pairs: a reciprocal, and what is to be added to the product so that the
    /// quotient is rounded.
    reciprocals: [[i16x8; 2]; 8],
}

/// Quantised coefficients.
pub(super) struct Quantised {
    /// Rows of horizontal frequencies.
    pub values: [[i16; 8]; 8],
    /// Which are not zero, the first in the lowest bit.
    pub present: u64,
}

impl Quantiser {
    /// For the quantisers of a block, rows of horizontal frequencies.
    pub fn new(quantisers: &[u8; 64]) -> Self {
        let pairs = quantisers.map(|quantiser| reciprocal(8 * i32::from(quantiser)));
        let (rows, _) = pairs.as_chunks::<8>();
        let reciprocals = array::from_fn(|row| {
            let row: [(i32, i32); 8] = rows[row];
            let first = i16x8::from_array(row.map(|(reciprocal, _)| reciprocal as i16));
            // At most 2^14 and a reciprocal, which is at most 2^12.
            first.interleave(i16x8::from_array(
                row.map(|(reciprocal, correction)| (reciprocal * correction) as i16),
            ))
        });
        Self { reciprocals }
    }

    /// The coefficients of a block over their quantisers, rounded.
    #[inline(always)]
    pub fn quantise(&self, block: &[i16x8; 8]) -> Quantised {
        let row = |row: usize| quotients(block[row], &self.reciprocals[row]);
        // Written out, as above.
        let [a, b, c, d] = [row(0), row(1), row(2), row(3)];
        let [e, f, g, h] = [row(4), row(5), row(6), row(7)];
        let present = u64::from_le_bytes([a.1, b.1, c.1, d.1, e.1, f.1, g.1, h.1]);
        Quantised {
            values: [a.0, b.0, c.0, d.0, e.0, f.0, g.0, h.0],
            present,
        }
    }
}

/// A row of coefficients over its quantisers, rounded; which are not zero.
#[inline(always)]
fn quotients(row: i16x8, reciprocals: &[i16x8; 2]) -> ([i16; 8], u8) {
    let [low, high] = row.abs().interleave(i16x8::splat(1));
    let quotients = i16x8::narrow([
        low.dot(reciprocals[0]).shift_right(RECIPROCAL_BITS),
        high.dot(reciprocals[1]).shift_right(RECIPROCAL_BITS),
    ]);
    (
        quotients.with_sign_of(row).to_array(),
        quotients.nonzero_mask(),
    )
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
