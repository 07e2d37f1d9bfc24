//! A JPEG to planes of samples as it codes them - luma, and chroma that may be smaller - each whole or
//! reduced by eighths on the way.
//!
//! All coefficients are read, so that faults are found; only those are kept that the reduced samples are
//! made of. The decoder judges no file: where it finds a fault, or something out of the ordinary, it has
//! no answer, and the full decoder has the word. So no file is refused here that the full decoder takes.
//! Nor is one taken that it refuses: of more than half a million damaged files, sequential and
//! progressive, none was.

use image::GrayImage;

use super::baseline::{AcTable, BLOCK, FREQUENCIES};
use super::headers::{ScanComponent, ScanHeader, Tables};
use super::huffman::DcTable;
use super::inverse_dct;
use super::markers::{Frame, Process};
use super::progressive;
use super::scan::{Grid, Layout, SIDE, ScanReader};

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
    drawings: Vec<Samples>,
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
        self.side == SIDE
    }
}

impl Plane {
    /// As many as are needed.
    pub fn most(&self) -> &Samples {
        // Each of the sides is drawn; this one is the first.
        &self.drawings[0]
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
        self.drawings.iter().find(|drawing| drawing.side == side)
    }
}

/// The planes of all components. `sides` says for a component, and the samples it has across and down,
/// to how many of 8 samples a block is to be reduced on each side, 1 to 8.
pub fn decode(
    bytes: &[u8],
    frame: Frame,
    sides: impl Fn(usize, (f64, f64)) -> BlockScales,
) -> Option<Vec<Plane>> {
    let mut scans = ScanReader::new(bytes, frame);
    let first = scans.next()??;
    let grid = scans.grid.as_ref()?;
    let canvas =
        |component| ComponentOutput::new(grid, component, sides(component, grid.extent(component)));
    let mut canvases: Vec<_> = (0..grid.components.len()).map(canvas).collect();
    match frame.process {
        Process::Baseline => sequential(&mut scans, first, &mut canvases)?,
        _ => progressive::decode(&mut scans, first, &mut canvases)?,
    }
    canvases
        .into_iter()
        .map(ComponentOutput::into_plane)
        .collect()
}

/// All coefficients of the file can be read.
pub fn are_sound(bytes: &[u8], frame: Frame) -> bool {
    let means = |_, _| BlockScales {
        most: 1,
        fewer: None,
        reduced: None,
        means: None,
    };
    decode(bytes, frame, means).is_some()
}

/// Where the samples of a component are put.
pub(super) struct ComponentOutput {
    /// Blocks, across and down.
    pub blocks: (usize, usize),
    /// One for each number of samples that is wanted.
    drawings: Vec<ScaledOutput>,
    sides: BlockScales,
    unreduced: (f64, f64),
    ratio: Option<(usize, usize)>,
}

/// Whole blocks of samples.
struct ScaledOutput {
    /// Samples on a side of a block.
    side: usize,
    /// The coefficients that samples are made of, the first in zigzag order in the lowest bit.
    mask: u64,
    /// Samples in a row.
    stride: usize,
    samples: Vec<u8>,
    extent: (f64, f64),
}

impl ComponentOutput {
    fn new(grid: &Grid, component: usize, sides: BlockScales) -> Self {
        let blocks = grid.whole(component);
        let unreduced = grid.extent(component);
        let mut drawn: Vec<usize> = Vec::new();
        for side in [Some(sides.most), sides.fewer, sides.reduced, sides.means] {
            drawn.extend(side.filter(|side| !drawn.contains(side)));
        }
        let drawing = |side| ScaledOutput::new(blocks, unreduced, side);
        Self {
            blocks,
            drawings: drawn.into_iter().map(drawing).collect(),
            sides,
            unreduced,
            ratio: grid.ratio(component),
        }
    }

    /// Coefficients that samples are made of, on each side of a block: the lowest.
    pub fn side(&self) -> usize {
        let sides = self.drawings.iter().map(|drawing| drawing.side);
        sides.max().unwrap_or(SIDE)
    }

    /// One place for each block.
    pub fn layout(&self) -> Layout {
        Layout {
            right: 1,
            down: self.blocks.0,
        }
    }

    /// The last coefficient that samples are made of, in zigzag order.
    fn last(&self) -> usize {
        square(self.side()).ilog2() as usize
    }

