//! Draws and encodes the pictures of the tests.

use std::io::Cursor;

use image::{DynamicImage, GrayImage, ImageFormat, Rgb, RgbImage};
use otf_pixels_codec_avif::AvifEncoder;
use otf_pixels_core::{EncodeOptions, Encoder, ImageDescriptor, PixelFormat};

/// A picture without symmetry: a slope of each colour, and a bright corner at the top left.
pub fn colours(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        if x < width / 4 && y < height / 4 {
            return Rgb([250, 240, 20]);
        }
        let slope = |at: u32, side: u32| (at * 200 / side.max(1)) as u8;
        Rgb([
            slope(x, width),
            slope(y, height),
            slope(x + y, width + height),
        ])
    })
}

/// The same in grey.
pub fn greys(width: u32, height: u32) -> GrayImage {
    DynamicImage::from(colours(width, height)).into_luma8()
}

/// Encoded by `image`.
pub fn encoded(picture: impl Into<DynamicImage>, format: ImageFormat) -> Vec<u8> {
    let mut file = Cursor::new(Vec::new());
    picture.into().write_to(&mut file, format).unwrap();
    file.into_inner()
}

/// A JPEG with the choices of an encoder that has more of them.
pub fn jpeg(
    picture: &RgbImage,
    choose: impl FnOnce(&mut jpeg_encoder::Encoder<&mut Vec<u8>>),
) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = jpeg_encoder::Encoder::new(&mut file, 95);
    choose(&mut encoder);
    let (width, height) = (picture.width() as u16, picture.height() as u16);
    encoder
        .encode(picture, width, height, jpeg_encoder::ColorType::Rgb)
        .unwrap();
    file
}

/// An AVIF, lossy, without alpha.
pub fn avif(picture: &RgbImage) -> Vec<u8> {
    let shape = ImageDescriptor::new(picture.width(), picture.height(), PixelFormat::Rgb8).unwrap();
    let mut encoder = AvifEncoder::from_options(&EncodeOptions::with_quality(90).unwrap());
    let mut file = Vec::new();
    encoder.write_header(&shape, &mut file).unwrap();
    for row in picture.rows() {
        let samples: Vec<u8> = row.flat_map(|pixel| pixel.0).collect();
        encoder.write_row(&samples, &mut file).unwrap();
    }
    encoder.finish(&mut file).unwrap();
    file
}

/// A chunk of a PNG.
pub fn png_chunk(name: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let named = [name.as_slice(), data].concat();
    [
        &(data.len() as u32).to_be_bytes()[..],
        &named,
        &crc32(&named).to_be_bytes(),
    ]
    .concat()
}

/// A PNG with chunks put in between its header and its picture.
pub fn png_with(file: &[u8], chunks: &[Vec<u8>]) -> Vec<u8> {
    // Signature and IHDR are 33 bytes.
    [&file[..33], &chunks.concat(), &file[33..]].concat()
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            if crc & 1 == 1 {
                crc >> 1 ^ 0xEDB8_8320
            } else {
                crc >> 1
            }
        })
    })
}

/// A zlib stream of `length` zero bytes, about a thousandth of that long: the deflate blocks are
/// written by hand (RFC 1951, 3.2.6), 258 zeroes in 13 bits.
pub fn zlib_of_zeroes(length: usize) -> Vec<u8> {
    let mut bits = Bits::default();
    // Last block, fixed codes; the literal 0.
    bits.push(0b1, 1);
    bits.push(0b01, 2);
    bits.push_reversed(0x30, 8);
    for _ in 0..length.saturating_sub(1) / 258 {
        // Length 258 is the code 285, distance 1 the code 0.
        bits.push_reversed(0xC5, 8);
        bits.push_reversed(0, 5);
    }
    for _ in 0..length.saturating_sub(1) % 258 {
        bits.push_reversed(0x30, 8);
    }
    bits.push_reversed(0, 7);
    // Adler-32 of zeroes: the first half stays 1, the second counts the bytes.
    let adler = ((length % 65_521) as u32) << 16 | 1;
    [&[0x78, 0xDA], &bits.bytes[..], &adler.to_be_bytes()].concat()
}

#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    used: u32,
}

impl Bits {
    fn push(&mut self, value: u32, count: u32) {
        for bit in 0..count {
            if self.used.is_multiple_of(8) {
                self.bytes.push(0);
            }
            *self.bytes.last_mut().unwrap() |= ((value >> bit & 1) as u8) << (self.used % 8);
            self.used += 1;
        }
    }

    /// Huffman codes go in from their highest bit.
    fn push_reversed(&mut self, code: u32, count: u32) {
        self.push(code.reverse_bits() >> (32 - count), count);
    }
}
