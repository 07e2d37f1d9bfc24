//! Sketches: what is kept of a picture to verify later whether it is the same as another one.
//!
//! A sketch holds the picture's content in 128x128 cells of luma and 24x24 cells of chroma, where that content lies
//! in the picture, and the facts that make copies differ: size, frames, colours, true detail. It is a few
//! kilobytes of bytes in a fixed layout, made of whole numbers, so every build gives the same. What two sketches are to
//! each other is told by [`crate::verification`]; how one is made of a picture is `hash`'s work.
//!
//! | offset | bytes | what |
//! |---:|---:|---|
//! | 0 | 1 | the version of this layout, [`VERSION`] |
//! | 1 | 1 | what is there: 1 chroma, 2 luma without alpha, 4 the further frames were sampled, 8 some content is outside of the window |
//! | 2 | 1 | how many further frames were sampled, at most 7 |
//! | 3 | 1 | flatness: the share of the window that has its commonest level of luma, in 255ths |
//! | 4 | 12 | width and height in pixels, frames: 32 bits each, little-endian |
//! | 16 | 8 | the window of the content: left, top, right, bottom in 512ths of the sides, 16 bits each |
//! | 24 | 1 | true detail: the share of the pixels on a side that are resolved, in 255ths; 0 when not measured |
//! | 25 | 1 | 1 for a document, whose frames are pages |
//! | 26 | 2 | different colours, counted up to 257 |
//! | 28 | 6656 | luma of the window in blocks of 8x8 cells: least level, range, 3 bits a cell |
//! | | 1152 | with chroma: blue, then red chroma of the window, a byte each, 128 is neutral |
//! | | 1664 | with luma without alpha: that of the whole picture in 64x64 cells, in such blocks; of stills alone |
//! | | 256 | for each sampled frame: its luma in 16x16 cells |

use crate::error::ImageError;
use crate::sequence;

/// The version of the layout. Sketches of other versions are made anew.
pub const VERSION: u8 = 4;
/// Cells of luma on each side of the window.
pub const SIDE: usize = 128;
/// Cells of chroma on each side of the window.
pub const CHROMA_SIDE: usize = 24;
/// Cells on each side of the picture without its alpha.
pub const OPAQUE_SIDE: usize = 64;
/// Cells of a sampled frame.
pub const FRAME_CELLS: usize = sequence::CELLS;
/// Most frames that are sampled besides the first.
pub const SAMPLED_FRAMES: usize = sequence::SAMPLED as usize;
/// What the sides of a window are measured in: parts of the side of the picture.
pub const WINDOW_UNITS: u16 = 512;
/// Most bytes of a sketch.
pub const MAX_BYTES: usize =
    HEADER + packed_length(SIDE) + 2 * CHROMA_SIDE * CHROMA_SIDE + SAMPLED_FRAMES * FRAME_CELLS;
/// The flatness from which on a picture is a drawing or a document, in 255ths.
pub const FLAT: u8 = 90;

const HEADER: usize = 28;
const HAS_CHROMA: u8 = 1;
const HAS_OPAQUE: u8 = 2;
const IS_SAMPLED: u8 = 4;
const HAS_SURROUNDINGS: u8 = 8;
/// Cells on each side of a block of luma, and the bytes that it is packed into.
const BLOCK: usize = 8;
const BLOCK_BYTES: usize = 26;
/// Steps between the least and the greatest level of a block.
const STEPS: u32 = 7;

/// The part of a picture that is inside its uniform bands, in 512ths of the picture's sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Window {
    /// The first column.
    pub left: u16,
    /// The first row.
    pub top: u16,
    /// The column behind the last, over `left`.
    pub right: u16,
    /// The row behind the last, over `top`.
    pub bottom: u16,
}

/// What a sketch is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parts {
    /// Width and height of the upright picture in pixels.
    pub size: (u32, u32),
    /// Frames or pages of the file.
    pub frames: u32,
    /// The share of the window that has its commonest level of luma, in 255ths.
    pub flatness: u8,
    /// The share of the pixels on a side that are resolved, in 255ths; 0 when it was not measured.
    pub detail: u8,
    /// Different colours, counted up to 257.
    pub colours: u16,
    /// Where the content lies.
    pub window: Window,
    /// Some content is outside of the window, as a caption or the handle of a mug.
    pub has_surroundings: bool,
    /// 128x128 cells of the window.
    pub luma: Vec<u8>,
    /// Blue and red chroma of the window, 24x24 cells each; none of a grey picture.
    pub chroma: Option<[Vec<u8>; 2]>,
    /// 64x64 cells of the whole picture's luma without its alpha, where that is another picture; kept of stills alone.
    pub opaque: Option<Vec<u8>>,
    /// The frames are pages of a document.
    pub is_paged: bool,
    /// 16x16 cells of luma of each sampled frame besides the first; none when they were not sampled.
    pub frame_samples: Option<Vec<[u8; FRAME_CELLS]>>,
}

