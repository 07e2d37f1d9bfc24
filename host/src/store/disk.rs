//! The data folder as the store reaches it: one name at a time, and no link in it is ever followed.
//!
//! People put what they like into the image root, links, too. Crate `cap-std` holds a folder open and does
//! everything to one name in it; each folder here is opened from the one above it without following a
//! link, so what is exchanged meanwhile leads nowhere else. `openat2` with `RESOLVE_BENEATH` would follow
//! the links that stay below, and only Linux has it; a path that is checked and then used could become
//! another between the two.
//!
//! A name that is not there as it is written here may be there as others write it: decomposed, as macOS
//! does, or with characters that Windows cannot hold. It is found all the same.
//!
//! What the store does to files so that they survive a crash is here, too. What a file means is not.

use std::borrow::Cow;
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Component, Path, PathBuf};

use cap_fs_ext::{DirExt, FollowSymlinks, OpenOptionsFollowExt, OpenOptionsSyncExt};
use cap_std::ambient_authority;
use cap_std::fs::{Dir, DirEntry, Metadata, OpenOptions};
use thiserror::Error;

use crate::domain::file_name;

use super::StoreError;
use super::immutable::{self, Immutable};

/// An open data folder. Paths are those of [`Layout`](super::layout::Layout): the folder's own and names below it.
#[derive(Debug)]
pub(super) struct Disk {
    path: PathBuf,
    folder: Dir,
}

/// A link where a folder should be.
#[derive(Clone, Debug, Error)]
#[error("{0:?} is a link, and links in the data folder are not followed")]
pub(super) struct LinkInTheWay(PathBuf);

/// What lies at a path below the data folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PathState {
    /// Nothing.
    Nothing,
    /// A file.
    File,
    /// A folder.
    Folder,
    /// A link, or a special file.
    Other,
    /// A file lies where a folder above it should be.
    UnderAFile,
    /// A link lies where a folder above it should be.
    BehindALink,
}

/// What is known of an entry of a folder.
pub(super) enum Facts {
    Folder,
    File(Metadata),
    /// A link, or a special file.
    Other,
}

/// An entry of a folder.
pub(super) struct Listed {
    pub(super) name: OsString,
    pub(super) is_folder: bool,
    pub(super) is_file: bool,
}

