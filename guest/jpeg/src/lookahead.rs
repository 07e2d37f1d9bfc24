//! Lookahead at the next bits of a block: how far several Huffman codes bring it at once, without their values.
//!
//! A table has an entry for all that the next [`LOOKAHEAD_BITS`] bits can be. It is filled code by code: what a code
//! brings, and what is left of the look after it and its value, which shorter looks tell. So the
//! tables of all shorter looks are made first.

use super::huffman::HuffmanTable;

/// Bits of a look.
pub(super) const LOOKAHEAD_BITS: u32 = 12;
/// Coefficients of a block.
pub(super) const BLOCK: u32 = 64;
/// In place of an advance: a code that is longer than the bits looked at, or none. Also the bit that
/// is set in the sum of advances that lead to the end of a block, or beyond it.
pub(super) const UNRESOLVED: u32 = BLOCK;
/// Added to an advance: the end of the block.
pub(super) const END: u32 = 128;

/// A code.
#[derive(Clone, Copy, Debug)]
pub(super) struct Step {
    /// The lowest 16-bit number that starts with it.
    pub first: u32,
    /// Bits of the code.
    pub length: u32,
    /// Bits of the value after it.
    pub size: u32,
    /// Coefficients that it and the zeros before it are, or [`END`].
    pub advance: u32,
}

impl Step {
    fn of_ac(length: u32, first: u32, symbol: u8) -> Self {
        let (run, size) = (u32::from(symbol >> 4), u32::from(symbol & 15));
        let advance = match (run, size) {
            (15, 0) => 16,
            (_, 0) => END,
            _ => run + 1,
        };
        Self {
            first,
            length,
            size,
            advance,
        }
    }

    /// Coefficients to advance times 64, plus bits to drop: an entry of a table.
    fn entry(self) -> u16 {
        (self.advance << 6 | (self.length + self.size)) as u16
    }
}

/// The codes of AC coefficients as steps, the shorter ones first.
pub(super) fn ac_steps(codes: &HuffmanTable) -> Vec<Step> {
    let step = |(length, first, symbol)| Step::of_ac(length, first, symbol);
    codes.each().map(step).collect()
}

/// The step that 16 bits start with.
pub(super) fn ac_step(codes: &HuffmanTable, bits: usize) -> Option<Step> {
    let (length, symbol) = codes.find(bits)?;
    Some(Step::of_ac(length.into(), bits as u32, symbol))
}

/// Tables for blocks whose codes are of one kind, but for their first.
pub(super) struct Lookahead {
    /// For looks amid a block, and behind them, where [`END`] says so, for those at its start.
    entries: [u16; 2 << LOOKAHEAD_BITS],
}

impl Lookahead {
    /// The tables for looks amid a block.
    pub fn new(steps: &[Step]) -> Self {
        Self::with_start(&[], steps)
    }

    /// The tables for blocks that begin with a step of their own.
    pub fn with_start(starts: &[Step], steps: &[Step]) -> Self {
        // Lookahead of n bits are the 2^n entries from 2^n on.
        let mut shorter = vec![0; 2 << LOOKAHEAD_BITS];
        for length in 1..=LOOKAHEAD_BITS {
            let (shorter, looks) = shorter.split_at_mut(1 << length);
            fill(&mut looks[..1 << length], steps, shorter);
        }
        let mut entries = [0; 2 << LOOKAHEAD_BITS];
        let (amid, at_start) = entries.split_at_mut(1 << LOOKAHEAD_BITS);
        amid.copy_from_slice(&shorter[1 << LOOKAHEAD_BITS..]);
        fill(at_start, starts, &shorter);
        for entry in entries.iter_mut().filter(|entry| **entry == 0) {
            *entry = (UNRESOLVED << 6) as u16;
        }
        Self { entries }
    }

    /// What bits amid a block bring.
    #[inline(always)]
    pub fn amid(&self, bits: usize) -> u16 {
        self.entries[bits % (1 << LOOKAHEAD_BITS)]
    }

    /// What the highest bits bring after an advance to `state`: at the start of a block, if that has [`END`]
    /// in it.
    #[inline(always)]
    pub fn after(&self, state: u32, bits: u64) -> u32 {
        let table = (state & END) << (LOOKAHEAD_BITS - END.ilog2());
        let place = (bits >> (64 - LOOKAHEAD_BITS)) as u32 | table;
        self.entries[place as usize % (2 << LOOKAHEAD_BITS)].into()
    }
}

/// Fills in the looks that start with a code. Those that do not, or whose code is longer than the look, stay.
fn fill(lookahead: &mut [u16], steps: &[Step], shorter: &[u16]) {
    let length = lookahead.len().ilog2();
    let whole = |step: &&Step| step.length <= length;
    for step in steps.iter().take_while(whole) {
        let left = length.saturating_sub(step.length + step.size);
        let rest = &shorter[1 << left..2 << left];
        let first = (step.first >> (16 - length)) as usize;
        let covered = &mut looks[first..][..1 << (length - step.length)];
        for looks in covered.chunks_mut(rest.len()) {
            for (look, rest) in lookahead.iter_mut().zip(rest) {
                *look = joined(step.entry(), *rest);
            }
        }
    }
}

/// An entry and one for what comes after it, unless they lead out of a block together.
fn joined(entry: u16, rest: u16) -> u16 {
    let advance = (entry >> 6) + (rest >> 6) % END as u16;
    if advance < BLOCK as u16 {
        entry + rest
    } else {
        entry
    }
}
