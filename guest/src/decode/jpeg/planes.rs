//! A JPEG to planes of samples as it codes them - luma, and chroma that may be smaller - each whole or
//! reduced by eighths on the way.
//!
//! All coefficients are read, so that faults are found; only those are kept that the reduced samples are
//! made of. The decoder judges no file: where it finds a fault, or something out of the ordinary, it has
//! no answer, and the full decoder has the word. So no file is refused here that the full decoder takes.
//! Nor is one taken that it refuses: of more than half a million damaged files, sequential and
//! progressive, none was.

use image::GrayImage;

use super::blocks::{Grid, Layout, SIDE, Scans};
use super::coefficients::{AcCodes, BLOCK, FREQUENCIES};
use super::huffman::DcCodes;
use super::inverse;
use super::markers::{Frame, Process};
use super::progressive;
use super::segments::{Part, Scan, Tables};

/// Samples of a component.
#[derive(Clone, Debug, PartialEq)]
pub struct Plane {
    /// The samples.
    pub samples: GrayImage,
    /// What the picture covers of them, across and down: the last ones may reach over its edge.
    pub extent: (f64, f64),
    /// The same before they were reduced.
    pub unreduced: (f64, f64),
    /// The same plane reduced further, where that was wanted.
    pub fewer: Option<Samples>,
}

/// Samples of a component, and what the picture covers of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Samples {
    /// The samples.
    pub samples: GrayImage,
    /// Across and down: the last ones may reach over its edge.
    pub extent: (f64, f64),
}

/// The planes of all components. `sides` says for a component, and the samples it has across and down,
/// to how many of 8 samples a block is to be reduced on each side, 1 to 8, and whether it is to be
/// reduced to fewer as well.
pub(super) fn decode(
    bytes: &[u8],
    frame: Frame,
    sides: impl Fn(usize, (f64, f64)) -> (usize, Option<usize>),
) -> Option<Vec<Plane>> {
    let mut scans = Scans::new(bytes, frame);
    let first = scans.next()??;
    let grid = scans.grid.as_ref()?;
    let canvas = |component| Canvas::new(grid, component, sides(component, grid.extent(component)));
    let mut canvases: Vec<_> = (0..grid.components.len()).map(canvas).collect();
    match frame.process {
        Process::Baseline => sequential(&mut scans, first, &mut canvases)?,
        _ => progressive::decode(&mut scans, first, &mut canvases)?,
    }
    canvases.into_iter().map(Canvas::into_plane).collect()
}

/// Where the samples of a component are put.
pub(super) struct Canvas {
    /// Blocks, across and down.
    pub blocks: (usize, usize),
    drawing: Drawing,
    fewer: Option<Drawing>,
    unreduced: (f64, f64),
}

/// Whole blocks of samples.
struct Drawing {
    /// Samples on a side of a block.
    side: usize,
    /// Samples in a row.
    stride: usize,
    samples: Vec<u8>,
    extent: (f64, f64),
}

impl Canvas {
    fn new(grid: &Grid, component: usize, (side, fewer): (usize, Option<usize>)) -> Self {
        let blocks = grid.whole(component);
        let unreduced = grid.extent(component);
        let drawing = |side| Drawing::new(blocks, unreduced, side);
        Self {
            blocks,
            drawing: drawing(side),
            fewer: fewer.map(drawing),
            unreduced,
        }
    }

    /// Coefficients that samples are made of, on each side of a block: the lowest.
    pub fn side(&self) -> usize {
        self.drawing.side
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
        let highest = (self.side() - 1) as u8;
        let place = FREQUENCIES
            .iter()
            .position(|frequencies| *frequencies == (highest, highest));
        place.unwrap_or(BLOCK - 1)
    }

    /// Draws a block; `last` is the last coefficient in zigzag order that may not be zero.
    #[inline(always)]
    pub fn draw(&mut self, index: usize, block: &[i16; BLOCK], last: usize) -> Option<()> {
        let (x, y) = (index % self.blocks.0, index / self.blocks.0);
        self.drawing.draw((x, y), block, last)?;
        match &mut self.fewer {
            Some(fewer) => fewer.draw((x, y), block, last),
            None => Some(()),
        }
    }

    fn into_plane(self) -> Option<Plane> {
        let Samples { samples, extent } = self.drawing.into_samples()?;
        let fewer = match self.fewer {
            Some(fewer) => Some(fewer.into_samples()?),
            None => None,
        };
        Some(Plane {
            samples,
            extent,
            unreduced: self.unreduced,
            fewer,
        })
    }
}

impl Drawing {
    fn new(blocks: (usize, usize), unreduced: (f64, f64), side: usize) -> Self {
        let share = side as f64 / SIDE as f64;
        Self {
            side,
            stride: blocks.0 * side,
            samples: vec![0; blocks.0 * side * blocks.1 * side],
            extent: (unreduced.0 * share, unreduced.1 * share),
        }
    }

    #[inline(always)]
    fn draw(&mut self, (x, y): (usize, usize), block: &[i16; BLOCK], last: usize) -> Option<()> {
        let Self { side, stride, .. } = *self;
        let rows = self.samples.get_mut(y * side * stride + x * side..)?;
        inverse::transform(block, last, side, rows, stride);
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
        })
    }
}

/// A component's quantisers, in zigzag order.
pub(super) fn quantisers(scans: &Scans<'_>, component: usize) -> Option<[i32; BLOCK]> {
    let table = scans.grid.as_ref()?.components[component].table;
    Some(scans.tables.quantisers[table]?.map(i32::from))
}

/// What a component is read and drawn with.
struct Reader<'a> {
    dc: &'a DcCodes,
    ac: AcCodes<'a>,
    quantisers: [i32; BLOCK],
}

impl<'a> Reader<'a> {
    fn new(scans: &Scans<'_>, tables: &'a Tables, part: &Part, canvas: &Canvas) -> Option<Self> {
        Some(Self {
            dc: tables.dc[part.dc].as_ref()?,
            ac: AcCodes::new(tables.ac[part.ac].as_ref()?, canvas.last()),
            quantisers: quantisers(scans, part.component)?,
        })
    }
}

/// Each component comes in one scan, alone or with others.
fn sequential(scans: &mut Scans<'_>, first: Scan, canvases: &mut [Canvas]) -> Option<()> {
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

fn draw(scans: &Scans<'_>, scan: &Scan, canvases: &mut [Canvas]) -> Option<usize> {
    let layouts: Vec<_> = canvases.iter().map(Canvas::layout).collect();
    let reader = |part| Reader::new(scans, &scans.tables, part, &canvases[part.component]);
    let readers: Vec<_> = scan.parts.iter().map(reader).collect::<Option<_>>()?;
    scans.read(scan, &layouts, |bits, index, place, predictor| {
        let reader = &readers[index];
        let mut block = [0; BLOCK];
        *predictor = predictor.wrapping_add(reader.dc.difference(bits)?);
        block[0] = saturated(saturated(*predictor) * reader.quantisers[0]) as i16;
        let last = reader.ac.read(bits, &reader.quantisers, &mut block)?;
        canvases[scan.parts[index].component].draw(place, &block, last)
    })
}

/// Within 16 bits, as coefficients are in files that are whole.
pub(super) fn saturated(value: i32) -> i32 {
    value.clamp(i16::MIN.into(), i16::MAX.into())
}