impl Disk {
    /// Opens the data folder, which may be reached through links itself.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        Ok(Self {
            path: path.to_owned(),
            folder: Dir::open_ambient_dir(path, ambient_authority())?,
        })
    }

    /// Opens a folder of it: what takes the folder's place later is not reached by this.
    pub(super) fn below(&self, path: &Path) -> io::Result<Self> {
        Ok(Self {
            path: path.to_owned(),
            folder: self.folder(path)?,
        })
    }

    /// What lies there.
    pub(super) fn path_state(&self, path: &Path) -> io::Result<PathState> {
        match self.facts(path) {
            Ok(facts) if facts.is_dir() => Ok(PathState::Folder),
            Ok(facts) if facts.is_file() => Ok(PathState::File),
            Ok(_) => Ok(PathState::Other),
            Err(error) if link_in(&error).is_some() => Ok(PathState::BehindALink),
            Err(error) if error.kind() == ErrorKind::NotADirectory => Ok(PathState::UnderAFile),
            Err(error) => if_there(Err(error)).map(|_: Option<()>| PathState::Nothing),
        }
    }

    /// Something lies there, and no link is on the way to it.
    pub(super) fn exists(&self, path: &Path) -> io::Result<bool> {
        Ok(unless_behind_a_link(if_there(self.facts(path)))?.is_some())
    }

    /// An error when a link lies there, or on the way.
    pub(super) fn refuse_link(&self, path: &Path) -> io::Result<()> {
        match if_there(self.facts(path))? {
            Some(facts) if facts.is_symlink() => {
                Err(io::Error::other(LinkInTheWay(path.to_owned())))
            }
            _ => Ok(()),
        }
    }

    /// A regular file, open for reading; `None` when there is none, or one behind a link. A pipe that took
    /// its place is not waited for.
    pub(super) fn file(&self, path: &Path) -> io::Result<Option<File>> {
        if self.path_state(path)? != PathState::File {
            return Ok(None);
        }
        let mut reading = OpenOptions::new();
        reading.read(true).nonblock(true).follow(FollowSymlinks::No);
        let (folder, name) = self.entry(path)?;
        let Some(file) = if_there(folder.open_with(&*name, &reading))? else {
            return Ok(None);
        };
        Ok(Some(file.into_std()).filter(is_regular))
    }

    /// The bytes of a file; `None` as with [`Disk::file`].
    pub(super) fn read(&self, path: &Path) -> io::Result<Option<Vec<u8>>> {
        let Some(mut file) = self.file(path)? else {
            return Ok(None);
        };
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        Ok(Some(bytes))
    }

    /// What lies in a folder; nothing when it is not there.
    pub(super) fn list(&self, path: &Path) -> io::Result<Vec<Listed>> {
        let Some(folder) = unless_behind_a_link(if_there(self.folder(path)))? else {
            return Ok(Vec::new());
        };
        let mut listed = Vec::new();
        for entry in folder.entries()? {
            let entry = entry?;
            let kind = entry.file_type()?;
            listed.push(Listed {
                name: entry.file_name(),
                is_folder: kind.is_dir(),
                is_file: kind.is_file(),
            });
        }
        Ok(listed)
    }

    /// What lies in a folder, one by one as it is read: there may be millions.
    pub(super) fn entries(
        &self,
        path: &Path,
    ) -> io::Result<impl Iterator<Item = io::Result<(OsString, io::Result<Facts>)>> + use<>> {
        let entries = self.folder(path)?.entries()?;
        Ok(entries.map(|entry| entry.map(|entry| (entry.file_name(), facts_of(&entry)))))
    }

    /// An error when something there, or in the folder there, cannot be removed.
    pub(super) fn refuse_immutable(&self, path: &Path) -> io::Result<()> {
        let path_state = self.path_state(path)?;
        if !matches!(
            path_state,
            PathState::File | PathState::Folder | PathState::Other
        ) {
            return Ok(());
        }
        let (folder, name) = self.entry(path)?;
        immutable::refuse(&folder, &name, path)?;
        match path_state {
            PathState::Folder => immutable::refuse_in(&self.folder(path)?, path),
            _ => Ok(()),
        }
    }

    /// Makes a new file.
    pub(super) fn create_new(&self, path: &Path) -> io::Result<File> {
        self.create(path, OpenOptions::new().write(true).create_new(true))
    }

    /// A file to append to, made when it is not there.
    pub(super) fn append(&self, path: &Path) -> io::Result<File> {
        self.create(path, OpenOptions::new().append(true).create(true))
    }

    /// Writes a file, over what it held before.
    pub(super) fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let mut writing = OpenOptions::new();
        writing.write(true).create(true).truncate(true);
        self.create(path, &mut writing)?.write_all(bytes)
    }

    /// Writes a new file and syncs it; its folder is not synced.
    pub(super) fn write_synced(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let mut file = self.create_new(path)?;
        file.write_all(bytes)?;
        file.sync_all()
    }

    /// The file of a lock, made when it is not there.
    pub(super) fn lock_file(&self, path: &Path) -> io::Result<File> {
        self.create(path, OpenOptions::new().write(true).create(true))
    }

    /// Gives a file or folder another place; a file that is there is replaced.
    pub(super) fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let (source, old) = self.entry(from)?;
        let (target, new) = self.entry(to)?;
        source.rename(&*old, &target, &*new)
    }

    /// Syncs files or folders, all at the same time: a journaling file system answers them together.
    pub(super) fn sync_all(&self, paths: &[PathBuf]) -> io::Result<()> {
        std::thread::scope(|scope| {
            let syncs: Vec<_> = paths
                .iter()
                .map(|path| scope.spawn(move || self.sync(path)))
                .collect();
            syncs.into_iter().try_for_each(|sync| {
                sync.join()
                    .unwrap_or_else(|_| Err(io::Error::other("a sync panicked")))
            })
        })
    }

    /// Makes a folder with those above it and tells which folders have got a new entry by that.
    pub(super) fn create_folder(&self, path: &Path) -> io::Result<Vec<PathBuf>> {
        let (mut folder, mut above) = (self.folder.try_clone()?, self.path.clone());
        let mut changed = Vec::new();
        for name in self.names(path)? {
            let here = above.join(name);
            folder = match if_there(step(&folder, name, &here))? {
                Some(next) => next,
                None => {
                    already_is_fine(folder.create_dir(name))?;
                    changed.push(above);
                    step(&folder, name, &here)?
                }
            };
            above = here;
        }
        Ok(changed)
    }

    /// Removes a file or a link; no error when neither is there, or only behind a link.
    pub(super) fn remove_file(&self, path: &Path) -> io::Result<()> {
        let gone = self.entry(path).and_then(|(folder, name)| {
            match folder.symlink_metadata(&*name)?.is_dir() {
                true => Ok(()),
                false => folder.remove_file_or_symlink(&*name),
            }
        });
        unless_behind_a_link(if_there(gone)).map(|_| ())
    }

    /// Removes a folder with everything in it; no error when it is not there, or only behind a link.
    pub(super) fn remove_folder(&self, path: &Path) -> io::Result<()> {
        let gone = self
            .entry(path)
            .and_then(|(folder, name)| folder.remove_dir_all(&*name));
        unless_behind_a_link(if_there(gone)).map(|_| ())
    }

    /// Removes a folder if it is empty.
    pub(super) fn remove_if_empty(&self, path: &Path) -> io::Result<()> {
        let (folder, name) = self.entry(path)?;
        folder.remove_dir(&*name)
    }

    /// Removes the folders above `path` that are empty, up to and without `top`.
    pub(super) fn remove_empty_parents(&self, path: &Path, top: &Path) {
        for folder in path.ancestors().skip(1) {
            // A folder that is not empty ends it, whatever the error is called on this system.
            let is_above = folder == top || !folder.starts_with(top);
            if is_above || self.remove_if_empty(folder).is_err() {
                return;
            }
        }
    }

    fn facts(&self, path: &Path) -> io::Result<Metadata> {
        let (folder, name) = self.entry(path)?;
        folder.symlink_metadata(&*name)
    }

    /// A pipe that lies there is refused, and not waited for.
    fn create(&self, path: &Path, options: &mut OpenOptions) -> io::Result<File> {
        let (folder, name) = self.entry(path)?;
        let options = options.nonblock(true).follow(FollowSymlinks::No);
        let file = folder.open_with(&*name, options)?.into_std();
        match is_regular(&file) {
            true => Ok(file),
            false => Err(io::Error::other(format!("{path:?} is no regular file"))),
        }
    }

    fn sync(&self, path: &Path) -> io::Result<()> {
        let mut reading = OpenOptions::new();
        let (folder, name) = self.entry(path)?;
        let reading = reading.read(true).nonblock(true);
        let reading = reading.follow(FollowSymlinks::No);
        folder.open_with(&*name, reading)?.sync_all()
    }

    /// The folder that a path lies in, and its name there.
    fn entry<'a>(&self, path: &'a Path) -> io::Result<(Dir, Cow<'a, OsStr>)> {
        let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else {
            return Err(outside(path));
        };
        let folder = self.folder(folder)?;
        let name = spelled(&folder, name);
        Ok((folder, name))
    }

    fn folder(&self, path: &Path) -> io::Result<Dir> {
        let (mut folder, mut here) = (self.folder.try_clone()?, self.path.clone());
        for name in self.names(path)? {
            here.push(name);
            folder = step(&folder, name, &here)?;
        }
        Ok(folder)
    }

    /// The names on the way from the data folder.
    fn names<'a>(&self, path: &'a Path) -> io::Result<Vec<&'a OsStr>> {
        let below = path.strip_prefix(&self.path).map_err(|_| outside(path))?;
        let names = below.components().map(|component| match component {
            Component::Normal(name) => Ok(name),
            _ => Err(outside(path)),
        });
        names.collect()
    }
}

