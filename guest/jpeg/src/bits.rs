//! Bits of the entropy-coded data of a scan (ITU-T T.81, F.1.2.3 and F.2.2.5), most significant first.
//!
//! `FF 00` is the byte `FF`, and any other marker ends the data. This stuffing is taken out before the bits of some
//! blocks are read, so that no bit is read with the question whether its byte is `FF`. After the data come zeros: who
//! reads them finds out at [`EntropyReader::ends_at`] or [`EntropyReader::is_overrun`].

use memchr::memchr;

/// More bytes than any block has: 64 coefficients of 31 bits.
const BLOCK_BYTES: usize = 256;
/// Bytes that are made ready at least.
const PIECE: usize = 4096;

/// The data up to the next marker, and how far it was read.
pub(crate) struct EntropyReader<'a> {
    bytes: &'a [u8],
    /// Where more data comes from; the marker, once it has ended.
    next: usize,
    has_ended: bool,
    /// Data without its stuffing, and zeros once it has ended.
    ready: Vec<u8>,
    /// How many of the last of these bytes are such zeros.
    zeros: usize,
    position: Position,
}

/// How far the data was read.
#[derive(Clone, Copy, Default)]
pub(crate) struct Position {
    /// Bytes of what is ready that were not put into the window.
    left: usize,
    /// The next bits, from the top; below the `held` ones may be bits of the next byte, which are put there
    /// again with the rest of it.
    window: u64,
    /// Up to 63.
    held: u32,
}

impl<'a> EntropyReader<'a> {
    /// The data from a place on.
    pub fn new(bytes: &'a [u8], at: usize) -> Self {
        let mut reader = Self {
            bytes,
            next: 0,
            has_ended: false,
            ready: Vec::new(),
            zeros: 0,
            position: Position::default(),
        };
        reader.restart(at);
        reader
    }

    /// Goes on with the data from a place on.
    pub fn restart(&mut self, at: usize) {
        self.next = at.min(self.bytes.len());
        self.has_ended = false;
        self.ready.clear();
        self.zeros = 0;
        self.position = Position::default();
    }

    /// The bits of so many blocks. Who has read them tells [`Self::resume`] how far.
    pub fn bits(&mut self, blocks: usize) -> BitReader<'_> {
        self.prepare((blocks + 1) * BLOCK_BYTES);
        let Position { left, window, held } = self.position;
        BitReader {
            rest: &self.ready[self.ready.len() - left..],
            window,
            held,
        }
    }

    /// Goes on after what was read.
    pub fn resume(&mut self, position: Position) {
        self.position = position;
    }

    /// Bits were read that are not there.
    pub fn is_overrun(&self) -> bool {
        self.unread() < 0
    }

    /// Where the marker after the data is, when all was read but what fills up the last byte.
    pub fn ends_at(&mut self) -> Option<usize> {
        self.prepare(BLOCK_BYTES);
        let is_whole = self.has_ended && (0..8).contains(&self.unread());
        (is_whole && self.next < self.bytes.len()).then_some(self.next)
    }

    /// Bits that were not read; below 0 where some were read that are not there.
    fn unread(&self) -> i64 {
        let Position { left, held, .. } = self.position;
        (left as i64 - self.zeros as i64) * 8 + i64::from(held)
    }

    /// Makes so many bytes ready.
    fn prepare(&mut self, needed: usize) {
        if self.position.left >= needed {
            return;
        }
        if !self.has_ended {
            self.ready.drain(..self.ready.len() - self.position.left);
            // Twice as many, so that what is left over is seldom moved.
            self.take_out_stuffing(PIECE.max(2 * needed));
            self.position.left = self.ready.len();
        }
        let missing = needed.saturating_sub(self.position.left);
        self.ready.resize(self.ready.len() + missing, 0);
        self.zeros += missing;
        self.position.left += missing;
    }

    /// Takes out the stuffing until so many bytes are ready, or the data has ended.
    fn take_out_stuffing(&mut self, wanted: usize) {
        while self.ready.len() < wanted && !self.has_ended {
            self.take_up_to_ff(wanted - self.ready.len());
        }
    }

    fn take_up_to_ff(&mut self, most: usize) {
        let rest = &self.bytes[self.next..];
        let rest = &rest[..rest.len().min(most)];
        let plain = memchr(0xFF, rest).unwrap_or(rest.len());
        self.ready.extend_from_slice(&rest[..plain]);
        self.next += plain;
        match self.bytes[self.next..] {
            [0xFF, 0, ..] => {
                self.ready.push(0xFF);
                self.next += 2;
            }
            [0xFF, ..] | [] => self.has_ended = true,
            _ => {}
        }
    }
}

/// Reads bits of what is ready. It calls nothing, so that all of it is kept in registers.
pub(crate) struct BitReader<'r> {
    /// What is ready and was not put into the window: never at its end, since no block has as many bytes as are made
    /// ready for it.
    rest: &'r [u8],
    window: u64,
    held: u32,
}

