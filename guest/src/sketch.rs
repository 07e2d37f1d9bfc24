//! Sketches: small grey pictures that say more than fingerprints do, for a second look at candidates.
//!
//! A sketch is the luma plane of `hash` averaged down to 64x64 cells of 8 bits, whatever the picture's
//! proportions: whole numbers only, so every build gives the same. A picture with transparency may have two
//! looks (see [`crate::hash::Looks`]): then those of the bare one follow. What two sketches are to each other
//! is told by [`crate::judgement`].

use crate::error::ImageError;
use crate::info::Orientation;

/// Cells on each side of a look.
pub const SIDE: usize = 64;
/// Bytes of a look: a grey level for each cell, row by row.
pub const BYTES: usize = SIDE * SIDE;

/// A picture's luma in 64x64 cells, as it is seen on white; behind it, where that is another look, bare.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sketch {
    cells: Vec<u8>,
}

/// One look of a sketch.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Look {
    cells: Vec<u8>,
}

impl Sketch {
    /// The sketch of its bytes; `invalid-parameter` when they are neither [`BYTES`] nor twice as many.
    pub fn from_bytes(cells: Vec<u8>) -> Result<Self, ImageError> {
        if ![BYTES, 2 * BYTES].contains(&cells.len()) {
            let text = format!(
                "sketch: {BYTES} bytes make one, or {} of a picture with transparency, not {}",
                2 * BYTES,
                cells.len()
            );
            return Err(ImageError::InvalidParameter(text));
        }
        Ok(Self { cells })
    }

    /// The picture as it is seen on white.
    pub fn on_white(&self) -> Look {
        let cells = self.cells[..BYTES].to_vec();
        Look { cells }
    }

    /// The picture without its alpha, where that is another look.
    pub fn bare(&self) -> Option<Look> {
        let cells = self.cells[BYTES..].to_vec();
        (!cells.is_empty()).then_some(Look { cells })
    }

    /// Its bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.cells
    }

    /// Its bytes.
    pub fn into_bytes(self) -> Vec<u8> {
        self.cells
    }
}

impl Look {
    /// Its cells, row by row.
    pub fn cells(&self) -> &[u8] {
        &self.cells
    }

    /// The look of the picture after what `orientation` says was done to it, bit for bit.
    pub fn laid(&self, orientation: Orientation) -> Self {
        let last = SIDE - 1;
        let source = |x: usize, y: usize| orientation.source(x, y, last);
        let places = (0..SIDE).flat_map(|y| (0..SIDE).map(move |x| (x, y)));
        let cells = places
            .map(|(x, y)| source(x, y))
            .map(|(x, y)| self.cells[y * SIDE + x]);
        Self {
            cells: cells.collect(),
        }
    }

    /// How much changes from cell to cell, 0 to 100, measured as PDQ measures quality: differences of
    /// neighbours in hundredths of full range, cut to whole numbers, summed over both directions, over 90.
    pub fn detail(&self) -> u8 {
        let change = |a: u8, b: u8| u32::from(a.abs_diff(b)) * 100 / 255;
        let rows = self.cells.chunks_exact(SIDE);
        let across = rows
            .flat_map(|row| row.windows(2))
            .map(|pair| change(pair[0], pair[1]));
        let lower = &self.cells[SIDE..];
        let down = self.cells.iter().zip(lower).map(|(a, b)| change(*a, *b));
        let sum = across.sum::<u32>() + down.sum::<u32>();
        (sum / 90).min(100) as u8
    }

    /// Mean absolute difference of two looks in 256ths of a grey level.
    pub fn difference(&self, other: &Self) -> u32 {
        let pairs = self.cells.iter().zip(&other.cells);
        let sum: u32 = pairs.map(|(a, b)| u32::from(a.abs_diff(*b))).sum();
        sum * 256 / BYTES as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_look_or_two_are_a_sketch() {
        for length in [0, BYTES - 1, BYTES + 1, 2 * BYTES - 1, 3 * BYTES] {
            let refused = Sketch::from_bytes(vec![0; length]);
            assert!(matches!(refused, Err(ImageError::InvalidParameter(_))));
        }
        let sketch = Sketch::from_bytes(vec![7; BYTES]).unwrap();
        let look = sketch.on_white();
        assert_eq!((look.detail(), look.difference(&look)), (0, 0));
        assert_eq!(sketch.bare(), None);
        let both = [[7; BYTES], [9; BYTES]].concat();
        let sketch = Sketch::from_bytes(both.clone()).unwrap();
        assert_eq!(sketch.on_white(), look);
        assert_eq!(sketch.bare().unwrap().difference(&look), 2 * 256);
        assert_eq!(sketch.into_bytes(), both);
    }

    #[test]
    fn laying_it_back_gives_the_same_again() {
        let cells = (0..BYTES).map(|at| (at * at / 7) as u8).collect();
        let look = Sketch::from_bytes(cells).unwrap().on_white();
        for orientation in Orientation::ALL {
            let laid = look.laid(orientation);
            assert_eq!(laid.laid(orientation.inverse()), look);
            assert_eq!(laid == look, orientation == Orientation::Upright);
        }
    }
}