/// A name as it is written in a folder; as it is here when it is not there.
fn spelled<'a>(folder: &Dir, name: &'a OsStr) -> Cow<'a, OsStr> {
    let Some(text) = name.to_str() else {
        return Cow::Borrowed(name);
    };
    let others = file_name::other_spellings(text);
    if others.is_empty() || folder.symlink_metadata(name).is_ok() {
        return Cow::Borrowed(name);
    }
    let there = others
        .into_iter()
        .find(|other| folder.symlink_metadata(other).is_ok());
    there.map_or(Cow::Borrowed(name), |other| Cow::Owned(other.into()))
}

/// Opens a folder in a folder; `path` is where it is.
fn step(folder: &Dir, name: &OsStr, path: &Path) -> io::Result<Dir> {
    let name = &spelled(folder, name);
    let opened = folder.open_dir_nofollow(name);
    opened.map_err(|error| match folder.symlink_metadata(name) {
        Ok(facts) if facts.is_symlink() => io::Error::other(LinkInTheWay(path.to_owned())),
        Ok(facts) if !facts.is_dir() => ErrorKind::NotADirectory.into(),
        _ => error,
    })
}

fn facts_of(entry: &DirEntry) -> io::Result<Facts> {
    let kind = entry.file_type()?;
    Ok(match (kind.is_dir(), kind.is_file()) {
        (true, _) => Facts::Folder,
        (_, true) => Facts::File(entry.metadata()?),
        _ => Facts::Other,
    })
}