impl BitReader<'_> {
    /// How far the data was read.
    #[inline(always)]
    pub fn position(&self) -> Position {
        Position {
            left: self.rest.len(),
            window: self.window,
            held: self.held,
        }
    }

    /// Makes at least 32 bits ready.
    #[inline(always)]
    pub fn refill(&mut self) {
        if self.held < 32 {
            self.fill();
        }
    }

    /// Makes at least 56 bits ready.
    #[inline(always)]
    pub fn fill(&mut self) {
        debug_assert!(
            self.rest.len() >= 8,
            "blocks of more bytes than were made ready"
        );
        if let Some(eight) = self.rest.first_chunk() {
            let whole_bytes = (63 - self.held) as usize / 8 % 8;
            self.window |= u64::from_be_bytes(*eight) >> self.held;
            self.rest = &self.rest[whole_bytes..];
        }
        self.held |= 56;
    }

    /// The next bits from the top, as many as were made ready; what is below them is of no use.
    #[inline(always)]
    pub fn window(&self) -> u64 {
        self.window
    }

    /// Drops as many bits as the lowest six bits of `count` say; they must have been made ready.
    #[inline(always)]
    pub fn drop(&mut self, count: u32) {
        self.window = self.window.wrapping_shl(count);
        self.held = self.held.wrapping_sub(count & 63);
    }

    /// Takes up to 32 bits; they must have been made ready.
    #[inline(always)]
    pub fn take(&mut self, count: u32) -> u32 {
        // Two shifts, since none of the bits may be asked for.
        let bits = (self.window >> 1 >> (63 - count)) as u32;
        self.drop(count);
        bits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn take(data: &mut EntropyReader<'_>, count: u32) -> u32 {
        let mut bits = data.bits(0);
        bits.refill();
        let taken = bits.take(count);
        let position = bits.position();
        data.resume(position);
        taken
    }

    fn stuffed(plain: &[u8]) -> Vec<u8> {
        let each = plain
            .iter()
            .flat_map(|byte| [Some(*byte), (*byte == 0xFF).then_some(0)]);
        each.flatten().collect()
    }

    #[test]
    fn stuffed_bytes_are_one_byte_in_every_piece() {
        let plain: Vec<u8> = (0..3 * PIECE)
            .map(|at| if at % 97 < 3 { 0xFF } else { at as u8 })
            .collect();
        let mut bytes = stuffed(&plain);
        let end = bytes.len();
        bytes.extend([0xFF, 0xD9]);
        let mut data = EntropyReader::new(&bytes, 0);
        for (at, byte) in plain.iter().enumerate() {
            let read = take(&mut data, 8);
            assert_eq!((read, data.is_overrun()), (u32::from(*byte), false), "{at}");
            let is_last = at + 1 == plain.len();
            assert_eq!(data.ends_at(), is_last.then_some(end), "{at}");
        }
        for _ in 0..1000 {
            assert_eq!((take(&mut data, 8), data.is_overrun()), (0, true));
            assert_eq!(data.ends_at(), None);
        }
    }

    #[test]
    fn bits_are_the_same_however_many_are_taken_at_once() {
        let plain = [
            0x12, 0xFF, 0xFF, 0x34, 0x56, 0x78, 0x9A, 0xBC, 0xDE, 0xF0, 0x11, 0x22, 0x33, 0xFF,
        ];
        let bytes = [stuffed(&plain), vec![0xFF, 0xD9]].concat();
        for step in [1, 2, 4, 7, 16] {
            let mut data = EntropyReader::new(&bytes, 0);
            for at in 0..plain.len() * 8 / step {
                let places = at * step..(at + 1) * step;
                let bit = |place: usize| u32::from(plain[place / 8] >> (7 - place % 8) & 1);
                let expected = places.fold(0, |value, place| value << 1 | bit(place));
                assert_eq!(take(&mut data, step as u32), expected);
            }
            assert_eq!(data.ends_at(), Some(bytes.len() - 2));
        }
    }

    #[test]
    fn the_end_is_right_after_the_last_bits() {
        let mut data = EntropyReader::new(b"\xAB\xCD\xFF\xD9", 0);
        take(&mut data, 8);
        assert_eq!(data.ends_at(), None, "a byte is left over");
        take(&mut data, 1);
        assert_eq!(data.ends_at(), Some(2));
        take(&mut data, 7);
        assert_eq!(data.ends_at(), Some(2));
        take(&mut data, 1);
        assert!(data.is_overrun());
        assert_eq!(data.ends_at(), None);
        let mut data = EntropyReader::new(b"\xAB", 0);
        take(&mut data, 8);
        assert_eq!(data.ends_at(), None, "no marker");
    }

    #[test]
    fn zeros_follow_the_data_for_as_many_blocks_as_were_asked_for() {
        let mut data = EntropyReader::new(b"\xAB\xFF\xD9", 0);
        let mut bits = data.bits(4);
        for at in 0..4 * BLOCK_BYTES {
            bits.refill();
            assert_eq!(bits.take(8), if at == 0 { 0xAB } else { 0 });
        }
        let position = bits.position();
        data.resume(position);
        assert_eq!(data.unread(), 8 - 8 * 4 * BLOCK_BYTES as i64);
    }

    #[test]
    fn what_was_read_and_not_resumed_after_is_read_again() {
        let mut data = EntropyReader::new(b"\xAB\xCD\xFF\xD9", 0);
        let mut bits = data.bits(1);
        bits.refill();
        assert_eq!(bits.take(8), 0xAB);
        assert_eq!(take(&mut data, 16), 0xABCD);
        data.restart(1);
        assert_eq!(take(&mut data, 8), 0xCD);
    }
}
