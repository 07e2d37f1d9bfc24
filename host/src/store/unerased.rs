//! Files of what was deleted that the system does not let go of: out of sight, told, and erased as soon as it does.
//!
//! A deletion is committed before its files are erased, and no commit can be undone. What cannot be erased then (a file
//! was marked as unchangeable meanwhile, a disk is mounted below it) is moved into a folder of its own in `unerased`,
//! which nothing else is in and nothing is read from. It is no trash: nothing comes back from here.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use crate::domain::unique;

use super::disk::{Disk, blocking, failed, if_there};
use super::layout::Layout;
use super::{Store, StoreError};

/// Files of something that was deleted, still on the disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unerased {
    /// Where they lie, below the data folder.
    pub folder: PathBuf,
    /// How many they are; a folder that a disk is mounted at counts as one.
    pub files: u64,
}

impl fmt::Display for Unerased {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let files = if self.files == 1 { "file" } else { "files" };
        write!(f, "{} {files} in {}", self.files, self.folder.display())
    }
}

impl Unerased {
    /// Of a folder of the data folder; `None` when nothing is left in it.
    pub(super) fn new(layout: &Layout, folder: &Path, files: u64) -> Option<Self> {
        (files > 0).then(|| Self {
            folder: layout.below(folder),
            files,
        })
    }
}

impl Store {
    /// What of deleted things is still on the disk.
    pub async fn unerased(&self) -> Result<Vec<Unerased>, StoreError> {
        let layout = self.layout.clone();
        blocking(move || {
            let each = |folder: &Path| count(layout.disk(), folder);
            each_folder(&layout, each).map_err(failed("looking for what was not erased"))
        })
        .await
    }

    /// Tries again to erase it. What is still left.
    pub async fn erase_again(&self) -> Result<Vec<Unerased>, StoreError> {
        self.may_write()?;
        let layout = self.layout.clone();
        blocking(move || {
            let each = |folder: &Path| erase(layout.disk(), folder);
            each_folder(&layout, each).map_err(failed("erasing what was deleted"))
        })
        .await
    }
}

fn each_folder(layout: &Layout, left_in: impl Fn(&Path) -> u64) -> io::Result<Vec<Unerased>> {
    let mut left = Vec::new();
    for entry in layout.disk().list(&layout.unerased())? {
        let folder = layout.unerased().join(&entry.name);
        left.extend(Unerased::new(layout, &folder, left_in(&folder)));
    }
    left.sort_by(|one, other| one.folder.cmp(&other.folder));
    Ok(left)
}

/// Moves a folder out of sight. Where it lies then.
pub(super) fn put_away(layout: &Layout, folder: &Path) -> io::Result<PathBuf> {
    let away = layout.unerased().join(unique().simple().to_string());
    layout.disk().rename(folder, &away)?;
    Ok(away)
}

/// Removes a folder with what is in it; what the system does not let go of is put away.
pub(super) fn remove_or_put_away(layout: &Layout, folder: &Path) -> io::Result<Option<Unerased>> {
    if layout.disk().remove_folder(folder).is_ok() {
        return Ok(None);
    }
    match if_there(put_away(layout, folder))? {
        Some(away) => Ok(erase_away(layout, &away)),
        None => Ok(None),
    }
}

/// Erases a folder that was put away, as far as that can be done, and tells what is left.
pub(super) fn erase_away(layout: &Layout, away: &Path) -> Option<Unerased> {
    let left = Unerased::new(layout, away, erase(layout.disk(), away));
    if let Some(left) = &left {
        tracing::debug!(%left, "what was deleted cannot be erased yet");
    }
    left
}

/// Removes a file, or a folder with everything in it, as far as the system lets go of it; how much is left.
pub(super) fn erase(disk: &Disk, path: &Path) -> u64 {
    // Nearly always this is all; it stops at the first that stays.
    if disk.remove_folder(path).is_ok() && !disk.exists(path).unwrap_or(true) {
        return 0;
    }
    match disk.list(path) {
        Ok(entries) if entries.is_empty() => remove_last(disk, path),
        Ok(entries) => {
            let inside = entries.iter().map(|entry| path.join(&entry.name));
            let left: u64 = inside.map(|path| erase(disk, &path)).sum();
            if left > 0 {
                left
            } else {
                remove_last(disk, path)
            }
        }
        // A file lies there, or a folder that cannot be looked into.
        Err(_) => remove_last(disk, path),
    }
}

/// Removes a file or an empty folder; how much is left.
fn remove_last(disk: &Disk, path: &Path) -> u64 {
    let removed = disk
        .remove_file(path)
        .and_then(|()| match disk.exists(path)? {
            true => if_there(disk.remove_if_empty(path)).map(drop),
            false => Ok(()),
        });
    match removed {
        Ok(()) => 0,
        Err(error) => {
            tracing::debug!(?path, %error, "not erased");
            1
        }
    }
}

/// How many files lie there and below; an empty folder is as good as one.
pub(super) fn count(disk: &Disk, path: &Path) -> u64 {
    let Ok(entries) = disk.list(path) else {
        return 1;
    };
    if !disk.exists(path).unwrap_or(true) {
        return 0;
    }
    let inside = entries.iter().map(|entry| match entry.is_folder {
        true => count(disk, &path.join(&entry.name)),
        false => 1,
    });
    inside.sum::<u64>().max(1)
}