fn outside(path: &Path) -> io::Error {
    io::Error::other(format!("{path:?} is not below the data folder"))
}

fn is_regular(file: &File) -> bool {
    file.metadata().is_ok_and(|facts| facts.is_file())
}

/// The link that an operation was refused for.
fn link_in(error: &io::Error) -> Option<&LinkInTheWay> {
    error.get_ref()?.downcast_ref()
}

fn unless_behind_a_link<T>(result: io::Result<Option<T>>) -> io::Result<Option<T>> {
    match result {
        Err(error) if link_in(&error).is_some() => Ok(None),
        result => result,
    }
}

/// Names what failed; a link in the way is an error of its own, and so is what cannot be removed or moved.
pub(super) fn failed<E>(what: impl Into<String>) -> impl FnOnce(E) -> StoreError
where
    E: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let what = what.into();
    move |source| {
        let source = source.into();
        let refused = source.downcast_ref::<io::Error>();
        let refused = refused.and_then(io::Error::get_ref);
        if let Some(link) = refused.and_then(|refused| refused.downcast_ref::<LinkInTheWay>()) {
            return StoreError::BehindALink(link.to_string());
        }
        if let Some(immutable) = refused.and_then(|refused| refused.downcast_ref::<Immutable>()) {
            return StoreError::Immutable(immutable.to_string());
        }
        let kind = source.downcast_ref().map(io::Error::kind);
        if kind == Some(ErrorKind::CrossesDevices) {
            let text = format!("{what} failed: part of the data folder is on another disk");
            return StoreError::Immutable(text);
        }
        StoreError::Files { what, source }
    }
}

/// Runs file work on a thread that may block.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(error) => Err(failed("a background step")(error)),
    }
}

/// The file that is there, or `None`; what stands where a folder should be counts as nothing there.
pub(super) fn if_there<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

fn already_is_fine(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        result => result,
    }
}
