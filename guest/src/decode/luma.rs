//! Luma without a picture: what fingerprints need of a file whose blocks tell it sooner than pixels.

use crate::info::{Dimensions, ImageInfo};

/// Weights of red, green and blue in Rec. 601 luma, in 65536ths.
const RED: u32 = 19_595;
const GREEN: u32 = 38_470;
const BLUE: u32 = 7_471;

/// Luma of a whole picture, as the file stores it, in square blocks.
#[derive(Clone, Debug, PartialEq)]
pub struct ReducedLuma {
    /// Facts of the file; its orientation is still to be applied.
    pub info: ImageInfo,
    /// The stored picture, in pixels.
    pub size: Dimensions,
    /// Pixels on a side of a block. The last blocks of a row or a column may reach over the edge.
    pub block: u32,
    /// The mean of each block, row by row.
    pub samples: Vec<u8>,
}

/// Rec. 601 luma, rounded.
#[inline]
pub(crate) fn of_rgb([red, green, blue]: [u8; 3]) -> u8 {
    let sum = RED * u32::from(red) + GREEN * u32::from(green) + BLUE * u32::from(blue);
    ((sum + 0x8000) >> 16) as u8
}

/// The product of two shares of 255, rounded.
pub(crate) fn product(a: u8, b: u8) -> u8 {
    ((u32::from(a) * u32::from(b) + 127) / 255) as u8
}
