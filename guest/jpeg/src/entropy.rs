//! Entropy-coded data of a JPEG scan without its stuffing (ITU-T T.81, F.1.2.3), a piece at a time.
//!
//! For those who go through much of it: what [`super::bits`] asks at every byte, whether it is `FF`, is
//! settled here for a whole piece. A piece is small enough to stay in the fastest cache. After the last one
//! come zeros, which are counted.

use memchr::memchr;

use super::scan::Segment;

/// Bytes of a piece.
const PIECE: usize = 4096;
/// Zeros after the data that are made ready at a time.
const ZEROS: usize = 64;

/// One segment of entropy-coded data, and what was read of it.
pub(super) struct EntropyReader<'a> {
    bytes: &'a [u8],
    /// Where the next piece comes from; the marker, once the data has ended.
    next: usize,
    has_ended: bool,
    /// Zeros appended since.
    zeros: usize,
    piece: Vec<u8>,
    /// The next byte of the piece to put into the window.
    pub at: usize,
    /// The next bits, from the top; below the `held` ones may be bits of the next byte, which are put there
    /// again with the rest of it.
    pub window: u64,
    /// Up to 63.
    pub held: u32,
}

impl EntropyReader<'_> {
    /// Eight bytes to put into the window, after a call of [`EntropyReader::fill`] if there are not as many.
    #[inline(always)]
    pub fn eight(piece: &[u8], at: usize) -> Option<u64> {
        let eight = piece.get(at..)?.first_chunk()?;
        Some(u64::from_be_bytes(*eight))
    }

    /// What is ready.
    pub fn piece(&self) -> &[u8] {
        &self.piece
    }

    /// Makes at least 56 bits ready in the window, and eight bytes after them.
    #[cold]
    #[inline(never)]
    pub fn fill(&mut self) {
        if self.piece.len() < self.at + 16 {
            self.piece.drain(..self.at);
            self.at = 0;
            self.take_piece();
        }
        let eight = Self::eight(&self.piece, self.at).unwrap_or_default();
        self.window |= eight >> self.held;
        self.at += (63 - self.held) as usize / 8;
        self.held |= 56;
    }

    /// Drops up to 56 bits, which must have been made ready.
    pub fn drop(&mut self, count: u32) {
        self.window <<= count;
        self.held -= count;
    }

    fn take_piece(&mut self) {
        while self.piece.len() < PIECE && !self.has_ended {
            let rest = &self.bytes[self.next..];
            let rest = &rest[..rest.len().min(PIECE)];
            let plain = memchr(0xFF, rest).unwrap_or(rest.len());
            self.piece.extend_from_slice(&rest[..plain]);
            self.next += plain;
            match self.bytes[self.next..] {
                [0xFF, 0, ..] => {
                    self.piece.push(0xFF);
                    self.next += 2;
                }
                [0xFF, ..] | [] => self.has_ended = true,
                _ => {}
            }
        }
        if self.piece.len() < ZEROS {
            self.piece.resize(self.piece.len() + ZEROS, 0);
            self.zeros += ZEROS;
        }
    }

    /// Bits that were not read; below 0 where some were read that are not there.
    fn unread(&self) -> i64 {
        let bytes = self.piece.len() as i64 - self.at as i64 - self.zeros as i64;
        bytes * 8 + i64::from(self.held)
    }
}

impl<'a> Segment<'a> for EntropyReader<'a> {
    fn starting_at(bytes: &'a [u8], at: usize) -> Self {
        Self {
            bytes,
            next: at.min(bytes.len()),
            has_ended: false,
            zeros: 0,
            piece: Vec::with_capacity(2 * PIECE),
            at: 0,
            window: 0,
            held: 0,
        }
    }

    fn is_overrun(&self) -> bool {
        self.unread() < 0
    }

    fn ends_at(&mut self) -> Option<usize> {
        self.fill();
        let is_whole = self.has_ended && (0..8).contains(&self.unread());
        (is_whole && self.next < self.bytes.len()).then_some(self.next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn take_byte(coded: &mut EntropyReader<'_>) -> u8 {
        coded.fill();
        let byte = (coded.window >> 56) as u8;
        coded.drop(8);
        byte
    }

    #[test]
    fn stuffed_bytes_are_one_byte_in_every_piece() {
        let plain: Vec<u8> = (0..3 * PIECE)
            .map(|at| if at % 97 < 3 { 0xFF } else { at as u8 })
            .collect();
        let stuffed = plain
            .iter()
            .flat_map(|byte| [Some(*byte), (*byte == 0xFF).then_some(0)]);
        let mut data: Vec<u8> = stuffed.flatten().collect();
        let end = data.len();
        data.extend([0xFF, 0xD9]);
        let mut coded = EntropyReader::starting_at(&data, 0);
        for (at, byte) in plain.iter().enumerate() {
            assert_eq!(
                (take_byte(&mut coded), coded.is_overrun()),
                (*byte, false),
                "{at}"
            );
            let is_last = at + 1 == plain.len();
            assert_eq!(coded.ends_at(), is_last.then_some(end), "{at}");
        }
        for _ in 0..1000 {
            assert_eq!((take_byte(&mut coded), coded.is_overrun()), (0, true));
            assert_eq!(coded.ends_at(), None);
        }
    }

    #[test]
    fn the_end_is_right_after_the_last_bits() {
        let mut coded = EntropyReader::starting_at(b"\xAB\xCD\xFF\xD9", 0);
        take_byte(&mut coded);
        assert_eq!(coded.ends_at(), None, "a byte is left over");
        coded.drop(1);
        assert_eq!(coded.ends_at(), Some(2));
        let mut coded = EntropyReader::starting_at(b"\xAB", 0);
        take_byte(&mut coded);
        assert_eq!(coded.ends_at(), None, "no marker");
    }
}
