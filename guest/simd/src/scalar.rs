//! In plain arithmetic.

use std::array;
use std::ops::{Add, Div, Mul, Sub};

/// Four integers of 32 bits: sums of products.
#[derive(Clone, Copy, Debug)]
pub struct i32x4([i32; 4]);

impl i32x4 {
    /// The same in all lanes.
    #[inline(always)]
    pub fn splat(value: i32) -> Self {
        Self([value; 4])
    }

    /// These four.
    #[inline(always)]
    pub fn from_array(values: [i32; 4]) -> Self {
        Self(values)
    }

    /// What is in the lanes.
    #[inline(always)]
    pub fn to_array(self) -> [i32; 4] {
        self.0
    }

    /// Shifted right, keeping signs.
    #[inline(always)]
    pub fn shift_right(self, bits: u32) -> Self {
        Self(array::from_fn(|at| self.0[at] >> bits))
    }
}

impl Add for i32x4 {
    type Output = Self;
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Self(array::from_fn(|at| self.0[at].wrapping_add(other.0[at])))
    }
}

impl Sub for i32x4 {
    type Output = Self;
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        Self(array::from_fn(|at| self.0[at].wrapping_sub(other.0[at])))
    }
}

/// Eight integers of 16 bits, or four pairs of them.
#[derive(Clone, Copy, Debug)]
pub struct i16x8([i16; 8]);

impl i16x8 {
    /// These eight.
    #[inline(always)]
    pub fn from_array(values: [i16; 8]) -> Self {
        Self(values)
    }

    /// The same in all lanes.
    #[inline(always)]
    pub fn splat(value: i16) -> Self {
        Self([value; 8])
    }

    /// The same in all pairs.
    #[inline(always)]
    pub fn splat_pairs(pair: [i16; 2]) -> Self {
        Self(array::from_fn(|at| pair[at % 2]))
    }

    /// Bytes, widened.
    #[inline(always)]
    pub fn from_bytes(bytes: [u8; 8]) -> Self {
        Self(array::from_fn(|at| bytes[at].into()))
    }

    /// The least or the greatest there is for what is beyond.
    #[inline(always)]
    pub fn narrow([low, high]: [i32x4; 2]) -> Self {
        let short = |value: i32| value.clamp(i16::MIN.into(), i16::MAX.into()) as i16;
        Self(array::from_fn(|at| match at {
            0..4 => short(low.0[at]),
            _ => short(high.0[at - 4]),
        }))
    }

    /// What is in the lanes.
    #[inline(always)]
    pub fn to_array(self) -> [i16; 8] {
        self.0
    }

    #[inline(always)]
    fn each(self, other: Self, operation: impl Fn(i16, i16) -> i16) -> Self {
        Self(array::from_fn(|at| operation(self.0[at], other.0[at])))
    }

    /// Shifted right, keeping signs.
    #[inline(always)]
    pub fn shift_right(self, bits: u32) -> Self {
        Self(array::from_fn(|at| self.0[at] >> bits))
    }

    /// Absolute values; that of the least one wraps around.
    #[inline(always)]
    pub fn abs(self) -> Self {
        Self(array::from_fn(|at| self.0[at].wrapping_abs()))
    }

    /// Changes its sign where the other one is negative.
    #[inline(always)]
    pub fn with_sign_of(self, other: Self) -> Self {
        self.each(other, |value, other| {
            let sign = other >> 15;
            (value ^ sign).wrapping_sub(sign)
        })
    }

    /// Which are not zero, the first in the lowest bit.
    #[inline(always)]
    pub fn nonzero_mask(self) -> u8 {
        let bits = self.0.iter().enumerate();
        bits.fold(0, |mask, (at, value)| mask | u8::from(*value != 0) << at)
    }

    /// For each pair: the product of the first ones and that of the second ones, added.
    #[inline(always)]
    pub fn dot(self, other: Self) -> i32x4 {
        let product = |at: usize| i32::from(self.0[at]) * i32::from(other.0[at]);
        i32x4(array::from_fn(|at| {
            product(2 * at).wrapping_add(product(2 * at + 1))
        }))
    }

