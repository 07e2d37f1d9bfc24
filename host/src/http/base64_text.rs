//! Pictures in JSON: base64 as clients send it, decoded piece by piece.
//!
//! Takes the standard and the URL-safe alphabet, padded or not, broken into lines or not, with or
//! without a `data:` URI around it.

use base64::Engine;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use memchr::{memchr, memchr2, memchr3};

use super::error::ApiError;

/// Text that is decoded at once, in bytes; a multiple of 4.
const PIECE: usize = 64 << 10;

const ANY_PADDING: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
const PLAIN: GeneralPurpose = GeneralPurpose::new(&STANDARD, ANY_PADDING);
const SAFE: GeneralPurpose = GeneralPurpose::new(&URL_SAFE, ANY_PADDING);

/// Decodes a picture's text into pieces of at most 48 KiB. An error ends it.
pub fn pieces(text: &str) -> Result<Base64Chunks<'_>, ApiError> {
    let text = strip_data_uri(text)?.as_bytes();
    let url_safe = memchr2(b'-', b'_', text).is_some();
    Ok(Base64Chunks {
        rest: text,
        engine: if url_safe { &SAFE } else { &PLAIN },
        text: Vec::with_capacity(PIECE.min(text.len())),
        padded: false,
    })
}

/// What [`pieces`] yields.
pub struct Base64Chunks<'a> {
    rest: &'a [u8],
    engine: &'static GeneralPurpose,
    text: Vec<u8>,
    padded: bool,
}

impl Iterator for Base64Chunks<'_> {
    type Item = Result<Vec<u8>, ApiError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.fill();
        if self.text.is_empty() {
            return None;
        }
        if self.padded {
            return Some(Err(not_base64("there is text after its end")));
        }
        self.padded = self.text.ends_with(b"=");
        let decoded = self.engine.decode(&self.text);
        Some(decoded.map_err(|error| not_base64(&error.to_string())))
    }
}

impl Base64Chunks<'_> {
    /// Takes the next piece of text, white space left out.
    fn fill(&mut self) {
        self.text.clear();
        while self.text.len() < PIECE && !self.rest.is_empty() {
            let room = self.rest.len().min(PIECE - self.text.len());
            let (window, _) = self.rest.split_at(room);
            let run = white_space(window).unwrap_or(room);
            self.text.extend_from_slice(&window[..run]);
            let skipped = usize::from(run < room);
            self.rest = &self.rest[run + skipped..];
        }
    }
}

/// Where the first white space is.
fn white_space(text: &[u8]) -> Option<usize> {
    let line = memchr3(b' ', b'\n', b'\r', text);
    memchr(b'\t', &text[..line.unwrap_or(text.len())]).or(line)
}

fn strip_data_uri(text: &str) -> Result<&str, ApiError> {
    let text = text.trim_ascii();
    let is_uri = text
        .get(..5)
        .is_some_and(|scheme| scheme.eq_ignore_ascii_case("data:"));
    if !is_uri {
        return Ok(text);
    }
    match text.split_once(',') {
        Some((head, data)) if head.to_ascii_lowercase().ends_with(";base64") => Ok(data),
        _ => Err(not_base64("a data: URI must say `;base64,`")),
    }
}

fn not_base64(reason: &str) -> ApiError {
    ApiError::invalid(format!("`data` is not base64: {reason}"))
}

#[cfg(test)]
mod tests {
    use base64::prelude::{BASE64_STANDARD, BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE};

    use super::*;

    fn decode(text: &str) -> Result<Vec<u8>, ApiError> {
        let pieces: Result<Vec<_>, _> = pieces(text)?.collect();
        Ok(pieces?.concat())
    }

    fn bytes(count: usize) -> Vec<u8> {
        (0..count).map(|n| (n * 7 + n / 251) as u8).collect()
    }

    #[test]
    fn every_form_of_base64_is_read() {
        for length in [0, 1, 2, 3, 100, 49_151, 49_152, 49_153, 200_000] {
            let expected = bytes(length);
            let plain = BASE64_STANDARD.encode(&expected);
            let lines: Vec<_> = plain
                .as_bytes()
                .chunks(76)
                .map(|l| str::from_utf8(l).unwrap())
                .collect();
            for text in [
                plain.clone(),
                BASE64_STANDARD_NO_PAD.encode(&expected),
                BASE64_URL_SAFE.encode(&expected),
                lines.join("\r\n"),
                format!("data:image/png;base64,{plain}"),
                format!("  DATA:;BASE64,{plain}\n"),
            ] {
                assert_eq!(decode(&text).unwrap(), expected, "length {length}");
            }
        }
    }

    #[test]
    fn what_is_not_base64_is_refused() {
        let long = BASE64_STANDARD.encode(bytes(100_000));
        for text in [
            "!!!!",
            "a",
            "data:image/png,abc",
            "data:image/png;base64",
            "QQ==QQ==",
            "QUJD\0",
            "žžžž",
        ] {
            assert!(decode(text).is_err(), "{text:?}");
        }
        assert!(
            decode(&format!("{long}{long}")).is_err(),
            "text after the padding"
        );
        assert!(decode(&format!("{}*", &long[..90_000])).is_err());
    }
}
