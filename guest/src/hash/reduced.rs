//! A picture reduced to squares of cells for a close look at copies: luma in cells fine enough for the strokes of
//! text, chroma in coarser ones. What is made of them is not the business of this module.
//!
//! Whole numbers only: every build gives the same cells, and the reduced picture of a turned picture is the turned
//! reduced picture. A file has one, whatever else is asked of it: see [`super::AlphaVariants`].

use super::average::Gathered;
use super::plane::{BLOCK, averaged_samples, axes, oriented, oriented_size, stored_size};
use crate::decode::luma::chroma_of;
use crate::decode::{ChromaBlocks, Least, Plane, Planes, ReducedChroma, ReducedLuma};
use crate::info::{Dimensions, ImageInfo, Orientation};

const LUMA: usize = 512;
/// Samples of a JPEG's luma on each side, where it has as many: two for a cell, so that strokes come out as
/// from pixels. With one and a bit, cells on the strokes of a page differ by up to 60 levels.
pub(super) const SAMPLES: usize = 2 * LUMA;
const CHROMA: usize = 64;

/// A whole upright picture on white in squares of cells, whatever its proportions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReducedPicture {
    luma: Vec<u8>,
    chroma: Option<[Vec<u8>; 2]>,
    size: (usize, usize),
}

impl ReducedPicture {
    /// Cells of luma on each side.
    pub const LUMA: usize = LUMA;
    /// Cells of chroma on each side.
    pub const CHROMA: usize = CHROMA;

    /// [`Self::LUMA`] by [`Self::LUMA`] levels of Rec. 601 luma, row by row.
    pub fn luma(&self) -> &[u8] {
        &self.luma
    }

    /// Blue and red chroma, each [`Self::CHROMA`] by [`Self::CHROMA`] cells, 128 being none. None of a grey picture.
    pub fn chroma(&self) -> Option<&[Vec<u8>; 2]> {
        self.chroma.as_ref()
    }

    /// The sides of the picture in pixels, across and down.
    pub fn size(&self) -> (usize, usize) {
        self.size
    }

    /// The samples of a JPEG that it is made of, where they are more than the means of blocks.
    pub fn least(info: &ImageInfo) -> Option<Least> {
        let shorter = info.size.width.min(info.size.height) as usize;
        (shorter / BLOCK < SAMPLES).then_some(Least {
            luma: square(SAMPLES),
            chroma: square(CHROMA),
        })
    }

    /// Of the planes of a JPEG. None where they lack the samples of [`Self::least`].
    pub fn of_planes(planes: &Planes) -> Option<Self> {
        let stored = stored_size(&planes.info);
        let chroma = match &planes.chroma {
            Some([blue, red]) => Some([
                of_plane(blue, stored, CHROMA)?,
                of_plane(red, stored, CHROMA)?,
            ]),
            None => None,
        };
        let luma = of_plane(&planes.luma, stored, LUMA)?;
        Some(Self::upright(luma, chroma, &planes.info))
    }

    /// Of the blocks of a JPEG. None where they come without their chroma.
    pub fn of_blocks(blocks: &ReducedLuma) -> Option<Self> {
        let stored = (blocks.size.width as usize, blocks.size.height as usize);
        let chroma = match blocks.chroma.as_ref()? {
            ReducedChroma::Planes(chroma) => {
                Some(chroma.each_ref().map(|chroma| of_chroma(chroma, stored)))
            }
            ReducedChroma::Grey => None,
        };
        let side = blocks.block as usize;
        let luma = averaged_samples(&blocks.samples, axes(stored, (side, side)), LUMA);
        Some(Self::upright(luma, chroma, &blocks.info))
    }

    /// Of the cells of the picture as it is stored.
    fn upright(luma: Vec<u8>, chroma: Option<[Vec<u8>; 2]>, info: &ImageInfo) -> Self {
        let size = stored_size(info);
        let stored = Self { luma, chroma, size };
        stored.without_neutral_chroma().oriented(info.orientation)
    }

    /// A picture of greys is grey, however it is stored.
    fn without_neutral_chroma(mut self) -> Self {
        let is_grey = |chroma: &mut [Vec<u8>; 2]| chroma.iter().flatten().all(|cell| *cell == 128);
        self.chroma.take_if(is_grey);
        self
    }

    /// The reduced picture of the picture after what `orientation` says was done to it.
    pub fn oriented(&self, orientation: Orientation) -> Self {
        let chroma = self.chroma.as_ref();
        Self {
            luma: oriented(&self.luma, LUMA, orientation),
            chroma: chroma.map(|chroma| {
                chroma
                    .each_ref()
                    .map(|cells| oriented(cells, CHROMA, orientation))
            }),
            size: oriented_size(self.size, orientation),
        }
    }
}

/// Reduces a picture whose rows come one after another.
pub(super) struct Reducer {
    size: (usize, usize),
    luma: (Gathered<1>, Vec<u8>),
    chroma: Option<(Gathered<3>, [Vec<u8>; 2])>,
}

impl Reducer {
    pub fn new(size: (usize, usize)) -> Self {
        Self {
            size,
            luma: (Gathered::new(size, LUMA), Vec::with_capacity(LUMA * LUMA)),
            chroma: None,
        }
    }

    /// Adds a row: its samples, of which a grey one has one a pixel, and their luma.
    pub fn add(&mut self, row: &[u8], luma: &[u8]) {
        let total = self.size.0 as i64 * self.size.1 as i64;
        let (gathered, cells) = &mut self.luma;
        gathered.add(luma, |[sum]| cells.push(quotient(sum, total) as u8));
        if row.len() == luma.len() {
            return;
        }
        let new = || (Gathered::new(self.size, CHROMA), Default::default());
        let (gathered, [blue, red]) = self.chroma.get_or_insert_with(new);
        gathered.add(row, |sums| {
            let chroma = chroma_of(sums.map(|sum| quotient(sum << 8, total)));
            blue.push(chroma[0]);
            red.push(chroma[1]);
        });
    }

    /// The reduced picture, once all rows have come.
    pub fn finished(self) -> ReducedPicture {
        let reduced = ReducedPicture {
            luma: self.luma.1,
            chroma: self.chroma.map(|(_, cells)| cells),
            size: self.size,
        };
        reduced.without_neutral_chroma()
    }
}

/// Rounded, halves up. Numbers under 2^53, whose quotient of under 2^16 no f64 rounds to a whole number that it is
/// not: quicker than whole numbers are.
fn quotient(sum: i64, total: i64) -> i64 {
    ((sum + total / 2) as f64 / total as f64) as i64
}

const fn square(side: usize) -> Dimensions {
    Dimensions {
        width: side as u32,
        height: side as u32,
    }
}

fn of_chroma(chroma: &ChromaBlocks, stored: (usize, usize)) -> Vec<u8> {
    let block = (chroma.block.0 as usize, chroma.block.1 as usize);
    averaged_samples(&chroma.samples, axes(stored, block), CHROMA)
}

fn of_plane(plane: &Plane, stored: (usize, usize), cells: usize) -> Option<Vec<u8>> {
    let reduced = plane.reduced()?;
    let axes = match plane.ratio {
        Some((across, down)) => {
            let sample = |ratio: usize| BLOCK * ratio / reduced.side;
            axes(stored, (sample(across), sample(down)))
        }
        // Nearly: samples are not of whole pixels.
        None => {
            let (width, height) = reduced.samples.dimensions();
            axes((width as usize, height as usize), (1, 1))
        }
    };
    Some(averaged_samples(reduced.samples.as_raw(), axes, cells))
}
