//! Sequential JPEGs: all coefficients of a block after each other (ITU-T T.81, F.2.2).
//!
//! What comes after the last coefficient that somebody asks for is skipped, several codes at a look.

use crate::bits::BitReader;
use crate::headers::{COMPONENTS, ScanComponent, ScanHeader};
use crate::huffman::END_RUN;
use crate::inverse_dct::PLACES;
use crate::lookahead::CoefficientTable;
use crate::samples::{OutputPlane, saturated};
use crate::scan::ScanReader;
use crate::skip::AcSkip;
use crate::zigzag::BLOCK;

/// Reads all scans, and puts out the blocks. Each component comes in one scan, alone or with others.
pub(crate) fn decode(
    scans: &mut ScanReader<'_>,
    first: ScanHeader,
    outputs: &mut [OutputPlane],
) -> Option<()> {
    let mut has_come = vec![false; outputs.len()];
    let mut next = Some(first);
    while let Some(scan) = next {
        for part in &scan.parts {
            if std::mem::replace(&mut has_come[part.component], true) {
                return None;
            }
        }
        let end = read(scans, &scan, outputs)?;
        scans.resume(end);
        next = scans.next_scan()?;
    }
    has_come.iter().all(|has_come| *has_come).then_some(())
}

fn read(scans: &ScanReader<'_>, scan: &ScanHeader, outputs: &mut [OutputPlane]) -> Option<usize> {
    // Components that share their codes share the tables.
    let mut skips: [Option<AcSkip<'_>>; COMPONENTS] = Default::default();
    for part in &scan.parts {
        if outputs[part.component].last() + 1 < BLOCK && skips[part.ac].is_none() {
            skips[part.ac] = scans.tables.ac[part.ac].as_deref().map(AcSkip::new);
        }
    }
    let reader = |part: &ScanComponent| BlockReader::new(scans, part, outputs, &skips);
    let readers: Vec<_> = scan.parts.iter().map(reader).collect::<Option<_>>()?;
    scans.read_blocks(scan, |bits, index, place, predictor| {
        let reader = &readers[index];
        let mut block = [0; BLOCK];
        *predictor = predictor.wrapping_add(reader.difference(bits)?);
        block[0] = saturated(saturated(*predictor) * reader.quantisers[0]) as i16;
        let last = reader.read_ac(bits, &mut block)?;
        let present = u64::MAX >> (BLOCK - 1 - last);
        outputs[scan.parts[index].component].put(place, &block, present)
    })
}

/// What the blocks of a component are read with.
struct BlockReader<'a> {
    dc: &'a CoefficientTable,
    ac: &'a CoefficientTable,
    /// The last coefficient that is asked for, in zigzag order.
    last: usize,
    /// Where that is not the last of all.
    skip: Option<&'a AcSkip<'a>>,
    quantisers: [i32; BLOCK],
}

impl<'a> BlockReader<'a> {
    fn new(
        scans: &'a ScanReader<'_>,
        part: &ScanComponent,
        outputs: &[OutputPlane],
        skips: &'a [Option<AcSkip<'a>>; COMPONENTS],
    ) -> Option<Self> {
        let ac = scans.tables.ac[part.ac].as_deref()?;
        let last = outputs[part.component].last();
        Some(Self {
            dc: scans.tables.dc[part.dc].as_deref()?,
            ac,
            last,
            skip: skips[part.ac].as_ref(),
            quantisers: scans.quantisers(part.component)?,
        })
    }

    /// The difference to the DC coefficient before. None when the bits are no code.
    #[inline(always)]
    fn difference(&self, bits: &mut BitReader<'_>) -> Option<i32> {
        bits.refill();
        let difference = self.dc.read(bits.window())?;
        bits.drop(difference.length);
        Some(difference.value)
    }

    /// Puts the AC coefficients, times their quantisers, in their places in a block that holds zeros, and skips
    /// those that are not asked for; the last one that was brought. None when the
    /// bits are no code, or make more than 63 coefficients.
    #[inline(always)]
    fn read_ac(&self, bits: &mut BitReader<'_>, block: &mut [i16; BLOCK]) -> Option<usize> {
        let (mut at, mut brought) = (1, 0);
        while at <= self.last {
            bits.refill();
            let next = self.ac.read(bits.window())?;
            bits.drop(next.length);
            let place = at + next.run as usize;
            if place >= BLOCK {
                return (next.run >= END_RUN).then_some(brought);
            }
            block[usize::from(PLACES[place]) % BLOCK] =
                (next.value * self.quantisers[place]) as i16;
            brought = place;
            at = place + 1;
        }
        if at < BLOCK
            && let Some(skip) = self.skip
        {
            skip.skip_from(at as u32, bits)?;
        }
        Some(brought)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bits::EntropyReader;
    use crate::huffman::{HuffmanTable, Kind};

    /// Codes 0: end of block; 10: 15 zeros and one more; 110: two zeros and a value of three bits; 11100: a value of ten bits.
    fn table(kind: Kind) -> CoefficientTable {
        let mut counts = [0; 16];
        (counts[0], counts[1], counts[2], counts[4]) = (1, 1, 1, 1);
        let symbols = match kind {
            Kind::Ac => [0x00, 0xF0, 0x23, 0x0A],
            Kind::Dc => [0, 1, 2, 3],
        };
        CoefficientTable::new(HuffmanTable::new(&counts, &symbols).unwrap(), kind).unwrap()
    }

    fn read(data: &[u8], last: usize) -> (Option<usize>, [i16; BLOCK]) {
        let (dc, ac) = (table(Kind::Dc), table(Kind::Ac));
        let skip = AcSkip::new(&ac);
        let reader = BlockReader {
            dc: &dc,
            ac: &ac,
            last,
            skip: (last + 1 < BLOCK).then_some(&skip),
            quantisers: std::array::from_fn(|at| at as i32 + 1),
        };
        let mut block = [0; BLOCK];
        let mut data = EntropyReader::new(data, 0);
        let brought = reader.read_ac(&mut data.bits(1), &mut block);
        (brought, block)
    }

    #[test]
    fn coefficients_are_put_in_their_places() {
        // 110 101, 11100 0000000001, 10, 110 010, 0 and padding
        let data = [
            0b1101_0111,
            0b1000_0000,
            0b0000_1101,
            0b1001_0011,
            0xFF,
            0xD9,
        ];
        let (brought, block) = read(&data, 63);
        assert_eq!(brought, Some(23));
        assert_eq!(block[usize::from(PLACES[3])], 5 * 4);
        assert_eq!(block[usize::from(PLACES[4])], -1022 * 5);
        assert_eq!(block[usize::from(PLACES[23])], -5 * 24);
        assert_eq!(block.iter().filter(|value| **value != 0).count(), 3);

        let (brought, block) = read(&data, 3);
        assert_eq!(brought, Some(3));
        assert_eq!(block.iter().filter(|value| **value != 0).count(), 1);
        assert_eq!(read(&data, 0).0, Some(0));
    }

    #[test]
    fn too_many_coefficients_are_refused() {
        let data = [0b1010_1010, 0xAA, 0xAA, 0xFF, 0xD9];
        for last in [0, 20, 63] {
            assert_eq!(read(&data, last).0, None, "{last}");
        }
        assert_eq!(read(&[0b1111_0000, 0, 0, 0], 63).0, None, "no code");
    }
}
