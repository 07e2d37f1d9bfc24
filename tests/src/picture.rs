//! Pictures drawn by integer arithmetic: hills of noise, a few shapes, a little grain. Look like photos
//! to a hash; the same on every machine.

use std::io::Cursor;

use image::{DynamicImage, Rgb, RgbImage, Rgba, RgbaImage};

use crate::random::Random;

/// Fixed-point one of a position across a picture.
const ONE: u32 = 1 << 16;
/// Cells across the picture and weight in 256ths, octave by octave.
const OCTAVES: [(u32, u32); 4] = [(3, 110), (7, 80), (15, 40), (31, 26)];

/// A picture in memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture(RgbImage);

/// Values on a grid, read in between: what hills are made of.
struct Hills {
    cells: u32,
    heights: Vec<u8>,
}

/// A disc in fixed-point positions, mixed half and half into what is below.
struct Disc {
    centre: (u32, u32),
    radius: u32,
    colour: [u8; 3],
}

impl Picture {
    /// The photo of a seed: at another size the same picture, of another seed another one.
    pub fn photo(seed: u64, width: u32, height: u32) -> Self {
        Self::grainy(seed, width, height, 5)
    }

    /// A photo with grain of up to `grain` levels in each pixel: the more, the longer its files.
    pub fn grainy(seed: u64, width: u32, height: u32, grain: u64) -> Self {
        let mut random = Random::new(seed);
        let hills = OCTAVES.map(|(cells, _)| Hills::new(cells, &mut random));
        let tints = [0, 1, 2].map(|_| Hills::new(2, &mut random));
        let discs = [0, 1, 2, 3].map(|_| Disc::new(&mut random));
        let picture = RgbImage::from_fn(width, height, |x, y| {
            let at = (x * ONE.div_ceil(width), y * ONE.div_ceil(height));
            let light: u32 = hills
                .iter()
                .zip(OCTAVES)
                .map(|(hills, (_, weight))| hills.height(at) * weight / 256)
                .sum();
            let mut colour = [0, 1, 2].map(|channel: usize| {
                let tint = tints[channel].height(at);
                (light * 3 / 4 + tint / 4) as u8
            });
            for disc in discs.iter().filter(|disc| disc.covers(at)) {
                colour = [0, 1, 2].map(|c: usize| colour[c] / 2 + disc.colour[c] / 2);
            }
            let noise = random.below(grain + 1) as u8;
            Rgb(colour.map(|level| level.saturating_add(noise)))
        });
        Self(picture)
    }

    /// Width in pixels.
    pub fn width(&self) -> u32 {
        self.0.width()
    }

    /// Height in pixels.
    pub fn height(&self) -> u32 {
        self.0.height()
    }

    /// Red, green and blue of every pixel, row by row.
    pub fn pixels(&self) -> &[u8] {
        self.0.as_raw()
    }

    /// The part from a place on, so wide and high.
    pub fn cropped(&self, (x, y): (u32, u32), (width, height): (u32, u32)) -> Self {
        Self(image::imageops::crop_imm(&self.0, x, y, width, height).to_image())
    }

    /// Left and right exchanged.
    pub fn mirrored(&self) -> Self {
        Self(image::imageops::flip_horizontal(&self.0))
    }

    /// Turned clockwise by 90 degrees.
    pub fn turned(&self) -> Self {
        Self(image::imageops::rotate90(&self.0))
    }

    /// A JPEG file; quality 1 to 100.
    pub fn jpeg(&self, quality: u8) -> Vec<u8> {
        let mut file = Vec::new();
        let (width, height) = (self.width() as u16, self.height() as u16);
        jpeg_encoder::Encoder::new(&mut file, quality)
            .encode(self.pixels(), width, height, jpeg_encoder::ColorType::Rgb)
            .expect("a picture can be encoded");
        file
    }

    /// A file in any format that `image` writes.
    pub fn file(&self, format: image::ImageFormat) -> Vec<u8> {
        let mut file = Cursor::new(Vec::new());
        DynamicImage::from(self.0.clone())
            .write_to(&mut file, format)
            .expect("a picture can be encoded");
        file.into_inner()
    }

    /// A PNG file of which only a disc on the left is seen. The colours below the transparency stay.
    pub fn cut_out(&self) -> Vec<u8> {
        let (x, y) = (self.width() / 3, self.height() / 2);
        let radius = self.height() / 3;
        let seen =
            |at: (u32, u32)| at.0.abs_diff(x).pow(2) + at.1.abs_diff(y).pow(2) < radius.pow(2);
        let cut = RgbaImage::from_fn(self.width(), self.height(), |column, row| {
            let Rgb([red, green, blue]) = *self.0.get_pixel(column, row);
            Rgba([red, green, blue, if seen((column, row)) { 255 } else { 0 }])
        });
        let mut file = Cursor::new(Vec::new());
        cut.write_to(&mut file, image::ImageFormat::Png)
            .expect("a picture can be encoded");
        file.into_inner()
    }

    /// A PNG file.
    pub fn png(&self) -> Vec<u8> {
        self.file(image::ImageFormat::Png)
    }
}

/// Width and height of a picture file that the tests trust.
pub fn size_of(file: &[u8]) -> (u32, u32) {
    let picture = image::load_from_memory(file).expect("a sound picture");
    (picture.width(), picture.height())
}

