//! Bits of the entropy-coded data of a JPEG scan (ITU-T T.81, F.2.2.5), most significant first.
//!
//! A window of 64 bits is filled eight bytes at a time where none of them is `FF`, else byte by byte:
//! `FF 00` is the byte `FF`, and any other marker ends the data. Past the end come zeros, which are
//! counted: who reads them finds out at [`BitReader::ends_at`] or [`BitReader::is_overrun`].

use super::scan::Segment;

/// Reads one segment of entropy-coded data.
#[derive(Clone, Copy)]
pub(super) struct BitReader<'a> {
    bytes: &'a [u8],
    /// The next byte to put into the window.
    at: usize,
    /// The next bits, from the top. Below the `held` ones may be bits of the next byte, which are put
    /// there again with the rest of it.
    window: u64,
    held: u32,
    /// Zeros appended since the data ended.
    padding: u32,
}

impl<'a> Segment<'a> for BitReader<'a> {
    fn starting_at(bytes: &'a [u8], at: usize) -> Self {
        Self::new(bytes, at)
    }

    fn is_overrun(&self) -> bool {
        self.held < self.padding
    }

    fn ends_at(&mut self) -> Option<usize> {
        if self.held < 8 {
            *self = self.filled_by_bytes();
        }
        let unread = self.held.checked_sub(self.padding)?;
        (unread < 8 && self.at < self.bytes.len()).then_some(self.at)
    }
}

impl<'a> BitReader<'a> {
    /// The data from a place on.
    pub fn new(bytes: &'a [u8], at: usize) -> Self {
        Self {
            bytes,
            at,
            window: 0,
            held: 0,
            padding: 0,
        }
    }

    /// Makes at least 32 bits ready.
    #[inline(always)]
    pub fn refill(&mut self) {
        if self.held < 32 {
            *self = self.filled();
        }
    }

    #[inline(always)]
    fn filled(mut self) -> Self {
        let ahead = self.bytes.get(self.at..).and_then(<[u8]>::first_chunk);
        if let Some(eight) = ahead.copied().map(u64::from_be_bytes)
            && !has_ff(eight)
        {
            self.window |= eight >> self.held;
            let whole_bytes = (63 - self.held) / 8;
            self.at += whole_bytes as usize;
            self.held += whole_bytes * 8;
            return self;
        }
        self.filled_by_bytes()
    }

    /// The same, byte by byte.
    #[inline(always)]
    fn filled_by_bytes(self) -> Self {
        // Taken apart: what is handed over as a whole lives in memory from then on, in the loops of callers too.
        let Self {
            bytes,
            at,
            window,
            held,
            padding,
        } = self;
        let (at, window, held, padding) = filled_by_bytes(bytes, (at, window, held, padding));
        Self {
            bytes,
            at,
            window,
            held,
            padding,
        }
    }

    /// The next `N` bits, which stay.
    #[inline(always)]
    pub fn peek<const N: u32>(&self) -> usize {
        (self.window >> (64 - N)) as usize
    }

    /// The next bits from the top, as many as were made ready; what is below them is of no use.
    #[inline(always)]
    pub fn window(&self) -> u64 {
        self.window
    }

    /// Drops as many bits as the lowest six bits of `count` say; they must have been made ready.
    #[inline(always)]
    pub fn drop(&mut self, count: u16) {
        self.window = self.window.wrapping_shl(count.into());
        self.held = self.held.wrapping_sub(u32::from(count) & 63);
    }

    /// Takes up to 32 bits; they must have been made ready.
    #[inline(always)]
    pub fn take(&mut self, count: u16) -> u32 {
        // Two shifts, since none of the bits may be asked for.
        let bits = (self.window >> 1 >> (63 - u32::from(count))) as u32;
        self.drop(count);
        bits
    }
}

/// Fills the window of [`BitReader`], of which it takes and gives all but the bytes.
#[cold]
#[inline(never)]
fn filled_by_bytes(
    bytes: &[u8],
    (mut at, mut window, mut held, mut padding): (usize, u64, u32, u32),
) -> (usize, u64, u32, u32) {
    while held <= 56 {
        let (byte, length) = match *bytes.get(at..).unwrap_or_default() {
            [0xFF, 0, ..] => (0xFF, 2),
            [0xFF, ..] | [] => (0, 0),
            [byte, ..] => (byte, 1),
        };
        if length == 0 {
            padding += 8;
        }
        at += length;
        window |= u64::from(byte) << (56 - held);
        held += 8;
    }
    (at, window, held, padding)
}

/// Is any of eight bytes `FF`?
#[inline(always)]
fn has_ff(eight: u64) -> bool {
    const LOWEST: u64 = 0x0101_0101_0101_0101;
    let inverted = !eight;
    inverted.wrapping_sub(LOWEST) & eight & (LOWEST << 7) != 0
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All bits of a segment, in takes of `step`.
    fn read(bytes: &[u8], step: u16, count: usize) -> (Vec<u32>, BitReader<'_>) {
        let mut bits = BitReader::new(bytes, 0);
        let values = (0..count).map(|_| {
            bits.refill();
            bits.take(step)
        });
        let values = values.collect();
        (values, bits)
    }

    #[test]
    fn stuffed_bytes_are_one_byte() {
        let data = b"\x12\xFF\0\xFF\0\x34\x56\x78\x9A\xBC\xDE\xF0\x11\x22\x33\xFF\0\xFF\xD9";
        let plain = [
            0x12, 0xFF, 0xFF, 0x34, 0x56, 0x78, 0x9A, 0xBC, 0xDE, 0xF0, 0x11, 0x22, 0x33, 0xFF,
        ];
        let (values, mut bits) = read(data, 8, plain.len());
        assert_eq!(values, plain);
        assert_eq!(bits.ends_at(), Some(data.len() - 2));
        for step in [1, 2, 4, 16] {
            let count = plain.len() * 8 / usize::from(step);
            let (values, mut bits) = read(data, step, count);
            let octets = |at: usize| plain[at / 8] >> (7 - at % 8) & 1;
            let expected = |at: usize| {
                let places = at * usize::from(step)..(at + 1) * usize::from(step);
                places.fold(0, |value, place| value << 1 | octets(place))
            };
            assert_eq!(values, (0..count).map(expected).collect::<Vec<_>>());
            assert_eq!(bits.ends_at(), Some(data.len() - 2));
        }
    }

    #[test]
    fn the_end_is_right_after_the_last_bits() {
        let data = b"\xAB\xCD\xEF\xFF\xD9";
        assert_eq!(read(data, 4, 5).1.ends_at(), Some(3));
        assert_eq!(read(data, 4, 6).1.ends_at(), Some(3));
        assert_eq!(read(data, 8, 2).1.ends_at(), None, "a byte is left over");
        let (values, mut bits) = read(data, 8, 4);
        assert_eq!(values, [0xAB, 0xCD, 0xEF, 0]);
        assert!(bits.is_overrun());
        assert_eq!(bits.ends_at(), None);
        assert_eq!(read(b"\xAB", 8, 1).1.ends_at(), None, "no marker");
    }

    #[test]
    fn ff_is_found_anywhere() {
        assert!(!has_ff(0x00FE_807F_0102_FEFE));
        for place in 0..8 {
            assert!(has_ff(0x00FE_8000_0102_7FFE | 0xFF << (8 * place)));
        }
    }
}
