//! How a segment of a name is written as the name of a file, so that every system can hold it.
//!
//! Windows knows names that Linux and macOS do not mind: `a:b.jpg`, `CON.jpg`, `end.`. In the names of files
//! their characters are written as `%` and two hexadecimal digits, as in a URL: `a%3Ab.jpg`, `%43ON.jpg`,
//! `end%2E`. Everything else is written as it is. Reading undoes writing, and what was written by
//! others reads as it is. Names that differ only by case are not told here.

use std::borrow::Cow;

use unicode_normalization::{UnicodeNormalization, is_nfc, is_nfd};

/// Characters that Windows has other uses for, beside `/`, `\` and the control characters, which no name has.
const FORBIDDEN: &[char] = &['"', '*', ':', '<', '>', '?', '|'];
/// Devices of Windows, whatever follows behind a dot.
const DEVICES: [&str; 6] = ["con", "prn", "aux", "nul", "conin$", "conout$"];
/// Devices that have a digit behind them.
const NUMBERED_DEVICES: [&str; 2] = ["com", "lpt"];
/// Digits for Windows, too.
const SUPERSCRIPTS: [char; 3] = ['\u{b9}', '\u{b2}', '\u{b3}'];
/// The length of `%3A`.
const CODE: usize = 3;
/// Endings of what the server vismatch-svc puts beside each picture: its fingerprint.
const CACHES: [&str; 3] = [".phash", ".dhash", ".ahash"];

/// The name of the file.
pub fn written(segment: &str) -> Cow<'_, str> {
    let end = segment.trim_end_matches(['.', ' ']).len();
    let is_device = is_device(segment);
    let is_written = |at: usize, character: char| {
        let is_first_of_device = at == 0 && is_device;
        // What would be read as another character stays what it is.
        let is_read = character == '%' && read_at(segment, at).is_some();
        FORBIDDEN.contains(&character) || is_first_of_device || is_read || at >= end
    };
    let mut characters = segment.char_indices();
    if !characters.any(|(at, character)| is_written(at, character)) {
        return Cow::Borrowed(segment);
    }
    let write = |(at, character)| match is_written(at, character) {
        true => format!("%{:02X}", u32::from(character)),
        false => String::from(character),
    };
    segment.char_indices().map(write).collect()
}

/// A file of this name is no picture and nothing that anybody gave: there is one beside every picture of an image root
/// that another server has used.
pub fn is_cache(file_name: &str) -> bool {
    CACHES.iter().any(|ending| file_name.ends_with(ending))
}

/// The name of a file is written as it is written here.
pub fn is_ours(file_name: &str) -> bool {
    is_nfc(file_name) && written(&read(file_name)) == file_name
}

/// Other ways in which a name that is written as here may be written: as it is, without `%`; decomposed, as macOS
/// does.
pub fn other_spellings(file_name: &str) -> Vec<String> {
    let read = read(file_name);
    if file_name.is_ascii() && read == file_name {
        return Vec::new();
    }
    let plain = read.clone().into_owned();
    vec![file_name.nfd().collect(), plain, read.nfd().collect()]
}

/// A file of this name is found by [`other_spellings`] or as it is.
pub fn is_found(file_name: &str) -> bool {
    is_nfc(file_name) || is_nfd(file_name)
}

/// The segment that is written so.
pub fn read(file_name: &str) -> Cow<'_, str> {
    if !file_name.contains('%') {
        return Cow::Borrowed(file_name);
    }
    let (mut text, mut at) = (String::with_capacity(file_name.len()), 0);
    while let Some(character) = file_name[at..].chars().next() {
        let read = read_at(file_name, at);
        text.push(read.unwrap_or(character));
        at += read.map_or(character.len_utf8(), |_| CODE);
    }
    match written(&text) == file_name {
        true => Cow::Owned(text),
        false => Cow::Borrowed(file_name),
    }
}

