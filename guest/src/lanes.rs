//! Four integers of 32 bits, eight of 16, or sixteen bytes, that are computed with at once.
//!
//! WebAssembly's fixed-width vector instructions where they are there, plain arithmetic elsewhere: the
//! same bits in both. Sums wrap around on overflow; what is narrowed is limited.

use std::ops::{Add, Sub};

mod pair;
pub use pair::Pair;

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod vector;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
use vector::{ByteVector, ShortVector, Vector};

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
mod plain;
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
use plain::{ByteVector, ShortVector, Vector};

/// Four integers of 32 bits: sums of products.
#[derive(Clone, Copy, Debug)]
pub struct Four(Vector);

impl Four {
    #[inline(always)]
    pub fn of(values: [i32; 4]) -> Self {
        Self(Vector::of(values))
    }

    /// The same in all lanes.
    #[inline(always)]
    pub fn all(value: i32) -> Self {
        Self(Vector::all(value))
    }

    /// Shifted right, keeping signs.
    #[inline(always)]
    pub fn shifted(self, bits: u32) -> Self {
        Self(self.0.shifted(bits))
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

/// Eight integers of 16 bits, or four pairs of them.
#[derive(Clone, Copy, Debug)]
pub struct Shorts(ShortVector);

impl Shorts {
    #[inline(always)]
    pub fn of(values: [i16; 8]) -> Self {
        Self(ShortVector::of(values))
    }

    /// The same in all lanes.
    #[inline(always)]
    pub fn all(value: i16) -> Self {
        Self(ShortVector::all(value))
    }

    /// The same in all pairs.
    #[inline(always)]
    pub fn all_pairs(pair: [i16; 2]) -> Self {
        Self(ShortVector::all_pairs(pair))
    }

    #[inline(always)]
    pub fn of_bytes(bytes: [u8; 8]) -> Self {
        Self(ShortVector::of_bytes(bytes))
    }

    /// The least or the greatest there is for what is beyond.
    #[inline(always)]
    pub fn narrowed([low, high]: [Four; 2]) -> Self {
        Self(ShortVector::narrowed(low.0, high.0))
    }

    #[inline(always)]
    pub fn values(self) -> [i16; 8] {
        self.0.values()
    }

    /// Shifted right, keeping signs.
    #[inline(always)]
    pub fn shifted(self, bits: u32) -> Self {
        Self(self.0.shifted(bits))
    }

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
    pub fn nonzero(self) -> u8 {
        self.0.nonzero()
    }

    /// For each pair: the product of the first ones and that of the second ones, added.
    #[inline(always)]
    pub fn dot(self, other: Self) -> Four {
        Four(self.0.dot(other.0))
    }

    /// Pairs of its own and another's, in order.
    #[inline(always)]
    pub fn zip(self, other: Self) -> [Self; 2] {
        self.0.zip(other.0).map(Self)
    }

    /// Of its own pairs and another's: the first, the third and so on, and the others.
    #[inline(always)]
    pub fn unzip_pairs(self, other: Self) -> [Self; 2] {
        self.0.unzip_pairs(other.0).map(Self)
    }

    /// As bytes: 0 for what is below, 255 for what is above.
    #[inline(always)]
    pub fn bytes(self, other: Self) -> Bytes {
        Bytes(self.0.bytes(other.0))
    }

    /// Rows become columns.
    #[inline(always)]
    pub fn transposed(rows: [Self; 8]) -> [Self; 8] {
        // Each time a bit of the row's number moves into the column's.
        let step = |[a, b, c, d, e, f, g, h]: [Self; 8]| {
            let ([a, b], [c, d], [e, f], [g, h]) = (a.zip(e), b.zip(f), c.zip(g), d.zip(h));
            [a, b, c, d, e, f, g, h]
        };
        step(step(step(rows)))
    }
}

impl Add for Shorts {
    type Output = Self;
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Self(self.0.plus(other.0))
    }
}

impl Sub for Shorts {
    type Output = Self;
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        Self(self.0.minus(other.0))
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

    /// Pairs of its own and another's, in order.
    #[inline(always)]
    pub fn zip(self, other: Self) -> [Shorts; 4] {
        self.0.zip(other.0).map(Shorts)
    }

