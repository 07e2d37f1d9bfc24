//! The files that people gave, as the image root sees them: which are known, which changed, which are gone.
//!
//! Every answer that changes something looks again under the project's lock, so a scan, an upload and
//! another process never act on each other's half-done work.

use std::collections::{BTreeSet, HashMap};
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use crate::domain::{ImageId, ImageName, ProjectName};

use sea_orm::{ColumnTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect};

use super::columns;
use super::detached::run_detached;
use super::disk::{PathState, blocking, failed};
use super::entities::image;
use super::file_stamp::{FileStamp, SourceFile};
use super::layout::Layout;
use super::staging::Piece;
use super::{Staged, Store, StoreError, rows, staging};

/// A file of the image root, opened: what is read of it is of that file, whatever takes its place.
#[derive(Debug)]
pub struct OpenFile {
    /// The file.
    pub file: File,
    /// How it was when it was opened.
    pub stamp: FileStamp,
}

impl OpenFile {
    fn new(file: File) -> io::Result<Option<Self>> {
        let stamp = FileStamp::of_facts(&file.metadata()?)?;
        Ok(stamp.map(|stamp| Self { file, stamp }))
    }
}

impl Store {
    /// Given files of a project by their names, from behind `after`, at most `limit`: the one named `below` and
    /// those in the folder of that name, or all when it is empty.
    pub async fn source_files(
        &self,
        project: &ProjectName,
        below: &str,
        after: Option<&ImageName>,
        limit: u64,
    ) -> Result<Vec<SourceFile>, StoreError> {
        let Some(project) = self.project_row(project).await? else {
            return Ok(Vec::new());
        };
        let mut wanted = image::Entity::find()
            .filter(image::Column::ProjectId.eq(project.id))
            .order_by_asc(image::Column::Name)
            .limit(limit);
        if let Some(after) = after {
            wanted = wanted.filter(image::Column::Name.gt(after.as_str()));
        }
        if !below.is_empty() {
            // `0` is the character after `/`; what lies between the name and `/` is left out by the second rule.
            let [folder, end] = ["/", "0"].map(|character| format!("{below}{character}"));
            let is_inside = image::Column::Name
                .eq(below)
                .or(image::Column::Name.gte(folder));
            wanted = wanted
                .filter(image::Column::Name.gte(below))
                .filter(image::Column::Name.lt(end))
                .filter(is_inside);
        }
        let images = wanted.all(self.database.read()).await?;
        images.iter().map(rows::to_source_file).collect()
    }

    /// What is known of the given files of some names.
    pub async fn stamps(
        &self,
        project: &ProjectName,
        names: impl Iterator<Item = &ImageName>,
    ) -> Result<HashMap<ImageName, FileStamp>, StoreError> {
        let Some(project) = self.project_row(project).await? else {
            return Ok(HashMap::new());
        };
        let images = image::Entity::find()
            .filter(image::Column::ProjectId.eq(project.id))
            .filter(image::Column::Name.is_in(names.map(ImageName::as_str)))
            .all(self.database.read())
            .await?;
        let known = images.iter().map(rows::to_source_file);
        known
            .map(|given| given.map(|given| (given.name, given.stamp)))
            .collect()
    }

    /// The file of a name, as it lies in the image root; `None` when there is none, or one behind a link.
    pub async fn open_source(
        &self,
        project: &ProjectName,
        name: &ImageName,
    ) -> Result<Option<OpenFile>, StoreError> {
        self.open_file(self.layout.given(project, name)).await
    }

    /// The file at a path of the image root, as it is written there.
    pub async fn open_found(&self, path: &Path) -> Result<Option<OpenFile>, StoreError> {
        self.open_file(path.to_owned()).await
    }

    /// The given file of an image in the trash.
    pub async fn open_trashed(
        &self,
        project: &ProjectName,
        image: ImageId,
    ) -> Result<Option<OpenFile>, StoreError> {
        let folder = self.layout.trashed(project, image);
        self.open_file(folder.join(Piece::Source.file_name())).await
    }

