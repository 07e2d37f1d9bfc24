//! The path below which a server is reached, as the setting and proxies say it.

use std::fmt;
use std::str::FromStr;

/// Begins with a slash and does not end with one; empty at the root. Made of what means the same in
/// paths, in HTML and in scripts, and never the beginning of another host's address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BasePath(String);

/// What is no such path.
#[derive(Debug, thiserror::Error)]
#[error(
    "not a path such as /pictures: segments of letters, digits, `-`, `.`, `_` and `~`, each after one slash"
)]
pub struct InvalidBasePath;

impl BasePath {
    /// As it is put before a path; empty at the root.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What a path is below this one, if it is.
    pub fn strip<'a>(&self, path: &'a str) -> Option<&'a str> {
        match path.strip_prefix(&self.0)? {
            "" => Some("/"),
            rest => rest.starts_with('/').then_some(rest),
        }
    }

    /// The path of what lies below this one.
    pub fn join(&self, below: &Self) -> Self {
        Self(format!("{}{}", self.0, below.0))
    }
}

impl FromStr for BasePath {
    type Err = InvalidBasePath;

    fn from_str(text: &str) -> Result<Self, InvalidBasePath> {
        let path = text.strip_suffix('/').unwrap_or(text);
        match path.split('/').next() {
            Some("") if path.split('/').skip(1).all(is_segment) => Ok(Self(path.to_owned())),
            _ => Err(InvalidBasePath),
        }
    }
}

impl fmt::Display for BasePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn is_segment(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    !["", ".", ".."].contains(&text) && text.bytes().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_one_path_with_or_without_its_last_slash() {
        for (text, path) in [
            ("/", ""),
            ("", ""),
            ("/pictures", "/pictures"),
            ("/a/b-1.x_~/", "/a/b-1.x_~"),
        ] {
            assert_eq!(text.parse::<BasePath>().unwrap().as_str(), path, "{text}");
        }
    }

    #[test]
    fn what_could_lead_elsewhere_is_refused() {
        for text in [
            "pictures",
            "//evil.example",
            "/a//b",
            "/..",
            "/a/./b",
            "/a\"b",
            "/a b",
            "/%2e",
            "/a\\b",
            "/a?b",
            "https://a",
        ] {
            assert!(text.parse::<BasePath>().is_err(), "{text}");
        }
    }

    #[test]
    fn only_what_lies_below_is_stripped() {
        let base: BasePath = "/pictures".parse().unwrap();
        assert_eq!(base.strip("/pictures"), Some("/"));
        assert_eq!(base.strip("/pictures/"), Some("/"));
        assert_eq!(base.strip("/pictures/projects"), Some("/projects"));
        assert_eq!(base.strip("/picturesque"), None);
        assert_eq!(base.strip("/projects"), None);
        assert_eq!(BasePath::default().strip("/projects"), Some("/projects"));
    }
}
