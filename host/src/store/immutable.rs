//! Files that the system would not let go of: found before a removal is committed, which cannot be undone afterwards.
//!
//! A file that is marked as unchangeable can be carried along in its folder, but not be removed; what a disk is mounted at
//! can neither be moved nor removed. Nothing is removed here.

use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};

use cap_fs_ext::DirExt;
use cap_std::fs::Dir;
use thiserror::Error;

/// Something that cannot be removed.
#[derive(Debug, Error)]
#[error("{path:?} cannot be removed: {reason}")]
pub(super) struct Immutable {
    path: PathBuf,
    reason: &'static str,
}

/// An error when an entry cannot be removed from a folder; `path` is where it is.
pub(super) fn refuse(folder: &Dir, name: &OsStr, path: &Path) -> io::Result<()> {
    refuse_marked(folder, name, path)?;
    refuse_folder(folder, path.parent().unwrap_or(path))
}

/// An error when something in a folder cannot be removed; `path` is where the folder is.
pub(super) fn refuse_in(folder: &Dir, path: &Path) -> io::Result<()> {
    let mut is_empty = true;
    for entry in folder.entries()? {
        let entry = entry?;
        is_empty = false;
        let (name, here) = (entry.file_name(), path.join(entry.file_name()));
        refuse_marked(folder, &name, &here)?;
        if entry.file_type()?.is_dir() {
            refuse_in(&folder.open_dir_nofollow(&name)?, &here)?;
        }
    }
    match is_empty {
        true => Ok(()),
        false => refuse_folder(folder, path),
    }
}

fn refuse_marked(folder: &Dir, name: &OsStr, path: &Path) -> io::Result<()> {
    let marks = marks_of(folder, name)?;
    if marks.is_unchangeable {
        return Err(refusal(path, "it is marked as unchangeable"));
    }
    match marks.is_mounted_at {
        true => Err(refusal(path, "a disk is mounted there")),
        false => Ok(()),
    }
}

/// An error when nothing can be removed from a folder.
fn refuse_folder(folder: &Dir, path: &Path) -> io::Result<()> {
    let marks = marks_of(folder, OsStr::new("."))?;
    match may_change(folder) && !marks.is_unchangeable {
        true => Ok(()),
        false => Err(refusal(path, "the folder must not be changed")),
    }
}

fn refusal(path: &Path, reason: &'static str) -> io::Error {
    io::Error::other(Immutable {
        path: path.to_owned(),
        reason,
    })
}

/// What the system says of a file or folder.
#[derive(Default)]
struct Marks {
    /// It must not be changed, or only be added to, as `chattr` says.
    is_unchangeable: bool,
    is_mounted_at: bool,
}

#[cfg(target_os = "linux")]
fn marks_of(folder: &Dir, name: &OsStr) -> io::Result<Marks> {
    use rustix::fs::{AtFlags, StatxAttributes, StatxFlags, statx};
    let unchangeable = StatxAttributes::IMMUTABLE | StatxAttributes::APPEND;
    let flags = AtFlags::SYMLINK_NOFOLLOW;
    match statx(folder, name, flags, StatxFlags::TYPE) {
        Ok(facts) => Ok(Marks {
            is_unchangeable: facts.stx_attributes.intersects(unchangeable),
            is_mounted_at: facts.stx_attributes.contains(StatxAttributes::MOUNT_ROOT),
        }),
        // It went meanwhile, or the system does not tell: the removal itself finds out.
        Err(rustix::io::Errno::NOENT | rustix::io::Errno::NOSYS) => Ok(Marks::default()),
        Err(error) => Err(error.into()),
    }
}

#[cfg(not(target_os = "linux"))]
fn marks_of(_: &Dir, _: &OsStr) -> io::Result<Marks> {
    Ok(Marks::default())
}

#[cfg(unix)]
fn may_change(folder: &Dir) -> bool {
    use rustix::fs::{Access, AtFlags, accessat};
    let needed = Access::WRITE_OK | Access::EXEC_OK;
    accessat(folder, ".", needed, AtFlags::empty()).is_ok()
}

#[cfg(not(unix))]
fn may_change(_: &Dir) -> bool {
    true
}
