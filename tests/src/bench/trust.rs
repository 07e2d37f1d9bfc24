//! What `bench-trust` is made of: pictures that are drawn for it, what the server calls duplicates among them, what
//! others do, and how both are told.

pub mod material;
mod opened;
pub mod ours;
pub mod peers;
pub mod recall;
pub mod strangers;
mod tables;

use std::collections::HashSet;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// Two places of pictures, the lower first.
pub type Pair = [usize; 2];

/// Who finds duplicates, and what it calls so.
#[derive(Clone, Debug)]
pub struct Finder {
    /// For people.
    pub name: String,
    /// The pairs that are duplicates for it.
    pub duplicates: HashSet<Pair>,
}

/// A pair of two places.
pub fn pair(one: usize, other: usize) -> Pair {
    [one.min(other), one.max(other)]
}

/// A script of `tests/quality`, run by `VISMATCH_QUALITY_PYTHON` or by what `just trust` sets up.
fn script(name: &str) -> Result<Command, String> {
    let python = std::env::var_os("VISMATCH_QUALITY_PYTHON").map_or_else(
        || super::target().join("tools/quality/bin/python"),
        PathBuf::from,
    );
    if !python.exists() {
        return Err(format!(
            "{} is not there: `just trust` sets it up",
            python.display()
        ));
    }
    let mut command = Command::new(python);
    command.env("PYTHONDONTWRITEBYTECODE", "1");
    command.stdin(Stdio::null());
    command.arg(crate::repository().join("tests/quality").join(name));
    Ok(command)
}