    /// Draws a block; `present` are the coefficients that may not be zero, the first in zigzag order in the
    /// lowest bit. Each drawing is as it is alone.
    #[inline(always)]
    pub fn draw(&mut self, index: usize, block: &[i16; BLOCK], present: u64) -> Option<()> {
        let (x, y) = (index % self.blocks.0, index / self.blocks.0);
        for drawing in &mut self.drawings {
            drawing.draw((x, y), block, present)?;
        }
        Some(())
    }

    fn into_plane(self) -> Option<Plane> {
        let drawings = self.drawings.into_iter().map(ScaledOutput::into_samples);
        Some(Plane {
            unreduced: self.unreduced,
            ratio: self.ratio,
            drawings: drawings.collect::<Option<_>>()?,
            sides: self.sides,
        })
    }
}

/// The lowest coefficients, so many on each side of a block, the first in zigzag order in the lowest bit.
pub(super) fn square(side: usize) -> u64 {
    let is_within = |(across, down): (u8, u8)| usize::from(across.max(down)) < side;
    (0..BLOCK).fold(0, |square, at| {
        square | u64::from(is_within(FREQUENCIES[at])) << at
    })
}

impl ScaledOutput {
    fn new(blocks: (usize, usize), unreduced: (f64, f64), side: usize) -> Self {
        let share = side as f64 / SIDE as f64;
        Self {
            side,
            mask: square(side),
            stride: blocks.0 * side,
            samples: vec![0; blocks.0 * side * blocks.1 * side],
            extent: (unreduced.0 * share, unreduced.1 * share),
        }
    }

    #[inline(always)]
    fn draw(&mut self, (x, y): (usize, usize), block: &[i16; BLOCK], present: u64) -> Option<()> {
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

/// A component's quantisers, in zigzag order.
pub(super) fn quantisers(scans: &ScanReader<'_>, component: usize) -> Option<[i32; BLOCK]> {
    let table = scans.grid.as_ref()?.components[component].table;
    Some(scans.tables.quantisers[table]?.map(i32::from))
}

/// What a component is read and drawn with.
struct Reader<'a> {
    dc: &'a DcTable,
    ac: AcTable<'a>,
    quantisers: [i32; BLOCK],
}

impl<'a> Reader<'a> {
    fn new(
        scans: &ScanReader<'_>,
        tables: &'a Tables,
        part: &ScanComponent,
        canvas: &ComponentOutput,
    ) -> Option<Self> {
        Some(Self {
            dc: tables.dc[part.dc].as_ref()?,
            ac: AcTable::new(tables.ac[part.ac].as_ref()?, canvas.last()),
            quantisers: quantisers(scans, part.component)?,
        })
    }
}

/// Each component comes in one scan, alone or with others.
fn sequential(
    scans: &mut ScanReader<'_>,
    first: ScanHeader,
    canvases: &mut [ComponentOutput],
) -> Option<()> {
    let mut is_drawn = vec![false; canvases.len()];
    let mut next = Some(first);
    while let Some(scan) = next {
        for part in &scan.parts {
            if std::mem::replace(&mut is_drawn[part.component], true) {
                return None;
            }
        }
        scans.at = draw(scans, &scan, canvases)?;
        next = scans.next()?;
    }
    is_drawn.iter().all(|drawn| *drawn).then_some(())
}

fn draw(
    scans: &ScanReader<'_>,
    scan: &ScanHeader,
    canvases: &mut [ComponentOutput],
) -> Option<usize> {
    let layouts: Vec<_> = canvases.iter().map(ComponentOutput::layout).collect();
    let reader = |part| Reader::new(scans, &scans.tables, part, &canvases[part.component]);
    let readers: Vec<_> = scan.parts.iter().map(reader).collect::<Option<_>>()?;
    scans.read(scan, &layouts, |bits, index, place, predictor| {
        let reader = &readers[index];
        let mut block = [0; BLOCK];
        *predictor = predictor.wrapping_add(reader.dc.difference(bits)?);
        block[0] = saturated(saturated(*predictor) * reader.quantisers[0]) as i16;
        let last = reader.ac.read(bits, &reader.quantisers, &mut block)?;
        let present = u64::MAX >> (BLOCK - 1 - last);
        canvases[scan.parts[index].component].draw(place, &block, present)
    })
}

/// Within 16 bits, as coefficients are in files that are whole.
pub(super) fn saturated(value: i32) -> i32 {
    value.clamp(i16::MIN.into(), i16::MAX.into())
}
