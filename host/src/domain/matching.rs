//! What matching answers: images and how near they are.

use super::{Algorithm, BestCopy, Image, Judgement, Orientation};

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
    /// Whose fingerprints were compared.
    pub algorithm: Algorithm,
    /// How the query has to be laid to look like the image.
    pub orientation: Orientation,
    /// What the query and the image are to each other, how alike, and why.
    pub judgement: Judgement,
}

/// An image of a group of near-duplicates.
#[derive(Clone, Debug, PartialEq)]
pub struct DuplicateMember {
    /// The image.
    pub image: Image,
    /// Differing bits to the first of the group.
    pub distance: u32,
    /// How it has to be laid to look like the first of the group.
    pub orientation: Orientation,
    /// What it is to the first of the group, how alike, and why.
    pub judgement: Judgement,
}

/// Images that are near-duplicates of each other, directly or through one between them.
#[derive(Clone, Debug, PartialEq)]
pub struct DuplicateGroup {
    /// At least two, in upload order.
    pub members: Vec<DuplicateMember>,
    /// Which of them to keep.
    pub best: BestCopy,
}
