//! Planes of luma and chroma to JPEG: baseline, with the typical Huffman codes of ITU-T T.81, integers only.
//!
//! The same bytes as libjpeg's accurate integer transform and its choice of tables give, for pictures
//! whose sides are whole blocks.

use image::GrayImage;

mod forward_dct;
mod writer;

use forward_dct::Quantiser;
use writer::{SymbolCodes, Writer};

use crate::segments::write_segment;
use crate::tables::{self, CHROMA, CHROMA_AC, CHROMA_DC, LUMA, LUMA_AC, LUMA_DC};
use crate::zigzag::PLACES;

/// The longest side a JPEG can have.
pub const MAX_SIDE: u32 = 65_535;

/// The sides of the planes are not 1 to [`MAX_SIDE`], or do not fit each other: this is one of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a side of {0} samples cannot be encoded")]
pub struct SideError(pub u32);

/// Planes of Rec. 601 in full range.
struct Planes<'a> {
    luma: &'a GrayImage,
    chroma: Option<[&'a GrayImage; 2]>,
    /// Samples of luma for one of chroma, across and down.
    step: u8,
}

/// A JPEG of luma, and of blue and red chroma, which are as large, or half as large on each side, rounded up.
/// Quality is 1 to 100.
pub fn encode(
    luma: &GrayImage,
    chroma: Option<[&GrayImage; 2]>,
    quality: u8,
) -> Result<Vec<u8>, SideError> {
    let size = (side(luma.width())?, side(luma.height())?);
    let planes = Planes {
        luma,
        chroma,
        step: step(luma, chroma)?,
    };
    let quantisers = [LUMA, CHROMA].map(|table| tables::at_quality(&table, quality));
    // Half a byte a pixel is more than most pictures need.
    let mut jpeg = Vec::with_capacity(usize::from(size.0) * usize::from(size.1) / 2 + 1024);
    write_headers(&mut jpeg, size, &planes, &quantisers);
    let mut writer = Writer::new(jpeg);
    write_blocks(&mut writer, &planes, &quantisers);
    let mut jpeg = writer.finish();
    jpeg.extend([0xFF, 0xD9]);
    Ok(jpeg)
}

fn side(side: u32) -> Result<u16, SideError> {
    let coded = u16::try_from(side).ok().filter(|side| *side > 0);
    coded.ok_or(SideError(side))
}

fn step(luma: &GrayImage, chroma: Option<[&GrayImage; 2]>) -> Result<u8, SideError> {
    let whole = luma.dimensions();
    let half = (whole.0.div_ceil(2), whole.1.div_ceil(2));
    let Some([blue, red]) = chroma else {
        return Ok(1);
    };
    let size = blue.dimensions();
    match red.dimensions() {
        red if red != size => Err(SideError(red.0)),
        _ if size == whole => Ok(1),
        _ if size == half => Ok(2),
        _ => Err(SideError(size.0)),
    }
}

fn write_headers(
    jpeg: &mut Vec<u8>,
    (width, height): (u16, u16),
    planes: &Planes<'_>,
    quantisers: &[[u8; 64]; 2],
) {
    let tables = if planes.chroma.is_some() { 2 } else { 1 };
    let components = 2 * tables as u8 - 1;
    jpeg.extend([0xFF, 0xD8]);
    write_segment(jpeg, 0xE0, b"JFIF\0\x01\x02\0\0\x01\0\x01\0\0");
    let mut frame = vec![8];
    frame.extend(height.to_be_bytes());
    frame.extend(width.to_be_bytes());
    frame.push(components);
    let mut scan = vec![components];
    for component in 0..components {
        let (sampling, table) = match component {
            0 => (planes.step * 0x11, 0),
            _ => (0x11, 1),
        };
        frame.extend([component, sampling, table]);
        scan.extend([component, table * 0x11]);
    }
    scan.extend([0, 63, 0]);
    write_segment(jpeg, 0xC0, &frame);
    for (table, quantisers) in (0..).zip(&quantisers[..tables]) {
        let zigzag = PLACES.map(|place| quantisers[usize::from(place)]);
        write_segment(jpeg, 0xDB, &[&[table][..], &zigzag].concat());
    }
    let codes = [
        (0, &LUMA_DC),
        (0x10, &LUMA_AC),
        (0x01, &CHROMA_DC),
        (0x11, &CHROMA_AC),
    ];
    for (kind, codes) in &codes[..2 * tables] {
        write_segment(
            jpeg,
            0xC4,
            &[&[*kind][..], &codes.counts, codes.symbols].concat(),
        );
    }
    write_segment(jpeg, 0xDA, &scan);
}

