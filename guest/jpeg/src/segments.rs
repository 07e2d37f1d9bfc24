//! From marker to marker of a file (ITU-T T.81, B.1.1), without decoding anything between them.

use memchr::memchr;

pub(crate) const START_OF_IMAGE: u8 = 0xD8;
pub(crate) const END_OF_IMAGE: u8 = 0xD9;
pub(crate) const START_OF_SCAN: u8 = 0xDA;

/// A marker and what belongs to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Segment<'a> {
    pub code: u8,
    /// What follows the length; empty where the marker stands alone.
    pub content: &'a [u8],
}

/// A segment is shorter than its length says, or its length is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Broken;

/// The segments of a file. What follows the header of a scan is coded data: the caller passes over it, or reads it and
/// says where it ends.
pub(crate) struct Segments<'a> {
    bytes: &'a [u8],
    /// Where to go on.
    pub at: usize,
    /// There were bytes before a marker that belong to nothing.
    pub has_stray_bytes: bool,
}

impl<'a> Segments<'a> {
    /// From the marker after the start of the image.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self {
            bytes,
            at: 2,
            has_stray_bytes: false,
        }
    }

    /// Passes over coded data with its restarts, and over bytes that may fill up to the marker after it. The data, with
    /// those bytes.
    pub fn pass_coded_data(&mut self) -> &'a [u8] {
        let start = self.at;
        self.at = self.bytes.len();
        let mut from = start;
        while let Some(marker) = next_marker(self.bytes, from) {
            if !is_restart(self.bytes[marker.code]) {
                self.at = marker.first;
                return &self.bytes[start..marker.code - 1];
            }
            from = marker.code + 1;
        }
        &self.bytes[start..]
    }

    fn content(&mut self, code: u8) -> Result<&'a [u8], Broken> {
        if is_alone(code) {
            return Ok(&[]);
        }
        let rest = &self.bytes[self.at..];
        let length = rest.first_chunk().ok_or(Broken)?;
        let length = usize::from(u16::from_be_bytes(*length));
        let content = rest.get(2..length).ok_or(Broken)?;
        self.at += length;
        Ok(content)
    }
}

impl<'a> Iterator for Segments<'a> {
    type Item = Result<Segment<'a>, Broken>;

    fn next(&mut self) -> Option<Self::Item> {
        let marker = next_marker(self.bytes, self.at)?;
        self.has_stray_bytes |= marker.first > self.at;
        let code = self.bytes[marker.code];
        self.at = marker.code + 1;
        let content = self.content(code);
        Some(content.map(|content| Segment { code, content }))
    }
}

/// Where a marker is: its first `FF`, and its code.
struct Marker {
    first: usize,
    code: usize,
}

/// The next marker. Any number of `FF` may come before a code; a code of 0 is no marker but the byte `FF` of coded data.
fn next_marker(bytes: &[u8], mut from: usize) -> Option<Marker> {
    loop {
        let first = from + memchr(0xFF, bytes.get(from..)?)?;
        let code = first + bytes[first..].iter().position(|byte| *byte != 0xFF)?;
        if bytes[code] != 0 {
            return Some(Marker { first, code });
        }
        from = code + 1;
    }
}

/// The place after a restart marker, when that is the next marker and has the number.
pub(crate) fn after_restart(bytes: &[u8], at: usize, number: u8) -> Option<usize> {
    let marker = next_marker(bytes, at)?;
    (bytes[marker.code] == 0xD0 + number % 8).then_some(marker.code + 1)
}

/// Writes a segment.
pub(crate) fn write_segment(jpeg: &mut Vec<u8>, code: u8, content: &[u8]) {
    jpeg.extend([0xFF, code]);
    jpeg.extend((content.len() as u16 + 2).to_be_bytes());
    jpeg.extend(content);
}

fn is_restart(code: u8) -> bool {
    matches!(code, 0xD0..=0xD7)
}

/// TEM, restarts, start and end of the image.
fn is_alone(code: u8) -> bool {
    code == 0x01 || is_restart(code) || matches!(code, START_OF_IMAGE | END_OF_IMAGE)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segment(code: u8, content: &[u8]) -> Segment<'_> {
        Segment { code, content }
    }

    #[test]
    fn segments_come_one_after_another() {
        let bytes = b"\xFF\xD8\xFF\xFE\0\x04ab\xFF\xFF\x01\xFF\xE0\0\x02?\xFF\0\xFF\xD9";
        let mut segments = Segments::new(bytes);
        for expected in [segment(0xFE, b"ab"), segment(0x01, b""), segment(0xE0, b"")] {
            assert_eq!(segments.next(), Some(Ok(expected)));
            assert!(!segments.has_stray_bytes);
        }
        assert_eq!(segments.next(), Some(Ok(segment(0xD9, b""))));
        assert!(segments.has_stray_bytes);
        assert_eq!(segments.next(), None);
    }

    #[test]
    fn lengths_that_cannot_be_are_told() {
        for broken in [
            &b"\xFF\xD8\xFF\xFE"[..],
            b"\xFF\xD8\xFF\xFE\0",
            b"\xFF\xD8\xFF\xFE\0\x01",
            b"\xFF\xD8\xFF\xFE\0\x03",
        ] {
            assert_eq!(Segments::new(broken).next(), Some(Err(Broken)));
        }
        assert_eq!(Segments::new(b"\xFF\xD8\xFF\xFF").next(), None);
        assert_eq!(Segments::new(b"\xFF").next(), None);
    }

    #[test]
    fn coded_data_ends_at_a_marker_that_is_no_restart() {
        let bytes = b"\xFF\xD8ab\xFF\0c\xFF\xFF\xD3d\xFF\xFF\xFF\xD9";
        let mut segments = Segments::new(bytes);
        assert_eq!(
            segments.pass_coded_data(),
            b"ab\xFF\0c\xFF\xFF\xD3d\xFF\xFF"
        );
        assert_eq!(segments.next(), Some(Ok(segment(0xD9, b""))));
        let mut segments = Segments::new(b"\xFF\xD8ab\xFF");
        assert_eq!(segments.pass_coded_data(), b"ab\xFF");
        assert_eq!(segments.next(), None);
    }
}
