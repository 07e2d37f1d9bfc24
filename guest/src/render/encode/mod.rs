//! Planes of luma and chroma to JPEG: baseline, with the typical Huffman codes of ITU-T T.81, integers only.
//!
//! The same bytes as libjpeg's accurate integer transform and its choice of tables give, for pictures
//! whose sides are whole blocks.

use image::{DynamicImage, GrayImage};

use crate::error::{Excess, ImageError, Limit};

mod bits;
mod colour;
mod forward;
mod tables;

use bits::Writer;
pub use colour::{Pixel, Planes, separated};
use forward::Quantiser;
use tables::{CHROMA, CHROMA_AC, CHROMA_DC, Codes, LUMA, LUMA_AC, LUMA_DC, ZIGZAG};

/// The longest side a JPEG can have.
pub const MAX_SIDE: u32 = 65_535;
/// Quality from which on colour has all of its resolution.
const WHOLE_CHROMA: u8 = 90;

/// Has colour half the resolution of luma at this quality?
pub fn halves_chroma(quality: u8) -> bool {
    quality < WHOLE_CHROMA
}

/// A JPEG of a grey or RGB picture. Colour has half the resolution of luma below quality 90, averaged,
/// and all of it from there on. `too-large` over 65,535 pixels a side.
pub fn jpeg(picture: &DynamicImage, quality: u8) -> Result<Vec<u8>, ImageError> {
    planes(&Planes::of(picture, halves_chroma(quality)), quality)
}

/// A JPEG of planes. `too-large` over 65,535 samples a side.
pub fn planes(planes: &Planes<'_>, quality: u8) -> Result<Vec<u8>, ImageError> {
    let too_large = |_| {
        let actual = u64::from(planes.luma.width().max(planes.luma.height()));
        ImageError::TooLarge(Excess {
            limit: Limit::Side,
            actual,
            allowed: MAX_SIDE.into(),
        })
    };
    let width = u16::try_from(planes.luma.width()).map_err(too_large)?;
    let height = u16::try_from(planes.luma.height()).map_err(too_large)?;
    let quantisers = [LUMA, CHROMA].map(|table| tables::at_quality(&table, quality));
    // Half a byte a pixel is more than most pictures need.
    let mut jpeg = Vec::with_capacity(usize::from(width) * usize::from(height) / 2 + 1024);
    write_headers(&mut jpeg, (width, height), planes, &quantisers);
    let mut writer = Writer::new(jpeg);
    write_blocks(&mut writer, planes, &quantisers);
    let mut jpeg = writer.finish();
    jpeg.extend([0xFF, 0xD9]);
    Ok(jpeg)
}

/// Samples of luma for one of chroma, across and down.
fn step(planes: &Planes<'_>) -> u8 {
    if planes.is_halved() { 2 } else { 1 }
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
            0 => (step(planes) * 0x11, 0),
            _ => (0x11, 1),
        };
        frame.extend([component, sampling, table]);
        scan.extend([component, table * 0x11]);
    }
    scan.extend([0, 63, 0]);
    write_segment(jpeg, 0xC0, &frame);
    for (table, quantisers) in (0..).zip(&quantisers[..tables]) {
        let zigzag = ZIGZAG.map(|place| quantisers[usize::from(place)]);
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

fn write_segment(jpeg: &mut Vec<u8>, code: u8, content: &[u8]) {
    jpeg.extend([0xFF, code]);
    jpeg.extend((content.len() as u16 + 2).to_be_bytes());
    jpeg.extend(content);
}

/// A component on its way into the file.
struct Component<'a> {
    plane: &'a GrayImage,
    /// Blocks in a unit, across and down.
    step: u32,
    quantiser: Quantiser,
    dc: Codes,
    ac: Codes,
    /// The DC coefficient before.
    before: i16,
}

impl<'a> Component<'a> {
    fn luma(plane: &'a GrayImage, step: u32, quantisers: &[u8; 64]) -> Self {
        Self {
            plane,
            step,
            quantiser: Quantiser::new(quantisers),
            dc: LUMA_DC.codes(),
            ac: LUMA_AC.codes(),
            before: 0,
        }
    }

    fn chroma(plane: &'a GrayImage, quantisers: &[u8; 64]) -> Self {
        Self {
            plane,
            step: 1,
            quantiser: Quantiser::new(quantisers),
            dc: CHROMA_DC.codes(),
            ac: CHROMA_AC.codes(),
            before: 0,
        }
    }

    fn write_unit(&mut self, writer: &mut Writer, column: u32, row: u32) {
        for (y, x) in (0..self.step).flat_map(|y| (0..self.step).map(move |x| (y, x))) {
            let (x, y) = (column * self.step + x, row * self.step + y);
            let samples = forward::block(self.plane, 8 * x as usize, 8 * y as usize);
            let block = self.quantiser.quantise(&forward::transform(samples));
            writer.put_block(&block, self.before, &self.dc, &self.ac);
            self.before = block.values[0][0];
        }
    }
}

fn write_blocks(writer: &mut Writer, planes: &Planes<'_>, quantisers: &[[u8; 64]; 2]) {
    let step = u32::from(step(planes));
    let mut components = vec![Component::luma(&planes.luma, step, &quantisers[0])];
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
mod tests;
