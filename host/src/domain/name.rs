//! Names that people give to projects and images, checked once, safe to use as paths ever after.

use std::fmt;

use thiserror::Error;

/// Longest segment of a name, in bytes of UTF-8: what file systems take.
const MAX_SEGMENT: usize = 255;
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

impl ProjectName {
    /// Checks a name.
    pub fn parse(name: &str) -> Result<Self, InvalidName> {
        check_segment("project", name, name)?;
        Ok(Self(name.to_owned()))
    }

    /// The name as people gave it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl ImageName {
    /// Checks a name.
    pub fn parse(name: &str) -> Result<Self, InvalidName> {
        if name.len() > MAX_NAME {
            return Err(refusal("image", name, "longer than 1024 bytes"));
        }
        for segment in name.split('/') {
            check_segment("image", name, segment)?;
        }
        Ok(Self(name.to_owned()))
    }

    /// The name as people gave it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The same name with ` (n)` before its extension: what a second `photo.jpg` is called.
    pub fn numbered(&self, n: u32) -> Self {
        let (folder, file) = match self.0.rfind('/') {
            Some(slash) => self.0.split_at(slash + 1),
            None => ("", self.0.as_str()),
        };
        let (stem, extension) = match file.rfind('.') {
            Some(dot) if dot > 0 => file.split_at(dot),
            _ => (file, ""),
        };
        let number = format!(" ({n})");
        let room = MAX_SEGMENT.saturating_sub(number.len() + extension.len());
        let stem = &stem[..stem.floor_char_boundary(room)];
        Self(format!("{folder}{stem}{number}{extension}"))
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
        _ if segment.len() > MAX_SEGMENT => "a segment is longer than 255 bytes",
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
    fn a_number_goes_before_the_extension() {
        let numbered = |name: &str| ImageName::parse(name).unwrap().numbered(2).0;
        assert_eq!(numbered("a/photo.jpg"), "a/photo (2).jpg");
        assert_eq!(numbered(".hidden"), ".hidden (2)");
        assert!(numbered(&"ü".repeat(127)).len() <= 255);
    }
}
