//! Takes one file of the image root in, or finds out that nothing needs to be done.

use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::time::Duration;

use crate::service::processing::{self, Given};
use crate::service::{ServiceError, digest};
use crate::store::FileStamp;

use super::ImageRoot;
use super::place::Place;
use super::watch::Settled;

/// How often a file that changes while it is read is tried before it is left to the watcher.
const ATTEMPTS: u32 = 3;
/// The pause between.
const PAUSE: Duration = Duration::from_millis(300);

/// What one look at a file led to.
enum Look {
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
    pub async fn take_in(&self, place: &Place) {
        if let Err(error) = self.try_take_in(place).await {
            self.progress().skipped.fetch_add(1, Ordering::Relaxed);
            let error = &error as &dyn std::error::Error;
            tracing::error!(path = ?place.path, error, "not taken in from the image root");
        }
    }

    async fn try_take_in(&self, place: &Place) -> Result<(), ServiceError> {
        for _ in 0..ATTEMPTS {
            match self.look_once(place).await? {
                Look::Settled | Look::PassedOver => return Ok(()),
                Look::Indexed => {
                    self.progress().indexed.fetch_add(1, Ordering::Relaxed);
                    tracing::debug!(project = %place.project, name = %place.name, "indexed");
                    return Ok(());
                }
                Look::Refused => {
                    self.progress().skipped.fetch_add(1, Ordering::Relaxed);
                    return Ok(());
                }
                Look::Changing => tokio::time::sleep(PAUSE).await,
            }
        }
        tracing::debug!(path = ?place.path, "still being written");
        Ok(())
    }

    async fn look_once(&self, place: &Place) -> Result<Look, ServiceError> {
        let Some(stamp) = stamp_of(&place.path).await? else {
            return Ok(Look::Settled);
        };
        if self.is_refused(&place.path, stamp) {
            return Ok(Look::Settled);
        }
        let at = Settled::at(&place.path);
        if self.passes_over(&place.project, &at).await? {
            return Ok(Look::PassedOver);
        }
        let store = &self.services.store;
        let known = store.given_file(&place.project, &place.name).await?;
        if known.as_ref().is_some_and(|known| known.stamp == stamp) {
            return Ok(Look::Settled);
        }
        if let Some(known) = known
            && known.sha256 == digest::of_file(place.path.clone()).await?
        {
            let confirmed = store.confirm_given(known.image, stamp).await;
            let confirmed = self.unless_held(confirmed, &at)?;
            return Ok(confirmed.map_or(Look::PassedOver, |()| Look::Settled));
        }
        self.adopt(place, stamp).await
    }

    async fn adopt(&self, place: &Place, stamp: FileStamp) -> Result<Look, ServiceError> {
        let path = &place.path;
        let outcome = match processing::process_patiently(&self.services, path).await {
            Ok(outcome) => outcome,
            Err(error) if error.is_refusal() => {
                if stamp_of(path).await? != Some(stamp) {
                    return Ok(Look::Changing);
                }
                self.refuse(path.clone(), Some(stamp), &error);
                return Ok(Look::Refused);
            }
            Err(error) => return Err(error),
        };
        let given = Given {
            project: place.project.clone(),
            name: place.name.clone(),
            bytes: stamp.bytes,
            sha256: digest::of_file(path.clone()).await?,
            deletion_token: None,
        };
        let (image, renditions) = processing::image_of(given, outcome);
        let adopted = self.services.store.adopt(image, renditions, stamp).await;
        Ok(match self.unless_held(adopted, &Settled::at(path))? {
            None => Look::PassedOver,
            Some(None) => Look::Changing,
            Some(Some(_)) => Look::Indexed,
        })
    }
}

/// The stamp of a file, looked up away from the threads that serve requests.
async fn stamp_of(path: &Path) -> Result<Option<FileStamp>, ServiceError> {
    let path: PathBuf = path.to_path_buf();
    let stamp = tokio::task::spawn_blocking(move || FileStamp::of(&path))
        .await
        .map_err(|panic| ServiceError::Internal(panic.into()))?;
    stamp.map_err(|error| ServiceError::Internal(error.into()))
}
