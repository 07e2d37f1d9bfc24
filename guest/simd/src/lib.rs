#![doc = include_str!("../README.md")]
#![allow(
    non_camel_case_types,
    reason = "the names that these types have in the field"
)]

use std::ops::{Add, Div, Mul, Sub};

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod wasm;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
use wasm as backend;

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
mod scalar;
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
use scalar as backend;

/// Four integers of 32 bits: sums of products.
#[derive(Clone, Copy, Debug)]
pub struct i32x4(backend::I32x4);

impl i32x4 {
    /// These four.
    #[inline(always)]
    pub fn from_array(values: [i32; 4]) -> Self {
        Self(backend::I32x4::from_array(values))
    }

    /// The same in all lanes.
    #[inline(always)]
    pub fn splat(value: i32) -> Self {
        Self(backend::I32x4::splat(value))
    }

    /// Shifted right, keeping signs.
    #[inline(always)]
    pub fn shift_right(self, bits: u32) -> Self {
        Self(self.0.shift_right(bits))
    }
}

impl Add for i32x4 {
    type Output = Self;
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Self(self.0.add(other.0))
    }
}

impl Sub for i32x4 {
    type Output = Self;
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        Self(self.0.sub(other.0))
    }
}

/// Eight integers of 16 bits, or four pairs of them.
#[derive(Clone, Copy, Debug)]
pub struct i16x8(backend::I16x8);

impl i16x8 {
    /// These eight.
    #[inline(always)]
    pub fn from_array(values: [i16; 8]) -> Self {
        Self(backend::I16x8::from_array(values))
    }

    /// The same in all lanes.
    #[inline(always)]
    pub fn splat(value: i16) -> Self {
        Self(backend::I16x8::splat(value))
    }

    /// The same in all pairs.
    #[inline(always)]
    pub fn splat_pairs(pair: [i16; 2]) -> Self {
        Self(backend::I16x8::splat_pairs(pair))
    }

    /// Bytes, widened.
    #[inline(always)]
    pub fn from_bytes(bytes: [u8; 8]) -> Self {
        Self(backend::I16x8::from_bytes(bytes))
    }

    /// The least or the greatest there is for what is beyond.
    #[inline(always)]
    pub fn narrow([low, high]: [i32x4; 2]) -> Self {
        Self(backend::I16x8::narrow(low.0, high.0))
    }

    /// What is in the lanes.
    #[inline(always)]
    pub fn to_array(self) -> [i16; 8] {
        self.0.to_array()
    }

    /// Shifted right, keeping signs.
    #[inline(always)]
    pub fn shift_right(self, bits: u32) -> Self {
        Self(self.0.shift_right(bits))
    }

    /// Absolute values; that of the least one wraps around.
    #[inline(always)]
    pub fn abs(self) -> Self {
        Self(self.0.abs())
    }

    /// Changes its sign where the other one is negative.
    #[inline(always)]
    pub fn with_sign_of(self, other: Self) -> Self {
        Self(self.0.with_sign_of(other.0))
    }

    /// Which are not zero, the first in the lowest bit.
    #[inline(always)]
    pub fn nonzero_mask(self) -> u8 {
        self.0.nonzero_mask()
    }

    /// For each pair: the product of the first ones and that of the second ones, added.
    #[inline(always)]
    pub fn dot(self, other: Self) -> i32x4 {
        i32x4(self.0.dot(other.0))
    }

    /// Pairs of its own and another's, in order.
    #[inline(always)]
    pub fn interleave(self, other: Self) -> [Self; 2] {
        self.0.interleave(other.0).map(Self)
    }

    /// Of its own pairs and another's: the first, the third and so on, and the others.
    #[inline(always)]
    pub fn deinterleave_pairs(self, other: Self) -> [Self; 2] {
        self.0.deinterleave_pairs(other.0).map(Self)
    }

    /// As bytes: 0 for what is below, 255 for what is above.
    #[inline(always)]
    pub fn narrow_to_bytes(self, other: Self) -> u8x16 {
        u8x16(self.0.narrow_to_bytes(other.0))
    }

    /// Rows become columns.
    #[inline(always)]
    pub fn transpose(rows: [Self; 8]) -> [Self; 8] {
        // Each time a bit of the row's number moves into the column's.
        let step = |[a, b, c, d, e, f, g, h]: [Self; 8]| {
            let ([a, b], [c, d], [e, f], [g, h]) = (
                a.interleave(e),
                b.interleave(f),
                c.interleave(g),
                d.interleave(h),
            );
            [a, b, c, d, e, f, g, h]
        };
        step(step(step(rows)))
    }
}

