//! Changes that are carried to their end, whoever hangs up meanwhile.

use std::future::Future;

use super::StoreError;
use super::disk::failed;

/// Runs a change to its end, whatever becomes of the caller.
pub(super) async fn run_detached<T: Send + 'static>(
    change: impl Future<Output = Result<T, StoreError>> + Send + 'static,
) -> Result<T, StoreError> {
    match tokio::spawn(change).await {
        Ok(result) => result,
        Err(error) => Err(failed("a change of the store")(error)),
    }
}
