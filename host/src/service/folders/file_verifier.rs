//! What pictures are to each other, each pair judged once: by their sketches, and where those cannot tell by
//! their files.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use futures::{StreamExt, stream};

use crate::domain::{ImageId, Judgement, Orientation, Relation};
use crate::service::ServiceError;
use crate::service::matching::candidates::{Candidate, Candidates};
use crate::service::matching::clusters::{Clustering, Relations};
use crate::service::matching::pairs::{images_of, judge_pairs};
use crate::service::matching::threads::blocking;

use super::near::{id, place};
use super::{GroupOptions, PictureFile, Progress};

/// Pairs that are judged at once; what they join need not be judged after them.
const JUDGED_AT_ONCE: usize = 128;
/// Files that each is compared with before it is known to be in a group, the nearest.
const COMPARISONS_PER_FILE: usize = 32;

/// What is known of pairs of files, which go by their ids in the index.
pub struct FileVerifier<C> {
    files: Arc<Vec<PictureFile>>,
    compare: C,
    /// Comparisons at once.
    workers: usize,
    /// Files may have no more than a part in common.
    finds_crops: bool,
    known: Relations,
}

impl<C, F> FileVerifier<C>
where
    C: Fn(PathBuf, PathBuf) -> F,
    F: Future<Output = Judgement>,
{
    pub fn new(files: Arc<Vec<PictureFile>>, compare: C, options: &GroupOptions<'_>) -> Self {
        Self {
            files,
            compare,
            workers: options.workers.max(1),
            finds_crops: options.finds_crops,
            known: Relations::default(),
        }
    }

    /// What others are to one, by the best means there are. All go by their places.
    pub async fn verified(
        &mut self,
        one: usize,
        others: &[usize],
    ) -> Result<Vec<Judgement>, ServiceError> {
        let pair = |other: &usize| Candidate {
            one: id(one.min(*other)),
            other: id(one.max(*other)),
            orientation: Some(Orientation::Upright),
            in_part: self.finds_crops,
        };
        let pairs: Vec<Candidate> = others.iter().map(pair).collect();
        self.verify_sketches(&pairs).await?;
        let is_unclear = |pair: &&Candidate| self.known(pair).is_none_or(|it| it.is_unverified());
        let unclear: Vec<Candidate> = pairs.iter().filter(is_unclear).copied().collect();
        self.verify_files(&unclear).await;
        let known = |pair| self.known(pair).map(|relation| relation.judgement);
        let missing = || ServiceError::Internal(anyhow::anyhow!("a pair was not judged"));
        pairs
            .iter()
            .map(|pair| known(pair).ok_or_else(missing))
            .collect()
    }

    /// Clusters of duplicates among candidates. Pairs that are joined already are not looked at again; to `found.cut`
    /// come those that had more unclear ones near them than were compared.
    pub async fn clusters(
        &mut self,
        found: &mut Candidates,
        progress: &Progress<'_>,
    ) -> Result<Vec<Vec<ImageId>>, ServiceError> {
        let mut clustering = Clustering::new(images_of(&found.pairs), []);
        let mut unclear = Vec::new();
        let (mut done, all) = (0, found.pairs.len() as u64);
        for part in found.pairs.chunks(JUDGED_AT_ONCE) {
            let open = clustering.open(part);
            self.verify_sketches(&open).await?;
            for pair in open {
                match self.known(&pair) {
                    Some(known) if known.is_unverified() => unclear.push(pair),
                    Some(known) if known.is_duplicate() => {
                        clustering.join(pair.one, pair.other);
                    }
                    _ => {}
                }
            }
            done += part.len() as u64;
            progress(done, all);
        }
        found.pairs = unclear;
        self.compare_unclear(found, &mut clustering, progress).await;
        Ok(clustering.into_clusters())
    }

    /// Compares the files of pairs that sketches cannot tell, unless they are joined already.
    async fn compare_unclear(
        &mut self,
        unclear: &mut Candidates,
        clustering: &mut Clustering,
        progress: &Progress<'_>,
    ) {
        let mut compared: HashMap<ImageId, usize> = HashMap::new();
        let pairs = &unclear.pairs;
        let mut next = 0;
        while next < pairs.len() {
            let mut open = Vec::new();
            while next < pairs.len() && open.len() < self.workers {
                let pair = pairs[next];
                next += 1;
                if !clustering.can_join(pair.one, pair.other) {
                    continue;
                }
                let both = [pair.one, pair.other];
                let is_enough = |file| compared.get(file) >= Some(&COMPARISONS_PER_FILE);
                if both.iter().all(is_enough) {
                    unclear.cut.extend(both);
                    continue;
                }
                both.iter()
                    .for_each(|file| *compared.entry(*file).or_default() += 1);
                open.push(pair);
            }
            self.verify_files(&open).await;
            for pair in open {
                if self.known(&pair).is_some_and(|known| known.is_duplicate()) {
                    clustering.join(pair.one, pair.other);
                }
            }
            progress(next as u64, pairs.len() as u64);
        }
    }

    /// Judges pairs that were not yet.
    async fn verify_sketches(&mut self, pairs: &[Candidate]) -> Result<(), ServiceError> {
        let new = pairs.iter().filter(|pair| self.known(pair).is_none());
        let (new, files) = (new.copied().collect(), Arc::clone(&self.files));
        let judge = move || {
            let sketch = |file| files.get(place(file)).map(|file| &file.sketch);
            judge_pairs(new, sketch)
        };
        for (pair, relation) in blocking(judge).await? {
            self.known.put(pair.one, pair.other, relation);
        }
        Ok(())
    }

    async fn verify_files(&mut self, pairs: &[Candidate]) {
        let compared: Vec<(&Candidate, Judgement)> = stream::iter(pairs)
            .map(|pair| {
                let path = |file| self.files[place(file)].path.clone();
                let comparison = (self.compare)(path(pair.one), path(pair.other));
                async move { (pair, comparison.await) }
            })
            .buffer_unordered(self.workers)
            .collect()
            .await;
        for (pair, judgement) in compared {
            let relation = Relation {
                // Compared once is enough, also where that could not tell.
                judgement: Judgement {
                    verified: true,
                    ..judgement
                },
                orientation: Orientation::Upright,
            };
            self.known.put(pair.one, pair.other, relation);
        }
    }

    fn known(&self, pair: &Candidate) -> Option<Relation> {
        self.known.get(pair.one, pair.other)
    }
}
