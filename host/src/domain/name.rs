//! Names that people give to projects and images, checked once, safe to use as paths ever after.
//!
//! A name is in composed form (NFC of Unicode): `e` with an accent behind it, as macOS writes it, and the one
//! character for both are one name. How it is written as the name of a file is told by `file_name`.

use std::borrow::Cow;
use std::fmt;

use thiserror::Error;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

use super::file_name;

/// Longest segment of a name, in bytes of UTF-8 and as it is written in files' names: what file systems take.
const MAX_SEGMENT: usize = 255;
/// Longest extension that a name that is too long keeps, with its dot.
const MAX_EXTENSION: usize = 32;
/// Longest image name over all its segments.
const MAX_NAME: usize = 1024;

/// Why a name cannot be used. The caller must send another.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{what} name {shown}: {reason}")]
pub struct InvalidName {
    what: &'static str,
    shown: String,
    reason: &'static str,
}

/// A project's name: one segment; any Unicode without control characters, `\` and `/`, 1 to 255
/// bytes, neither `.` nor `..`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ProjectName(String);

/// An image's name, unique in its project: `/`-separated segments under the same rules.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ImageName(String);

impl InvalidName {
    /// The name of a file that is neither composed nor decomposed: it would be looked for in vain.
    pub fn of_file(name: &str) -> Self {
        refusal(
            "file",
            name,
            "it is partly composed (Unicode NFC), partly not",
        )
    }
}

impl ProjectName {
    /// Checks a name.
    pub fn parse(name: &str) -> Result<Self, InvalidName> {
        let name = composed(name);
        check_segment("project", &name, &name)?;
        Ok(Self(name.into_owned()))
    }

    /// The name as people gave it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What names have in common that differ only by case.
    pub fn folded(&self) -> String {
        folded(&self.0)
    }
}

impl ImageName {
    /// Checks a name.
    pub fn parse(name: &str) -> Result<Self, InvalidName> {
        let name = composed(name);
        if name.len() > MAX_NAME {
            return Err(refusal("image", &name, "longer than 1024 bytes"));
        }
        for segment in name.split('/') {
            check_segment("image", &name, segment)?;
        }
        Ok(Self(name.into_owned()))
    }

    /// Checks a name that somebody wants for a new image: segments that are too long are cut in front of
    /// their extension.
    pub fn parse_fitting(name: &str) -> Result<Self, InvalidName> {
        let segments: Vec<_> = composed(name).split('/').map(fitting).collect();
        Self::parse(&segments.join("/"))
    }

    /// The name as people gave it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What names have in common that differ only by case.
    pub fn folded(&self) -> String {
        folded(&self.0)
    }

    /// The same name with ` (n)` before its extension: what a second `photo.jpg` is called.
    pub fn numbered(&self, n: u32) -> Self {
        let (folder, file) = match self.0.rfind('/') {
            Some(slash) => self.0.split_at(slash + 1),
            None => ("", self.0.as_str()),
        };
        let (stem, extension) = split_extension(file);
        let file = cut(stem, &format!(" ({n}){extension}"));
        Self(format!("{folder}{file}"))
    }
}

fn composed(name: &str) -> Cow<'_, str> {
    match is_nfc_quick(name.chars()) {
        IsNormalized::Yes => Cow::Borrowed(name),
        _ => name.nfc().collect(),
    }
}

/// Upper case first: it makes letters alike that have two lower-case forms.
fn folded(name: &str) -> String {
    name.to_uppercase().to_lowercase().nfc().collect()
}

fn fitting(segment: &str) -> String {
    if is_short(segment) {
        return segment.to_owned();
    }
    let (stem, extension) = split_extension(segment);
    match extension.len() {
        ..=MAX_EXTENSION => cut(stem, extension),
        _ => cut(segment, ""),
    }
}

/// The name without its extension, and the extension with its dot.
fn split_extension(file: &str) -> (&str, &str) {
    match file.rfind('.') {
        Some(dot) if dot > 0 => file.split_at(dot),
        _ => (file, ""),
    }
}

/// The longest beginning of a stem that has room before the ending.
fn cut(stem: &str, ending: &str) -> String {
    let mut end = stem.floor_char_boundary(MAX_SEGMENT.saturating_sub(ending.len()));
    loop {
        let name = format!("{}{ending}", &stem[..end]);
        if end == 0 || is_short(&name) {
            return name;
        }
        end = stem.floor_char_boundary(end - 1);
    }
}

