//! What a path below the image root stands for. Names only; nothing is looked up.

use std::path::{Component, Path, PathBuf};

use crate::domain::{ImageName, InvalidName, ProjectName, file_name};

/// Endings of files that are still being written by browsers, editors and copying programs.
const UNFINISHED: [&str; 7] = [
    "~",
    ".crdownload",
    ".download",
    ".part",
    ".partial",
    ".swp",
    ".tmp",
];

/// A file's place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SourcePath {
    /// The top folder.
    pub project: ProjectName,
    /// The path below it, with slashes.
    pub name: ImageName,
    /// The file itself, as its name is written there.
    pub path: PathBuf,
    /// Its name, or that of a folder it is in, is written otherwise than the server writes it.
    pub is_spelled_otherwise: bool,
}

/// What a path stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PathKind {
    /// Hidden, still being written under another name, or a cache of another server.
    Nothing,
    /// The folder of a project - or a file beside the folders.
    Project(ProjectName),
    /// A file, or a folder, in a project.
    Within(SourcePath),
}

impl PathKind {
    /// What `path` stands for below `root`; an error when its name cannot be used.
    pub fn new(root: &Path, path: &Path) -> Result<Self, InvalidName> {
        let Some(segments) = segments(root, path) else {
            return Ok(Self::Nothing);
        };
        if segments.iter().any(|segment| is_passing(segment)) {
            return Ok(Self::Nothing);
        }
        if let Some(odd) = segments.iter().find(|one| !file_name::is_found(one)) {
            return Err(InvalidName::of_file(odd));
        }
        let Some((project, name)) = segments.split_first() else {
            return Ok(Self::Nothing);
        };
        let project = ProjectName::parse(&file_name::read(project))?;
        let Some(last) = name.last() else {
            return Ok(Self::Project(project));
        };
        if file_name::is_cache(last) {
            return Ok(Self::Nothing);
        }
        let read: Vec<_> = name.iter().map(|one| file_name::read(one)).collect();
        Ok(Self::Within(SourcePath {
            project,
            name: ImageName::parse(&read.join("/"))?,
            path: path.to_path_buf(),
            is_spelled_otherwise: segments.iter().any(|one| !file_name::is_ours(one)),
        }))
    }
}

/// Hidden, or not finished.
pub fn is_passing(segment: &str) -> bool {
    segment.starts_with('.') || UNFINISHED.iter().any(|ending| segment.ends_with(ending))
}

/// The segments below the root. What is not UTF-8 becomes a name that is refused: replacement
/// characters would name another file, so a control character marks the spot.
fn segments(root: &Path, path: &Path) -> Option<Vec<String>> {
    let below = path.strip_prefix(root).ok()?;
    below.components().map(segment).collect()
}

fn segment(component: Component<'_>) -> Option<String> {
    let Component::Normal(segment) = component else {
        return None;
    };
    let text = segment.to_string_lossy();
    Some(match segment.to_str() {
        Some(_) => text.into_owned(),
        None => format!("{text}\0"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meaning(path: &str) -> Result<PathKind, InvalidName> {
        let root = Path::new("/data/image_root");
        PathKind::new(root, &root.join(path))
    }

    #[test]
    fn top_folders_are_projects_and_nested_folders_belong_to_names() {
        let project = ProjectName::parse("Kreta").unwrap();
        assert_eq!(meaning("Kreta"), Ok(PathKind::Project(project.clone())));
        let source = SourcePath {
            project,
            name: ImageName::parse("tag 1/höhle #3.jpg").unwrap(),
            path: "/data/image_root/Kreta/tag 1/höhle #3.jpg".into(),
            is_spelled_otherwise: false,
        };
        assert_eq!(
            meaning("Kreta/tag 1/höhle #3.jpg"),
            Ok(PathKind::Within(source))
        );
    }

    #[test]
    fn hidden_and_unfinished_files_and_caches_mean_nothing() {
        for path in [
            "",
            ".git",
            "p/.x.jpg",
            ".p/x.jpg",
            "p/x.jpg.part",
            "p/x.jpg~",
            "p/x.jpg.phash",
            "p/album/x.png.dhash",
            "p/x.ahash",
            "../x",
        ] {
            assert_eq!(meaning(path), Ok(PathKind::Nothing), "{path:?}");
        }
    }

    #[test]
    fn a_name_is_one_however_its_file_writes_it() {
        for (path, name, is_spelled_otherwise) in [
            ("p/é?.jpg", "é?.jpg", true),
            ("p/e\u{301}.jpg", "é.jpg", true),
            ("p/é%3F.jpg", "é?.jpg", false),
            ("e\u{301}/a.jpg", "a.jpg", true),
            ("p/a%20b.jpg", "a%20b.jpg", false),
        ] {
            let Ok(PathKind::Within(source)) = meaning(path) else {
                panic!("{path}");
            };
            assert_eq!(source.name.as_str(), name);
            assert_eq!(source.is_spelled_otherwise, is_spelled_otherwise, "{path}");
        }
        assert!(meaning("p/éu\u{308}.jpg").is_err(), "half composed");
    }

    #[test]
    fn names_that_cannot_be_used_are_errors() {
        assert!(meaning("p/line\nbreak.jpg").is_err());
        assert!(meaning("p/back\\slash.jpg").is_err());
    }

    #[cfg(unix)]
    #[test]
    fn names_that_are_no_text_are_errors() {
        use std::os::unix::ffi::OsStrExt;
        let name = std::ffi::OsStr::from_bytes(b"caf\xe9.jpg");
        let root = Path::new("/root");
        assert!(PathKind::new(root, &root.join("p").join(name)).is_err());
    }
}