    async fn open_file(&self, path: PathBuf) -> Result<Option<OpenFile>, StoreError> {
        let layout = self.layout.clone();
        blocking(move || {
            let file = layout.disk().file(&path);
            let opened = file.and_then(|file| file.map_or(Ok(None), OpenFile::new));
            opened.map_err(failed("looking at a given file"))
        })
        .await
    }

    /// Which of these have no file in the image root, or only one behind a link.
    pub async fn without_file(
        &self,
        project: &ProjectName,
        names: Vec<ImageName>,
    ) -> Result<Vec<ImageName>, StoreError> {
        let (layout, project) = (self.layout.clone(), project.clone());
        blocking(move || {
            let path_state =
                |name: &ImageName| layout.disk().path_state(&layout.given(&project, name));
            // What cannot be looked at may be there.
            let is_missing =
                |name: &ImageName| path_state(name).is_ok_and(|it| it != PathState::File);
            Ok(names.into_iter().filter(is_missing).collect())
        })
        .await
    }

    /// What lies at a path of the image root.
    pub async fn path_state_of(&self, path: &Path) -> Result<PathState, StoreError> {
        let (layout, path) = (self.layout.clone(), path.to_owned());
        blocking(move || {
            let path_state = layout.disk().path_state(&path);
            path_state.map_err(failed("looking into the image root"))
        })
        .await
    }

    /// An error when the folder of any of these names is a link, or behind one.
    pub(super) async fn refuse_folders_behind_links(
        &self,
        project: &ProjectName,
        names: Vec<String>,
    ) -> Result<(), StoreError> {
        let (layout, top) = (self.layout.clone(), self.layout.given_folder(project));
        blocking(move || {
            let folder_of = |name: &String| top.join(name).parent().map(Path::to_owned);
            let mut folders: BTreeSet<PathBuf> = names.iter().filter_map(folder_of).collect();
            folders.insert(top.clone());
            let free = folders
                .iter()
                .try_for_each(|folder| layout.disk().refuse_link(folder));
            free.map_err(failed("looking for links"))
        })
        .await
    }

    /// Puts staged bytes where the file of a name is missing; `None`, and nothing happens, when something is
    /// there.
    pub async fn give_missing(
        &self,
        project: &ProjectName,
        name: &ImageName,
        staged: Staged,
    ) -> Result<Option<FileStamp>, StoreError> {
        let _lock = self.lock(project).await?;
        let (layout, target) = (self.layout.clone(), self.layout.given(project, name));
        blocking(move || {
            let placed = place_missing(&layout, staged, &target);
            placed.map_err(failed("giving a file again"))
        })
        .await
    }

    /// The given file of a name.
    pub async fn source_file(
        &self,
        project: &ProjectName,
        name: &ImageName,
    ) -> Result<Option<SourceFile>, StoreError> {
        let found = self.row_by_name(project, name).await?;
        found.map(|(row, _)| rows::to_source_file(&row)).transpose()
    }

    /// Notes a new stamp of an image whose bytes were found to be the same as ever.
    pub async fn confirm_source(&self, image: ImageId, stamp: FileStamp) -> Result<(), StoreError> {
        let by_id = image::Column::Id.eq(image.as_bytes().to_vec());
        let row = image::Entity::find().filter(by_id);
        let Some(row) = row.one(self.database.read()).await? else {
            return Ok(());
        };
        let project = super::projects::of_image(self.database.read(), &row).await?;
        let (store, name) = (self.clone(), columns::to_project_name(&project.name)?);
        run_detached(async move {
            let lock = store.lock(&name).await?;
            if let Some((row, _)) = store.row(&name, image).await? {
                store.confirm(&lock, row, stamp).await?;
            }
            Ok(())
        })
        .await
    }
}

fn place_missing(layout: &Layout, staged: Staged, target: &Path) -> io::Result<Option<FileStamp>> {
    let disk = layout.disk();
    if disk.exists(target)? {
        return Ok(None);
    }
    let folder = target.parent().map(Path::to_owned);
    let mut changed = match &folder {
        Some(folder) => disk.create_folder(folder)?,
        None => Vec::new(),
    };
    let stamp = FileStamp::read(&staged.path)?;
    staging::persist(disk, staged.path, target)?;
    changed.extend(folder);
    disk.sync_all(&changed)?;
    Ok(stamp)
}
