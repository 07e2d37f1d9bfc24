//! An index of bits whoever made them: all of one length, without an algorithm of ours.
//!
//! What an [`Index`] needs to know of an algorithm is how many bits it makes, so one of ours of the same
//! length stands for the stranger. It is alone in its index: nothing else is ever compared with it.

use crate::domain::{Algorithm, Fingerprint, ImageId, ProjectName};

use super::{Hit, Index, IndexQuery};

/// An index of one fingerprint an image, of 64, 128 or 256 bits.
#[derive(Debug)]
pub struct BitIndex {
    index: Index,
    stand_in: Algorithm,
}

impl BitIndex {
    /// An empty index; `None` for a length that cannot be searched.
    pub fn new(bits: u32) -> Option<Self> {
        let same_length = |algorithm: &Algorithm| algorithm.bits() == bits;
        Some(Self {
            index: Index::default(),
            stand_in: Algorithm::ALL.into_iter().find(same_length)?,
        })
    }

    /// Puts an image's bits in, in place of those it had; bits of another length are not found.
    pub fn insert(&self, project: &ProjectName, image: ImageId, bits: Vec<u8>) {
        self.index.insert(project, image, &[self.fingerprint(bits)]);
    }

    /// Takes an image out; nothing happens when it is not there.
    pub fn remove(&self, project: &ProjectName, image: ImageId) {
        self.index.remove(project, image);
    }

    /// Images within a radius, nearest first, ties in upload order; of all projects with `None`.
    pub fn search(
        &self,
        project: Option<&ProjectName>,
        bits: Vec<u8>,
        radius: u32,
        limit: usize,
    ) -> Vec<Hit> {
        self.index.search(&IndexQuery {
            project,
            fingerprint: &self.fingerprint(bits),
            radius,
            limit,
        })
    }

    fn fingerprint(&self, bits: Vec<u8>) -> Fingerprint {
        Fingerprint {
            algorithm: self.stand_in,
            version: self.stand_in.version(),
            bits,
            quality: 100,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_of_each_length_are_found_within_the_radius_and_their_project() {
        let (p, q) = (
            ProjectName::parse("p").unwrap(),
            ProjectName::parse("q").unwrap(),
        );
        for bits in [64, 128, 256] {
            let index = BitIndex::new(bits).unwrap();
            let zeroes = vec![0; bits as usize / 8];
            let mut near = zeroes.clone();
            near[0] = 0b111;
            let [a, b, c] = [(); 3].map(|()| ImageId::generate());
            index.insert(&p, a, zeroes.clone());
            index.insert(&p, b, near.clone());
            index.insert(&q, c, zeroes.clone());
            let found = |project, radius| -> Vec<(u32, ImageId)> {
                let hits = index.search(project, zeroes.clone(), radius, 9);
                hits.iter().map(|hit| (hit.distance, hit.image)).collect()
            };
            assert_eq!(found(Some(&p), 3), [(0, a), (3, b)], "{bits}");
            assert_eq!(found(Some(&p), 2), [(0, a)]);
            assert_eq!(found(None, 2), [(0, a), (0, c)]);
            index.insert(&p, a, near);
            assert_eq!(found(Some(&p), 2), []);
            index.remove(&q, c);
            assert_eq!(found(None, 2), []);
        }
        assert!(BitIndex::new(65).is_none());
    }
}
