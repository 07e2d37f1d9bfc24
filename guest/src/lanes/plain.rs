//! In plain arithmetic.

use std::array;

#[derive(Clone, Copy, Debug)]
pub struct Vector([i32; 4]);

impl Vector {
    #[inline(always)]
    pub fn of(values: [i32; 4]) -> Self {
        Self(values)
    }

    #[inline(always)]
    pub fn values(self) -> [i32; 4] {
        self.0
    }

    #[inline(always)]
    fn zip(self, other: Self, operation: impl Fn(i32, i32) -> i32) -> Self {
        Self(array::from_fn(|at| operation(self.0[at], other.0[at])))
    }

    #[inline(always)]
    pub fn plus(self, other: Self) -> Self {
        self.zip(other, i32::wrapping_add)
    }

    #[inline(always)]
    pub fn minus(self, other: Self) -> Self {
        self.zip(other, i32::wrapping_sub)
    }

    #[inline(always)]
    pub fn times(self, other: Self) -> Self {
        self.zip(other, i32::wrapping_mul)
    }

    #[inline(always)]
    pub fn shifted(self, bits: u32) -> Self {
        Self(self.0.map(|value| value >> bits))
    }

    #[inline(always)]
    pub fn of_bytes([a, b, c, d, e, f, g, h]: [u8; 8]) -> [Self; 2] {
        [[a, b, c, d], [e, f, g, h]].map(|bytes| Self(bytes.map(i32::from)))
    }

    #[inline(always)]
    pub fn bytes(self, other: Self) -> [u8; 8] {
        let byte = |value: i32| value.clamp(0, 255) as u8;
        array::from_fn(|at| match at {
            0..4 => byte(self.0[at]),
            _ => byte(other.0[at - 4]),
        })
    }

    #[inline(always)]
    pub fn abs(self) -> Self {
        Self(self.0.map(i32::wrapping_abs))
    }

    #[inline(always)]
    pub fn nonzero(self) -> u64 {
        let bits = self.0.iter().enumerate();
        bits.fold(0, |mask, (at, value)| mask | u64::from(*value != 0) << at)
    }

    #[inline(always)]
    pub fn transposed(rows: [Self; 4]) -> [Self; 4] {
        array::from_fn(|row| Self(array::from_fn(|column| rows[column].0[row])))
    }
}

#[derive(Clone, Copy, Debug)]
pub struct ByteVector([u8; 16]);

impl ByteVector {
    #[inline(always)]
    pub fn of(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    #[inline(always)]
    pub fn values(self) -> [u8; 16] {
        self.0
    }

    #[inline(always)]
    pub fn weighted(self, other: Self, factors: [i16; 2]) -> [Vector; 4] {
        let [a, b] = factors.map(i32::from);
        let sum = |at: usize| {
            let (above, below) = (i32::from(self.0[at]), i32::from(other.0[at]));
            (above * a).wrapping_add(below * b)
        };
        array::from_fn(|four| Vector(array::from_fn(|at| sum(4 * four + at))))
    }

    #[inline(always)]
    pub fn saturated(sums: [Vector; 4]) -> Self {
        Self(array::from_fn(|at| {
            sums[at / 4].0[at % 4].clamp(0, 255) as u8
        }))
    }

    #[inline(always)]
    pub fn transposed(rows: [Self; 16]) -> [Self; 16] {
        array::from_fn(|row| Self(array::from_fn(|column| rows[column].0[row])))
    }
}
