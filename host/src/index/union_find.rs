//! Union-find: disjoint sets of numbers, with path halving (Tarjan and van Leeuwen 1984), some of which must stay
//! apart (cannot-link constraints of constrained clustering).

use std::collections::{BTreeMap, HashMap};

/// The numbers below a length, each in one set; the smallest of a set stands for it.
pub struct UnionFind {
    parents: Vec<usize>,
    /// Of a set the numbers that must not come into it; by the number that stands for the set.
    apart: HashMap<usize, Vec<usize>>,
}

impl UnionFind {
    /// Each number alone.
    pub fn new(length: usize) -> Self {
        Self {
            parents: (0..length).collect(),
            apart: HashMap::new(),
        }
    }

    /// Never lets two numbers of different sets come into one.
    pub fn keep_apart(&mut self, a: usize, b: usize) {
        let (of_a, of_b) = (self.find(a), self.find(b));
        self.apart.entry(of_a).or_default().push(b);
        self.apart.entry(of_b).or_default().push(a);
    }

    /// The smallest number of the set that holds this one.
    pub fn find(&mut self, number: usize) -> usize {
        find(&mut self.parents, number)
    }

    /// Two numbers are in different sets, which nothing keeps apart.
    pub fn can_unite(&mut self, a: usize, b: usize) -> bool {
        let (a, b) = (self.find(a), self.find(b));
        let apart = |set| self.apart.get(&set).map_or(&[][..], Vec::as_slice);
        // What keeps them apart is known of both.
        let (fewest, set) = match apart(a).len() < apart(b).len() {
            true => (apart(a), b),
            false => (apart(b), a),
        };
        let parents = &mut self.parents;
        a != b && !fewest.iter().any(|number| find(parents, *number) == set)
    }

    /// Makes one set of the two that hold these numbers, if that can be; false when nothing changes.
    pub fn unite(&mut self, a: usize, b: usize) -> bool {
        if !self.can_unite(a, b) {
            return false;
        }
        let (a, b) = (self.find(a), self.find(b));
        let (root, other) = (a.min(b), a.max(b));
        self.parents[other] = root;
        if let Some(mut fewer) = self.apart.remove(&other) {
            let more = self.apart.entry(root).or_default();
            if more.len() < fewer.len() {
                std::mem::swap(more, &mut fewer);
            }
            more.extend(fewer);
        }
        true
    }

    /// The sets of two or more, each rising, that of the smallest number first.
    pub fn groups(mut self) -> Vec<Vec<usize>> {
        let mut groups: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for number in 0..self.parents.len() {
            groups.entry(self.find(number)).or_default().push(number);
        }
        groups
            .into_values()
            .filter(|group| group.len() > 1)
            .collect()
    }
}

fn find(parents: &mut [usize], mut number: usize) -> usize {
    while parents[number] != number {
        parents[number] = parents[parents[number]];
        number = parents[number];
    }
    number
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_are_united_unless_a_pair_stays_apart() {
        let mut sets = UnionFind::new(6);
        sets.keep_apart(1, 3);
        assert!(sets.unite(4, 1));
        assert!(sets.unite(5, 3));
        assert!(!sets.unite(3, 5));
        assert_eq!((sets.find(4), sets.find(3), sets.find(0)), (1, 3, 0));
        assert!(!sets.can_unite(4, 5));
        assert!(!sets.unite(4, 5));
        assert!(sets.unite(4, 0));
        assert!(!sets.unite(5, 0));
        assert!(sets.unite(2, 5));
        assert_eq!(sets.groups(), [vec![0, 1, 4], vec![2, 3, 5]]);
    }
}
