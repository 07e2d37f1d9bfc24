//! The few things that are done to files everywhere in the store, so that they survive a crash.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use super::StoreError;

/// Names what failed.
pub(super) fn failed<E>(what: impl Into<String>) -> impl FnOnce(E) -> StoreError
where
    E: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let what = what.into();
    move |source| StoreError::Files {
        what,
        source: source.into(),
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

/// Writes a new file and syncs it; its folder is not synced.
pub(super) fn write_synced(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create_new(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Syncs files or folders, all at the same time: a journaling file system answers them together.
pub(super) fn sync_all(paths: &[PathBuf]) -> io::Result<()> {
    std::thread::scope(|scope| {
        let syncs: Vec<_> = paths
            .iter()
            .map(|path| scope.spawn(move || File::open(path)?.sync_all()))
            .collect();
        syncs.into_iter().try_for_each(|sync| {
            sync.join()
                .unwrap_or_else(|_| Err(io::Error::other("a sync panicked")))
        })
    })
}

/// Makes a folder with those above it and tells which folders have got a new entry by that.
pub(super) fn create_folder(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let missing = |path: &&Path| !path.is_dir();
    let changed: Vec<PathBuf> = folder
        .ancestors()
        .take_while(missing)
        .filter_map(|path| path.parent().map(Path::to_owned))
        .collect();
    if !changed.is_empty() {
        fs::create_dir_all(folder)?;
    }
    Ok(changed)
}

/// Removes a file; no error when it is not there.
pub(super) fn remove_file(path: &Path) -> io::Result<()> {
    absent_is_fine(fs::remove_file(path))
}

/// Removes a folder with everything in it; no error when it is not there.
pub(super) fn remove_folder(path: &Path) -> io::Result<()> {
    absent_is_fine(fs::remove_dir_all(path))
}

/// Removes the folders above `path` that are empty, up to and without `top`.
pub(super) fn remove_empty_parents(path: &Path, top: &Path) {
    for folder in path.ancestors().skip(1) {
        // A folder that is not empty ends it, whatever the error is called on this system.
        if folder == top || !folder.starts_with(top) || fs::remove_dir(folder).is_err() {
            return;
        }
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

fn absent_is_fine(result: io::Result<()>) -> io::Result<()> {
    if_there(result).map(|_| ())
}