impl Add for i16x8 {
    type Output = Self;
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Self(self.0.add(other.0))
    }
}

impl Sub for i16x8 {
    type Output = Self;
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        Self(self.0.sub(other.0))
    }
}

/// Sixteen bytes.
#[derive(Clone, Copy, Debug)]
pub struct u8x16(backend::U8x16);

impl u8x16 {
    /// These sixteen.
    #[inline(always)]
    pub fn from_array(bytes: [u8; 16]) -> Self {
        Self(backend::U8x16::from_array(bytes))
    }

    /// What is in the lanes.
    #[inline(always)]
    pub fn to_array(self) -> [u8; 16] {
        self.0.to_array()
    }

    /// Pairs of its own and another's, in order.
    #[inline(always)]
    pub fn interleave(self, other: Self) -> [i16x8; 4] {
        self.0.interleave(other.0).map(i16x8)
    }

    /// Means of two of its own and two of another's, rounded.
    #[inline(always)]
    pub fn means(self, other: Self) -> i16x8 {
        i16x8(self.0.means(other.0))
    }

    /// Rows become columns.
    #[inline(always)]
    pub fn transpose(rows: [Self; 16]) -> [Self; 16] {
        backend::U8x16::transpose(rows.map(|row| row.0)).map(Self)
    }
}

/// Two floats of 64 bits.
#[derive(Clone, Copy, Debug)]
pub struct f64x2(backend::F64x2);

impl f64x2 {
    /// These two.
    #[inline(always)]
    pub fn from_array(values: [f64; 2]) -> Self {
        Self(backend::F64x2::from_array(values))
    }

    /// The same in both lanes.
    #[inline(always)]
    pub fn splat(value: f64) -> Self {
        Self::from_array([value; 2])
    }

    /// What is in the lanes.
    #[inline(always)]
    pub fn to_array(self) -> [f64; 2] {
        self.0.to_array()
    }

    /// Cut to whole numbers, and to what 32 bits hold.
    #[inline(always)]
    pub fn truncate(self) -> [i32; 2] {
        self.0.truncate()
    }
}

impl Add for f64x2 {
    type Output = Self;
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Self(self.0.add(other.0))
    }
}

impl Mul for f64x2 {
    type Output = Self;
    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        Self(self.0.mul(other.0))
    }
}

impl Div for f64x2 {
    type Output = Self;
    #[inline(always)]
    fn div(self, other: Self) -> Self {
        Self(self.0.div(other.0))
    }
}

#[cfg(test)]
mod tests {
    use std::array;

    use super::*;

    #[test]
    fn arithmetic_of_four_is_that_of_each() {
        let (a, b) = ([1, -2, i32::MAX, i32::MIN], [5, 7, 1, -1]);
        let each = |operation: fn(i32, i32) -> i32| array::from_fn(|at| operation(a[at], b[at]));
        assert_eq!(
            (i32x4::from_array(a) + i32x4::from_array(b)).0.to_array(),
            each(i32::wrapping_add)
        );
        assert_eq!(
            (i32x4::from_array(a) - i32x4::from_array(b)).0.to_array(),
            each(i32::wrapping_sub)
        );
        assert_eq!(
            i32x4::from_array(a).shift_right(1).0.to_array(),
            a.map(|value| value >> 1)
        );
        assert_eq!(i32x4::splat(-3).0.to_array(), [-3; 4]);
    }

    #[test]
    fn arithmetic_of_eight_is_that_of_each() {
        let (a, b) = (
            [1, -2, i16::MAX, i16::MIN, 0, 300, -300, 7],
            [5, 7, 1, -1, -9, 0, -4, 7],
        );
        let (own, other) = (i16x8::from_array(a), i16x8::from_array(b));
        let each = |operation: fn(i16, i16) -> i16| array::from_fn(|at| operation(a[at], b[at]));
        assert_eq!((own + other).to_array(), each(i16::wrapping_add));
        assert_eq!((own - other).to_array(), each(i16::wrapping_sub));
        assert_eq!(own.shift_right(1).to_array(), a.map(|value| value >> 1));
        assert_eq!(own.abs().to_array(), a.map(i16::wrapping_abs));
        assert_eq!(
            own.with_sign_of(other).to_array(),
            [1, -2, i16::MAX, i16::MIN, 0, 300, 300, 7]
        );
        assert_eq!(own.nonzero_mask(), 0b1110_1111);
        assert_eq!(i16x8::splat(-3).to_array(), [-3; 8]);
        let bytes = [0, 1, 127, 128, 129, 254, 255, 3];
        assert_eq!(i16x8::from_bytes(bytes).to_array(), bytes.map(i16::from));
        let products = |at: usize| i32::from(a[at]) * i32::from(b[at]);
        assert_eq!(
            own.dot(other).0.to_array(),
            array::from_fn(|at| products(2 * at) + products(2 * at + 1))
        );
        let least = i16x8::splat(i16::MIN);
        assert_eq!(least.dot(least).0.to_array(), [i32::MIN; 4], "wraps around");
        assert_eq!(
            own.dot(i16x8::splat_pairs([1, -1])).0.to_array(),
            [3, 65_535, -300, -307]
        );
    }

