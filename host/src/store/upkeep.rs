//! What `verify` and `rebuild` need of the store: manifests held against rows, files without an owner,
//! renditions put back. Judging pictures is not done here.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};

use sea_orm::{ActiveModelTrait, ActiveValue::Set, IntoActiveModel};

use crate::domain::file_name::read;
use crate::domain::{Fingerprint, Image, ImageId, ProjectName, RenditionKind, Sketch};

use super::columns;
use super::detached::run_detached;
use super::disk::{blocking, failed};
use super::layout::Layout;
use super::manifest_writing::Edit;
use super::pending::Intent;
use super::recovery::project_folders;
use super::staging::persist;
use super::{Store, StoreError, changes, rows, sketches};

impl Store {
    /// The manifest of a project is there, readable, and says what the rows say.
    pub async fn manifest_is_current(&self, project: &ProjectName) -> Result<bool, StoreError> {
        if self.project_row(project).await?.is_none() {
            let manifest = self.layout.manifest(project);
            let there = self.layout.disk().exists(&manifest);
            return Ok(!there.map_err(failed("reading a manifest"))?);
        }
        let _lock = self.lock_to_read(project).await?;
        let wanted = self.manifest_text(project).await?;
        let (layout, path) = (self.layout.clone(), self.layout.manifest(project));
        blocking(move || {
            let found = layout.disk().read(&path);
            Ok(found.map_err(failed("reading a manifest"))? == wanted)
        })
        .await
    }

    /// Writes the manifest of a project anew from the rows.
    pub async fn write_manifest(&self, project: &ProjectName) -> Result<(), StoreError> {
        self.lock(project).await?.rewrite_manifest().await
    }

    /// Gives an image the fingerprints and the sketch that are made of its picture today, unless it is gone
    /// or another picture by now.
    pub async fn renew(
        &self,
        image: &Image,
        fingerprints: &[Fingerprint],
        sketch: Option<&Sketch>,
    ) -> Result<(), StoreError> {
        let (store, image) = (self.clone(), image.clone());
        let (packed, sketch) = (columns::pack(fingerprints)?, sketch.cloned());
        run_detached(async move {
            let lock = store.lock(&image.project).await?;
            let found = store.row(&image.project, image.id).await?;
            let Some((row, project)) = found.filter(|(row, _)| row.sha256 == image.sha256.0) else {
                return Ok(());
            };
            lock.write_intent(&Intent::Describe, Vec::new()).await?;
            let txn = store.begin().await?;
            let mut row = row.into_active_model();
            row.fingerprints = Set(packed);
            let row = row.update(&txn).await?;
            sketches::set(&txn, &project, &row.id, sketch.as_ref()).await?;
            changes::note(&txn, &project.name, &row.id).await?;
            txn.commit().await?;
            lock.finish(&project, Edit::Swap(&row)).await;
            Ok(())
        })
        .await
    }

    /// Puts a rendition in its place, unless the image is gone by now.
    pub async fn put_rendition(
        &self,
        project: &ProjectName,
        image: ImageId,
        kind: RenditionKind,
        jpeg: Vec<u8>,
    ) -> Result<(), StoreError> {
        let (store, project) = (self.clone(), project.clone());
        run_detached(async move {
            let Some((row, _)) = store.row(&project, image).await? else {
                return Ok(());
            };
            let stamp = rows::to_source_file(&row)?.stamp;
            let pieces = store.stage_renditions(vec![(kind, jpeg)], stamp).await?;
            let _lock = store.lock(&project).await?;
            if store.row(&project, image).await?.is_none() {
                return Ok(());
            }
            let target = store.layout.rendition(&project, kind, image);
            let layout = store.layout.clone();
            blocking(move || {
                let disk = layout.disk();
                let moved = pieces.files.into_iter().try_for_each(|(_, file)| {
                    let folder = target.parent().unwrap_or(&target);
                    let mut changed = disk.create_folder(folder)?;
                    changed.push(folder.to_owned());
                    persist(disk, file, &target)?;
                    disk.sync_all(&changed)
                });
                moved.map_err(failed("putting a rendition in its place"))
            })
            .await
        })
        .await
    }

    /// The projects that have a folder of renditions, also those without a row.
    pub fn project_folders(&self) -> Result<Vec<ProjectName>, StoreError> {
        project_folders(&self.layout)
    }

    /// Rendition files in a project's folder that belong to no image.
    pub async fn orphans(&self, project: &ProjectName) -> Result<Vec<PathBuf>, StoreError> {
        let _lock = self.lock_to_read(project).await?;
        let rows = match self.project_row(project).await? {
            Some(row) => self.image_rows(row.id).await?,
            None => Vec::new(),
        };
        let ids = rows.iter().map(|row| columns::to_id(&row.id));
        let ids: HashSet<ImageId> = ids.collect::<Result<_, _>>()?;
        let (layout, project) = (self.layout.clone(), project.clone());
        blocking(move || ownerless(&layout, &project, &ids).map_err(failed("listing renditions")))
            .await
    }

    /// Removes a file that [`Store::orphans`] named, unless it has an owner by now.
    pub async fn remove_orphan(&self, path: &Path) -> Result<(), StoreError> {
        let Some(project) = self.project_of_rendition(path) else {
            return Ok(());
        };
        let _lock = self.lock(&project).await?;
        if let Some(image) = image_of(path)
            && self.row(&project, image).await?.is_some()
        {
            return Ok(());
        }
        let removed = self.layout.disk().remove_file(path);
        removed.map_err(failed("removing a rendition"))
    }

    /// The project of `projects/<project>/<size>/<file>`; `None` for any other path.
    fn project_of_rendition(&self, path: &Path) -> Option<ProjectName> {
        let size = path.parent()?;
        RenditionKind::from_name(size.file_name()?.to_str()?)?;
        let folder = size.parent()?;
        let name = ProjectName::parse(&read(folder.file_name()?.to_str()?)).ok()?;
        (folder == self.layout.project(&name)).then_some(name)
    }
}

fn ownerless(
    layout: &Layout,
    project: &ProjectName,
    owners: &HashSet<ImageId>,
) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for kind in RenditionKind::ALL {
        let folder = layout.project(project).join(kind.name());
        for entry in layout.disk().list(&folder)? {
            let path = folder.join(&entry.name);
            let is_owned = image_of(&path).is_some_and(|image| owners.contains(&image));
            if entry.is_file && !is_owned {
                found.push(path);
            }
        }
    }
    found.sort_unstable();
    Ok(found)
}

/// The image that a rendition's file name says it is of.
fn image_of(path: &Path) -> Option<ImageId> {
    let jpeg = path.extension() == Some(OsStr::new("jpg"));
    path.file_stem()?.to_str()?.parse().ok().filter(|_| jpeg)
}
