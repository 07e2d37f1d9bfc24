//! A project's lock, and the change that its holder is making: whole or not at all.
//!
//! A change touches files, rows and the manifest. Its holder first writes into `pending` what it is
//! about to do; whoever takes the lock and finds `pending` knows that the last holder died (or was
//! stopped) half-way, and looks at the rows: what was committed is finished, what was not is undone.
//! So a crash needs no quiet moment to be mended, and other processes may go on working.
//!
//! Whatever may fail of a removal is done before its commit: files are moved to where nobody sees them. What is left
//! to do after it, erasing them there, stops nobody when it fails; see `unerased`.

mod files;

use std::fs::File;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tempfile::TempPath;
use tokio::time::{Instant, timeout_at};

use crate::domain::{ImageId, ImageName, ProjectName, RenditionKind};

use super::columns::damaged;
use super::disk::{blocking, failed};
use super::file_locks::lock_file;
use super::project_mutexes::ProjectGuard;
use super::staging::Piece;
use super::trash::TrashEntry;
use super::unerased::{count, remove_or_put_away};
use super::{Store, StoreError, Unerased};

pub(super) use files::target;

/// How long a change waits for its project: for those before it in this process, and for other processes.
/// One that is stopped or hangs never lets go.
const LOCK_TIMEOUT: Duration = Duration::from_secs(10);

/// What the holder of a lock is about to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "snake_case")]
pub(super) enum Intent {
    /// Files are placed, then the row is committed. `given`: the given file is one of them.
    Insert {
        image: String,
        name: String,
        given: bool,
    },
    /// The row is committed, then files are placed.
    Replace {
        image: String,
        name: String,
        sha256: String,
    },
    /// Files are moved here, then the row is taken out, then they are erased.
    Remove {
        image: String,
        name: String,
        /// Of the given file.
        #[serde(default)]
        sha256: String,
    },
    /// The given files are moved here, then all rows are taken out, then all files are erased.
    RemoveProject,
    /// Images are moved to the trash, then their rows are taken out.
    Discard { entries: Vec<TrashEntry> },
    /// An image's files are moved out of the trash, then its row is committed.
    Restore { image: String, name: String },
    /// Rows change that only the manifest shows.
    Describe,
}

/// A project's lock: over all tasks and processes, this is the one that changes it.
pub(super) struct ProjectLock<'a> {
    pub(super) store: &'a Store,
    pub(super) project: ProjectName,
    /// The manifest does not say what the rows say, for want of room: edits are not enough.
    pub(super) behind: AtomicBool,
    // Released in this order.
    _file: File,
    _turn: ProjectGuard,
}

impl Store {
    /// Waits for the project's lock, and puts right what its last holder left behind. Gives up after a
    /// while: [`StoreError::Held`].
    pub(super) async fn lock(&self, project: &ProjectName) -> Result<ProjectLock<'_>, StoreError> {
        self.lock_within(project, LOCK_TIMEOUT).await
    }

    /// The same for whoever only looks; where nothing can be changed, nobody has to be waited for.
    pub(super) async fn lock_to_read(
        &self,
        project: &ProjectName,
    ) -> Result<Option<ProjectLock<'_>>, StoreError> {
        match self.read_only() {
            Some(_) => Ok(None),
            None => self.lock(project).await.map(Some),
        }
    }

    /// The same with another timeout.
    pub(super) async fn lock_within(
        &self,
        project: &ProjectName,
        patience: Duration,
    ) -> Result<ProjectLock<'_>, StoreError> {
        self.may_write()?;
        let end = Instant::now() + patience;
        let Some((turn, file)) = self.take_lock(project, end).await? else {
            self.held.add(project);
            let what = format!("project {:?}", project.as_str());
            return Err(StoreError::Held { what });
        };
        self.held.remove(project);
        let lock = ProjectLock {
            store: self,
            project: project.clone(),
            behind: AtomicBool::new(false),
            _file: file,
            _turn: turn,
        };
        let pending = self.layout.disk().exists(&self.layout.pending(project));
        if pending.map_err(failed("looking for a pending change"))? {
            lock.recover().await?;
        }
        Ok(lock)
    }

    /// Tasks of this process queue first, so that one of them at a time asks for the file's lock.
    async fn take_lock(
        &self,
        project: &ProjectName,
        end: Instant,
    ) -> Result<Option<(ProjectGuard, File)>, StoreError> {
        let Ok(turn) = timeout_at(end, self.project_mutexes.lock(project)).await else {
            return Ok(None);
        };
        let path = self.layout.manifest_lock(project);
        let file = lock_file(&self.layout, path, end).await?;
        Ok(file.map(|file| (turn, file)))
    }
}

