//! The DC coefficients of a JPEG: eight times the mean of each block, over its quantiser.
//!
//! Data is read in the order of the file. AC coefficients are skipped on the way; whole scans of them, which
//! progressive files have, are passed over unread.

use crate::bits::EntropyReader;
use crate::grid::BLOCK_SIDE;
use crate::headers::{ScanComponent, ScanHeader};
use crate::lookahead::CoefficientTable;
use crate::markers::{Frame, Process};
use crate::samples::saturated;
use crate::scan::{McuRun, ScanReader};
use crate::skip::{BlockCodes, note_block_starts};

/// The DC coefficients of a component.
pub struct DcPlane {
    /// Blocks that cover the picture, across and down.
    covering: (usize, usize),
    /// Pixels of a sample, across and down, where they are whole ones.
    ratio: Option<(usize, usize)>,
    /// Blocks in a row of `values`: whole MCUs.
    stride: usize,
    /// Empty when nobody wants them.
    values: Vec<i16>,
    quantiser: i32,
    /// The lowest bit known of the values, once a scan has brought them.
    lowest_bit: Option<u8>,
}

impl DcPlane {
    /// The planes of all components, empty as yet; those that nobody wants stay so.
    pub(crate) fn all(
        scans: &ScanReader<'_>,
        is_wanted: impl Fn(usize) -> bool,
    ) -> Option<Vec<Self>> {
        let grid = scans.grid.as_ref()?;
        let plane = |component| {
            let (across, down) = grid.whole(component);
            let count = if is_wanted(component) {
                across * down
            } else {
                0
            };
            Some(Self {
                covering: grid.covering(component),
                ratio: grid.ratio(component),
                stride: across,
                values: vec![0; count],
                quantiser: scans.quantisers(component)?[0],
                lowest_bit: None,
            })
        };
        (0..grid.components.len()).map(plane).collect()
    }

