//! What an image keeps of others that were merged into it.

use jiff::Timestamp;

use super::{Exif, ImageId, ImageName};

/// What an image took over from another that was merged into it.
#[derive(Clone, Debug, PartialEq)]
pub struct Merged {
    /// The other image.
    pub id: ImageId,
    /// What it was called: it leads here now.
    pub name: ImageName,
    /// When it was first given.
    pub created_at: Timestamp,
    /// What a camera wrote beside it.
    pub exif: Option<Exif>,
}
