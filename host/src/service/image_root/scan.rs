//! Goes through the image root, or the parts of it that something happened to.

use std::collections::{BTreeSet, HashSet};
use std::ffi::OsStr;
use std::io;
use std::ops::ControlFlow::{Break, Continue};
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::time::Duration;

use futures::StreamExt;
use tokio::sync::mpsc;

use crate::domain::{ImageName, ProjectName};
use crate::service::ServiceError;
use crate::store::{FileKind, FileStamp, PathState, Store};

use super::ImageRoot;
use super::source_path::{PathKind, SourcePath, is_passing};
use super::watch::Settled;

/// How often the log says how far a scan is.
const REPORT_EVERY: Duration = Duration::from_secs(5);

/// Files and rows that are held at once: there may be millions.
const FILE_BATCH: usize = 1_000;

/// Some of what lies in a folder.
#[derive(Default)]
struct Found {
    projects: Vec<ProjectName>,
    files: Vec<(SourcePath, FileStamp)>,
    unusable: Vec<(PathBuf, String)>,
}

/// What a walk comes back with.
#[derive(Default)]
struct Walked {
    /// Those whose folders it saw; they are made.
    projects: BTreeSet<ProjectName>,
    /// Files of which no row says the same.
    unknown: Vec<SourcePath>,
}

impl ImageRoot {
    /// Takes in everything that is not known, and reports what is missing.
    pub async fn scan(&self) -> Result<(), ServiceError> {
        let Walked {
            mut projects,
            unknown,
        } = self.walk(self.folder.clone()).await?;
        let stored = self.services.store.projects().await?;
        projects.extend(stored.into_iter().map(|project| project.name));
        self.take_in_all(unknown).await;
        for project in projects {
            self.report_missing(&project, "").await?;
        }
        Ok(())
    }

    /// Looks at paths that something happened to: files, folders, or what was one of them. What is new is
    /// taken in before what is gone is taken out: a picture that was moved is known at every moment.
    pub async fn rescan(&self, settled: Vec<Settled>) -> Result<(), ServiceError> {
        // A file in a new folder is noticed twice: by itself and in its folder.
        let (mut places, mut gone) = (BTreeSet::new(), Vec::new());
        for at in settled {
            let path = at.path.clone();
            let path_state = self.services.store.path_state_of(&path).await?;
            match (path_state, PathKind::new(&self.folder, &path)) {
                (_, Ok(PathKind::Nothing)) => {}
                (PathState::Folder, _) => places.extend(self.walk(path).await?.unknown),
                (PathState::File, Ok(PathKind::Within(source))) => {
                    places.insert(source);
                }
                (PathState::File, Ok(PathKind::Project(_))) => self.refuse(path, None, &OUTSIDE),
                (PathState::File, Err(reason)) => self.refuse(path, None, &reason),
                (PathState::BehindALink, _) => self.refuse(path, None, &NO_FILE),
                (PathState::Other, meaning) => {
                    self.refuse(path, None, &NO_FILE);
                    gone.extend(meaning.ok().map(|meaning| (meaning, at)));
                }
                (PathState::Nothing | PathState::UnderAFile, Ok(meaning)) => {
                    gone.push((meaning, at))
                }
                (PathState::Nothing | PathState::UnderAFile, Err(_)) => {}
            }
        }
        self.take_in_all(places.into_iter().collect()).await;
        for (meaning, at) in gone {
            self.vanished(meaning, at).await?;
        }
        Ok(())
    }

    /// Something is gone; see the module's rules.
    async fn vanished(&self, meaning: PathKind, at: Settled) -> Result<(), ServiceError> {
        let (project, below) = match &meaning {
            PathKind::Within(source) => (&source.project, source.name.as_str()),
            PathKind::Project(project) => (project, ""),
            PathKind::Nothing => return Ok(()),
        };
        let store = &self.services.store;
        let mut gone = Vec::new();
        let is_gone = |name: &ImageName| at.moved_within || name.as_str() == below;
        self.missing(project, below, |name| {
            gone.extend(Some(name).filter(is_gone));
        })
        .await?;
        for name in gone {
            if self.passes_over(project, &at).await? {
                return Ok(());
            }
            let removed = store.remove_vanished(project, &name).await;
            let removed = self.unless_held(removed, &at)?;
            if removed.flatten().is_some() {
                tracing::info!(%project, %name, "gone from the image root: image removed");
            }
        }
        self.report_missing(project, below).await
    }

    /// Warns of images whose files are gone.
    async fn report_missing(&self, project: &ProjectName, below: &str) -> Result<(), ServiceError> {
        let (mut images, mut first) = (0_u64, None);
        self.missing(project, below, |name| {
            images += 1;
            first.get_or_insert(name);
        })
        .await?;
        if let Some(first) = first {
            tracing::warn!(%project, images, %first, "files are missing; their images are kept, `vismatch verify` names them");
        }
        Ok(())
    }

    /// Tells the images whose files are gone, by name: the one named `below` and those in the folder of that
    /// name, or all of the project when it is empty.
    async fn missing(
        &self,
        project: &ProjectName,
        below: &str,
        mut tell: impl FnMut(ImageName),
    ) -> Result<(), ServiceError> {
        let (store, mut after) = (&self.services.store, None);
        loop {
            let given = store.source_files(project, below, after.as_ref(), FILE_BATCH as u64);
            let given = given.await?;
            let Some(last) = given.last() else {
                return Ok(());
            };
            after = Some(last.name.clone());
            let names = given.into_iter().map(|given| given.name).collect();
            let missing = store.without_file(project, names).await?;
            missing.into_iter().for_each(&mut tell);
        }
    }

