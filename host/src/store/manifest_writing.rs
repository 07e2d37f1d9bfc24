//! How the manifest of a project follows its rows.
//!
//! One line an image, so that a change edits its line instead of translating every row again: with
//! 10,000 images the file has 9 MB, and the edit is little more than writing them. It is replaced
//! atomically under `meta.lock`, so it is valid at every moment and follows the rows in the order of
//! their commits. It is not synced: after a loss of power it may be behind, and the rows are the truth.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

use memchr::memmem;

use crate::domain::{Decision, ImageId, ProjectName};

use super::columns::{damaged, to_id};
use super::disk::{Disk, blocking, failed};
use super::entities::{image, project};
use super::manifest::{DecisionJson, Manifest, ManifestEntry};
use super::pending::ProjectLock;
use super::{Store, StoreError, Unerased};

/// What follows the last image; decisions, if any, and the end follow in the same line.
const END: &[u8] = b"\n]";

/// What a change does to the manifest; the cover is written with each of them.
pub(super) enum Edit<'a> {
    /// The image is new.
    Append(&'a image::Model),
    /// The image is described anew.
    Swap(&'a image::Model),
    /// The image is gone.
    Drop(ImageId),
    /// Only the cover may be another.
    Cover,
    /// More than one of these: everything is written anew.
    Anew,
}

impl ProjectLock<'_> {
    /// Ends a committed change: the manifest follows the rows. A failure is logged, not returned: the
    /// change is made, and as long as it is pending the next one writes the manifest anew. Tells what of
    /// the change could not be erased and was put away.
    pub(super) async fn finish(
        &self,
        project: &project::Model,
        edit: Edit<'_>,
    ) -> Option<Unerased> {
        let done = async {
            self.edit_manifest(project, edit).await?;
            self.clear().await
        };
        done.await.unwrap_or_else(|error| {
            tracing::error!(project = %self.project, error = &error as &dyn std::error::Error,
                "a change is made, but not cleared up after; the next change will try again");
            None
        })
    }

    async fn edit_manifest(
        &self,
        project: &project::Model,
        edit: Edit<'_>,
    ) -> Result<(), StoreError> {
        let edit = match self.behind.load(Ordering::Relaxed) {
            true => Edit::Anew,
            false => edit,
        };
        let Some(edit) = LineEdit::new(edit)? else {
            return self.rewrite_manifest().await;
        };
        let header = header(project)?;
        let layout = self.store.layout.clone();
        let path = layout.manifest(&self.project);
        let edited = blocking(move || {
            let edited = edit_file(layout.disk(), &path, &header, &edit);
            edited.map_err(failed("writing a manifest"))
        });
        if edited.await? {
            return Ok(());
        }
        self.rewrite_manifest().await
    }

    /// Writes the manifest from the rows; removes it when there is no such project.
    pub(super) async fn rewrite_manifest(&self) -> Result<(), StoreError> {
        let layout = self.store.layout.clone();
        let path = layout.manifest(&self.project);
        let text = self.store.manifest_text(&self.project).await?;
        blocking(move || {
            let written = match text {
                Some(text) => replace(layout.disk(), &path, &text),
                None => layout.disk().remove_file(&path),
            };
            written.map_err(failed("writing a manifest"))
        })
        .await
    }
}

impl Store {
    /// What the manifest of a project should be; `None` when there is no such project.
    pub(super) async fn manifest_text(
        &self,
        project: &ProjectName,
    ) -> Result<Option<Vec<u8>>, StoreError> {
        let Some(row) = self.project_row(project).await? else {
            return Ok(None);
        };
        let images = self.image_rows(row.id).await?;
        let decisions = super::decided::of_project(self.database.read(), &row).await?;
        blocking(move || {
            let mut text = header(&row)?;
            for image in &images {
                push_line(&mut text, &line(image)?);
            }
            text.extend_from_slice(END);
            push_decisions(&mut text, decisions)?;
            text.extend_from_slice(b"}\n");
            Ok(Some(text))
        })
        .await
    }

    /// The manifest of a project; `None` when there is none.
    pub(super) async fn manifest(
        &self,
        project: &ProjectName,
    ) -> Result<Option<Manifest>, StoreError> {
        let (layout, path) = (self.layout.clone(), self.layout.manifest(project));
        blocking(move || {
            let bytes = layout.disk().read(&path);
            let bytes = bytes.map_err(failed("reading a manifest"))?;
            let manifest = bytes.map(|bytes| serde_json::from_slice(&bytes));
            manifest.transpose().map_err(damaged)
        })
        .await
    }
}

/// An edit in terms of lines.
enum LineEdit {
    Append(Vec<u8>),
    Swap(String, Vec<u8>),
    Drop(String),
    Cover,
}

