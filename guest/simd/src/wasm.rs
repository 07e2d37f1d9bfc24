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

#[derive(Clone, Copy, Debug)]
pub struct I32x4(v128);

impl I32x4 {
    #[inline(always)]
    pub fn splat(value: i32) -> Self {
        Self(i32x4_splat(value))
    }

    #[inline(always)]
    pub fn from_array(values: [i32; 4]) -> Self {
        Self(bytemuck::cast(values))
    }

    #[cfg(test)]
    pub fn to_array(self) -> [i32; 4] {
        bytemuck::cast(self.0)
    }

    #[inline(always)]
    pub fn add(self, other: Self) -> Self {
        Self(i32x4_add(self.0, other.0))
    }

    #[inline(always)]
    pub fn sub(self, other: Self) -> Self {
        Self(i32x4_sub(self.0, other.0))
    }

    #[inline(always)]
    pub fn shift_right(self, bits: u32) -> Self {
        Self(i32x4_shr(self.0, bits))
    }
}

#[derive(Clone, Copy, Debug)]
pub struct I16x8(v128);

impl I16x8 {
    #[inline(always)]
    pub fn from_array(values: [i16; 8]) -> Self {
        Self(bytemuck::cast(values))
    }

    #[inline(always)]
    pub fn splat(value: i16) -> Self {
        Self(i16x8_splat(value))
    }

    #[inline(always)]
    pub fn splat_pairs([a, b]: [i16; 2]) -> Self {
        Self(i32x4_splat(i32::from(a as u16) | i32::from(b) << 16))
    }

    #[inline(always)]
    pub fn from_bytes(bytes: [u8; 8]) -> Self {
        Self(u16x8_extend_low_u8x16(bytemuck::cast([bytes, [0; 8]])))
    }

    #[inline(always)]
    pub fn narrow(low: I32x4, high: I32x4) -> Self {
        Self(i16x8_narrow_i32x4(low.0, high.0))
    }

    #[inline(always)]
    pub fn to_array(self) -> [i16; 8] {
        bytemuck::cast(self.0)
    }

    #[inline(always)]
    pub fn add(self, other: Self) -> Self {
        Self(i16x8_add(self.0, other.0))
    }

    #[inline(always)]
    pub fn sub(self, other: Self) -> Self {
        Self(i16x8_sub(self.0, other.0))
    }

    #[inline(always)]
    pub fn shift_right(self, bits: u32) -> Self {
        Self(i16x8_shr(self.0, bits))
    }

    #[inline(always)]
    pub fn abs(self) -> Self {
        Self(i16x8_abs(self.0))
    }

    #[inline(always)]
    pub fn with_sign_of(self, other: Self) -> Self {
        let sign = i16x8_shr(other.0, 15);
        Self(i16x8_sub(v128_xor(self.0, sign), sign))
    }

    #[inline(always)]
    pub fn nonzero_mask(self) -> u8 {
        i16x8_bitmask(i16x8_ne(self.0, i16x8_splat(0)))
    }

    #[inline(always)]
    pub fn dot(self, other: Self) -> I32x4 {
        I32x4(i32x4_dot_i16x8(self.0, other.0))
    }

    #[inline(always)]
    pub fn interleave(self, other: Self) -> [Self; 2] {
        [
            Self(i16x8_shuffle::<0, 8, 1, 9, 2, 10, 3, 11>(self.0, other.0)),
            Self(i16x8_shuffle::<4, 12, 5, 13, 6, 14, 7, 15>(self.0, other.0)),
        ]
    }

    #[inline(always)]
    pub fn deinterleave_pairs(self, other: Self) -> [Self; 2] {
        [
            Self(i32x4_shuffle::<0, 2, 4, 6>(self.0, other.0)),
            Self(i32x4_shuffle::<1, 3, 5, 7>(self.0, other.0)),
        ]
    }

    /// By way of signed bytes: for unsigned ones, and for shorts that were narrow just before, the
    /// compiler writes out what one instruction does.
    #[inline(always)]
    pub fn narrow_to_bytes(self, other: Self) -> U8x16 {
        let less = |shorts: Self| i16x8_sub_sat(shorts.0, i16x8_splat(128));
        let signed = i8x16_narrow_i16x8(less(self), less(other));
        U8x16(v128_xor(signed, u8x16_splat(128)))
    }
}

#[derive(Clone, Copy, Debug)]
pub struct U8x16(v128);

impl U8x16 {
    #[inline(always)]
    pub fn from_array(bytes: [u8; 16]) -> Self {
        Self(bytemuck::cast(bytes))
    }

    #[inline(always)]
    pub fn to_array(self) -> [u8; 16] {
        bytemuck::cast(self.0)
    }

    #[inline(always)]
    pub fn interleave(self, other: Self) -> [I16x8; 4] {
        let (low, high) = (self.zip_low(other).0, self.zip_high(other).0);
        [
            I16x8(u16x8_extend_low_u8x16(low)),
            I16x8(u16x8_extend_high_u8x16(low)),
            I16x8(u16x8_extend_low_u8x16(high)),
            I16x8(u16x8_extend_high_u8x16(high)),
        ]
    }

    #[inline(always)]
    pub fn means(self, other: Self) -> I16x8 {
        let sums = i16x8_add(
            i16x8_extadd_pairwise_u8x16(self.0),
            i16x8_extadd_pairwise_u8x16(other.0),
        );
        I16x8(u16x8_shr(i16x8_add(sums, i16x8_splat(2)), 2))
    }

    /// Zipping the upper rows with the lower ones moves a bit of the row's number into the column's.
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

#[derive(Clone, Copy, Debug)]
pub struct F64x2(v128);

impl F64x2 {
    #[inline(always)]
    pub fn from_array([a, b]: [f64; 2]) -> Self {
        Self(std::arch::wasm32::f64x2(a, b))
    }

    #[inline(always)]
    pub fn to_array(self) -> [f64; 2] {
        [
            f64x2_extract_lane::<0>(self.0),
            f64x2_extract_lane::<1>(self.0),
        ]
    }

    #[inline(always)]
    pub fn add(self, other: Self) -> Self {
        Self(f64x2_add(self.0, other.0))
    }

    #[inline(always)]
    pub fn mul(self, other: Self) -> Self {
        Self(f64x2_mul(self.0, other.0))
    }

    #[inline(always)]
    pub fn div(self, other: Self) -> Self {
        Self(f64x2_div(self.0, other.0))
    }

    #[inline(always)]
    pub fn truncate(self) -> [i32; 2] {
        let whole = i32x4_trunc_sat_f64x2_zero(self.0);
        [
            i32x4_extract_lane::<0>(whole),
            i32x4_extract_lane::<1>(whole),
        ]
    }
}
