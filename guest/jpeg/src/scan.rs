//! Frame, scans and the order of their blocks (ITU-T T.81, A.2): interleaved or not, with restarts.
//!
//! Walks a file from scan to scan and a scan from block to block; what the bits of a block mean is
//! the business of who walks. Strict, as `segments` is: None sends a file to the full decoder.

use std::ops::Range;

use super::bits::BitReader;
use super::headers::{COMPONENTS, Component, ScanHeader, Tables, components};
use super::markers::{Frame, Process, next_marker, segment};

/// Pixels on a side of a block.
pub const SIDE: usize = 8;

/// How a frame is made of blocks.
pub(super) struct Grid {
    pub components: Vec<Component>,
    /// Pixels of the picture, across and down.
    size: (usize, usize),
    /// The most blocks that a component has in an interleaved unit, across and down.
    most: (usize, usize),
    /// Units that cover the picture, across and down.
    units: (usize, usize),
}

impl Grid {
    fn new(segment: &[u8], frame: &Frame) -> Option<Self> {
        let mut components = components(segment)?;
        if let [only] = &mut components[..] {
            // Alone it is never interleaved, whatever its sampling.
            (only.across, only.down) = (1, 1);
        }
        let size = (usize::from(frame.width), usize::from(frame.height));
        let across = components.iter().map(|component| component.across).max()?;
        let down = components.iter().map(|component| component.down).max()?;
        Some(Self {
            size,
            most: (across, down),
            units: (size.0.div_ceil(SIDE * across), size.1.div_ceil(SIDE * down)),
            components,
        })
    }

    /// Samples of a component that cover the picture, across and down: exactly, not rounded.
    pub fn extent(&self, component: usize) -> (f64, f64) {
        let Component { across, down, .. } = self.components[component];
        let share = |pixels: usize, of: usize, most: usize| (pixels * of) as f64 / most as f64;
        (
            share(self.size.0, across, self.most.0),
            share(self.size.1, down, self.most.1),
        )
    }

    /// Blocks of a component that cover the picture, across and down.
    pub fn covering(&self, component: usize) -> (usize, usize) {
        let Component { across, down, .. } = self.components[component];
        let blocks = |pixels: usize, of: usize, most| (pixels * of).div_ceil(most).div_ceil(SIDE);
        (
            blocks(self.size.0, across, self.most.0),
            blocks(self.size.1, down, self.most.1),
        )
    }

    /// Does each block of a component cover 8 by 8 pixels of the picture?
    pub fn is_full(&self, component: usize) -> bool {
        let Component { across, down, .. } = self.components[component];
        (across, down) == self.most
    }

    /// Pixels of a sample of a component, across and down, where they are whole ones.
    pub fn ratio(&self, component: usize) -> Option<(usize, usize)> {
        let Component { across, down, .. } = self.components[component];
        let is_whole = self.most.0.is_multiple_of(across) && self.most.1.is_multiple_of(down);
        is_whole.then(|| (self.most.0 / across, self.most.1 / down))
    }

    /// Blocks of a component in whole units, across and down.
    pub fn whole(&self, component: usize) -> (usize, usize) {
        let Component { across, down, .. } = self.components[component];
        (self.units.0 * across, self.units.1 * down)
    }
}

/// Entropy-coded data up to the next marker, however it is read.
pub(super) trait Segment<'a> {
    /// The data from a place on.
    fn starting_at(bytes: &'a [u8], at: usize) -> Self;

    /// Bits were read that are not there.
    fn is_overrun(&self) -> bool;

    /// Where the marker after the data is, when all was read but what fills up the last byte.
    fn ends_at(&mut self) -> Option<usize>;
}

/// A file on the way from scan to scan.
pub(super) struct ScanReader<'a> {
    bytes: &'a [u8],
    frame: Frame,
    /// Where to go on: after a scan's header its data, which ends where [`ScanReader::read`] says.
    pub at: usize,
    pub grid: Option<Grid>,
    pub tables: Tables,
    has_begun: bool,
}

