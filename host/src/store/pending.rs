//! A project's lock, and the change that its holder is making: whole or not at all.
//!
//! A change touches files, rows and the manifest. Its holder first writes into `pending` what it is
//! about to do; whoever takes the lock and finds `pending` knows that the last holder died (or was
//! stopped) half-way, and looks at the rows: what was committed is finished, what was not is undone.
//! So a crash needs no quiet moment to be mended, and other processes may go on working.

use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tempfile::TempPath;
use tokio::time::{Instant, sleep, timeout_at};

use crate::domain::{ImageId, ImageName, ProjectName};

use super::disk::{Disk, Standing, blocking, failed};
use super::layout::Layout;
use super::rows::damaged;
use super::staging::{Piece, settle};
use super::trash::TrashEntry;
use super::turns::Turn;
use super::{Store, StoreError};

/// How long a change waits for its project: for those before it in this process, and for other processes.
/// One that is stopped or hangs never lets go.
const PATIENCE: Duration = Duration::from_secs(10);
/// Longest pause before another process's lock is tried again.
const PAUSE: Duration = Duration::from_millis(20);

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
    /// Files are moved here, then the row is taken out, then they are removed.
    Remove { image: String, name: String },
    /// The given files are moved here, then all rows are taken out, then all files are removed.
    RemoveProject,
    /// Rows are taken out, then their images are moved to the trash.
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
    _turn: Turn,
}

impl Store {
    /// Waits for the project's lock, and puts right what its last holder left behind. Gives up after a
    /// while: [`StoreError::Held`].
    pub(super) async fn lock(&self, project: &ProjectName) -> Result<ProjectLock<'_>, StoreError> {
        self.lock_within(project, PATIENCE).await
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

    /// The same with a patience of one's own.
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
            lock.settle().await?;
        }
        Ok(lock)
    }

    /// Tasks of this process queue first, so that one of them at a time asks for the file's lock.
    async fn take_lock(
        &self,
        project: &ProjectName,
        end: Instant,
    ) -> Result<Option<(Turn, File)>, StoreError> {
        let Ok(turn) = timeout_at(end, self.turns.take(project)).await else {
            return Ok(None);
        };
        let path = self.layout.manifest_lock(project);
        let file = lock_file(&self.layout, path, end).await?;
        Ok(file.map(|file| (turn, file)))
    }
}

/// Locks a file of the data folder, which is made when it is not there; `None` when another process holds it until `end`.
pub(super) async fn lock_file(
    layout: &Arc<Layout>,
    path: PathBuf,
    end: Instant,
) -> Result<Option<File>, StoreError> {
    let mut pause = Duration::from_millis(1);
    loop {
        let (layout, path) = (Arc::clone(layout), path.clone());
        let locked = move || try_lock(&layout, &path).map_err(failed("taking a lock"));
        let locked = blocking(locked).await?;
        if locked.is_some() || Instant::now() >= end {
            return Ok(locked);
        }
        sleep(pause).await;
        pause = (pause * 2).min(PAUSE);
    }
}

fn try_lock(layout: &Layout, path: &Path) -> io::Result<Option<File>> {
    let disk = layout.disk();
    if let Some(folder) = path.parent() {
        disk.create_folder(folder)?;
    }
    let file = disk.lock_file(path)?;
    Ok(lock_now(&file)?.then_some(file))
}

