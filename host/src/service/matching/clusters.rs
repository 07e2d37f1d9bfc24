//! Clusters: images that pairs of duplicates connect, but never two that were decided apart.
//!
//! A pair that is in one cluster already is not judged again, nor one that would bring images together that
//! were decided to be no duplicates. A cluster is no group yet: see `groups`.

use std::collections::HashMap;

use crate::domain::{ImageId, Pair, Relation};
use crate::index::UnionFind;

use super::candidates::Candidate;

/// Clusters on their way.
pub struct Clustering {
    /// Every image that may come into a cluster, sorted.
    ids: Vec<ImageId>,
    sets: UnionFind,
}

/// What images are to each other, as far as it is known: the relation of the later to the earlier one.
#[derive(Debug, Default)]
pub struct Relations(HashMap<[ImageId; 2], Relation>);

impl Clustering {
    /// Each of these images alone.
    pub fn new<'a>(mut ids: Vec<ImageId>, decided: impl IntoIterator<Item = &'a Pair>) -> Self {
        ids.sort_unstable();
        ids.dedup();
        let mut clustering = Self {
            sets: UnionFind::new(ids.len()),
            ids,
        };
        for pair in decided {
            let [one, other] = pair.images();
            if let Some([one, other]) = clustering.places(one, other) {
                clustering.sets.keep_apart(one, other);
            }
        }
        clustering
    }

    /// Those pairs that are to be judged as things stand.
    pub fn open(&mut self, pairs: &[Candidate]) -> Vec<Candidate> {
        let open = pairs
            .iter()
            .filter(|pair| self.can_join(pair.one, pair.other));
        open.copied().collect()
    }

    /// Two images are in no cluster together yet, and may be.
    pub fn can_join(&mut self, one: ImageId, other: ImageId) -> bool {
        let places = self.places(one, other);
        places.is_some_and(|[one, other]| self.sets.can_unite(one, other))
    }

    /// Brings two images together, unless they are or must not be; false when nothing changes.
    pub fn join(&mut self, one: ImageId, other: ImageId) -> bool {
        let places = self.places(one, other);
        places.is_some_and(|[one, other]| self.sets.unite(one, other))
    }

    /// Two or more images each, in the order of their ids, that of the earliest image first.
    pub fn into_clusters(self) -> Vec<Vec<ImageId>> {
        let ids = |places: Vec<usize>| places.into_iter().map(|place| self.ids[place]).collect();
        self.sets.groups().into_iter().map(ids).collect()
    }

    fn places(&self, one: ImageId, other: ImageId) -> Option<[usize; 2]> {
        let place = |image| self.ids.binary_search(image).ok();
        Some([place(&one)?, place(&other)?])
    }
}

impl Relations {
    /// What the other image is to the one.
    pub fn get(&self, one: ImageId, other: ImageId) -> Option<Relation> {
        match one < other {
            true => self.0.get(&[one, other]).cloned(),
            false => self.0.get(&[other, one]).map(Relation::inverse),
        }
    }

    /// Notes what the other image is to the one.
    pub fn put(&mut self, one: ImageId, other: ImageId, relation: Relation) {
        match one < other {
            true => self.0.insert([one, other], relation),
            false => self.0.insert([other, one], relation.inverse()),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Orientation;
    use crate::service::matching::pairs::images_of;

    fn id(number: u8) -> ImageId {
        ImageId::from_bytes([number; 16])
    }

    #[test]
    fn joined_pairs_are_open_no_more_and_decided_ones_never() {
        let pair = |one, other| Candidate {
            one: id(one),
            other: id(other),
            orientation: None,
            in_part: false,
        };
        let pairs = [pair(1, 2), pair(2, 3), pair(1, 3), pair(3, 4)];
        let decided = Pair::new(id(4), id(1));
        let mut clustering = Clustering::new(images_of(&pairs), &decided);
        assert_eq!(clustering.open(&pairs), pairs);
        let joined = pairs.map(|pair| clustering.join(pair.one, pair.other));
        assert_eq!(joined, [true, true, false, false]);
        assert!(clustering.open(&pairs).is_empty());
        assert_eq!(clustering.into_clusters(), [[id(1), id(2), id(3)]]);
    }

    #[test]
    fn a_relation_is_known_from_either_side() {
        let turned = Relation {
            orientation: Orientation::Rotated90,
            ..Relation::same_bytes()
        };
        let mut relations = Relations::default();
        relations.put(id(2), id(1), turned.clone());
        assert_eq!(relations.get(id(2), id(1)), Some(turned.clone()));
        assert_eq!(relations.get(id(1), id(2)), Some(turned.inverse()));
        assert_eq!(relations.get(id(1), id(3)), None);
    }
}
