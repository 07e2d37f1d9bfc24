//! Tables of all that the next bits can be, for a look at them in place of a search among codes.
//!
//! [`CoefficientTable`] has the next coefficient, with its value where the bits hold that too. [`Lookahead`] has
//! how far several codes bring a block at once, without their values. That one is filled code by code: what a code brings,
//! and what is left of the bits after it and its value, which a table of fewer bits says. So the tables of fewer bits
//! are made first.

use crate::huffman::{Code, END_RUN, HuffmanTable, Kind, signed};
use crate::zigzag;

/// Bits that a table of coefficients is for.
const COEFFICIENT_BITS: u32 = 10;
/// Bits that a table of several codes is for.
pub(crate) const LOOKAHEAD_BITS: u32 = 12;
/// Coefficients of a block.
pub(crate) const BLOCK: u32 = zigzag::BLOCK as u32;
/// In place of an advance: a code that is longer than the bits looked at, or none. Also the bit that
/// is set in the sum of advances that lead to the end of a block, or beyond it.
pub(crate) const UNRESOLVED: u32 = BLOCK;
/// Added to an advance: the end of the block.
pub(crate) const END: u32 = 128;

/// A coefficient.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Coefficient {
    /// Zeros before it, or [`END_RUN`] and more.
    pub run: u32,
    /// 0 where there is none.
    pub value: i32,
    /// Bits of its code and its value: up to 31.
    pub length: u32,
}

/// Reads coefficients.
pub(crate) struct CoefficientTable {
    codes: HuffmanTable,
    kind: Kind,
    /// In place, so that its address is not read with each coefficient.
    lookup: [Entry; 1 << COEFFICIENT_BITS],
}

/// What the next bits are: from the lowest bits on, 5 bits of length, 4 of size and 7 of run; in the
/// upper half the value, if the length counts it in: then the size is 0.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Entry(u32);

impl Entry {
    /// A code that is longer than the bits looked at, or none: in that it has a size and no length.
    const NONE: Self = Self(1 << 5);

    fn new(length: u32, (run, size): (u32, u32)) -> Self {
        Self(run << 9 | size << 5 | length)
    }

    fn with_value(self, value: i32) -> Self {
        Self((value as u32) << 16 | self.run() << 9 | (self.length() + self.size()))
    }

    #[inline(always)]
    fn length(self) -> u32 {
        self.0 & 31
    }

    #[inline(always)]
    fn size(self) -> u32 {
        self.0 >> 5 & 15
    }

    #[inline(always)]
    fn run(self) -> u32 {
        self.0 >> 9 & 127
    }

    #[inline(always)]
    fn value(self) -> i32 {
        self.0 as i32 >> 16
    }
}

impl CoefficientTable {
    /// None where the symbol of a DC coefficient is not the size of a value, 0 to 15.
    pub fn new(codes: HuffmanTable, kind: Kind) -> Option<Self> {
        if kind == Kind::Dc && codes.codes().iter().any(|code| code.symbol > 15) {
            return None;
        }
        let mut lookup = [Entry::NONE; 1 << COEFFICIENT_BITS];
        let is_short = |code: &&Code| code.length <= COEFFICIENT_BITS;
        for code in codes.codes().iter().take_while(is_short) {
            let left = COEFFICIENT_BITS - code.length;
            let covered = &mut lookup[(code.first >> (16 - COEFFICIENT_BITS)) as usize..];
            fill_with_values(&mut covered[..1 << left], left, *code, kind);
        }
        Some(Self {
            codes,
            kind,
            lookup,
        })
    }

    /// The coefficient that bits start with.
    #[inline(always)]
    pub fn read(&self, window: u64) -> Option<Coefficient> {
        let mut entry = self.lookup[(window >> (64 - COEFFICIENT_BITS)) as usize];
        let mut value = entry.value();
        // One question for all that is rare.
        if entry.size() > 0 {
            if entry == Entry::NONE {
                entry = self.long((window >> 48) as u32)?;
            }
            // Two shifts, since none of the bits may be the value's.
            let (length, size) = (entry.length(), entry.size());
            value = signed((window << length >> 1 >> (63 - size)) as u32, size);
            entry = Entry::new(length + size, (entry.run(), 0));
        }
        Some(Coefficient {
            run: entry.run(),
            value,
            length: entry.length(),
        })
    }

    #[cold]
    #[inline(never)]
    fn long(&self, bits: u32) -> Option<Entry> {
        let code = self.codes.find(bits)?;
        Some(Entry::new(code.length, self.kind.run_and_size(code.symbol)))
    }

    /// The step that 16 bits start with.
    pub fn step(&self, bits: u32) -> Option<Step> {
        Some(Step::new(self.codes.find(bits)?, self.kind))
    }

    /// All codes as steps, the shorter ones first.
    pub fn steps(&self) -> Vec<Step> {
        let step = |code: &Code| Step::new(*code, self.kind);
        self.codes.codes().iter().map(step).collect()
    }
}

/// Fills in all bits that start with a code and have `left` bits after it.
fn fill_with_values(covered: &mut [Entry], left: u32, code: Code, kind: Kind) {
    let (run, size) = kind.run_and_size(code.symbol);
    let entry = Entry::new(code.length, (run, size));
    if size == 0 || size > left {
        return covered.fill(entry);
    }
    for (bits, entries) in (0..).zip(covered.chunks_mut(1 << (left - size))) {
        entries.fill(entry.with_value(signed(bits, size)));
    }
}

