//! What matching answers: images and how near they are.

use super::{Algorithm, BestCopy, Comparison, Image, Judgement, Orientation};

/// How an image was found to match.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MatchKind {
    /// The same bytes, by SHA-256.
    Exact,
    /// Other bytes: a fingerprint within the radius, or what a verification found.
    Near,
}

/// An image that matches a query.
#[derive(Clone, Debug, PartialEq)]
pub struct Match {
    /// The stored image.
    pub image: Image,
    /// Exact or near.
    pub kind: MatchKind,
    /// Differing bits; 0 for exact matches.
    pub distance: u32,
    /// Whose fingerprints were compared.
    pub algorithm: Algorithm,
    /// How the query has to be transformed to look like the image.
    pub orientation: Orientation,
    /// What the query and the image are to each other, how alike, and why.
    pub judgement: Judgement,
}

/// What a picture is to another one.
#[derive(Clone, Debug, PartialEq)]
pub struct Relation {
    /// What they are to each other, how alike, and why.
    pub judgement: Judgement,
    /// How the picture has to be transformed to look like the other one.
    pub orientation: Orientation,
}

/// An image of a group of duplicates.
#[derive(Clone, Debug, PartialEq)]
pub struct DuplicateMember {
    /// The image.
    pub image: Image,
    /// Differing bits to the image to keep.
    pub distance: u32,
    /// What it is to the image to keep.
    pub relation: Relation,
}

/// Duplicates of one image, the one to keep: each is verified against that one. Where distances were asked for, images
/// that are near each other, directly or through one between them.
#[derive(Clone, Debug, PartialEq)]
pub struct DuplicateGroup {
    /// At least two, in upload order.
    pub members: Vec<DuplicateMember>,
    /// Which of them to keep.
    pub best: BestCopy,
}

impl Relation {
    /// A picture and itself, or another file of the same bytes.
    pub fn same_bytes() -> Self {
        Self {
            judgement: Judgement::same_bytes(),
            orientation: Orientation::Upright,
        }
    }

    /// What the other picture is to this one.
    pub fn inverse(&self) -> Self {
        Self {
            judgement: self.judgement.clone(),
            orientation: self.orientation.inverse(),
        }
    }

    /// They are verified to be duplicates.
    pub fn is_duplicate(&self) -> bool {
        self.judgement.verdict.is_duplicate()
    }

    /// Only a comparison of the pictures themselves decides.
    pub fn is_unverified(&self) -> bool {
        !self.judgement.verified
    }
}

impl From<Comparison> for Relation {
    fn from(comparison: Comparison) -> Self {
        Self {
            orientation: comparison.orientation,
            judgement: comparison.into(),
        }
    }
}
