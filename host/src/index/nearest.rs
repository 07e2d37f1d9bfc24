//! What a search has found so far.

use std::collections::BinaryHeap;

use super::Hit;

/// The nearest hits so far; the radius shrinks to the farthest of them once there are enough.
pub(super) struct Nearest {
    radius: u32,
    limit: usize,
    hits: BinaryHeap<Hit>,
}

impl Nearest {
    pub(super) fn new(radius: u32, limit: usize) -> Self {
        Self {
            radius,
            limit,
            hits: BinaryHeap::new(),
        }
    }

    /// Nothing farther than this is wanted.
    pub(super) fn bound(&self) -> u32 {
        self.radius
    }

    pub(super) fn offer(&mut self, hit: Hit) {
        if hit.distance > self.radius || self.limit == 0 {
            return;
        }
        self.hits.push(hit);
        if self.hits.len() > self.limit {
            self.hits.pop();
        }
        if self.hits.len() == self.limit
            && let Some(farthest) = self.hits.peek()
        {
            self.radius = farthest.distance;
        }
    }

    /// Nearest first.
    pub(super) fn into_sorted(self) -> Vec<Hit> {
        let mut hits = self.hits.into_vec();
        hits.sort_unstable();
        hits
    }
}
