//! A hasher of one's own: is each block of the picture lighter than what is around it?
//!
//! The same definition as `../javascript/lighter.js`, so that both give the same bits. Whole numbers only:
//! a hasher has to give the same bits on every machine.

/// Cells on each side of the luma plane.
const SIDE: usize = 256;
/// Blocks on each side, one bit each.
const BLOCKS: usize = 16;
/// Cells on each side of a block.
const BLOCK: usize = SIDE / BLOCKS;

/// What `wit-bindgen` makes of `wit/`: copy that folder to where your own crate is.
#[allow(missing_docs, clippy::all, clippy::unwrap_used, clippy::expect_used)]
mod bindings {
    wit_bindgen::generate!({ path: "../../../../wit", world: "hasher" });

    export!(Hasher);

    /// The component.
    pub struct Hasher;
}

use bindings::Hasher;
use bindings::exports::vismatch::pipeline::fingerprinting::{Description, Guest, Input};

impl Guest for Hasher {
    fn describe() -> Description {
        Description {
            name: "Lighter than around".into(),
            version: 1,
            bits: (BLOCKS * BLOCKS) as u32,
            input: Input::LumaPlane,
        }
    }

    fn hash(plane: Vec<u8>) -> Result<Vec<u8>, String> {
        lighter(&plane)
    }
}

/// One bit a block, row by row, the first in the most significant bit.
fn lighter(plane: &[u8]) -> Result<Vec<u8>, String> {
    if plane.len() != SIDE * SIDE {
        let (wanted, sent) = (SIDE * SIDE, plane.len());
        return Err(format!("a luma plane has {wanted} bytes, this one {sent}"));
    }
    let sums = block_sums(plane);
    let mut bits = vec![0; BLOCKS * BLOCKS / 8];
    for (block, own) in sums.iter().enumerate() {
        let (sum, count) = around(&sums, block % BLOCKS, block / BLOCKS);
        if own * count > sum {
            bits[block / 8] |= 0x80 >> (block % 8);
        }
    }
    Ok(bits)
}

/// The sum of the cells of each block, row by row.
fn block_sums(plane: &[u8]) -> [u32; BLOCKS * BLOCKS] {
    let mut sums = [0; BLOCKS * BLOCKS];
    for (at, cell) in plane.iter().enumerate() {
        let (x, y) = (at % SIDE, at / SIDE);
        sums[y / BLOCK * BLOCKS + x / BLOCK] += u32::from(*cell);
    }
    sums
}

/// The sum of the blocks around one, and how many they are: fewer at the edges.
fn around(sums: &[u32; BLOCKS * BLOCKS], x: usize, y: usize) -> (u32, u32) {
    let near = |at: usize| at.saturating_sub(2)..=(at + 2).min(BLOCKS - 1);
    let mut others = (0, 0);
    for (ny, nx) in near(y).flat_map(|ny| near(x).map(move |nx| (ny, nx))) {
        if (nx, ny) != (x, y) {
            others.0 += sums[ny * BLOCKS + nx];
            others.1 += 1;
        }
    }
    others
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a panic is how a test fails")]
mod tests {
    use super::*;

    #[test]
    fn a_light_spot_is_lighter_than_around() {
        let lit = |at: usize| (at % SIDE < BLOCK && at / SIDE < BLOCK) as u8 * 200;
        let plane: Vec<u8> = (0..SIDE * SIDE).map(lit).collect();
        let mut bits = vec![0; 32];
        bits[0] = 0x80;
        assert_eq!(lighter(&plane), Ok(bits));
        assert_eq!(lighter(&vec![7; SIDE * SIDE]), Ok(vec![0; 32]));
        assert!(lighter(&plane[1..]).unwrap_err().contains("65535"));
    }
}
