//! What was deleted and could not be erased: tried again until it is.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

pub use crate::store::Unerased;

use super::{ServiceError, Services};

/// How often it is tried.
const TRY_EVERY: Duration = Duration::from_secs(60);

/// What of deleted things is still on the disk.
pub async fn list(services: &Services) -> Result<Vec<Unerased>, ServiceError> {
    Ok(services.store.unerased().await?)
}

/// Tries to erase it, now and once a minute, until `stop`; the log says when what is left is another.
pub async fn erase_all(services: Services, stop: CancellationToken) {
    let mut tries = tokio::time::interval(TRY_EVERY);
    let mut told = Vec::new();
    while stop.run_until_cancelled(tries.tick()).await.is_some() {
        match services.store.erase_again().await {
            Ok(left) => {
                tell(&left, &told);
                told = left;
            }
            Err(error) => {
                let error = &error as &dyn std::error::Error;
                tracing::error!(
                    error,
                    "what was deleted could not be erased; tried again in a while"
                );
            }
        }
    }
}

fn tell(left: &[Unerased], told: &[Unerased]) {
    for unerased in left.iter().filter(|one| !told.contains(one)) {
        tracing::warn!(%unerased, "deleted, and cannot be erased yet");
    }
    for erased in told.iter().filter(|one| !left.contains(one)) {
        tracing::info!(folder = ?erased.folder, "what was left of a deletion is erased, or some of it");
    }
}