impl<'a> ScanReader<'a> {
    pub fn new(bytes: &'a [u8], frame: Frame) -> Self {
        Self {
            bytes,
            frame,
            at: 2,
            grid: None,
            tables: Tables::default(),
            has_begun: false,
        }
    }

    /// The next scan, whose data is to be read before the one after it, or nothing at the end of the image.
    pub fn next(&mut self) -> Option<Option<ScanHeader>> {
        loop {
            let (start, place) = next_marker(self.bytes, self.at)?;
            let code = self.bytes[place];
            if start != self.at {
                return None;
            }
            if code == 0xD9 {
                return self.has_begun.then_some(None);
            }
            let segment = segment(self.bytes, place + 1)?;
            self.at = place + 3 + segment.len();
            if code == 0xDA {
                return self.scan(segment).map(Some);
            }
            self.define(code, segment)?;
        }
    }

    fn define(&mut self, code: u8, segment: &[u8]) -> Option<()> {
        match code {
            0xC4 => self.tables.define_codes(segment),
            0xDD => self.tables.define_restarts(segment),
            0xFE => Some(()),
            // The full decoder takes none of these between scans, or takes no notice of them.
            _ if self.has_begun => None,
            0xDB => self.tables.define_quantisers(segment),
            0xC0..=0xC2 if self.grid.is_none() => {
                self.grid = Some(Grid::new(segment, &self.frame)?);
                Some(())
            }
            0xE0..=0xEF => Some(()),
            _ => None,
        }
    }

    fn scan(&mut self, segment: &[u8]) -> Option<ScanHeader> {
        let scan = ScanHeader::read(segment, &self.grid.as_ref()?.components)?;
        if !self.has_begun {
            self.begin(&scan)?;
        }
        Some(scan)
    }

    /// All quantisers must be there before the first scan; in a sequential file also a code table for
    /// each component: the first, where the scan does not name another.
    fn begin(&mut self, scan: &ScanHeader) -> Option<()> {
        self.has_begun = true;
        for (index, component) in self.grid.as_ref()?.components.iter().enumerate() {
            let named = scan.parts.iter().find(|part| part.component == index);
            let (dc, ac) = named.map_or((0, 0), |part| (part.dc, part.ac));
            let has_codes = self.tables.dc[dc].is_some() && self.tables.ac[ac].is_some();
            let is_bare = self.frame.process == Process::Baseline && !has_codes;
            if self.tables.quantisers[component.table].is_none() || is_bare {
                return None;
            }
        }
        Some(())
    }

    /// Reads the data of a scan, block after block; where it ends. `read` is given which part of
    /// the scan the block is of, its place by the layout of its component, and a number that it may leave
    /// for the next block of that part: 0 at the start and after a restart.
    #[inline(always)]
    pub fn read(
        &self,
        scan: &ScanHeader,
        layouts: &[Layout],
        mut read: impl FnMut(&mut BitReader<'_>, usize, usize, &mut i32) -> Option<()>,
    ) -> Option<usize> {
        self.read_runs(scan, layouts, |bits: &mut BitReader<'_>, run, carried| {
            // A copy can be kept in registers.
            let mut ahead = *bits;
            for x in run.across {
                for unit in run.blocks {
                    let place = unit.place(x, run.down);
                    read(&mut ahead, unit.part, place, &mut carried[unit.part])?;
                }
            }
            *bits = ahead;
            Some(())
        })
    }

