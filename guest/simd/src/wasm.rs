//! In the fixed-width vector instructions of WebAssembly.

use std::arch::wasm32::{
    f64x2_add, f64x2_div, f64x2_extract_lane, f64x2_mul, i8x16_narrow_i16x8, i8x16_shuffle,
    i16x8_abs, i16x8_add, i16x8_bitmask, i16x8_extadd_pairwise_u8x16, i16x8_narrow_i32x4, i16x8_ne,
    i16x8_shr, i16x8_shuffle, i16x8_splat, i16x8_sub, i16x8_sub_sat, i32x4_add, i32x4_dot_i16x8,
    i32x4_extract_lane, i32x4_shr, i32x4_shuffle, i32x4_splat, i32x4_sub,
    i32x4_trunc_sat_f64x2_zero, u8x16_splat, u16x8_extend_high_u8x16, u16x8_extend_low_u8x16,
    u16x8_shr, v128, v128_xor,
};
use std::array;
use std::ops::{Add, Div, Mul, Sub};

/// Four integers of 32 bits: sums of products.
#[derive(Clone, Copy, Debug)]
pub struct i32x4(v128);

impl i32x4 {
    /// The same in all lanes.
    #[inline(always)]
    pub fn splat(value: i32) -> Self {
        Self(i32x4_splat(value))
    }

    /// These four.
    #[inline(always)]
    pub fn from_array(values: [i32; 4]) -> Self {
        Self(bytemuck::cast(values))
    }

    /// What is in the lanes.
    #[inline(always)]
    pub fn to_array(self) -> [i32; 4] {
        bytemuck::cast(self.0)
    }

    /// Shifted right, keeping signs.
    #[inline(always)]
    pub fn shift_right(self, bits: u32) -> Self {
        Self(i32x4_shr(self.0, bits))
    }
}

impl Add for i32x4 {
    type Output = Self;
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Self(i32x4_add(self.0, other.0))
    }
}

impl Sub for i32x4 {
    type Output = Self;
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        Self(i32x4_sub(self.0, other.0))
    }
}

/// Eight integers of 16 bits, or four pairs of them.
#[derive(Clone, Copy, Debug)]
pub struct i16x8(v128);

impl i16x8 {
    /// These eight.
    #[inline(always)]
    pub fn from_array(values: [i16; 8]) -> Self {
        Self(bytemuck::cast(values))
    }

    /// The same in all lanes.
    #[inline(always)]
    pub fn splat(value: i16) -> Self {
        Self(i16x8_splat(value))
    }

    /// The same in all pairs.
    #[inline(always)]
    pub fn splat_pairs([a, b]: [i16; 2]) -> Self {
        Self(i32x4_splat(i32::from(a as u16) | i32::from(b) << 16))
    }

    /// Bytes, widened.
    #[inline(always)]
    pub fn from_bytes(bytes: [u8; 8]) -> Self {
        Self(u16x8_extend_low_u8x16(bytemuck::cast([bytes, [0; 8]])))
    }

    /// The least or the greatest there is for what is beyond.
    #[inline(always)]
    pub fn narrow([low, high]: [i32x4; 2]) -> Self {
        Self(i16x8_narrow_i32x4(low.0, high.0))
    }

    /// What is in the lanes.
    #[inline(always)]
    pub fn to_array(self) -> [i16; 8] {
        bytemuck::cast(self.0)
    }

    /// Shifted right, keeping signs.
    #[inline(always)]
    pub fn shift_right(self, bits: u32) -> Self {
        Self(i16x8_shr(self.0, bits))
    }

    /// Absolute values; that of the least one wraps around.
    #[inline(always)]
    pub fn abs(self) -> Self {
        Self(i16x8_abs(self.0))
    }

    /// Changes its sign where the other one is negative.
    #[inline(always)]
    pub fn with_sign_of(self, other: Self) -> Self {
        let sign = i16x8_shr(other.0, 15);
        Self(i16x8_sub(v128_xor(self.0, sign), sign))
    }

    /// Which are not zero, the first in the lowest bit.
    #[inline(always)]
    pub fn nonzero_mask(self) -> u8 {
        i16x8_bitmask(i16x8_ne(self.0, i16x8_splat(0)))
    }

    /// For each pair: the product of the first ones and that of the second ones, added.
    #[inline(always)]
    pub fn dot(self, other: Self) -> i32x4 {
        i32x4(i32x4_dot_i16x8(self.0, other.0))
    }

