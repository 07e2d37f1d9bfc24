//! A look at whether changes can be made: by doing what they need, at a modest pace.

use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::{Store, StoreError};

/// How long it counts that a change could be made.
const PACE: Duration = Duration::from_secs(10);

/// When it was last found that changes can be made.
#[derive(Debug, Default)]
pub(super) struct Probe(Mutex<Option<Instant>>);

impl Store {
    /// Fails when an upload would, for a reason that lies in the machine or in other processes. What was found
    /// counts for some seconds; askers side by side share one look.
    pub async fn check_writing(&self) -> Result<(), StoreError> {
        let mut last = self.probe.0.lock().await;
        if last.is_some_and(|last| last.elapsed() < PACE) {
            return Ok(());
        }
        *last = None;
        self.try_writing().await?;
        *last = Some(Instant::now());
        Ok(())
    }

    /// A temporary file is written and synced, and so is the database.
    async fn try_writing(&self) -> Result<(), StoreError> {
        self.may_write()?;
        let mut staging = self.stage().await?;
        staging.write(b"ready").await?;
        drop(staging.finish().await?);
        self.count_time(Timestamp::now()).await?;
        Ok(())
    }
}