/// A JPEG with a comment behind its start: other bytes, the same picture.
pub fn with_comment(jpeg: &[u8], comment: &str) -> Vec<u8> {
    let length = (comment.len() as u16 + 2).to_be_bytes();
    [
        &jpeg[..2],
        &[0xFF, 0xFE],
        &length,
        comment.as_bytes(),
        &jpeg[2..],
    ]
    .concat()
}

/// A JPEG with texts of EXIF (Exif 3.0, 4.6.4) behind its start: `(0x010F, "maker")`, `(0x0132, "date")`.
pub fn with_exif(jpeg: &[u8], texts: &[(u16, &str)]) -> Vec<u8> {
    let values_at = 8 + 2 + 12 * texts.len() + 4;
    let (mut entries, mut values) = (Vec::new(), Vec::new());
    for (tag, text) in texts {
        // Texts of up to four bytes would lie in the entry itself.
        assert!(text.len() >= 4, "{text:?} is too short");
        entries.extend(tag.to_le_bytes());
        entries.extend(2u16.to_le_bytes());
        entries.extend((text.len() as u32 + 1).to_le_bytes());
        entries.extend((values_at as u32 + values.len() as u32).to_le_bytes());
        values.extend(text.bytes().chain([0]));
    }
    let count = (texts.len() as u16).to_le_bytes();
    let tiff = [
        b"II*\0\x08\0\0\0".as_slice(),
        &count,
        &entries,
        &[0; 4],
        &values,
    ]
    .concat();
    with_tiff(jpeg, &tiff)
}

/// A JPEG taken at so many whole degrees north and east, by a camera of Canon.
pub fn with_location(jpeg: &[u8], north: u32, east: u32) -> Vec<u8> {
    const ASCII: u16 = 2;
    const LONG: u16 = 4;
    const RATIONAL: u16 = 5;
    let entry = |tag: u16, kind: u16, count: u32, value: [u8; 4]| {
        let count = count.to_le_bytes();
        [&tag.to_le_bytes()[..], &kind.to_le_bytes(), &count, &value].concat()
    };
    let place_at = 8 + 2 + 2 * 12 + 4;
    let values_at: u32 = place_at + 2 + 4 * 12 + 4;
    let at = |offset: u32| (values_at + offset).to_le_bytes();
    let degrees = |degrees: u32| [degrees, 1, 0, 1, 0, 1].map(u32::to_le_bytes).concat();
    let tiff = [
        b"II*\0\x08\0\0\0".to_vec(),
        2u16.to_le_bytes().to_vec(),
        entry(0x010F, ASCII, 6, at(48)),
        entry(0x8825, LONG, 1, place_at.to_le_bytes()),
        vec![0; 4],
        4u16.to_le_bytes().to_vec(),
        entry(1, ASCII, 2, *b"N\0\0\0"),
        entry(2, RATIONAL, 3, at(0)),
        entry(3, ASCII, 2, *b"E\0\0\0"),
        entry(4, RATIONAL, 3, at(24)),
        vec![0; 4],
        degrees(north),
        degrees(east),
        b"Canon\0".to_vec(),
    ]
    .concat();
    with_tiff(jpeg, &tiff)
}

fn with_tiff(jpeg: &[u8], tiff: &[u8]) -> Vec<u8> {
    let length = (tiff.len() as u16 + 8).to_be_bytes();
    [
        &jpeg[..2],
        &[0xFF, 0xE1],
        &length,
        b"Exif\0\0",
        tiff,
        &jpeg[2..],
    ]
    .concat()
}

impl Hills {
    fn new(cells: u32, random: &mut Random) -> Self {
        let points = (cells as usize + 1).pow(2);
        Self {
            cells,
            heights: random.bytes(points),
        }
    }

    /// The height at a position, 0 to 255, interpolated along both axes.
    fn height(&self, (u, v): (u32, u32)) -> u32 {
        let across = u64::from(u.min(ONE - 1)) * u64::from(self.cells);
        let down = u64::from(v.min(ONE - 1)) * u64::from(self.cells);
        let (column, row) = ((across >> 16) as usize, (down >> 16) as usize);
        let (right, below) = (across & 0xFFFF, down & 0xFFFF);
        let point = |row: usize, column: usize| {
            u64::from(self.heights[row * (self.cells as usize + 1) + column])
        };
        let edge =
            |row| (point(row, column) * (65536 - right) + point(row, column + 1) * right) >> 16;
        ((edge(row) * (65536 - below) + edge(row + 1) * below) >> 16) as u32
    }
}

impl Disc {
    fn new(random: &mut Random) -> Self {
        let mut position = || random.below(u64::from(ONE)) as u32;
        Self {
            centre: (position(), position()),
            radius: ONE / 16 + position() / 8,
            colour: [position() as u8, position() as u8, position() as u8],
        }
    }

    fn covers(&self, (u, v): (u32, u32)) -> bool {
        let across = u64::from(u.abs_diff(self.centre.0));
        let down = u64::from(v.abs_diff(self.centre.1));
        across * across + down * down < u64::from(self.radius).pow(2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_names_a_picture() {
        assert_eq!(Picture::photo(7, 40, 30), Picture::photo(7, 40, 30));
        assert_ne!(Picture::photo(7, 40, 30), Picture::photo(8, 40, 30));
    }

    #[test]
    fn a_comment_changes_the_bytes_and_not_the_picture() {
        let jpeg = Picture::photo(1, 64, 48).jpeg(90);
        let other = with_comment(&jpeg, "two");
        assert_ne!(jpeg, other);
        let decode = |file: &[u8]| image::load_from_memory(file).unwrap().to_rgb8();
        assert_eq!(decode(&jpeg), decode(&other));
    }
}
