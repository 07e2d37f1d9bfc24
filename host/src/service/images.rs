//! Images: given, listed, made the cover, removed.

use crate::domain::{Image, ImageId, ImageName, Match, ProjectName};
use crate::store::{NameClash, Removed, Staged};

use super::{ServiceError, Services};

/// What to do with a picture whose exact bytes are in the project already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnDuplicate {
    /// Keep both and say so.
    #[default]
    Keep,
    /// Refuse with `Conflict` naming the image that is there.
    Reject,
}

/// A picture on its way in.
#[derive(Debug)]
pub struct Upload {
    /// Where it goes; made when it is not there.
    pub project: ProjectName,
    /// What it is to be called; `None` = its digest's first 12 characters and the format's extension.
    pub name: Option<ImageName>,
    /// Its bytes.
    pub given: Staged,
    /// When the name is taken.
    pub name_clash: NameClash,
    /// When the bytes are there already.
    pub on_duplicate: OnDuplicate,
}

/// A picture that is in, searchable by everyone.
#[derive(Clone, Debug)]
pub struct Ingested {
    /// The image.
    pub image: Image,
    /// What it matches in its project, nearest first, at most 10; not itself.
    pub duplicates: Vec<Match>,
    /// One-time token that allows its deletion.
    pub deletion_token: String,
}

/// Takes a picture in: processed in the sandbox, stored, indexed.
pub async fn ingest(services: &Services, upload: Upload) -> Result<Ingested, ServiceError> {
    todo!()
}

/// Images of a project in upload order; `NotFound` when there is no such project.
pub async fn list(
    services: &Services,
    project: &ProjectName,
    after: Option<ImageId>,
    limit: Option<u64>,
) -> Result<Vec<Image>, ServiceError> {
    todo!()
}

/// One image by id or, failing that, by name.
pub async fn get(
    services: &Services,
    project: &ProjectName,
    id_or_name: &str,
) -> Result<Image, ServiceError> {
    todo!()
}

/// Removes one image.
pub async fn delete(
    services: &Services,
    project: &ProjectName,
    id_or_name: &str,
) -> Result<Removed, ServiceError> {
    todo!()
}

/// Removes the image that a one-time deletion token stands for.
pub async fn delete_by_token(services: &Services, token: &str) -> Result<Removed, ServiceError> {
    todo!()
}

/// Makes one image the cover and says which it is.
pub async fn set_primary(
    services: &Services,
    project: &ProjectName,
    id_or_name: &str,
) -> Result<Image, ServiceError> {
    todo!()
}
