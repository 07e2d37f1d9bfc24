//! In the fixed-width vector instructions of WebAssembly.

use std::arch::wasm32::{
    i8x16_narrow_i16x8, i8x16_shuffle, i16x8_abs, i16x8_add, i16x8_bitmask,
    i16x8_extadd_pairwise_u8x16, i16x8_narrow_i32x4, i16x8_ne, i16x8_shr, i16x8_shuffle,
    i16x8_splat, i16x8_sub, i16x8_sub_sat, i32x4_add, i32x4_dot_i16x8, i32x4_shr, i32x4_shuffle,
    i32x4_splat, i32x4_sub, u8x16_splat, u16x8_extend_high_u8x16, u16x8_extend_low_u8x16,
    u16x8_shr, v128, v128_xor,
};
use std::array;

#[derive(Clone, Copy, Debug)]
pub struct Vector(v128);

impl Vector {
    #[inline(always)]
    pub fn all(value: i32) -> Self {
        Self(i32x4_splat(value))
    }

    #[inline(always)]
    pub fn of(values: [i32; 4]) -> Self {
        Self(bytemuck::cast(values))
    }

    #[cfg(test)]
    pub fn values(self) -> [i32; 4] {
        bytemuck::cast(self.0)
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
    pub fn shifted(self, bits: u32) -> Self {
        Self(i32x4_shr(self.0, bits))
    }
}

#[derive(Clone, Copy, Debug)]
pub struct ShortVector(v128);

impl ShortVector {
    #[inline(always)]
    pub fn of(values: [i16; 8]) -> Self {
        Self(bytemuck::cast(values))
    }

    #[inline(always)]
    pub fn all(value: i16) -> Self {
        Self(i16x8_splat(value))
    }

    #[inline(always)]
    pub fn all_pairs([a, b]: [i16; 2]) -> Self {
        Self(i32x4_splat(i32::from(a as u16) | i32::from(b) << 16))
    }

    #[inline(always)]
    pub fn of_bytes(bytes: [u8; 8]) -> Self {
        Self(u16x8_extend_low_u8x16(bytemuck::cast([bytes, [0; 8]])))
    }

    #[inline(always)]
    pub fn narrowed(low: Vector, high: Vector) -> Self {
        Self(i16x8_narrow_i32x4(low.0, high.0))
    }

    #[inline(always)]
    pub fn values(self) -> [i16; 8] {
        bytemuck::cast(self.0)
    }

    #[inline(always)]
    pub fn plus(self, other: Self) -> Self {
        Self(i16x8_add(self.0, other.0))
    }

    #[inline(always)]
    pub fn minus(self, other: Self) -> Self {
        Self(i16x8_sub(self.0, other.0))
    }

    #[inline(always)]
    pub fn shifted(self, bits: u32) -> Self {
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
    pub fn nonzero(self) -> u8 {
        i16x8_bitmask(i16x8_ne(self.0, i16x8_splat(0)))
    }

    #[inline(always)]
    pub fn dot(self, other: Self) -> Vector {
        Vector(i32x4_dot_i16x8(self.0, other.0))
    }

    #[inline(always)]
    pub fn zip(self, other: Self) -> [Self; 2] {
        [
            Self(i16x8_shuffle::<0, 8, 1, 9, 2, 10, 3, 11>(self.0, other.0)),
            Self(i16x8_shuffle::<4, 12, 5, 13, 6, 14, 7, 15>(self.0, other.0)),
        ]
    }

    #[inline(always)]
    pub fn unzip_pairs(self, other: Self) -> [Self; 2] {
        [
            Self(i32x4_shuffle::<0, 2, 4, 6>(self.0, other.0)),
            Self(i32x4_shuffle::<1, 3, 5, 7>(self.0, other.0)),
        ]
    }

    /// By way of signed bytes: for unsigned ones, and for shorts that were narrowed just before, the
    /// compiler writes out what one instruction does.
    #[inline(always)]
    pub fn bytes(self, other: Self) -> ByteVector {
        let less = |shorts: Self| i16x8_sub_sat(shorts.0, i16x8_splat(128));
        let signed = i8x16_narrow_i16x8(less(self), less(other));
        ByteVector(v128_xor(signed, u8x16_splat(128)))
    }
}

#[derive(Clone, Copy, Debug)]
pub struct ByteVector(v128);

impl ByteVector {
    #[inline(always)]
    pub fn of(bytes: [u8; 16]) -> Self {
        Self(bytemuck::cast(bytes))
    }

    #[inline(always)]
    pub fn values(self) -> [u8; 16] {
        bytemuck::cast(self.0)
    }

    #[inline(always)]
    pub fn zip(self, other: Self) -> [ShortVector; 4] {
        let (low, high) = (self.zip_low(other).0, self.zip_high(other).0);
        [
            ShortVector(u16x8_extend_low_u8x16(low)),
            ShortVector(u16x8_extend_high_u8x16(low)),
            ShortVector(u16x8_extend_low_u8x16(high)),
            ShortVector(u16x8_extend_high_u8x16(high)),
        ]
    }

    #[inline(always)]
    pub fn means(self, other: Self) -> ShortVector {
        let sums = i16x8_add(
            i16x8_extadd_pairwise_u8x16(self.0),
            i16x8_extadd_pairwise_u8x16(other.0),
        );
        ShortVector(u16x8_shr(i16x8_add(sums, i16x8_splat(2)), 2))
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
