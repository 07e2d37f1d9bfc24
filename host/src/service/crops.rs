//! Local features for images that were there before their project was told to find crops: made in the background of their sketches.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::{ServiceError, Services};

/// How soon a change that another process made is seen.
const PERIOD: Duration = Duration::from_secs(60);

/// Gives images their features until told to stop.
pub async fn follow(services: Services, stop: CancellationToken) {
    loop {
        if let Err(error) = add_all(&services, &stop).await {
            let error = &error as &dyn std::error::Error;
            tracing::error!(
                error,
                "local features could not be made; they are tried again"
            );
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = services.crops_wanted.notified() => {}
            () = tokio::time::sleep(PERIOD) => {}
        }
    }
}

async fn add_all(services: &Services, stop: &CancellationToken) -> Result<(), ServiceError> {
    let mut all = 0;
    while !stop.is_cancelled() {
        match services.store.add_features().await? {
            0 => break,
            added => all += added,
        }
    }
    if all > 0 {
        tracing::info!(
            images = all,
            "made local features: crops of these images are found"
        );
    }
    Ok(())
}
