//! Banks large enough for their tables, of every length, on fingerprints that come in crowds.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use multi_index::MultiIndex;
use scan::distance;
use substrings::spread;

/// A random number; the same for the same state.
fn random(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mixed = (*state ^ (*state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}

/// Another fingerprint, up to `bits` bits away.
fn near<const W: usize>(words: &[u64; W], bits: u64, state: &mut u64) -> [u64; W] {
    let mut near = *words;
    for _ in 0..random(state) % (bits + 1) {
        let bit = random(state) as usize % (W * 64);
        near[bit / 64] ^= 1 << (bit % 64);
    }
    near
}

/// Some hundred centres with copies around them, some exactly the same.
fn crowds<const W: usize>(seed: u64, count: usize) -> Vec<([u64; W], u32)> {
    let mut state = seed;
    let centres: Vec<[u64; W]> = (0..200)
        .map(|_| std::array::from_fn(|_| random(&mut state)))
        .collect();
    let entry = |owner| {
        let centre = &centres[(random(&mut state) % 200) as usize];
        (spread(&near(centre, 24, &mut state)), owner)
    };
    (0..count as u32).map(entry).collect()
}

fn check<const W: usize>(seed: u64, count: usize, radius: u32, scanned: usize) {
    let entries = crowds::<W>(seed, count);
    let multi_index = MultiIndex::build(entries.clone(), scanned);
    let mut state = seed + 1;
    for (centre, _) in entries.iter().take(20) {
        let query = near(centre, 8, &mut state);
        let far = entries
            .iter()
            .map(|(words, owner)| (distance(words, &query), *owner));
        let mut expected: Vec<(u32, u32)> = far.filter(|(far, _)| *far <= radius).collect();
        expected.sort_unstable();
        let mut found = Vec::new();
        multi_index.search(&query, radius, &mut |owner, far| {
            found.push((far, owner));
            radius
        });
        found.sort_unstable();
        assert_eq!(found, expected);
    }
}

/// The sets that a join makes of so many owners.
fn joined<const W: usize>(
    entries: &[([u64; W], u32)],
    radius: u32,
    scanned: usize,
) -> Vec<Vec<usize>> {
    let mut sets = UnionFind::new(entries.len());
    let multi_index = MultiIndex::build(entries.to_vec(), scanned);
    multi_index.join(radius, &mut |a, b| {
        sets.unite(a as usize, b as usize);
    });
    sets.groups()
}

/// Every pair of different owners within the radius that a bank tells, once.
fn told<const W: usize>(
    entries: &[([u64; W], u32)],
    radius: u32,
    scanned: usize,
) -> BTreeSet<(u32, u32, u32)> {
    let mut told = BTreeSet::new();
    let multi_index = MultiIndex::build(entries.to_vec(), scanned);
    multi_index.pairs(radius, &mut |a, b, distance| {
        told.insert((a.min(b), a.max(b), distance));
    });
    told
}

/// The same by comparing all with all.
fn pairs<const W: usize>(entries: &[([u64; W], u32)], radius: u32) -> BTreeSet<(u32, u32, u32)> {
    let mut pairs = BTreeSet::new();
    for (a, one) in entries {
        let behind = entries.iter().filter(|(_, other)| one < other);
        let near = behind.map(|(b, other)| (*one, *other, distance(a, b)));
        pairs.extend(near.filter(|(.., distance)| *distance <= radius));
    }
    pairs
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn tables_find_what_is_there(seed: u64, radius in 0..40_u32) {
        let seed = seed >> 1;
        check::<1>(seed, 3_000, radius, 8);
        check::<2>(seed, 3_000, radius, 8);
        check::<4>(seed, 3_000, radius, 8);
        check::<1>(seed, 100, radius, 1_000);
    }

    #[test]
    fn tables_join_what_pairs_join(seed: u64, radius in 0..14_u32) {
        let (short, long) = (crowds::<1>(seed, 400), crowds::<4>(seed, 400));
        prop_assert_eq!(joined(&short, radius, 8), joined(&short, radius, usize::MAX));
        prop_assert_eq!(joined(&long, radius, 8), joined(&long, radius, usize::MAX));
    }

    #[test]
    fn every_pair_is_told(seed: u64, radius in 0..14_u32) {
        let (short, long) = (crowds::<1>(seed, 400), crowds::<2>(seed, 400));
        for scanned in [8, usize::MAX] {
            prop_assert_eq!(told(&short, radius, scanned), pairs(&short, radius));
            prop_assert_eq!(told(&long, radius, scanned), pairs(&long, radius));
        }
    }
}

#[test]
fn every_kind_of_processor_finds_the_same() {
    let mut state = 7;
    let words: Vec<u64> = (0..1_003).map(|_| random(&mut state)).collect();
    let runs = [0..3_u32, 5..5, 9..40, 990..1_003];
    for bound in [0, 20, 30, 64] {
        let query = words[10];
        let mut near = Vec::new();
        scan::in_runs(&words, &runs, &[query], bound, &mut near);
        let plain = runs.iter().cloned().flatten().filter_map(|entry| {
            // Without the instruction that counts ones.
            let differing = (0..64).filter(|bit| (words[entry as usize] ^ query) >> bit & 1 == 1);
            let distance = differing.count() as u32;
            (distance <= bound).then_some(scan::Near { entry, distance })
        });
        assert_eq!(near, plain.collect::<Vec<_>>());
    }
}
