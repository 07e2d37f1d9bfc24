//! Room in memory for bodies: all of them together may take so much, and those of one client half of it.
//!
//! Room is taken as bytes arrive. A body that finds none waits a while, then gives up what it has.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, SemaphorePermit};

use crate::domain::Client;
use crate::http::error::ApiError;

/// Bodies take room by such steps.
pub const STEP: usize = 256 << 10;
/// How long a body waits for room that others have.
const WAIT: Duration = Duration::from_secs(5);

/// The room of this process.
pub static ALL: Memory = Memory::new((512 << 20) / STEP);

/// Room for bodies, in steps.
pub struct Memory {
    steps: usize,
    free: Semaphore,
    /// What is free of each client's half, as long as it has bodies.
    halves: Mutex<BTreeMap<Client, Weak<Semaphore>>>,
}

/// The room that one body takes; dropped, it is free again.
pub struct Room {
    memory: &'static Memory,
    half: Arc<Semaphore>,
    taken: Option<(SemaphorePermit<'static>, OwnedSemaphorePermit)>,
}

impl Memory {
    /// So many steps.
    pub const fn new(steps: usize) -> Self {
        Self {
            steps,
            free: Semaphore::const_new(steps),
            halves: Mutex::new(BTreeMap::new()),
        }
    }

    /// What nobody has.
    #[cfg(test)]
    pub fn free_steps(&self) -> usize {
        self.free.available_permits()
    }

    fn half(&self) -> usize {
        self.steps.div_ceil(2)
    }

    fn half_of(&self, client: Client) -> Arc<Semaphore> {
        let mut halves = self.halves.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(half) = halves.get(&client).and_then(Weak::upgrade) {
            return half;
        }
        halves.retain(|_, half| half.strong_count() > 0);
        let half = Arc::new(Semaphore::new(self.half()));
        halves.insert(client, Arc::downgrade(&half));
        half
    }
}

impl Room {
    /// None yet, for a body of this client.
    pub fn new(client: Client, memory: &'static Memory) -> Self {
        Self {
            half: memory.half_of(client),
            memory,
            taken: None,
        }
    }

    /// Takes what is missing for so many bytes; a body that no half holds takes a whole one.
    pub async fn hold(&mut self, bytes: usize) -> Result<(), ApiError> {
        let wanted = bytes.div_ceil(STEP).min(self.memory.half());
        while self.steps() < wanted {
            let step = tokio::time::timeout(WAIT, self.step()).await;
            let step = step.map_err(|_| ApiError::busy("too many large bodies at once", WAIT))?;
            let (free, half) = step.map_err(ApiError::internal)?;
            match &mut self.taken {
                Some((all, own)) => {
                    all.merge(free);
                    own.merge(half);
                }
                none => *none = Some((free, half)),
            }
        }
        Ok(())
    }

    fn steps(&self) -> usize {
        self.taken.as_ref().map_or(0, |(all, _)| all.num_permits())
    }

    async fn step(
        &self,
    ) -> Result<(SemaphorePermit<'static>, OwnedSemaphorePermit), tokio::sync::AcquireError> {
        let half = Arc::clone(&self.half).acquire_owned().await?;
        Ok((self.memory.free.acquire().await?, half))
    }
}
