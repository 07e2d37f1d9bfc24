//! In plain arithmetic.

use std::array;

#[derive(Clone, Copy, Debug)]
pub struct Vector([i32; 4]);

impl Vector {
    #[inline(always)]
    pub fn all(value: i32) -> Self {
        Self([value; 4])
    }

    #[inline(always)]
    pub fn of(values: [i32; 4]) -> Self {
        Self(values)
    }

    #[cfg(test)]
    pub fn values(self) -> [i32; 4] {
        self.0
    }

    #[inline(always)]
    pub fn plus(self, other: Self) -> Self {
        Self(array::from_fn(|at| self.0[at].wrapping_add(other.0[at])))
    }

    #[inline(always)]
    pub fn minus(self, other: Self) -> Self {
        Self(array::from_fn(|at| self.0[at].wrapping_sub(other.0[at])))
    }

    #[inline(always)]
    pub fn shifted(self, bits: u32) -> Self {
        Self(self.0.map(|value| value >> bits))
    }
}

#[derive(Clone, Copy, Debug)]
pub struct ShortVector([i16; 8]);

impl ShortVector {
    #[inline(always)]
    pub fn of(values: [i16; 8]) -> Self {
        Self(values)
    }

    #[inline(always)]
    pub fn all(value: i16) -> Self {
        Self([value; 8])
    }

    #[inline(always)]
    pub fn all_pairs(pair: [i16; 2]) -> Self {
        Self(array::from_fn(|at| pair[at % 2]))
    }

    #[inline(always)]
    pub fn of_bytes(bytes: [u8; 8]) -> Self {
        Self(bytes.map(i16::from))
    }

    #[inline(always)]
    pub fn narrowed(low: Vector, high: Vector) -> Self {
        let short = |value: i32| value.clamp(i16::MIN.into(), i16::MAX.into()) as i16;
        Self(array::from_fn(|at| match at {
            0..4 => short(low.0[at]),
            _ => short(high.0[at - 4]),
        }))
    }

    #[inline(always)]
    pub fn values(self) -> [i16; 8] {
        self.0
    }

    #[inline(always)]
    fn each(self, other: Self, operation: impl Fn(i16, i16) -> i16) -> Self {
        Self(array::from_fn(|at| operation(self.0[at], other.0[at])))
    }

    #[inline(always)]
    pub fn plus(self, other: Self) -> Self {
        self.each(other, i16::wrapping_add)
    }

    #[inline(always)]
    pub fn minus(self, other: Self) -> Self {
        self.each(other, i16::wrapping_sub)
    }

    #[inline(always)]
    pub fn shifted(self, bits: u32) -> Self {
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
    pub fn nonzero(self) -> u8 {
        let bits = self.0.iter().enumerate();
        bits.fold(0, |mask, (at, value)| mask | u8::from(*value != 0) << at)
    }

    #[inline(always)]
    pub fn dot(self, other: Self) -> Vector {
        let product = |at: usize| i32::from(self.0[at]) * i32::from(other.0[at]);
        Vector(array::from_fn(|at| {
            product(2 * at).wrapping_add(product(2 * at + 1))
        }))
    }

    #[inline(always)]
    pub fn zip(self, other: Self) -> [Self; 2] {
        let zipped = |from: usize| {
            Self(array::from_fn(|at| match at % 2 {
                0 => self.0[from + at / 2],
                _ => other.0[from + at / 2],
            }))
        };
        [zipped(0), zipped(4)]
    }

    #[inline(always)]
    pub fn unzip_pairs(self, other: Self) -> [Self; 2] {
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
    pub fn bytes(self, other: Self) -> ByteVector {
        let byte = |value: i16| value.clamp(0, 255) as u8;
        ByteVector(array::from_fn(|at| match at {
            0..8 => byte(self.0[at]),
            _ => byte(other.0[at - 8]),
        }))
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
    pub fn zip(self, other: Self) -> [ShortVector; 4] {
        let of = |four: usize, at: usize| match at % 2 {
            0 => self.0[4 * four + at / 2].into(),
            _ => other.0[4 * four + at / 2].into(),
        };
        array::from_fn(|four| ShortVector(array::from_fn(|at| of(four, at))))
    }

    #[inline(always)]
    pub fn means(self, other: Self) -> ShortVector {
        let sum = |row: &[u8; 16], at: usize| i16::from(row[2 * at]) + i16::from(row[2 * at + 1]);
        ShortVector(array::from_fn(|at| {
            (sum(&self.0, at) + sum(&other.0, at) + 2) >> 2
        }))
    }

    #[inline(always)]
    pub fn transposed(rows: [Self; 16]) -> [Self; 16] {
        array::from_fn(|row| Self(array::from_fn(|column| rows[column].0[row])))
    }
}
