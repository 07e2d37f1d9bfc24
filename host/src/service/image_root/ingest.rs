//! Takes one file of the image root in, or finds out that nothing needs to be done.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use crate::sandbox::Input;
use crate::service::processing::{self, Given};
use crate::service::{ServiceError, digest};
use crate::store::{FileStamp, OpenFile};

use super::ImageRoot;
use super::source_path::SourcePath;
use super::watch::Settled;

/// How often a file that changes while it is read is tried before it is left to the watcher.
const ATTEMPTS: u32 = 3;
/// The pause between.
const PAUSE: Duration = Duration::from_millis(300);

/// Why a file is passed over whose name another file has, too.
const ANOTHER: &str = "another file has the same name, written in another way";

/// What one look at a file led to.
enum Outcome {
    /// Nothing to do: known, refused before, or gone.
    Settled,
    /// It is an image now.
    Indexed,
    /// It is no picture.
    Refused,
    /// It changed while it was read.
    Changing,
    /// Another process holds its project.
    PassedOver,
}

impl ImageRoot {
    /// Takes a file in; troubles are logged and end here.
    pub async fn ingest(&self, source: &SourcePath) {
        if let Err(error) = self.try_ingest(source).await {
            self.progress().skipped.fetch_add(1, Ordering::Relaxed);
            let error = &error as &dyn std::error::Error;
            tracing::error!(path = ?source.path, error, "not taken in from the image root");
        }
    }

    async fn try_ingest(&self, source: &SourcePath) -> Result<(), ServiceError> {
        for _ in 0..ATTEMPTS {
            match self.try_once(source).await? {
                Outcome::Settled | Outcome::PassedOver => return Ok(()),
                Outcome::Indexed => {
                    self.progress().indexed.fetch_add(1, Ordering::Relaxed);
                    tracing::debug!(project = %source.project, name = %source.name, "indexed");
                    return Ok(());
                }
                Outcome::Refused => {
                    self.progress().skipped.fetch_add(1, Ordering::Relaxed);
                    return Ok(());
                }
                Outcome::Changing => tokio::time::sleep(PAUSE).await,
            }
        }
        tracing::debug!(path = ?source.path, "still being written");
        Ok(())
    }

    async fn try_once(&self, source: &SourcePath) -> Result<Outcome, ServiceError> {
        let store = &self.services.store;
        let Some(file) = store.open_source(&source.project, &source.name).await? else {
            return Ok(Outcome::Settled);
        };
        let stamp = file.stamp;
        if source.is_spelled_otherwise && self.own_stamp(source).await? != Some(stamp) {
            self.refuse(source.path.clone(), None, &ANOTHER);
            return Ok(Outcome::Settled);
        }
        if self.is_refused(&source.path, stamp) {
            return Ok(Outcome::Settled);
        }
        let at = Settled::at(&source.path);
        if self.passes_over(&source.project, &at).await? {
            return Ok(Outcome::PassedOver);
        }
        let known = store.source_file(&source.project, &source.name).await?;
        if known.as_ref().is_some_and(|known| known.stamp == stamp) {
            return Ok(Outcome::Settled);
        }
        if let Some(known) = known
            && known.stamp.bytes == stamp.bytes
            && known.sha256 == file.digest().await?
        {
            let confirmed = store.confirm_source(known.image, stamp).await;
            let confirmed = self.unless_held(confirmed, &at)?;
            return Ok(confirmed.map_or(Outcome::PassedOver, |()| Outcome::Settled));
        }
        self.adopt(source, file).await
    }

    async fn adopt(&self, source: &SourcePath, file: OpenFile) -> Result<Outcome, ServiceError> {
        let (stamp, picture) = (file.stamp, Input::Open(Arc::new(file.file)));
        let outcome = processing::process_patiently(&self.services, picture.clone()).await;
        let outcome = match outcome {
            Ok(outcome) => outcome,
            Err(error) if error.is_refusal() => {
                let store = &self.services.store;
                let now = store.open_source(&source.project, &source.name).await?;
                if now.map(|file| file.stamp) != Some(stamp) {
                    return Ok(Outcome::Changing);
                }
                self.refuse(source.path.clone(), Some(stamp), &error);
                return Ok(Outcome::Refused);
            }
            Err(error) => return Err(error),
        };
        let given = Given {
            project: source.project.clone(),
            name: source.name.clone(),
            bytes: stamp.bytes,
            sha256: digest::of_input(picture).await?,
            deletion_token: None,
        };
        let (image, renditions) = processing::image_of(given, outcome);
        let id = image.id;
        let adopted = self.services.store.adopt(image, renditions, stamp).await;
        Ok(
            match self.unless_held(adopted, &Settled::at(&source.path))? {
                None => Outcome::PassedOver,
                Some(Some(stored)) if stored.replaced || stored.image.id == id => Outcome::Indexed,
                // An upload whose row came while its file was looked at.
                Some(Some(_)) => Outcome::Settled,
                Some(None) => Outcome::Changing,
            },
        )
    }

    /// The stamp of the file that is written as it was found.
    async fn own_stamp(&self, source: &SourcePath) -> Result<Option<FileStamp>, ServiceError> {
        let file = self.services.store.open_found(&source.path).await?;
        Ok(file.map(|file| file.stamp))
    }
}
