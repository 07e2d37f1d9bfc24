//! Over coefficients that nobody asks for: the rest of a block, or all but the DC coefficients of many blocks.

use crate::bits::{BitReader, EntropyReader};
use crate::lookahead::{BLOCK, CoefficientTable, END, LOOKAHEAD_BITS, Lookahead, UNRESOLVED};

/// Looks that may follow each other on the 56 bits of a filled window: each drops a code that is within the
/// bits looked at, and a value of up to 15 bits.
const LOOKS: u32 = 56 / (LOOKAHEAD_BITS + 15);

/// One step amid a block that is past so many coefficients: where it leads, and how many bits it takes. None
/// when the bits are no code, or make more than 63 coefficients after the DC.
fn step(ac: &CoefficientTable, passed: u32, window: u64) -> Option<(u32, u32)> {
    let step = ac.step((window >> 48) as u32)?;
    match (step.advance, passed + step.advance) {
        (END, _) | (_, BLOCK) => Some((END, step.length)),
        (_, next) => (next < BLOCK).then_some((next, step.length)),
    }
}

/// Skips AC coefficients.
pub(crate) struct AcSkip<'a> {
    ac: &'a CoefficientTable,
    lookahead: Box<Lookahead>,
}

impl<'a> AcSkip<'a> {
    /// By the codes of a table.
    pub fn new(ac: &'a CoefficientTable) -> Self {
        let lookahead = Box::new(Lookahead::new(&[], &ac.steps()));
        Self { ac, lookahead }
    }

    /// Skips what follows in a block from a coefficient on, several at a look. None when the bits are no code, or make
    /// more than 63 coefficients.
    #[inline(always)]
    pub fn skip_from(&self, first: u32, bits: &mut BitReader<'_>) -> Option<()> {
        let mut at = first;
        loop {
            bits.refill();
            let entry = self.lookahead.amid(bits.window());
            let next = at + (entry >> 6);
            if next < BLOCK {
                bits.drop(entry);
                at = next;
                continue;
            }
            if next == BLOCK || (next > END && next < END + BLOCK) {
                bits.drop(entry);
                return Some(());
            }
            // A long code, or steps beyond the end of this block: one by one.
            let (next, length) = self.step(at, bits.window())?;
            bits.drop(length);
            if next == END {
                return Some(());
            }
            at = next;
        }
    }

    #[inline(never)]
    fn step(&self, passed: u32, window: u64) -> Option<(u32, u32)> {
        step(self.ac, passed, window)
    }
}

/// The codes of the blocks of a component.
pub(crate) struct BlockCodes<'a> {
    dc: &'a CoefficientTable,
    /// None in scans without AC coefficients.
    ac: Option<&'a CoefficientTable>,
    lookahead: Lookahead,
}

impl<'a> BlockCodes<'a> {
    /// The tables for codes.
    pub fn new(dc: &'a CoefficientTable, ac: Option<&'a CoefficientTable>) -> Self {
        let mut starts = dc.steps();
        if ac.is_none() {
            starts.iter_mut().for_each(|step| step.advance = END);
        }
        let steps = ac.map(CoefficientTable::steps).unwrap_or_default();
        let lookahead = Lookahead::new(&starts, &steps);
        Self { dc, ac, lookahead }
    }

    /// One step of a block that is past so many coefficients, as [`step`].
    fn step(&self, passed: u32, window: u64) -> Option<(u32, u32)> {
        if passed > 0 {
            return step(self.ac?, passed, window);
        }
        let dc = self.dc.read(window)?;
        Some((if self.ac.is_some() { 1 } else { END }, dc.length))
    }
}

/// Skips blocks, and notes for each at least 29 bits that it starts with: all of its DC coefficient where that
/// takes no more, else 56. `order` has the codes of each block, and those of one more; `starts` is as long. None when the
/// bits are no code, or make more than 63 coefficients after the DC.
///
/// Each turn of the loop is a look at the next bits, wherever they are in a block, and no branch depends on what they
/// are, but for rare ones: where blocks end cannot be foreseen. So the first bits of a block are noted with every look, and
/// stay noted where the look was the first of its block. What they mean is for who asked, who can then take all
/// blocks at once.
pub(crate) fn note_block_starts(
    data: &mut EntropyReader<'_>,
    order: &[&BlockCodes<'_>],
    starts: &mut [u64],
) -> Option<()> {
    let mut bits = data.bits(order.len());
    let starts = &mut starts[..order.len()];
    // The block after the one that the next look is in, and its codes.
    let (mut after, mut following) = (1, order[1]);
    let (mut state, mut codes) = (END, order[0]);
    loop {
        // In here nothing is called, so that all that changes stays in registers.
        'looks: loop {
            bits.fill();
            for _ in 0..LOOKS {
                starts[after - ended(state)] = bits.window();
                let entry = codes.lookahead.after(state, bits.window());
                let next = passed(state) + (entry >> 6);
                if next & UNRESOLVED != 0 {
                    break 'looks;
                }
                bits.drop(entry);
                state = next;
                codes = if state < END { codes } else { following };
                after += ended(state);
                let Some(next) = order.get(after) else {
                    break 'looks;
                };
                following = next;
            }
        }
        if after == order.len() {
            break;
        }
        // A look was not enough: for a long code, or for the last of a block without an end of its own.
        bits.fill();
        starts[after - ended(state)] = bits.window();
        let (next, length) = codes.step(passed(state), bits.window())?;
        bits.drop(length);
        state = next;
        codes = if state < END { codes } else { following };
        after += ended(state);
        let Some(next) = order.get(after) else {
            break;
        };
        following = next;
    }
    let position = bits.position();
    data.resume(position);
    Some(())
}

