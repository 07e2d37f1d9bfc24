//! Progressive JPEGs (ITU-T T.81, annex G): coefficients come in several scans, first their upper bits,
//! then one bit more in each. Values are kept only for what the reduced samples are made of; of the
//! others it is kept which are not zero, since that decides how the bits of later scans are read.

use crate::bits::BitReader;
use crate::dc::{self, DcPlane};
use crate::headers::ScanHeader;
use crate::huffman::END_RUN;
use crate::inverse_dct::PLACES;
use crate::lookahead::{Coefficient, CoefficientTable};
use crate::samples::{OutputPlane, saturated};
use crate::scan::ScanReader;
use crate::zigzag::{BLOCK, FREQUENCIES};

/// In place of the lowest bit known: none is.
const UNKNOWN: u8 = 255;

/// Reads all scans, and puts out the blocks.
pub(crate) fn decode(
    scans: &mut ScanReader<'_>,
    first: ScanHeader,
    outputs: &mut [OutputPlane],
) -> Option<()> {
    let mut dc = DcPlane::all(scans, |_| true)?;
    let mut ac: Vec<_> = outputs.iter().map(AcPlane::new).collect();
    let mut next = Some(first);
    while let Some(scan) = next {
        let end = match scan.band {
            (0, 0) => dc::read_progressive(scans, &scan, &mut dc)?,
            _ => read_band(scans, &scan, &mut ac)?,
        };
        scans.resume(end);
        next = scans.next_scan()?;
    }
    if !dc.iter().all(DcPlane::is_known) {
        return None;
    }
    for (index, output) in outputs.iter_mut().enumerate() {
        put(&dc[index], &ac[index], &scans.quantisers(index)?, output)?;
    }
    Some(())
}

/// AC coefficients of one component.
fn read_band(scans: &ScanReader<'_>, scan: &ScanHeader, planes: &mut [AcPlane]) -> Option<usize> {
    let [part] = &scan.parts[..] else { return None };
    let plane = &mut planes[part.component];
    plane.advance(scan)?;
    let band = Band::new(scan, scans.tables.ac[part.ac].as_deref()?);
    match scan.high {
        0 => read_upper_bits(scans, scan, plane, &band),
        _ => read_one_bit(scans, scan, plane, &band),
    }
}

#[inline(never)]
fn read_upper_bits(
    scans: &ScanReader<'_>,
    scan: &ScanHeader,
    plane: &mut AcPlane,
    band: &Band<'_>,
) -> Option<usize> {
    scans.read_blocks(scan, |bits, _, place, ended| {
        if *ended > 0 {
            *ended -= 1;
            return Some(());
        }
        band.read(bits, &mut plane.block(place)?, ended)
    })
}

#[inline(never)]
fn read_one_bit(
    scans: &ScanReader<'_>,
    scan: &ScanHeader,
    plane: &mut AcPlane,
    band: &Band<'_>,
) -> Option<usize> {
    scans.read_blocks(scan, |bits, _, place, ended| {
        if *ended > 0 && plane.present.get(place)? & band.mask == 0 {
            *ended -= 1;
            return Some(());
        }
        band.refine(bits, &mut plane.block(place)?, ended)
    })
}

/// AC coefficients of a component.
struct AcPlane {
    /// Coefficients kept on each side of a block: the lowest.
    side: usize,
    /// Kept coefficients of all blocks, each with an unused place for the DC coefficient.
    values: Vec<i16>,
    /// Which coefficients are not zero, the first in zigzag order in the lowest bit.
    present: Vec<u64>,
    /// The lowest bit known of each coefficient, in zigzag order.
    lowest_bits: [u8; BLOCK],
    /// Where kept coefficients are in a block's values.
    kept: [Option<u8>; BLOCK],
    /// Which coefficients are kept.
    kept_mask: u64,
}

