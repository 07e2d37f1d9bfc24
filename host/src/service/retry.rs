//! Trying again what the sandbox was too busy for.

use super::ServiceError;

/// Does work anew as long as the sandbox is busy with requests: for what may wait and must not be left out.
pub async fn while_busy<T, F>(work: impl Fn() -> F) -> Result<T, ServiceError>
where
    F: Future<Output = Result<T, ServiceError>>,
{
    loop {
        match work().await {
            Err(ServiceError::Busy { retry_after }) => tokio::time::sleep(retry_after).await,
            done => return done,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn only_what_the_sandbox_was_too_busy_for_is_tried_again() {
        let tries = AtomicU32::new(0);
        let work = async || match tries.fetch_add(1, Ordering::Relaxed) {
            0..3 => Err(ServiceError::Busy {
                retry_after: Duration::ZERO,
            }),
            3 => Ok("done"),
            _ => Err(ServiceError::Invalid("too often".into())),
        };
        assert_eq!(while_busy(work).await.unwrap(), "done");
        assert!(while_busy(work).await.is_err());
        assert_eq!(tries.into_inner(), 5);
    }
}
