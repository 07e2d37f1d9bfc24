//! Huffman codes of a JPEG (ITU-T T.81, annexes C and F): values of DC coefficients, and a fast way
//! over AC coefficients that nobody asks for.

use super::bits::BitReader;
use super::lookahead::{self, BLOCK, END, LOOKAHEAD_BITS, Lookahead, Step};

/// Bits that a table of DC codes looks at.
const DC_LOOKAHEAD_BITS: u32 = 9;

/// A code table as the file gives it: symbols in order of their codes, which are consecutive numbers
/// for each length.
pub(super) struct HuffmanTable {
    symbols: Vec<u8>,
    /// For lengths 1 to 16: all 16-bit numbers below this one start with a code of at most that length.
    limits: [u32; 16],
    /// For lengths 1 to 16: what is to be added to a code to get the place of its symbol.
    offsets: [i32; 16],
}

impl HuffmanTable {
    /// From the number of codes of each length. None where the codes do not fit their lengths: a code
    /// of ones only is not allowed.
    pub fn new(counts: &[u8; 16], symbols: &[u8]) -> Option<Self> {
        let mut codes = Self {
            symbols: symbols.to_vec(),
            limits: [0; 16],
            offsets: [0; 16],
        };
        let (mut code, mut place) = (0_u32, 0);
        for (index, count) in counts.iter().enumerate() {
            codes.offsets[index] = place - code as i32;
            code += u32::from(*count);
            place += i32::from(*count);
            if *count > 0 && code >= 2 << index {
                return None;
            }
            codes.limits[index] = code << (15 - index);
            code <<= 1;
        }
        Some(codes)
    }

    /// Length, lowest 16-bit number that starts with it, and symbol of each code; the shorter ones first.
    pub fn each(&self) -> impl Iterator<Item = (u32, u32, u8)> {
        let below = [0].into_iter().chain(self.limits);
        let of_length = (1..).zip(below.zip(self.limits));
        let codes = of_length.flat_map(|(length, (below, limit))| {
            (below..limit)
                .step_by(1 << (16 - length))
                .map(move |first| (length, first))
        });
        let symbols = self.symbols.iter().copied();
        codes
            .zip(symbols)
            .map(|((length, first), symbol)| (length, first, symbol))
    }

    /// The length and the symbol of the code that 16 bits start with.
    pub fn find(&self, bits: usize) -> Option<(u16, u8)> {
        let bits = bits as u32;
        let index = self.limits.iter().position(|limit| bits < *limit)?;
        let place = (bits >> (15 - index)) as i32 + self.offsets[index];
        let symbol = self.symbols.get(usize::try_from(place).ok()?)?;
        Some((index as u16 + 1, *symbol))
    }
}

/// Reads DC coefficients.
pub(super) struct DcTable {
    codes: HuffmanTable,
    /// Length of the code times 64, and size of the value; 0 for codes that are longer.
    lookup: Box<[u16; 1 << DC_LOOKAHEAD_BITS]>,
}

impl DcTable {
    /// None where a symbol is not the size of a value, 0 to 15.
    pub fn new(codes: HuffmanTable) -> Option<Self> {
        if codes.symbols.iter().any(|size| *size > 15) {
            return None;
        }
        let mut lookup = Box::new([0; 1 << DC_LOOKAHEAD_BITS]);
        let is_short = |&(length, ..): &(u32, u32, u8)| length <= DC_LOOKAHEAD_BITS;
        for (length, first, size) in codes.each().take_while(is_short) {
            let covered = &mut lookup[(first >> (16 - DC_LOOKAHEAD_BITS)) as usize..];
            covered[..1 << (DC_LOOKAHEAD_BITS - length)]
                .fill((length as u16) << 6 | u16::from(size));
        }
        Some(Self { codes, lookup })
    }

    /// The codes as steps to the coefficient after the DC.
    pub fn steps(&self) -> impl Iterator<Item = Step> {
        self.codes.each().map(|(length, first, size)| Step {
            first,
            length,
            size: size.into(),
            advance: 1,
        })
    }

    /// The difference to the DC coefficient before. None when the bits are no code.
    #[inline(always)]
    pub fn difference(&self, bits: &mut BitReader<'_>) -> Option<i32> {
        bits.refill();
        let (difference, length) = self.read(bits.window())?;
        bits.drop(length);
        Some(difference)
    }

    /// The difference that bits start with, and how many it takes: up to 31.
    #[inline(always)]
    pub fn read(&self, bits: u64) -> Option<(i32, u16)> {
        let mut entry = self.lookup[(bits >> (64 - DC_LOOKAHEAD_BITS)) as usize];
        if entry == 0 {
            let (length, size) = self.codes.find((bits >> 48) as usize)?;
            entry = length << 6 | u16::from(size);
        }
        let (length, size) = (entry >> 6, entry & 15);
        // Two shifts, since none of the bits may be the value's.
        let value = (bits << length >> 1 >> (63 - size)) as i32;
        // Values whose first bit is 0 are the negative ones.
        let is_negative = value < 1 << size >> 1;
        let difference = value - if is_negative { (1 << size) - 1 } else { 0 };
        Some((difference, length + size))
    }
}

/// Skips AC coefficients, several at a look.
pub(super) struct AcSkip<'a> {
    codes: &'a HuffmanTable,
    lookahead: Box<Lookahead>,
}

impl<'a> AcSkip<'a> {
    /// The tables for a code.
    pub fn new(codes: &'a HuffmanTable) -> Self {
        let lookahead = Box::new(Lookahead::new(&lookahead::ac_steps(codes)));
        Self { codes, lookahead }
    }

