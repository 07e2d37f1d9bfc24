//! In the fixed-width vector instructions of WebAssembly.

use std::arch::wasm32::{
    i8x16_shuffle, i16x8_narrow_i32x4, i32x4, i32x4_abs, i32x4_add, i32x4_bitmask, i32x4_dot_i16x8,
    i32x4_extract_lane, i32x4_mul, i32x4_ne, i32x4_shr, i32x4_shuffle, i32x4_splat, i32x4_sub,
    i64x2, i64x2_extract_lane, u8x16_narrow_i16x8, u16x8_extend_high_u8x16, u16x8_extend_low_u8x16,
    u32x4_extend_high_u16x8, u32x4_extend_low_u16x8, v128,
};
use std::array;

#[derive(Clone, Copy, Debug)]
pub struct Vector(v128);

impl Vector {
    #[inline(always)]
    pub fn of([a, b, c, d]: [i32; 4]) -> Self {
        Self(i32x4(a, b, c, d))
    }

    #[inline(always)]
    pub fn values(self) -> [i32; 4] {
        [
            i32x4_extract_lane::<0>(self.0),
            i32x4_extract_lane::<1>(self.0),
            i32x4_extract_lane::<2>(self.0),
            i32x4_extract_lane::<3>(self.0),
        ]
    }

    #[inline(always)]
    pub fn plus(self, other: Self) -> Self {
        Self(i32x4_add(self.0, other.0))
    }

    #[inline(always)]
    pub fn minus(self, other: Self) -> Self {
        Self(i32x4_sub(self.0, other.0))
    }

    #[inline(always)]
    pub fn times(self, other: Self) -> Self {
        Self(i32x4_mul(self.0, other.0))
    }

    #[inline(always)]
    pub fn shifted(self, bits: u32) -> Self {
        Self(i32x4_shr(self.0, bits))
    }

    #[inline(always)]
    pub fn of_bytes(bytes: [u8; 8]) -> [Self; 2] {
        let shorts = u16x8_extend_low_u8x16(i64x2(i64::from_le_bytes(bytes), 0));
        [
            Self(u32x4_extend_low_u16x8(shorts)),
            Self(u32x4_extend_high_u16x8(shorts)),
        ]
    }

    #[inline(always)]
    pub fn bytes(self, other: Self) -> [u8; 8] {
        let shorts = i16x8_narrow_i32x4(self.0, other.0);
        i64x2_extract_lane::<0>(u8x16_narrow_i16x8(shorts, shorts)).to_le_bytes()
    }

    #[inline(always)]
    pub fn abs(self) -> Self {
        Self(i32x4_abs(self.0))
    }

    #[inline(always)]
    pub fn nonzero(self) -> u64 {
        i32x4_bitmask(i32x4_ne(self.0, i32x4_splat(0))).into()
    }

    #[inline(always)]
    pub fn transposed([a, b, c, d]: [Self; 4]) -> [Self; 4] {
        let (ab, cd) = (
            i32x4_shuffle::<0, 4, 1, 5>(a.0, b.0),
            i32x4_shuffle::<0, 4, 1, 5>(c.0, d.0),
        );
        let (ef, gh) = (
            i32x4_shuffle::<2, 6, 3, 7>(a.0, b.0),
            i32x4_shuffle::<2, 6, 3, 7>(c.0, d.0),
        );
        [
            Self(i32x4_shuffle::<0, 1, 4, 5>(ab, cd)),
            Self(i32x4_shuffle::<2, 3, 6, 7>(ab, cd)),
            Self(i32x4_shuffle::<0, 1, 4, 5>(ef, gh)),
            Self(i32x4_shuffle::<2, 3, 6, 7>(ef, gh)),
        ]
    }
}

#[derive(Clone, Copy, Debug)]
pub struct ByteVector(v128);

impl ByteVector {
    #[inline(always)]
    pub fn of(bytes: [u8; 16]) -> Self {
        let halves = u128::from_le_bytes(bytes);
        Self(i64x2(halves as i64, (halves >> 64) as i64))
    }

    #[inline(always)]
    pub fn values(self) -> [u8; 16] {
        let low = i64x2_extract_lane::<0>(self.0) as u64;
        let high = i64x2_extract_lane::<1>(self.0) as u64;
        (u128::from(high) << 64 | u128::from(low)).to_le_bytes()
    }

    #[inline(always)]
    pub fn weighted(self, other: Self, [a, b]: [i16; 2]) -> [Vector; 4] {
        let factors = i32x4_splat(i32::from(a as u16) | i32::from(b) << 16);
        let dot = |pairs| Vector(i32x4_dot_i16x8(pairs, factors));
        let (low, high) = (self.zip_low(other).0, self.zip_high(other).0);
        [
            dot(u16x8_extend_low_u8x16(low)),
            dot(u16x8_extend_high_u8x16(low)),
            dot(u16x8_extend_low_u8x16(high)),
            dot(u16x8_extend_high_u8x16(high)),
        ]
    }

    #[inline(always)]
    pub fn saturated([a, b, c, d]: [Vector; 4]) -> Self {
        let (low, high) = (i16x8_narrow_i32x4(a.0, b.0), i16x8_narrow_i32x4(c.0, d.0));
        Self(u8x16_narrow_i16x8(low, high))
    }

    /// Zipping the upper rows with the lower ones moves a bit of the row's number into the column's.
    #[inline(always)]
    pub fn transposed(mut rows: [Self; 16]) -> [Self; 16] {
        for _ in 0..4 {
            rows = array::from_fn(|at| match at % 2 {
                0 => rows[at / 2].zip_low(rows[at / 2 + 8]),
                _ => rows[at / 2].zip_high(rows[at / 2 + 8]),
            });
        }
        rows
    }

    #[inline(always)]
    fn zip_low(self, other: Self) -> Self {
        Self(i8x16_shuffle::<
            0,
            16,
            1,
            17,
            2,
            18,
            3,
            19,
            4,
            20,
            5,
            21,
            6,
            22,
            7,
            23,
        >(self.0, other.0))
    }

    #[inline(always)]
    fn zip_high(self, other: Self) -> Self {
        Self(i8x16_shuffle::<
            8,
            24,
            9,
            25,
            10,
            26,
            11,
            27,
            12,
            28,
            13,
            29,
            14,
            30,
            15,
            31,
        >(self.0, other.0))
    }
}
