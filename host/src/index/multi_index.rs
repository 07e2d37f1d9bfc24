//! The fingerprints of one algorithm, packed for searching; nothing in it ever changes.
//!
//! Multi-index hashing: the fingerprints lie sorted, so that those of one first substring are
//! neighbours, and a table for each other substring lists them by it. Who owns a fingerprint is
//! told once, beside the sorted ones: what a table finds is looked up there.

use std::ops::Range;

use super::array::Array;
use super::buckets::Buckets;
use super::scan::{self, Near};
use super::substrings::{Substring, step_of};

/// Fewer fingerprints than this are scanned: that takes a few microseconds, and needs no tables.
pub(super) const SCANNED: usize = 32_768;
/// From this many on, fingerprints of 64 bits are cut into three: a bucket of 16 bits would be long.
const MANY: usize = 100_000_000;
/// The same for longer ones, whose tables name places: each entry of a bucket is a jump in memory.
const MANY_PLACES: usize = 500_000;

/// Nanoseconds, measured; what matters is how they stand to each other.
mod cost {
    /// To look a bucket up.
    pub(super) const BUCKET: f64 = 10.0;
    /// To look at one entry in its place in a row, for each of its words.
    pub(super) const WORD: f64 = 0.25;
    /// To look at one entry somewhere else.
    pub(super) const JUMP: f64 = 6.0;
    /// To look closer at one that is near.
    pub(super) const NEAR: f64 = 40.0;
}

/// Fingerprints of `W` words, spread ([`super::substrings::spread`]).
pub(super) struct MultiIndex<const W: usize> {
    /// Sorted, one after another.
    pub(super) words: Array<u64>,
    /// Whose each fingerprint is.
    pub(super) owners: Array<u32>,
    /// Parts that each word is cut into; 0 when there are no tables.
    pub(super) parts: u32,
    /// One for each substring; none when all are scanned.
    pub(super) tables: Vec<SubstringTable>,
}

/// The fingerprints by one substring.
pub(super) struct SubstringTable {
    pub(super) buckets: Buckets,
    /// What is in the buckets, each different fingerprint once.
    pub(super) entries: Entries,
}

/// What lies in a table's buckets.
pub(super) enum Entries {
    /// The sorted fingerprints themselves: the first table needs no other.
    Sorted,
    /// Copies of fingerprints of one word.
    Copies(Array<u64>),
    /// Places among the sorted ones, of longer fingerprints.
    Slots(Array<u32>),
}

/// A search on its way.
struct Pass<'a, const W: usize> {
    query: &'a [u64; W],
    bound: u32,
    offer: &'a mut dyn FnMut(u32, u32) -> u32,
    runs: Vec<Range<u32>>,
    near: Vec<Near>,
    /// How often one was near: most are met in several steps.
    met: usize,
}

impl<const W: usize> MultiIndex<W> {
    /// Packs fingerprints with their owners; without tables when there are fewer than `scanned`.
    pub(super) fn build(mut entries: Vec<([u64; W], u32)>, scanned: usize) -> Self {
        entries.sort();
        let words: Vec<u64> = entries.iter().flat_map(|(words, _)| *words).collect();
        let owners: Vec<u32> = entries.iter().map(|(_, owner)| *owner).collect();
        drop(entries);
        let parts = parts(W, owners.len(), scanned);
        let mut multi_index = Self {
            words: words.into(),
            owners: owners.into(),
            parts,
            tables: Vec::new(),
        };
        multi_index.tables = multi_index.make_tables();
        multi_index
    }

    /// How many fingerprints there are.
    pub(super) fn len(&self) -> usize {
        self.owners.len()
    }

    /// The sorted fingerprints.
    pub(super) fn sorted(&self) -> &[[u64; W]] {
        self.words.as_chunks().0
    }

    /// Calls `offer` with the owner and distance of every fingerprint within `bound` of the query, each
    /// once, in no order; `offer` answers the bound from then on, which may shrink.
    pub(super) fn search(
        &self,
        query: &[u64; W],
        bound: u32,
        offer: &mut dyn FnMut(u32, u32) -> u32,
    ) {
        let mut pass = Pass {
            query,
            bound,
            offer,
            runs: Vec::new(),
            near: Vec::new(),
            met: 0,
        };
        let substrings = self.substrings();
        let mut step = 0;
        while !substrings.is_empty() && step <= pass.bound {
            if !self.search_table(&substrings, step, &mut pass) {
                break;
            }
            step += 1;
        }
        if substrings.is_empty() || step <= pass.bound {
            self.scan(&substrings, step, &mut pass);
        }
    }