    /// Skips what follows in a block from a coefficient on. None when the bits are no code, or make more
    /// than 63 coefficients.
    #[inline(always)]
    pub fn skip_from(&self, first: u16, bits: &mut BitReader<'_>) -> Option<()> {
        let mut ahead = *bits;
        let mut at = u32::from(first);
        loop {
            ahead.refill();
            let entry = self.lookahead.amid(ahead.peek::<LOOKAHEAD_BITS>());
            let next = at + u32::from(entry >> 6);
            if next < BLOCK {
                ahead.drop(entry);
                at = next;
                continue;
            }
            if next == BLOCK || (next > END && next < END + BLOCK) {
                ahead.drop(entry);
                break;
            }
            // A long code, or steps beyond the end of this block: one by one.
            let (step, length) = self.step(ahead.peek::<16>())?;
            ahead.drop(length);
            at += step;
            if at == BLOCK || step == END {
                break;
            }
            if at > BLOCK {
                return None;
            }
        }
        *bits = ahead;
        Some(())
    }

    /// Advance and length of the next code with its value.
    #[inline(never)]
    fn step(&self, bits: usize) -> Option<(u32, u16)> {
        let step = lookahead::ac_step(self.codes, bits)?;
        Some((step.advance, (step.length + step.size) as u16))
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// The AC codes for luma of T.81, table K.5.
    pub fn typical() -> HuffmanTable {
        let counts = [0, 2, 1, 3, 3, 2, 4, 3, 5, 5, 4, 4, 0, 0, 1, 125];
        let mut symbols = vec![
            0x01, 0x02, 0x03, 0x00, 0x04, 0x11, 0x05, 0x12, 0x21, 0x31, 0x41, 0x06, 0x13, 0x51,
            0x61, 0x07, 0x22, 0x71, 0x14, 0x32, 0x81, 0x91, 0xA1, 0x08, 0x23, 0x42, 0xB1, 0xC1,
            0x15, 0x52, 0xD1, 0xF0,
        ];
        let rest = (0..=0xFA_u8).filter(|symbol| (1..=10).contains(&(symbol & 15)));
        let rest: Vec<u8> = rest.filter(|symbol| !symbols.contains(symbol)).collect();
        symbols.extend(rest);
        symbols.truncate(162);
        HuffmanTable::new(&counts, &symbols).unwrap()
    }

    /// Skips a block one code at a time; the coefficient after it and the bits used.
    fn plainly(codes: &HuffmanTable, bits: &mut BitReader<'_>) -> Option<()> {
        let mut at = 1;
        while at < BLOCK {
            bits.refill();
            let step = lookahead::ac_step(codes, bits.peek::<16>())?;
            bits.drop((step.length + step.size) as u16);
            if step.advance == END {
                return Some(());
            }
            at += step.advance;
        }
        (at == BLOCK).then_some(())
    }

    #[test]
    fn codes_are_found_by_their_bits() {
        // Codes 0, 10, 110.
        let mut counts = [0; 16];
        counts[..3].fill(1);
        let codes = HuffmanTable::new(&counts, &[7, 8, 9]).unwrap();
        assert_eq!(codes.find(0x7FFF), Some((1, 7)));
        assert_eq!(codes.find(0x8000), Some((2, 8)));
        assert_eq!(codes.find(0xDFFF), Some((3, 9)));
        assert_eq!(codes.find(0xE000), None);
        counts[2] = 2;
        assert!(
            HuffmanTable::new(&counts, &[7, 8, 9, 10]).is_none(),
            "a code of ones only"
        );
    }

    #[test]
    fn dc_values_have_their_sign() {
        // Codes 00 to 10 for sizes 0, 3 and 11.
        let mut counts = [0; 16];
        counts[1] = 3;
        let codes = DcTable::new(HuffmanTable::new(&counts, &[0, 3, 11]).unwrap()).unwrap();
        let value = |data: &[u8]| codes.difference(&mut BitReader::new(data, 0));
        assert_eq!(value(&[0b0011_1111]), Some(0));
        assert_eq!(value(&[0b0100_0111]), Some(-7));
        assert_eq!(value(&[0b0101_1111]), Some(-4));
        assert_eq!(value(&[0b0110_0000]), Some(4));
        assert_eq!(value(&[0b0111_1000]), Some(7));
        assert_eq!(value(&[0b1011_1111, 0b1111_1000]), Some(2047));
        assert_eq!(value(&[0b1000_0000, 0b0000_0111]), Some(-2047));
        assert_eq!(value(&[0b1100_0000]), None);
        assert!(DcTable::new(HuffmanTable::new(&counts, &[0, 3, 16]).unwrap()).is_none());
    }

    #[test]
    fn skipping_in_strides_ends_where_single_steps_end() {
        let codes = typical();
        let skip = AcSkip::new(&codes);
        let mut state = 1_u32;
        let mut sound = 0;
        for _ in 0..20_000 {
            let mut next = || {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                // No FF, and many short codes.
                (state >> 24) as u8 & (state >> 16) as u8 | 1 & 0x7F
            };
            let data: Vec<u8> = (0..200).map(|_| next()).collect();
            let (mut strides, mut steps) = (BitReader::new(&data, 0), BitReader::new(&data, 0));
            for _ in 0..4 {
                let (ours, plain) = (skip.skip_from(1, &mut strides), plainly(&codes, &mut steps));
                assert_eq!(ours, plain);
                if plain.is_none() {
                    break;
                }
                sound += 1;
                strides.refill();
                steps.refill();
                assert_eq!(strides.peek::<32>(), steps.peek::<32>());
            }
        }
        assert!(sound > 10_000, "{sound} blocks");
    }
}
