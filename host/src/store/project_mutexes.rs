//! A mutex for each project: tasks of this process that change the same project queue here, in fair order.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{Mutex as ProjectMutex, OwnedMutexGuard};

use crate::domain::ProjectName;

/// The mutex of a project is held until this is dropped.
pub(super) type ProjectGuard = OwnedMutexGuard<()>;

/// One mutex for each project that somebody holds or waits for.
#[derive(Default)]
pub(super) struct ProjectMutexes {
    mutexes: Mutex<HashMap<ProjectName, Arc<ProjectMutex<()>>>>,
}

impl ProjectMutexes {
    /// Waits for the mutex of a project.
    pub(super) async fn lock(&self, project: &ProjectName) -> ProjectGuard {
        self.mutex_of(project).lock_owned().await
    }

    fn mutex_of(&self, project: &ProjectName) -> Arc<ProjectMutex<()>> {
        let mut mutexes = self.mutexes.lock().unwrap_or_else(PoisonError::into_inner);
        // A mutex that nobody holds or waits for is not kept.
        mutexes.retain(|_, mutex| Arc::strong_count(mutex) > 1);
        Arc::clone(mutexes.entry(project.clone()).or_default())
    }
}
