//! A store is opened: folders and tables are made, and what a crash left half done is settled.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, PaginatorTrait,
    QueryFilter,
};
use tokio::time::Instant;

use crate::domain::file_name::read;
use crate::domain::{ImageId, ImageName, ProjectName, RenditionKind};

use super::columns;
use super::database::Database;
use super::disk::{PathState, blocking, failed, if_there};
use super::entities::{image, project};
use super::file_locks::lock_file;
use super::layout::Layout;
use super::manifest::{Manifest, ManifestEntry};
use super::reserve::{self, Reserve};
use super::staging::{Session, clear_dead_sessions};
use super::{Store, StoreError, Trouble, clock, decisions, merging, projects};

/// Rows that are written by one statement.
const BATCH: usize = 200;

/// What the names of SQLite's files end in.
const DATABASE_FILES: [&str; 3] = ["", "-wal", "-shm"];
/// How long a start waits for that of another process, which may have a database to make anew.
const OPENING: Duration = Duration::from_secs(60);

/// How long a start waits for one project whose change was cut off, or is being made.
const SETTLING: Duration = Duration::from_secs(1);

/// How far a restoration is: images done, images in all.
type Progress<'a> = &'a (dyn Fn(u64, u64) + Sync);

impl Store {
    /// Opens the data folder, makes what is missing, and finishes or undoes what a crash left half done.
    ///
    /// Where the database is new but manifests lie about, the rows are made from them first. Where nothing can be
    /// written, because the disk is full or may not be written to, the store is opened to be read only.
    pub async fn open(data: &Path) -> Result<Self, StoreError> {
        match Self::open_to_write(data).await {
            Err(error) if error.is_full() && give_up_reserve(data) => {
                match Self::open_to_write(data).await {
                    Err(error) => Self::open_to_read(data, error).await,
                    opened => opened,
                }
            }
            Err(error) => Self::open_to_read(data, error).await,
            opened => opened,
        }
    }

    async fn open_to_write(data: &Path) -> Result<Self, StoreError> {
        let (layout, opening, _) = prepare(data).await?;
        let store = Self::start(layout, opening, &|_, _| {}).await?;
        if let Err(error) = store.has_room().await {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(
                error,
                "no room can be kept for deletions: nothing can be stored"
            );
        }
        Ok(store)
    }

    /// Opens what can be read after `error` came from the machine; any other error is the caller's.
    pub(super) async fn open_to_read(data: &Path, error: StoreError) -> Result<Self, StoreError> {
        let Some(trouble) = error
            .trouble()
            .filter(|trouble| *trouble != Trouble::TooManyFiles)
        else {
            return Err(error);
        };
        let layout = layout_to_read(data).map_err(failed("opening the data folder"))?;
        let layout = Arc::new(layout);
        let Ok(database) = Database::open_to_read(&layout.database()).await else {
            return Err(error);
        };
        let error = &error as &dyn std::error::Error;
        tracing::warn!(
            error,
            "{trouble}: it is read, and nothing in it can be changed until the next start"
        );
        // Pictures to look for have to lie somewhere.
        let elsewhere = Session::elsewhere();
        Self::new(layout, database, elsewhere, Some(trouble))
    }

    fn new(
        layout: Arc<Layout>,
        database: Database,
        session: io::Result<Session>,
        read_only: Option<Trouble>,
    ) -> Result<Self, StoreError> {
        Ok(Self {
            database,
            session: Arc::new(session.map_err(failed("making a temporary folder"))?),
            read_only,
            reserve: Arc::new(Reserve::new(layout.clone())),
            project_mutexes: Arc::default(),
            held: Arc::default(),
            probe: Arc::default(),
            layout,
        })
    }

    /// Makes the database of a data folder anew out of its manifests, and keeps the old one as
    /// `vismatch.db.bak`. Says how many images it holds. Fails while another process has the store open.
    pub async fn rebuild(data: &Path, progress: Progress<'_>) -> Result<u64, StoreError> {
        let (layout, opening, alive) = prepare(data).await?;
        if alive > 0 {
            return Err(StoreError::InUse);
        }
        set_aside(&layout).await?;
        let store = Self::start(layout, opening, progress).await?;
        let images = image::Entity::find().count(store.database.read()).await?;
        store.database.clone().close().await?;
        Ok(images)
    }

