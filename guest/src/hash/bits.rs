//! The rules by which cells become bits, one for each table row of [`super`]; what cells they are given is
//! decided there. The same bits as those of the crate `image_hasher` for pictures of these very sizes, which a
//! test compares them with.

use std::array;

use rustdct::Dct2;
use rustdct::algorithm::type2and3_butterflies::Type2And3Butterfly16;

/// Points of the cosine transform, along either axis.
pub const POINTS: usize = 16;
/// Frequencies that are kept of it, the constant first.
const FREQUENCIES: usize = 8;
/// Blocks along either axis of the picture.
const BLOCKS: usize = 8;
/// Rows of blocks that share a median.
const BAND: usize = 4;

/// Set where a cell is darker than its right neighbour, row by row.
pub fn darker_than_right(cells: &[u8], width: usize) -> Vec<u8> {
    let pairs = cells.chunks(width).flat_map(|row| row.windows(2));
    packed(pairs.map(|pair| pair[0] < pair[1]))
}

/// Set where a cell is darker than the one below, column by column.
pub fn darker_than_below(cells: &[u8], width: usize) -> Vec<u8> {
    let columns = (0..width).map(|x| cells.iter().skip(x).step_by(width));
    packed(columns.flat_map(|column| {
        column
            .clone()
            .zip(column.skip(1))
            .map(|(cell, below)| cell < below)
    }))
}

/// Set where a cell is at least the mean of all, cut to a whole number.
pub fn at_least_mean(cells: &[u8]) -> Vec<u8> {
    let sum: usize = cells.iter().map(|cell| usize::from(*cell)).sum();
    let mean = sum / cells.len();
    packed(cells.iter().map(|cell| usize::from(*cell) >= mean))
}

/// Set where one of the lowest frequencies of 16x16 cells is at least their median, the mean of the two in the
/// middle.
pub fn at_least_median_frequency(cells: &[u8]) -> Vec<u8> {
    let coefficients = lowest_frequencies(cells);
    let mut sorted = coefficients.clone();
    sorted.sort_unstable_by(f32::total_cmp);
    let median = f32::midpoint(sorted[sorted.len() / 2 - 1], sorted[sorted.len() / 2]);
    packed(
        coefficients
            .iter()
            .map(|coefficient| *coefficient >= median),
    )
}

/// Set where the sum of a block is above the median of its band of blocks, the upper one of the two in the
/// middle; or equal to it, where that is over half of full white. `side` is a multiple of eight.
pub fn above_median_of_band(cells: &[u8], side: usize) -> Vec<u8> {
    let block = side / BLOCKS;
    let mut sums = [0_u32; BLOCKS * BLOCKS];
    for (y, row) in cells.chunks(side).enumerate() {
        for (x, cells) in row.chunks(block).enumerate() {
            sums[y / block * BLOCKS + x] += cells.iter().map(|cell| u32::from(*cell)).sum::<u32>();
        }
    }
    let half_white = (255 * block * block / 2) as u32;
    let bands = sums.chunks(BAND * BLOCKS);
    packed(bands.flat_map(|band| {
        let mut sorted = band.to_vec();
        sorted.sort_unstable();
        let median = sorted[sorted.len() / 2];
        let least = if median > half_white {
            median
        } else {
            median + 1
        };
        band.iter().map(move |sum| *sum >= least)
    }))
}

/// The 8x8 lowest frequencies of 16x16 cells, row-major: rows are transformed first.
fn lowest_frequencies(cells: &[u8]) -> Vec<f32> {
    let transform = Type2And3Butterfly16::new();
    let mut rows: [[f32; POINTS]; POINTS] =
        array::from_fn(|y| array::from_fn(|x| f32::from(cells[y * POINTS + x])));
    rows.iter_mut().for_each(|row| transform.process_dct2(row));
    let mut columns: [[f32; POINTS]; FREQUENCIES] =
        array::from_fn(|x| array::from_fn(|y| rows[y][x]));
    columns
        .iter_mut()
        .for_each(|column| transform.process_dct2(column));
    let frequencies = (0..FREQUENCIES).flat_map(|y| columns.iter().map(move |column| column[y]));
    frequencies.collect()
}

/// Bits in bytes, the first one the most significant.
fn packed(bits: impl Iterator<Item = bool>) -> Vec<u8> {
    let bits: Vec<_> = bits.map(u8::from).collect();
    let octets = bits.chunks(8);
    octets
        .map(|octet| octet.iter().fold(0, |byte, bit| byte << 1 | bit))
        .collect()
}

#[cfg(test)]
mod tests {
    use image::GrayImage;
    use image_hasher::{BitOrder, HashAlg, HasherConfig};
    use proptest::prelude::*;

    use super::*;

    /// What `image_hasher` makes of a picture.
    fn peer(algorithm: HashAlg, cells: &[u8], width: usize, cosines: bool) -> Vec<u8> {
        let height = cells.len() / width;
        let picture = GrayImage::from_raw(width as u32, height as u32, cells.to_vec()).unwrap();
        let config = HasherConfig::with_bytes_type()
            .hash_alg(algorithm)
            .hash_size(8, 8)
            .bit_order(BitOrder::MsbFirst);
        let config = if cosines {
            config.preproc_dct()
        } else {
            config
        };
        config.to_hasher().hash_image(&picture).into_inner()
    }

    /// Cells of all kinds of pictures: noise, few greys with many equal ones, nearly flat ones.
    fn cells(count: usize) -> impl Strategy<Value = Vec<u8>> {
        let of = |greys| proptest::collection::vec(greys, count);
        prop_oneof![
            of(0..=255_u8),
            of(100..=103_u8),
            of(254..=255_u8),
            of(0..=1_u8)
        ]
    }

    proptest! {
        #[test]
        fn gradients_are_those_of_image_hasher(cells in cells(72)) {
            prop_assert_eq!(darker_than_right(&cells, 9), peer(HashAlg::Gradient, &cells, 9, false));
            prop_assert_eq!(darker_than_below(&cells, 8), peer(HashAlg::VertGradient, &cells, 8, false));
        }

        #[test]
        fn means_are_those_of_image_hasher(cells in cells(64)) {
            prop_assert_eq!(at_least_mean(&cells), peer(HashAlg::Mean, &cells, 8, false));
        }

        #[test]
        fn frequencies_are_those_of_image_hasher(cells in cells(POINTS * POINTS)) {
            prop_assert_eq!(at_least_median_frequency(&cells), peer(HashAlg::Median, &cells, POINTS, true));
        }

        #[test]
        fn blocks_are_those_of_image_hasher(cells in cells(32 * 32)) {
            prop_assert_eq!(above_median_of_band(&cells, 32), peer(HashAlg::Blockhash, &cells, 32, false));
        }
    }
}