/// A picture's sketch as its bytes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sketch {
    bytes: Vec<u8>,
}

impl Window {
    /// The whole picture.
    pub const WHOLE: Self = Self {
        left: 0,
        top: 0,
        right: WINDOW_UNITS,
        bottom: WINDOW_UNITS,
    };

    /// Columns and rows.
    pub fn extent(&self) -> (u16, u16) {
        (self.right - self.left, self.bottom - self.top)
    }

    fn is_sound(&self) -> bool {
        let is_ordered = self.left < self.right && self.top < self.bottom;
        is_ordered && self.right <= WINDOW_UNITS && self.bottom <= WINDOW_UNITS
    }
}

impl Sketch {
    /// The sketch of its parts. Cells that are missing count as 0.
    pub fn from_parts(parts: &Parts) -> Self {
        let mut bytes = Vec::with_capacity(MAX_BYTES);
        let samples = parts.frame_samples.as_deref().unwrap_or_default();
        let samples = &samples[..samples.len().min(SAMPLED_FRAMES)];
        let opaque = parts.opaque.as_ref().filter(|_| parts.frames <= 1);
        let flag = |is_there: bool, flag| if is_there { flag } else { 0 };
        let flags = flag(parts.chroma.is_some(), HAS_CHROMA)
            | flag(opaque.is_some(), HAS_OPAQUE)
            | flag(parts.frame_samples.is_some(), IS_SAMPLED)
            | flag(parts.has_surroundings, HAS_SURROUNDINGS);
        bytes.extend([VERSION, flags, samples.len() as u8, parts.flatness]);
        for number in [parts.size.0, parts.size.1, parts.frames] {
            bytes.extend(number.to_le_bytes());
        }
        let Window {
            left,
            top,
            right,
            bottom,
        } = parts.window;
        for edge in [left, top, right, bottom] {
            bytes.extend(edge.to_le_bytes());
        }
        bytes.extend([parts.detail, u8::from(parts.is_paged)]);
        bytes.extend(parts.colours.to_le_bytes());
        pack(&parts.luma, SIDE, &mut bytes);
        for plane in parts.chroma.iter().flatten() {
            let cells = plane.iter().chain(std::iter::repeat(&128));
            bytes.extend(cells.take(CHROMA_SIDE * CHROMA_SIDE));
        }
        if let Some(opaque) = opaque {
            pack(opaque, OPAQUE_SIDE, &mut bytes);
        }
        samples.iter().for_each(|frame| bytes.extend(frame));
        Self { bytes }
    }

    /// The sketch of its bytes; `invalid-parameter` when they are none of this version.
    pub fn from_bytes(bytes: Vec<u8>) -> Result<Self, ImageError> {
        let invalid = |text: &str| ImageError::InvalidParameter(format!("sketch: {text}"));
        if bytes.first() != Some(&VERSION) {
            return Err(invalid(&format!(
                "its first byte is its version; only version {VERSION} is read"
            )));
        }
        if bytes.len() < HEADER {
            return Err(invalid("it ends before its header does"));
        }
        let sketch = Self { bytes };
        if sketch.bytes.len() != sketch.length() {
            return Err(invalid(&format!(
                "its header announces {} bytes, and there are {}",
                sketch.length(),
                sketch.bytes.len()
            )));
        }
        if !sketch.window().is_sound() || sketch.size().0 == 0 || sketch.size().1 == 0 {
            return Err(invalid("its window or its size cannot be"));
        }
        Ok(sketch)
    }

    /// Its bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Its bytes.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// Width and height of the upright picture in pixels.
    pub fn size(&self) -> (u32, u32) {
        (self.u32_at(4), self.u32_at(8))
    }

    /// Frames or pages of the file; 1 for a still picture.
    pub fn frames(&self) -> u32 {
        self.u32_at(12)
    }

    /// Where the content lies.
    pub fn window(&self) -> Window {
        let edge = |at| u16::from_le_bytes([self.bytes[at], self.bytes[at + 1]]);
        Window {
            left: edge(16),
            top: edge(18),
            right: edge(20),
            bottom: edge(22),
        }
    }