    /// The mean of each block of a row, 0 to 255. None of a plane that was not wanted.
    pub fn levels(&self, row: usize) -> impl Iterator<Item = u8> {
        let values = self.values.get(row * self.stride..).unwrap_or_default();
        values.iter().take(self.covering.0).map(|value| {
            let sum = i32::from(*value) * self.quantiser;
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
        Some(((across * BLOCK_SIDE) as u32, (down * BLOCK_SIDE) as u32))
    }

    /// All coefficients, in rows of blocks of whole MCUs.
    pub(crate) fn values(&self) -> &[i16] {
        &self.values
    }

    /// All bits of the coefficients are there.
    pub(crate) fn is_known(&self) -> bool {
        self.lowest_bit.is_some()
    }

    /// Where its values go, when somebody wants them.
    fn wanted(&mut self) -> Option<&mut [i16]> {
        (!self.values.is_empty()).then_some(&mut self.values)
    }
}

/// The planes of all components; those that `wanted` names have values, and those that `full` names must have a
/// block for 8 by 8 pixels. None where one has less, and where a file is broken or is not as the standard says.
pub fn dc_planes(
    bytes: &[u8],
    frame: Frame,
    (wanted, full): (&[usize], &[usize]),
) -> Option<Vec<DcPlane>> {
    let mut scans = ScanReader::new(bytes, frame);
    let mut next = scans.next_scan()?;
    let grid = scans.grid.as_ref()?;
    if !full.iter().all(|component| grid.is_full(*component)) {
        return None;
    }
    let mut planes = DcPlane::all(&scans, |component| wanted.contains(&component))?;
    while let Some(scan) = next {
        match (frame.process, scan.band) {
            (Process::Baseline, _) => {
                let end = read_all_bits(&scans, (&scan, 0), true, &mut planes)?;
                scans.resume(end);
            }
            (_, (0, 0)) => {
                let end = read_progressive(&scans, &scan, &mut planes)?;
                scans.resume(end);
            }
            _ if is_band(&scans, &scan) => scans.pass_data(),
            _ => return None,
        }
        next = scans.next_scan()?;
    }
    planes.iter().all(DcPlane::is_known).then_some(planes)
}

/// Reads a scan of DC coefficients alone, as progressive files have them: their upper bits, or one bit more; where it ends.
pub(crate) fn read_progressive(
    scans: &ScanReader<'_>,
    scan: &ScanHeader,
    planes: &mut [DcPlane],
) -> Option<usize> {
    match scan.high {
        0 => read_all_bits(scans, (scan, scan.low), false, planes),
        _ => read_one_bit(scans, scan, planes),
    }
}

/// Reads a scan with all bits of the coefficients down to one, and passes over AC coefficients where it has them.
fn read_all_bits(
    scans: &ScanReader<'_>,
    (scan, low): (&ScanHeader, u8),
    has_ac: bool,
    planes: &mut [DcPlane],
) -> Option<usize> {
    advance(scan, planes, None, low)?;
    let tables: Vec<_> = (scan.parts.iter())
        .map(|part| {
            let ac = scans.tables.ac[part.ac].as_deref();
            let ac = if has_ac { Some(ac?) } else { None };
            Some((scans.tables.dc[part.dc].as_deref()?, ac))
        })
        .collect::<Option<_>>()?;
    // Components that share their codes share the tables.
    let owner = |part: &ScanComponent| scan.parts.iter().position(|other| other.has_codes_of(part));
    let owners: Vec<_> = scan.parts.iter().map(owner).collect::<Option<_>>()?;
    let codes: Vec<_> = (owners.iter().zip(&tables).enumerate())
        .map(|(part, (owner, (dc, ac)))| (*owner == part).then(|| BlockCodes::new(dc, *ac)))
        .collect();
    let codes_of = |part: usize| codes[owners[part]].as_ref();
    let (mut order, mut starts) = (Vec::new(), Vec::new());
    scans.read_runs(scan, |data, run, predictors| {
        let count = run.len();
        if order.len() <= count {
            let blocks = run.blocks.iter().cycle().take(count + 1);
            order = blocks
                .map(|block| codes_of(block.part))
                .collect::<Option<_>>()?;
            starts.resize(count + 1, 0);
        }
        note_block_starts(data, &order[..=count], &mut starts[..=count])?;
        for (index, part) in scan.parts.iter().enumerate() {
            let Some(values) = planes[part.component].wanted() else {
                continue;
            };
            let (dc, blocks) = (tables[index].0, (&run, index, &starts[..count]));
            predictors[index] = put_sums(dc, blocks, (predictors[index], low), values)?;
        }
        Some(())
    })
}

fn read_one_bit(
    scans: &ScanReader<'_>,
    scan: &ScanHeader,
    planes: &mut [DcPlane],
) -> Option<usize> {
    // It needs no codes, but the full decoder does not go without.
    let has_codes = |part: &ScanComponent| scans.tables.dc[part.dc].is_some();
    if scan.low + 1 != scan.high || !scan.parts.iter().all(has_codes) {
        return None;
    }
    advance(scan, planes, Some(scan.high), scan.low)?;
    let mut read = Vec::new();
    scans.read_runs(scan, |data, run, _| {
        read.resize(run.len(), 0);
        take_each(data, &mut read);
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
    dc: &CoefficientTable,
    (run, part, starts): (&McuRun<'_>, usize, &[u64]),
    (mut sum, low): (i32, u8),
    values: &mut [i16],
) -> Option<i32> {
    run.hand_out(part, starts, |place, start| {
        sum = sum.wrapping_add(dc.read(start)?.value);
        values[place] = saturated(sum.wrapping_shl(low.into())) as i16;
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
fn take_each(data: &mut EntropyReader<'_>, taken: &mut [i16]) {
    let mut bits = data.bits(taken.len());
    for taken in taken.chunks_mut(32) {
        bits.refill();
        for bit in taken {
            *bit = bits.take(1) as i16;
        }
    }
    let position = bits.position();
    data.resume(position);
}

/// AC coefficients of one component.
fn is_band(scans: &ScanReader<'_>, scan: &ScanHeader) -> bool {
    let [part] = &scan.parts[..] else {
        return false;
    };
    let is_one_bit_more = scan.high == 0 || scan.high == scan.low + 1;
    scan.band.0 > 0 && is_one_bit_more && scans.tables.ac[part.ac].is_some()
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
