//! What a path below the image root stands for. Names only; nothing is looked up.

use std::path::{Component, Path, PathBuf};

use crate::domain::{ImageName, InvalidName, ProjectName};

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
pub struct Place {
    /// The top folder.
    pub project: ProjectName,
    /// The path below it, with slashes.
    pub name: ImageName,
    /// The file itself.
    pub path: PathBuf,
}

/// What a path stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// Hidden, or still being written under another name.
    Nothing,
    /// The folder of a project - or a file beside the folders.
    Project(ProjectName),
    /// A file, or a folder, in a project.
    Within(Place),
}

impl Meaning {
    /// What `path` stands for below `root`; an error when its name cannot be used.
    pub fn of(root: &Path, path: &Path) -> Result<Self, InvalidName> {
        let Some(segments) = segments(root, path) else {
            return Ok(Self::Nothing);
        };
        if segments.iter().any(|segment| is_passing(segment)) {
            return Ok(Self::Nothing);
        }
        let Some((project, name)) = segments.split_first() else {
            return Ok(Self::Nothing);
        };
        let project = ProjectName::parse(project)?;
        if name.is_empty() {
            return Ok(Self::Project(project));
        }
        Ok(Self::Within(Place {
            project,
            name: ImageName::parse(&name.join("/"))?,
            path: path.to_path_buf(),
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

    fn meaning(path: &str) -> Result<Meaning, InvalidName> {
        let root = Path::new("/data/image_root");
        Meaning::of(root, &root.join(path))
    }

    #[test]
    fn top_folders_are_projects_and_nested_folders_belong_to_names() {
        let project = ProjectName::parse("Kreta").unwrap();
        assert_eq!(meaning("Kreta"), Ok(Meaning::Project(project.clone())));
        let place = Place {
            project,
            name: ImageName::parse("tag 1/höhle #3.jpg").unwrap(),
            path: "/data/image_root/Kreta/tag 1/höhle #3.jpg".into(),
        };
        assert_eq!(
            meaning("Kreta/tag 1/höhle #3.jpg"),
            Ok(Meaning::Within(place))
        );
    }

    #[test]
    fn hidden_and_unfinished_files_mean_nothing() {
        for path in [
            "",
            ".git",
            "p/.x.jpg",
            ".p/x.jpg",
            "p/x.jpg.part",
            "p/x.jpg~",
            "../x",
        ] {
            assert_eq!(meaning(path), Ok(Meaning::Nothing), "{path:?}");
        }
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
        assert!(Meaning::of(root, &root.join("p").join(name)).is_err());
    }
}
