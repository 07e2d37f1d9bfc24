//! Which files a command is about: those named, and those below the folders named.

use std::collections::HashMap;
use std::fmt;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail, ensure};
use bytesize::ByteSize;
use walkdir::WalkDir;

use crate::domain::file_name::is_cache;
use crate::service::Input;

use super::output;

/// A file that could not be worked on.
#[derive(Debug)]
pub struct Failure {
    /// Which one.
    pub path: PathBuf,
    /// Why.
    pub reason: anyhow::Error,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {:#}", output::shown(&self.path), self.reason)
    }
}

/// Every file, in the order of the arguments, those of a folder by name, found as they are asked for.
/// Links that lie in a folder are not followed: what they lead to would be met twice, or for ever.
pub fn below(paths: Vec<PathBuf>) -> impl Iterator<Item = Result<PathBuf, Failure>> {
    paths.into_iter().flat_map(|path| {
        WalkDir::new(&path)
            .sort_by_file_name()
            .into_iter()
            .filter(|entry| !entry.as_ref().is_ok_and(is_passed_over))
            .map(move |entry| match entry {
                Ok(entry) => Ok(entry.into_path()),
                Err(error) => Err(failure(&path, error)),
            })
    })
}

/// Folders are walked, not worked on; what lies in them and is no plain file, or a cache of another server, is none of
/// ours. What was named is always answered.
fn is_passed_over(entry: &walkdir::DirEntry) -> bool {
    let kind = entry.file_type();
    let is_ours = || kind.is_file() && !is_cache(&entry.file_name().to_string_lossy());
    kind.is_dir() || (entry.depth() > 0 && !is_ours())
}

fn failure(argument: &Path, error: walkdir::Error) -> Failure {
    Failure {
        path: error.path().unwrap_or(argument).to_owned(),
        reason: match error.into_io_error() {
            Some(error) => error.into(),
            None => anyhow::anyhow!("the folders go in circles"),
        },
    }
}

/// Files, each by the first of the ways that lead to it: folders that were named may overlap, and hard links are
/// names of one file.
#[derive(Debug, Default)]
pub struct EachOnce {
    /// The files.
    pub files: Vec<Result<PathBuf, Failure>>,
    /// Other names of some of them, by the first.
    pub other_names: HashMap<PathBuf, Vec<PathBuf>>,
}

impl EachOnce {
    /// Of everything that was found.
    pub fn new(found: impl Iterator<Item = Result<PathBuf, Failure>>) -> Self {
        let (mut met, mut each_once) = (HashMap::<_, PathBuf>::new(), Self::default());
        for file in found {
            let identity = file.as_ref().map(|path| identity(path));
            if let (Ok(path), Ok(Ok(identity))) = (&file, identity) {
                if let Some(first) = met.get(&identity) {
                    each_once.add_name(first, path);
                    continue;
                }
                met.insert(identity, path.clone());
            }
            each_once.files.push(file);
        }
        each_once
    }

    /// The same name by another way is no other name.
    fn add_name(&mut self, first: &Path, name: &Path) {
        let real = |path: &Path| path.canonicalize().ok();
        let names = self.other_names.entry(first.to_owned()).or_default();
        let is_known =
            real(first) == real(name) || names.iter().any(|known| real(known) == real(name));
        if !is_known {
            names.push(name.to_owned());
        }
    }
}

/// What a file has for itself: device and number.
#[cfg(unix)]
fn identity(path: &Path) -> std::io::Result<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    let facts = std::fs::metadata(path)?;
    Ok((facts.dev(), facts.ino()))
}

/// What a file has for itself; hard links are not told here.
#[cfg(not(unix))]
fn identity(path: &Path) -> std::io::Result<PathBuf> {
    path.canonicalize()
}

/// A picture for the sandbox, after a [`check`].
pub fn input(path: &Path, max: u64) -> Result<Input> {
    check(path, max)?;
    Ok(Input::File(path.to_owned()))
}