fn is_device(segment: &str) -> bool {
    let stem = segment.split('.').next().unwrap_or_default();
    let stem = stem.trim_end_matches(' ').to_lowercase();
    let is_digit = |digit: char| digit.is_ascii_digit() || SUPERSCRIPTS.contains(&digit);
    let is_numbered = |device: &&str| {
        let number = stem.strip_prefix(*device);
        let mut digits = number.unwrap_or_default().chars();
        digits.next().is_some_and(is_digit) && digits.next().is_none()
    };
    DEVICES.contains(&stem.as_str()) || NUMBERED_DEVICES.iter().any(is_numbered)
}

/// The character that a code at this place stands for, where one may be: letters at the start, dots and spaces at
/// the end.
fn read_at(text: &str, at: usize) -> Option<char> {
    let character = code(text.get(at..)?)?;
    let may_be_here = match character {
        '.' | ' ' => is_end(&text[at + CODE..]),
        '%' => true,
        _ if FORBIDDEN.contains(&character) => true,
        _ => character.is_ascii_alphabetic() && at == 0,
    };
    may_be_here.then_some(character)
}

/// Nothing but dots and spaces, written or not.
fn is_end(mut rest: &str) -> bool {
    while !rest.is_empty() {
        let plain = rest.strip_prefix(['.', ' ']);
        let written = || {
            rest.get(CODE..)
                .filter(|_| matches!(code(rest), Some('.' | ' ')))
        };
        match plain.or_else(written) {
            Some(next) => rest = next,
            None => return false,
        }
    }
    true
}

/// The ASCII character that the text begins with, written as `%` and two upper-case hexadecimal digits.
fn code(text: &str) -> Option<char> {
    let digits = text.strip_prefix('%')?.get(..CODE - 1)?;
    let is_upper = |digit: u8| digit.is_ascii_digit() || (b'A'..=b'F').contains(&digit);
    let value = u8::from_str_radix(digits, 16).ok()?;
    let is_ours = digits.bytes().all(is_upper) && value.is_ascii();
    is_ours.then(|| char::from(value))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_windows_cannot_hold_is_written_otherwise() {
        for (segment, file_name) in [
            ("beach.jpg", "beach.jpg"),
            ("höhle #3 100%.jpg", "höhle #3 100%.jpg"),
            ("a%20b.jpg", "a%20b.jpg"),
            ("a:b?.jpg", "a%3Ab%3F.jpg"),
            ("say \"hi\".png", "say %22hi%22.png"),
            ("CON", "%43ON"),
            ("con.jpg", "%63on.jpg"),
            ("Lpt1 .tar.gz", "%4Cpt1 .tar.gz"),
            ("com\u{b9}.jpg", "%63om\u{b9}.jpg"),
            ("com10.jpg", "com10.jpg"),
            ("console.jpg", "console.jpg"),
            ("end. .", "end%2E%20%2E"),
            ("a%3Ab.jpg", "a%253Ab.jpg"),
            ("%43ON", "%2543ON"),
            ("a%2E", "a%252E"),
        ] {
            assert_eq!(written(segment), file_name);
            assert_eq!(read(file_name), segment);
        }
    }

    #[test]
    fn names_that_others_gave_files_read_as_they_are() {
        for file_name in [
            "100%25.jpg",
            "a%3ab.jpg",
            "a%2Eb",
            "a%",
            "%41.jpg",
            "a:b%3A",
            "a%3A.",
        ] {
            assert_eq!(read(file_name), file_name);
        }
    }

    proptest! {
        #[test]
        fn reading_undoes_writing(segment in "(CON|lpt1|%|%25|%2E|%20|%3A|%43|[.: a%2E3AC]|ü){1,12}") {
            let file_name = written(&segment).into_owned();
            prop_assert_eq!(read(&file_name), segment.as_str());
            prop_assert!(!file_name.contains(FORBIDDEN) && !file_name.ends_with(['.', ' ']));
            prop_assert!(!is_device(&file_name));
        }
    }
}
