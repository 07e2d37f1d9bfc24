//! Coefficients to the bits of a JPEG scan (ITU-T T.81, F.1.2): Huffman codes, and a zero after each `FF`.

use super::forward::Quantised;
use super::tables::{Codes, ORDER, ZIGZAG};

/// A JPEG being written.
pub(super) struct Writer {
    bytes: Vec<u8>,
    /// The last bits, of which the `held` lowest are still to be written: fewer than 32.
    window: u64,
    held: u32,
}

impl Writer {
    /// Goes on after headers.
    pub fn new(bytes: Vec<u8>) -> Self {
        Self {
            bytes,
            window: 0,
            held: 0,
        }
    }

    /// Fills the last byte up with ones.
    pub fn finish(mut self) -> Vec<u8> {
        let missing = (8 - self.held % 8) % 8;
        self.put((1 << missing) - 1, missing);
        for at in (0..self.held / 8).rev() {
            self.put_byte((self.window >> (8 * at)) as u8);
        }
        self.bytes
    }

    /// Writes a block of coefficients; `before` is the DC coefficient of the block before.
    #[inline(always)]
    pub fn put_block(&mut self, block: &Quantised, before: i32, dc: &Codes, ac: &Codes) {
        self.put_value(dc, 0, block.values[0][0] - before);
        let values = block.values.as_flattened();
        let mut left = in_zigzag(block.present) & !1;
        let mut next = 1;
        while left != 0 {
            let at = left.trailing_zeros();
            left &= left - 1;
            let mut run = at - next;
            while run > 15 {
                self.put_code(ac, 0xF0);
                run -= 16;
            }
            self.put_value(ac, run, values[usize::from(ZIGZAG[at as usize % 64]) % 64]);
            next = at + 1;
        }
        if next < 64 {
            self.put_code(ac, 0);
        }
    }

    #[inline(always)]
    fn put_code(&mut self, codes: &Codes, symbol: u8) {
        let (code, length) = codes.of(symbol);
        self.put(code, length);
    }

    /// A value after a run of zeros: a code of both, and the lowest bits of the value, less one if negative.
    #[inline(always)]
    fn put_value(&mut self, codes: &Codes, run: u32, value: i32) {
        let size = 32 - value.unsigned_abs().leading_zeros();
        let (code, length) = codes.of((run << 4 | size) as u8);
        let lowest = (value + (value >> 31)) as u32 & ((1 << size) - 1);
        self.put(code << size | lowest, length + size);
    }

    /// Up to 32 bits.
    #[inline(always)]
    fn put(&mut self, bits: u32, length: u32) {
        self.window = self.window << length | u64::from(bits);
        self.held += length;
        if self.held >= 32 {
            self.held -= 32;
            self.put_word((self.window >> self.held) as u32);
        }
    }

    #[inline(always)]
    fn put_word(&mut self, word: u32) {
        // Some byte is FF when one is zero after inversion; a false alarm costs no more than time.
        let may_have_ff = (!word).wrapping_sub(0x0101_0101) & word & 0x8080_8080 != 0;
        let bytes = word.to_be_bytes();
        if !may_have_ff {
            self.bytes.extend_from_slice(&bytes);
        } else {
            bytes.into_iter().for_each(|byte| self.put_byte(byte));
        }
    }

    fn put_byte(&mut self, byte: u8) {
        self.bytes.push(byte);
        if byte == 0xFF {
            self.bytes.push(0);
        }
    }
}

/// For the eight places of each row of a block, and whatever is there: where they are in zigzag order.
static IN_ZIGZAG: [[u64; 256]; 8] = {
    let mut rows = [[0; 256]; 8];
    let mut at = 0;
    while at < 64 {
        let mut present = 0;
        while present < 256 {
            if present >> (at % 8) & 1 == 1 {
                rows[at / 8][present] |= 1 << ORDER[at];
            }
            present += 1;
        }
        at += 1;
    }
    rows
};

/// Which coefficients are not zero, in zigzag order.
#[inline(always)]
fn in_zigzag(present: u64) -> u64 {
    let rows = IN_ZIGZAG.iter().zip(present.to_le_bytes());
    rows.fold(0, |zigzag, (row, present)| {
        zigzag | row[usize::from(present)]
    })
}
