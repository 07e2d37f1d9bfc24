//! The image root: folders that people drop pictures into are projects; what appears there is
//! indexed, what changes is indexed again, what is no picture is reported once and skipped.
//!
//! The rules for what disappears: a picture that was dropped in and is deleted while the server
//! watches takes its image with it; moved to another place in the image root, also with its folder, it
//! becomes a new image there. Everything else that is missing - uploaded files, whole folders that went
//! elsewhere, files that went while no server ran - may be an accident or a disk that is not mounted:
//! it is reported, and the images stay until they are deleted or `verify --repair` is told to act.
//!
//! Links are not followed, in whichever folder they lie: what is read of a file is read of the one that was
//! opened without them, and that is the one whose bytes, size and date become the image's.
//!
//! Uploads put their files here too. They are told by their rows; where a row is not committed yet,
//! the store's lock makes [`Store::adopt`](crate::store::Store::adopt) wait for it.

mod ingest;
mod scan;
mod source_path;
mod watch;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio_util::sync::CancellationToken;

use crate::domain::ProjectName;
use crate::store::{FileStamp, StoreError};

use super::{ServiceError, Services};
use watch::{Noticed, Settled, Watch};

/// How far indexing has come, for `/readyz` and the log.
#[derive(Debug, Default)]
pub struct ScanProgress {
    finished: AtomicBool,
    found: AtomicU64,
    indexed: AtomicU64,
    skipped: AtomicU64,
}

/// A look at the progress.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ScanState {
    /// The first scan is over.
    pub finished: bool,
    /// Files seen so far that were not known.
    pub found: u64,
    /// Of those, indexed.
    pub indexed: u64,
    /// Of those, no pictures.
    pub skipped: u64,
}

impl ScanProgress {
    /// Where it stands.
    pub fn state(&self) -> ScanState {
        ScanState {
            finished: self.finished.load(Ordering::Relaxed),
            found: self.found.load(Ordering::Relaxed),
            indexed: self.indexed.load(Ordering::Relaxed),
            skipped: self.skipped.load(Ordering::Relaxed),
        }
    }
}

/// Indexes what lies in the image root and is not known, then watches until cancelled. Fails when the
/// first scan cannot be made; later troubles are logged.
pub async fn follow(services: Services, stop: CancellationToken) -> Result<(), ServiceError> {
    let root = ImageRoot::new(services);
    tokio::select! {
        () = stop.cancelled() => Ok(()),
        outcome = root.follow() => outcome,
    }
}

/// The image root with what has to be remembered of it.
struct ImageRoot {
    services: Services,
    folder: PathBuf,
    /// What was reported and is skipped as long as it stays as it is.
    refused: Mutex<HashMap<PathBuf, Option<FileStamp>>>,
    /// What was passed over because another process holds its project; it is looked at again later.
    passed_over: Mutex<Vec<Settled>>,
}

impl ImageRoot {
    fn new(services: Services) -> Self {
        Self {
            folder: services.store.image_root(),
            services,
            refused: Mutex::default(),
            passed_over: Mutex::default(),
        }
    }

    /// Watches from before the first scan on, so that nothing falls in between.
    async fn follow(&self) -> Result<(), ServiceError> {
        let mut watch = Watch::start(self.folder.clone()).await?;
        self.scan().await?;
        self.progress().finished.store(true, Ordering::Relaxed);
        loop {
            watch.retry_later(std::mem::take(&mut *self.passed_over()));
            let outcome = match watch.next().await {
                Noticed::Everything => self.scan().await,
                Noticed::Settled(settled) => self.rescan(settled).await,
            };
            if let Err(error) = outcome {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "the image root was not followed"
                );
            }
        }
    }

    /// What a change of a project came to; `None` when another process holds the project, or the machine lacks
    /// something: what lies at this place is passed over.
    fn unless_held<T>(
        &self,
        changed: Result<T, StoreError>,
        at: &Settled,
    ) -> Result<Option<T>, ServiceError> {
        match changed {
            Ok(done) => Ok(Some(done)),
            Err(error) if is_passing(&error) => {
                tracing::debug!(path = ?at.path, error = &error as &dyn std::error::Error, "looked at again later");
                self.passed_over().push(at.clone());
                Ok(None)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Another process is known to hold the project: what lies at this place is passed over without waiting.
    async fn passes_over(&self, project: &ProjectName, at: &Settled) -> Result<bool, ServiceError> {
        let held = self.services.store.is_held(project).await?;
        if held {
            self.passed_over().push(at.clone());
        }
        Ok(held)
    }

    fn passed_over(&self) -> MutexGuard<'_, Vec<Settled>> {
        self.passed_over
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn progress(&self) -> &ScanProgress {
        &self.services.scan
    }

    /// Says why a path is skipped, once for each state of it.
    fn refuse(&self, path: PathBuf, stamp: Option<FileStamp>, reason: &dyn std::fmt::Display) {
        let Ok(mut refused) = self.refused.lock() else {
            return;
        };
        if refused.get(&path) != Some(&stamp) {
            tracing::warn!(path = ?path, %reason, "skipped in the image root");
            refused.insert(path, stamp);
        }
    }

    fn is_refused(&self, path: &std::path::Path, stamp: FileStamp) -> bool {
        let refused = self.refused.lock();
        refused.is_ok_and(|refused| refused.get(path) == Some(&Some(stamp)))
    }
}

/// It may do later.
fn is_passing(error: &StoreError) -> bool {
    matches!(error, StoreError::Held { .. }) || error.trouble().is_some()
}