impl AcPlane {
    fn new(output: &OutputPlane) -> Self {
        let (side, blocks) = (output.side(), output.blocks);
        let count = blocks.0 * blocks.1;
        let kept = FREQUENCIES.map(|(row, column)| {
            let (row, column) = (usize::from(row), usize::from(column));
            (row < side && column < side).then_some((row * side + column) as u8)
        });
        Self {
            side,
            values: vec![0; count * side * side],
            present: vec![0; count],
            lowest_bits: [UNKNOWN; BLOCK],
            kept,
            kept_mask: (1..BLOCK).fold(0, |mask, at| mask | u64::from(kept[at].is_some()) << at),
        }
    }

    /// Notes that a scan brings coefficients down to a bit, which must be the one due.
    fn advance(&mut self, scan: &ScanHeader) -> Option<()> {
        let (first, last) = (usize::from(scan.band.0), usize::from(scan.band.1));
        let known = match scan.high {
            0 => UNKNOWN,
            high if scan.low + 1 == high => high,
            _ => return None,
        };
        let is_due = |bit: &u8| *bit == known;
        let bits = &mut self.lowest_bits[first..=last];
        if first == 0 || !bits.iter().all(is_due) {
            return None;
        }
        bits.fill(scan.low);
        Some(())
    }

    #[inline(always)]
    fn block(&mut self, at: usize) -> Option<Block<'_>> {
        let area = self.side * self.side;
        Some(Block {
            values: self.values.get_mut(at * area..(at + 1) * area)?,
            present: self.present.get_mut(at)?,
            kept: &self.kept,
            kept_mask: self.kept_mask,
        })
    }
}

/// Puts out the blocks of a component.
#[inline(never)]
fn put(
    dc: &DcPlane,
    ac: &AcPlane,
    quantisers: &[i32; BLOCK],
    output: &mut OutputPlane,
) -> Option<()> {
    let blocks = ac.present.iter().zip(ac.values.chunks(ac.side * ac.side));
    for (index, ((present, values), mean)) in blocks.zip(dc.values()).enumerate() {
        let mut block = [0; BLOCK];
        block[0] = saturated(i32::from(*mean) * quantisers[0]) as i16;
        let kept = present & ac.kept_mask;
        let mut left = kept;
        while left != 0 {
            let at = left.trailing_zeros() as usize % BLOCK;
            left &= left - 1;
            let value = i32::from(values[usize::from(ac.kept[at].unwrap_or(0))]);
            block[usize::from(PLACES[at]) % BLOCK] = (value * quantisers[at]) as i16;
        }
        output.put(index, &block, kept)?;
    }
    Some(())
}

/// What is known of a block.
struct Block<'a> {
    values: &'a mut [i16],
    present: &'a mut u64,
    kept: &'a [Option<u8>; BLOCK],
    kept_mask: u64,
}

impl Block<'_> {
    /// A coefficient that was zero.
    #[inline(always)]
    fn set(&mut self, at: usize, value: i16) {
        *self.present |= 1 << at;
        if let Some(kept) = self.kept[at % BLOCK] {
            self.values[usize::from(kept)] = value;
        }
    }

    /// Reads one bit more, of that value, for each of some coefficients that are not zero: away from zero.
    #[inline(always)]
    fn refine_all(&mut self, bits: &mut BitReader<'_>, mut which: u64, low: u32) {
        while which != 0 {
            bits.refill();
            let count = which.count_ones().min(32);
            let mut corrections = bits.take(count) << (32 - count);
            if count < 32 && (corrections == 0 || which & self.kept_mask == 0) {
                return;
            }
            for _ in 0..count {
                let at = which.trailing_zeros() as usize;
                which &= which - 1;
                if corrections >> 31 == 1 {
                    self.refine(at, 1 << low);
                }
                corrections <<= 1;
            }
        }
    }

    /// One bit more of a coefficient, which is not zero: away from zero.
    #[inline(always)]
    fn refine(&mut self, at: usize, bit: i16) {
        if let Some(kept) = self.kept[at % BLOCK] {
            let value = &mut self.values[usize::from(kept)];
            *value = value.saturating_add(if *value < 0 { -bit } else { bit });
        }
    }
}