    /// The same, many units at once. The numbers to leave are one for each part.
    #[inline(always)]
    pub fn read_runs<S: Segment<'a>>(
        &self,
        scan: &ScanHeader,
        layouts: &[Layout],
        mut read: impl FnMut(&mut S, McuRun<'_>, &mut [i32; COMPONENTS]) -> Option<()>,
    ) -> Option<usize> {
        let grid = self.grid.as_ref()?;
        let (count, blocks) = units(grid, scan, layouts);
        let interval = match self.tables.restart_interval {
            0 => usize::MAX,
            interval => interval,
        };
        let mut data = S::starting_at(self.bytes, self.at);
        let mut carried = [0; COMPONENTS];
        let (mut restarts, mut left) = (0, interval);
        for down in 0..count.1 {
            let mut x = 0;
            while x < count.0 {
                if left == 0 {
                    data = restarted(self.bytes, &mut data, restarts)?;
                    (restarts, left) = (restarts + 1, interval);
                    carried = [0; COMPONENTS];
                }
                let across = x..count.0.min(x.saturating_add(left));
                x = across.end;
                left -= across.len();
                let run = McuRun {
                    blocks: &blocks,
                    across,
                    down,
                };
                read(&mut data, run, &mut carried)?;
            }
            if data.is_overrun() {
                return None;
            }
        }
        data.ends_at()
    }
}

/// Units next to each other, with no restart between them.
pub(super) struct McuRun<'a> {
    /// The blocks of each unit.
    pub blocks: &'a [McuBlock],
    /// Where the units are in their row.
    pub across: Range<usize>,
    /// Which row.
    pub down: usize,
}

impl McuRun<'_> {
    /// How many blocks the units have.
    pub fn len(&self) -> usize {
        self.across.len() * self.blocks.len()
    }

    /// Gives what was read of each block, in their order, to those of one part, each with its place.
    #[inline(always)]
    pub fn hand_out<T: Copy>(
        &self,
        part: usize,
        read: &[T],
        mut take: impl FnMut(usize, T) -> Option<()>,
    ) -> Option<()> {
        let first = self.blocks.iter().position(|block| block.part == part)?;
        let blocks = self.blocks[first..]
            .iter()
            .take_while(|block| block.part == part);
        let places = blocks.map(|block| (block.place(self.across.start, self.down), block.right));
        let places: Vec<_> = places.collect();
        for (unit, read) in read.chunks_exact(self.blocks.len()).enumerate() {
            for ((place, right), read) in places.iter().zip(&read[first..]) {
                take(place + unit * right, *read)?;
            }
        }
        Some(())
    }
}

/// How far a block's place is from that of its neighbours.
#[derive(Clone, Copy, Debug)]
pub(super) struct Layout {
    pub right: usize,
    pub down: usize,
}

/// A block of each unit.
pub(super) struct McuBlock {
    /// Which part of the scan it is of.
    pub part: usize,
    /// Its place in the first unit, and how much further it is in the next to the right and down.
    first: usize,
    right: usize,
    down: usize,
}

impl McuBlock {
    /// Its place in a unit.
    #[inline(always)]
    pub fn place(&self, across: usize, down: usize) -> usize {
        self.first + across * self.right + down * self.down
    }
}

/// How many units a scan has across and down, and the blocks of each.
fn units(grid: &Grid, scan: &ScanHeader, layouts: &[Layout]) -> ((usize, usize), Vec<McuBlock>) {
    if let [part] = &scan.parts[..] {
        let Layout { right, down } = layouts[part.component];
        let unit = McuBlock {
            part: 0,
            first: 0,
            right,
            down,
        };
        return (grid.covering(part.component), vec![unit]);
    }
    let units = scan.parts.iter().enumerate().flat_map(|(index, part)| {
        let layout = layouts[part.component];
        let Component { across, down, .. } = grid.components[part.component];
        let places = (0..down).flat_map(move |y| (0..across).map(move |x| (x, y)));
        places.map(move |(x, y)| McuBlock {
            part: index,
            first: y * layout.down + x * layout.right,
            right: across * layout.right,
            down: down * layout.down,
        })
    });
    (grid.units, units.collect())
}

/// The data after a restart marker, when it is there and has the number that is due.
fn restarted<'a, S: Segment<'a>>(bytes: &'a [u8], data: &mut S, restarts: usize) -> Option<S> {
    let end = data.ends_at()?;
    let (_, place) = next_marker(bytes, end)?;
    let is_due = usize::from(bytes[place]) == 0xD0 + restarts % 8;
    is_due.then(|| S::starting_at(bytes, place + 1))
}
