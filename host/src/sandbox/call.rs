//! One call: a fresh instance, a budget of memory and time, and the name of what went wrong.

use std::time::{Duration, Instant};

use thiserror::Error;
use tokio_util::sync::CancellationToken;
use tracing::warn;
use wasmtime::{Engine, Store, Trap, UpdateDeadline};

use super::wasi::State;
use super::{CallError, SandboxSettings};

/// What one call may spend.
#[derive(Clone, Copy, Debug)]
pub struct Budget {
    /// Linear memory, in bytes.
    pub memory: usize,
    /// Wall time.
    pub timeout: Duration,
}

impl From<&SandboxSettings> for Budget {
    fn from(settings: &SandboxSettings) -> Self {
        Self {
            memory: settings.memory,
            timeout: settings.timeout,
        }
    }
}

/// Why running code was told to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
enum Stopped {
    #[error("past its deadline")]
    Late,
    #[error("nobody waits for the answer any more")]
    Abandoned,
}

/// Runs `work`, which makes an instance in the store it gets. It is stopped soon after its time is up or
/// `abandoned` is cancelled.
pub fn run<T>(
    engine: &Engine,
    budget: Budget,
    abandoned: CancellationToken,
    work: impl FnOnce(&mut Store<State>) -> wasmtime::Result<T>,
) -> Result<T, CallError> {
    let mut store = store(engine, budget, abandoned);
    work(&mut store).map_err(|error| name(&error, budget, store.data().memory.refused()))
}

/// An empty store whose code runs for as long as the budget allows, from now.
pub fn store(engine: &Engine, budget: Budget, abandoned: CancellationToken) -> Store<State> {
    let mut store = Store::new(engine, State::new(budget.memory));
    store.limiter(|state| &mut state.memory);
    // An answer that would not fit into the instance repeats itself: it is no answer.
    store.set_hostcall_fuel(budget.memory);
    let started = Instant::now();
    store.set_epoch_deadline(1);
    store.epoch_deadline_callback(move |_| {
        if started.elapsed() >= budget.timeout {
            return Err(Stopped::Late.into());
        }
        if abandoned.is_cancelled() {
            return Err(Stopped::Abandoned.into());
        }
        Ok(UpdateDeadline::Continue(1))
    });
    store
}

/// Which of the named outcomes an error is.
fn name(error: &wasmtime::Error, budget: Budget, refused_memory: bool) -> CallError {
    // Nobody reads what comes of an abandoned call.
    if error.downcast_ref::<Stopped>().is_some() {
        return CallError::Timeout(budget.timeout);
    }
    if refused_memory {
        return CallError::OutOfMemory {
            allowed: budget.memory,
        };
    }
    // A decoder has a fault; the developers want to know where.
    warn!("the component trapped: {error:?}");
    let text = match error.downcast_ref::<Trap>() {
        Some(trap) => trap.to_string(),
        None => error.root_cause().to_string(),
    };
    CallError::Trap(text)
}
