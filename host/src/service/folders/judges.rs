//! What pictures are to each other, each pair judged once: by their sketches, and where those cannot tell by
//! their files.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::PathBuf;
use std::sync::Arc;

use futures::{StreamExt, TryStreamExt, stream};

use crate::domain::{Judgement, Orientation, judge};
use crate::service::ServiceError;
use crate::service::matching::verification::blocking;

use super::near::Near;
use super::{PictureFile, Progress};

/// Pairs that are judged by one thread at a time.
const PART: usize = 64;
/// Files that each is compared with before it is known to be in a group, the nearest.
const FILES: usize = 32;

/// Pairs of places, and what is known of them.
pub struct Judges<C> {
    files: Arc<Vec<PictureFile>>,
    compare: C,
    /// Comparisons at once.
    workers: usize,
    known: HashMap<[usize; 2], Judgement>,
}

impl<C, F> Judges<C>
where
    C: Fn(PathBuf, PathBuf) -> F,
    F: Future<Output = Judgement>,
{
    pub fn new(files: Arc<Vec<PictureFile>>, compare: C, workers: usize) -> Self {
        Self {
            files,
            compare,
            workers: workers.max(1),
            known: HashMap::new(),
        }
    }

    /// What others are to one, by the best means there are.
    pub async fn verified(
        &mut self,
        one: usize,
        others: &[usize],
    ) -> Result<Vec<Judgement>, ServiceError> {
        let pairs: Vec<[usize; 2]> = others.iter().map(|other| pair(one, *other)).collect();
        self.look_at_sketches(&pairs).await?;
        let is_unclear = |pair: &&[usize; 2]| self.known.get(*pair).is_none_or(|it| !it.verified);
        let unclear: Vec<[usize; 2]> = pairs.iter().filter(is_unclear).copied().collect();
        self.look_at_files(&unclear).await;
        let known = |pair: &[usize; 2]| self.known.get(pair).cloned();
        let missing = || ServiceError::Internal(anyhow::anyhow!("a pair was not judged"));
        pairs
            .iter()
            .map(|pair| known(pair).ok_or_else(missing))
            .collect()
    }

    /// Those that a chain of duplicates leads between, two or more each. Pairs that are joined already are not
    /// looked at again; to `near.cut` come those that had more unclear ones near them than were compared.
    pub async fn chained(
        &mut self,
        near: &mut Near,
        progress: &Progress<'_>,
    ) -> Result<Vec<Vec<usize>>, ServiceError> {
        let mut sets = Sets::default();
        let mut unclear = Vec::new();
        let all = near.pairs.len() as u64;
        for (number, part) in near.pairs.chunks(PART * self.workers).enumerate() {
            let open: Vec<_> = part
                .iter()
                .filter(|pair| !sets.are_one(**pair))
                .copied()
                .collect();
            self.look_at_sketches(&open).await?;
            for pair in open {
                match self.known.get(&pair) {
                    Some(known) if !known.verified => unclear.push(pair),
                    Some(known) if known.verdict.is_duplicate() => sets.unite(pair),
                    _ => {}
                }
            }
            progress((number * PART * self.workers + part.len()) as u64, all);
        }
        self.chain_unclear(&unclear, &mut sets, &mut near.cut, progress)
            .await;
        Ok(sets.all())
    }

    /// Compares the files of pairs that sketches cannot tell, unless they are joined already.
    async fn chain_unclear(
        &mut self,
        pairs: &[[usize; 2]],
        sets: &mut Sets,
        cut: &mut HashSet<usize>,
        progress: &Progress<'_>,
    ) {
        let mut compared: HashMap<usize, usize> = HashMap::new();
        let mut next = 0;
        while next < pairs.len() {
            let mut open = Vec::new();
            while next < pairs.len() && open.len() < self.workers {
                let pair = pairs[next];
                next += 1;
                if sets.are_one(pair) {
                    continue;
                }
                if pair.iter().all(|place| compared.get(place) >= Some(&FILES)) {
                    cut.extend(pair);
                    continue;
                }
                pair.iter()
                    .for_each(|place| *compared.entry(*place).or_default() += 1);
                open.push(pair);
            }
            self.look_at_files(&open).await;
            for pair in open {
                let is_duplicate = |known: &Judgement| known.verdict.is_duplicate();
                if self.known.get(&pair).is_some_and(is_duplicate) {
                    sets.unite(pair);
                }
            }
            progress(next as u64, pairs.len() as u64);
        }
    }

    /// Judges pairs that were not yet, on as many threads as there are workers.
    async fn look_at_sketches(&mut self, pairs: &[[usize; 2]]) -> Result<(), ServiceError> {
        let new = pairs.iter().filter(|pair| !self.known.contains_key(*pair));
        let new: Vec<[usize; 2]> = new.copied().collect();
        let parts = new.chunks(PART).map(|part| {
            let (files, part) = (Arc::clone(&self.files), part.to_vec());
            blocking(move || {
                part.into_iter()
                    .map(|pair| (pair, by_sketches(&files, pair)))
                    .collect()
            })
        });
        let judged: Vec<Vec<_>> = stream::iter(parts)
            .buffer_unordered(self.workers)
            .try_collect()
            .await?;
        self.known.extend(judged.into_iter().flatten());
        Ok(())
    }

    async fn look_at_files(&mut self, pairs: &[[usize; 2]]) {
        let compared: Vec<([usize; 2], Judgement)> = stream::iter(pairs)
            .map(|pair| {
                let [one, other] = pair.map(|place| self.files[place].path.clone());
                let comparison = (self.compare)(one, other);
                async move { (*pair, comparison.await) }
            })
            .buffer_unordered(self.workers)
            .collect()
            .await;
        // Compared once is enough, also where that could not tell.
        let decided = compared.into_iter().map(|(pair, judgement)| {
            let verified = true;
            (
                pair,
                Judgement {
                    verified,
                    ..judgement
                },
            )
        });
        self.known.extend(decided);
    }
}

fn pair(one: usize, other: usize) -> [usize; 2] {
    [one.min(other), one.max(other)]
}

fn by_sketches(files: &[PictureFile], [one, other]: [usize; 2]) -> Judgement {
    let (one, other) = (&files[one].sketch, &files[other].sketch);
    judge(one, other, &[Orientation::Upright]).0
}

/// Places that were brought together; each leads to the first of its set.
#[derive(Default)]
struct Sets {
    parents: HashMap<usize, usize>,
}

impl Sets {
    fn root(&self, mut place: usize) -> usize {
        while let Some(parent) = self.parents.get(&place).filter(|parent| **parent != place) {
            place = *parent;
        }
        place
    }

    fn are_one(&self, [one, other]: [usize; 2]) -> bool {
        self.root(one) == self.root(other)
    }

    fn unite(&mut self, [one, other]: [usize; 2]) {
        let (one, other) = (self.root(one), self.root(other));
        let root = one.min(other);
        self.parents.extend([(one, root), (other, root)]);
    }

    /// Two or more each, in the order of their first.
    fn all(&self) -> Vec<Vec<usize>> {
        let mut places: Vec<usize> = self.parents.keys().copied().collect();
        places.sort_unstable();
        let mut sets: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for place in places {
            sets.entry(self.root(place)).or_default().push(place);
        }
        sets.into_values().collect()
    }
}
