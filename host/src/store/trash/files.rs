//! Files on their way into the trash and out of it: renamed, never copied, and nothing is written over.

use std::io;
use std::path::{Path, PathBuf};

use crate::domain::{ImageId, ImageName, ProjectName};

use super::TrashEntry;
use crate::store::StoreError;
use crate::store::columns::damaged;
use crate::store::disk::{Disk, blocking, failed};
use crate::store::layout::Layout;
use crate::store::pending::{ProjectLock, target};
use crate::store::staging::Piece;
use crate::store::unerased::remove_or_put_away;

impl ProjectLock<'_> {
    /// Moves images to the trash; what was moved before stays there.
    pub(in crate::store) async fn discard(
        &self,
        entries: Vec<TrashEntry>,
    ) -> Result<(), StoreError> {
        let (layout, project) = (self.store.layout.clone(), self.project.clone());
        blocking(move || {
            for entry in &entries {
                let (id, name) = (entry.id()?, entry.name()?);
                let text = serde_json::to_vec(entry).map_err(damaged)?;
                discard(&layout, &project, id, &name, &text)
                    .map_err(failed("moving an image to the trash"))?;
            }
            Ok(())
        })
        .await
    }

    /// Moves the files of a trashed image to their places; `entry.json` stays.
    pub(in crate::store) async fn put_back(
        &self,
        id: ImageId,
        name: &ImageName,
    ) -> Result<(), StoreError> {
        self.move_pieces(id, name, |trashed, place| (trashed, place))
            .await?;
        let layout = &self.store.layout;
        let given = layout.trashed(&self.project, id);
        let given = given.join(Piece::Source.file_name());
        let what = "moving a file out of the trash";
        if layout.disk().exists(&given).map_err(failed(what))? {
            let in_the_way = io::Error::from(io::ErrorKind::AlreadyExists);
            return Err(failed(what)(in_the_way));
        }
        Ok(())
    }

    /// An error when something of this id is in the trash.
    pub(in crate::store) async fn refuse_trashed(&self, image: ImageId) -> Result<(), StoreError> {
        let (layout, project) = (self.store.layout.clone(), self.project.clone());
        blocking(move || {
            let there = layout.disk().exists(&layout.trashed(&project, image));
            match there.map_err(failed("looking into the trash"))? {
                true => Err(StoreError::TrashTaken { project, image }),
                false => Ok(()),
            }
        })
        .await
    }

    /// An error when something of a trashed image could not be removed from the trash.
    pub(in crate::store) async fn refuse_immutable_trashed(
        &self,
        id: ImageId,
    ) -> Result<(), StoreError> {
        let (layout, folder) = (
            self.store.layout.clone(),
            self.store.layout.trashed(&self.project, id),
        );
        blocking(move || {
            let free = layout.disk().refuse_immutable(&folder);
            free.map_err(failed("taking an image out of the trash"))
        })
        .await
    }

    /// Undoes [`ProjectLock::put_back`].
    pub(in crate::store) async fn take_away(
        &self,
        id: ImageId,
        name: &ImageName,
    ) -> Result<(), StoreError> {
        self.move_pieces(id, name, |trashed, place| (place, trashed))
            .await?;
        let (layout, project) = (self.store.layout.clone(), self.project.clone());
        let given = layout.given(&project, name);
        let top = layout.given_folder(&project);
        layout.disk().remove_empty_parents(&given, &top);
        Ok(())
    }

    /// Removes what is left in the trash of an image that was put back.
    pub(in crate::store) async fn forget_trashed(&self, id: ImageId) -> Result<(), StoreError> {
        let (layout, project) = (self.store.layout.clone(), self.project.clone());
        blocking(move || {
            remove_or_put_away(&layout, &layout.trashed(&project, id))
                .map_err(failed("clearing up the trash"))?;
            let _ = layout.disk().remove_if_empty(&layout.trash(&project));
            Ok(())
        })
        .await
    }

    async fn move_pieces(
        &self,
        id: ImageId,
        name: &ImageName,
        direction: fn(PathBuf, PathBuf) -> (PathBuf, PathBuf),
    ) -> Result<(), StoreError> {
        let (layout, project) = (self.store.layout.clone(), self.project.clone());
        let name = name.clone();
        blocking(move || {
            let moves = Piece::all().map(|piece| {
                let trashed = layout.trashed(&project, id).join(piece.file_name());
                direction(trashed, target(&layout, &project, id, &name, piece))
            });
            move_all(layout.disk(), moves).map_err(failed("moving files out of the trash"))
        })
        .await
    }
}

fn discard(
    layout: &Layout,
    project: &ProjectName,
    id: ImageId,
    name: &ImageName,
    entry: &[u8],
) -> io::Result<()> {
    let (disk, folder) = (layout.disk(), layout.trashed(project, id));
    let mut changed = disk.create_folder(&folder)?;
    let described = folder.join("entry.json");
    if !disk.exists(&described)? {
        let unfinished = folder.join("entry.new");
        disk.remove_file(&unfinished)?;
        disk.write_synced(&unfinished, entry)?;
        disk.rename(&unfinished, &described)?;
    }
    changed.push(folder.clone());
    disk.sync_all(&changed)?;
    let moves = Piece::all().map(|piece| {
        let place = target(layout, project, id, name, piece);
        (place, folder.join(piece.file_name()))
    });
    move_all(disk, moves)?;
    let top = layout.given_folder(project);
    disk.remove_empty_parents(&layout.given(project, name), &top);
    Ok(())
}

/// Renames what is there, unless something lies where it is to go, and syncs the folders.
fn move_all(disk: &Disk, moves: impl Iterator<Item = (PathBuf, PathBuf)>) -> io::Result<()> {
    let mut changed = Vec::new();
    for (from, to) in moves {
        if !disk.exists(&from)? || disk.exists(&to)? {
            continue;
        }
        if let Some(folder) = to.parent() {
            changed.extend(disk.create_folder(folder)?);
            changed.push(folder.to_owned());
        }
        disk.rename(&from, &to)?;
        changed.extend(from.parent().map(Path::to_owned));
    }
    changed.sort_unstable();
    changed.dedup();
    disk.sync_all(&changed)
}
