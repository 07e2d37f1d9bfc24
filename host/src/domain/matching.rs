//! What matching answers: images and how near they are.

use super::{Algorithm, Image, Orientation};

/// How an image was found to match.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// The same bytes, by SHA-256.
    Exact,
    /// A fingerprint within the radius.
    Near,
}

/// An image that matches a query.
#[derive(Clone, Debug, PartialEq)]
pub struct Match {
    /// The stored image.
    pub image: Image,
    /// Exact or near.
    pub kind: Kind,
    /// Differing bits; 0 for exact matches.
    pub distance: u32,
    /// 1 - distance / bits.
    pub similarity: f64,
    /// Whose fingerprints were compared.
    pub algorithm: Algorithm,
    /// How the query has to be laid to look like the image.
    pub orientation: Orientation,
}

/// Images that are near-duplicates of each other, directly or through one between them.
#[derive(Clone, Debug, PartialEq)]
pub struct DuplicateGroup {
    /// At least two, in upload order, each with its distance to the first.
    pub images: Vec<(Image, u32)>,
}
