//! What commands write: lines on standard output, and files that are whole or not there.

use std::io::{ErrorKind, Write, stdout};
use std::path::Path;

use anyhow::{Context, Result};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::Serialize;

use super::escape::{Reader, escaped};

/// Writes a line at once, so that a reader sees it at once.
pub fn line(text: &str) -> std::io::Result<()> {
    write_line(&escaped(text, Reader::People))
}

/// Writes a line on standard error.
pub fn complain(text: &str) {
    eprintln!("{}", escaped(text, Reader::People));
}

fn write_line(text: &str) -> std::io::Result<()> {
    let mut out = stdout().lock();
    out.write_all(text.as_bytes())?;
    out.write_all(b"\n")?;
    out.flush()
}

/// Writes bytes as they are.
pub fn bytes(bytes: &[u8]) -> std::io::Result<()> {
    let mut out = stdout().lock();
    out.write_all(bytes)?;
    out.flush()
}

/// A number of things, as people say it: `1 group`, `2 groups`.
pub fn count(number: u64, thing: &str) -> String {
    match number {
        1 => format!("1 {thing}"),
        _ => format!("{number} {thing}s"),
    }
}

/// Writes a value as one line of JSON.
pub fn json(value: &impl Serialize) -> Result<()> {
    let text = serde_json::to_string(value)?;
    Ok(write_line(&escaped(&text, Reader::Json))?)
}

/// A path in JSON, which has text alone.
#[derive(Debug, Serialize)]
pub struct PathView {
    /// The path; what is no UTF-8 in it is replaced.
    pub path: String,
    /// The very bytes of a path that is no UTF-8.
    #[serde(skip_serializing_if = "Option::is_none")]
    path_base64: Option<String>,
}

impl PathView {
    /// Of a path.
    pub fn new(path: &Path) -> Self {
        let bytes = || BASE64_STANDARD.encode(path.as_os_str().as_encoded_bytes());
        Self {
            path: path.display().to_string(),
            path_base64: path.to_str().is_none().then(bytes),
        }
    }
}

/// A path as people may see it on a terminal: control characters and those that cannot be seen escaped, so that no file name can
/// pass for a second line or steer the terminal.
pub fn shown(path: &Path) -> String {
    let escape = |character: char| match character.is_control() {
        true => character.escape_default().to_string(),
        false => character.to_string(),
    };
    let text: String = path.display().to_string().chars().map(escape).collect();
    escaped(&text, Reader::People).into_owned()
}

/// Whoever read our standard output has left, as `head` does: no fault of anyone.
pub fn reader_is_gone(error: &anyhow::Error) -> bool {
    error
        .downcast_ref::<std::io::Error>()
        .is_some_and(|error| error.kind() == ErrorKind::BrokenPipe)
}

/// Puts a file in its place as a whole: a reader, or a crash, never meets half of it.
pub fn write_file(path: &Path, bytes: &[u8]) -> Result<()> {
    replace(path, bytes).with_context(|| format!("cannot write {}", path.display()))
}

fn replace(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut file = temporary().tempfile_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}

/// A temporary file that, once in its place, may be read by those the umask lets.
fn temporary() -> tempfile::Builder<'static, 'static> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".vismatch-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    builder
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_and_nothing_is_left_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.jpg");
        write_file(&path, b"one").unwrap();
        write_file(&path, b"two").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"two");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn one_thing_is_no_plural() {
        let said = [0, 1, 2].map(|number| count(number, "group"));
        assert_eq!(said, ["0 groups", "1 group", "2 groups"]);
    }

    #[test]
    fn a_path_cannot_steer_the_terminal() {
        let path = Path::new("Übung\n\u{1b}[2J\u{9b}.jpg");
        assert_eq!(shown(path), "Übung\\n\\u{1b}[2J\\u{9b}.jpg");
    }

    #[cfg(unix)]
    #[test]
    fn a_path_that_is_no_text_can_be_had_from_json() {
        use std::os::unix::ffi::OsStrExt;
        let bytes = b"caf\xe9.jpg";
        let view = PathView::new(Path::new(std::ffi::OsStr::from_bytes(bytes)));
        let view = serde_json::to_value(view).unwrap();
        assert_eq!(view["path"], "caf\u{fffd}.jpg");
        let base64 = view["path_base64"].as_str().unwrap();
        assert_eq!(BASE64_STANDARD.decode(base64).unwrap(), bytes);
        let view = serde_json::to_value(PathView::new(Path::new("café.jpg"))).unwrap();
        assert_eq!(view, serde_json::json!({"path": "café.jpg"}));
    }

    #[test]
    fn a_folder_that_is_not_there_is_named() {
        let error = write_file(Path::new("/no/such/out.jpg"), b"").unwrap_err();
        assert!(error.to_string().contains("/no/such/out.jpg"));
    }
}
