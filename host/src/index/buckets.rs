//! Where the bucket of each value of a substring lies. Most values of a long substring have none: a bit
//! tells that, and numbers are kept for the others alone.

use std::ops::Range;

use multiversion::multiversion;

use super::array::Array;

/// The buckets of one table.
pub(super) struct Buckets {
    /// A bit for each value that has a bucket.
    pub(super) occupied: Array<u64>,
    /// How many buckets there are before each word of `occupied`.
    pub(super) ranks: Array<u32>,
    /// Where each bucket begins, and behind the last where it ends.
    pub(super) starts: Array<u32>,
}

impl Buckets {
    /// The buckets of so many values, by how often each comes.
    pub(super) fn new(counts: &[u32]) -> Self {
        let words = counts.chunks(64);
        let bits = |word: &[u32]| {
            let set = word.iter().zip(0..).filter(|(count, _)| **count > 0);
            set.fold(0, |bits, (_, bit)| bits | 1_u64 << bit)
        };
        let occupied: Vec<u64> = words.map(bits).collect();
        let ranks = occupied.iter().scan(0, |rank, word| {
            let before = *rank;
            *rank += word.count_ones();
            Some(before)
        });
        let ranks: Vec<u32> = ranks.collect();
        let mut starts = vec![0];
        let mut end = 0;
        for count in counts.iter().filter(|count| **count > 0) {
            end += count;
            starts.push(end);
        }
        Self {
            occupied: occupied.into(),
            ranks: ranks.into(),
            starts: starts.into(),
        }
    }

    /// Where the bucket of a value lies; empty when there is none.
    pub(super) fn get(&self, value: usize) -> Range<usize> {
        let (word, bit) = (self.occupied[value / 64], value % 64);
        if word >> bit & 1 == 0 {
            return 0..0;
        }
        let below = word & ((1 << bit) - 1);
        let rank = (self.ranks[value / 64] + below.count_ones()) as usize;
        self.starts[rank] as usize..self.starts[rank + 1] as usize
    }

    /// The buckets of so many values, those that there are.
    pub(super) fn gather(
        &self,
        values: impl Iterator<Item = usize>,
        count: usize,
        runs: &mut Vec<Range<u32>>,
    ) {
        let mut ranks = vec![0; count];
        let there = ranks_of(&self.occupied, &self.ranks, values, &mut ranks);
        let starts: &[u32] = &self.starts;
        let ranks = ranks[..there].iter().map(|rank| *rank as usize);
        runs.clear();
        runs.extend(ranks.map(|rank| starts[rank]..starts[rank + 1]));
    }
}

/// The ranks of the buckets of values, and how many have one. Without a branch, which would be guessed
/// wrong every other time.
#[multiversion(targets("x86_64+bmi1+bmi2+popcnt", "x86_64+popcnt"))]
fn ranks_of(
    occupied: &[u64],
    before: &[u32],
    values: impl Iterator<Item = usize>,
    ranks: &mut [u32],
) -> usize {
    let mut kept = 0;
    for value in values {
        let (word, bit) = (occupied[value / 64], value % 64);
        let below = word & ((1 << bit) - 1);
        ranks[kept] = before[value / 64] + below.count_ones();
        kept += (word >> bit & 1) as usize;
    }
    kept
}
