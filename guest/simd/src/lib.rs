#![doc = include_str!("../README.md")]
#![allow(
    non_camel_case_types,
    reason = "the names that these types have in the field"
)]

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod wasm;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
pub use wasm::{f64x2, i16x8, i32x4, u8x16};

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
mod scalar;
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
pub use scalar::{f64x2, i16x8, i32x4, u8x16};

impl i16x8 {
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

impl f64x2 {
    /// The same in both lanes.
    #[inline(always)]
    pub fn splat(value: f64) -> Self {
        Self::from_array([value; 2])
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
            (i32x4::from_array(a) + i32x4::from_array(b)).to_array(),
            each(i32::wrapping_add)
        );
        assert_eq!(
            (i32x4::from_array(a) - i32x4::from_array(b)).to_array(),
            each(i32::wrapping_sub)
        );
        assert_eq!(
            i32x4::from_array(a).shift_right(1).to_array(),
            a.map(|value| value >> 1)
        );
        assert_eq!(i32x4::splat(-3).to_array(), [-3; 4]);
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
            own.dot(other).to_array(),
            array::from_fn(|at| products(2 * at) + products(2 * at + 1))
        );
        let least = i16x8::splat(i16::MIN);
        assert_eq!(least.dot(least).to_array(), [i32::MIN; 4], "wraps around");
        assert_eq!(
            own.dot(i16x8::splat_pairs([1, -1])).to_array(),
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
