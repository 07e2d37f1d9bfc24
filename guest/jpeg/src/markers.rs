//! What the markers of a file tell before anything is decoded (ITU-T T.81, annex B).

use crate::segments::{END_OF_IMAGE, START_OF_SCAN, Segment, Segments};

/// What the markers tell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Markers {
    /// The first frame header.
    pub frame: Option<Frame>,
    /// Scans, counted up to one more than the limit.
    pub scans: u32,
    /// Adobe's APP14 is there, which means that CMYK is stored inverted.
    pub adobe: bool,
    /// There are bytes between segments that belong to none.
    pub stray_bytes: bool,
    /// The end of the image was reached.
    pub ended: bool,
}

/// A frame header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame {
    /// How it is coded.
    pub process: Process,
    /// Bits a sample.
    pub precision: u8,
    /// Of the picture, in pixels.
    pub width: u16,
    /// Of the picture, in pixels.
    pub height: u16,
    /// How many there are.
    pub components: u8,
}

/// How a frame is coded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Process {
    /// Sequential, with Huffman codes.
    Baseline,
    /// Progressive, with Huffman codes.
    Progressive,
    /// Without loss.
    Lossless,
    /// In several sizes.
    Hierarchical,
    /// With arithmetic codes.
    Arithmetic,
}

impl Markers {
    /// Walks until the end of the image, of the bytes, or of patience: one scan more than `most_scans`.
    pub fn walk(bytes: &[u8], most_scans: u32) -> Self {
        let mut found = Self::default();
        let mut segments = Segments::new(bytes);
        while let Some(Ok(segment)) = segments.next() {
            found.note(segment);
            if found.ended || found.scans > most_scans {
                break;
            }
            if segment.code == START_OF_SCAN {
                segments.pass_coded_data();
            }
        }
        found.stray_bytes = segments.has_stray_bytes;
        found
    }

    fn note(&mut self, segment: Segment<'_>) {
        match segment.code {
            0xC0..=0xC3 | 0xC5..=0xC7 | 0xC9..=0xCB | 0xCD..=0xCF if self.frame.is_none() => {
                self.frame = frame(segment.code, segment.content);
            }
            START_OF_SCAN => self.scans += 1,
            END_OF_IMAGE => self.ended = true,
            0xEE => self.adobe |= segment.content.starts_with(b"Adobe"),
            _ => {}
        }
    }
}

fn frame(code: u8, segment: &[u8]) -> Option<Frame> {
    let [
        precision,
        height_high,
        height_low,
        width_high,
        width_low,
        components,
        ..,
    ] = *segment
    else {
        return None;
    };
    Some(Frame {
        process: match code {
            0xC0 | 0xC1 => Process::Baseline,
            0xC2 => Process::Progressive,
            0xC3 => Process::Lossless,
            0xC5..=0xC7 | 0xCD..=0xCF => Process::Hierarchical,
            _ => Process::Arithmetic,
        },
        precision,
        width: u16::from_be_bytes([width_high, width_low]),
        height: u16::from_be_bytes([height_high, height_low]),
        components,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRAME: &[u8] = b"\xFF\xC2\0\x0B\x08\0\x10\0\x20\x01\x01\x11\0";
    const SCAN: &[u8] = b"\xFF\xDA\0\x08\x01\x01\0\0\0\0ab\xFF\0cd\xFF\xD0ef";

    fn file(parts: &[&[u8]]) -> Vec<u8> {
        [b"\xFF\xD8".as_slice(), &parts.concat()].concat()
    }

    #[test]
    fn scans_are_counted_up_to_the_limit() {
        let markers = Markers::walk(&file(&[FRAME, &SCAN.repeat(3), b"\xFF\xD9"]), 10);
        assert_eq!(
            (markers.scans, markers.ended, markers.stray_bytes),
            (3, true, false)
        );
        let frame = markers.frame.unwrap();
        assert_eq!(
            (frame.process, frame.width, frame.height),
            (Process::Progressive, 32, 16)
        );
        assert_eq!(
            Markers::walk(&file(&[FRAME, &SCAN.repeat(5000)]), 10).scans,
            11
        );
    }

    #[test]
    fn a_cut_file_has_no_end() {
        let whole = file(&[FRAME, SCAN, b"\xFF\xFF\xD9"]);
        assert!(Markers::walk(&whole, 10).ended);
        for length in 0..whole.len() {
            assert!(!Markers::walk(&whole[..length], 10).ended, "{length}");
        }
    }

    #[test]
    fn bytes_between_segments_are_noticed() {
        let markers = Markers::walk(
            &file(&[
                b"junk",
                FRAME,
                b"\xFF\xEE\0\x0EAdobe1234567",
                SCAN,
                b"\xFF\xD9",
            ]),
            10,
        );
        assert!(markers.stray_bytes && markers.adobe && markers.ended);
    }
}
