//! What the pictures of pairs are to each other: by their sketches, and where those do not decide by the pictures
//! themselves. What could be told by neither is counted.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use futures::{StreamExt, stream};

use crate::domain::{Image, ImageId, Relation, Sketch, judge, judge_parts};

use super::candidates::Candidate;
use super::comparisons::{AT_ONCE, Picture, compare};
use super::sketches::sketches;
use super::threads::{blocking, in_threads};
use super::{ServiceError, Services, retry};

/// Pairs that are judged at once: their sketches take 40 MB at most.
pub const PAIR_BATCH: usize = 2_000;
/// Pairs whose pictures are compared for one answer, the most similar first.
const COMPARISON_BUDGET: usize = 2_000;

/// Judges pairs of stored images for one answer.
pub struct PairVerifier<'a> {
    services: &'a Services,
    /// Pairs whose pictures may still be compared.
    comparisons_left: usize,
    not_compared: HashSet<[ImageId; 2]>,
}

/// The images of pairs.
pub fn images_of(pairs: &[Candidate]) -> Vec<ImageId> {
    pairs
        .iter()
        .flat_map(|pair| [pair.one, pair.other])
        .collect()
}

/// What the pictures of pairs are to each other by their sketches; without those of which one is missing.
pub fn judge_pairs<'a>(
    pairs: Vec<Candidate>,
    sketch: impl Fn(ImageId) -> Option<&'a Sketch> + Sync,
) -> Vec<(Candidate, Relation)> {
    in_threads(pairs, |pair| {
        let (one, other) = (sketch(pair.one)?, sketch(pair.other)?);
        let judge = match pair.in_part {
            true => judge_parts,
            false => judge,
        };
        let (judgement, orientation) = judge(one, other, pair.orientations());
        let relation = Relation {
            judgement,
            orientation,
        };
        Some((pair, relation))
    })
}

impl<'a> PairVerifier<'a> {
    pub fn new(services: &'a Services) -> Self {
        Self {
            services,
            comparisons_left: COMPARISON_BUDGET,
            not_compared: HashSet::new(),
        }
    }

    /// How many pairs neither sketches nor a comparison of their pictures decided.
    pub fn not_compared(&self) -> usize {
        self.not_compared.len()
    }

    /// Pairs with what their pictures are to each other by their sketches, those at hand or the store's. Those of which
    /// one cannot be had are left out, and counted.
    pub async fn by_sketches(
        &mut self,
        pairs: Vec<Candidate>,
        at_hand: Arc<HashMap<ImageId, Sketch>>,
    ) -> Result<Vec<(Candidate, Relation)>, ServiceError> {
        self.not_compared
            .extend(pairs.iter().map(Candidate::images));
        let mut ids = images_of(&pairs);
        ids.sort_unstable();
        ids.dedup();
        ids.retain(|image| !at_hand.contains_key(image));
        let read = sketches(self.services, &ids).await?;
        let judge = move || {
            let sketch = |image| at_hand.get(&image).or_else(|| read.get(&image));
            judge_pairs(pairs, sketch)
        };
        let judged = blocking(judge).await?;
        self.were_compared(&judged);
        Ok(judged)
    }

    /// The same by comparing the pictures, as many as may still be compared.
    pub async fn by_pictures(
        &mut self,
        mut pairs: Vec<Candidate>,
        images: &HashMap<ImageId, Image>,
    ) -> Vec<(Candidate, Relation)> {
        self.not_compared
            .extend(pairs.iter().map(Candidate::images));
        pairs.truncate(self.comparisons_left);
        self.comparisons_left -= pairs.len();
        let picture = |image| images.get(&image).map(Picture::stored);
        let pictures = pairs
            .into_iter()
            .filter_map(|pair| Some((pair, picture(pair.one)?, picture(pair.other)?)));
        let services = self.services;
        let compared: Vec<_> = stream::iter(pictures)
            .map(|(pair, one, other)| async move {
                let compared = retry::while_busy(|| compare(services, &one, &other)).await;
                let warn = |error: &_| {
                    tracing::warn!(%error, "two stored pictures cannot be compared");
                };
                Some((pair, compared.inspect_err(warn).ok()?))
            })
            .buffered(AT_ONCE)
            .filter_map(std::future::ready)
            .collect()
            .await;
        self.were_compared(&compared);
        compared
    }

    fn were_compared(&mut self, pairs: &[(Candidate, Relation)]) {
        for (pair, _) in pairs {
            self.not_compared.remove(&pair.images());
        }
    }
}
