//! What a file is, told by its first bytes: one of the formats that are read, or a name for people.
//!
//! A table of signatures, and a few formats that have none. Names and declared types play no part.

use crate::error::ImageError;
use crate::info::ImageFormat;

/// No format is told by more than so many bytes from the beginning.
pub const HEAD: usize = 4096;

/// Bytes at an offset that only this format has.
type Signature<T> = (usize, &'static [u8], T);

const READ: [Signature<ImageFormat>; 12] = [
    (0, b"\xFF\xD8\xFF", ImageFormat::Jpeg),
    (0, b"\x89PNG\r\n\x1A\n", ImageFormat::Png),
    (0, b"GIF87a", ImageFormat::Gif),
    (0, b"GIF89a", ImageFormat::Gif),
    (8, b"WEBPVP8", ImageFormat::WebP),
    (0, b"II*\0", ImageFormat::Tiff),
    (0, b"MM\0*", ImageFormat::Tiff),
    (0, b"II+\0", ImageFormat::Tiff),
    (0, b"MM\0+", ImageFormat::Tiff),
    (0, b"qoif", ImageFormat::Qoi),
    (0, b"\xFF\x0A", ImageFormat::JpegXl),
    (0, b"\0\0\0\x0CJXL \r\n\x87\n", ImageFormat::JpegXl),
];

const NAMED: [Signature<&str>; 36] = [
    (8, b"CR\x02\0", "Canon CR2 raw photo"),
    (0, b"IIU\0", "Panasonic raw photo"),
    (0, b"IIRO", "Olympus raw photo"),
    (0, b"FUJIFILMCCD-RAW", "Fujifilm raw photo"),
    (0, b"8BPS", "Photoshop document"),
    (0, b"\0\0\0\x0CjP  \r\n\x87\n", "JPEG 2000 image"),
    (0, b"\xFF\x4F\xFF\x51", "JPEG 2000 codestream"),
    (0, b"v/1\x01", "OpenEXR image"),
    (0, b"#?RADIANCE", "Radiance HDR image"),
    (0, b"DDS ", "DDS texture"),
    (0, b"\x01\xDA", "SGI image"),
    (4, b"\x11\xAF", "FLI animation"),
    (4, b"\x12\xAF", "FLC animation"),
    (0, b"gimp xcf", "GIMP document"),
    (0, b"AT&TFORM", "DjVu document"),
    (0, b"%PDF-", "PDF document"),
    (0, b"%!PS", "PostScript document"),
    (0, b"{\\rtf", "RTF document"),
    (
        0,
        b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1",
        "Microsoft Office document",
    ),
    (0, b"PK\x03\x04", "ZIP archive"),
    (0, b"PK\x05\x06", "ZIP archive"),
    (0, b"\x1F\x8B\x08", "gzip archive"),
    (0, b"BZh", "bzip2 archive"),
    (0, b"\xFD7zXZ\0", "xz archive"),
    (0, b"7z\xBC\xAF\x27\x1C", "7-Zip archive"),
    (0, b"Rar!\x1A\x07", "RAR archive"),
    (0, b"\x28\xB5\x2F\xFD", "zstd archive"),
    (8, b"AVI ", "AVI video"),
    (8, b"WAVE", "WAV audio"),
    (0, b"\x1A\x45\xDF\xA3", "Matroska or WebM video"),
    (0, b"OggS", "Ogg audio or video"),
    (0, b"ID3", "MP3 audio"),
    (0, b"fLaC", "FLAC audio"),
    (0, b"\x7FELF", "program"),
    (0, b"MZ", "program"),
    (0, b"\0asm", "WebAssembly module"),
];

/// The format of a file; `unsupported-format` with what it looks like when it is none that is known.
pub fn detect(bytes: &[u8]) -> Result<ImageFormat, ImageError> {
    if starts_with(bytes, NAMED[0].0, NAMED[0].1) {
        // A TIFF by its first bytes, which would show as its thumbnail.
        return Err(ImageError::UnsupportedFormat(NAMED[0].2.into()));
    }
    let found = find(&READ, bytes)
        .or_else(|| from_brands(bytes))
        .or_else(|| without_signature(bytes));
    found.ok_or_else(|| ImageError::UnsupportedFormat(describe(bytes)))
}

fn find<T: Copy>(table: &[Signature<T>], bytes: &[u8]) -> Option<T> {
    table
        .iter()
        .find(|(at, signature, _)| starts_with(bytes, *at, signature))
        .map(|row| row.2)
}

fn starts_with(bytes: &[u8], at: usize, signature: &[u8]) -> bool {
    bytes
        .get(at..)
        .is_some_and(|rest| rest.starts_with(signature))
}

/// Brands of an ISO base media file (ISO/IEC 14496-12): the major one, then the compatible ones.
fn brands(bytes: &[u8]) -> impl Iterator<Item = &[u8; 4]> {
    let is_media = starts_with(bytes, 4, b"ftyp");
    let length = bytes
        .first_chunk()
        .map_or(0, |length| u32::from_be_bytes(*length) as usize);
    let end = if is_media {
        length.min(bytes.len()).min(HEAD)
    } else {
        0
    };
    let words = bytes.get(8..end).unwrap_or_default().as_chunks::<4>().0;
    // The second word is a version number.
    words
        .iter()
        .enumerate()
        .filter(|(place, _)| *place != 1)
        .map(|(_, word)| word)
}

fn from_brands(bytes: &[u8]) -> Option<ImageFormat> {
    if brands(bytes).any(|brand| matches!(brand, b"avif" | b"avis")) {
        return Some(ImageFormat::Avif);
    }
    let heif = |brand: &[u8; 4]| {
        matches!(
            brand,
            b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"hevx" | b"mif1" | b"msf1"
        )
    };
    brands(bytes).any(heif).then_some(ImageFormat::Heif)
}

/// Formats with a short signature, or none, that need a second look at the header.
fn without_signature(bytes: &[u8]) -> Option<ImageFormat> {
    if is_bmp(bytes) {
        return Some(ImageFormat::Bmp);
    }
    if is_pnm(bytes) {
        return Some(ImageFormat::Pnm);
    }
    if starts_with(bytes, 0, b"\0\0\x01\0") && !starts_with(bytes, 4, b"\0\0") && bytes.len() > 22 {
        return Some(ImageFormat::Ico);
    }
    is_tga(bytes).then_some(ImageFormat::Tga)
}

/// `BM`, and the length of the second header fits in a byte.
fn is_bmp(bytes: &[u8]) -> bool {
    starts_with(bytes, 0, b"BM") && starts_with(bytes, 15, b"\0\0\0")
}

/// `P1` to `P7` and white space.
fn is_pnm(bytes: &[u8]) -> bool {
    matches!(bytes, [b'P', b'1'..=b'7', space, ..] if space.is_ascii_whitespace())
}

/// TGA has no signature: each field of the header has to be one that the specification allows
/// (Truevision TGA 2.0, fields 2 to 5).
fn is_tga(bytes: &[u8]) -> bool {
    let Some(header) = bytes.first_chunk::<18>() else {
        return false;
    };
    let [_, map_type, kind, _, _, map_low, map_high, map_depth, ..] = *header;
    let map_entries = u16::from_le_bytes([map_low, map_high]);
    let map_fits = match map_type {
        0 => map_entries == 0 && !matches!(kind, 1 | 9),
        1 => map_entries > 0 && matches!(map_depth, 15 | 16 | 24 | 32),
        _ => false,
    };
    let sides = header[12..14] != [0, 0] && header[14..16] != [0, 0];
    let depth_fits = match kind {
        1 | 3 | 9 | 11 => matches!(header[16], 8 | 16),
        2 | 10 => matches!(header[16], 15 | 16 | 24 | 32),
        _ => false,
    };
    map_fits && sides && depth_fits && header[17] & 0xC0 == 0
}

/// What bytes look like that are no picture we know.
fn describe(bytes: &[u8]) -> String {
    let name = match bytes {
        [] => "empty file",
        _ if bytes.iter().all(|byte| *byte == 0) => "nothing but zero bytes",
        _ => find(&NAMED, bytes)
            .or_else(|| brands(bytes).next().map(media_name))
            .or_else(|| text_name(bytes))
            .unwrap_or("unknown data"),
    };
    name.into()
}

fn media_name(brand: &[u8; 4]) -> &'static str {
    match brand {
        b"crx " => "Canon CR3 raw photo",
        b"qt  " => "QuickTime video",
        b"M4A " | b"M4B " => "MPEG-4 audio",
        _ => "MP4 video",
    }
}

