//! Projects that another process holds for too long: remembered until their locks are free again.
//!
//! A process that is stopped or hangs keeps the locks that it has. What waits for them gives up after a
//! while, and whoever asks is told which projects these are.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use crate::domain::ProjectName;

use super::disk::blocking;
use super::file_locks::is_locked;
use super::{Store, StoreError};

/// The projects whose locks could not be had.
#[derive(Debug, Default)]
pub(super) struct Held(Mutex<BTreeSet<ProjectName>>);

impl Held {
    /// Remembers a project, and warns of it the first time.
    pub(super) fn add(&self, project: &ProjectName) {
        if self.projects().insert(project.clone()) {
            tracing::warn!(%project, "another process holds this project and does not let go; it cannot be changed");
        }
    }

    /// Forgets a project, and tells it when it was remembered.
    pub(super) fn remove(&self, project: &ProjectName) {
        if self.projects().remove(project) {
            tracing::info!(%project, "no other process holds this project any more");
        }
    }

    fn projects(&self) -> std::sync::MutexGuard<'_, BTreeSet<ProjectName>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store {
    /// The projects that another process holds for so long that changes of them gave up.
    pub async fn held_projects(&self) -> Result<Vec<ProjectName>, StoreError> {
        let remembered: Vec<ProjectName> = self.held.projects().iter().cloned().collect();
        let mut held = Vec::new();
        for project in remembered {
            match self.is_held(&project).await? {
                true => held.push(project),
                false => self.held.remove(&project),
            }
        }
        Ok(held)
    }

    /// The same of one project.
    pub async fn is_held(&self, project: &ProjectName) -> Result<bool, StoreError> {
        if !self.held.projects().contains(project) {
            return Ok(false);
        }
        let (layout, path) = (self.layout.clone(), self.layout.manifest_lock(project));
        blocking(move || is_locked(layout.disk(), &path)).await
    }
}
