//! Whether files of several frames or pages are the same from the second one on: how many there are, and small samples of some.

use crate::info::Orientation;
use crate::sketch::{FRAME_CELLS, Sketch};

/// The largest difference of cells of one animation's frames, in levels, and of one document's pages.
const SAME_FRAME: u8 = 16;
const SAME_PAGE: u8 = 4;

/// What the frames of two files are to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Frames {
    /// One each, or as many that agree.
    Same,
    /// Their numbers.
    OtherNumber(u32, u32),
    /// As many, and some differ.
    Other,
    /// As many, and not all were compared.
    NotCompared,
}

impl Frames {
    /// What the sampled frames of two files tell.
    pub fn new(a: &Sketch, b: &Sketch) -> Self {
        if a.frames() != b.frames() {
            return Self::OtherNumber(a.frames(), b.frames());
        }
        if a.frames() <= 1 {
            return Self::Same;
        }
        let (Some(first), Some(second)) = (a.frame_samples(), b.frame_samples()) else {
            return Self::NotCompared;
        };
        let most = match a.is_paged() || b.is_paged() {
            true => SAME_PAGE,
            false => SAME_FRAME,
        };
        let agree = |(one, other): (&[u8; FRAME_CELLS], &[u8; FRAME_CELLS])| {
            let mut pairs = one.iter().zip(other);
            pairs.all(|(a, b)| a.abs_diff(*b) <= most)
        };
        match first.len() == second.len() && first.iter().zip(second).all(agree) {
            true => Self::Same,
            false => Self::Other,
        }
    }

    /// Why pictures that agree are no duplicates all the same.
    pub fn reason(self, orientation: Orientation) -> Option<String> {
        match self {
            Self::Same => None,
            Self::OtherNumber(a, b) => Some(format!(
                "The first frames agree, but one file has {} of them and the other {}.",
                a.max(b),
                a.min(b)
            )),
            Self::Other => Some(match orientation {
                Orientation::Upright => "The first frames agree, later ones do not.".into(),
                _ => "The first frames agree; later ones are compared upright only.".into(),
            }),
            Self::NotCompared => {
                Some("The first frames agree; the later ones could not be compared.".into())
            }
        }
    }
}