impl ProjectLock<'_> {
    /// Writes down what will be done, and takes the new files out of the temporary folder.
    ///
    /// Nothing is synced for an insert: after a loss of power the worst is a given file without a
    /// row, which then is indexed as one that was dropped in.
    pub(super) async fn write_intent(
        &self,
        intent: &Intent,
        files: Vec<(Piece, TempPath)>,
    ) -> Result<(), StoreError> {
        let (layout, project) = (self.store.layout.clone(), self.project.clone());
        let durable = !matches!(intent, Intent::Insert { .. } | Intent::Describe);
        let intent = serde_json::to_vec(intent).map_err(damaged)?;
        blocking(move || {
            let written = files::write_intent(&layout, &project, &intent, files, durable);
            written.map_err(failed("preparing a change"))
        })
        .await
    }

    /// Moves the announced files to their places, and syncs the folders.
    pub(super) async fn place(&self, image: ImageId, name: &ImageName) -> Result<(), StoreError> {
        let (layout, project, name) = (
            self.store.layout.clone(),
            self.project.clone(),
            name.clone(),
        );
        blocking(move || {
            files::place(&layout, &project, image, &name)
                .map_err(failed("moving files to their places"))
        })
        .await
    }

    /// Moves the files of an image here. When that cannot be done nothing has been removed.
    pub(super) async fn lift(&self, image: ImageId, name: &ImageName) -> Result<(), StoreError> {
        let (layout, project, name) = (
            self.store.layout.clone(),
            self.project.clone(),
            name.clone(),
        );
        blocking(move || {
            let lifted = files::lift(&layout, &project, image, &name);
            lifted.map_err(failed("taking files out of their places"))
        })
        .await
    }

    /// Erases what [`ProjectLock::lift`] moved here, as far as that can be done.
    pub(super) async fn drop_lifted(&self, name: &ImageName) -> Result<(), StoreError> {
        let (layout, project, name) = (
            self.store.layout.clone(),
            self.project.clone(),
            name.clone(),
        );
        blocking(move || {
            let dropped = files::drop_lifted(&layout, &project, &name);
            dropped.map_err(failed("removing files"))
        })
        .await
    }

    /// What [`ProjectLock::lift`] moved here and is still here.
    pub(super) async fn lifted(&self) -> Result<Option<Unerased>, StoreError> {
        let (layout, project) = (self.store.layout.clone(), self.project.clone());
        blocking(move || {
            let pending = layout.pending(&project);
            let there = |piece: &Piece| layout.disk().exists(&pending.join(piece.file_name()));
            let files = Piece::all().filter(|piece| there(piece).unwrap_or(true));
            Ok(Unerased::new(&layout, &pending, files.count() as u64))
        })
        .await
    }

    /// An error when the files of an image could not be taken out of their places.
    pub(super) async fn refuse_immutable(
        &self,
        image: ImageId,
        name: &ImageName,
    ) -> Result<(), StoreError> {
        let (layout, project, name) = (
            self.store.layout.clone(),
            self.project.clone(),
            name.clone(),
        );
        blocking(move || {
            let places = Piece::all().map(|piece| target(&layout, &project, image, &name, piece));
            files::refuse_immutable(layout.disk(), places)
        })
        .await
    }

    /// An error when something of the whole project could not be removed.
    pub(super) async fn refuse_immutable_project(&self) -> Result<(), StoreError> {
        let (layout, project) = (self.store.layout.clone(), self.project.clone());
        blocking(move || {
            let folders = [layout.given_folder(&project), layout.project(&project)];
            files::refuse_immutable(layout.disk(), folders.into_iter())
        })
        .await
    }

    /// Moves the folder of everything that was given here. When that cannot be done nothing has been removed.
    pub(super) async fn lift_all(&self) -> Result<(), StoreError> {
        let (layout, project) = (self.store.layout.clone(), self.project.clone());
        blocking(move || {
            let (from, to) = (
                layout.given_folder(&project),
                files::lifted_folder(&layout, &project),
            );
            let lifted = files::lift_folder(&layout, &from, &to);
            lifted.map_err(failed("taking a project's folder out of its place"))
        })
        .await
    }

    /// Undoes [`ProjectLock::lift_all`].
    async fn put_all_back(&self) -> Result<(), StoreError> {
        let (layout, project) = (self.store.layout.clone(), self.project.clone());
        blocking(move || {
            let (from, to) = (
                files::lifted_folder(&layout, &project),
                layout.given_folder(&project),
            );
            let back = files::move_folder(&layout, &from, &to);
            back.map_err(failed("putting a project's folder back"))
        })
        .await
    }

    /// Removes the files of an image.
    pub(super) async fn erase(
        &self,
        image: ImageId,
        name: &ImageName,
        pieces: Vec<Piece>,
    ) -> Result<(), StoreError> {
        let (layout, project, name) = (
            self.store.layout.clone(),
            self.project.clone(),
            name.clone(),
        );
        blocking(move || {
            files::erase(&layout, &project, image, &name, pieces).map_err(failed("removing files"))
        })
        .await
    }

    /// Moves what was derived of the whole project here, too. The lock's own file stays: others may be waiting for it.
    /// Tells what can neither be moved nor erased.
    pub(super) async fn gather_all(&self) -> Result<Option<Unerased>, StoreError> {
        let (layout, project) = (self.store.layout.clone(), self.project.clone());
        blocking(move || files::gather_all(&layout, &project).map_err(failed("removing a project")))
            .await
    }

    /// The change is over: what is here is erased. Tells what cannot be, and was put away.
    pub(super) async fn clear(&self) -> Result<Option<Unerased>, StoreError> {
        let layout = self.store.layout.clone();
        let pending = layout.pending(&self.project);
        blocking(move || {
            let removed = remove_or_put_away(&layout, &pending);
            removed.map_err(failed("clearing up after a change"))
        })
        .await
    }

    /// What is left of a removal that is committed, also where that could not be cleared up after.
    pub(super) fn what_is_left(
        &self,
        cleared: Result<Option<Unerased>, StoreError>,
    ) -> Option<Unerased> {
        cleared.unwrap_or_else(|error| {
            tracing::error!(project = %self.project, error = &error as &dyn std::error::Error,
                "what was deleted stays where it is; the next change of the project will try again");
            let layout = &self.store.layout;
            let pending = layout.pending(&self.project);
            Unerased::new(layout, &pending, count(layout.disk(), &pending))
        })
    }

    /// Undoes an announced change that failed before its commit.
    pub(super) async fn roll_back(&self) {
        if let Err(error) = self.recover().await {
            tracing::error!(project = %self.project, error = &error as &dyn std::error::Error,
                "a failed change could not be undone yet; the next change will try again");
        }
    }

    /// Finishes or undoes what `pending` says, by what was committed.
    async fn recover(&self) -> Result<(), StoreError> {
        let layout = &self.store.layout;
        let path = layout.pending(&self.project).join("intent.json");
        let read = layout.disk().read(&path);
        let read = read.map_err(failed("reading a pending change"))?;
        if let Some(intent) = read.and_then(|bytes| serde_json::from_slice(&bytes).ok()) {
            tracing::debug!(project = %self.project, ?intent, "settling a change that was cut off");
            self.recover_intent(intent).await?;
            if !self.catch_up().await? {
                return Ok(());
            }
        }
        self.clear().await.map(drop)
    }

    /// Writes the manifest after a change was settled; false when there is no room for it. Then the change stays
    /// pending, without its files, and the next one writes the manifest.
    async fn catch_up(&self) -> Result<bool, StoreError> {
        let (layout, project) = (self.store.layout.clone(), self.project.clone());
        blocking(move || {
            if let Err(error) = files::erase_waiting(&layout, &project) {
                tracing::debug!(%project, %error, "files of a change are erased later");
            }
            Ok(())
        })
        .await?;
        match self.rewrite_manifest().await {
            Err(error) if error.is_full() => {
                tracing::warn!(project = %self.project, "its manifest is behind: there is no room to write it");
                self.behind.store(true, Ordering::Relaxed);
                Ok(false)
            }
            written => written.map(|()| true),
        }
    }

    async fn recover_intent(&self, intent: Intent) -> Result<(), StoreError> {
        match intent {
            Intent::Insert { image, name, given } => {
                let (id, name) = self.parse(&image, &name)?;
                if self.store.row(&self.project, id).await?.is_some() {
                    return Ok(());
                }
                // A given file that still waits in `pending` was never placed.
                let layout = &self.store.layout;
                let waiting = layout.pending(&self.project).join("given");
                let waits = layout.disk().exists(&waiting);
                let placed = given && !waits.map_err(failed("reading a pending change"))?;
                let ours = |piece: &Piece| placed || *piece != Piece::Source;
                self.erase_or_leave(id, &name, Piece::all().filter(ours).collect())
                    .await
            }
            Intent::Replace {
                image,
                name,
                sha256,
            } => {
                let (id, name) = self.parse(&image, &name)?;
                match self.store.row(&self.project, id).await? {
                    Some((row, _)) if hex::encode(&row.sha256) == sha256 => {
                        self.place(id, &name).await
                    }
                    _ => Ok(()),
                }
            }
            Intent::Remove {
                image,
                name,
                sha256,
            } => {
                let (id, name) = self.parse(&image, &name)?;
                match self.store.row(&self.project, id).await? {
                    Some(_) => self.place(id, &name).await,
                    None => self.erase_unlifted(id, &name, &sha256).await,
                }
            }
            Intent::Discard { entries } => {
                for entry in entries {
                    let (id, name) = self.parse(&entry.image.id, &entry.image.name)?;
                    if self.store.row(&self.project, id).await?.is_some() {
                        self.put_back(id, &name).await?;
                        self.forget_trashed(id).await?;
                    }
                }
                Ok(())
            }
            Intent::Restore { image, name } => {
                let (id, name) = self.parse(&image, &name)?;
                match self.store.row(&self.project, id).await? {
                    Some(_) => self.forget_trashed(id).await,
                    None => self.take_away(id, &name).await,
                }
            }
            Intent::RemoveProject => match self.store.project_row(&self.project).await? {
                Some(_) => self.put_all_back().await,
                None => self.gather_all().await.map(drop),
            },
            Intent::Describe => Ok(()),
        }
    }

    /// Removes the files of an image that was taken out, where a loss of power undid that they were moved here: those
    /// that nobody has put in their place since.
    async fn erase_unlifted(
        &self,
        image: ImageId,
        name: &ImageName,
        sha256: &str,
    ) -> Result<(), StoreError> {
        let mut pieces: Vec<Piece> = RenditionKind::ALL.map(Piece::Rendition).into();
        if let Some(file) = self.store.open_source(&self.project, name).await?
            && file.digest().await?.to_string() == sha256
        {
            pieces.push(Piece::Source);
        }
        self.erase_or_leave(image, name, pieces).await
    }

    /// Removes files of an image that is not there. One that stays stops nobody from changing the project.
    async fn erase_or_leave(
        &self,
        image: ImageId,
        name: &ImageName,
        pieces: Vec<Piece>,
    ) -> Result<(), StoreError> {
        match self.erase(image, name, pieces).await {
            Err(error) if !error.is_full() => {
                tracing::error!(project = %self.project, %name, error = &error as &dyn std::error::Error,
                    "files of a change that was cut off cannot be removed, and stay");
                Ok(())
            }
            erased => erased,
        }
    }

    fn parse(&self, image: &str, name: &str) -> Result<(ImageId, ImageName), StoreError> {
        let id = image.parse().map_err(damaged)?;
        Ok((id, ImageName::parse(name).map_err(damaged)?))
    }
}
