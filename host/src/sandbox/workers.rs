//! How many calls run at once, and how many may wait for their turn.
//!
//! Work runs on the runtime's blocking threads and keeps its worker until it ends, whether or not
//! anybody still waits for it; shutting the runtime down waits for work that runs. Whose turn it is, is
//! said by `fair_queue`.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use metrics::{Gauge, gauge};
use tokio::sync::oneshot;
use tokio::task::{JoinError, spawn_blocking};
use tokio_util::sync::CancellationToken;

use crate::domain::Client;

use super::client::current_client;
use super::fair_queue::{Admission, FairQueue, Ticket};
use super::{CallError, SandboxSettings};

/// When to come back to a full queue: pictures take tens of milliseconds, clients count in seconds.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// A bounded number of workers and a bounded queue before them, which serves clients in turn. Clones share them.
#[derive(Clone)]
pub struct Workers {
    queue: Arc<Mutex<FairQueue<Call>>>,
}

/// Where a call that waits gets its worker; dropped, its place was given to another client.
type Call = oneshot::Sender<Worker>;

/// A worker; dropped, it goes to the next call.
struct Worker {
    workers: Workers,
    client: Client,
    since: Instant,
}

/// A place in the queue; dropped, it is free again.
struct Waiting<'a> {
    workers: &'a Workers,
    client: Client,
    ticket: Ticket,
}

impl Workers {
    /// At least one worker.
    pub fn new(settings: &SandboxSettings) -> Self {
        let queue = FairQueue::new(settings.workers.max(1), settings.queue);
        Self {
            queue: Arc::new(Mutex::new(queue)),
        }
    }

    /// Runs `work` when its turn has come. Its token is cancelled when the caller stops waiting.
    pub async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(CancellationToken) -> Result<T, CallError> + Send + 'static,
    ) -> Result<T, CallError> {
        let worker = self.wait(current_client()).await?;
        let abandoned = CancellationToken::new();
        let _cancel_when_dropped = abandoned.clone().drop_guard();
        let running = spawn_blocking(move || {
            let _worker = worker;
            let _counted = Counted::new(gauge!("vismatch_sandbox_running"));
            work(abandoned)
        });
        running.await.unwrap_or_else(|error| Err(lost(error)))
    }

    async fn wait(&self, client: Client) -> Result<Worker, CallError> {
        let (call, turn) = oneshot::channel();
        let now = Instant::now();
        let asked = self.queue().ask(client, call, now);
        match asked {
            Admission::Runs => Ok(self.worker(client, now)),
            Admission::Refused => Err(busy()),
            Admission::Waits(ticket) => {
                let _counted = Counted::new(gauge!("vismatch_sandbox_queue_depth"));
                let _place = Waiting {
                    workers: self,
                    client,
                    ticket,
                };
                turn.await.map_err(|_| busy())
            }
        }
    }

    fn worker(&self, client: Client, since: Instant) -> Worker {
        Worker {
            workers: self.clone(),
            client,
            since,
        }
    }

    fn queue(&self) -> MutexGuard<'_, FairQueue<Call>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        let now = Instant::now();
        let next = self.workers.queue().end(self.client, self.since, now);
        if let Some((client, call)) = next {
            // One that has just stopped waiting drops the worker, which then goes to the next.
            let _ = call.send(self.workers.worker(client, now));
        }
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        let call = self.workers.queue().leave(self.client, self.ticket);
        drop(call);
    }
}

fn busy() -> CallError {
    CallError::Busy {
        retry_after: RETRY_AFTER,
    }
}

/// Work that did not end: a panic of the host goes on in the caller, and a runtime that shuts down
/// starts nothing more.
fn lost(error: JoinError) -> CallError {
    match error.try_into_panic() {
        Ok(panic) => std::panic::resume_unwind(panic),
        Err(_) => busy(),
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
