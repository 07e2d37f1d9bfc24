//! Turns: tasks of this process that want the same project queue here, in fair order.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{Mutex as Queue, OwnedMutexGuard};

use crate::domain::ProjectName;

/// A task's turn at a project; it ends when this is dropped.
pub(super) type Turn = OwnedMutexGuard<()>;

/// One queue a project, so that nobody waits for a project that is not his.
#[derive(Default)]
pub(super) struct Turns {
    queues: Mutex<HashMap<ProjectName, Arc<Queue<()>>>>,
}

impl Turns {
    /// Waits for a turn at a project.
    pub(super) async fn take(&self, project: &ProjectName) -> Turn {
        self.queue_of(project).lock_owned().await
    }

    fn queue_of(&self, project: &ProjectName) -> Arc<Queue<()>> {
        let mut queues = self.queues.lock().unwrap_or_else(PoisonError::into_inner);
        // Queues that nobody stands in are not kept.
        queues.retain(|_, queue| Arc::strong_count(queue) > 1);
        Arc::clone(queues.entry(project.clone()).or_default())
    }
}
