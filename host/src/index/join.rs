//! Every pair of near fingerprints of a bank, for groups of duplicates.
//!
//! Bucket against bucket instead of query by query: what is compared lies together, and each pair
//! of buckets is met once.

use std::ops::Range;

use super::bank::{Bank, Table};
use super::scan::{self, Near};
use super::substrings::Substring;

impl<const W: usize> Bank<W> {
    /// Calls `unite` with the owners of fingerprints within `radius` of each other; not with every pair,
    /// but with enough of them to know who is with whom, directly or through others between them.
    pub(super) fn join(&self, radius: u32, unite: &mut dyn FnMut(u32, u32)) {
        self.join_equals(unite);
        let substrings = self.substrings();
        if substrings.is_empty() || self.steps_cost_more_than_pairs(&substrings, radius) {
            return self.join_all(radius, unite);
        }
        for step in 0..=radius {
            let number = step as usize % substrings.len();
            let bits = step / substrings.len() as u32;
            self.join_buckets(number, &substrings[number], bits, radius, unite);
        }
    }

    /// Fingerprints that are the same.
    fn join_equals(&self, unite: &mut dyn FnMut(u32, u32)) {
        let pairs = self.sorted().windows(2).zip(self.owners.windows(2));
        for (words, owners) in pairs {
            if words[0] == words[1] {
                unite(owners[0], owners[1]);
            }
        }
    }

    /// Each fingerprint against all behind it.
    fn join_all(&self, radius: u32, unite: &mut dyn FnMut(u32, u32)) {
        let mut near = Vec::new();
        for (place, words) in self.different() {
            let behind = place as u32 + 1..self.len() as u32;
            near.clear();
            scan::in_runs(&self.words, &[behind], words, radius, &mut near);
            for near in &near {
                unite(self.owners[place], self.owners[near.entry as usize]);
            }
        }
    }

    /// The buckets of one table whose values differ in exactly `bits` bits.
    fn join_buckets(
        &self,
        number: usize,
        substring: &Substring,
        bits: u32,
        radius: u32,
        unite: &mut dyn FnMut(u32, u32),
    ) {
        let table = &self.tables[number];
        for mask in substring.masks(bits) {
            for value in 0..substring.values() {
                if value > value ^ mask {
                    continue;
                }
                let (a, b) = (table.buckets.get(value), table.buckets.get(value ^ mask));
                if !a.is_empty() && !b.is_empty() {
                    self.join_bucket(table, a, b, radius, unite);
                }
            }
        }
    }

    fn join_bucket(
        &self,
        table: &Table,
        a: Range<usize>,
        b: Range<usize>,
        radius: u32,
        unite: &mut dyn FnMut(u32, u32),
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
                unite(self.owners[one], self.owners[other]);
            }
        }
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