    /// Some content is outside of the window.
    pub fn has_surroundings(&self) -> bool {
        self.has(HAS_SURROUNDINGS)
    }

    /// The share of the window that has its commonest level of luma, 0 to 1.
    pub fn flatness(&self) -> f32 {
        f32::from(self.bytes[3]) / 255.0
    }

    /// Its picture is a drawing or a document.
    pub fn is_flat(&self) -> bool {
        self.bytes[3] >= FLAT
    }

    /// The share of the pixels on a side that are resolved, in 255ths; `None` when it was not measured.
    pub fn detail(&self) -> Option<u8> {
        (self.bytes[24] > 0).then_some(self.bytes[24])
    }

    /// The frames are pages of a document.
    pub fn is_paged(&self) -> bool {
        self.bytes[25] == 1
    }

    /// Different colours, counted up to 257.
    pub fn colours(&self) -> u16 {
        u16::from_le_bytes([self.bytes[26], self.bytes[27]])
    }

    /// 128x128 levels of luma of the window, row by row.
    pub fn luma(&self) -> Vec<f32> {
        unpack(&self.bytes[HEADER..], SIDE)
    }

    /// Blue and red chroma of the window, 24x24 cells each, -128 to 127; none of a grey picture.
    pub fn chroma(&self) -> Option<[Vec<f32>; 2]> {
        let cells = CHROMA_SIDE * CHROMA_SIDE;
        let plane = |at: usize| {
            let bytes = &self.bytes[at..at + cells];
            bytes.iter().map(|cell| f32::from(*cell) - 128.0).collect()
        };
        let start = HEADER + packed_length(SIDE);
        self.has(HAS_CHROMA)
            .then(|| [plane(start), plane(start + cells)])
    }

    /// 64x64 levels of luma of the whole picture without its alpha, where that is another picture.
    pub fn opaque(&self) -> Option<Vec<f32>> {
        self.has(HAS_OPAQUE)
            .then(|| unpack(&self.bytes[self.opaque_start()..], OPAQUE_SIDE))
    }

    /// 16x16 levels of luma of each sampled frame besides the first; `None` when they were not sampled.
    pub fn frame_samples(&self) -> Option<&[[u8; FRAME_CELLS]]> {
        let start = self.bytes.len() - usize::from(self.bytes[2]) * FRAME_CELLS;
        let frames = self.bytes[start..].as_chunks().0;
        self.has(IS_SAMPLED).then_some(frames)
    }

    fn has(&self, flag: u8) -> bool {
        self.bytes[1] & flag != 0
    }

    fn u32_at(&self, at: usize) -> u32 {
        let [a, b, c, d] = [0, 1, 2, 3].map(|next| self.bytes[at + next]);
        u32::from_le_bytes([a, b, c, d])
    }

    fn opaque_start(&self) -> usize {
        let chroma = usize::from(self.has(HAS_CHROMA)) * 2 * CHROMA_SIDE * CHROMA_SIDE;
        HEADER + packed_length(SIDE) + chroma
    }

    /// The bytes that the header announces.
    fn length(&self) -> usize {
        let opaque = usize::from(self.has(HAS_OPAQUE)) * packed_length(OPAQUE_SIDE);
        self.opaque_start() + opaque + usize::from(self.bytes[2]) * FRAME_CELLS
    }
}

/// Bytes that so many cells on each side are packed into.
const fn packed_length(side: usize) -> usize {
    (side / BLOCK) * (side / BLOCK) * BLOCK_BYTES
}

/// Blocks of 8x8 cells, row by row: the least level, the range, and 3 bits a cell, of four eighths of a byte
/// the lowest first.
fn pack(cells: &[u8], side: usize, bytes: &mut Vec<u8>) {
    let cell = |x: usize, y: usize| cells.get(y * side + x).copied().unwrap_or(0);
    for (x, y) in blocks(side) {
        let block: [u8; BLOCK * BLOCK] =
            std::array::from_fn(|at| cell(x + at % BLOCK, y + at / BLOCK));
        let least = block.iter().copied().min().unwrap_or(0);
        let range = block.iter().copied().max().unwrap_or(0) - least;
        bytes.extend([least, range]);
        let step = |level: u8| {
            let range = u32::from(range).max(1);
            (u32::from(level - least) * STEPS + range / 2) / range
        };
        for row in block.as_chunks::<BLOCK>().0 {
            let bits = (0..BLOCK).map(|at| step(row[at]) << (3 * at));
            let [a, b, c, _] = bits.sum::<u32>().to_le_bytes();
            bytes.extend([a, b, c]);
        }
    }
}