/// A code as a step through a block.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Step {
    /// The lowest 16-bit number that starts with it.
    first: u32,
    /// Bits of the code.
    code_length: u32,
    /// Bits of the code and its value.
    pub length: u32,
    /// Coefficients that it and the zeros before it are, or [`END`].
    pub advance: u32,
}

impl Step {
    fn new(code: Code, kind: Kind) -> Self {
        let (run, size) = kind.run_and_size(code.symbol);
        Self {
            first: code.first,
            code_length: code.length,
            length: code.length + size,
            advance: if run >= END_RUN { END } else { run + 1 },
        }
    }

    /// Coefficients to advance times 64, plus bits to drop: an entry of a table.
    fn entry(self) -> u16 {
        (self.advance << 6 | self.length) as u16
    }
}

/// Tables for blocks whose codes are of one kind, but for their first.
pub(crate) struct Lookahead {
    /// For bits amid a block, and behind them, where [`END`] says so, for those at its start.
    entries: [u16; 2 << LOOKAHEAD_BITS],
}

impl Lookahead {
    /// The tables for blocks of steps that may begin with one of their own.
    pub fn new(starts: &[Step], steps: &[Step]) -> Self {
        // Tables of n bits are the 2^n entries from 2^n on.
        let mut shorter = vec![0; 2 << LOOKAHEAD_BITS];
        for length in 1..=LOOKAHEAD_BITS {
            let (shorter, entries) = shorter.split_at_mut(1 << length);
            fill(&mut entries[..1 << length], steps, shorter);
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

    /// What the highest bits bring amid a block.
    #[inline(always)]
    pub fn amid(&self, bits: u64) -> u32 {
        self.entries[(bits >> (64 - LOOKAHEAD_BITS)) as usize].into()
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

/// Fills in the bits that start with a code. Those that do not, or whose code is longer than they are, stay.
fn fill(entries: &mut [u16], steps: &[Step], shorter: &[u16]) {
    let length = entries.len().ilog2();
    let is_whole = |step: &&Step| step.code_length <= length;
    for step in steps.iter().take_while(is_whole) {
        let left = length.saturating_sub(step.length);
        let rest = &shorter[1 << left..2 << left];
        let first = (step.first >> (16 - length)) as usize;
        let covered = &mut entries[first..][..1 << (length - step.code_length)];
        for entries in covered.chunks_mut(rest.len()) {
            for (entry, rest) in entries.iter_mut().zip(rest) {
                *entry = joined(step.entry(), *rest);
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

#[cfg(test)]
mod tests {
    use super::*;

    /// What plain reading of 64 bits makes of them.
    fn plainly(table: &CoefficientTable, window: u64) -> Option<Coefficient> {
        let code = table.codes.find((window >> 48) as u32)?;
        let (run, size) = table.kind.run_and_size(code.symbol);
        let bits = (0..size).fold(0, |bits, at| {
            bits << 1 | (window >> (63 - code.length - at) & 1) as u32
        });
        Some(Coefficient {
            run,
            value: signed(bits, size),
            length: code.length + size,
        })
    }

    #[test]
    fn dc_values_have_their_sign() {
        // Codes 00 to 10 for sizes 0, 3 and 11.
        let mut counts = [0; 16];
        counts[1] = 3;
        let table = |symbols| {
            let codes = HuffmanTable::new(&counts, symbols).unwrap();
            CoefficientTable::new(codes, Kind::Dc)
        };
        let read = |bits: u32| {
            let read = table(&[0, 3, 11]).unwrap().read(u64::from(bits) << 32)?;
            Some((read.value, read.length))
        };
        assert_eq!(read(0b0011_1111 << 24), Some((0, 2)));
        assert_eq!(read(0b0100_0111 << 24), Some((-7, 5)));
        assert_eq!(read(0b0101_1111 << 24), Some((-4, 5)));
        assert_eq!(read(0b0110_0000 << 24), Some((4, 5)));
        assert_eq!(read(0b0111_1000 << 24), Some((7, 5)));
        assert_eq!(read(0b1011_1111_1111_1000 << 16), Some((2047, 13)));
        assert_eq!(read(0b1000_0000_0000_0111 << 16), Some((-2047, 13)));
        assert_eq!(read(0b1100_0000 << 24), None);
        assert!(table(&[0, 3, 16]).is_none());
    }

    #[test]
    fn every_code_and_value_is_read_at_a_look() {
        use crate::tables::{CHROMA_AC, LUMA_AC, LUMA_DC};
        let kinds = [
            (&LUMA_DC, Kind::Dc),
            (&LUMA_AC, Kind::Ac),
            (&CHROMA_AC, Kind::Ac),
        ];
        for (given, kind) in kinds {
            let codes = HuffmanTable::new(&given.counts, given.symbols).unwrap();
            let table = CoefficientTable::new(codes, kind).unwrap();
            for bits in 0..1 << 16 {
                for rest in [0, 0x5A5A, 0xFFFF_u64] {
                    let window = bits << 48 | rest << 32 | rest << 16;
                    assert_eq!(table.read(window), plainly(&table, window), "{window:x}");
                }
            }
        }
    }
}
