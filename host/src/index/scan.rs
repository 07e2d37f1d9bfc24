//! The inner loops of every search: which of these fingerprints are near, and how near.
//!
//! Plain loops, compiled once for each kind of processor (AVX-512 with VPOPCNTDQ, AVX2, POPCNT,
//! anything) and chosen when the program runs; every kind runs the same source, so they agree.

use std::ops::Range;

use multiversion::multiversion;

/// Fingerprints of 64 bits are looked at in blocks of this many, also where a run ends inside of one.
const BLOCK: usize = 8;

/// An entry that is near.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Near {
    /// Its place among the entries that were looked at.
    pub(super) entry: u32,
    /// Differing bits.
    pub(super) distance: u32,
}

/// Differing bits.
#[inline(always)]
pub(super) fn distance<const W: usize>(a: &[u64; W], b: &[u64; W]) -> u32 {
    let mut distance = 0_u32;
    for word in 0..W {
        distance = distance.wrapping_add((a[word] ^ b[word]).count_ones());
    }
    distance
}

/// Adds to `near` what lies within `bound` of the query in runs of `words`, `W` words an entry.
pub(super) fn in_runs<const W: usize>(
    words: &[u64],
    runs: &[Range<u32>],
    query: &[u64; W],
    bound: u32,
    near: &mut Vec<Near>,
) {
    match query.as_slice() {
        [query] => in_runs_of_words(words, runs, *query, bound, near),
        _ => in_runs_of_arrays(words, runs, query, bound, near),
    }
}

#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx512vpopcntdq+bmi1+bmi2+lzcnt+popcnt",
    "x86_64+avx2+bmi1+bmi2+lzcnt+popcnt",
    "x86_64+popcnt"
))]
fn in_runs_of_words(
    words: &[u64],
    runs: &[Range<u32>],
    query: u64,
    bound: u32,
    near: &mut Vec<Near>,
) {
    let bound = u64::from(bound);
    touch(words, runs);
    for run in runs {
        let (mut at, end) = (run.start as usize, run.end as usize);
        while at < end {
            let rest = &words[at..];
            let block = rest.first_chunk().copied().unwrap_or_else(|| last(rest));
            let distances = block.map(|word| u64::from((word ^ query).count_ones()));
            let any = distances
                .iter()
                .fold(false, |any, far| any | (*far <= bound));
            if any {
                for (lane, far) in distances.into_iter().enumerate() {
                    if far <= bound && at + lane < end {
                        near.push(Near {
                            entry: (at + lane) as u32,
                            distance: far as u32,
                        });
                    }
                }
            }
            at += BLOCK;
        }
    }
}

#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx512vpopcntdq+bmi1+bmi2+lzcnt+popcnt",
    "x86_64+avx2+bmi1+bmi2+lzcnt+popcnt",
    "x86_64+popcnt"
))]
fn in_runs_of_arrays<const W: usize>(
    words: &[u64],
    runs: &[Range<u32>],
    query: &[u64; W],
    bound: u32,
    near: &mut Vec<Near>,
) {
    let (entries, _) = words.as_chunks::<W>();
    for run in runs {
        let looked_at = &entries[run.start as usize..run.end as usize];
        for (entry, words) in (run.start..).zip(looked_at) {
            let distance = distance(words, query);
            if distance <= bound {
                near.push(Near { entry, distance });
            }
        }
    }
}

/// Asks memory for the beginning of every run at once, before the first is waited for.
#[inline(always)]
fn touch(words: &[u64], runs: &[Range<u32>]) {
    let first = runs.iter().map(|run| words.get(run.start as usize));
    std::hint::black_box(first.fold(0, |all, word| all ^ word.unwrap_or(&0)));
}

/// The words that are left, and something behind them.
#[cold]
fn last(rest: &[u64]) -> [u64; BLOCK] {
    let mut block = [0; BLOCK];
    block[..rest.len()].copy_from_slice(rest);
    block
}

/// Adds to `near` what lies within `bound` of the query among the entries of `words` that runs of
/// `positions` name. [`Near::entry`] is the position.
#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+avx512vpopcntdq+bmi1+bmi2+lzcnt+popcnt",
    "x86_64+avx2+bmi1+bmi2+lzcnt+popcnt",
    "x86_64+popcnt"
))]
pub(super) fn at_positions<const W: usize>(
    words: &[u64],
    positions: &[u32],
    runs: &[Range<u32>],
    query: &[u64; W],
    bound: u32,
    near: &mut Vec<Near>,
) {
    let (entries, _) = words.as_chunks::<W>();
    let places = runs.iter().map(|run| run.start as usize..run.end as usize);
    let named: Vec<u32> = places.flat_map(|run| &positions[run]).copied().collect();
    for entry in named {
        let distance = distance(&entries[entry as usize], query);
        if distance <= bound {
            near.push(Near { entry, distance });
        }
    }
}
