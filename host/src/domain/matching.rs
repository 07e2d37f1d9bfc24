//! What matching answers: images and how near they are.

use super::{
    Algorithm, BestCopy, Comparison, Image, Judgement, Orientation, PluginName, Verdict, similarity,
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
    /// Whose fingerprints were compared.
    pub algorithm: MatchAlgorithm,
    /// How the query has to be transformed to look like the image.
    pub orientation: Orientation,
    /// What the query and the image are to each other, how alike, and why.
    pub judgement: Judgement,
}

/// Who made the fingerprints of a match.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MatchAlgorithm {
    /// An algorithm of the pipeline.
    BuiltIn(Algorithm),
    /// A plugin, whose fingerprints have so many bits.
    Plugin(PluginName, u32),
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

impl MatchAlgorithm {
    /// The name that answers carry.
    pub fn name(&self) -> &str {
        match self {
            Self::BuiltIn(algorithm) => algorithm.name(),
            Self::Plugin(name, _) => name.as_str(),
        }
    }

    /// What a distance says where nothing else is known.
    fn judge(&self, distance: u32) -> Judgement {
        match self {
            Self::BuiltIn(algorithm) => Judgement::of_distance(*algorithm, distance),
            Self::Plugin(name, bits) => Judgement {
                verdict: Verdict::Similar,
                similarity: similarity(distance, *bits),
                reason: format!(
                    "{name} differs in {distance} of {bits} bits; nothing else was compared."
                ),
                verified: false,
            },
        }
    }
}

impl From<Algorithm> for MatchAlgorithm {
    fn from(algorithm: Algorithm) -> Self {
        Self::BuiltIn(algorithm)
    }
}

impl Match {
    /// An image of the same bytes.
    pub fn same_bytes(image: Image, algorithm: MatchAlgorithm) -> Self {
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
        algorithm: MatchAlgorithm,
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
