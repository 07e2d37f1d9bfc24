//! Files that mean harm, made by code: claims, bombs, endless scans and frames.

use std::io::{self, Write};

use flate2::write::ZlibEncoder;
use flate2::{Compression, Crc};

const PNG_SIGNATURE: &[u8] = b"\x89PNG\r\n\x1A\n";
/// Signature and header chunk of every PNG.
const PNG_HEAD: usize = 33;

/// A PNG whose header claims a size that its few bytes of data do not hold.
pub fn png_claiming(width: u32, height: u32) -> Vec<u8> {
    let header = png_header(width, height, 8, 2);
    let data = png_chunk(b"IDAT", &deflated_zeros(64));
    [PNG_SIGNATURE, &header, &data, &png_chunk(b"IEND", b"")].concat()
}

/// A sound grey PNG, all black: about a thousandth of its pixels in bytes.
pub fn black_png(width: u32, height: u32) -> Vec<u8> {
    let header = png_header(width, height, 8, 0);
    let rows = u64::from(height) * (u64::from(width) + 1);
    let data = png_chunk(b"IDAT", &deflated_zeros(rows));
    [PNG_SIGNATURE, &header, &data, &png_chunk(b"IEND", b"")].concat()
}

/// `png` with a compressed text chunk that inflates to `bytes` zeros.
pub fn with_text_bomb(png: &[u8], bytes: u64) -> Vec<u8> {
    let content = [b"Comment\0\0".as_slice(), &deflated_zeros(bytes)].concat();
    with_chunk(png, b"zTXt", &content)
}

/// `png` with a colour profile that inflates to `bytes` zeros.
pub fn with_profile_bomb(png: &[u8], bytes: u64) -> Vec<u8> {
    let content = [b"profile\0\0".as_slice(), &deflated_zeros(bytes)].concat();
    with_chunk(png, b"iCCP", &content)
}

fn with_chunk(png: &[u8], kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let (head, rest) = png.split_at(PNG_HEAD);
    [head, &png_chunk(kind, content), rest].concat()
}

fn png_header(width: u32, height: u32, depth: u8, colour: u8) -> Vec<u8> {
    let mut fields = [width.to_be_bytes(), height.to_be_bytes()].concat();
    fields.extend([depth, colour, 0, 0, 0]);
    png_chunk(b"IHDR", &fields)
}

fn png_chunk(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let mut check = Crc::new();
    check.update(kind);
    check.update(content);
    let length = (content.len() as u32).to_be_bytes();
    [
        &length,
        kind.as_slice(),
        content,
        &check.sum().to_be_bytes(),
    ]
    .concat()
}

fn deflated_zeros(bytes: u64) -> Vec<u8> {
    let mut stream = ZlibEncoder::new(Vec::new(), Compression::new(6));
    let mut zeros = io::Read::take(io::repeat(0), bytes);
    io::copy(&mut zeros, &mut stream).expect("memory takes everything");
    stream.flush().expect("memory takes everything");
    stream.finish().expect("memory takes everything")
}

/// A valid progressive JPEG, 1024x1024 and grey all over. Each of the first `coefficients` (at most 63)
/// of each component comes alone, its highest bit first, the 13 others one scan at a time (ITU-T T.81,
/// G.1): 1 + 42 scans for each, 2,647 of all.
pub fn jpeg_of_scans(coefficients: u8) -> Vec<u8> {
    square_of_scans(1024, coefficients)
}

/// The same of another size; `side` is a multiple of 1024.
pub fn square_of_scans(side: u16, coefficients: u8) -> Vec<u8> {
    let blocks = (usize::from(side) / 8).pow(2);
    let side = side.to_be_bytes();
    // Codes of a scan: each ends 16,384 blocks by one bit and 14 bits of zeros behind it.
    let mut ends = vec![0; (blocks / 16_384 * 15).div_ceil(8)];
    let padding = ends.len() * 8 - blocks / 16_384 * 15;
    if let Some(last) = ends.last_mut() {
        *last = (1_u16 << padding).wrapping_sub(1) as u8;
    }
    let mut file = vec![0xFF, 0xD8];
    segment(&mut file, 0xDB, &[[0].as_slice(), &[1; 64]].concat());
    let components = [1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0];
    segment(
        &mut file,
        0xC2,
        &[&[8], &side[..], &side, &[3], &components].concat(),
    );
    // One code of one bit: "no difference" for DC, "16,384 blocks (all there are) end here" for AC.
    segment(&mut file, 0xC4, &huffman_table(0x00, 0x00));
    segment(&mut file, 0xC4, &huffman_table(0x10, 0xE0));
    segment(&mut file, 0xDA, &[3, 1, 0, 2, 0, 3, 0, 0, 0, 0]);
    file.extend(vec![0; 3 * blocks / 8]);
    for component in 1..=3 {
        for coefficient in 1..=coefficients {
            for low in (0..=13_u8).rev() {
                let high = if low == 13 { 0 } else { low + 1 };
                let bits = high << 4 | low;
                segment(
                    &mut file,
                    0xDA,
                    &[1, component, 0, coefficient, coefficient, bits],
                );
                file.extend_from_slice(&ends);
            }
        }
    }
    file.extend([0xFF, 0xD9]);
    file
}

fn segment(file: &mut Vec<u8>, marker: u8, content: &[u8]) {
    file.extend([0xFF, marker]);
    file.extend((content.len() as u16 + 2).to_be_bytes());
    file.extend(content);
}

fn huffman_table(class_and_place: u8, symbol: u8) -> Vec<u8> {
    let mut table = vec![class_and_place, 1];
    table.extend([0; 15]);
    table.push(symbol);
    table
}

/// An animated GIF of one-pixel frames on an 8x8 screen.
pub fn gif_of_frames(frames: usize) -> Vec<u8> {
    const SCREEN: &[u8] = b"GIF89a\x08\0\x08\0\x80\0\0\0\0\0\xFF\xFF\xFF";
    const LOOP: &[u8] = b"\x21\xFF\x0BNETSCAPE2.0\x03\x01\0\0\0";
    const FRAME: &[u8] = b"\x21\xF9\x04\0\x0A\0\0\0\x2C\0\0\0\0\x01\0\x01\0\0\x02\x02\x44\x01\0";
    [SCREEN, LOOP, &FRAME.repeat(frames), b"\x3B"].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_called_sound_is() {
        let size = |file: &[u8]| {
            let picture = image::load_from_memory(file).unwrap();
            (picture.width(), picture.height())
        };
        assert_eq!(size(&black_png(300, 200)), (300, 200));
        assert_eq!(size(&gif_of_frames(3)), (8, 8));
        assert_eq!(size(&jpeg_of_scans(2)), (1024, 1024));
        assert_eq!(size(&square_of_scans(4096, 1)), (4096, 4096));
        let bomb = with_text_bomb(&black_png(30, 20), 1 << 20);
        assert_eq!(size(&bomb), (30, 20));
    }

    #[test]
    fn bombs_are_small() {
        assert!(with_profile_bomb(&black_png(9, 9), 10 << 20).len() < 11_000);
    }
}
