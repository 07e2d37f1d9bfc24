//! Where blocks start: coded data is skimmed over, for the sake of the DC coefficients in it.
//!
//! Each turn of the loop is a look at the next bits, wherever they are in a block, and no branch depends
//! on what they are, but for rare ones: where blocks end cannot be foreseen. So the first bits of a
//! block are noted with every look, and stay noted where the look was the first of its block. What
//! they mean is for who asked, who can then take all blocks at once.

use super::entropy::EntropyReader;
use super::huffman::{DcTable, HuffmanTable};
use super::lookahead::{self, BLOCK, END, LOOKAHEAD_BITS, Lookahead, UNRESOLVED};

/// Lookahead that may follow each other on the 56 bits of a filled window: each drops a code that is within the
/// look, and a value of up to 15 bits.
const LOOKUPS: u32 = 56 / (LOOKAHEAD_BITS + 15);

/// The codes of the blocks of a component.
pub(super) struct BlockCodes<'a> {
    dc: &'a DcTable,
    /// None in scans without AC coefficients.
    ac: Option<&'a HuffmanTable>,
    lookahead: Lookahead,
}

impl<'a> BlockCodes<'a> {
    /// The tables for codes.
    pub fn new(dc: &'a DcTable, ac: Option<&'a HuffmanTable>) -> Self {
        let mut starts: Vec<_> = dc.steps().collect();
        if ac.is_none() {
            starts.iter_mut().for_each(|step| step.advance = END);
        }
        let lookahead =
            Lookahead::with_start(&starts, &ac.map(lookahead::ac_steps).unwrap_or_default());
        Self { dc, ac, lookahead }
    }

    /// One step of a block that is past so many coefficients: where it leads, and how many bits it takes. None
    /// when the bits are no code, or make more than 63 coefficients after the DC.
    fn step(&self, passed: u32, bits: u64) -> Option<(u32, u32)> {
        if passed == 0 {
            let (_, length) = self.dc.read(bits)?;
            return Some((if self.ac.is_some() { 1 } else { END }, length.into()));
        }
        let step = lookahead::ac_step(self.ac?, (bits >> 48) as usize)?;
        let length = step.length + step.size;
        match (step.advance, passed + step.advance) {
            (END, _) | (_, BLOCK) => Some((END, length)),
            (_, next) => (next < BLOCK).then_some((next, length)),
        }
    }
}

/// Skims over blocks, and notes for each at least 29 bits that it starts with: all of its DC coefficient
/// where that takes no more, else 56. `order` has the codes of each block, and those of one more; `starts` is
/// as long. None when the bits are no code, or make more than 63 coefficients after the DC.
pub(super) fn note_block_starts(
    data: &mut EntropyReader<'_>,
    order: &[&BlockCodes<'_>],
    starts: &mut [u64],
) -> Option<()> {
    // The block after the one that the next look is in, and its codes.
    let (mut after, mut following) = (1, order[1]);
    let (mut state, mut codes) = (END, order[0]);
    loop {
        // In here nothing is called, so that all that changes stays in registers.
        let (mut at, mut window, mut held) = (data.at, data.window, data.held);
        let piece = data.piece();
        'lookahead: while let Some(eight) = EntropyReader::eight(piece, at) {
            window |= eight >> held;
            at += (63 - held) as usize / 8;
            held |= 56;
            for _ in 0..LOOKUPS {
                starts[after - ended(state)] = window;
                let entry = codes.lookahead.after(state, window);
                let next = passed(state) + (entry >> 6);
                if next & UNRESOLVED != 0 {
                    break 'lookups;
                }
                window = window.wrapping_shl(entry);
                held = held.wrapping_sub(entry % 64);
                state = next;
                codes = if state < END { codes } else { following };
                after += ended(state);
                let Some(next) = order.get(after) else {
                    break 'lookups;
                };
                following = next;
            }
        }
        (data.at, data.window, data.held) = (at, window, held);
        if after == order.len() {
            return Some(());
        }
        // The piece is at its end, or a look was not enough: for a long code, or for the last of a block
        // without an end of its own.
        data.fill();
        starts[after - ended(state)] = data.window;
        let (next, length) = codes.step(passed(state), data.window)?;
        data.drop(length);
        state = next;
        codes = if state < END { codes } else { following };
        after += ended(state);
        let Some(next) = order.get(after) else {
            return Some(());
        };
        following = next;
    }
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
    use crate::bits::BitReader;
    use crate::huffman::tests::typical;
    use crate::scan::Segment;

    /// Codes of DC coefficients of up to 15 bits, of which some are longer than a look.
    fn dc_codes() -> DcTable {
        let counts = [0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1];
        let sizes: Vec<u8> = (1..=15).collect();
        DcTable::new(HuffmanTable::new(&counts, &sizes).unwrap()).unwrap()
    }

    /// The DC of a block, which is read code by code.
    fn plainly(skim: &BlockCodes<'_>, bits: &mut BitReader<'_>) -> Option<i32> {
        bits.refill();
        let (difference, _) = skim.dc.read(bits.window())?;
        let mut state = 0;
        while state != END {
            bits.refill();
            let (next, length) = skim.step(state, bits.window())?;
            bits.drop(length as u16);
            state = next;
        }
        Some(difference)
    }

    #[test]
    fn blocks_start_where_single_steps_find_them() {
        let (dc, ac) = (dc_codes(), typical());
        let skims = [BlockCodes::new(&dc, Some(&ac)), BlockCodes::new(&dc, None)];
        let mut state = 1_u32;
        let (mut sound, mut broken) = (0, 0);
        for round in 0..20_000 {
            let mut next = || {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                state >> 24
            };
            // Many short codes, and stuffing now and then.
            let bytes = (0..400).map(|_| if next() < 4 { 0xFF } else { next() & next() });
            let stuffed = bytes.flat_map(|byte| [Some(byte as u8), (byte == 0xFF).then_some(0)]);
            let data: Vec<u8> = stuffed.flatten().chain([0xFF, 0xD9]).collect();
            let order: Vec<_> = (0..=1 + round % 5)
                .map(|at| &skims[(at + round) % 3 % 2])
                .collect();
            let blocks = &order[..order.len() - 1];
            let mut bits = BitReader::new(&data, 0);
            let plain: Option<Vec<_>> =
                blocks.iter().map(|skim| plainly(skim, &mut bits)).collect();
            let mut coded = EntropyReader::starting_at(&data, 0);
            let mut starts = vec![0; order.len()];
            let skimmed = note_block_starts(&mut coded, &order, &mut starts);
            assert_eq!(skimmed.is_some(), plain.is_some());
            let Some(plain) = plain else {
                broken += 1;
                continue;
            };
            sound += 1;
            let read = blocks
                .iter()
                .zip(&starts)
                .map(|(skim, start)| skim.dc.read(*start).unwrap().0);
            assert_eq!(read.collect::<Vec<_>>(), plain);
            bits.refill();
            coded.fill();
            assert_eq!((coded.window >> 32) as usize, bits.peek::<32>());
        }
        assert!(
            sound > 2_000 && broken > 2_000,
            "{sound} sound, {broken} broken"
        );
    }
}
