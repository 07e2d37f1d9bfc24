//! Room that is kept for a full disk: a file that is given up so that images can be deleted.
//!
//! Whoever wants to store something needs the reserve to be whole, so that what is given up for a
//! deletion is not taken by the next upload.

use std::io::{self, Write};
use std::sync::Arc;

use super::disk::{blocking, failed};
use super::layout::Layout;
use super::{Store, StoreError};

/// Room for the log of some hundred deletions in the database; these make more of it.
const SIZE: usize = 4 << 20;

/// Where the reserve lies.
#[derive(Debug)]
pub(super) struct Reserve(Arc<Layout>);

impl Reserve {
    pub(super) fn new(layout: Arc<Layout>) -> Self {
        Self(layout)
    }

    /// Takes the room again where it was given up; fails while the disk is full, and keeps what it could get.
    pub(super) fn keep(&self) -> io::Result<()> {
        let (disk, path) = (self.0.disk(), self.0.reserve());
        let facts = disk.file(&path)?.map(|file| file.metadata()).transpose()?;
        let kept = facts.map_or(0, |facts| facts.len() as usize);
        if kept >= SIZE {
            return Ok(());
        }
        let mut file = disk.append(&path)?;
        // Random, so that no file system can store it in less.
        let mut filling = vec![0; SIZE - kept];
        getrandom::fill(&mut filling).map_err(io::Error::other)?;
        file.write_all(&filling)?;
        file.sync_all()
    }

    /// Gives the room up; false when there was none.
    pub(super) fn give_up(&self) -> bool {
        let (disk, path) = (self.0.disk(), self.0.reserve());
        disk.exists(&path).unwrap_or(false) && disk.remove_file(&path).is_ok()
    }
}

/// Gives up the reserve of a folder that no store has open yet.
pub(super) fn give_up(layout: Layout) -> bool {
    Reserve::new(Arc::new(layout)).give_up()
}

impl Store {
    /// There is room beside the reserve: [`super::Trouble::DiskFull`] as long as there is not.
    pub(super) async fn has_room(&self) -> Result<(), StoreError> {
        let reserve = self.reserve.clone();
        blocking(move || reserve.keep().map_err(failed("keeping room for deletions"))).await
    }

    /// Makes a change after which there is more room; on a full disk it gets the reserve.
    pub(super) async fn with_reserve<T, F>(
        &self,
        change: impl Fn(Self) -> F,
    ) -> Result<T, StoreError>
    where
        F: Future<Output = Result<T, StoreError>>,
    {
        let made = change(self.clone()).await;
        if !made.as_ref().is_err_and(StoreError::is_full) || !self.reserve.give_up() {
            return made;
        }
        tracing::warn!(
            "the disk of the data folder is full: a deletion takes the room that was kept for it"
        );
        let made = change(self.clone()).await;
        if self.has_room().await.is_err() {
            tracing::warn!("the disk of the data folder is still full: nothing can be stored");
        }
        made
    }
}
