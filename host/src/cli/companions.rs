//! Files that belong to a picture and are none themselves: settings of raw converters and editors, the film
//! of a Live Photo, the raw file of a camera that writes both. They are told, never moved.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// Endings of what belongs to a picture of the same name.
const ENDINGS: [&str; 23] = [
    "3fr", "aae", "arw", "cr2", "cr3", "crw", "dng", "erf", "iiq", "kdc", "mov", "mrw", "nef",
    "nrw", "orf", "pef", "pp3", "raf", "raw", "rw2", "srw", "x3f", "xmp",
];

/// What lies beside a picture and belongs to it: `IMG_1.xmp`, `IMG_1.jpg.xmp`, `IMG_1.MOV`, `IMG_1.CR2`.
pub fn beside(picture: &Path) -> Vec<PathBuf> {
    let folder = match picture.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut found: Vec<_> = entries
        .map(|entry| entry.path())
        .filter(|path| belongs(path, picture))
        .collect();
    found.sort();
    found
}

/// A file is named so that it belongs to a picture.
fn belongs(file: &Path, picture: &Path) -> bool {
    let is_named_so = |stem: Option<&OsStr>| stem.is_some() && file.file_stem() == stem;
    is_companion(file)
        && file.file_name() != picture.file_name()
        && (is_named_so(picture.file_stem()) || is_named_so(picture.file_name()))
}

/// Its ending is one of those.
pub fn is_companion(file: &Path) -> bool {
    let ending = file.extension().and_then(OsStr::to_str);
    ending.is_some_and(|ending| ENDINGS.contains(&ending.to_ascii_lowercase().as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_belongs_to_a_picture_is_found_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let names = [
            "1.CR2",
            "1.MOV",
            "1.jpg",
            "1.jpg.xmp",
            "1.png",
            "1.xmp",
            "10.xmp",
            "2.jpg",
        ];
        for name in names {
            std::fs::write(at(name), "").unwrap();
        }
        let found = ["1.CR2", "1.MOV", "1.jpg.xmp", "1.xmp"].map(at);
        assert_eq!(beside(&at("1.jpg")), found);
        assert_eq!(beside(&at("2.jpg")), Vec::<PathBuf>::new());
        assert!(is_companion(Path::new("a.Xmp")) && !is_companion(Path::new("a.jpg")));
    }
}
