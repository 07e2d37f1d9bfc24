//! Turns: tasks of this process that want the same project queue here, in fair order.

use std::hash::{BuildHasher, RandomState};

use tokio::sync::Mutex;

use crate::domain::ProjectName;

/// A fixed number of queues; two projects may share one, which costs them waiting and nothing else.
pub(super) struct Turns {
    queues: [Mutex<()>; 64],
    hasher: RandomState,
}

impl Turns {
    pub(super) fn new() -> Self {
        Self {
            queues: std::array::from_fn(|_| Mutex::new(())),
            hasher: RandomState::new(),
        }
    }

    /// The queue of a project.
    pub(super) fn of(&self, project: &ProjectName) -> &Mutex<()> {
        let hash = self.hasher.hash_one(project);
        &self.queues[hash as usize % self.queues.len()]
    }
}
