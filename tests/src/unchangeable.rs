//! Files that the system lets nobody change or remove, as `chattr +i` makes them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::skipped;

/// A file that must not be changed, until it is dropped.
pub struct Unchangeable(PathBuf);

impl Unchangeable {
    /// `None` where there are no such files.
    pub fn make(path: &Path) -> Option<Self> {
        if chattr("+i", path) && fs::File::options().append(true).open(path).is_err() {
            return Some(Self(path.to_owned()));
        }
        skipped("files cannot be made unchangeable here");
        None
    }
}

impl Drop for Unchangeable {
    fn drop(&mut self) {
        chattr("-i", &self.0);
    }
}

/// Lets everything in a folder be changed again.
pub fn release(folder: &Path) {
    let mut chattr = Command::new("chattr");
    // It complains about links and special files.
    let _ = chattr.args(["-R", "-f", "-i"]).arg(folder).output();
}

fn chattr(flag: &str, path: &Path) -> bool {
    let mut chattr = Command::new("chattr");
    let output = chattr.arg(flag).arg(path).output();
    output.is_ok_and(|output| output.status.success())
}