impl LineEdit {
    /// `None` when lines are not enough.
    fn new(edit: Edit<'_>) -> Result<Option<Self>, StoreError> {
        Ok(Some(match edit {
            Edit::Append(row) => Self::Append(line(row)?),
            Edit::Swap(row) => Self::Swap(to_id(&row.id)?.to_string(), line(row)?),
            Edit::Drop(id) => Self::Drop(id.to_string()),
            Edit::Cover => Self::Cover,
            Edit::Anew => return Ok(None),
        }))
    }

    /// The text with the edit made; `None` when the text is not one of ours.
    fn apply(&self, header: &[u8], text: &[u8]) -> Option<Vec<u8>> {
        let old_header = memchr::memchr(b'\n', text)?;
        let (text, end) = text.split_at_checked(memmem::rfind(text, END)?)?;
        let lines = text.get(old_header..).filter(|_| end.ends_with(b"}\n"))?;
        let mut edited = Vec::with_capacity(text.len() + 4096);
        edited.extend_from_slice(header);
        match self {
            Self::Append(line) => {
                edited.extend_from_slice(lines);
                push_line(&mut edited, line);
            }
            Self::Swap(id, line) => {
                let (before, after) = around(lines, id)?;
                edited.extend_from_slice(before);
                edited.push(b'\n');
                edited.extend_from_slice(line);
                edited.extend_from_slice(after);
            }
            Self::Drop(id) => {
                let (before, after) = around(lines, id)?;
                let (before, after) = match after.strip_prefix(b",") {
                    Some(after) => (before, after),
                    // It was the last one: its predecessor is, and loses its comma.
                    None => (before.strip_suffix(b",").unwrap_or(before), after),
                };
                edited.extend_from_slice(before);
                edited.extend_from_slice(after);
            }
            Self::Cover => edited.extend_from_slice(lines),
        }
        edited.extend_from_slice(end);
        Some(edited)
    }
}

/// What stands before and after an image's line; its line break and its comma belong to neither
/// line: the first is left out, the second begins what stands after.
fn around<'a>(lines: &'a [u8], id: &str) -> Option<(&'a [u8], &'a [u8])> {
    let start = memmem::find(lines, format!("\n{{\"id\":\"{id}\"").as_bytes())?;
    let (before, rest) = lines.split_at(start);
    let end = memchr::memchr(b'\n', &rest[1..]).map_or(rest.len(), |end| end + 1);
    let end = if rest[..end].ends_with(b",") {
        end - 1
    } else {
        end
    };
    Some((before, &rest[end..]))
}

fn push_decisions(text: &mut Vec<u8>, decisions: Vec<Decision>) -> Result<(), StoreError> {
    if decisions.is_empty() {
        return Ok(());
    }
    let decisions: Vec<DecisionJson> = decisions.into_iter().map(Into::into).collect();
    let decisions = serde_json::to_vec(&decisions).map_err(damaged)?;
    text.extend_from_slice(br#","not_duplicates":"#);
    text.extend_from_slice(&decisions);
    Ok(())
}

fn push_line(text: &mut Vec<u8>, line: &[u8]) {
    if text.ends_with(b"}") {
        text.push(b',');
    }
    text.push(b'\n');
    text.extend_from_slice(line);
}

fn header(project: &project::Model) -> Result<Vec<u8>, StoreError> {
    let primary = project.primary_image.as_deref().map(to_id).transpose()?;
    let name = serde_json::to_string(&project.name).map_err(damaged)?;
    let primary = serde_json::to_string(&primary.map(|id| id.to_string())).map_err(damaged)?;
    let finds_crops = match project.finds_crops {
        true => r#""finds_crops":true,"#,
        false => "",
    };
    let facts = format!(r#""project_id":{name},"primary_image_id":{primary},{finds_crops}"#);
    Ok(format!(r#"{{{facts}"images":["#).into_bytes())
}

fn line(row: &image::Model) -> Result<Vec<u8>, StoreError> {
    serde_json::to_vec(&ManifestEntry::new(row)?).map_err(damaged)
}

/// False when the file is not there or not in our layout: then it is to be written anew.
fn edit_file(disk: &Disk, path: &Path, header: &[u8], edit: &LineEdit) -> io::Result<bool> {
    let Some(text) = disk.read(path)? else {
        return Ok(false);
    };
    match edit.apply(header, &text) {
        Some(edited) => replace(disk, path, &edited).map(|()| true),
        None => Ok(false),
    }
}

fn replace(disk: &Disk, path: &Path, text: &[u8]) -> io::Result<()> {
    let unfinished: PathBuf = path.with_extension("json.new");
    let written = disk
        .write(&unfinished, text)
        .and_then(|()| disk.rename(&unfinished, path));
    if written.is_err() {
        // Half of it would only take room.
        let _ = disk.remove_file(&unfinished);
    }
    written
}
