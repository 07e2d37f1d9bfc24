//! Matching: has this picture been seen, what is it like, what is there twice.

use crate::domain::{
    Algorithm, Comparison, DuplicateGroup, Fingerprint, Match, ProjectName, Sha256,
};
use crate::sandbox::Input;

use super::{ServiceError, Services};

/// What a client knows of a picture it has not sent.
#[derive(Clone, Debug, Default)]
pub struct Check {
    /// Digest of its bytes.
    pub sha256: Option<Sha256>,
    /// What algorithms say of it.
    pub fingerprints: Vec<Fingerprint>,
    /// Largest distance; each algorithm's default when `None`.
    pub radius: Option<u32>,
    /// Most matches of each kind.
    pub limit: usize,
}

/// What was found.
#[derive(Clone, Debug, Default)]
pub struct Checked {
    /// Images of the same bytes, in upload order.
    pub exact: Vec<Match>,
    /// Images within the radius, nearest first; the best algorithm's word for each, without the exact ones.
    pub near: Vec<Match>,
}

/// How to match a picture.
#[derive(Clone, Debug)]
pub struct Query {
    /// By which algorithm.
    pub algorithm: Algorithm,
    /// Largest distance; the algorithm's default when `None`.
    pub radius: Option<u32>,
    /// Most matches.
    pub limit: usize,
    /// Also find mirrored and turned copies.
    pub any_orientation: bool,
}

/// A picture to ask about.
#[derive(Clone, Debug)]
pub enum Subject {
    /// Sent along.
    Picture(Input),
    /// Stored in a project, by id or name.
    Stored(ProjectName, String),
}

/// Matches by digest and fingerprints alone; `Invalid` for fingerprints of a wrong length or
/// version and a radius over the number of bits.
pub async fn check(
    services: &Services,
    project: &ProjectName,
    check: &Check,
) -> Result<Checked, ServiceError> {
    todo!()
}

/// Matches of a picture, nearest first; a stored subject is not among them.
pub async fn matches(
    services: &Services,
    project: &ProjectName,
    subject: Subject,
    query: &Query,
) -> Result<Vec<Match>, ServiceError> {
    todo!()
}

/// Groups of near-duplicates of a project, by one algorithm.
pub async fn duplicates(
    services: &Services,
    project: &ProjectName,
    algorithm: Algorithm,
    radius: Option<u32>,
) -> Result<Vec<DuplicateGroup>, ServiceError> {
    todo!()
}

/// Two pictures judged.
pub async fn compare(
    services: &Services,
    a: Subject,
    b: Subject,
    threshold: Option<u32>,
) -> Result<Comparison, ServiceError> {
    todo!()
}