    /// Does one step of a search; `false`, without having done it, when to scan all is cheaper.
    fn search_table(&self, substrings: &[Substring], step: u32, pass: &mut Pass<'_, W>) -> bool {
        let number = step as usize % substrings.len();
        let (substring, table) = (&substrings[number], &self.tables[number]);
        let bits = step / substrings.len() as u32;
        let buckets = substring.neighbours(bits);
        if self.costs_more_than_scan(table, buckets, 0, pass.met) {
            return false;
        }
        let value = substring.value_in(pass.query);
        let values = substring.masks(bits).map(|mask| value ^ mask);
        table
            .buckets
            .gather(values, substring.neighbours(bits) as usize, &mut pass.runs);
        let entries = pass.runs.iter().map(ExactSizeIterator::len).sum();
        if self.costs_more_than_scan(table, 0, entries, 0) {
            return false;
        }
        pass.near.clear();
        self.compare(table, pass.query, &pass.runs, pass.bound, &mut pass.near);
        pass.met += pass.near.len();
        for near in std::mem::take(&mut pass.near) {
            self.found(substrings, table, near, step, pass);
        }
        true
    }

    fn costs_more_than_scan(
        &self,
        table: &SubstringTable,
        buckets: u64,
        entries: usize,
        met: usize,
    ) -> bool {
        let word = cost::WORD * W as f64;
        let entry = match table.entries {
            Entries::Slots(_) => cost::JUMP + word,
            _ => word,
        };
        let steps = cost::BUCKET * buckets as f64 + entry * entries as f64;
        steps + cost::NEAR * met as f64 > word * self.len() as f64
    }

    /// Looks at the entries of a table in these runs.
    pub(super) fn compare(
        &self,
        table: &SubstringTable,
        query: &[u64; W],
        runs: &[Range<u32>],
        bound: u32,
        near: &mut Vec<Near>,
    ) {
        match &table.entries {
            Entries::Sorted => scan::in_runs(&self.words, runs, query, bound, near),
            Entries::Copies(copies) => scan::in_runs(copies, runs, query, bound, near),
            Entries::Slots(places) => {
                scan::at_positions(&self.words, places, runs, query, bound, near);
            }
        }
    }

    /// Offers what a step found, unless an earlier step has.
    fn found(
        &self,
        substrings: &[Substring],
        table: &SubstringTable,
        near: Near,
        step: u32,
        pass: &mut Pass<'_, W>,
    ) {
        let words = self.fingerprint(table, near.entry);
        if near.distance > pass.bound || step_of(substrings, &difference(&words, pass.query)) < step
        {
            return;
        }
        let first = self.place_of(table, near.entry);
        let owners = match table.entries {
            Entries::Sorted => first..first + 1,
            _ => self.equals(first),
        };
        for owner in &self.owners[owners] {
            pass.bound = (pass.offer)(*owner, near.distance);
        }
    }

    /// The fingerprint of an entry as [`MultiIndex::compare`] names it.
    pub(super) fn fingerprint(&self, table: &SubstringTable, entry: u32) -> [u64; W] {
        match &table.entries {
            Entries::Copies(copies) => copies.as_chunks().0[entry as usize],
            _ => self.sorted()[entry as usize],
        }
    }

    /// Where the fingerprint of an entry, as [`MultiIndex::compare`] names it, is among the sorted ones; the
    /// first of equal ones, but in the first table.
    pub(super) fn place_of(&self, table: &SubstringTable, entry: u32) -> usize {
        match table.entries {
            Entries::Copies(_) => self.place(&self.fingerprint(table, entry)),
            _ => entry as usize,
        }
    }

    /// Where the first of the sorted fingerprints of these words is.
    fn place(&self, words: &[u64; W]) -> usize {
        let bucket = match (self.tables.first(), self.substrings().first()) {
            (Some(table), Some(substring)) => table.buckets.get(substring.value_in(words)),
            _ => 0..self.len(),
        };
        let first = self.sorted()[bucket.clone()].partition_point(|other| other < words);
        bucket.start + first
    }

    /// The places of the fingerprints that are equal to the one at `first`, the first of them.
    pub(super) fn equals(&self, first: usize) -> Range<usize> {
        let sorted = self.sorted();
        let equal = |other: &&[u64; W]| **other == sorted[first];
        first..first + sorted[first..].iter().take_while(equal).count()
    }

