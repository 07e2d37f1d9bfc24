//! In plain arithmetic.

use std::array;

#[derive(Clone, Copy, Debug)]
pub struct I32x4([i32; 4]);

impl I32x4 {
    #[inline(always)]
    pub fn splat(value: i32) -> Self {
        Self([value; 4])
    }

    #[inline(always)]
    pub fn from_array(values: [i32; 4]) -> Self {
        Self(values)
    }

    #[cfg(test)]
    pub fn to_array(self) -> [i32; 4] {
        self.0
    }

    #[inline(always)]
    pub fn add(self, other: Self) -> Self {
        Self(array::from_fn(|at| self.0[at].wrapping_add(other.0[at])))
    }

    #[inline(always)]
    pub fn sub(self, other: Self) -> Self {
        Self(array::from_fn(|at| self.0[at].wrapping_sub(other.0[at])))
    }

    #[inline(always)]
    pub fn shift_right(self, bits: u32) -> Self {
        Self(self.0.map(|value| value >> bits))
    }
}

#[derive(Clone, Copy, Debug)]
pub struct I16x8([i16; 8]);

impl I16x8 {
    #[inline(always)]
    pub fn from_array(values: [i16; 8]) -> Self {
        Self(values)
    }

    #[inline(always)]
    pub fn splat(value: i16) -> Self {
        Self([value; 8])
    }

    #[inline(always)]
    pub fn splat_pairs(pair: [i16; 2]) -> Self {
        Self(array::from_fn(|at| pair[at % 2]))
    }

    #[inline(always)]
    pub fn from_bytes(bytes: [u8; 8]) -> Self {
        Self(bytes.map(i16::from))
    }

    #[inline(always)]
    pub fn narrow(low: I32x4, high: I32x4) -> Self {
        let short = |value: i32| value.clamp(i16::MIN.into(), i16::MAX.into()) as i16;
        Self(array::from_fn(|at| match at {
            0..4 => short(low.0[at]),
            _ => short(high.0[at - 4]),
        }))
    }

    #[inline(always)]
    pub fn to_array(self) -> [i16; 8] {
        self.0
    }

    #[inline(always)]
    fn each(self, other: Self, operation: impl Fn(i16, i16) -> i16) -> Self {
        Self(array::from_fn(|at| operation(self.0[at], other.0[at])))
    }

    #[inline(always)]
    pub fn add(self, other: Self) -> Self {
        self.each(other, i16::wrapping_add)
    }

    #[inline(always)]
    pub fn sub(self, other: Self) -> Self {
        self.each(other, i16::wrapping_sub)
    }

    #[inline(always)]
    pub fn shift_right(self, bits: u32) -> Self {
        Self(self.0.map(|value| value >> bits))
    }

    #[inline(always)]
    pub fn abs(self) -> Self {
        Self(self.0.map(i16::wrapping_abs))
    }

    #[inline(always)]
    pub fn with_sign_of(self, other: Self) -> Self {
        self.each(other, |value, other| {
            let sign = other >> 15;
            (value ^ sign).wrapping_sub(sign)
        })
    }

    #[inline(always)]
    pub fn nonzero_mask(self) -> u8 {
        let bits = self.0.iter().enumerate();
        bits.fold(0, |mask, (at, value)| mask | u8::from(*value != 0) << at)
    }

    #[inline(always)]
    pub fn dot(self, other: Self) -> I32x4 {
        let product = |at: usize| i32::from(self.0[at]) * i32::from(other.0[at]);
        I32x4(array::from_fn(|at| {
            product(2 * at).wrapping_add(product(2 * at + 1))
        }))
    }

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

    #[inline(always)]
    pub fn narrow_to_bytes(self, other: Self) -> U8x16 {
        let byte = |value: i16| value.clamp(0, 255) as u8;
        U8x16(array::from_fn(|at| match at {
            0..8 => byte(self.0[at]),
            _ => byte(other.0[at - 8]),
        }))
    }
}

#[derive(Clone, Copy, Debug)]
pub struct U8x16([u8; 16]);

impl U8x16 {
    #[inline(always)]
    pub fn from_array(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    #[inline(always)]
    pub fn to_array(self) -> [u8; 16] {
        self.0
    }

    #[inline(always)]
    pub fn interleave(self, other: Self) -> [I16x8; 4] {
        let of = |four: usize, at: usize| match at % 2 {
            0 => self.0[4 * four + at / 2].into(),
            _ => other.0[4 * four + at / 2].into(),
        };
        array::from_fn(|four| I16x8(array::from_fn(|at| of(four, at))))
    }

    #[inline(always)]
    pub fn means(self, other: Self) -> I16x8 {
        let sum = |row: &[u8; 16], at: usize| i16::from(row[2 * at]) + i16::from(row[2 * at + 1]);
        I16x8(array::from_fn(|at| {
            (sum(&self.0, at) + sum(&other.0, at) + 2) >> 2
        }))
    }

    #[inline(always)]
    pub fn transpose(rows: [Self; 16]) -> [Self; 16] {
        array::from_fn(|row| Self(array::from_fn(|column| rows[column].0[row])))
    }
}

#[derive(Clone, Copy, Debug)]
pub struct F64x2([f64; 2]);

impl F64x2 {
    #[inline(always)]
    pub fn from_array(values: [f64; 2]) -> Self {
        Self(values)
    }

    #[inline(always)]
    pub fn to_array(self) -> [f64; 2] {
        self.0
    }

    #[inline(always)]
    fn each(self, other: Self, operation: impl Fn(f64, f64) -> f64) -> Self {
        Self(array::from_fn(|at| operation(self.0[at], other.0[at])))
    }

    #[inline(always)]
    pub fn add(self, other: Self) -> Self {
        self.each(other, |a, b| a + b)
    }

    #[inline(always)]
    pub fn mul(self, other: Self) -> Self {
        self.each(other, |a, b| a * b)
    }

    #[inline(always)]
    pub fn div(self, other: Self) -> Self {
        self.each(other, |a, b| a / b)
    }

    #[inline(always)]
    pub fn truncate(self) -> [i32; 2] {
        self.0.map(|value| value as i32)
    }
}
