//! Progressive JPEGs (ITU-T T.81, annex G): coefficients come in several scans, first their upper bits,
//! then one bit more in each. Values are kept only for what the reduced samples are made of; of the
//! others it is kept which are not zero, since that decides how the bits of later scans are read.

use super::baseline::{BLOCK, FREQUENCIES, PLACES, signed};
use super::bits::BitReader;
use super::headers::{ScanComponent, ScanHeader};
use super::huffman::HuffmanTable;
use super::planes::{ComponentOutput, quantisers, saturated};
use super::scan::{Layout, ScanReader};

/// Bits that the table of codes looks at.
const LOOKAHEAD_BITS: u32 = 9;
/// In place of the lowest bit known: none is.
const UNKNOWN: u8 = 255;

/// Reads all scans, and draws the blocks.
pub(super) fn decode(
    scans: &mut ScanReader<'_>,
    first: ScanHeader,
    canvases: &mut [ComponentOutput],
) -> Option<()> {
    let mut components: Vec<_> = canvases.iter().map(CoefficientPlane::new).collect();
    let layouts: Vec<_> = canvases.iter().map(ComponentOutput::layout).collect();
    let mut next = Some(first);
    while let Some(scan) = next {
        for part in &scan.parts {
            components[part.component].advance(&scan)?;
        }
        scans.at = read(scans, &scan, &layouts, &mut components)?;
        next = scans.next()?;
    }
    for (index, (component, canvas)) in components.iter().zip(canvases).enumerate() {
        if component.lowest_bits[0] == UNKNOWN {
            return None;
        }
        component.draw(canvas, &quantisers(scans, index)?)?;
    }
    Some(())
}

fn read(
    scans: &ScanReader<'_>,
    scan: &ScanHeader,
    layouts: &[Layout],
    components: &mut [CoefficientPlane],
) -> Option<usize> {
    match (scan.band, scan.high) {
        ((0, 0), 0) => first_of_dc(scans, scan, layouts, components),
        ((0, 0), _) => refined_dc(scans, scan, layouts, components),
        (_, high) => {
            let [part] = &scan.parts[..] else { return None };
            let component = &mut components[part.component];
            let band = BandDecoder::new(scan, scans.tables.ac[part.ac].as_ref()?)?;
            match high {
                0 => first_of_band(scans, scan, layouts, component, &band),
                _ => refined_band(scans, scan, layouts, component, &band),
            }
        }
    }
}

#[inline(never)]
fn first_of_dc(
    scans: &ScanReader<'_>,
    scan: &ScanHeader,
    layouts: &[Layout],
    components: &mut [CoefficientPlane],
) -> Option<usize> {
    let codes = |part: &ScanComponent| scans.tables.dc[part.dc].as_ref();
    let codes: Vec<_> = scan.parts.iter().map(codes).collect::<Option<_>>()?;
    scans.read(scan, layouts, |bits, part, place, predictor| {
        *predictor = predictor.wrapping_add(codes[part].difference(bits)?);
        let value = saturated(predictor.wrapping_shl(scan.low.into()));
        *components[scan.parts[part].component]
            .means
            .get_mut(place)? = value as i16;
        Some(())
    })
}

#[inline(never)]
fn refined_dc(
    scans: &ScanReader<'_>,
    scan: &ScanHeader,
    layouts: &[Layout],
    components: &mut [CoefficientPlane],
) -> Option<usize> {
    // It needs no codes, but the full decoder does not go without.
    let has_codes = |part: &ScanComponent| scans.tables.dc[part.dc].is_some();
    if !scan.parts.iter().all(has_codes) {
        return None;
    }
    scans.read(scan, layouts, |bits, part, place, _| {
        bits.refill();
        let bit = bits.take(1) as i16;
        let value = components[scan.parts[part].component]
            .means
            .get_mut(place)?;
        *value = value.saturating_add(bit << scan.low);
        Some(())
    })
}

#[inline(never)]
fn first_of_band(
    scans: &ScanReader<'_>,
    scan: &ScanHeader,
    layouts: &[Layout],
    component: &mut CoefficientPlane,
    band: &BandDecoder<'_>,
) -> Option<usize> {
    scans.read(scan, layouts, |bits, _, place, ended| {
        if *ended > 0 {
            *ended -= 1;
            return Some(());
        }
        band.first(bits, &mut component.block(place)?, ended)
    })
}

#[inline(never)]
fn refined_band(
    scans: &ScanReader<'_>,
    scan: &ScanHeader,
    layouts: &[Layout],
    component: &mut CoefficientPlane,
    band: &BandDecoder<'_>,
) -> Option<usize> {
    scans.read(scan, layouts, |bits, _, place, ended| {
        if *ended > 0 && component.present.get(place)? & band.mask == 0 {
            *ended -= 1;
            return Some(());
        }
        band.refine(bits, &mut component.block(place)?, ended)
    })
}

/// Coefficients of a component.
struct CoefficientPlane {
    /// Coefficients kept on each side of a block: the lowest.
    side: usize,
    /// DC coefficients of all blocks.
    means: Vec<i16>,
    /// Kept AC coefficients of all blocks, each with an unused place for the DC coefficient.
    values: Vec<i16>,
    /// Which AC coefficients are not zero, the first in zigzag order in the lowest bit.
    present: Vec<u64>,
    /// The lowest bit known of each coefficient, in zigzag order.
    lowest_bits: [u8; BLOCK],
    /// Where kept coefficients are in a block's values.
    kept: [Option<u8>; BLOCK],
    /// Which AC coefficients are kept.
    kept_mask: u64,
}