/// Reads the AC coefficients of a scan.
struct Band<'a> {
    first: usize,
    last: usize,
    /// The coefficients of the band, the first in zigzag order in the lowest bit.
    mask: u64,
    low: u32,
    table: &'a CoefficientTable,
}

impl<'a> Band<'a> {
    fn new(scan: &ScanHeader, table: &'a CoefficientTable) -> Self {
        Self {
            first: scan.band.0.into(),
            last: scan.band.1.into(),
            mask: u64::MAX >> (63 - scan.band.1) & u64::MAX << scan.band.0,
            low: scan.low.into(),
            table,
        }
    }

    /// The next coefficient; afterwards at least one bit is ready, or where blocks end those that say how many.
    #[inline(always)]
    fn next(&self, bits: &mut BitReader<'_>) -> Option<Coefficient> {
        bits.refill();
        let next = self.table.read(bits.window())?;
        bits.drop(next.length);
        Some(next)
    }

    /// How many blocks end, this one included, when a run says so.
    #[inline(always)]
    fn ended(run: u32, bits: &mut BitReader<'_>) -> Option<i32> {
        let size = run.checked_sub(END_RUN)?;
        Some((1 << size) + bits.take(size) as i32)
    }

    /// The upper bits of a block's coefficients. `ended` counts further blocks that have none.
    #[inline(always)]
    fn read(&self, bits: &mut BitReader<'_>, block: &mut Block<'_>, ended: &mut i32) -> Option<()> {
        let mut at = self.first;
        while at <= self.last {
            let next = self.next(bits)?;
            if let Some(blocks) = Self::ended(next.run, bits) {
                *ended = blocks - 1;
                break;
            }
            at += next.run as usize;
            if next.value != 0 {
                if at > self.last {
                    return None;
                }
                block.set(at, saturated(next.value << self.low) as i16);
            }
            at += 1;
        }
        Some(())
    }

    /// One bit more of a block's coefficients, and new ones whose only bit it is.
    #[inline(always)]
    fn refine(
        &self,
        bits: &mut BitReader<'_>,
        block: &mut Block<'_>,
        ended: &mut i32,
    ) -> Option<()> {
        let present = *block.present;
        // Of the band, what is still to come.
        let mut rest = self.mask;
        while *ended == 0 && rest != 0 {
            let next = self.next(bits)?;
            if let Some(blocks) = Self::ended(next.run, bits) {
                *ended = blocks;
                break;
            }
            if next.value.abs() > 1 {
                return None;
            }
            let zeros = without_lowest(rest & !present, next.run);
            let lowest = zeros & zeros.wrapping_neg();
            let passed = rest & lowest.wrapping_sub(1);
            block.refine_all(bits, passed & present, self.low);
            rest &= !(passed | lowest);
            if next.value != 0 {
                if lowest == 0 {
                    return None;
                }
                let at = lowest.trailing_zeros() as usize;
                block.set(at, (next.value << self.low) as i16);
            }
        }
        if *ended > 0 {
            block.refine_all(bits, rest & present, self.low);
            *ended -= 1;
        }
        Some(())
    }
}

/// Without so many (up to 15) of the lowest bits that are set. No loop: a sandbox that
/// limits time counts each turn of one.
#[inline(always)]
fn without_lowest(mut mask: u64, count: u32) -> u64 {
    let mut drop = |times: u32| {
        for _ in 0..times {
            mask &= mask.wrapping_sub(1);
        }
    };
    if count & 1 != 0 {
        drop(1);
    }
    if count & 2 != 0 {
        drop(2);
    }
    if count & 4 != 0 {
        drop(4);
    }
    if count & 8 != 0 {
        drop(8);
    }
    mask
}
