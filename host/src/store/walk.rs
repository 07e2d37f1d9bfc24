//! Goes through the image root, folder by folder: names, kinds and stamps of what lies there. No link is followed, and
//! no file is opened.

use std::ffi::OsStr;
use std::io;
use std::ops::ControlFlow::{self, Continue};
use std::path::{Path, PathBuf};

use super::disk::Facts;
use super::{FileStamp, Store};

/// What lies at a path of the image root.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// A folder.
    Folder,
    /// A file, and how it is.
    File(FileStamp),
    /// A link, or a special file.
    Other,
}

impl Store {
    /// Tells a folder of the image root and what is in and below it, but for names that are passed over: the files of
    /// one folder after each other. Ends when `tell` breaks. Not for an async thread.
    pub fn walk_given(
        &self,
        folder: &Path,
        passes_over: impl Fn(&OsStr) -> bool,
        mut tell: impl FnMut(&Path, io::Result<FileKind>) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let mut folders = vec![folder.to_owned()];
        while let Some(folder) = folders.pop() {
            self.tell_folder(&folder, &passes_over, &mut tell, &mut folders)?;
        }
        Continue(())
    }

    /// Tells a folder and what is in it; folders in it are for later.
    fn tell_folder(
        &self,
        folder: &Path,
        passes_over: &impl Fn(&OsStr) -> bool,
        tell: &mut impl FnMut(&Path, io::Result<FileKind>) -> ControlFlow<()>,
        later: &mut Vec<PathBuf>,
    ) -> ControlFlow<()> {
        let entries = match self.layout.disk().entries(folder) {
            Ok(entries) => entries,
            Err(error) => return tell(folder, Err(error)),
        };
        tell(folder, Ok(FileKind::Folder))?;
        for entry in entries {
            let (name, facts) = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    tell(folder, Err(error))?;
                    continue;
                }
            };
            if passes_over(&name) {
                continue;
            }
            let path = folder.join(name);
            match facts.and_then(kind_of) {
                Ok(FileKind::Folder) => later.push(path),
                kind => tell(&path, kind)?,
            }
        }
        Continue(())
    }
}

fn kind_of(facts: Facts) -> io::Result<FileKind> {
    Ok(match facts {
        Facts::Folder => FileKind::Folder,
        Facts::File(metadata) => {
            let modified = metadata.modified()?.into_std();
            FileKind::File(FileStamp::new(metadata.len(), modified))
        }
        Facts::Other => FileKind::Other,
    })
}
