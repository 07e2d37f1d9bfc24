//! The SHA-256 of files and of bytes at hand, worked out where it does not hold up other requests.

use std::fs::File;
use std::io::{self, Seek};
use std::path::{Path, PathBuf};

use sha2::Digest;

use crate::domain::Sha256;
use crate::sandbox::Input;

use super::ServiceError;

/// The digest of a picture that came along with a question.
pub async fn of_input(input: Input) -> Result<Sha256, ServiceError> {
    let work = tokio::task::spawn_blocking(move || match input {
        Input::Bytes(bytes) => Ok(Sha256(sha2::Sha256::digest(&bytes).into())),
        Input::File(path) => read(&path),
        Input::Open(file) => read_open(&file),
    });
    let digest = work
        .await
        .map_err(|panic| ServiceError::Internal(panic.into()))?;
    digest.map_err(|error| ServiceError::Internal(error.into()))
}

/// The digest of a file.
pub async fn of_file(path: PathBuf) -> Result<Sha256, ServiceError> {
    of_input(Input::File(path)).await
}

/// The digest of a file, on a thread that may block.
pub fn read(path: &Path) -> io::Result<Sha256> {
    read_open(&File::open(path)?)
}

fn read_open(mut file: &File) -> io::Result<Sha256> {
    let mut hasher = sha2::Sha256::new();
    file.rewind()?;
    io::copy(&mut file, &mut hasher)?;
    Ok(Sha256(hasher.finalize().into()))
}
