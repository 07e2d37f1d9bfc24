//! Clusters: images that pairs of verified duplicates connect, but never two that were decided apart.
//!
//! A pair that is in one cluster already is not judged again, nor one that would bring images together that
//! were decided to be no duplicates. A cluster is no group yet: see `groups`.

use std::collections::{HashMap, HashSet};

use crate::domain::{ImageId, Pair, Relation, Sketch, judge};
use crate::index::UnionFind;

use super::candidates::Candidate;
use super::verification::in_threads;

/// Pairs that are judged at once: their sketches take 40 MB at most.
pub const PART: usize = 2_000;

/// Clusters on their way.
pub struct Clustering {
    /// Every image of a pair, sorted.
    ids: Vec<ImageId>,
    sets: UnionFind,
    /// Places of images that must not come into one cluster.
    apart: Vec<[usize; 2]>,
    relations: Relations,
}

/// What images are to each other, as far as it is known: the relation of the later to the earlier one.
#[derive(Debug, Default)]
pub struct Relations(HashMap<[ImageId; 2], Relation>);

/// Unites groups that share an image.
pub fn united(groups: &[Vec<ImageId>]) -> Vec<Vec<ImageId>> {
    let mut clustering = Clustering::new(groups.concat(), &HashSet::new());
    for group in groups {
        for pair in group.windows(2) {
            clustering.join(pair[0], pair[1], Relation::same_bytes());
        }
    }
    clustering.into_clusters().0
}

/// The images of pairs.
pub fn images_of(pairs: &[Candidate]) -> Vec<ImageId> {
    pairs
        .iter()
        .flat_map(|pair| [pair.one, pair.other])
        .collect()
}

/// What the pictures of pairs are to each other by their sketches; without those of which one is missing.
pub fn judge_all<'a>(
    pairs: Vec<Candidate>,
    sketch: impl Fn(ImageId) -> Option<&'a Sketch> + Sync,
) -> Vec<(Candidate, Relation)> {
    in_threads(pairs, |pair| {
        let (one, other) = (sketch(pair.one)?, sketch(pair.other)?);
        let (judgement, orientation) = judge(one, other, pair.orientations());
        let relation = Relation {
            judgement,
            orientation,
        };
        Some((pair, relation))
    })
}

impl Clustering {
    /// Each of these images alone.
    pub fn new(mut ids: Vec<ImageId>, decided: &HashSet<Pair>) -> Self {
        ids.sort_unstable();
        ids.dedup();
        let place = |image: &ImageId| ids.binary_search(image).ok();
        let apart = decided.iter().filter_map(|pair| {
            let [one, other] = pair.images();
            Some([place(&one)?, place(&other)?])
        });
        Self {
            apart: apart.collect(),
            sets: UnionFind::new(ids.len()),
            ids,
            relations: Relations::default(),
        }
    }

    /// Those pairs that are to be judged as things stand.
    pub fn open(&mut self, pairs: &[Candidate]) -> Vec<Candidate> {
        let open = pairs
            .iter()
            .filter(|pair| self.places(pair.one, pair.other).is_some());
        open.copied().collect()
    }

    /// Brings two duplicates together, unless they are or must not be; the relation is that of the other to the
    /// one.
    pub fn join(&mut self, one: ImageId, other: ImageId, relation: Relation) {
        if let Some([a, b]) = self.places(one, other) {
            self.sets.unite(a, b);
            self.relations.put(one, other, relation);
        }
    }

    /// Two or more images each, in the order of their ids; and what they were joined by.
    pub fn into_clusters(self) -> (Vec<Vec<ImageId>>, Relations) {
        let ids = &self.ids;
        let clusters = self.sets.groups().into_iter();
        let clusters = clusters.map(|places| places.into_iter().map(|place| ids[place]).collect());
        (clusters.collect(), self.relations)
    }

    /// Where the images of a pair are, unless they are in one cluster or must not be.
    fn places(&mut self, one: ImageId, other: ImageId) -> Option<[usize; 2]> {
        let one = self.ids.binary_search(&one).ok()?;
        let other = self.ids.binary_search(&other).ok()?;
        let is_settled = self.sets.find(one) == self.sets.find(other)
            || self.sets.would_unite(one, other, &self.apart);
        (!is_settled).then_some([one, other])
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

    fn put(&mut self, one: ImageId, other: ImageId, relation: Relation) {
        match one < other {
            true => self.0.insert([one, other], relation),
            false => self.0.insert([other, one], relation.inverse()),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: u8) -> ImageId {
        ImageId::from_bytes([number; 16])
    }

    #[test]
    fn joined_pairs_are_open_no_more_and_decided_ones_never() {
        let pair = |one, other| Candidate {
            one: id(one),
            other: id(other),
            orientation: None,
        };
        let pairs = [pair(1, 2), pair(2, 3), pair(1, 3), pair(3, 4)];
        let decided = HashSet::from_iter(Pair::new(id(4), id(1)));
        let mut clustering = Clustering::new(images_of(&pairs), &decided);
        assert_eq!(clustering.open(&pairs), pairs);
        for pair in &pairs {
            clustering.join(pair.one, pair.other, Relation::same_bytes());
        }
        assert!(clustering.open(&pairs).is_empty());
        let (clusters, relations) = clustering.into_clusters();
        assert_eq!(clusters, [[id(1), id(2), id(3)]]);
        assert!(relations.get(id(2), id(1)).is_some());
        assert!(relations.get(id(1), id(3)).is_none());
    }

    #[test]
    fn groups_that_share_an_image_are_one() {
        let groups = [vec![id(1), id(5)], vec![id(2), id(3)], vec![id(5), id(4)]];
        let expected = [vec![id(1), id(4), id(5)], vec![id(2), id(3)]];
        assert_eq!(united(&groups), expected);
    }
}
