//! The DC coefficients of a JPEG: eight times the mean of each block, over its quantiser.
//!
//! Data is read in the order of the file (see [`super::scan`]). AC coefficients are skipped on the way;
//! whole scans of them, which progressive files have, are passed over unread. Not for pixels, and not for
//! broken files: see the crate.

use super::bits::BitReader;
use super::entropy::EntropyReader;
use super::headers::{ScanComponent, ScanHeader};
use super::huffman::{DcTable, HuffmanTable};
use super::markers::{Frame, Process, after_coded_data};
use super::scan::{Grid, Layout, McuRun, SIDE, ScanReader};
use super::skip::{BlockCodes, note_block_starts};

/// The DC coefficients of a component.
pub struct DcPlane {
    /// Blocks that cover the picture, across and down.
    covering: (usize, usize),
    /// Pixels of a sample, across and down, where they are whole ones.
    ratio: Option<(usize, usize)>,
    /// Blocks in a row of `values`: whole interleaved units.
    stride: usize,
    /// Empty when nobody wants them.
    values: Vec<i16>,
    quantiser: u16,
    /// The lowest bit known of the values, once a scan has brought them.
    lowest_bit: Option<u8>,
}

impl DcPlane {
    fn new(scans: &ScanReader<'_>, grid: &Grid, component: usize, is_wanted: bool) -> Option<Self> {
        let (across, down) = grid.whole(component);
        let table = grid.components[component].table;
        Some(Self {
            covering: grid.covering(component),
            ratio: grid.ratio(component),
            stride: across,
            values: vec![0; if is_wanted { across * down } else { 0 }],
            quantiser: scans.tables.quantisers[table]?[0],
            lowest_bit: None,
        })
    }

    /// The mean of each block of a row, 0 to 255.
    pub fn levels(&self, row: usize) -> impl Iterator<Item = u8> {
        let values = &self.values[row * self.stride..][..self.covering.0];
        values.iter().map(|value| {
            let sum = i32::from(*value) * i32::from(self.quantiser);
            (((sum + 4) >> 3) + 128).clamp(0, 255) as u8
        })
    }

    /// The same of all rows.
    pub fn all_levels(&self) -> Vec<u8> {
        let (across, down) = self.covering;
        let mut levels = Vec::with_capacity(across * down);
        for row in 0..down {
            levels.extend(self.levels(row));
        }
        levels
    }

    /// Pixels of a block, across and down, where they are whole ones.
    pub fn block(&self) -> Option<(u32, u32)> {
        let (across, down) = self.ratio?;
        Some(((across * SIDE) as u32, (down * SIDE) as u32))
    }

    /// Where its values go, when somebody wants them.
    fn wanted(&mut self) -> Option<&mut [i16]> {
        (!self.values.is_empty()).then_some(&mut self.values)
    }

    /// One place for each block.
    fn layout(&self) -> Layout {
        Layout {
            right: 1,
            down: self.stride,
        }
    }
}

/// The planes of all components; those that `wanted` names have values, and those that `full` names must have a
/// block for 8 by 8 pixels. None where one has less, and where a file is broken or is not as the standard says.
pub fn read(
    bytes: &[u8],
    frame: Frame,
    (wanted, full): (&[usize], &[usize]),
) -> Option<Vec<DcPlane>> {
    let mut scans = ScanReader::new(bytes, frame);
    let mut next = scans.next()?;
    let grid = scans.grid.as_ref()?;
    if !full.iter().all(|component| grid.is_full(*component)) {
        return None;
    }
    let plane = |component| DcPlane::new(&scans, grid, component, wanted.contains(&component));
    let mut planes: Vec<_> = (0..grid.components.len())
        .map(plane)
        .collect::<Option<_>>()?;
    let layouts: Vec<_> = planes.iter().map(DcPlane::layout).collect();
    while let Some(scan) = next {
        scans.at = match frame.process {
            Process::Baseline => sequential(&scans, &scan, &layouts, &mut planes)?,
            _ if scan.band == (0, 0) && scan.high == 0 => {
                first(&scans, &scan, &layouts, &mut planes)?
            }
            _ if scan.band == (0, 0) => refining(&scans, &scan, &layouts, &mut planes)?,
            _ => unread(bytes, &scans, &scan)?,
        };
        next = scans.next()?;
    }
    let is_whole = planes.iter().all(|plane| plane.lowest_bit.is_some());
    is_whole.then_some(planes)
}

fn sequential(
    scans: &ScanReader<'_>,
    scan: &ScanHeader,
    layouts: &[Layout],
    planes: &mut [DcPlane],
) -> Option<usize> {
    advance(scan, planes, None, 0)?;
    let ac = |part: &ScanComponent| scans.tables.ac[part.ac].as_ref().map(Some);
    skimmed(scans, (scan, 0), layouts, planes, ac)
}

fn first(
    scans: &ScanReader<'_>,
    scan: &ScanHeader,
    layouts: &[Layout],
    planes: &mut [DcPlane],
) -> Option<usize> {
    advance(scan, planes, None, scan.low)?;
    skimmed(scans, (scan, scan.low), layouts, planes, |_| Some(None))
}

