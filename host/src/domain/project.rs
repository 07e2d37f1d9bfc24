//! A project: a named collection of images with a cover.

use jiff::Timestamp;

use super::{ImageId, ProjectName};

/// A project as the store knows it.
#[derive(Clone, Debug, PartialEq)]
pub struct Project {
    /// Its name, which is also its id in URLs.
    pub name: ProjectName,
    /// When it was first seen.
    pub created_at: Timestamp,
    /// The cover: the first image, unless another was chosen.
    pub primary: Option<ImageId>,
    /// Its images are searched by local features, too, which finds strong crops, collages and large stickers.
    pub finds_crops: bool,
    /// How many images it holds.
    pub images: u64,
}
