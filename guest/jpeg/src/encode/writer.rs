//! Coefficients to the bits of a JPEG scan (ITU-T T.81, F.1.2): Huffman codes, and a zero after each `FF`.

use super::forward_dct::Quantised;
use crate::huffman::codes;
use crate::tables::CodeTable;
use crate::zigzag::{ORDER, PLACES};

/// Code and length for each symbol.
pub(super) struct SymbolCodes(Box<[(u16, u16); 256]>);

impl SymbolCodes {
    pub fn new(table: &CodeTable) -> Self {
        let mut by_symbol = Box::new([(0, 0); 256]);
        for code in codes(&table.counts, table.symbols) {
            let bits = code.first >> (16 - code.length);
            by_symbol[usize::from(code.symbol)] = (bits as u16, code.length as u16);
        }
        Self(by_symbol)
    }

    /// The code of a symbol, and its length.
    #[inline(always)]
    fn of(&self, symbol: u8) -> (u32, u32) {
        let (code, length) = self.0[usize::from(symbol)];
        (code.into(), length.into())
    }
}

/// A JPEG being written.
pub(super) struct Writer {
    bytes: Vec<u8>,
    pending: Pending,
}

/// Bits that are still to be written.
#[derive(Clone, Copy)]
struct Pending {
    /// The lowest ones count: 64, less what there is room for.
    window: u64,
    /// Bits that the window has room for: at least one.
    room: u32,
}

impl Writer {
    /// Goes on after headers.
    pub fn new(bytes: Vec<u8>) -> Self {
        let pending = Pending {
            window: 0,
            room: 64,
        };
        Self { bytes, pending }
    }

    /// Fills the last byte up with ones.
    pub fn finish(mut self) -> Vec<u8> {
        let missing = self.pending.room % 8;
        self.pending
            .put(&mut self.bytes, (1 << missing) - 1, missing);
        let Pending { window, room } = self.pending;
        for at in (0..(64 - room) / 8).rev() {
            put_byte(&mut self.bytes, (window >> (8 * at)) as u8);
        }
        self.bytes
    }

    /// Writes a block of coefficients; `before` is the DC coefficient of the block before.
    #[inline(always)]
    pub fn put_block(
        &mut self,
        block: &Quantised,
        before: i16,
        dc: &SymbolCodes,
        ac: &SymbolCodes,
    ) {
        let Self { bytes, pending } = self;
        let mut bits = *pending;
        let values = block.values.as_flattened();
        bits.put_value(bytes, dc, 0, i32::from(values[0]) - i32::from(before));
        let mut left = in_zigzag(block.present) & !1;
        let mut next = 1;
        while left != 0 {
            let at = left.trailing_zeros();
            left &= left - 1;
            let mut run = at - next;
            while run > 15 {
                bits.put_code(bytes, ac, 0xF0);
                run -= 16;
            }
            let value = values[usize::from(PLACES[at as usize % 64]) % 64];
            bits.put_value(bytes, ac, run, value.into());
            next = at + 1;
        }
        if next < 64 {
            bits.put_code(bytes, ac, 0);
        }
        *pending = bits;
    }
}

impl Pending {
    #[inline(always)]
    fn put_code(&mut self, bytes: &mut Vec<u8>, codes: &SymbolCodes, symbol: u8) {
        let (code, length) = codes.of(symbol);
        self.put(bytes, code, length);
    }

    /// A value after a run of zeros: a code of both, and the lowest bits of the value, less one if negative.
    #[inline(always)]
    fn put_value(&mut self, bytes: &mut Vec<u8>, codes: &SymbolCodes, run: u32, value: i32) {
        let size = 32 - value.unsigned_abs().leading_zeros();
        let (code, length) = codes.of((run << 4 | size) as u8);
        let lowest = (value + (value >> 31)) as u32 & ((1 << size) - 1);
        self.put(bytes, code << size | lowest, length + size);
    }

    /// Up to 32 bits.
    #[inline(always)]
    fn put(&mut self, bytes: &mut Vec<u8>, bits: u32, length: u32) {
        if length < self.room {
            self.window = self.window << length | u64::from(bits);
            self.room -= length;
            return;
        }
        let over = length - self.room;
        // Two shifts: there may be room for all 64.
        let full = self.window << (self.room - 1) << 1 | u64::from(bits) >> over;
        self.window = bits.into();
        self.room = 64 - over;
        put_eight(bytes, full);
    }
}

#[inline(always)]
fn put_eight(bytes: &mut Vec<u8>, eight: u64) {
    const LOWEST: u64 = 0x0101_0101_0101_0101;
    // Some byte is FF when one is zero after inversion; a false alarm costs no more than time.
    let may_have_ff = (!eight).wrapping_sub(LOWEST) & eight & (LOWEST << 7) != 0;
    if may_have_ff {
        return put_each(bytes, eight);
    }
    bytes.extend_from_slice(&eight.to_be_bytes());
}

#[inline(never)]
fn put_each(bytes: &mut Vec<u8>, eight: u64) {
    for byte in eight.to_be_bytes() {
        put_byte(bytes, byte);
    }
}

fn put_byte(bytes: &mut Vec<u8>, byte: u8) {
    bytes.push(byte);
    if byte == 0xFF {
        bytes.push(0);
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