    /// Looks at every fingerprint, and offers what the steps before `step` have not.
    fn scan(&self, substrings: &[Substring], step: u32, pass: &mut Pass<'_, W>) {
        let all = 0..self.len() as u32;
        pass.near.clear();
        scan::in_runs(&self.words, &[all], pass.query, pass.bound, &mut pass.near);
        for near in std::mem::take(&mut pass.near) {
            let words = self.sorted()[near.entry as usize];
            let seen = step > 0 && step_of(substrings, &difference(&words, pass.query)) < step;
            if near.distance <= pass.bound && !seen {
                pass.bound = (pass.offer)(self.owners[near.entry as usize], near.distance);
            }
        }
    }

    pub(super) fn substrings(&self) -> Vec<Substring> {
        match self.parts {
            0 => Vec::new(),
            parts => Substring::cut(W, parts),
        }
    }

    fn make_tables(&self) -> Vec<SubstringTable> {
        let substrings = self.substrings();
        let tables = substrings.iter().enumerate();
        tables
            .map(|(number, substring)| match (number, W) {
                (0, _) => self.first_table(substring),
                (_, 1) => self.table_of_copies(substring),
                _ => self.table_of_places(substring),
            })
            .collect()
    }

    fn first_table(&self, substring: &Substring) -> SubstringTable {
        let values = self.sorted().iter().map(|words| substring.value_in(words));
        SubstringTable {
            buckets: Buckets::new(&counts(substring, values)),
            entries: Entries::Sorted,
        }
    }

    fn table_of_copies(&self, substring: &Substring) -> SubstringTable {
        let different = || {
            self.different()
                .map(|(_, words)| (substring.value_in(words), words[0]))
        };
        let (buckets, copies) = distribute(substring, different);
        SubstringTable {
            buckets,
            entries: Entries::Copies(copies.into()),
        }
    }

    fn table_of_places(&self, substring: &Substring) -> SubstringTable {
        let different = || {
            let different = self.different();
            different.map(|(place, words)| (substring.value_in(words), place as u32))
        };
        let (buckets, places) = distribute(substring, different);
        SubstringTable {
            buckets,
            entries: Entries::Slots(places.into()),
        }
    }

    /// Each different fingerprint with the place of its first.
    pub(super) fn different(&self) -> impl Iterator<Item = (usize, &[u64; W])> {
        let sorted = self.sorted();
        let first = move |place: usize| place == 0 || sorted[place] != sorted[place - 1];
        sorted
            .iter()
            .enumerate()
            .filter(move |(place, _)| first(*place))
    }
}

impl SubstringTable {
    /// What [`MultiIndex::compare`] calls the entry at this place of the table.
    pub(super) fn name_of(&self, at: usize) -> u32 {
        match &self.entries {
            Entries::Slots(places) => places[at],
            _ => at as u32,
        }
    }
}

/// How many parts each of `words` words is cut into in a multi-index of so many fingerprints; 0 = scanned.
fn parts(words: usize, fingerprints: usize, scanned: usize) -> u32 {
    let many = if words == 1 { MANY } else { MANY_PLACES };
    match fingerprints {
        few if few < scanned => 0,
        some if some < many => 4,
        _ => 3,
    }
}

fn difference<const W: usize>(a: &[u64; W], b: &[u64; W]) -> [u64; W] {
    std::array::from_fn(|word| a[word] ^ b[word])
}

/// How often each value comes.
fn counts(substring: &Substring, values: impl Iterator<Item = usize>) -> Vec<u32> {
    let mut counts = vec![0; substring.values()];
    values.for_each(|value| counts[value] += 1);
    counts
}

/// Entries by their values; `entries` is asked twice.
fn distribute<T: Copy + Default, I: Iterator<Item = (usize, T)>>(
    substring: &Substring,
    entries: impl Fn() -> I,
) -> (Buckets, Vec<T>) {
    let mut next = counts(substring, entries().map(|(value, _)| value));
    let buckets = Buckets::new(&next);
    let mut end = 0;
    for count in &mut next {
        (*count, end) = (end, end + *count);
    }
    let mut distributed = vec![T::default(); end as usize];
    for (value, entry) in entries() {
        distributed[next[value] as usize] = entry;
        next[value] += 1;
    }
    (buckets, distributed)
}
