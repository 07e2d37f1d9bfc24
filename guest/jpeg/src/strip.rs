//! A JPEG without its metadata: the picture data is copied bit for bit.
//!
//! Kept are the segments that decide how the picture lookahead: tables, frames, scans, JFIF (APP0), the
//! ICC profile (APP2) and Adobe's colour transform (APP14). Everything else goes: EXIF, GPS, XMP,
//! IPTC, thumbnails, further pictures, comments, and what follows the end of the picture.

const START_OF_IMAGE: u8 = 0xD8;
const END_OF_IMAGE: u8 = 0xD9;
const START_OF_SCAN: u8 = 0xDA;

/// The JPEG without metadata, or nothing when its segments cannot be told apart or hold no scan.
/// A missing end marker is added.
pub fn without_metadata(jpeg: &[u8]) -> Option<Vec<u8>> {
    let mut rest = jpeg.strip_prefix(&[0xFF, START_OF_IMAGE])?;
    let mut kept = Vec::with_capacity(jpeg.len());
    kept.extend([0xFF, START_OF_IMAGE]);
    let mut has_scan = false;
    while let Some((marker, after)) = next_marker(rest) {
        if marker == END_OF_IMAGE {
            break;
        }
        if is_bare(marker) {
            rest = after;
            continue;
        }
        let (segment, after) = split_segment(after)?;
        if shows(marker, segment) {
            kept.extend([0xFF, marker]);
            kept.extend(segment);
        }
        let scan = if marker == START_OF_SCAN {
            scan_length(after)
        } else {
            0
        };
        kept.extend(&after[..scan]);
        has_scan |= scan > 0;
        rest = &after[scan..];
    }
    kept.extend([0xFF, END_OF_IMAGE]);
    has_scan.then_some(kept)
}

/// The next marker and what follows it; bytes between segments are passed over, as decoders do.
fn next_marker(bytes: &[u8]) -> Option<(u8, &[u8])> {
    let at = bytes
        .windows(2)
        .position(|pair| pair[0] == 0xFF && !matches!(pair[1], 0x00 | 0xFF))?;
    Some((bytes[at + 1], &bytes[at + 2..]))
}

/// The marker stands alone: TEM, RST0 to RST7, SOI.
fn is_bare(marker: u8) -> bool {
    matches!(marker, 0x01 | 0xD0..=START_OF_IMAGE)
}

/// Splits off a segment: two bytes of length, which count themselves, and the content.
fn split_segment(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, _) = bytes.split_first_chunk::<2>()?;
    let length = usize::from(u16::from_be_bytes(*length));
    if length < 2 {
        None
    } else {
        bytes.split_at_checked(length)
    }
}

/// The segment takes part in how the picture lookahead.
fn shows(marker: u8, segment: &[u8]) -> bool {
    let content = &segment[2..];
    match marker {
        0xE0 => content.starts_with(b"JFIF\0"),
        0xE2 => content.starts_with(b"ICC_PROFILE\0"),
        0xEE => content.starts_with(b"Adobe"),
        0xE1..=0xEF | 0xFE => false,
        _ => true,
    }
}

/// Bytes of entropy-coded data: up to the next marker that is not a restart or a stuffed zero.
fn scan_length(bytes: &[u8]) -> usize {
    let is_end = |at: &usize| {
        let code = bytes.get(at + 1);
        code.is_some_and(|code| !matches!(code, 0x00 | 0xFF | 0xD0..=0xD7))
    };
    let end = memchr::memchr_iter(0xFF, bytes).find(is_end);
    end.unwrap_or(bytes.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segment(marker: u8, content: &[u8]) -> Vec<u8> {
        let length = (content.len() as u16 + 2).to_be_bytes();
        [&[0xFF, marker], &length[..], content].concat()
    }

    const SCAN: &[u8] = &[1, 2, 0xFF, 0x00, 3, 0xFF, 0xD0, 4];

    fn picture(extra: &[Vec<u8>], tail: &[u8]) -> Vec<u8> {
        let start = [
            vec![0xFF, 0xD8],
            segment(0xE0, b"JFIF\0rest"),
            segment(0xE2, b"ICC_PROFILE\0\x01\x01p"),
        ];
        let scan = [
            segment(0xDB, &[0; 65]),
            segment(0xDA, &[1, 1, 0]),
            SCAN.to_vec(),
        ];
        [start.concat(), extra.concat(), scan.concat(), tail.to_vec()].concat()
    }

    #[test]
    fn metadata_goes_and_the_picture_stays() {
        let metadata = [
            segment(0xE1, b"Exif\0\0gps"),
            segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0"),
            segment(0xE2, b"MPF\0"),
            segment(0xED, b"Photoshop 3.0\0"),
            segment(0xFE, b"comment"),
        ];
        let bare = picture(&[], &[0xFF, 0xD9]);
        assert_eq!(
            without_metadata(&picture(&metadata, &[0xFF, 0xD9])).unwrap(),
            bare
        );
        assert_eq!(
            without_metadata(&picture(&metadata, b"\xFF\xD9\xFF\xD8 more")).unwrap(),
            bare
        );
        assert_eq!(without_metadata(&bare).unwrap(), bare);
    }

    #[test]
    fn a_missing_end_is_added() {
        assert_eq!(
            without_metadata(&picture(&[], &[])).unwrap(),
            picture(&[], &[0xFF, 0xD9])
        );
    }

    #[test]
    fn what_has_no_scan_is_refused() {
        for broken in [
            &b""[..],
            b"\xFF",
            b"\xFF\xD8",
            b"\xFF\xD8\xFF\xE1",
            b"\xFF\xD8\xFF\xDA\x00\x01",
            b"\xFF\xD8\xFF\xD9",
        ] {
            assert_eq!(without_metadata(broken), None);
        }
    }
}