/// A component on its way into the file.
struct Component<'a> {
    plane: &'a GrayImage,
    /// Blocks in an MCU, across and down.
    step: u32,
    quantiser: Quantiser,
    dc: SymbolCodes,
    ac: SymbolCodes,
    /// The DC coefficient before.
    before: i16,
}

impl<'a> Component<'a> {
    fn luma(plane: &'a GrayImage, step: u32, quantisers: &[u8; 64]) -> Self {
        Self {
            plane,
            step,
            quantiser: Quantiser::new(quantisers),
            dc: SymbolCodes::new(&LUMA_DC),
            ac: SymbolCodes::new(&LUMA_AC),
            before: 0,
        }
    }

    fn chroma(plane: &'a GrayImage, quantisers: &[u8; 64]) -> Self {
        Self {
            plane,
            step: 1,
            quantiser: Quantiser::new(quantisers),
            dc: SymbolCodes::new(&CHROMA_DC),
            ac: SymbolCodes::new(&CHROMA_AC),
            before: 0,
        }
    }

    fn write_unit(&mut self, writer: &mut Writer, column: u32, row: u32) {
        for (y, x) in (0..self.step).flat_map(|y| (0..self.step).map(move |x| (y, x))) {
            let (x, y) = (column * self.step + x, row * self.step + y);
            let samples = forward_dct::block(self.plane, 8 * x as usize, 8 * y as usize);
            let block = self.quantiser.quantise(&forward_dct::transform(samples));
            writer.put_block(&block, self.before, &self.dc, &self.ac);
            self.before = block.values[0][0];
        }
    }
}

fn write_blocks(writer: &mut Writer, planes: &Planes<'_>, quantisers: &[[u8; 64]; 2]) {
    let step = u32::from(planes.step);
    let mut components = vec![Component::luma(planes.luma, step, &quantisers[0])];
    for plane in planes.chroma.iter().flatten() {
        components.push(Component::chroma(plane, &quantisers[1]));
    }
    let (width, height) = planes.luma.dimensions();
    for row in 0..height.div_ceil(8 * step) {
        for column in 0..width.div_ceil(8 * step) {
            for component in &mut components {
                component.write_unit(writer, column, row);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sides_that_cannot_be_coded_are_told() {
        let plane = |width, height| GrayImage::new(width, height);
        let grey = |width, height| encode(&plane(width, height), None, 80).err();
        assert_eq!(grey(1, 0), Some(SideError(0)));
        assert_eq!(grey(65_536, 1), Some(SideError(65_536)));
        assert_eq!(grey(65_535, 1), None);
        let colour = |blue: (u32, u32), red: (u32, u32)| {
            let (blue, red) = (plane(blue.0, blue.1), plane(red.0, red.1));
            encode(&plane(9, 5), Some([&blue, &red]), 80).err()
        };
        assert_eq!(colour((9, 5), (9, 5)), None);
        assert_eq!(colour((5, 3), (5, 3)), None);
        assert_eq!(colour((9, 5), (5, 3)), Some(SideError(5)));
        assert_eq!(colour((4, 2), (4, 2)), Some(SideError(4)));
        assert_eq!(colour((5, 3), (0, 0)), Some(SideError(0)));
    }
}
