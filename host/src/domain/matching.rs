//! What matching answers: images and how near they are.

use super::{
    AlgorithmDefinition, AlgorithmId, BestCopy, Comparison, Image, Judgement, Orientation, Verdict,
    similarity,
};

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
    /// What made the fingerprints that were compared.
    pub algorithm: AlgorithmDefinition,
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

impl AlgorithmDefinition {
    /// What a distance says where nothing else is known.
    fn judge(&self, distance: u32) -> Judgement {
        match self.id {
            AlgorithmId::BuiltIn(algorithm, _) => Judgement::of_distance(algorithm, distance),
            AlgorithmId::Plugin(_, bits) => Judgement {
                verdict: Verdict::Similar,
                similarity: similarity(distance, bits),
                reason: format!(
                    "{} differs in {distance} of {bits} bits; nothing else was compared.",
                    self.name
                ),
                verified: false,
            },
        }
    }
}

impl Match {
    /// An image of the same bytes.
    pub fn same_bytes(image: Image, algorithm: AlgorithmDefinition) -> Self {
        Self {
            image,
            kind: MatchKind::Exact,
            distance: 0,
            algorithm,
            orientation: Orientation::Upright,
            judgement: Judgement::same_bytes(),
        }
    }

    /// An image at a distance, of which nothing else is known yet.
    pub fn near(
        image: Image,
        distance: u32,
        algorithm: AlgorithmDefinition,
        orientation: Orientation,
    ) -> Self {
        Self {
            image,
            kind: MatchKind::Near,
            distance,
            judgement: algorithm.judge(distance),
            algorithm,
            orientation,
        }
    }
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
