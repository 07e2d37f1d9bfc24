//! Two floats of 64 bits.

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod vector {
    use std::arch::wasm32::{
        f64x2, f64x2_add, f64x2_div, f64x2_extract_lane, f64x2_mul, i32x4_extract_lane,
        i32x4_trunc_sat_f64x2_zero, v128,
    };

    #[derive(Clone, Copy, Debug)]
    pub struct Pair(v128);

    impl Pair {
        #[inline(always)]
        pub fn of([a, b]: [f64; 2]) -> Self {
            Self(f64x2(a, b))
        }

        #[inline(always)]
        pub fn values(self) -> [f64; 2] {
            [
                f64x2_extract_lane::<0>(self.0),
                f64x2_extract_lane::<1>(self.0),
            ]
        }

        #[inline(always)]
        pub fn plus(self, other: Self) -> Self {
            Self(f64x2_add(self.0, other.0))
        }

        #[inline(always)]
        pub fn times(self, other: Self) -> Self {
            Self(f64x2_mul(self.0, other.0))
        }

        #[inline(always)]
        pub fn over(self, other: Self) -> Self {
            Self(f64x2_div(self.0, other.0))
        }

        /// Cut to whole numbers, and to what 32 bits hold.
        #[inline(always)]
        pub fn whole(self) -> [i32; 2] {
            let whole = i32x4_trunc_sat_f64x2_zero(self.0);
            [
                i32x4_extract_lane::<0>(whole),
                i32x4_extract_lane::<1>(whole),
            ]
        }
    }
}

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
mod plain {
    #[derive(Clone, Copy, Debug)]
    pub struct Pair([f64; 2]);

    impl Pair {
        #[inline(always)]
        pub fn of(values: [f64; 2]) -> Self {
            Self(values)
        }

        #[inline(always)]
        pub fn values(self) -> [f64; 2] {
            self.0
        }

        #[inline(always)]
        pub fn plus(self, other: Self) -> Self {
            Self([self.0[0] + other.0[0], self.0[1] + other.0[1]])
        }

        #[inline(always)]
        pub fn times(self, other: Self) -> Self {
            Self([self.0[0] * other.0[0], self.0[1] * other.0[1]])
        }

        #[inline(always)]
        pub fn over(self, other: Self) -> Self {
            Self([self.0[0] / other.0[0], self.0[1] / other.0[1]])
        }

        /// Cut to whole numbers, and to what 32 bits hold.
        #[inline(always)]
        pub fn whole(self) -> [i32; 2] {
            self.0.map(|value| value as i32)
        }
    }
}

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
pub use plain::Pair;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
pub use vector::Pair;