    /// Means of two of its own and two of another's, rounded.
    #[inline(always)]
    pub fn means(self, other: Self) -> Shorts {
        Shorts(self.0.means(other.0))
    }

    /// Rows become columns.
    #[inline(always)]
    pub fn transposed(rows: [Self; 16]) -> [Self; 16] {
        ByteVector::transposed(rows.map(|row| row.0)).map(Self)
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
            (Four::of(a) + Four::of(b)).0.values(),
            each(i32::wrapping_add)
        );
        assert_eq!(
            (Four::of(a) - Four::of(b)).0.values(),
            each(i32::wrapping_sub)
        );
        assert_eq!(Four::of(a).shifted(1).0.values(), a.map(|value| value >> 1));
        assert_eq!(Four::all(-3).0.values(), [-3; 4]);
    }

    #[test]
    fn arithmetic_of_eight_is_that_of_each() {
        let (a, b) = (
            [1, -2, i16::MAX, i16::MIN, 0, 300, -300, 7],
            [5, 7, 1, -1, -9, 0, -4, 7],
        );
        let (own, other) = (Shorts::of(a), Shorts::of(b));
        let each = |operation: fn(i16, i16) -> i16| array::from_fn(|at| operation(a[at], b[at]));
        assert_eq!((own + other).values(), each(i16::wrapping_add));
        assert_eq!((own - other).values(), each(i16::wrapping_sub));
        assert_eq!(own.shifted(1).values(), a.map(|value| value >> 1));
        assert_eq!(own.abs().values(), a.map(i16::wrapping_abs));
        assert_eq!(
            own.with_sign_of(other).values(),
            [1, -2, i16::MAX, i16::MIN, 0, 300, 300, 7]
        );
        assert_eq!(own.nonzero(), 0b1110_1111);
        assert_eq!(Shorts::all(-3).values(), [-3; 8]);
        let bytes = [0, 1, 127, 128, 129, 254, 255, 3];
        assert_eq!(Shorts::of_bytes(bytes).values(), bytes.map(i16::from));
        let products = |at: usize| i32::from(a[at]) * i32::from(b[at]);
        assert_eq!(
            own.dot(other).0.values(),
            array::from_fn(|at| products(2 * at) + products(2 * at + 1))
        );
        let least = Shorts::all(i16::MIN);
        assert_eq!(least.dot(least).0.values(), [i32::MIN; 4], "wraps around");
        assert_eq!(
            own.dot(Shorts::all_pairs([1, -1])).0.values(),
            [3, 65_535, -300, -307]
        );
    }

    #[test]
    fn what_is_narrowed_is_limited() {
        let shorts = Shorts::narrowed([
            Four::of([1, -2, 40_000, -40_000]),
            Four::of([i32::MIN, i32::MAX, 0, 5]),
        ]);
        let expected = [1, -2, i16::MAX, i16::MIN, i16::MIN, i16::MAX, 0, 5];
        assert_eq!(shorts.values(), expected);
        let bytes = Shorts::of([-1, 0, 1, 254, 255, 256, i16::MIN, i16::MAX]);
        let limited = [0, 0, 1, 254, 255, 255, 0, 255];
        let both = bytes.bytes(Shorts::all(9)).values();
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
        let (own, other) = (Shorts::of(a), Shorts::of(b));
        assert_eq!(
            own.zip(other).map(Shorts::values),
            [[0, 10, 1, 11, 2, 12, 3, 13], [4, 14, 5, 15, 6, 16, 7, 17]]
        );
        assert_eq!(
            own.unzip_pairs(other).map(Shorts::values),
            [[0, 1, 4, 5, 10, 11, 14, 15], [2, 3, 6, 7, 12, 13, 16, 17]]
        );
        let rows: [[i16; 8]; 8] =
            array::from_fn(|row| array::from_fn(|column| (10 * row + column) as i16));
        let columns = Shorts::transposed(rows.map(Shorts::of)).map(Shorts::values);
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
        let pairs: Vec<i16> = Bytes::of(a)
            .zip(Bytes::of(b))
            .iter()
            .flat_map(|pairs| pairs.values())
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
            Bytes::of(a).means(Bytes::of(b)).values(),
            array::from_fn(mean)
        );
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