/// 1 at the end of a block, amid it 0: to add and not to branch.
#[inline(always)]
fn ended(state: u32) -> usize {
    (state / END) as usize
}

/// The coefficients of a block that are past.
#[inline(always)]
fn passed(state: u32) -> u32 {
    if state < END { state } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::huffman::{HuffmanTable, Kind};
    use crate::tables::LUMA_AC;

    /// Codes of DC coefficients of up to 15 bits, of which some are longer than the bits looked at.
    fn dc_table() -> CoefficientTable {
        let counts = [0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1];
        let sizes: Vec<u8> = (1..=15).collect();
        let codes = HuffmanTable::new(&counts, &sizes).unwrap();
        CoefficientTable::new(codes, Kind::Dc).unwrap()
    }

    fn ac_table() -> CoefficientTable {
        let codes = HuffmanTable::new(&LUMA_AC.counts, LUMA_AC.symbols).unwrap();
        CoefficientTable::new(codes, Kind::Ac).unwrap()
    }

    /// Bytes with many short codes, and stuffing now and then.
    fn noise(state: &mut u32, count: usize) -> Vec<u8> {
        let mut next = || {
            *state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            *state >> 24
        };
        let bytes = (0..count).map(|_| if next() < 4 { 0xFF } else { next() & next() });
        let stuffed = bytes.flat_map(|byte| [Some(byte as u8), (byte == 0xFF).then_some(0)]);
        stuffed.flatten().chain([0xFF, 0xD9]).collect()
    }

    /// Skips the AC coefficients of a block code by code.
    fn plainly(ac: &CoefficientTable, bits: &mut BitReader<'_>) -> Option<()> {
        let mut at = 1;
        while at != END {
            bits.refill();
            let (next, length) = step(ac, at, bits.window())?;
            bits.drop(length);
            at = next;
        }
        Some(())
    }

    #[test]
    fn skipping_several_at_a_look_ends_where_single_steps_end() {
        let ac = ac_table();
        let skip = AcSkip::new(&ac);
        let mut state = 1;
        let (mut sound, mut broken) = (0, 0);
        for _ in 0..20_000 {
            let bytes = noise(&mut state, 200);
            let (mut data, mut plain) =
                (EntropyReader::new(&bytes, 0), EntropyReader::new(&bytes, 0));
            let (mut data, mut plain) = (data.bits(4), plain.bits(4));
            for _ in 0..4 {
                let (ours, theirs) = (skip.skip_from(1, &mut data), plainly(&ac, &mut plain));
                assert_eq!(ours, theirs);
                if ours.is_none() {
                    broken += 1;
                    break;
                }
                sound += 1;
                data.refill();
                plain.refill();
                assert_eq!(data.window() >> 32, plain.window() >> 32);
            }
        }
        assert!(
            sound > 10_000 && broken > 1_000,
            "{sound} sound, {broken} broken"
        );
    }

    /// The DC of a block, which is read code by code.
    fn dc_of_block(codes: &BlockCodes<'_>, bits: &mut BitReader<'_>) -> Option<i32> {
        bits.refill();
        let dc = codes.dc.read(bits.window())?;
        bits.drop(dc.length);
        if let Some(ac) = codes.ac {
            plainly(ac, bits)?;
        }
        Some(dc.value)
    }

    #[test]
    fn blocks_start_where_single_steps_find_them() {
        let (dc, ac) = (dc_table(), ac_table());
        let kinds = [BlockCodes::new(&dc, Some(&ac)), BlockCodes::new(&dc, None)];
        let mut state = 1;
        let (mut sound, mut broken) = (0, 0);
        for round in 0..20_000 {
            let bytes = noise(&mut state, 400);
            let order: Vec<_> = (0..=1 + round % 5)
                .map(|at| &kinds[(at + round) % 3 % 2])
                .collect();
            let blocks = &order[..order.len() - 1];
            let mut plain = EntropyReader::new(&bytes, 0);
            let mut plain = plain.bits(order.len());
            let expected: Option<Vec<_>> = blocks
                .iter()
                .map(|codes| dc_of_block(codes, &mut plain))
                .collect();
            let mut data = EntropyReader::new(&bytes, 0);
            let mut starts = vec![0; order.len()];
            let noted = note_block_starts(&mut data, &order, &mut starts);
            assert_eq!(noted.is_some(), expected.is_some());
            let Some(expected) = expected else {
                broken += 1;
                continue;
            };
            sound += 1;
            let read = starts[..blocks.len()]
                .iter()
                .map(|start| dc.read(*start).unwrap().value);
            assert_eq!(read.collect::<Vec<_>>(), expected);
            let mut bits = data.bits(1);
            bits.refill();
            plain.refill();
            assert_eq!(bits.window() >> 32, plain.window() >> 32);
        }
        assert!(
            sound > 2_000 && broken > 2_000,
            "{sound} sound, {broken} broken"
        );
    }
}