    /// Goes through a folder, part by part.
    async fn walk(&self, folder: PathBuf) -> Result<Walked, ServiceError> {
        let (store, root) = (self.services.store.clone(), self.folder.clone());
        let (parts, mut found) = mpsc::channel(1);
        let walk = tokio::task::spawn_blocking(move || walk(&store, &root, &folder, &parts));
        let mut walked = Walked::default();
        while let Some(part) = found.recv().await {
            walked.projects.extend(part.projects.iter().cloned());
            walked.unknown.extend(self.unknown(part).await?);
        }
        walk.await
            .map_err(|panic| ServiceError::Internal(panic.into()))?;
        Ok(walked)
    }

    /// What was found and has no row that says the same. Makes the projects of the folders.
    async fn unknown(&self, found: Found) -> Result<Vec<SourcePath>, ServiceError> {
        for (path, reason) in found.unusable {
            self.refuse(path, None, &reason);
        }
        self.create_projects(&found.projects).await?;
        let mut unknown = Vec::new();
        let of_one_project = |one: &(SourcePath, FileStamp), other: &(SourcePath, FileStamp)| {
            one.0.project == other.0.project
        };
        for files in found.files.chunk_by(of_one_project) {
            let Some((SourcePath { project, .. }, _)) = files.first() else {
                continue;
            };
            let names = files.iter().map(|(source, _)| &source.name);
            let known = self.services.store.stamps(project, names).await?;
            let news = files
                .iter()
                .filter(|(source, stamp)| known.get(&source.name) != Some(stamp));
            unknown.extend(news.map(|(source, _)| source.clone()));
        }
        Ok(unknown)
    }

    async fn create_projects(&self, wanted: &[ProjectName]) -> Result<(), ServiceError> {
        if wanted.is_empty() {
            return Ok(());
        }
        let store = &self.services.store;
        let there = store.projects().await?.into_iter();
        let there: HashSet<ProjectName> = there.map(|project| project.name).collect();
        for project in wanted.iter().filter(|project| !there.contains(project)) {
            let at = Settled::at(&self.folder.join(project.as_str()));
            if !self.passes_over(project, &at).await? {
                self.unless_held(store.take_up_project(project).await, &at)?;
            }
        }
        Ok(())
    }

    /// Takes files in, as many at once as there are cores; the log says now and then how far it is.
    async fn take_in_all(&self, places: Vec<SourcePath>) {
        let before = self.progress().state().indexed;
        self.progress()
            .found
            .fetch_add(places.len() as u64, Ordering::Relaxed);
        let at_once = std::thread::available_parallelism().map_or(1, usize::from);
        let work = futures::stream::iter(&places)
            .for_each_concurrent(at_once, |source| self.ingest(source));
        tokio::pin!(work);
        let mut report = tokio::time::interval(REPORT_EVERY);
        report.tick().await;
        loop {
            tokio::select! {
                () = &mut work => break,
                _ = report.tick() => self.log_progress("indexing the image root"),
            }
        }
        // Uploads are noticed here, too, and are known already.
        if self.progress().state().indexed > before {
            self.log_progress("indexed what was new in the image root");
        }
    }

    fn log_progress(&self, what: &str) {
        let state = self.progress().state();
        tracing::info!(
            found = state.found,
            indexed = state.indexed,
            skipped = state.skipped,
            "{what}"
        );
    }
}

const OUTSIDE: &str = "it lies in no project's folder";
const NO_FILE: &str = "links and special files are not followed";

/// Sends everything in and below a folder that may be a picture, part by part. Links are not followed.
fn walk(store: &Store, root: &Path, folder: &Path, parts: &mpsc::Sender<Found>) {
    let mut found = Found::default();
    let passes_over = |name: &OsStr| is_passing(&name.to_string_lossy());
    let walked = store.walk_given(folder, passes_over, |path, kind| {
        match kind {
            Ok(kind) => found.add(root, path, kind),
            Err(error) => found.fail(path, &error),
        }
        match found.is_enough() && parts.blocking_send(std::mem::take(&mut found)).is_err() {
            true => Break(()), // Nobody waits for it any more.
            false => Continue(()),
        }
    });
    if walked.is_continue() {
        let _ = parts.blocking_send(found);
    }
}

impl Found {
    fn is_enough(&self) -> bool {
        self.files.len().max(self.unusable.len()) >= FILE_BATCH
    }

    fn add(&mut self, root: &Path, path: &Path, kind: FileKind) {
        let mut refuse = |reason: &str| self.unusable.push((path.to_owned(), reason.to_owned()));
        match (PathKind::new(root, path), kind) {
            (Err(reason), _) => refuse(&reason.to_string()),
            (Ok(PathKind::Nothing | PathKind::Within(_)), FileKind::Folder)
            | (Ok(PathKind::Nothing), _) => {}
            (Ok(PathKind::Project(project)), FileKind::Folder) => self.projects.push(project),
            (Ok(_), FileKind::Other) => refuse(NO_FILE),
            (Ok(PathKind::Project(_)), FileKind::File(_)) => refuse(OUTSIDE),
            (Ok(PathKind::Within(source)), FileKind::File(stamp)) => {
                self.files.push((source, stamp))
            }
        }
    }

    /// What cannot be looked at is reported; what went while it was walked is no trouble.
    fn fail(&mut self, path: &Path, error: &io::Error) {
        if error.kind() != io::ErrorKind::NotFound {
            self.unusable.push((path.to_owned(), error.to_string()));
        }
    }
}