/// Reads a scan with all bits of the coefficients down to one. `ac` has the codes of what is between them.
fn skimmed<'a>(
    scans: &'a ScanReader<'_>,
    (scan, low): (&ScanHeader, u8),
    layouts: &[Layout],
    planes: &mut [DcPlane],
    ac: impl Fn(&ScanComponent) -> Option<Option<&'a HuffmanTable>>,
) -> Option<usize> {
    let codes = |part: &ScanComponent| Some((scans.tables.dc[part.dc].as_ref()?, ac(part)?));
    let codes: Vec<_> = scan.parts.iter().map(codes).collect::<Option<_>>()?;
    // Components that share their codes share the tables.
    let owner = |part: &ScanComponent| scan.parts.iter().position(|other| other.has_codes_of(part));
    let owners: Vec<_> = scan.parts.iter().map(owner).collect::<Option<_>>()?;
    let skims: Vec<_> = (owners.iter().zip(&codes).enumerate())
        .map(|(part, (owner, codes))| (*owner == part).then(|| BlockCodes::new(codes.0, codes.1)))
        .collect();
    let skim_of = |part: usize| skims[owners[part]].as_ref();
    let (mut order, mut starts) = (Vec::new(), Vec::new());
    scans.read_runs(
        scan,
        layouts,
        |data: &mut EntropyReader<'_>, run, predictors| {
            let count = run.len();
            if order.len() <= count {
                let blocks = run.blocks.iter().cycle().take(count + 1);
                order = blocks
                    .map(|block| skim_of(block.part))
                    .collect::<Option<_>>()?;
                starts.resize(count + 1, 0);
            }
            note_block_starts(data, &order[..=count], &mut starts[..=count])?;
            for (index, part) in scan.parts.iter().enumerate() {
                let Some(values) = planes[part.component].wanted() else {
                    continue;
                };
                let (dc, blocks) = (codes[index].0, (&run, index, &starts[..count]));
                predictors[index] = put_sums(dc, blocks, (predictors[index], low), values)?;
            }
            Some(())
        },
    )
}

fn refining(
    scans: &ScanReader<'_>,
    scan: &ScanHeader,
    layouts: &[Layout],
    planes: &mut [DcPlane],
) -> Option<usize> {
    // It needs no codes, but the full decoder does not go without.
    let has_codes = |part: &ScanComponent| scans.tables.dc[part.dc].is_some();
    if scan.low + 1 != scan.high || !scan.parts.iter().all(has_codes) {
        return None;
    }
    advance(scan, planes, Some(scan.high), scan.low)?;
    let mut read = Vec::new();
    scans.read_runs(scan, layouts, |bits: &mut BitReader<'_>, run, _| {
        read.resize(run.len(), 0);
        take_each(bits, &mut read);
        for (index, part) in scan.parts.iter().enumerate() {
            if let Some(values) = planes[part.component].wanted() {
                refine((&run, index, &read), scan.low, values)?;
            }
        }
        Some(())
    })
}

// Short loops have functions of their own, so that they have the registers for themselves.

/// Puts the sums of the differences in their places; the last of them. `blocks` are those of one part of a run,
/// with what they start with.
#[inline(never)]
fn put_sums(
    codes: &DcTable,
    (run, part, starts): (&McuRun<'_>, usize, &[u64]),
    (mut sum, low): (i32, u8),
    values: &mut [i16],
) -> Option<i32> {
    run.hand_out(part, starts, |place, start| {
        let (difference, _) = codes.read(start)?;
        sum = sum.wrapping_add(difference);
        values[place] = saturated(sum.wrapping_shl(low.into()));
        Some(())
    })?;
    Some(sum)
}

/// Adds a bit to each value of a part of a run.
#[inline(never)]
fn refine(
    (run, part, bits): (&McuRun<'_>, usize, &[i16]),
    low: u8,
    values: &mut [i16],
) -> Option<()> {
    run.hand_out(part, bits, |place, bit| {
        values[place] = values[place].saturating_add(bit << low);
        Some(())
    })
}

/// Takes bits one by one.
#[inline(never)]
fn take_each(bits: &mut BitReader<'_>, taken: &mut [i16]) {
    let mut ahead = *bits;
    for taken in taken.chunks_mut(32) {
        ahead.refill();
        for bit in taken {
            *bit = ahead.take(1) as i16;
        }
    }
    *bits = ahead;
}

/// AC coefficients of one component.
fn unread(bytes: &[u8], scans: &ScanReader<'_>, scan: &ScanHeader) -> Option<usize> {
    let [part] = &scan.parts[..] else {
        return None;
    };
    let is_one_bit_more = scan.high == 0 || scan.high == scan.low + 1;
    let is_sound = scan.band.0 > 0 && is_one_bit_more && scans.tables.ac[part.ac].is_some();
    is_sound.then(|| after_coded_data(bytes, scans.at))
}

/// Notes that a scan brings the values of its components down to bit `to`, when `from` is how far they
/// are known.
fn advance(scan: &ScanHeader, planes: &mut [DcPlane], from: Option<u8>, to: u8) -> Option<()> {
    for part in &scan.parts {
        let known = &mut planes[part.component].lowest_bit;
        if *known != from {
            return None;
        }
        *known = Some(to);
    }
    Some(())
}

fn saturated(value: i32) -> i16 {
    value.clamp(i16::MIN.into(), i16::MAX.into()) as i16
}
