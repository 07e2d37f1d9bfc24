//! Luma without a picture: what fingerprints need of a file whose blocks tell it sooner than pixels. Chroma
//! too, for those who ask.

use crate::info::{Dimensions, ImageInfo};

/// Weights of red, green and blue in Rec. 601 luma, in 65536ths.
const RED: u32 = 19_595;
const GREEN: u32 = 38_470;
const BLUE: u32 = 7_471;

/// Shares of red, green and blue in blue and red chroma of Rec. 601, in 65536ths.
const BLUE_CHROMA: [i64; 3] = [-11_059, -21_709, 32_768];
const RED_CHROMA: [i64; 3] = [32_768, -27_439, -5_329];

/// How many blocks of a picture are needed on each side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LeastBlocks {
    /// For an answer.
    pub luma: u32,
    /// For chroma as well, where somebody wants it.
    pub chroma: Option<u32>,
}

impl From<u32> for LeastBlocks {
    fn from(luma: u32) -> Self {
        Self { luma, chroma: None }
    }
}

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
    /// Chroma, where it was wanted and read.
    pub chroma: Option<ReducedChroma>,
}

/// Chroma of a whole picture, as the file stores it, in blocks.
#[derive(Clone, Debug, PartialEq)]
pub enum ReducedChroma {
    /// The picture is grey.
    Grey,
    /// Blue and red.
    Planes([ChromaBlocks; 2]),
}

/// One kind of chroma.
#[derive(Clone, Debug, PartialEq)]
pub struct ChromaBlocks {
    /// Pixels of a block, across and down. The last blocks of a row or a column may reach over the edge.
    pub block: (u32, u32),
    /// The mean of each block, row by row, 128 being no chroma.
    pub samples: Vec<u8>,
}

/// Rec. 601 luma, rounded.
#[inline]
pub(crate) fn of_rgb([red, green, blue]: [u8; 3]) -> u8 {
    let sum = RED * u32::from(red) + GREEN * u32::from(green) + BLUE * u32::from(blue);
    ((sum + 0x8000) >> 16) as u8
}

/// Rec. 601 chroma, blue and red, of red, green and blue in 256ths of a level; rounded.
pub(crate) fn chroma_of(colour: [i64; 3]) -> [u8; 2] {
    [BLUE_CHROMA, RED_CHROMA].map(|shares| {
        let sum: i64 = shares
            .iter()
            .zip(colour)
            .map(|(share, level)| share * level)
            .sum();
        let level = (sum + (128 << 24) + (1 << 23)) >> 24;
        level.clamp(0, 255) as u8
    })
}

/// The product of two shares of 255, rounded.
pub(crate) fn product(a: u8, b: u8) -> u8 {
    ((u32::from(a) * u32::from(b) + 127) / 255) as u8
}
