//! The frames of an animation and the pages of a document: what is kept of them beside the first one, which
//! fingerprints and sketches are made of.
//!
//! Up to seven further frames, evenly spread over the file, are reduced to 16x16 cells of luma each: whole numbers
//! only, so every build gives the same. They are made by `hash::sampled_frames`.
//!
//! Measured in grey levels, the largest difference of a cell: re-encoded and smaller copies of pages of text are up to 3
//! apart, other pages of text 6 to 9. Copies of animations are up to 12 apart, other captions 24, other clips over 130.

/// Frames of one file that are looked at beside the first one, at most.
pub const SAMPLED: u32 = 7;
/// Cells on each side of a frame.
pub const SIDE: usize = 16;
/// Cells of a frame.
pub const CELLS: usize = SIDE * SIDE;

/// What is known of the further frames of a file of several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FrameSamples {
    /// The frames of [`sampled`], in this order.
    Sampled(Vec<FrameLuma>),
    /// They are too many pixels, one of them is broken, or further frames of the format are not read.
    NotSampled,
}

/// One frame as it is shown, upright and on white.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FrameLuma {
    /// Its place in the file; the first frame is 0.
    pub frame: u32,
    /// Mean luma of each cell, row by row.
    pub cells: [u8; CELLS],
}

impl FrameLuma {
    /// Mean absolute difference of the cells of two frames in 256ths of a grey level.
    pub fn difference(&self, other: &Self) -> u32 {
        let sum: u32 = self.differences(other).map(u32::from).sum();
        sum * 256 / CELLS as u32
    }

    /// The difference of the two cells that differ most, in grey levels.
    pub fn largest_difference(&self, other: &Self) -> u8 {
        self.differences(other).max().unwrap_or(0)
    }

    fn differences(&self, other: &Self) -> impl Iterator<Item = u8> {
        let pairs = self.cells.iter().zip(&other.cells);
        pairs.map(|(a, b)| a.abs_diff(*b))
    }
}

/// The further frames that are looked at, in ascending order: the last one, and others as evenly spread as whole
/// numbers allow. All of them where there are no more than [`SAMPLED`].
pub fn sampled(frames: u32) -> Vec<u32> {
    let last = u64::from(frames.saturating_sub(1));
    let place = |step: u64| (step * last * 2 + u64::from(SAMPLED)) / (u64::from(SAMPLED) * 2);
    let places = (1..=u64::from(SAMPLED)).map(place);
    let mut places: Vec<_> = places
        .filter(|place| *place > 0)
        .map(|place| place as u32)
        .collect();
    places.dedup();
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_frames_are_all_looked_at() {
        assert!(sampled(0).is_empty());
        assert!(sampled(1).is_empty());
        for frames in 2..=SAMPLED + 1 {
            assert_eq!(sampled(frames), Vec::from_iter(1..frames));
        }
    }

    #[test]
    fn many_frames_are_looked_at_evenly() {
        assert_eq!(sampled(9), [1, 2, 3, 5, 6, 7, 8]);
        assert_eq!(sampled(60), [8, 17, 25, 34, 42, 51, 59]);
        let many = sampled(u32::MAX);
        assert_eq!((many.len(), many.last()), (7, Some(&(u32::MAX - 1))));
    }

    #[test]
    fn differences_are_of_cells() {
        let dark = FrameLuma {
            frame: 1,
            cells: [10; CELLS],
        };
        let mut light = FrameLuma {
            frame: 1,
            cells: [12; CELLS],
        };
        light.cells[0] = 74;
        assert_eq!(dark.difference(&light), 2 * 256 + 62 * 256 / CELLS as u32);
        assert_eq!(dark.largest_difference(&light), 64);
    }
}
