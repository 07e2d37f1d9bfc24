//! Where everything lies in a data folder, and the folder itself. Names are checked before they come here.

use std::io;
use std::path::{Path, PathBuf};

use crate::domain::file_name::written;
use crate::domain::{ImageId, ImageName, ProjectName, RenditionKind};

use super::disk::Disk;

/// The places of one data folder.
#[derive(Debug)]
pub(super) struct Layout {
    root: PathBuf,
    disk: Disk,
}

impl Layout {
    /// Of a folder that is there, by its real path.
    pub(super) fn new(root: &Path) -> io::Result<Self> {
        Ok(Self {
            disk: Disk::open(root)?,
            root: root.into(),
        })
    }

    /// What reads and writes at these places.
    pub(super) fn disk(&self) -> &Disk {
        &self.disk
    }

    /// Those that are there as long as the data folder is.
    pub(super) fn folders(&self) -> [PathBuf; 5] {
        [
            self.image_root(),
            self.projects(),
            self.temporary(),
            self.index(),
            // Made early: on a full disk there may be no room for it.
            self.unerased(),
        ]
    }

    /// A path below the data folder without the way to that.
    pub(super) fn below(&self, path: &Path) -> PathBuf {
        path.strip_prefix(&self.root).unwrap_or(path).to_owned()
    }

    pub(super) fn database(&self) -> PathBuf {
        self.root.join("vismatch.db")
    }

    /// What the index keeps of itself; it can be made anew of the database.
    pub(super) fn index(&self) -> PathBuf {
        self.root.join("index")
    }

    pub(super) fn index_snapshot(&self) -> PathBuf {
        self.index().join("snapshot")
    }

    pub(super) fn feature_snapshot(&self) -> PathBuf {
        self.index().join("features")
    }

    /// Held while a store is being opened: one process at a time makes tables and clears up.
    pub(super) fn opening_lock(&self) -> PathBuf {
        self.root.join("opening.lock")
    }

    /// Room that is given up on a full disk; see `reserve`.
    pub(super) fn reserve(&self) -> PathBuf {
        self.root.join("reserve")
    }

    /// One folder in here for every open store: its temporary files.
    pub(super) fn temporary(&self) -> PathBuf {
        self.root.join("tmp")
    }

    /// Files of what was deleted that the system does not let go of; see `unerased`.
    pub(super) fn unerased(&self) -> PathBuf {
        self.root.join("unerased")
    }

    pub(super) fn image_root(&self) -> PathBuf {
        self.root.join("image_root")
    }

    pub(super) fn projects(&self) -> PathBuf {
        self.root.join("projects")
    }

    /// Everything that was derived of a project.
    pub(super) fn project(&self, project: &ProjectName) -> PathBuf {
        self.projects().join(&*written(project.as_str()))
    }

    /// Everything that was given to a project.
    pub(super) fn given_folder(&self, project: &ProjectName) -> PathBuf {
        self.image_root().join(&*written(project.as_str()))
    }

    pub(super) fn given(&self, project: &ProjectName, name: &ImageName) -> PathBuf {
        let mut path = self.given_folder(project);
        path.extend(
            name.as_str()
                .split('/')
                .map(|segment| written(segment).into_owned()),
        );
        path
    }

    pub(super) fn rendition(
        &self,
        project: &ProjectName,
        kind: RenditionKind,
        image: ImageId,
    ) -> PathBuf {
        self.project(project)
            .join(kind.name())
            .join(format!("{image}.jpg"))
    }

    pub(super) fn manifest(&self, project: &ProjectName) -> PathBuf {
        self.project(project).join("meta.json")
    }

    pub(super) fn manifest_lock(&self, project: &ProjectName) -> PathBuf {
        self.project(project).join("meta.lock")
    }

    /// Images that gave way to others; see `trash`.
    pub(super) fn trash(&self, project: &ProjectName) -> PathBuf {
        self.project(project).join("trash")
    }

    /// Everything of one image in the trash.
    pub(super) fn trashed(&self, project: &ProjectName, image: ImageId) -> PathBuf {
        self.trash(project).join(image.to_string())
    }

    /// There only while a change is under way.
    pub(super) fn pending(&self, project: &ProjectName) -> PathBuf {
        self.project(project).join("pending")
    }
}
