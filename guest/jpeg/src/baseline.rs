//! AC coefficients of a sequential JPEG: Huffman codes to values (ITU-T T.81, F.2.2.2).
//!
//! One look at the next bits gives run, size and, where it is short enough, the value as well. What
//! comes after the last coefficient that somebody asks for is skipped, several codes at a look.

use super::bits::BitReader;
use super::huffman::{AcSkip, HuffmanTable};
use super::inverse_dct;

/// Coefficients of a block.
pub(super) const BLOCK: usize = 64;
/// Bits that the table looks at.
const LOOKAHEAD_BITS: u32 = 10;
/// In place of a run: the end of the block.
const END: u32 = 64;

/// Horizontal and vertical frequency of each coefficient in zigzag order (T.81, A.3.6).
pub(super) const FREQUENCIES: [(u8, u8); BLOCK] = {
    let mut frequencies = [(0, 0); BLOCK];
    let (mut across, mut down, mut at) = (0, 0, 0);
    while at < BLOCK {
        frequencies[at] = (across, down);
        let is_upward = (across + down) % 2 == 0;
        (across, down) = match (is_upward, across, down) {
            (true, 7, _) => (7, down + 1),
            (true, _, 0) => (across + 1, 0),
            (true, ..) => (across + 1, down - 1),
            (false, _, 7) => (across + 1, 7),
            (false, 0, _) => (0, down + 1),
            (false, ..) => (across - 1, down + 1),
        };
        at += 1;
    }
    frequencies
};

/// The place of each of them in a block, as the transform wants it.
pub(super) const PLACES: [u8; BLOCK] = {
    let mut places = [0; BLOCK];
    let mut at = 0;
    while at < BLOCK {
        let (across, down) = FREQUENCIES[at];
        places[at] = inverse_dct::place(across as usize, down as usize) as u8;
        at += 1;
    }
    places
};

/// A value of so many bits; those whose first bit is 0 are the negative ones (T.81, F.12).
#[inline(always)]
pub(super) fn signed(bits: u32, size: u32) -> i32 {
    let is_negative = bits < 1 << size >> 1;
    bits as i32 - if is_negative { (1 << size) - 1 } else { 0 }
}

/// Reads AC coefficients.
pub(super) struct AcTable<'a> {
    codes: &'a HuffmanTable,
    /// Where not all coefficients are asked for.
    skip: Option<AcSkip<'a>>,
    last: usize,
    lookup: Box<[Entry; 1 << LOOKAHEAD_BITS]>,
}

/// What the next bits are: from the lowest bits on, 5 bits of length, 4 of size and 7 of run; in the
/// upper half the value, if the length counts it in: then the size is 0. All is 0 for codes that are
/// longer than the bits looked at.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Entry(u32);

impl Entry {
    const NONE: Self = Self(0);

    fn new(length: u16, symbol: u8) -> Self {
        let (run, size) = (u32::from(symbol >> 4), u32::from(symbol & 15));
        let run = if size == 0 && run < 15 { END } else { run };
        Self(run << 9 | size << 5 | u32::from(length))
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

impl<'a> AcTable<'a> {
    /// The tables for a code, to read coefficients up to the `last` in zigzag order.
    pub fn new(codes: &'a HuffmanTable, last: usize) -> Self {
        let mut lookup = Box::new([Entry::NONE; 1 << LOOKAHEAD_BITS]);
        for (bits, entry) in lookup.iter_mut().enumerate() {
            *entry = entry_of(codes, bits);
        }
        Self {
            codes,
            skip: (last + 1 < BLOCK).then(|| AcSkip::new(codes)),
            last,
            lookup,
        }
    }

    /// Puts the coefficients, times their quantisers, in their places in a block that holds zeros, and skips
    /// those that are not asked for; the last one that was brought. None when the
    /// bits are no code, or make more than 63 coefficients.
    #[inline(always)]
    pub fn read(
        &self,
        bits: &mut BitReader<'_>,
        quantisers: &[i32; BLOCK],
        block: &mut [i16; BLOCK],
    ) -> Option<usize> {
        let mut ahead = *bits;
        let (mut at, mut brought) = (1, 0);
        while at <= self.last {
            ahead.refill();
            let mut entry = self.lookup[ahead.peek::<LOOKAHEAD_BITS>()];
            if entry == Entry::NONE {
                entry = self.long(&ahead)?;
            }
            ahead.drop(entry.length() as u16);
            let place = at + entry.run() as usize;
            if place >= BLOCK {
                *bits = ahead;
                return (entry.run() == END).then_some(brought);
            }
            let mut value = entry.value();
            if entry.size() > 0 {
                value = signed(ahead.take(entry.size() as u16), entry.size());
            }
            block[usize::from(PLACES[place]) % BLOCK] = (value * quantisers[place]) as i16;
            brought = place;
            at = place + 1;
        }
        *bits = ahead;
        if at < BLOCK
            && let Some(skip) = &self.skip
        {
            skip.skip_from(at as u16, bits)?;
        }
        Some(brought)
    }

    #[inline(never)]
    fn long(&self, bits: &BitReader<'_>) -> Option<Entry> {
        let (length, symbol) = self.codes.find(bits.peek::<16>())?;
        Some(Entry::new(length, symbol))
    }
}

fn entry_of(codes: &HuffmanTable, bits: usize) -> Entry {
    let Some((length, symbol)) = codes.find(bits << (16 - LOOKAHEAD_BITS)) else {
        return Entry::NONE;
    };
    let entry = Entry::new(length, symbol);
    let (length, size) = (entry.length(), entry.size());
    if length > LOOKAHEAD_BITS {
        return Entry::NONE;
    }
    if size == 0 || length + size > LOOKAHEAD_BITS {
        return entry;
    }
    let value = bits >> (LOOKAHEAD_BITS - length - size) & ((1 << size) - 1);
    entry.with_value(signed(value as u32, size))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zigzag_visits_every_place_once() {
        let first = [(0, 0), (1, 0), (0, 1), (0, 2), (1, 1), (2, 0), (3, 0)];
        assert_eq!(FREQUENCIES[..7], first);
        assert_eq!(FREQUENCIES[60..], [(7, 5), (7, 6), (6, 7), (7, 7)]);
        let mut sorted = PLACES;
        sorted.sort_unstable();
        assert!(
            sorted
                .iter()
                .enumerate()
                .all(|(at, place)| at == usize::from(*place))
        );
    }

    #[test]
    fn values_have_their_sign_in_the_first_bit() {
        assert_eq!([signed(0, 1), signed(1, 1)], [-1, 1]);
        assert_eq!(
            [signed(0, 3), signed(3, 3), signed(4, 3), signed(7, 3)],
            [-7, -4, 4, 7]
        );
        assert_eq!(signed(0, 0), 0);
    }

    /// Codes 0: end of block; 10: 15 zeros and one more; 110: two zeros and a value of three bits; 11100: a value of ten bits.
    fn codes() -> HuffmanTable {
        let mut counts = [0; 16];
        (counts[0], counts[1], counts[2], counts[4]) = (1, 1, 1, 1);
        HuffmanTable::new(&counts, &[0x00, 0xF0, 0x23, 0x0A]).unwrap()
    }

    fn read(data: &[u8], last: usize) -> (Option<usize>, [i16; BLOCK]) {
        let codes = codes();
        let mut block = [0; BLOCK];
        let quantisers = std::array::from_fn(|at| at as i32 + 1);
        let mut bits = BitReader::new(data, 0);
        let brought = AcTable::new(&codes, last).read(&mut bits, &quantisers, &mut block);
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
