//! Takes one file of the image root in, or finds out that nothing needs to be done.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use crate::sandbox::Input;
use crate::service::processing::{self, Given};
use crate::service::{ServiceError, digest};
use crate::store::{FileStamp, OpenFile};

use super::ImageRoot;
use super::place::Place;
use super::watch::Settled;

/// How often a file that changes while it is read is tried before it is left to the watcher.
const ATTEMPTS: u32 = 3;
/// The pause between.
const PAUSE: Duration = Duration::from_millis(300);

/// Why a file is passed over whose name another file has, too.
const ANOTHER: &str = "another file has the same name, written in another way";

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
        let store = &self.services.store;
        let Some(file) = store.open_given(&place.project, &place.name).await? else {
            return Ok(Look::Settled);
        };
        let stamp = file.stamp;
        if place.is_spelled_otherwise && self.own_stamp(place).await? != Some(stamp) {
            self.refuse(place.path.clone(), None, &ANOTHER);
            return Ok(Look::Settled);
        }
        if self.is_refused(&place.path, stamp) {
            return Ok(Look::Settled);
        }
        let at = Settled::at(&place.path);
        if self.passes_over(&place.project, &at).await? {
            return Ok(Look::PassedOver);
        }
        let known = store.given_file(&place.project, &place.name).await?;
        if known.as_ref().is_some_and(|known| known.stamp == stamp) {
            return Ok(Look::Settled);
        }
        if let Some(known) = known
            && known.stamp.bytes == stamp.bytes
            && known.sha256 == file.digest().await?
        {
            let confirmed = store.confirm_given(known.image, stamp).await;
            let confirmed = self.unless_held(confirmed, &at)?;
            return Ok(confirmed.map_or(Look::PassedOver, |()| Look::Settled));
        }
        self.adopt(place, file).await
    }

    async fn adopt(&self, place: &Place, file: OpenFile) -> Result<Look, ServiceError> {
        let (stamp, picture) = (file.stamp, Input::Open(Arc::new(file.file)));
        let outcome = processing::process_patiently(&self.services, picture.clone()).await;
        let outcome = match outcome {
            Ok(outcome) => outcome,
            Err(error) if error.is_refusal() => {
                let store = &self.services.store;
                let now = store.open_given(&place.project, &place.name).await?;
                if now.map(|file| file.stamp) != Some(stamp) {
                    return Ok(Look::Changing);
                }
                self.refuse(place.path.clone(), Some(stamp), &error);
                return Ok(Look::Refused);
            }
            Err(error) => return Err(error),
        };
        let given = Given {
            project: place.project.clone(),
            name: place.name.clone(),
            bytes: stamp.bytes,
            sha256: digest::of_input(picture).await?,
            deletion_token: None,
        };
        let (image, renditions) = processing::image_of(given, outcome);
        let id = image.id;
        let adopted = self.services.store.adopt(image, renditions, stamp).await;
        Ok(
            match self.unless_held(adopted, &Settled::at(&place.path))? {
                None => Look::PassedOver,
                Some(Some(stored)) if stored.replaced || stored.image.id == id => Look::Indexed,
                // An upload whose row came while its file was looked at.
                Some(Some(_)) => Look::Settled,
                Some(None) => Look::Changing,
            },
        )
    }

    /// The stamp of the file that is written as it was found.
    async fn own_stamp(&self, place: &Place) -> Result<Option<FileStamp>, ServiceError> {
        let file = self.services.store.open_found(&place.path).await?;
        Ok(file.map(|file| file.stamp))
    }
}
