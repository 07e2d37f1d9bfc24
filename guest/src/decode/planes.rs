//! Luma and chroma of a picture, which renditions can be made of without making pixels first.

use vismatch_jpeg::BlockScales;

use super::Plane;
use crate::info::{Dimensions, ImageInfo};

/// Planes as a file stores them, of Rec. 601 in full range, 128 being no chroma.
#[derive(Clone, Debug, PartialEq)]
pub struct Planes {
    /// Facts of the file.
    pub info: ImageInfo,
    /// Luma.
    pub luma: Plane,
    /// Blue and red chroma; none of a grey picture. May have fewer samples than luma.
    pub chroma: Option<[Plane; 2]>,
    /// The file's ICC profile, when it has one that is not sRGB and fits the pixels.
    pub colour_profile: Option<Vec<u8>>,
}

/// What planes are made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// The samples that are needed.
    pub most: Least,
    /// Samples that are wanted as well where they are few: half as many on each side, or fewer.
    pub fewer: Option<Least>,
    /// Samples that are wanted besides, for a reduced picture: and the means of luma's blocks.
    pub reduced: Option<Least>,
}

/// Most samples of a component that are made for a reduced picture: so that a long one takes little memory.
const MOST_REDUCED: f64 = (1 << 24) as f64;

impl From<Least> for Wanted {
    fn from(most: Least) -> Self {
        Self {
            most,
            fewer: None,
            reduced: None,
        }
    }
}

impl Wanted {
    /// To how many samples a block of 8 can be reduced on each side: for what is needed, and for what is
    /// wanted as well, if it is. For a reduced picture it is 1, 2, 4 or 8 of them, whatever else is wanted.
    pub(super) fn sides(&self, component: usize, extent: (f64, f64)) -> BlockScales {
        let side = |least: Least| least.side(component, extent);
        let most = side(self.most);
        BlockScales {
            most,
            fewer: self.fewer.map(side).filter(|fewer| 2 * fewer <= most),
            reduced: self.reduced.map(|least| reduced(side(least), extent)),
            means: self.reduced.filter(|_| component == 0).map(|_| 1),
        }
    }
}

/// The power of two for a reduced picture.
fn reduced(side: usize, extent: (f64, f64)) -> usize {
    let samples = |side: usize| extent.0 * extent.1 * (side * side) as f64 / 64.0;
    let mut side = side.next_power_of_two();
    while side > 1 && samples(side) > MOST_REDUCED {
        side /= 2;
    }
    side
}

/// Samples that are needed across and down the stored picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Least {
    /// Of luma.
    pub luma: Dimensions,
    /// Of chroma, where there are as many.
    pub chroma: Dimensions,
}

impl Least {
    /// Any number will do.
    pub const NONE: Self = {
        let one = Dimensions {
            width: 1,
            height: 1,
        };
        Self {
            luma: one,
            chroma: one,
        }
    };

    /// So many are needed as well.
    pub fn add(&mut self, luma: Dimensions, chroma: Dimensions) {
        let larger = |a: Dimensions, b: Dimensions| Dimensions {
            width: a.width.max(b.width),
            height: a.height.max(b.height),
        };
        self.luma = larger(self.luma, luma);
        self.chroma = larger(self.chroma, chroma);
    }

    /// The same of a picture whose rows are columns.
    pub fn turned(self) -> Self {
        Self {
            luma: self.luma.turned(),
            chroma: self.chroma.turned(),
        }
    }

    /// To how many samples a block of 8 can be reduced on each side, so that of `extent` enough are left.
    fn side(&self, component: usize, extent: (f64, f64)) -> usize {
        let least = if component == 0 {
            self.luma
        } else {
            self.chroma
        };
        let is_enough = |side: &usize| {
            let share = *side as f64 / 8.0;
            extent.0 * share >= least.width.into() && extent.1 * share >= least.height.into()
        };
        (1..8).find(is_enough).unwrap_or(8)
    }
}