/// The length of a plain file of at most `max` bytes; what is no such file is not read at all.
pub fn check(path: &Path, max: u64) -> Result<u64> {
    let facts = std::fs::metadata(path)?;
    ensure!(!facts.is_dir(), "is a folder; a picture file is needed");
    ensure!(facts.is_file(), "is not a plain file");
    if facts.len() > max {
        let (has, allowed) = (ByteSize(facts.len()), ByteSize(max));
        bail!("{has} is more than the {allowed} that a file may have (setting `max_body`)");
    }
    Ok(facts.len())
}

/// The folders that were named are there.
pub fn check_folders(paths: &[PathBuf]) -> Result<()> {
    for path in paths {
        let facts = std::fs::metadata(path).map_err(|error| {
            anyhow::Error::new(error).context(format!("cannot read {}", path.display()))
        })?;
        ensure!(facts.is_dir(), "{} is not a folder", path.display());
    }
    Ok(())
}

/// Refuses a folder that no server and no import has ever kept its data in, before anything is made in it.
pub fn check_data_folder(path: &Path) -> Result<()> {
    check_folders(&[path.to_owned()])?;
    let known = ["vismatch.db", "projects"].map(|name| path.join(name).exists());
    ensure!(
        known.contains(&true),
        "{} is no data folder: --data takes one that `vismatch serve` or `vismatch import` made",
        path.display()
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_of_pictures_is_no_data_folder() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a.jpg"), "a").unwrap();
        assert!(check_data_folder(folder.path()).is_err());
        std::fs::create_dir(folder.path().join("projects")).unwrap();
        assert!(check_data_folder(folder.path()).is_ok());
    }

    #[test]
    fn the_order_is_stable_and_links_are_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::create_dir(at("b")).unwrap();
        for name in ["c.jpg", "b/2.jpg", "b/1.jpg", "a.jpg"] {
            std::fs::write(at(name), name).unwrap();
        }
        #[cfg(unix)]
        std::os::unix::fs::symlink(folder.path(), at("b/loop")).unwrap();
        let found: Vec<_> =
            below(vec![at("c.jpg"), folder.path().to_owned(), at("none")]).collect();
        let (last, rest) = found.split_last().unwrap();
        let rest: Vec<_> = rest
            .iter()
            .map(|path| path.as_ref().unwrap().clone())
            .collect();
        assert_eq!(
            rest,
            ["c.jpg", "a.jpg", "b/1.jpg", "b/2.jpg", "c.jpg"].map(at)
        );
        assert_eq!(last.as_ref().unwrap_err().path, at("none"));
    }

    #[test]
    fn folders_that_overlap_give_each_file_once() {
        let folder = tempfile::tempdir().unwrap();
        let below_it = folder.path().join("b");
        std::fs::create_dir(&below_it).unwrap();
        std::fs::write(below_it.join("1.jpg"), "").unwrap();
        let twice = below(vec![
            below_it.clone(),
            folder.path().to_owned(),
            below_it.join("."),
        ]);
        let each_once = EachOnce::new(twice);
        assert_eq!(each_once.files.len(), 1);
        assert!(each_once.other_names.values().all(Vec::is_empty));
    }

    #[cfg(unix)]
    #[test]
    fn hard_links_are_one_file() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::write(at("a.jpg"), "a").unwrap();
        std::fs::hard_link(at("a.jpg"), at("b.jpg")).unwrap();
        std::fs::write(at("c.jpg"), "a").unwrap();
        let found = EachOnce::new(below(vec![folder.path().to_owned()]));
        assert_eq!(found.other_names[&at("a.jpg")], [at("b.jpg")]);
        let names: Vec<_> = found.files.into_iter().map(Result::unwrap).collect();
        assert_eq!(names, ["a.jpg", "c.jpg"].map(at));
    }

    #[test]
    fn folders_and_large_files_are_no_input() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.jpg");
        std::fs::write(&file, [0; 100]).unwrap();
        assert!(input(folder.path(), 100).is_err());
        assert!(input(&file, 99).unwrap_err().to_string().contains("100 B"));
        assert!(input(&file, 100).is_ok());
    }
}
