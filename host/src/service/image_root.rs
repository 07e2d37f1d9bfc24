//! The image root: folders that people drop pictures into are projects; what appears there is
//! indexed, what changes is indexed again, what is no picture is reported once and skipped.

use tokio_util::sync::CancellationToken;

use super::{ServiceError, Services};

/// How far indexing has come, for `/readyz` and the log.
#[derive(Debug, Default)]
pub struct ScanProgress {}

/// A look at the progress.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ScanState {
    /// The first scan is over.
    pub finished: bool,
    /// Files seen so far that were not known.
    pub found: u64,
    /// Of those, indexed.
    pub indexed: u64,
    /// Of those, no pictures.
    pub skipped: u64,
}

impl ScanProgress {
    /// Where it stands.
    pub fn state(&self) -> ScanState {
        todo!()
    }
}

/// Indexes what lies in the image root and is not known, removes what is gone, then watches until cancelled.
pub async fn follow(services: Services, stop: CancellationToken) -> Result<(), ServiceError> {
    todo!()
}
