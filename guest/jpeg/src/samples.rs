//! The samples of a component, each block of 8 by 8 as so many of them as are wanted.

use image::GrayImage;

use crate::grid::{BLOCK_SIDE, Grid};
use crate::inverse_dct;
use crate::zigzag::{BLOCK, FREQUENCIES};

/// To how many samples a block of 8 is reduced on each side, 1 to 8, for each purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BlockScales {
    /// What is needed.
    pub most: usize,
    /// What is wanted as well.
    pub fewer: Option<usize>,
    /// For a reduced picture.
    pub reduced: Option<usize>,
    /// For the means of blocks.
    pub means: Option<usize>,
}

/// Samples of a component, in every number of them that was wanted.
#[derive(Clone, Debug, PartialEq)]
pub struct Plane {
    /// What the picture covers of all samples, across and down, before they are reduced.
    pub unreduced: (f64, f64),
    /// Pixels of each of those, across and down, where they are whole ones.
    pub ratio: Option<(usize, usize)>,
    scaled: Vec<Samples>,
    sides: BlockScales,
}

/// Samples of a component, and what the picture covers of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Samples {
    /// The samples.
    pub samples: GrayImage,
    /// Across and down: the last ones may reach over its edge.
    pub extent: (f64, f64),
    /// Samples on each side of a block of 8.
    pub side: usize,
}

impl Samples {
    /// Are they all that the file has?
    pub fn are_whole(&self) -> bool {
        self.side == BLOCK_SIDE
    }
}

impl Plane {
    /// As many as are needed.
    pub fn most(&self) -> &Samples {
        // Each of the sides has samples; this one is the first.
        &self.scaled[0]
    }

    /// The same plane reduced further, where that was wanted.
    pub fn fewer(&self) -> Option<&Samples> {
        self.of(self.sides.fewer?)
    }

    /// The samples of a reduced picture, where that was wanted.
    pub fn reduced(&self) -> Option<&Samples> {
        self.of(self.sides.reduced?)
    }

    /// The means of blocks, where they were wanted and each is of 8 by 8 pixels.
    pub fn means(&self) -> Option<&Samples> {
        self.ratio.filter(|ratio| *ratio == (1, 1))?;
        self.of(self.sides.means?)
    }

    fn of(&self, side: usize) -> Option<&Samples> {
        self.scaled.iter().find(|output| output.side == side)
    }
}

/// Where the samples of a component are put.
pub(crate) struct OutputPlane {
    /// Blocks, across and down.
    pub blocks: (usize, usize),
    /// One for each number of samples that is wanted.
    scaled: Vec<OutputSamples>,
    sides: BlockScales,
    unreduced: (f64, f64),
    ratio: Option<(usize, usize)>,
}

/// Whole blocks of samples.
struct OutputSamples {
    /// Samples on a side of a block.
    side: usize,
    /// The coefficients that samples are made of, the first in zigzag order in the lowest bit.
    mask: u64,
    /// Samples in a row.
    stride: usize,
    samples: Vec<u8>,
    extent: (f64, f64),
}

impl OutputPlane {
    pub fn new(grid: &Grid, component: usize, sides: BlockScales) -> Self {
        let blocks = grid.whole(component);
        let unreduced = grid.extent(component);
        let mut drawn: Vec<usize> = Vec::new();
        for side in [Some(sides.most), sides.fewer, sides.reduced, sides.means] {
            drawn.extend(side.filter(|side| !drawn.contains(side)));
        }
        let output = |side| OutputSamples::new(blocks, unreduced, side);
        Self {
            blocks,
            scaled: drawn.into_iter().map(output).collect(),
            sides,
            unreduced,
            ratio: grid.ratio(component),
        }
    }

    /// Coefficients that samples are made of, on each side of a block: the lowest.
    pub fn side(&self) -> usize {
        let sides = self.scaled.iter().map(|output| output.side);
        sides.max().unwrap_or(BLOCK_SIDE)
    }

    /// The last coefficient that samples are made of, in zigzag order.
    pub fn last(&self) -> usize {
        square(self.side()).ilog2() as usize
    }

    /// Puts out a block; `present` are the coefficients that may not be zero, the first in zigzag order in the
    /// lowest bit. Each number of samples is made as if alone.
    #[inline(always)]
    pub fn put(&mut self, index: usize, block: &[i16; BLOCK], present: u64) -> Option<()> {
        let (x, y) = (index % self.blocks.0, index / self.blocks.0);
        for output in &mut self.scaled {
            output.put((x, y), block, present)?;
        }
        Some(())
    }

    pub fn into_plane(self) -> Option<Plane> {
        let scaled = self.scaled.into_iter().map(OutputSamples::into_samples);
        Some(Plane {
            unreduced: self.unreduced,
            ratio: self.ratio,
            scaled: scaled.collect::<Option<_>>()?,
            sides: self.sides,
        })
    }
}

/// The lowest coefficients, so many on each side of a block, the first in zigzag order in the lowest bit.
fn square(side: usize) -> u64 {
    let is_within = |(across, down): (u8, u8)| usize::from(across.max(down)) < side;
    (0..BLOCK).fold(0, |square, at| {
        square | u64::from(is_within(FREQUENCIES[at])) << at
    })
}

impl OutputSamples {
    fn new(blocks: (usize, usize), unreduced: (f64, f64), side: usize) -> Self {
        let share = side as f64 / BLOCK_SIDE as f64;
        Self {
            side,
            mask: square(side),
            stride: blocks.0 * side,
            samples: vec![0; blocks.0 * side * blocks.1 * side],
            extent: (unreduced.0 * share, unreduced.1 * share),
        }
    }

    #[inline(always)]
    fn put(&mut self, (x, y): (usize, usize), block: &[i16; BLOCK], present: u64) -> Option<()> {
        let Self { side, stride, .. } = *self;
        let last = (present & self.mask | 1).ilog2() as usize;
        let rows = self.samples.get_mut(y * side * stride + x * side..)?;
        inverse_dct::transform(block, last, side, rows, stride);
        Some(())
    }

    /// Leaves out what is beyond the edge of the picture.
    fn into_samples(mut self) -> Option<Samples> {
        let (width, height) = (self.extent.0.ceil() as usize, self.extent.1.ceil() as usize);
        if width < self.stride {
            for row in 1..height {
                self.samples
                    .copy_within(row * self.stride..row * self.stride + width, row * width);
            }
        }
        self.samples.truncate(width * height);
        Some(Samples {
            samples: GrayImage::from_raw(width as u32, height as u32, self.samples)?,
            extent: self.extent,
            side: self.side,
        })
    }
}

/// Within 16 bits, as coefficients are in files that are whole.
#[inline(always)]
pub(crate) fn saturated(value: i32) -> i32 {
    value.clamp(i16::MIN.into(), i16::MAX.into())
}