    /// `opening` is the lock under which one process at a time gets to here.
    async fn start(
        layout: Arc<Layout>,
        opening: File,
        progress: Progress<'_>,
    ) -> Result<Self, StoreError> {
        let database = Database::open(&layout.database()).await?;
        let session = Session::start(&layout);
        let store = Self::new(layout, database, session, None)?;
        store.restore(progress).await?;
        store.settle_all().await?;
        drop(opening);
        Ok(store)
    }

    /// Takes every lock under which a change is pending: that settles what nobody is at work on. What somebody is
    /// at work on is passed over; so is what cannot be settled, since one project is not all.
    async fn settle_all(&self) -> Result<(), StoreError> {
        for project in project_folders(&self.layout)? {
            let pending = self.layout.pending(&project);
            let pending = self.layout.disk().exists(&pending);
            if pending.map_err(failed("looking for pending changes"))? {
                match self.lock_within(&project, SETTLING).await {
                    Ok(_) | Err(StoreError::Held { .. }) => {}
                    Err(error) if is_of_one_project(&error) => {
                        tracing::error!(%project, error = &error as &dyn std::error::Error,
                            "a change that was cut off cannot be settled; the project cannot be changed until it can");
                    }
                    Err(error) => return Err(error),
                }
            }
        }
        Ok(())
    }