    /// Pairs of its own and another's, in order.
    #[inline(always)]
    pub fn interleave(self, other: Self) -> [Self; 2] {
        let zipped = |from: usize| {
            Self(array::from_fn(|at| match at % 2 {
                0 => self.0[from + at / 2],
                _ => other.0[from + at / 2],
            }))
        };
        [zipped(0), zipped(4)]
    }

    /// Of its own pairs and another's: the first, the third and so on, and the others.
    #[inline(always)]
    pub fn deinterleave_pairs(self, other: Self) -> [Self; 2] {
        let every_other = |first: usize| {
            Self(array::from_fn(|at| {
                let place = 4 * (at / 2) + 2 * first + at % 2;
                match place {
                    0..8 => self.0[place],
                    _ => other.0[place - 8],
                }
            }))
        };
        [every_other(0), every_other(1)]
    }

    /// As bytes: 0 for what is below, 255 for what is above.
    #[inline(always)]
    pub fn narrow_to_bytes(self, other: Self) -> u8x16 {
        let byte = |value: i16| value.clamp(0, 255) as u8;
        u8x16(array::from_fn(|at| match at {
            0..8 => byte(self.0[at]),
            _ => byte(other.0[at - 8]),
        }))
    }
}

impl Add for i16x8 {
    type Output = Self;
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        self.each(other, i16::wrapping_add)
    }
}

impl Sub for i16x8 {
    type Output = Self;
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        self.each(other, i16::wrapping_sub)
    }
}

/// Sixteen bytes.
#[derive(Clone, Copy, Debug)]
pub struct u8x16([u8; 16]);

impl u8x16 {
    /// These sixteen.
    #[inline(always)]
    pub fn from_array(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// What is in the lanes.
    #[inline(always)]
    pub fn to_array(self) -> [u8; 16] {
        self.0
    }

    /// Pairs of its own and another's, in order.
    #[inline(always)]
    pub fn interleave(self, other: Self) -> [i16x8; 4] {
        let of = |four: usize, at: usize| match at % 2 {
            0 => self.0[4 * four + at / 2].into(),
            _ => other.0[4 * four + at / 2].into(),
        };
        array::from_fn(|four| i16x8(array::from_fn(|at| of(four, at))))
    }

    /// Means of two of its own and two of another's, rounded.
    #[inline(always)]
    pub fn means(self, other: Self) -> i16x8 {
        let sum = |row: &[u8; 16], at: usize| i16::from(row[2 * at]) + i16::from(row[2 * at + 1]);
        i16x8(array::from_fn(|at| {
            (sum(&self.0, at) + sum(&other.0, at) + 2) >> 2
        }))
    }

    /// Rows become columns.
    #[inline(always)]
    pub fn transpose(rows: [Self; 16]) -> [Self; 16] {
        array::from_fn(|row| Self(array::from_fn(|column| rows[column].0[row])))
    }
}

/// Two floats of 64 bits.
#[derive(Clone, Copy, Debug)]
pub struct f64x2([f64; 2]);

impl f64x2 {
    /// These two.
    #[inline(always)]
    pub fn from_array(values: [f64; 2]) -> Self {
        Self(values)
    }

    /// What is in the lanes.
    #[inline(always)]
    pub fn to_array(self) -> [f64; 2] {
        self.0
    }

    #[inline(always)]
    fn each(self, other: Self, operation: impl Fn(f64, f64) -> f64) -> Self {
        Self(array::from_fn(|at| operation(self.0[at], other.0[at])))
    }

    /// Cut to whole numbers, and to what 32 bits hold.
    #[inline(always)]
    pub fn truncate(self) -> [i32; 2] {
        array::from_fn(|at| self.0[at] as i32)
    }
}

impl Add for f64x2 {
    type Output = Self;
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        self.each(other, |a, b| a + b)
    }
}

impl Mul for f64x2 {
    type Output = Self;
    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        self.each(other, |a, b| a * b)
    }
}

impl Div for f64x2 {
    type Output = Self;
    #[inline(always)]
    fn div(self, other: Self) -> Self {
        self.each(other, |a, b| a / b)
    }
}
