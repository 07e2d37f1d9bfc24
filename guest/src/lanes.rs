//! Four or eight integers, or sixteen bytes, that are computed with at once.
//!
//! WebAssembly's fixed-width vector instructions where they are there, plain arithmetic elsewhere: the
//! same bits in both. Everything wraps around on overflow.

use std::array;
use std::ops::{Add, Mul, Sub};

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod vector;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
use vector::{ByteVector, Vector};

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
mod plain;
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
use plain::{ByteVector, Vector};

/// Four integers of 32 bits.
#[derive(Clone, Copy, Debug)]
pub struct Four(Vector);

impl Four {
    #[inline(always)]
    pub fn of(values: [i32; 4]) -> Self {
        Self(Vector::of(values))
    }

    #[inline(always)]
    pub fn values(self) -> [i32; 4] {
        self.0.values()
    }

    /// As bytes: 0 for what is below, 255 for what is above.
    #[inline(always)]
    pub fn bytes(self) -> [u8; 4] {
        let [a, b, c, d, ..] = self.0.bytes(self.0);
        [a, b, c, d]
    }

    #[inline(always)]
    pub fn abs(self) -> Self {
        Self(self.0.abs())
    }

    /// Which are not zero, the first in the lowest bit.
    #[inline(always)]
    pub fn nonzero(self) -> u64 {
        self.0.nonzero()
    }

    #[inline(always)]
    pub fn transposed(rows: [Self; 4]) -> [Self; 4] {
        Vector::transposed(rows.map(|row| row.0)).map(Self)
    }
}

impl Add for Four {
    type Output = Self;
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Self(self.0.plus(other.0))
    }
}

impl Sub for Four {
    type Output = Self;
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        Self(self.0.minus(other.0))
    }
}

impl Mul for Four {
    type Output = Self;
    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        Self(self.0.times(other.0))
    }
}

impl Mul<i32> for Four {
    type Output = Self;
    #[inline(always)]
    fn mul(self, factor: i32) -> Self {
        self * Self::all(factor)
    }
}

/// Integers that are computed with at once.
pub trait Lanes: Copy + Add<Output = Self> + Sub<Output = Self> + Mul<i32, Output = Self> {
    /// The same in all lanes.
    fn all(value: i32) -> Self;

    /// Shifts right, keeping signs.
    fn shifted(self, bits: u32) -> Self;
}

impl Lanes for Four {
    #[inline(always)]
    fn all(value: i32) -> Self {
        Self(Vector::of([value; 4]))
    }

    #[inline(always)]
    fn shifted(self, bits: u32) -> Self {
        Self(self.0.shifted(bits))
    }
}

impl Lanes for Eight {
    #[inline(always)]
    fn all(value: i32) -> Self {
        Self([Four::all(value); 2])
    }

    #[inline(always)]
    fn shifted(self, bits: u32) -> Self {
        self.map(|four| four.shifted(bits))
    }
}

/// Eight integers of 32 bits.
#[derive(Clone, Copy, Debug)]
pub struct Eight(pub [Four; 2]);

impl Eight {
    #[inline(always)]
    pub fn of(values: [i32; 8]) -> Self {
        let [a, b, c, d, e, f, g, h] = values;
        Self([Four::of([a, b, c, d]), Four::of([e, f, g, h])])
    }

    #[inline(always)]
    pub fn map(self, operation: impl Fn(Four) -> Four) -> Self {
        Self(self.0.map(operation))
    }

    #[inline(always)]
    pub fn of_bytes(bytes: [u8; 8]) -> Self {
        Self(Vector::of_bytes(bytes).map(Four))
    }

    /// As bytes: 0 for what is below, 255 for what is above.
    #[inline(always)]
    pub fn bytes(self) -> [u8; 8] {
        self.0[0].0.bytes(self.0[1].0)
    }

    #[inline(always)]
    fn zip(self, other: Self, operation: impl Fn(Four, Four) -> Four) -> Self {
        Self([
            operation(self.0[0], other.0[0]),
            operation(self.0[1], other.0[1]),
        ])
    }

    #[inline(always)]
    pub fn values(self) -> [i32; 8] {
        let ([a, b, c, d], [e, f, g, h]) = (self.0[0].values(), self.0[1].values());
        [a, b, c, d, e, f, g, h]
    }

    /// Which are not zero, the first in the lowest bit.
    #[inline(always)]
    pub fn nonzero(self) -> u64 {
        self.0[0].nonzero() | self.0[1].nonzero() << 4
    }

    #[inline(always)]
    pub fn transposed(rows: [Self; 8]) -> [Self; 8] {
        let quarter = |top: usize, side: usize| {
            Four::transposed(array::from_fn(|row| rows[4 * top + row].0[side]))
        };
        let (a, b, c, d) = (quarter(0, 0), quarter(0, 1), quarter(1, 0), quarter(1, 1));
        array::from_fn(|row| match row {
            0..4 => Self([a[row], c[row]]),
            _ => Self([b[row - 4], d[row - 4]]),
        })
    }
}