    /// Fills a new database from the manifests, in one transaction: a crash leaves it new.
    async fn restore(&self, progress: Progress<'_>) -> Result<(), StoreError> {
        let projects = project::Entity::find().count(self.database.read()).await?;
        // One whose projects were all removed is empty too, but not new.
        if projects > 0 || self.last_change().await? > 0 {
            return Ok(());
        }
        // The changes of a new database have numbers that the old one's had, too.
        for snapshot in [self.index_snapshot(), self.feature_snapshot()] {
            let removed = snapshot.remove();
            removed.map_err(failed("removing the index"))?;
        }
        let manifests = self.readable_manifests().await?;
        let total = manifests.iter().map(|(_, manifest)| manifest.images.len());
        let (mut done, total) = (0, total.sum::<usize>() as u64);
        let seen = self.last_seen_in_trash().await?;
        let txn = self.database.begin().await?;
        clock::set(&txn, seen, Timestamp::now()).await?;
        for (name, manifest) in &manifests {
            let images = self.intact(name, manifest);
            let project = projects::ensure(&txn, name).await?;
            for batch in images.chunks(BATCH) {
                let rows = batch.iter().map(|entry| entry.to_row(project.id));
                let rows: Vec<_> = rows.collect::<Result<_, _>>()?;
                image::Entity::insert_many(rows)
                    .exec_without_returning(&txn)
                    .await?;
                done += batch.len() as u64;
                progress(done, total);
            }
            restore_merged(&txn, project.id, &images).await?;
            restore_decisions(&txn, project.id, manifest, &images).await?;
            describe_project(&txn, project, manifest, &images).await?;
        }
        txn.commit().await?;
        if !manifests.is_empty() {
            tracing::info!(
                projects = manifests.len(),
                images = done,
                "rows made anew from manifests"
            );
        }
        for (name, _) in &manifests {
            match self.lock(name).await {
                Ok(lock) => lock.rewrite_manifest().await?,
                Err(StoreError::Held { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    async fn readable_manifests(&self) -> Result<Vec<(ProjectName, Manifest)>, StoreError> {
        let mut manifests = Vec::new();
        for project in project_folders(&self.layout)? {
            match self.manifest(&project).await {
                Ok(Some(manifest)) if manifest.is_of(&project) => {
                    manifests.push((project, manifest));
                }
                Ok(None) => {}
                Ok(Some(_)) => {
                    tracing::error!(%project, "its manifest is another project's; skipped")
                }
                Err(error) => tracing::error!(%project, error = &error as &dyn std::error::Error,
                    "its manifest cannot be read; skipped"),
            }
        }
        Ok(manifests)
    }

    /// The images of a manifest whose given file is there, or whose original can stand in for it, each id and name
    /// once.
    fn intact<'a>(&self, project: &ProjectName, manifest: &'a Manifest) -> Vec<&'a ManifestEntry> {
        let (mut ids, mut names) = (HashSet::new(), HashSet::new());
        let whole = |entry: &&'a ManifestEntry| {
            let name = ImageName::parse(&entry.name);
            let there = name.is_ok_and(|name| self.has_file(project, &name));
            let whole = (there || self.can_stand_in(project, entry))
                && ids.insert(&entry.id)
                && names.insert(&entry.name);
            if !whole {
                tracing::warn!(%project, name = entry.name, "an image without its file; skipped");
            }
            whole
        };
        manifest.images.iter().filter(whole).collect()
    }

    fn has_file(&self, project: &ProjectName, name: &ImageName) -> bool {
        self.is_file(&self.layout.given(project, name))
    }

    /// The original of an image is there: `verify` gives the file again from it.
    fn can_stand_in(&self, project: &ProjectName, entry: &ManifestEntry) -> bool {
        entry.id.parse().is_ok_and(|id| {
            let kind = RenditionKind::Original;
            self.is_file(&self.layout.rendition(project, kind, id))
        })
    }

    fn is_file(&self, path: &Path) -> bool {
        let path_state = self.layout.disk().path_state(path);
        path_state.is_ok_and(|path_state| path_state == PathState::File)
    }
}

/// Something is wrong with the files of a project, and not with the disk.
fn is_of_one_project(error: &StoreError) -> bool {
    let of_the_disk = [Trouble::DiskFull, Trouble::ReadOnly, Trouble::TooManyFiles];
    let is_of_files = !matches!(
        error,
        StoreError::Database(_) | StoreError::DatabaseDamaged(_) | StoreError::NotWritable(_)
    );
    is_of_files && !error.trouble().is_some_and(|it| of_the_disk.contains(&it))
}

/// The names of what was merged lead to where they led.
async fn restore_merged(
    txn: &sea_orm::DatabaseTransaction,
    project: i64,
    images: &[&ManifestEntry],
) -> Result<(), StoreError> {
    for entry in images.iter().filter(|entry| !entry.merged.is_empty()) {
        let id: ImageId = entry.id.parse().map_err(columns::damaged)?;
        let row = image::Entity::find()
            .filter(image::Column::ProjectId.eq(project))
            .filter(image::Column::Id.eq(id.as_bytes().to_vec()))
            .one(txn)
            .await?;
        if let Some(row) = row {
            merging::set_aliases(txn, &row, &entry.merged).await?;
        }
    }
    Ok(())
}

/// The decisions between images that are there.
async fn restore_decisions(
    txn: &sea_orm::DatabaseTransaction,
    project: i64,
    manifest: &Manifest,
    images: &[&ManifestEntry],
) -> Result<(), StoreError> {
    let ids: HashSet<&str> = images.iter().map(|entry| entry.id.as_str()).collect();
    let mut decided = Vec::with_capacity(manifest.not_duplicates.len());
    for decision in &manifest.not_duplicates {
        let (pair, decided_at) = decision.parse()?;
        if pair
            .images()
            .iter()
            .all(|id| ids.contains(id.to_string().as_str()))
        {
            decided.push((pair, decided_at));
        }
    }
    decisions::insert(txn, project, decided.into_iter()).await
}

/// How it is searched, as the manifest has it; the cover, or the first image; the date of the first image.
async fn describe_project(
    txn: &sea_orm::DatabaseTransaction,
    row: project::Model,
    manifest: &Manifest,
    images: &[&ManifestEntry],
) -> Result<(), StoreError> {
    let chosen = manifest.primary_image_id.as_deref();
    let cover = images
        .iter()
        .find(|entry| Some(entry.id.as_str()) == chosen);
    let cover = cover.or(images.first()).map(|entry| entry.id.parse());
    let cover: Option<ImageId> = cover.transpose().map_err(columns::damaged)?;
    let created_at = images
        .iter()
        .filter_map(|entry| entry.created_at().ok())
        .min();
    let mut row = row.into_active_model();
    row.primary_image = Set(cover.map(|cover| cover.as_bytes().to_vec()));
    row.finds_crops = Set(manifest.finds_crops);
    row.created_at = Set(created_at.unwrap_or_else(Timestamp::now).as_millisecond());
    row.update(txn).await?;
    Ok(())
}

/// Makes the folders, takes the opening lock, clears up after dead processes; tells how many
/// other processes (or other stores of this one) have the folder open.
async fn prepare(data: &Path) -> Result<(Arc<Layout>, File, usize), StoreError> {
    let data = data.to_owned();
    let folders = move || make_folders(&data).map_err(failed("opening the data folder"));
    let layout = Arc::new(blocking(folders).await?);
    let end = Instant::now() + OPENING;
    let Some(opening) = lock_file(&layout, layout.opening_lock(), end).await? else {
        let what = "the start of the data folder".to_owned();
        return Err(StoreError::Held { what });
    };
    let clearing = Arc::clone(&layout);
    let alive = blocking(move || clear_dead_sessions(&clearing)).await?;
    Ok((layout, opening, alive))
}

/// Gives up the room that is kept for deletions in a folder that no store has open yet.
fn give_up_reserve(data: &Path) -> bool {
    Layout::new(data).is_ok_and(reserve::give_up)
}

fn make_folders(data: &Path) -> io::Result<Layout> {
    fs::create_dir_all(data)?;
    let layout = Layout::new(&data.canonicalize()?)?;
    for folder in layout.folders() {
        layout.disk().create_folder(&folder)?;
    }
    refuse_links(&layout)?;
    Ok(layout)
}

/// A data folder of which nothing can be changed.
fn layout_to_read(data: &Path) -> io::Result<Layout> {
    let layout = Layout::new(&data.canonicalize()?)?;
    let folders = layout.folders();
    folders
        .iter()
        .try_for_each(|folder| layout.disk().refuse_link(folder))?;
    refuse_links(&layout)?;
    Ok(layout)
}

/// SQLite opens its files by their paths, which must be no links either; one in the place of the reserve is told at once.
/// `cache` may be one: what lies there was not given by anybody.
fn refuse_links(layout: &Layout) -> io::Result<()> {
    let database = layout.database();
    let mut opened: Vec<PathBuf> = DATABASE_FILES
        .iter()
        .map(|suffix| with_suffix(&database, suffix))
        .collect();
    opened.push(layout.reserve());
    opened
        .iter()
        .try_for_each(|path| layout.disk().refuse_link(path))
}

/// Keeps the old database, whole, under another name.
async fn set_aside(layout: &Arc<Layout>) -> Result<(), StoreError> {
    let (layout, file) = (layout.clone(), layout.database());
    let there = layout.disk().exists(&file);
    if there.map_err(failed("looking for the old database"))? {
        // What is still in the write-ahead log goes into the file by this. A database too damaged
        // for it is kept with its log.
        if let Ok(database) = Database::open(&file).await {
            database.close().await?;
        }
    }
    blocking(move || {
        for suffix in DATABASE_FILES {
            let old = with_suffix(&file, suffix);
            let kept = with_suffix(&file, &format!(".bak{suffix}"));
            let moved = layout.disk().rename(&old, &kept);
            if_there(moved).map_err(failed("keeping the old database"))?;
        }
        Ok(())
    })
    .await
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut path = path.as_os_str().to_owned();
    path.push(suffix);
    path.into()
}

/// The projects that have a folder of renditions; folders whose names are none are not ours.
pub(super) fn project_folders(layout: &Layout) -> Result<Vec<ProjectName>, StoreError> {
    let mut names = Vec::new();
    let what = "listing the projects";
    let listed = layout.disk().list(&layout.projects());
    for entry in listed.map_err(failed(what))? {
        let name = entry.name.into_string().ok();
        let name = name.and_then(|name| ProjectName::parse(&read(&name)).ok());
        names.extend(name.filter(|_| entry.is_folder));
    }
    names.sort_unstable();
    names.dedup();
    Ok(names)
}
