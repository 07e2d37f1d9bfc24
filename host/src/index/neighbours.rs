//! The nearest neighbours of images, each once, in bounded memory; and the pairs that these make.

use crate::domain::ImageId;

/// Pairs of images that are near each other: each image with its nearest neighbours.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NearPairs {
    /// With their distances, nearest first; the earlier image of each first.
    pub pairs: Vec<(u32, [ImageId; 2])>,
    /// Images that have more neighbours than were wanted: their farthest are among the pairs only where they
    /// are the nearest of others.
    pub cut: Vec<ImageId>,
}

/// Neighbours of one image by their distance. Of more than `most` the farthest are forgotten; equally far ones go
/// by their order.
pub struct Neighbours<N> {
    most: usize,
    /// Nothing farther is wanted any more.
    bound: u32,
    kept: Vec<(u32, N)>,
}

impl<N: Copy + Ord> Neighbours<N> {
    /// None yet.
    pub fn new(most: usize) -> Self {
        Self {
            most,
            bound: u32::MAX,
            kept: Vec::new(),
        }
    }

    /// Adds a neighbour, perhaps again: the least of its distances counts.
    pub fn offer(&mut self, neighbour: N, distance: u32) {
        if distance > self.bound {
            return;
        }
        self.kept.push((distance, neighbour));
        if self.kept.len() > 2 * self.most {
            self.tidy();
        }
    }

    /// The neighbours with their distances, nearest first, and whether some had to be forgotten.
    pub fn into_sorted(mut self) -> (Vec<(u32, N)>, bool) {
        self.tidy();
        (self.kept, self.bound < u32::MAX)
    }

    fn tidy(&mut self) {
        self.kept
            .sort_unstable_by_key(|(distance, neighbour)| (*neighbour, *distance));
        self.kept.dedup_by_key(|(_, neighbour)| *neighbour);
        self.kept.sort_unstable();
        if self.kept.len() > self.most {
            self.kept.truncate(self.most);
            self.bound = self.kept.last().map_or(0, |(distance, _)| *distance);
        }
    }
}

/// The neighbours of images that are known by their numbers.
pub(super) struct AllNeighbours(Vec<Neighbours<u32>>);

impl AllNeighbours {
    pub(super) fn new(images: usize, most: usize) -> Self {
        Self((0..images).map(|_| Neighbours::new(most)).collect())
    }

    /// Makes each the neighbour of the other.
    pub(super) fn offer(&mut self, one: u32, other: u32, distance: u32) {
        if one != other {
            self.0[one as usize].offer(other, distance);
            self.0[other as usize].offer(one, distance);
        }
    }

    pub(super) fn into_pairs(self, id: impl Fn(u32) -> ImageId) -> NearPairs {
        let mut near = NearPairs::default();
        for (one, neighbours) in (0..).zip(self.0) {
            let (neighbours, is_cut) = neighbours.into_sorted();
            near.cut.extend(is_cut.then(|| id(one)));
            near.pairs
                .extend(neighbours.into_iter().map(|(distance, other)| {
                    let mut pair = [id(one), id(other)];
                    pair.sort_unstable();
                    (distance, pair)
                }));
        }
        near.pairs.sort_unstable();
        near.pairs.dedup();
        near
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn it_keeps_what_sorting_all_would_keep(
            offered in prop::collection::vec((0..20_u32, 0..40_u8), 0..300),
            most in 1..30_usize,
        ) {
            let mut nearest = Neighbours::new(most);
            let mut all = std::collections::BTreeMap::new();
            for (distance, neighbour) in &offered {
                nearest.offer(*neighbour, *distance);
                let least = all.entry(*neighbour).or_insert(*distance);
                *least = (*least).min(*distance);
            }
            let mut all: Vec<(u32, u8)> = all.into_iter().map(|(one, far)| (far, one)).collect();
            all.sort_unstable();
            let is_cut = all.len() > most;
            all.truncate(most);
            prop_assert_eq!(nearest.into_sorted(), (all, is_cut));
        }
    }

    #[test]
    fn a_crowd_does_not_take_the_place_of_other_pairs() {
        let id = |number: u32| ImageId::from_bytes(u128::from(number).to_be_bytes());
        let mut all = AllNeighbours::new(12, 2);
        for one in 0..10 {
            (0..one).for_each(|other| all.offer(one, other, 1));
        }
        all.offer(10, 11, 9);
        let near = all.into_pairs(id);
        assert_eq!(near.pairs.last(), Some(&(9, [id(10), id(11)])));
        assert_eq!(near.cut, (0..10).map(id).collect::<Vec<_>>());
        assert!(near.pairs.len() <= 10 * 2 + 1);
    }
}
