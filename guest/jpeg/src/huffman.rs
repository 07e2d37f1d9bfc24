//! Huffman codes of a JPEG (ITU-T T.81, annexes C and F): which codes a table has, and what their symbols stand for.

/// A code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Code {
    /// The lowest 16-bit number that starts with it.
    pub first: u32,
    /// Bits of the code, 1 to 16.
    pub length: u32,
    pub symbol: u8,
}

impl Code {
    /// The lowest 16-bit number above those that start with it.
    fn end(self) -> u32 {
        self.first + (1 << (16 - self.length))
    }
}

/// The codes of a table as a file gives it: symbols in order of their codes, which are consecutive numbers for each
/// length, and how many there are of each length from 1 to 16.
pub(crate) fn codes(counts: &[u8; 16], symbols: &[u8]) -> impl Iterator<Item = Code> {
    let lengths = (1..).zip(counts);
    let lengths = lengths.flat_map(|(length, count)| std::iter::repeat_n(length, (*count).into()));
    let mut first = 0;
    lengths.zip(symbols).map(move |(length, symbol)| {
        let code = Code {
            first,
            length,
            symbol: *symbol,
        };
        first = code.end();
        code
    })
}

/// A table of codes.
pub(crate) struct HuffmanTable(Vec<Code>);

impl HuffmanTable {
    /// None where the codes do not fit their lengths: a code of ones only is not allowed.
    pub fn new(counts: &[u8; 16], symbols: &[u8]) -> Option<Self> {
        let codes: Vec<_> = codes(counts, symbols).collect();
        let fit = codes.iter().all(|code| code.end() < 1 << 16);
        fit.then_some(Self(codes))
    }

    /// The codes, the shorter ones first.
    pub fn codes(&self) -> &[Code] {
        &self.0
    }

    /// The code that 16 bits start with.
    pub fn find(&self, bits: u32) -> Option<Code> {
        let after = self.0.partition_point(|code| code.first <= bits);
        let code = *self.0.get(after.checked_sub(1)?)?;
        (bits < code.end()).then_some(code)
    }
}

/// Which coefficients a table is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Dc,
    Ac,
}

/// In a run, added to the number of bits that say how many blocks end: no more coefficients.
pub(crate) const END_RUN: u32 = 64;

impl Kind {
    /// What a symbol stands for: zeros before a value and bits of the value, which may be none.
    pub fn run_and_size(self, symbol: u8) -> (u32, u32) {
        let (run, size) = (u32::from(symbol >> 4), u32::from(symbol & 15));
        match self {
            Self::Dc => (0, size),
            Self::Ac if size == 0 && run < 15 => (END_RUN + run, 0),
            Self::Ac => (run, size),
        }
    }
}

/// A value of so many bits; those whose first bit is 0 are the negative ones (T.81, F.12).
#[inline(always)]
pub(crate) fn signed(bits: u32, size: u32) -> i32 {
    let is_negative = bits < 1 << size >> 1;
    bits as i32 - if is_negative { (1 << size) - 1 } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_found_by_their_bits() {
        // Codes 0, 10, 110.
        let mut counts = [0; 16];
        counts[..3].fill(1);
        let table = HuffmanTable::new(&counts, &[7, 8, 9]).unwrap();
        let find = |bits| table.find(bits).map(|code| (code.length, code.symbol));
        assert_eq!(find(0), Some((1, 7)));
        assert_eq!(find(0x7FFF), Some((1, 7)));
        assert_eq!(find(0x8000), Some((2, 8)));
        assert_eq!(find(0xDFFF), Some((3, 9)));
        assert_eq!(find(0xE000), None);
        assert_eq!(HuffmanTable::new(&[0; 16], &[]).unwrap().find(0), None);
    }

    #[test]
    fn codes_of_ones_only_and_too_many_codes_are_refused() {
        let mut counts = [0; 16];
        (counts[0], counts[1], counts[2]) = (1, 1, 2);
        assert!(HuffmanTable::new(&counts, &[7, 8, 9, 10]).is_none());
        counts[0] = 3;
        assert!(HuffmanTable::new(&counts, &[7, 8, 9, 10, 11, 12]).is_none());
        let mut counts = [0; 16];
        counts[15] = 255;
        let table = HuffmanTable::new(&counts, &[1; 255]).unwrap();
        assert_eq!((table.codes().len(), table.find(255)), (255, None));
    }

    #[test]
    fn values_have_their_sign_in_the_first_bit() {
        assert_eq!([signed(0, 1), signed(1, 1)], [-1, 1]);
        assert_eq!([0, 3, 4, 7].map(|bits| signed(bits, 3)), [-7, -4, 4, 7]);
        assert_eq!(signed(0, 0), 0);
    }
}
