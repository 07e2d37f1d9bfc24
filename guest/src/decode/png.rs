//! The chunks of a PNG before its picture is read: frames are counted, and metadata that unpacks
//! without end is found out. Then its rows one by one.
//!
//! The whole picture is the codec's work (see `raster`). Chunks: PNG specification, third edition, sections 5
//! and 11; `acTL` is APNG's count of frames.

use std::io::{self, Cursor, Read};

use flate2::read::ZlibDecoder;
use image::{DynamicImage, ImageBuffer, Luma, LumaA, Pixel};
use png::{BitDepth, ColorType, Decoder, Reader, Transformations};

use super::fault;
use crate::error::ImageError;
use crate::info::ImageFormat::Png;

/// How every PNG begins.
pub(super) const SIGNATURE: &[u8; 8] = b"\x89PNG\r\n\x1A\n";

/// Most that the texts and profiles of one file may unpack to, in bytes: well over any real profile.
const MOST_METADATA: u64 = 16 << 20;

/// The frames that the file announces, 1 where it says nothing; and the picture that is no frame of them, which
/// only readers without animations show.
pub(super) fn frames(bytes: &[u8]) -> u32 {
    let find = |wanted: &[u8; 4]| {
        chunks(bytes)
            .take_while(|(name, _)| *name != b"IDAT")
            .find(|(name, _)| *name == wanted)
    };
    let announced = find(b"acTL").and_then(|(_, data)| data.first_chunk().copied());
    let besides = u32::from(find(b"fcTL").is_none());
    announced.map_or(1, |frames| {
        u32::from_be_bytes(frames).saturating_add(besides)
    })
}

/// `corrupt` when compressed texts and profiles unpack to more than 16 MiB together. Nothing is kept
/// of them here, and nothing unpacked behind that; broken ones are no fault of the picture.
pub(super) fn check_metadata(bytes: &[u8]) -> Result<(), ImageError> {
    let mut room = MOST_METADATA;
    for packed in chunks(bytes).filter_map(|(name, data)| packed(name, data)) {
        let mut unpacked = ZlibDecoder::new(packed).take(room + 1);
        let length = match io::copy(&mut unpacked, &mut io::sink()) {
            Ok(length) => length,
            Err(_) => room + 1 - unpacked.limit(),
        };
        room = room.checked_sub(length).ok_or_else(|| {
            fault::corrupt(Png, "its texts and profiles unpack to more than 16 MiB")
        })?;
    }
    Ok(())
}

/// Reads the rows of a PNG in order; fails behind the last row, and at any fault of the file. None when the
/// file is interlaced. `memory` is what the codec may take, in bytes, besides two rows.
pub(super) fn rows(
    bytes: &[u8],
    memory: usize,
) -> Option<impl FnMut() -> Option<DynamicImage> + '_> {
    let mut decoder = Decoder::new_with_limits(Cursor::new(bytes), png::Limits { bytes: memory });
    // As the decoder of whole pictures does it.
    decoder.set_transformations(Transformations::EXPAND);
    decoder.set_ignore_text_chunk(true);
    decoder.set_ignore_iccp_chunk(true);
    let mut reader = decoder.read_info().ok()?;
    let info = reader.info();
    let (width, mut left) = info.size();
    let frame = info.frame_control();
    let fills = frame.is_none_or(|frame| (frame.width, frame.height) == info.size());
    if info.interlaced || !fills {
        return None;
    }
    Some(move || {
        left = left.checked_sub(1)?;
        row(&mut reader, width, left == 0)
    })
}

/// The next row. Behind the last one the data must end as the codec wants it to.
fn row(reader: &mut Reader<Cursor<&[u8]>>, width: u32, is_last: bool) -> Option<DynamicImage> {
    let mut samples = vec![0; reader.output_line_size(width)?];
    reader.read_row(&mut samples).ok()??;
    if is_last && reader.read_row(&mut []).ok()?.is_some() {
        return None;
    }
    let deep = || {
        let (samples, _) = samples.as_chunks();
        samples.iter().copied().map(u16::from_be_bytes).collect()
    };
    use {BitDepth::*, ColorType::*};
    match reader.output_color_type() {
        (Grayscale, Eight) => picture::<Luma<u8>>(width, samples),
        (GrayscaleAlpha, Eight) => picture::<LumaA<u8>>(width, samples),
        (Rgb, Eight) => picture::<image::Rgb<u8>>(width, samples),
        (Rgba, Eight) => picture::<image::Rgba<u8>>(width, samples),
        (Grayscale, Sixteen) => picture::<Luma<u16>>(width, deep()),
        (GrayscaleAlpha, Sixteen) => picture::<LumaA<u16>>(width, deep()),
        (Rgb, Sixteen) => picture::<image::Rgb<u16>>(width, deep()),
        (Rgba, Sixteen) => picture::<image::Rgba<u16>>(width, deep()),
        _ => None,
    }
}

/// A picture of one row.
fn picture<P: Pixel>(width: u32, samples: Vec<P::Subpixel>) -> Option<DynamicImage>
where
    DynamicImage: From<ImageBuffer<P, Vec<P::Subpixel>>>,
{
    let expected = width as usize * usize::from(P::CHANNEL_COUNT);
    if samples.len() != expected {
        return None;
    }
    ImageBuffer::<P, _>::from_raw(width, 1, samples).map(DynamicImage::from)
}

/// The zlib stream of a chunk that has one: behind the keyword, its NUL and the method.
fn packed<'a>(name: &[u8; 4], data: &'a [u8]) -> Option<&'a [u8]> {
    let behind_keyword = || data.get(data.iter().position(|byte| *byte == 0)? + 1..);
    match name {
        b"zTXt" | b"iCCP" => behind_keyword()?.get(1..),
        b"iTXt" => match behind_keyword()? {
            // Compressed, by method 0; then a language and a translated keyword, each with its NUL.
            [1, 0, rest @ ..] => rest.splitn(3, |byte| *byte == 0).nth(2),
            _ => None,
        },
        _ => None,
    }
}

/// Names and data of the chunks, as far as they are whole.
pub(super) fn chunks(bytes: &[u8]) -> impl Iterator<Item = (&[u8; 4], &[u8])> {
    let mut rest = bytes.get(SIGNATURE.len()..).unwrap_or_default();
    std::iter::from_fn(move || {
        let (length, behind) = rest.split_first_chunk::<4>()?;
        let (name, behind) = behind.split_first_chunk::<4>()?;
        let (data, behind) = behind.split_at_checked(u32::from_be_bytes(*length) as usize)?;
        // The checksum is the codec's affair.
        rest = behind.get(4..).unwrap_or_default();
        Some((name, data))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_those_of_the_header() {
        let mut png = b"\x89PNG\r\n\x1A\n\0\0\0\x08acTL\0\0\0\x07\0\0\0\0crc!".to_vec();
        // The picture of the file comes before the seven frames.
        assert_eq!(frames(&png), 8);
        png.extend(b"\0\0\0\0fcTLcrc!");
        assert_eq!(frames(&png), 7);
        assert_eq!(frames(b"\x89PNG\r\n\x1A\n\xFF\xFF\xFF\xFFabcd"), 1);
    }
}
