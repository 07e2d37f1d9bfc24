//! A JPEG without its metadata: the picture data is copied bit for bit.
//!
//! Kept are the segments that decide how the picture looks: tables, frames, scans, JFIF (APP0), the
//! ICC profile (APP2) and Adobe's colour transform (APP14). Everything else goes: EXIF, GPS, XMP,
//! IPTC, thumbnails, further pictures, comments, and what follows the end of the picture.

use crate::segments::{
    END_OF_IMAGE, START_OF_IMAGE, START_OF_SCAN, Segment, Segments, write_segment,
};

/// The JPEG without metadata, or nothing when its segments cannot be told apart or hold no scan.
/// A missing end marker is added.
pub fn without_metadata(jpeg: &[u8]) -> Option<Vec<u8>> {
    if !jpeg.starts_with(&[0xFF, START_OF_IMAGE]) {
        return None;
    }
    let mut kept = Vec::with_capacity(jpeg.len());
    kept.extend([0xFF, START_OF_IMAGE]);
    let mut has_scan = false;
    let mut segments = Segments::new(jpeg);
    while let Some(segment) = segments.next() {
        let segment = segment.ok()?;
        if segment.code == END_OF_IMAGE {
            break;
        }
        if shows(segment) {
            write_segment(&mut kept, segment.code, segment.content);
        }
        if segment.code == START_OF_SCAN {
            let data = segments.pass_coded_data();
            has_scan |= !data.is_empty();
            kept.extend(data);
        }
    }
    kept.extend([0xFF, END_OF_IMAGE]);
    has_scan.then_some(kept)
}

/// The segment takes part in how the picture looks.
fn shows(segment: Segment<'_>) -> bool {
    let content = segment.content;
    match segment.code {
        0x01 | 0xD0..=START_OF_IMAGE => false,
        0xE0 => content.starts_with(b"JFIF\0"),
        0xE2 => content.starts_with(b"ICC_PROFILE\0"),
        0xEE => content.starts_with(b"Adobe"),
        0xE1..=0xEF | 0xFE => false,
        _ => true,
    }
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