fn unpack(bytes: &[u8], side: usize) -> Vec<f32> {
    let mut cells = vec![0.0; side * side];
    for ((x, y), block) in blocks(side).zip(bytes.as_chunks::<BLOCK_BYTES>().0) {
        let (least, range) = (f32::from(block[0]), f32::from(block[1]));
        for (row, bits) in block[2..].as_chunks::<3>().0.iter().enumerate() {
            let bits = u32::from_le_bytes([bits[0], bits[1], bits[2], 0]);
            let cells = &mut cells[(y + row) * side + x..][..BLOCK];
            for (at, cell) in cells.iter_mut().enumerate() {
                let step = bits >> (3 * at) & STEPS;
                *cell = least + range * step as f32 / STEPS as f32;
            }
        }
    }
    cells
}

/// Where blocks begin, row by row.
fn blocks(side: usize) -> impl Iterator<Item = (usize, usize)> {
    let starts = move || (0..side).step_by(BLOCK);
    starts().flat_map(move |y| starts().map(move |x| (x, y)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts() -> Parts {
        Parts {
            size: (640, 480),
            frames: 1,
            flatness: 12,
            has_surroundings: true,
            is_paged: false,
            detail: 200,
            colours: 257,
            window: Window {
                left: 10,
                top: 20,
                right: 500,
                bottom: 512,
            },
            luma: (0..SIDE * SIDE).map(|at| (at * at / 91) as u8).collect(),
            chroma: Some([0, 7].map(|add| {
                let cells = 0..CHROMA_SIDE * CHROMA_SIDE;
                cells.map(|at| (at + add) as u8).collect()
            })),
            opaque: Some(vec![77; OPAQUE_SIDE * OPAQUE_SIDE]),
            frame_samples: None,
        }
    }

    #[test]
    fn what_goes_in_comes_out() {
        let parts = parts();
        let sketch = Sketch::from_parts(&parts);
        let sketch = Sketch::from_bytes(sketch.into_bytes()).unwrap();
        assert_eq!(sketch.size(), parts.size);
        assert_eq!(sketch.frames(), 1);
        assert_eq!(sketch.window(), parts.window);
        assert_eq!((sketch.detail(), sketch.colours()), (Some(200), 257));
        assert_eq!(
            sketch.opaque().unwrap(),
            vec![77.0; OPAQUE_SIDE * OPAQUE_SIDE]
        );
        assert_eq!(sketch.frame_samples(), None);
        let chroma = sketch.chroma().unwrap();
        assert_eq!((chroma[0][0], chroma[1][0]), (-128.0, -121.0));
    }

    #[test]
    fn luma_is_kept_to_a_seventh_of_its_blocks_range() {
        let parts = parts();
        let luma = Sketch::from_parts(&parts).luma();
        for (kept, given) in luma.iter().zip(&parts.luma) {
            assert!((kept - f32::from(*given)).abs() <= 255.0 / 14.0 + 0.5);
        }
    }

    #[test]
    fn the_largest_sketch_is_under_ten_kilobytes() {
        let frames = vec![[9; FRAME_CELLS]; SAMPLED_FRAMES];
        let parts = Parts {
            frames: 60,
            frame_samples: Some(frames.clone()),
            ..parts()
        };
        let sketch = Sketch::from_parts(&parts);
        assert_eq!(sketch.frame_samples(), Some(&frames[..]));
        assert_eq!(sketch.opaque(), None);
        assert_eq!(sketch.as_bytes().len(), MAX_BYTES);
        const { assert!(MAX_BYTES < 10_000) };
    }

    #[test]
    fn bytes_that_are_no_sketch_are_refused() {
        let sound = Sketch::from_parts(&parts()).into_bytes();
        let mut other_version = sound.clone();
        other_version[0] = 1;
        let mut inside_out = sound.clone();
        inside_out[20] = 5;
        inside_out[21] = 0;
        let short = sound[..sound.len() - 1].to_vec();
        let old = vec![7; 4096];
        for bytes in [
            vec![],
            vec![VERSION; 5],
            other_version,
            inside_out,
            short,
            old,
        ] {
            let refused = Sketch::from_bytes(bytes);
            assert!(matches!(refused, Err(ImageError::InvalidParameter(_))));
        }
    }
}