/// Locks an open file unless another process has locked it.
pub(super) fn lock_now(file: &File) -> io::Result<bool> {
    match file.try_lock() {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

/// Somebody has locked this file; nobody has when it is not there, or only behind a link.
pub(super) fn is_locked(disk: &Disk, path: &Path) -> Result<bool, StoreError> {
    let file = disk.file(path);
    let locked = file.and_then(|file| file.map_or(Ok(false), |file| Ok(!lock_now(&file)?)));
    locked.map_err(failed("looking at a lock"))
}

impl ProjectLock<'_> {
    /// Writes down what will be done, and takes the new files out of the temporary folder.
    ///
    /// Nothing is synced for an insert: after a loss of power the worst is a given file without a
    /// row, which then is indexed as one that was dropped in.
    pub(super) async fn announce(
        &self,
        intent: &Intent,
        files: Vec<(Piece, TempPath)>,
    ) -> Result<(), StoreError> {
        let (layout, project) = (self.store.layout.clone(), self.project.clone());
        let durable = !matches!(intent, Intent::Insert { .. } | Intent::Describe);
        let intent = serde_json::to_vec(intent).map_err(damaged)?;
        blocking(move || {
            let written = write_intent(&layout, &project, &intent, files, durable);
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
            place(&layout, &project, image, &name).map_err(failed("moving files to their places"))
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
            let lifted = lift(&layout, &project, image, &name);
            lifted.map_err(failed("taking files out of their places"))
        })
        .await
    }

    /// Removes what [`ProjectLock::lift`] moved here.
    pub(super) async fn drop_lifted(&self, name: &ImageName) -> Result<(), StoreError> {
        let (layout, project, name) = (
            self.store.layout.clone(),
            self.project.clone(),
            name.clone(),
        );
        blocking(move || {
            let dropped = drop_lifted(&layout, &project, &name);
            dropped.map_err(failed("removing files"))
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
            refuse_immutable(layout.disk(), places)
        })
        .await
    }

    /// An error when something of the whole project could not be removed.
    pub(super) async fn refuse_immutable_project(&self) -> Result<(), StoreError> {
        let (layout, project) = (self.store.layout.clone(), self.project.clone());
        blocking(move || {
            let folders = [layout.given_folder(&project), layout.project(&project)];
            refuse_immutable(layout.disk(), folders.into_iter())
        })
        .await
    }

    /// Moves the folder of everything that was given here. When that cannot be done nothing has been removed.
    pub(super) async fn lift_all(&self) -> Result<(), StoreError> {
        let (layout, project) = (self.store.layout.clone(), self.project.clone());
        blocking(move || {
            let (from, to) = (
                layout.given_folder(&project),
                lifted_folder(&layout, &project),
            );
            let lifted = move_folder(&layout, &from, &to);
            lifted.map_err(failed("taking a project's folder out of its place"))
        })
        .await
    }

    /// Undoes [`ProjectLock::lift_all`].
    async fn put_all_back(&self) -> Result<(), StoreError> {
        let (layout, project) = (self.store.layout.clone(), self.project.clone());
        blocking(move || {
            let (from, to) = (
                lifted_folder(&layout, &project),
                layout.given_folder(&project),
            );
            let back = move_folder(&layout, &from, &to);
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
            erase(&layout, &project, image, &name, pieces).map_err(failed("removing files"))
        })
        .await
    }

    /// Removes the files of the whole project. The lock's own file stays: others may be waiting for it.
    pub(super) async fn erase_all(&self) -> Result<(), StoreError> {
        let (layout, project) = (self.store.layout.clone(), self.project.clone());
        blocking(move || erase_all(&layout, &project).map_err(failed("removing a project"))).await
    }

    /// The change is over.
    pub(super) async fn clear(&self) -> Result<(), StoreError> {
        let layout = self.store.layout.clone();
        let pending = layout.pending(&self.project);
        blocking(move || {
            let removed = layout.disk().remove_folder(&pending);
            removed.map_err(failed("clearing up after a change"))
        })
        .await
    }

    /// Undoes an announced change that failed before its commit.
    pub(super) async fn undo(&self) {
        if let Err(error) = self.settle().await {
            tracing::error!(project = %self.project, error = &error as &dyn std::error::Error,
                "a failed change could not be undone yet; the next change will try again");
        }
    }

    /// Finishes or undoes what `pending` says, by what was committed.
    async fn settle(&self) -> Result<(), StoreError> {
        let layout = &self.store.layout;
        let path = layout.pending(&self.project).join("intent.json");
        let read = layout.disk().read(&path);
        let read = read.map_err(failed("reading a pending change"))?;
        if let Some(intent) = read.and_then(|bytes| serde_json::from_slice(&bytes).ok()) {
            tracing::debug!(project = %self.project, ?intent, "settling a change that was cut off");
            self.settle_intent(intent).await?;
            if !self.catch_up().await? {
                return Ok(());
            }
        }
        self.clear().await
    }

    /// Writes the manifest after a change was settled; false when there is no room for it. Then the change stays
    /// pending, without its files, and the next one writes the manifest.
    async fn catch_up(&self) -> Result<bool, StoreError> {
        let (layout, project) = (self.store.layout.clone(), self.project.clone());
        blocking(move || {
            let removed = remove_waiting(&layout, &project);
            removed.map_err(failed("clearing up after a change"))
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

    async fn settle_intent(&self, intent: Intent) -> Result<(), StoreError> {
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
                let ours = |piece: &Piece| placed || *piece != Piece::Given;
                self.erase(id, &name, Piece::all().filter(ours).collect())
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
            Intent::Remove { image, name } => {
                let (id, name) = self.parse(&image, &name)?;
                match self.store.row(&self.project, id).await? {
                    Some(_) => self.place(id, &name).await,
                    None => self.erase(id, &name, Piece::all().collect()).await,
                }
            }
            Intent::Discard { entries } => {
                let mut gone = Vec::with_capacity(entries.len());
                for entry in entries {
                    let (id, _) = self.parse(&entry.image.id, &entry.image.name)?;
                    if self.store.row(&self.project, id).await?.is_none() {
                        gone.push(entry);
                    }
                }
                self.discard(gone).await
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
                None => self.erase_all().await,
            },
            Intent::Describe => Ok(()),
        }
    }

    fn parse(&self, image: &str, name: &str) -> Result<(ImageId, ImageName), StoreError> {
        let id = image.parse().map_err(damaged)?;
        Ok((id, ImageName::parse(name).map_err(damaged)?))
    }
}

fn write_intent(
    layout: &Layout,
    project: &ProjectName,
    intent: &[u8],
    files: Vec<(Piece, TempPath)>,
    durable: bool,
) -> io::Result<()> {
    let (disk, pending) = (layout.disk(), layout.pending(project));
    let mut changed = disk.create_folder(&pending)?;
    for (piece, file) in files {
        settle(disk, file, &pending.join(piece.file_name()))?;
    }
    let (unfinished, finished) = (pending.join("intent.new"), pending.join("intent.json"));
    // One that there was no room for may lie about.
    disk.remove_file(&unfinished)?;
    if !durable {
        disk.write(&unfinished, intent)?;
        return disk.rename(&unfinished, &finished);
    }
    disk.write_synced(&unfinished, intent)?;
    disk.rename(&unfinished, &finished)?;
    changed.push(pending);
    disk.sync_all(&changed)
}

fn refuse_immutable(
    disk: &Disk,
    mut places: impl Iterator<Item = PathBuf>,
) -> Result<(), StoreError> {
    let free = places.try_for_each(|place| disk.refuse_immutable(&place));
    free.map_err(failed("looking for what cannot be removed"))
}

/// Removes the files that wait for their places.
fn remove_waiting(layout: &Layout, project: &ProjectName) -> io::Result<()> {
    let pending = layout.pending(project);
    let mut files = Piece::all().map(|piece| pending.join(piece.file_name()));
    files.try_for_each(|file| layout.disk().remove_file(&file))
}

fn place(
    layout: &Layout,
    project: &ProjectName,
    image: ImageId,
    name: &ImageName,
) -> io::Result<()> {
    let (disk, mut changed) = (layout.disk(), Vec::new());
    for piece in Piece::all() {
        let waiting = layout.pending(project).join(piece.file_name());
        let target = target(layout, project, image, name, piece);
        let Some(folder) = target.parent() else {
            continue;
        };
        if !disk.exists(&waiting)? {
            continue;
        }
        changed.extend(disk.create_folder(folder)?);
        disk.rename(&waiting, &target)?;
        changed.push(folder.to_owned());
    }
    changed.sort_unstable();
    changed.dedup();
    disk.sync_all(&changed)
}

/// A folder that lies where the given file should be is none of the image's.
fn lift(
    layout: &Layout,
    project: &ProjectName,
    image: ImageId,
    name: &ImageName,
) -> io::Result<()> {
    let (disk, pending) = (layout.disk(), layout.pending(project));
    for piece in Piece::all() {
        let place = target(layout, project, image, name, piece);
        match disk.standing(&place)? {
            Standing::Nothing | Standing::Folder | Standing::UnderAFile => {}
            _ => disk.rename(&place, &pending.join(piece.file_name()))?,
        }
    }
    Ok(())
}

fn drop_lifted(layout: &Layout, project: &ProjectName, name: &ImageName) -> io::Result<()> {
    let (disk, pending) = (layout.disk(), layout.pending(project));
    for piece in Piece::all() {
        disk.remove_file(&pending.join(piece.file_name()))?;
    }
    let top = layout.given_folder(project);
    disk.remove_empty_parents(&layout.given(project, name), &top);
    Ok(())
}

/// Where the folder of what was given to a project waits while the project is removed.
fn lifted_folder(layout: &Layout, project: &ProjectName) -> PathBuf {
    layout.pending(project).join("image_root")
}

fn move_folder(layout: &Layout, from: &Path, to: &Path) -> io::Result<()> {
    match layout.disk().exists(from)? {
        true => layout.disk().rename(from, to),
        false => Ok(()),
    }
}

fn erase(
    layout: &Layout,
    project: &ProjectName,
    image: ImageId,
    name: &ImageName,
    pieces: Vec<Piece>,
) -> io::Result<()> {
    let disk = layout.disk();
    for &piece in &pieces {
        disk.remove_file(&target(layout, project, image, name, piece))?;
    }
    if pieces.contains(&Piece::Given) {
        let top = layout.given_folder(project);
        disk.remove_empty_parents(&layout.given(project, name), &top);
    }
    Ok(())
}

fn erase_all(layout: &Layout, project: &ProjectName) -> io::Result<()> {
    let (disk, folder) = (layout.disk(), layout.project(project));
    disk.remove_folder(&layout.given_folder(project))?;
    for entry in disk.list(&folder)? {
        let path = folder.join(&entry.name);
        if path == layout.manifest_lock(project) || path == layout.pending(project) {
            continue;
        }
        match entry.is_folder {
            true => disk.remove_folder(&path)?,
            false => disk.remove_file(&path)?,
        }
    }
    Ok(())
}

/// Where a piece of an image lies.
pub(super) fn target(
    layout: &Layout,
    project: &ProjectName,
    image: ImageId,
    name: &ImageName,
    piece: Piece,
) -> PathBuf {
    match piece {
        Piece::Given => layout.given(project, name),
        Piece::Rendition(kind) => layout.rendition(project, kind, image),
    }
}
