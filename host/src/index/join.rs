//! Every pair of near fingerprints of a multi-index, for groups of duplicates.
//!
//! Bucket against bucket instead of query by query: what is compared lies together, and each pair
//! of buckets is met once.

use std::ops::Range;

use super::multi_index::{MultiIndex, SubstringTable};
use super::scan::{self, Near};
use super::substrings::Substring;

/// Of so many equal fingerprints each is brought together with each; with more only with those next to it. That is one
/// more than anybody wants neighbours of an image, so that it is told where there are more.
const RUN: usize = 65;

impl<const W: usize> MultiIndex<W> {
    /// Calls `unite` with the owners of fingerprints within `radius` of each other; not with every pair,
    /// but with enough of them to know who is with whom, directly or through others between them.
    pub(super) fn join(&self, radius: u32, unite: &mut dyn FnMut(u32, u32)) {
        let equal = self.sorted().windows(2).zip(self.owners.windows(2));
        for (words, owners) in equal {
            if words[0] == words[1] {
                unite(owners[0], owners[1]);
            }
        }
        self.meet(radius, &mut |one, other, _| {
            unite(self.owners[one], self.owners[other]);
        });
    }

    /// Calls `offer` with the owners and the distance of fingerprints within `radius` of each other, some
    /// more than once: every pair of them, as long as no more than 65 are equal.
    pub(super) fn pairs(&self, radius: u32, offer: &mut dyn FnMut(u32, u32, u32)) {
        let run = |first: usize| {
            let run = self.equals(first);
            &self.owners[run.start..run.end.min(run.start + RUN)]
        };
        for (first, _) in self.different() {
            let owners = &self.owners[self.equals(first)];
            for (place, one) in owners.iter().enumerate() {
                let next = owners[place + 1..].iter().take(RUN);
                next.for_each(|other| offer(*one, *other, 0));
            }
        }
        self.meet(radius, &mut |one, other, distance| {
            if distance == 0 || !self.is_first(one) || !self.is_first(other) {
                return;
            }
            for one in run(one) {
                run(other)
                    .iter()
                    .for_each(|other| offer(*one, *other, distance));
            }
        });
    }

    /// Calls `met` with the places and the distance of different fingerprints within `radius` of each
    /// other, some more than once; those equal to the first of several may be left out.
    fn meet(&self, radius: u32, met: &mut dyn FnMut(usize, usize, u32)) {
        let substrings = self.substrings();
        if substrings.is_empty() || self.steps_cost_more_than_pairs(&substrings, radius) {
            return self.meet_all(radius, met);
        }
        for step in 0..=radius {
            let number = step as usize % substrings.len();
            let bits = step / substrings.len() as u32;
            self.meet_in_buckets(number, &substrings[number], bits, radius, met);
        }
    }

    /// Each fingerprint against all behind it.
    fn meet_all(&self, radius: u32, met: &mut dyn FnMut(usize, usize, u32)) {
        let mut near = Vec::new();
        for (place, words) in self.different() {
            let behind = place as u32 + 1..self.len() as u32;
            near.clear();
            scan::in_runs(&self.words, &[behind], words, radius, &mut near);
            for near in &near {
                met(place, near.entry as usize, near.distance);
            }
        }
    }

    /// The buckets of one table whose values differ in exactly `bits` bits.
    fn meet_in_buckets(
        &self,
        number: usize,
        substring: &Substring,
        bits: u32,
        radius: u32,
        met: &mut dyn FnMut(usize, usize, u32),
    ) {
        let table = &self.tables[number];
        for mask in substring.masks(bits) {
            for value in 0..substring.values() {
                if value > value ^ mask {
                    continue;
                }
                let (a, b) = (table.buckets.get(value), table.buckets.get(value ^ mask));
                if !a.is_empty() && !b.is_empty() {
                    self.meet_in_bucket(table, a, b, radius, met);
                }
            }
        }
    }

    fn meet_in_bucket(
        &self,
        table: &SubstringTable,
        a: Range<usize>,
        b: Range<usize>,
        radius: u32,
        met: &mut dyn FnMut(usize, usize, u32),
    ) {
        let mut near: Vec<Near> = Vec::new();
        for entry in a.clone() {
            let from = if a == b { entry + 1 } else { b.start };
            let entry = table.name_of(entry);
            let words = self.fingerprint(table, entry);
            let run = from as u32..b.end as u32;
            near.clear();
            self.compare(table, &words, &[run], radius, &mut near);
            for near in &near {
                let [one, other] = [entry, near.entry].map(|entry| self.place_of(table, entry));
                met(one, other, near.distance);
            }
        }
    }

    fn is_first(&self, place: usize) -> bool {
        let sorted = self.sorted();
        place == 0 || sorted[place] != sorted[place - 1]
    }

    /// With many bits a step visits more buckets than there are pairs.
    fn steps_cost_more_than_pairs(&self, substrings: &[Substring], radius: u32) -> bool {
        let buckets = (0..=radius).map(|step| {
            let substring = &substrings[step as usize % substrings.len()];
            let neighbours = substring.neighbours(step / substrings.len() as u32);
            neighbours as f64 * substring.values() as f64
        });
        let pairs = self.len() as f64 * self.len() as f64;
        buckets.sum::<f64>() > pairs
    }
}
