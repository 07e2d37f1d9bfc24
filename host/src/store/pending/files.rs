//! The files of a change: moved into `pending`, out of it, erased. Renames and removals, each of one name.

use std::io;
use std::path::{Path, PathBuf};

use tempfile::TempPath;

use crate::domain::{ImageId, ImageName, ProjectName};

use crate::store::disk::{Disk, PathState, failed};
use crate::store::layout::Layout;
use crate::store::staging::{Piece, persist};
use crate::store::{StoreError, Unerased, unerased};

pub(super) fn write_intent(
    layout: &Layout,
    project: &ProjectName,
    intent: &[u8],
    files: Vec<(Piece, TempPath)>,
    durable: bool,
) -> io::Result<()> {
    let (disk, pending) = (layout.disk(), layout.pending(project));
    let mut changed = disk.create_folder(&pending)?;
    for (piece, file) in files {
        persist(disk, file, &pending.join(piece.file_name()))?;
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

pub(super) fn refuse_immutable(
    disk: &Disk,
    mut places: impl Iterator<Item = PathBuf>,
) -> Result<(), StoreError> {
    let free = places.try_for_each(|place| disk.refuse_immutable(&place));
    free.map_err(failed("looking for what cannot be removed"))
}

/// Erases the files that wait here, each that can be; the error of the last that cannot.
pub(super) fn erase_waiting(layout: &Layout, project: &ProjectName) -> io::Result<()> {
    let pending = layout.pending(project);
    let mut all_erased = Ok(());
    for piece in Piece::all() {
        let erased = layout.disk().remove_file(&pending.join(piece.file_name()));
        all_erased = erased.and(all_erased);
    }
    all_erased
}

pub(super) fn place(
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
pub(super) fn lift(
    layout: &Layout,
    project: &ProjectName,
    image: ImageId,
    name: &ImageName,
) -> io::Result<()> {
    let (disk, pending) = (layout.disk(), layout.pending(project));
    for piece in Piece::all() {
        let place = target(layout, project, image, name, piece);
        match disk.path_state(&place)? {
            PathState::Nothing | PathState::Folder | PathState::UnderAFile => {}
            _ => disk.rename(&place, &pending.join(piece.file_name()))?,
        }
    }
    Ok(())
}

pub(super) fn drop_lifted(
    layout: &Layout,
    project: &ProjectName,
    name: &ImageName,
) -> io::Result<()> {
    let erased = erase_waiting(layout, project);
    let top = layout.given_folder(project);
    let disk = layout.disk();
    disk.remove_empty_parents(&layout.given(project, name), &top);
    erased
}

/// Where the folder of what was given to a project waits while the project is removed.
pub(super) fn lifted_folder(layout: &Layout, project: &ProjectName) -> PathBuf {
    layout.pending(project).join("image_root")
}

/// On disk before the rows go: what lies in the folder's place after a loss of power is none of the project's.
pub(super) fn lift_folder(layout: &Layout, from: &Path, to: &Path) -> io::Result<()> {
    move_folder(layout, from, to)?;
    let folders = [from, to].map(|folder| folder.parent().unwrap_or(folder).to_owned());
    layout.disk().sync_all(&folders)
}

pub(super) fn move_folder(layout: &Layout, from: &Path, to: &Path) -> io::Result<()> {
    match layout.disk().exists(from)? {
        true => layout.disk().rename(from, to),
        false => Ok(()),
    }
}

pub(super) fn erase(
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
    if pieces.contains(&Piece::Source) {
        let top = layout.given_folder(project);
        disk.remove_empty_parents(&layout.given(project, name), &top);
    }
    Ok(())
}

pub(super) fn gather_all(layout: &Layout, project: &ProjectName) -> io::Result<Option<Unerased>> {
    let (disk, folder) = (layout.disk(), layout.project(project));
    let (pending, mut left) = (layout.pending(project), 0);
    for entry in disk.list(&folder)? {
        let path = folder.join(&entry.name);
        if path == layout.manifest_lock(project) || path == pending {
            continue;
        }
        if disk.rename(&path, &pending.join(&entry.name)).is_err() {
            left += unerased::erase(disk, &path);
        }
    }
    Ok(Unerased::new(layout, &folder, left))
}

/// Where a piece of an image lies.
pub(in crate::store) fn target(
    layout: &Layout,
    project: &ProjectName,
    image: ImageId,
    name: &ImageName,
    piece: Piece,
) -> PathBuf {
    match piece {
        Piece::Source => layout.given(project, name),
        Piece::Rendition(kind) => layout.rendition(project, kind, image),
    }
}
