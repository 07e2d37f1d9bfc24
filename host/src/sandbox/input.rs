//! Pictures on their way in: bytes at hand, or a file that is read when its turn has come.

use std::fs::File;
use std::io::{self, Read, Seek};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;

use super::CallError;
use crate::domain::{Excess, ImageError, Limit};

/// A picture on its way in; a file is read only when a worker is free for it.
#[derive(Clone, Debug)]
pub enum Input {
    /// Bytes at hand. Clones share them.
    Bytes(Bytes),
    /// A file of this machine.
    File(PathBuf),
    /// A regular file that is open; clones share it and are not read at the same time.
    Open(Arc<File>),
}

impl Input {
    /// The bytes. More than `most` cannot be handed to an instance and are `too-large`.
    pub(super) fn read(&self, most: usize) -> Result<Bytes, CallError> {
        match self {
            Self::Bytes(bytes) => within(bytes.len() as u64, most).map(|()| bytes.clone()),
            Self::File(path) => read_path(path, most),
            Self::Open(file) => read_file(file, most),
        }
    }
}

/// Takes regular files only: a pipe or a device might never end.
fn read_path(path: &Path, most: usize) -> Result<Bytes, CallError> {
    if !path.metadata().map_err(CallError::Input)?.is_file() {
        let kind = io::ErrorKind::InvalidInput;
        return Err(CallError::Input(io::Error::new(kind, "not a regular file")));
    }
    read_file(&File::open(path).map_err(CallError::Input)?, most)
}

fn read_file(mut file: &File, most: usize) -> Result<Bytes, CallError> {
    let length = file.metadata().map_err(CallError::Input)?.len();
    within(length, most)?;
    let mut bytes = Vec::with_capacity(length as usize);
    file.rewind().map_err(CallError::Input)?;
    // It may grow meanwhile.
    file.take(length)
        .read_to_end(&mut bytes)
        .map_err(CallError::Input)?;
    Ok(bytes.into())
}

fn within(length: u64, most: usize) -> Result<(), CallError> {
    if length <= most as u64 {
        return Ok(());
    }
    Err(CallError::Image(ImageError::TooLarge(Excess {
        limit: Limit::Memory,
        actual: length,
        allowed: most as u64,
    })))
}
