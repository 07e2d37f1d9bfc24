//! Who else on this machine may read a data folder: nobody, unless the setting `data_mode` says otherwise.
//!
//! What the process makes from then on, it makes by its file mode creation mask: the database with its log,
//! pictures, renditions, temporary files. Folders that were there before get the mode, too, and shut in what
//! lies in them. Systems without file modes have rules of their own.

use std::fs;
use std::io;
use std::path::Path;

use crate::config::DataMode;

/// Folders of a data folder that are made once and then are there.
const FOLDERS: [&str; 6] = [
    "image_root",
    "projects",
    "tmp",
    "index",
    "unerased",
    "cache",
];
/// Files that lie beside them are called so, or begin with `vismatch.`.
const FILES: [&str; 2] = ["opening.lock", "reserve"];

/// Makes the data folder where it is missing, and gives it and its folders the mode. A folder with other things in
/// it keeps its own mode: it is somebody's.
pub fn restrict(data: &Path, mode: DataMode) -> io::Result<()> {
    set_mask(mode);
    fs::create_dir_all(data)?;
    if is_ours_alone(data)? {
        set_mode(data, mode);
    }
    for folder in FOLDERS {
        set_mode(&data.join(folder), mode);
    }
    Ok(())
}

fn is_ours_alone(data: &Path) -> io::Result<bool> {
    for entry in fs::read_dir(data)? {
        let name = entry?.file_name();
        let name = name.to_string_lossy();
        let is_known = FOLDERS.iter().chain(&FILES).any(|known| name == *known);
        if !is_known && !name.starts_with("vismatch.") {
            return Ok(false);
        }
    }
    Ok(true)
}

#[cfg(unix)]
fn set_mask(mode: DataMode) {
    use rustix::fs::Mode;
    let left_out = Mode::from_raw_mode(0o777 & !mode.bits() as rustix::fs::RawMode);
    rustix::process::umask(left_out);
}

/// Links are left alone; so are folders of another owner, who decides about them.
#[cfg(unix)]
fn set_mode(folder: &Path, mode: DataMode) {
    use std::os::unix::fs::PermissionsExt;
    let Ok(facts) = fs::symlink_metadata(folder) else {
        return;
    };
    let wanted = fs::Permissions::from_mode(mode.bits());
    if !facts.is_dir() || facts.permissions().mode() & 0o777 == mode.bits() {
        return;
    }
    if let Err(error) = fs::set_permissions(folder, wanted) {
        tracing::warn!(folder = ?folder, %mode, %error, "the folder keeps its mode: others may be able to read it");
    }
}

#[cfg(not(unix))]
fn set_mask(_: DataMode) {}

#[cfg(not(unix))]
fn set_mode(_: &Path, _: DataMode) {}