    /// Pairs of its own and another's, in order.
    #[inline(always)]
    pub fn interleave(self, other: Self) -> [Self; 2] {
        [
            Self(i16x8_shuffle::<0, 8, 1, 9, 2, 10, 3, 11>(self.0, other.0)),
            Self(i16x8_shuffle::<4, 12, 5, 13, 6, 14, 7, 15>(self.0, other.0)),
        ]
    }

    /// Of its own pairs and another's: the first, the third and so on, and the others.
    #[inline(always)]
    pub fn deinterleave_pairs(self, other: Self) -> [Self; 2] {
        [
            Self(i32x4_shuffle::<0, 2, 4, 6>(self.0, other.0)),
            Self(i32x4_shuffle::<1, 3, 5, 7>(self.0, other.0)),
        ]
    }

    /// As bytes: 0 for what is below, 255 for what is above.
    // By way of signed bytes: for unsigned ones, and for shorts that were narrow just before, the
    // compiler writes out what one instruction does.
    #[inline(always)]
    pub fn narrow_to_bytes(self, other: Self) -> u8x16 {
        let less = |shorts: Self| i16x8_sub_sat(shorts.0, i16x8_splat(128));
        let signed = i8x16_narrow_i16x8(less(self), less(other));
        u8x16(v128_xor(signed, u8x16_splat(128)))
    }
}

impl Add for i16x8 {
    type Output = Self;
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Self(i16x8_add(self.0, other.0))
    }
}

impl Sub for i16x8 {
    type Output = Self;
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        Self(i16x8_sub(self.0, other.0))
    }
}

/// Sixteen bytes.
#[derive(Clone, Copy, Debug)]
pub struct u8x16(v128);

impl u8x16 {
    /// These sixteen.
    #[inline(always)]
    pub fn from_array(bytes: [u8; 16]) -> Self {
        Self(bytemuck::cast(bytes))
    }

    /// What is in the lanes.
    #[inline(always)]
    pub fn to_array(self) -> [u8; 16] {
        bytemuck::cast(self.0)
    }

    /// Pairs of its own and another's, in order.
    #[inline(always)]
    pub fn interleave(self, other: Self) -> [i16x8; 4] {
        let (low, high) = (self.zip_low(other).0, self.zip_high(other).0);
        [
            i16x8(u16x8_extend_low_u8x16(low)),
            i16x8(u16x8_extend_high_u8x16(low)),
            i16x8(u16x8_extend_low_u8x16(high)),
            i16x8(u16x8_extend_high_u8x16(high)),
        ]
    }

    /// Means of two of its own and two of another's, rounded.
    #[inline(always)]
    pub fn means(self, other: Self) -> i16x8 {
        let sums = i16x8_add(
            i16x8_extadd_pairwise_u8x16(self.0),
            i16x8_extadd_pairwise_u8x16(other.0),
        );
        i16x8(u16x8_shr(i16x8_add(sums, i16x8_splat(2)), 2))
    }

    /// Rows become columns.
    // Zipping the upper rows with the lower ones moves a bit of the row's number into the column's.
    #[inline(always)]
    pub fn transpose(mut rows: [Self; 16]) -> [Self; 16] {
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

/// Two floats of 64 bits.
#[derive(Clone, Copy, Debug)]
pub struct f64x2(v128);

impl f64x2 {
    /// These two.
    #[inline(always)]
    pub fn from_array([a, b]: [f64; 2]) -> Self {
        Self(std::arch::wasm32::f64x2(a, b))
    }

    /// What is in the lanes.
    #[inline(always)]
    pub fn to_array(self) -> [f64; 2] {
        [
            f64x2_extract_lane::<0>(self.0),
            f64x2_extract_lane::<1>(self.0),
        ]
    }

    /// Cut to whole numbers, and to what 32 bits hold.
    #[inline(always)]
    pub fn truncate(self) -> [i32; 2] {
        let whole = i32x4_trunc_sat_f64x2_zero(self.0);
        [
            i32x4_extract_lane::<0>(whole),
            i32x4_extract_lane::<1>(whole),
        ]
    }
}

impl Add for f64x2 {
    type Output = Self;
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Self(f64x2_add(self.0, other.0))
    }
}

impl Mul for f64x2 {
    type Output = Self;
    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        Self(f64x2_mul(self.0, other.0))
    }
}

impl Div for f64x2 {
    type Output = Self;
    #[inline(always)]
    fn div(self, other: Self) -> Self {
        Self(f64x2_div(self.0, other.0))
    }
}