fn text_name(bytes: &[u8]) -> Option<&'static str> {
    let start = &bytes[..bytes.len().min(1024)];
    let text = match std::str::from_utf8(start) {
        Ok(text) => text,
        // A character cut by the end of the sample is no fault.
        Err(fault) if fault.error_len().is_none() => {
            std::str::from_utf8(&start[..fault.valid_up_to()]).ok()?
        }
        Err(_) => return None,
    };
    if text.contains(|c: char| c.is_control() && !c.is_whitespace()) {
        return None;
    }
    let text = text
        .trim_start_matches('\u{FEFF}')
        .trim_start()
        .to_ascii_lowercase();
    Some(match text {
        _ if text.contains("<svg") => "SVG drawing",
        _ if text.starts_with("<!doctype html") || text.starts_with("<html") => "HTML page",
        _ if text.starts_with("<?xml") => "XML document",
        _ if text.starts_with(['{', '[']) => "JSON text",
        _ => "text",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(bytes: &[u8]) -> String {
        match detect(bytes) {
            Err(ImageError::UnsupportedFormat(name)) => name,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_is_not_read_is_named() {
        assert_eq!(named(b""), "empty file");
        assert_eq!(named(&[0; 70]), "nothing but zero bytes");
        assert_eq!(named(b"hello, w\xC3"), "text");
        assert_eq!(named("Grüße".as_bytes()), "text");
        assert_eq!(named(b"BMW is a make of cars, and this is a text"), "text");
        assert_eq!(named(b"{\"data\": []}"), "JSON text");
        assert_eq!(named(b"\xEF\xBB\xBF <!DOCTYPE html><p>"), "HTML page");
        assert_eq!(
            named(b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'/>"),
            "SVG drawing"
        );
        assert_eq!(named(b"%PDF-1.7\n%\xE2\xE3"), "PDF document");
        assert_eq!(named(b"PK\x03\x04\x14\0"), "ZIP archive");
        assert_eq!(named(b"8BPS\0\x01"), "Photoshop document");
        assert_eq!(named(b"\0\0\0\x18ftypisom\0\0\x02\0isommp41"), "MP4 video");
        assert_eq!(named(b"II*\0\x10\0\0\0CR\x02\0"), "Canon CR2 raw photo");
        assert_eq!(named(b"\x07\xFE\x01\xA0\x55"), "unknown data");
    }

    #[test]
    fn brands_tell_heif_from_avif() {
        assert_eq!(
            detect(b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic"),
            Ok(ImageFormat::Heif)
        );
        assert_eq!(
            detect(b"\0\0\0\x18ftypmif1\0\0\0\0mif1avif"),
            Ok(ImageFormat::Avif)
        );
        assert_eq!(
            named(b"\0\0\0\x10ftypisom\0\0\0\0heic beyond the box"),
            "MP4 video"
        );
    }

    #[test]
    fn a_version_that_spells_a_brand_is_none() {
        assert_eq!(named(b"\0\0\0\x14ftypisomavifisom"), "MP4 video");
    }
}