impl Add for Eight {
    type Output = Self;
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        self.zip(other, |a, b| a + b)
    }
}

impl Sub for Eight {
    type Output = Self;
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        self.zip(other, |a, b| a - b)
    }
}

impl Mul for Eight {
    type Output = Self;
    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        self.zip(other, |a, b| a * b)
    }
}

impl Mul<i32> for Eight {
    type Output = Self;
    #[inline(always)]
    fn mul(self, factor: i32) -> Self {
        self.map(|four| four * factor)
    }
}

/// Sixteen bytes.
#[derive(Clone, Copy, Debug)]
pub struct Bytes(ByteVector);

impl Bytes {
    #[inline(always)]
    pub fn of(bytes: [u8; 16]) -> Self {
        Self(ByteVector::of(bytes))
    }

    #[inline(always)]
    pub fn values(self) -> [u8; 16] {
        self.0.values()
    }

    /// Each byte times the first factor, plus that of `other` times the second.
    #[inline(always)]
    pub fn weighted(self, other: Self, factors: [i16; 2]) -> [Four; 4] {
        self.0.weighted(other.0, factors).map(Four)
    }

    /// 0 for what is below, 255 for what is above.
    #[inline(always)]
    pub fn saturated(sums: [Four; 4]) -> Self {
        Self(ByteVector::saturated(sums.map(|four| four.0)))
    }

    /// Rows become columns.
    #[inline(always)]
    pub fn transposed(rows: [Self; 16]) -> [Self; 16] {
        ByteVector::transposed(rows.map(|row| row.0)).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arithmetic_is_that_of_each() {
        let (a, b) = ([1, -2, i32::MAX, i32::MIN], [5, 7, 1, -1]);
        let (fours_a, fours_b) = (Four::of(a), Four::of(b));
        let each = |operation: fn(i32, i32) -> i32| array::from_fn(|at| operation(a[at], b[at]));
        assert_eq!((fours_a + fours_b).values(), each(i32::wrapping_add));
        assert_eq!((fours_a - fours_b).values(), each(i32::wrapping_sub));
        assert_eq!((fours_a * fours_b).values(), each(i32::wrapping_mul));
        assert_eq!((fours_a * 3).values(), a.map(|value| value.wrapping_mul(3)));
        assert_eq!(fours_a.shifted(1).values(), a.map(|value| value >> 1));
        assert_eq!(fours_a.bytes(), [1, 0, 255, 0]);
        let eight = Eight([fours_a, Four::of([254, 255, 256, 40_000])]);
        assert_eq!(eight.bytes(), [1, 0, 255, 0, 254, 255, 255, 255]);
        let bytes = [0, 1, 127, 128, 129, 254, 255, 3];
        assert_eq!(Eight::of_bytes(bytes).bytes(), bytes);
        assert_eq!(fours_a.abs().values(), a.map(i32::wrapping_abs));
        assert_eq!(Four::of([0, 3, 0, -1]).nonzero(), 0b1010);
        assert_eq!(Eight::of([0, 3, 0, -1, 9, 0, 0, 1]).nonzero(), 0b1001_1010);
    }

    #[test]
    fn rows_become_columns() {
        let rows: [[i32; 8]; 8] =
            array::from_fn(|row| array::from_fn(|column| (10 * row + column) as i32));
        let columns = Eight::transposed(rows.map(Eight::of)).map(Eight::values);
        for (row, column) in (0..8).flat_map(|row| (0..8).map(move |column| (row, column))) {
            assert_eq!(columns[row][column], rows[column][row]);
        }
    }

    #[test]
    fn sixteen_bytes_are_weighed_each() {
        let (a, b) = (
            array::from_fn(|at| 17 * at as u8),
            array::from_fn(|at| 255 - at as u8),
        );
        for factors in [[1, 0], [-300, 32_767], [16_384, -32_768]] {
            let sums = Bytes::of(a).weighted(Bytes::of(b), factors);
            let exact = |at: usize| {
                i32::from(a[at]) * i32::from(factors[0]) + i32::from(b[at]) * i32::from(factors[1])
            };
            let values: Vec<i32> = sums.iter().flat_map(|sum| sum.values()).collect();
            assert_eq!(values, (0..16).map(exact).collect::<Vec<_>>());
        }
        let sums = array::from_fn(|at| Four::of([-1, 70_000, 255, at as i32]));
        let expected = array::from_fn(|at| [0, 255, 255, at as u8 / 4][at % 4]);
        assert_eq!(Bytes::saturated(sums).values(), expected);
    }

    #[test]
    fn rows_of_bytes_become_columns() {
        let rows: [[u8; 16]; 16] =
            array::from_fn(|row| array::from_fn(|column| (16 * row + column) as u8));
        let columns = Bytes::transposed(rows.map(Bytes::of)).map(Bytes::values);
        let expected: [[u8; 16]; 16] =
            array::from_fn(|row| array::from_fn(|column| (16 * column + row) as u8));
        assert_eq!(columns, expected);
    }
}
