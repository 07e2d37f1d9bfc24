//! How many calls run at once, and how many may wait for their turn.
//!
//! Work runs on the runtime's blocking threads and keeps its place until it ends, whether or not
//! anybody still waits for it; shutting the runtime down waits for work that runs.

use std::sync::Arc;
use std::time::Duration;

use metrics::{Gauge, gauge};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::{JoinError, spawn_blocking};
use tokio_util::sync::CancellationToken;

use super::{CallError, Settings};

/// When to come back to a full queue: pictures take tens of milliseconds, clients count in seconds.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// A bounded number of workers and a bounded queue before them, first come, first served.
pub struct Workers {
    /// Workers and places in the queue together.
    places: Arc<Semaphore>,
    workers: Arc<Semaphore>,
}

impl Workers {
    /// At least one worker.
    pub fn new(settings: &Settings) -> Self {
        let workers = settings.workers.clamp(1, Semaphore::MAX_PERMITS / 2);
        let queue = settings.queue.min(Semaphore::MAX_PERMITS / 2);
        Self {
            places: Arc::new(Semaphore::new(workers + queue)),
            workers: Arc::new(Semaphore::new(workers)),
        }
    }

    /// Runs `work` when a worker is free. Its token is cancelled when the caller stops waiting.
    pub async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(CancellationToken) -> Result<T, CallError> + Send + 'static,
    ) -> Result<T, CallError> {
        let held = self.wait().await?;
        let abandoned = CancellationToken::new();
        let _cancel_when_dropped = abandoned.clone().drop_guard();
        let running = spawn_blocking(move || {
            let _held = held;
            let _counted = Counted::new(gauge!("vismatch_sandbox_running"));
            work(abandoned)
        });
        running.await.unwrap_or_else(|error| Err(lost(error)))
    }

    /// A place and a worker, both free again when they are dropped.
    async fn wait(&self) -> Result<[OwnedSemaphorePermit; 2], CallError> {
        let busy = || CallError::Busy {
            retry_after: RETRY_AFTER,
        };
        let place = self
            .places
            .clone()
            .try_acquire_owned()
            .map_err(|_| busy())?;
        let _counted = Counted::new(gauge!("vismatch_sandbox_queue_depth"));
        // The semaphore is never closed.
        let worker = self
            .workers
            .clone()
            .acquire_owned()
            .await
            .map_err(|_| busy())?;
        Ok([place, worker])
    }
}

/// Work that did not end: a panic of the host goes on in the caller, and a runtime that shuts down
/// starts nothing more.
fn lost(error: JoinError) -> CallError {
    match error.try_into_panic() {
        Ok(panic) => std::panic::resume_unwind(panic),
        Err(_) => CallError::Busy {
            retry_after: RETRY_AFTER,
        },
    }
}

/// One more on a gauge, for as long as it lives.
struct Counted(Gauge);

impl Counted {
    fn new(gauge: Gauge) -> Self {
        gauge.increment(1.0);
        Self(gauge)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.decrement(1.0);
    }
}
