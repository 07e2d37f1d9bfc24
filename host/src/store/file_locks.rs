//! Locks of files, by which processes over one data folder keep out of each other's way. What they guard is not told here.

use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::StoreError;
use super::disk::{Disk, blocking, failed};
use super::layout::Layout;

/// Longest pause before another process's lock is tried again.
const PAUSE: Duration = Duration::from_millis(20);

/// Locks a file of the data folder, which is made when it is not there; `None` when another process holds it until `end`.
pub(super) async fn lock_file(
    layout: &Arc<Layout>,
    path: PathBuf,
    end: Instant,
) -> Result<Option<File>, StoreError> {
    let mut pause = Duration::from_millis(1);
    loop {
        let (layout, path) = (Arc::clone(layout), path.clone());
        let locked = move || try_lock(&layout, &path).map_err(failed("taking a lock"));
        let locked = blocking(locked).await?;
        if locked.is_some() || Instant::now() >= end {
            return Ok(locked);
        }
        sleep(pause).await;
        pause = (pause * 2).min(PAUSE);
    }
}

fn try_lock(layout: &Layout, path: &Path) -> io::Result<Option<File>> {
    let disk = layout.disk();
    if let Some(folder) = path.parent() {
        disk.create_folder(folder)?;
    }
    let file = disk.lock_file(path)?;
    Ok(lock_now(&file)?.then_some(file))
}

/// Locks an open file unless another process has locked it.
pub(super) fn lock_now(file: &File) -> io::Result<bool> {
    match file.try_lock() {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

/// Somebody has locked this file; nobody has when it is not there, or only behind a link.
pub(super) fn is_locked(disk: &Disk, path: &Path) -> Result<bool, StoreError> {
    let file = disk.file(path);
    let locked = file.and_then(|file| file.map_or(Ok(false), |file| Ok(!lock_now(&file)?)));
    locked.map_err(failed("looking at a lock"))
}