    #[test]
    fn what_is_narrowed_is_limited() {
        let shorts = i16x8::narrow([
            i32x4::from_array([1, -2, 40_000, -40_000]),
            i32x4::from_array([i32::MIN, i32::MAX, 0, 5]),
        ]);
        let expected = [1, -2, i16::MAX, i16::MIN, i16::MIN, i16::MAX, 0, 5];
        assert_eq!(shorts.to_array(), expected);
        let bytes = i16x8::from_array([-1, 0, 1, 254, 255, 256, i16::MIN, i16::MAX]);
        let limited = [0, 0, 1, 254, 255, 255, 0, 255];
        let both = bytes.narrow_to_bytes(i16x8::splat(9)).to_array();
        assert_eq!(
            (both[..8].to_vec(), both[8..].to_vec()),
            (limited.to_vec(), vec![9; 8])
        );
    }

    #[test]
    fn lanes_go_to_their_places() {
        let (a, b) = (
            array::from_fn(|at| at as i16),
            array::from_fn(|at| 10 + at as i16),
        );
        let (own, other) = (i16x8::from_array(a), i16x8::from_array(b));
        assert_eq!(
            own.interleave(other).map(i16x8::to_array),
            [[0, 10, 1, 11, 2, 12, 3, 13], [4, 14, 5, 15, 6, 16, 7, 17]]
        );
        assert_eq!(
            own.deinterleave_pairs(other).map(i16x8::to_array),
            [[0, 1, 4, 5, 10, 11, 14, 15], [2, 3, 6, 7, 12, 13, 16, 17]]
        );
        let rows: [[i16; 8]; 8] =
            array::from_fn(|row| array::from_fn(|column| (10 * row + column) as i16));
        let columns = i16x8::transpose(rows.map(i16x8::from_array)).map(i16x8::to_array);
        for (row, column) in (0..8).flat_map(|row| (0..8).map(move |column| (row, column))) {
            assert_eq!(columns[row][column], rows[column][row]);
        }
    }

    #[test]
    fn sixteen_bytes_are_taken_each() {
        let (a, b): ([u8; 16], [u8; 16]) = (
            array::from_fn(|at| 17 * at as u8),
            array::from_fn(|at| 255 - at as u8),
        );
        let pairs: Vec<i16> = u8x16::from_array(a)
            .interleave(u8x16::from_array(b))
            .iter()
            .flat_map(|pairs| pairs.to_array())
            .collect();
        let expected = a.iter().zip(&b).flat_map(|(a, b)| [*a, *b]).map(i16::from);
        assert_eq!(pairs, expected.collect::<Vec<_>>());
        let mean = |at: usize| {
            let sum = [a[2 * at], a[2 * at + 1], b[2 * at], b[2 * at + 1]]
                .map(i16::from)
                .iter()
                .sum::<i16>();
            (sum + 2) / 4
        };
        assert_eq!(
            u8x16::from_array(a).means(u8x16::from_array(b)).to_array(),
            array::from_fn(mean)
        );
    }

    #[test]
    fn rows_of_bytes_become_columns() {
        let rows: [[u8; 16]; 16] =
            array::from_fn(|row| array::from_fn(|column| (16 * row + column) as u8));
        let columns = u8x16::transpose(rows.map(u8x16::from_array)).map(u8x16::to_array);
        let expected: [[u8; 16]; 16] =
            array::from_fn(|row| array::from_fn(|column| (16 * column + row) as u8));
        assert_eq!(columns, expected);
    }

    #[test]
    fn arithmetic_of_two_floats_is_that_of_each() {
        let (a, b) = (f64x2::from_array([7.5, -1e12]), f64x2::splat(2.0));
        assert_eq!((a + b).to_array(), [9.5, 2.0 - 1e12]);
        assert_eq!((a * b).to_array(), [15.0, -2e12]);
        assert_eq!((a / b).to_array(), [3.75, -5e11]);
        assert_eq!(a.truncate(), [7, i32::MIN]);
    }
}