impl CoefficientPlane {
    fn new(canvas: &ComponentOutput) -> Self {
        let (side, blocks) = (canvas.side(), canvas.blocks);
        let count = blocks.0 * blocks.1;
        let kept = FREQUENCIES.map(|(row, column)| {
            let (row, column) = (usize::from(row), usize::from(column));
            (row < side && column < side).then_some((row * side + column) as u8)
        });
        Self {
            side,
            means: vec![0; count],
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
        if (first == 0 && last > 0) || !bits.iter().all(is_due) {
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

    #[inline(never)]
    fn draw(&self, canvas: &mut ComponentOutput, quantisers: &[i32; BLOCK]) -> Option<()> {
        let side = self.side;
        let blocks = self.present.iter().zip(self.values.chunks(side * side));
        let blocks = blocks.zip(&self.means);
        for (index, ((present, values), mean)) in blocks.enumerate() {
            let mut block = [0; BLOCK];
            block[0] = saturated(i32::from(*mean) * quantisers[0]) as i16;
            let kept = present & self.kept_mask;
            let mut left = kept;
            while left != 0 {
                let at = left.trailing_zeros() as usize % BLOCK;
                left &= left - 1;
                let value = i32::from(values[usize::from(self.kept[at].unwrap_or(0))]);
                block[usize::from(PLACES[at]) % BLOCK] = (value * quantisers[at]) as i16;
            }
            canvas.draw(index, &block, kept)?;
        }
        Some(())
    }
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
            let mut corrections = bits.take(count as u16) << (32 - count);
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
struct BandDecoder<'a> {
    first: usize,
    last: usize,
    /// The coefficients of the band, the first in zigzag order in the lowest bit.
    mask: u64,
    low: u32,
    codes: &'a HuffmanTable,
    /// Length of the code times 256, and symbol; 0 for codes that are longer.
    lookup: Box<[u16; 1 << LOOKAHEAD_BITS]>,
}

impl<'a> BandDecoder<'a> {
    fn new(scan: &ScanHeader, codes: &'a HuffmanTable) -> Option<Self> {
        let mut lookup = Box::new([0; 1 << LOOKAHEAD_BITS]);
        for (bits, entry) in lookup.iter_mut().enumerate() {
            if let Some((length, symbol)) = codes.find(bits << (16 - LOOKAHEAD_BITS))
                && u32::from(length) <= LOOKAHEAD_BITS
            {
                *entry = length << 8 | u16::from(symbol);
            }
        }
        (scan.band.0 > 0).then_some(Self {
            first: scan.band.0.into(),
            last: scan.band.1.into(),
            mask: u64::MAX >> (63 - scan.band.1) & u64::MAX << scan.band.0,
            low: scan.low.into(),
            codes,
            lookup,
        })
    }

    /// Run and size of the next code; afterwards at least 16 bits are ready.
    #[inline(always)]
    fn symbol(&self, bits: &mut BitReader<'_>) -> Option<(u16, u16)> {
        bits.refill();
        let mut entry = self.lookup[bits.peek::<LOOKAHEAD_BITS>()];
        if entry == 0 {
            let (length, symbol) = self.codes.find(bits.peek::<16>())?;
            entry = length << 8 | u16::from(symbol);
        }
        bits.drop(entry >> 8);
        Some((entry >> 4 & 15, entry & 15))
    }

    /// The upper bits of a block's coefficients. `ended` counts further blocks that have none.
    #[inline(always)]
    fn first(
        &self,
        bits: &mut BitReader<'_>,
        block: &mut Block<'_>,
        ended: &mut i32,
    ) -> Option<()> {
        let mut ahead = *bits;
        let mut at = self.first;
        while at <= self.last {
            let (run, size) = self.symbol(&mut ahead)?;
            if size == 0 && run < 15 {
                *ended = (1 << run) - 1 + ahead.take(run) as i32;
                break;
            }
            at += usize::from(run);
            if size > 0 {
                if at > self.last {
                    return None;
                }
                let value = signed(ahead.take(size), size.into()) << self.low;
                block.set(at, saturated(value) as i16);
            }
            at += 1;
        }
        *bits = ahead;
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
        let mut ahead = *bits;
        let present = *block.present;
        // Of the band, what is still to come.
        let mut rest = self.mask;
        while *ended == 0 && rest != 0 {
            let (run, size) = self.symbol(&mut ahead)?;
            if size == 0 && run < 15 {
                *ended = (1 << run) + ahead.take(run) as i32;
                break;
            }
            let is_positive = match size {
                0 => None,
                1 => Some(ahead.take(1) == 1),
                _ => return None,
            };
            let zeros = without_lowest(rest & !present, run);
            let next = zeros & zeros.wrapping_neg();
            let passed = rest & next.wrapping_sub(1);
            block.refine_all(&mut ahead, passed & present, self.low);
            rest &= !(passed | next);
            if let Some(is_positive) = is_positive {
                if next == 0 {
                    return None;
                }
                let at = next.trailing_zeros() as usize;
                block.set(at, if is_positive { 1 } else { -1 } << self.low);
            }
        }
        if *ended > 0 {
            block.refine_all(&mut ahead, rest & present, self.low);
            *ended -= 1;
        }
        *bits = ahead;
        Some(())
    }
}

/// Without so many (up to 15) of the lowest bits that are set. No loop: each turn of one has its price in
/// a sandbox that keeps an eye on time.
#[inline(always)]
fn without_lowest(mut mask: u64, count: u16) -> u64 {
    let mut drop = |times: u16| {
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
