//! An image: a picture that was given to a project, and what was learned of it.

use jiff::Timestamp;

use super::{
    Exif, Fingerprint, ImageId, ImageInfo, ImageName, Merged, ProjectName, Sha256, Sketch,
};

/// A stored image.
#[derive(Clone, Debug, PartialEq)]
pub struct Image {
    /// Its id, unique over all projects.
    pub id: ImageId,
    /// Where it is.
    pub project: ProjectName,
    /// What it is called there.
    pub name: ImageName,
    /// When it was first given; an image replaced under its name keeps it.
    pub created_at: Timestamp,
    /// Length of the file as it was given, in bytes.
    pub bytes: u64,
    /// Digest of the file as it was given.
    pub sha256: Sha256,
    /// Facts of the picture.
    pub info: ImageInfo,
    /// It is the project's cover.
    pub is_primary: bool,
    /// What every algorithm says of it.
    pub fingerprints: Vec<Fingerprint>,
    /// What it took over from images that were merged into it.
    pub merged: Vec<Merged>,
}

/// What the store needs to know of an image that is about to be one.
#[derive(Clone, Debug)]
pub struct NewImage {
    /// Its id.
    pub id: ImageId,
    /// Where it goes; made when it is not there.
    pub project: ProjectName,
    /// What it is to be called.
    pub name: ImageName,
    /// Length of the file in bytes.
    pub bytes: u64,
    /// Digest of the file.
    pub sha256: Sha256,
    /// Facts of the picture.
    pub info: ImageInfo,
    /// What every algorithm says of it.
    pub fingerprints: Vec<Fingerprint>,
    /// What verifies duplicates of it.
    pub sketch: Option<Sketch>,
    /// One-time token that allows its deletion (S0), as lower-case hex.
    pub deletion_token: Option<String>,
}

impl Image {
    /// When the picture was first given, as this image or as one that was merged into it.
    pub fn first_given(&self) -> Timestamp {
        let merged = self.merged.iter().map(|other| other.created_at);
        merged.fold(self.created_at, Timestamp::min)
    }

    /// What cameras wrote beside it: its own facts, and where it has none those of images that were
    /// merged into it, in their order.
    pub fn exif(&self) -> Option<Exif> {
        let merged = self.merged.iter().map(|other| other.exif.as_ref());
        let all = std::iter::once(self.info.exif.as_ref()).chain(merged);
        all.flatten().cloned().reduce(|own, other| Exif {
            camera_make: own.camera_make.or(other.camera_make),
            camera_model: own.camera_model.or(other.camera_model),
            lens: own.lens.or(other.lens),
            taken_at: own.taken_at.or(other.taken_at),
            location: own.location.or(other.location),
        })
    }
}
