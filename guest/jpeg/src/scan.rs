//! The scans of a file, and the order of their blocks (ITU-T T.81, A.2): interleaved or not, with restarts.
//!
//! Goes from scan to scan and from block to block. What the bits of a block mean is the business of who reads it.
//! Strict, as `headers` is: None sends a file to the full decoder.

use std::ops::Range;

use crate::bits::{BitReader, EntropyReader};
use crate::grid::Grid;
use crate::headers::{COMPONENTS, Component, ScanHeader, Tables};
use crate::markers::{Frame, Process};
use crate::segments::{END_OF_IMAGE, START_OF_SCAN, Segments, after_restart};
use crate::zigzag::BLOCK;

/// A file on the way from scan to scan.
pub(crate) struct ScanReader<'a> {
    bytes: &'a [u8],
    frame: Frame,
    segments: Segments<'a>,
    pub grid: Option<Grid>,
    pub tables: Tables,
    has_begun: bool,
}

impl<'a> ScanReader<'a> {
    pub fn new(bytes: &'a [u8], frame: Frame) -> Self {
        Self {
            bytes,
            frame,
            segments: Segments::new(bytes),
            grid: None,
            tables: Tables::default(),
            has_begun: false,
        }
    }

    /// The next scan, or nothing at the end of the image. Before the one after it, its data is to be read, and
    /// [`Self::resume`] told where it ends, or passed over.
    pub fn next_scan(&mut self) -> Option<Option<ScanHeader>> {
        loop {
            let segment = self.segments.next()?.ok()?;
            if self.segments.has_stray_bytes {
                return None;
            }
            match segment.code {
                END_OF_IMAGE => return self.has_begun.then_some(None),
                START_OF_SCAN => return self.scan(segment.content).map(Some),
                code => self.define(code, segment.content)?,
            }
        }
    }

    /// Goes on where the data of a scan ends.
    pub fn resume(&mut self, end: usize) {
        self.segments.at = end;
    }

    /// Leaves the data of a scan unread.
    pub fn pass_data(&mut self) {
        self.segments.pass_coded_data();
    }

    /// A component's quantisers, in zigzag order.
    pub fn quantisers(&self, component: usize) -> Option<[i32; BLOCK]> {
        let table = self.grid.as_ref()?.components[component].table;
        Some(self.tables.quantisers[table]?.map(i32::from))
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
    /// the scan the block is of, its place in rows of blocks of whole MCUs, and a number that it may leave
    /// for the next block of that part: 0 at the start and after a restart.
    #[inline(always)]
    pub fn read_blocks(
        &self,
        scan: &ScanHeader,
        mut read: impl FnMut(&mut BitReader<'_>, usize, usize, &mut i32) -> Option<()>,
    ) -> Option<usize> {
        self.read_runs(scan, |data, run, carried| {
            let mut bits = data.bits(run.len());
            for x in run.across {
                for block in run.blocks {
                    let place = block.place(x, run.down);
                    read(&mut bits, block.part, place, &mut carried[block.part])?;
                }
            }
            let position = bits.position();
            data.resume(position);
            Some(())
        })
    }

    /// The same, many MCUs at once. The numbers to leave are one for each part.
    #[inline(always)]
    pub fn read_runs(
        &self,
        scan: &ScanHeader,
        mut read: impl FnMut(&mut EntropyReader<'_>, McuRun<'_>, &mut [i32; COMPONENTS]) -> Option<()>,
    ) -> Option<usize> {
        let (count, blocks) = mcus(self.grid.as_ref()?, scan);
        let interval = match self.tables.restart_interval {
            0 => usize::MAX,
            interval => interval,
        };
        let mut data = EntropyReader::new(self.bytes, self.segments.at);
        let mut carried = [0; COMPONENTS];
        let (mut restarts, mut left) = (0_u8, interval);
        for down in 0..count.1 {
            let mut x = 0;
            while x < count.0 {
                if left == 0 {
                    let end = data.ends_at()?;
                    data.restart(after_restart(self.bytes, end, restarts)?);
                    (restarts, left) = (restarts.wrapping_add(1), interval);
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

/// MCUs next to each other, with no restart between them.
pub(crate) struct McuRun<'a> {
    /// The blocks of each.
    pub blocks: &'a [McuBlock],
    /// Where they are in their row.
    pub across: Range<usize>,
    /// Which row.
    pub down: usize,
}

impl McuRun<'_> {
    /// How many blocks they have.
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
        for (mcu, read) in read.chunks_exact(self.blocks.len()).enumerate() {
            for ((place, right), read) in places.iter().zip(&read[first..]) {
                take(place + mcu * right, *read)?;
            }
        }
        Some(())
    }
}

/// A block of each MCU.
pub(crate) struct McuBlock {
    /// Which part of the scan it is of.
    pub part: usize,
    /// Its place in the first MCU, and how much further it is in the next to the right and down.
    first: usize,
    right: usize,
    down: usize,
}

impl McuBlock {
    /// Its place in an MCU.
    #[inline(always)]
    fn place(&self, across: usize, down: usize) -> usize {
        self.first + across * self.right + down * self.down
    }
}

/// How many MCUs a scan has across and down, and the blocks of each. The MCU of one component is one block.
fn mcus(grid: &Grid, scan: &ScanHeader) -> ((usize, usize), Vec<McuBlock>) {
    let stride = |component: usize| grid.whole(component).0;
    if let [part] = &scan.parts[..] {
        let block = McuBlock {
            part: 0,
            first: 0,
            right: 1,
            down: stride(part.component),
        };
        return (grid.covering(part.component), vec![block]);
    }
    let blocks = scan.parts.iter().enumerate().flat_map(|(index, part)| {
        let stride = stride(part.component);
        let Component { across, down, .. } = grid.components[part.component];
        let places = (0..down).flat_map(move |y| (0..across).map(move |x| (x, y)));
        places.map(move |(x, y)| McuBlock {
            part: index,
            first: y * stride + x,
            right: across,
            down: down * stride,
        })
    });
    (grid.mcus(), blocks.collect())
}
