//! The nearest of many pairs, each once, in bounded memory.

/// Pairs by their distance. Of more than `most` the farthest are forgotten; equally far ones go by their order.
pub struct NearestPairs<P> {
    most: usize,
    /// Nothing farther is wanted any more.
    bound: u32,
    kept: Vec<(u32, P)>,
}

impl<P: Copy + Ord> NearestPairs<P> {
    /// None yet.
    pub fn new(most: usize) -> Self {
        Self {
            most,
            bound: u32::MAX,
            kept: Vec::new(),
        }
    }

    /// Adds a pair, perhaps again: the least of its distances counts.
    pub fn offer(&mut self, pair: P, distance: u32) {
        if distance > self.bound {
            return;
        }
        self.kept.push((distance, pair));
        if self.kept.len() > 2 * self.most {
            self.tidy();
        }
    }

    /// The pairs with their distances, nearest first, and whether some had to be forgotten.
    pub fn into_sorted(mut self) -> (Vec<(u32, P)>, bool) {
        self.tidy();
        (self.kept, self.bound < u32::MAX)
    }

    fn tidy(&mut self) {
        self.kept
            .sort_unstable_by_key(|(distance, pair)| (*pair, *distance));
        self.kept.dedup_by_key(|(_, pair)| *pair);
        self.kept.sort_unstable();
        if self.kept.len() > self.most {
            self.kept.truncate(self.most);
            self.bound = self.kept.last().map_or(0, |(distance, _)| *distance);
        }
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
            let mut nearest = NearestPairs::new(most);
            let mut all = std::collections::BTreeMap::new();
            for (distance, pair) in &offered {
                nearest.offer(*pair, *distance);
                let least = all.entry(*pair).or_insert(*distance);
                *least = (*least).min(*distance);
            }
            let mut all: Vec<(u32, u8)> = all.into_iter().map(|(pair, far)| (far, pair)).collect();
            all.sort_unstable();
            let is_cut = all.len() > most;
            all.truncate(most);
            prop_assert_eq!(nearest.into_sorted(), (all, is_cut));
        }
    }
}
