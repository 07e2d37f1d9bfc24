//! Union-find: disjoint sets of numbers, with path halving (Tarjan and van Leeuwen 1984).

use std::collections::BTreeMap;

/// The numbers below a length, each in one set; the smallest of a set stands for it.
pub struct UnionFind {
    parents: Vec<usize>,
}

impl UnionFind {
    /// Each number alone.
    pub fn new(length: usize) -> Self {
        Self {
            parents: (0..length).collect(),
        }
    }

    /// The smallest number of the set that holds this one.
    pub fn find(&mut self, mut number: usize) -> usize {
        while self.parents[number] != number {
            self.parents[number] = self.parents[self.parents[number]];
            number = self.parents[number];
        }
        number
    }

    /// Makes one set of the two that hold these numbers.
    pub fn unite(&mut self, a: usize, b: usize) {
        let (a, b) = (self.find(a), self.find(b));
        self.parents[a.max(b)] = a.min(b);
    }

    /// To unite the two would bring the numbers of one of the pairs `apart` into one set.
    pub fn would_unite(&mut self, a: usize, b: usize, apart: &[[usize; 2]]) -> bool {
        let united = [self.find(a), self.find(b)];
        apart.iter().any(|pair| {
            let pair = pair.map(|number| self.find(number));
            pair[0] != pair[1] && pair.iter().all(|set| united.contains(set))
        })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_are_united_unless_a_pair_stays_apart() {
        let mut sets = UnionFind::new(6);
        sets.unite(4, 1);
        sets.unite(5, 3);
        assert_eq!((sets.find(4), sets.find(3), sets.find(0)), (1, 3, 0));
        assert!(sets.would_unite(4, 5, &[[1, 3]]));
        assert!(!sets.would_unite(4, 0, &[[1, 3]]));
        sets.unite(4, 5);
        assert_eq!(sets.groups(), [[1, 3, 4, 5]]);
    }
}
