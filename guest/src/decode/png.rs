//! The chunks of a PNG before its picture is read: frames are counted, and metadata that unpacks
//! without end is found out.
//!
//! Pixels are the codec's work (see `raster`). Chunks: PNG specification, third edition, sections 5
//! and 11; `acTL` is APNG's count of frames.

use std::io::{self, Read};

use flate2::read::ZlibDecoder;

use super::fault;
use crate::error::ImageError;
use crate::info::ImageFormat::Png;

/// Most that the texts and profiles of one file may unpack to, in bytes: well over any real profile.
const MOST_METADATA: u64 = 16 << 20;

/// The frames that the file announces; 1 where it says nothing.
pub(super) fn frames(bytes: &[u8]) -> u32 {
    chunks(bytes)
        .take_while(|(name, _)| *name != b"IDAT")
        .find(|(name, _)| *name == b"acTL")
        .and_then(|(_, data)| data.first_chunk().copied())
        .map_or(1, u32::from_be_bytes)
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
fn chunks(bytes: &[u8]) -> impl Iterator<Item = (&[u8; 4], &[u8])> {
    let mut rest = bytes.get(8..).unwrap_or_default();
    std::iter::from_fn(move || {
        let (length, behind) = rest.split_first_chunk::<4>()?;
        let (name, behind) = behind.split_first_chunk::<4>()?;
        let (data, behind) = behind.split_at_checked(u32::from_be_bytes(*length) as usize)?;
        // The checksum is the codec's affair.
        rest = behind.get(4..).unwrap_or_default();
        Some((name, data))
    })
}
