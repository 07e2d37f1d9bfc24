//! The Hamming index: exact nearest-neighbour search over fingerprints, one bank per project and algorithm.
//!
//! In memory, fed with the store's change sequence by the service above; it reads nothing itself.
//! A linear scan for now, behind the interface that multi-index hashing will keep.

use crate::domain::{Algorithm, Fingerprint, ImageId, ProjectName};

/// An image near a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hit {
    /// Differing bits.
    pub distance: u32,
    /// Whose fingerprint; at equal distance the order of upload.
    pub image: ImageId,
}

/// What a search asks for.
#[derive(Clone, Debug)]
pub struct Query<'a> {
    /// Where to search; `None` = over all projects.
    pub project: Option<&'a ProjectName>,
    /// What to search for: only fingerprints of the same algorithm and version are compared.
    pub fingerprint: &'a Fingerprint,
    /// Largest distance that counts.
    pub radius: u32,
    /// Most hits that are answered.
    pub limit: usize,
}

/// The index. Shared by reference; searches run side by side with changes.
#[derive(Debug, Default)]
pub struct Index {}

impl Index {
    /// Puts an image's fingerprints in, in place of those it had.
    pub fn insert(&self, project: &ProjectName, image: ImageId, fingerprints: &[Fingerprint]) {
        todo!()
    }

    /// Takes an image out; nothing happens when it is not there.
    pub fn remove(&self, project: &ProjectName, image: ImageId) {
        todo!()
    }

    /// The hits within the radius, nearest first, ties in upload order.
    pub fn search(&self, query: &Query<'_>) -> Vec<Hit> {
        todo!()
    }

    /// All pairs of a project within `radius` of each other, as `(a, b, distance)` with a before b.
    pub fn pairs(
        &self,
        project: &ProjectName,
        algorithm: Algorithm,
        radius: u32,
    ) -> Vec<(ImageId, ImageId, u32)> {
        todo!()
    }

    /// How many images are indexed over all projects.
    pub fn len(&self) -> usize {
        todo!()
    }
}