fn is_short(segment: &str) -> bool {
    segment.len() <= MAX_SEGMENT && file_name::written(segment).len() <= MAX_SEGMENT
}

impl From<ImageName> for String {
    fn from(name: ImageName) -> Self {
        name.0
    }
}

impl fmt::Display for ProjectName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for ImageName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn check_segment(what: &'static str, name: &str, segment: &str) -> Result<(), InvalidName> {
    let reason = match segment {
        "" => "empty, or with an empty segment",
        "." | ".." => "`.` and `..` are not names",
        _ if !is_short(segment) => "a segment is longer than 255 bytes, as a file's name",
        _ if segment.contains('/') => "slashes are not allowed here",
        _ if segment.contains('\\') => "backslashes are not allowed",
        _ if segment.chars().any(char::is_control) => "control characters are not allowed",
        _ => return Ok(()),
    };
    Err(refusal(what, name, reason))
}

fn refusal(what: &'static str, name: &str, reason: &'static str) -> InvalidName {
    let shown: String = name.chars().take(80).collect();
    InvalidName {
        what,
        shown: format!("{shown:?}"),
        reason,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_names_are_refused() {
        for name in [
            "",
            ".",
            "..",
            "a/b",
            "a\\b",
            "nul\0",
            "line\n",
            "/etc",
            &"x".repeat(256),
        ] {
            assert!(ProjectName::parse(name).is_err(), "{name:?}");
        }
        for name in [
            "",
            "/etc/passwd",
            "a//b",
            "../x",
            "a/../b",
            "a/.",
            "a\0b",
            "a\\..\\b",
        ] {
            assert!(ImageName::parse(name).is_err(), "{name:?}");
        }
    }

    #[test]
    fn unicode_and_folders_are_welcome() {
        assert!(ProjectName::parse("Ferien 2026 – Kreta").is_ok());
        assert!(ImageName::parse("2026/höhle #3 (büyük).jpg").is_ok());
    }

    #[test]
    fn composed_and_decomposed_are_one_name() {
        let name = ImageName::parse("e\u{301}/u\u{308}.jpg").unwrap();
        assert_eq!(name, ImageName::parse("é/ü.jpg").unwrap());
        assert_eq!(name.as_str(), "é/ü.jpg");
        assert_eq!(
            ProjectName::parse("Ho\u{308}hle"),
            ProjectName::parse("Höhle")
        );
    }

    #[test]
    fn case_is_folded_over_all_of_unicode() {
        let folded = |name: &str| ImageName::parse(name).unwrap().folded();
        assert_eq!(folded("ÉTÉ/Straße.JPG"), folded("été/STRASSE.jpg"));
        assert_eq!(folded("Σας"), folded("ΣΑΣ"));
        assert_ne!(folded("a.jpg"), folded("ä.jpg"));
    }

    #[test]
    fn a_name_that_is_too_long_is_cut_before_its_extension() {
        let fitting = |name: &str| ImageName::parse_fitting(name).unwrap().0;
        assert_eq!(fitting("a/beach.jpg"), "a/beach.jpg");
        let long = format!("{}.jpeg", "ü".repeat(300));
        let cut = fitting(&long);
        assert!(cut.ends_with("ü.jpeg") && cut.len() >= 254 && cut.len() <= 255);
        let colons = fitting(&format!("{}.jpg", ":".repeat(255)));
        assert_eq!(file_name::written(&colons).len(), 253);
        assert_eq!(fitting(&"x".repeat(300)).len(), 255);
        assert_eq!(fitting(&format!("a.{}", "x".repeat(300))).len(), 255);
        assert!(ImageName::parse(&long).is_err());
        assert!(ImageName::parse_fitting(&"ü/".repeat(600)).is_err());
    }

    #[test]
    fn a_number_goes_before_the_extension() {
        let numbered = |name: &str| ImageName::parse(name).unwrap().numbered(2).0;
        assert_eq!(numbered("a/photo.jpg"), "a/photo (2).jpg");
        assert_eq!(numbered(".hidden"), ".hidden (2)");
        assert!(numbered(&"ü".repeat(127)).len() <= 255);
    }
}
