//! Local features for images that were there before their project was told to find crops: made in the background of their sketches.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::matching::parts;
use super::{ServiceError, Services};

/// When it is tried again after it failed.
const AGAIN: Duration = Duration::from_secs(60);

/// Gives images their features at the start and whenever a project is told to find crops, until told to stop.
pub async fn follow(services: Services, stop: CancellationToken) {
    loop {
        let done = add_all(&services, &stop).await;
        if let Err(error) = &done {
            tracing::error!(
                error = error as &dyn std::error::Error,
                "local features could not be made; they are tried again"
            );
        }
        let again = async {
            match done {
                Ok(()) => std::future::pending().await,
                Err(_) => tokio::time::sleep(AGAIN).await,
            }
        };
        tokio::select! {
            () = stop.cancelled() => return,
            () = services.crops_wanted.notified() => {}
            () = again => {}
        }
    }
}

async fn add_all(services: &Services, stop: &CancellationToken) -> Result<(), ServiceError> {
    let (mut all, mut behind) = (0, None);
    while !stop.is_cancelled() {
        let Some((last, added)) = services.store.add_features(behind).await? else {
            break;
        };
        (all, behind) = (all + added, Some(last));
    }
    if all > 0 {
        tracing::info!(
            images = all,
            "made local features: crops of these images are found"
        );
    }
    // The first question does not have to wait for it.
    parts::index(services, None).await?;
    Ok(())
}
