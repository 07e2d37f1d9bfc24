//! Disjoint sets of numbers (union-find with path halving). What the numbers stand for is said above.

use std::collections::BTreeMap;

/// The numbers below a length, each in one set; the smallest of a set stands for it.
pub(super) struct Sets {
    parents: Vec<usize>,
}

impl Sets {
    /// Each number alone.
    pub(super) fn new(length: usize) -> Self {
        Self {
            parents: (0..length).collect(),
        }
    }

    /// Makes one set of the two that hold these numbers.
    pub(super) fn unite(&mut self, a: usize, b: usize) {
        let (a, b) = (self.first(a), self.first(b));
        self.parents[a.max(b)] = a.min(b);
    }

    /// The sets of two or more.
    pub(super) fn groups(mut self) -> Vec<Vec<usize>> {
        let mut groups: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for number in 0..self.parents.len() {
            groups.entry(self.first(number)).or_default().push(number);
        }
        groups
            .into_values()
            .filter(|group| group.len() > 1)
            .collect()
    }

    fn first(&mut self, mut number: usize) -> usize {
        while self.parents[number] != number {
            self.parents[number] = self.parents[self.parents[number]];
            number = self.parents[number];
        }
        number
    }
}
