//! Groups of verified duplicates: each has one image to keep, and every other is verified against that one.
//!
//! Pairs that the index brings together are judged, nearest first, and make clusters. Of a cluster the best image is
//! kept, with what is a duplicate of it; the rest of the cluster makes groups of its own by the same rule. So nothing
//! is in a group by a chain: what is only like one between it and the kept image is not in that one's group.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use futures::{StreamExt, stream};

use crate::domain::{
    BestCopy, Image, ImageId, Merit, Merits, Orientation, Pair, ProjectName, Relation, best_copy,
};

use super::candidates::{self, Candidate, Candidates};
use super::clusters::{Clustering, PART, Relations, images_of, judge_all};
use super::comparisons::{AT_ONCE, Picture, compare};
use super::judging::{Judging, Judgings};
use super::merits::merits_by_id;
use super::sketches::sketches;
use super::verification::blocking;
use super::{ServiceError, Services, retry};

/// Pairs whose pictures are compared for one answer, the most similar first.
const CLOSE_COMPARISONS: usize = 2_000;
/// An image that so many kept ones were no duplicates of is held only against its own candidates from then on.
const MOST_MISSES: usize = 16;
/// Clusters whose images are read from the store at once.
const READ_AT_ONCE: usize = 500;

/// Duplicates of one image.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// The image to keep.
    pub kept: ImageId,
    /// What makes it the best.
    pub merit: Merit,
    /// Two or more in upload order, the kept one among them, each with what it is to that one.
    pub members: Vec<(ImageId, Relation)>,
}

/// Groups, and what they may lack.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Groups {
    /// That of the earliest image first.
    pub groups: Vec<Group>,
    /// Images of which not all candidates were judged.
    pub left_out: usize,
    /// Pairs whose sketches do not decide and whose pictures were not compared.
    pub not_compared: usize,
}

/// The groups that were made last, which whoever asks for the next page gets again, and those in the making.
#[derive(Debug, Default)]
pub struct JudgedGroups {
    last: Mutex<Option<Made>>,
    /// How far those in the making have come.
    pub judgings: Judgings,
}

#[derive(Debug)]
struct Made {
    of: Asked,
    groups: Arc<Groups>,
}

/// What groups depend on.
#[derive(Debug, PartialEq, Eq)]
struct Asked {
    project: Option<ProjectName>,
    any_orientation: bool,
    /// The last change of the store.
    change: u64,
    decided: HashSet<Pair>,
}

/// The groups of a project or over all.
pub async fn groups(
    services: &Services,
    project: Option<&ProjectName>,
    any_orientation: bool,
) -> Result<Arc<Groups>, ServiceError> {
    // The change is read first: what is done meanwhile makes the groups old.
    let asked = Asked {
        project: project.cloned(),
        any_orientation,
        change: services.store.last_change().await?,
        decided: services.store.decided_pairs(project).await?,
    };
    if let Some(groups) = services.groups.get(&asked) {
        return Ok(groups);
    }
    let judging = services.groups.judgings.begin(project);
    let index = Arc::clone(services.index.current(&services.store).await?);
    let candidates = match any_orientation {
        true => candidates::turned(services, index, project).await?,
        false => {
            let owner = project.cloned();
            blocking(move || candidates::upright(&index, owner.as_ref())).await?
        }
    };
    let grouping = Grouping::new(services, &judging, any_orientation, &candidates);
    let groups = Arc::new(grouping.run(candidates, &asked).await?);
    groups.log();
    services.groups.put(asked, Arc::clone(&groups));
    Ok(groups)
}

/// One answer in the making.
struct Grouping<'a> {
    services: &'a Services,
    judging: &'a Judging<'a>,
    /// How two images that are no candidates of each other are oriented.
    any_orientation: bool,
    candidates: HashSet<[ImageId; 2]>,
    /// Pictures that may still be compared.
    comparisons_left: usize,
    not_compared: usize,
}

impl<'a> Grouping<'a> {
    fn new(
        services: &'a Services,
        judging: &'a Judging<'a>,
        any_orientation: bool,
        candidates: &Candidates,
    ) -> Self {
        let pairs = candidates.pairs.iter();
        Self {
            services,
            judging,
            any_orientation,
            candidates: pairs.map(|pair| [pair.one, pair.other]).collect(),
            comparisons_left: CLOSE_COMPARISONS,
            not_compared: 0,
        }
    }

    async fn run(mut self, candidates: Candidates, asked: &Asked) -> Result<Groups, ServiceError> {
        let store = &self.services.store;
        let same = store.images_of_same_bytes(asked.project.as_ref()).await?;
        let mut ids = images_of(&candidates.pairs);
        ids.extend(same.iter().flatten());
        let mut clustering = Clustering::new(ids, &asked.decided);
        for same in &same {
            for other in same.iter().skip(1) {
                clustering.join(same[0], *other, Relation::same_bytes());
            }
        }
        self.judging.found(candidates.pairs.len());
        let unverified = self.judge(&mut clustering, &candidates.pairs).await?;
        self.judging
            .found(candidates.pairs.len() + unverified.len());
        self.compare(&mut clustering, unverified).await?;
        let (clusters, relations) = clustering.into_clusters();
        let mut groups = self.split(&clusters, &relations).await?;
        groups.sort_by_key(|group| group.members.first().map(|(image, _)| *image));
        Ok(Groups {
            groups,
            left_out: candidates.cut.len(),
            not_compared: self.not_compared,
        })
    }

    /// Joins the duplicates among pairs, in their order. The answer are those that sketches cannot decide, the most
    /// similar first.
    async fn judge(
        &self,
        clustering: &mut Clustering,
        pairs: &[Candidate],
    ) -> Result<Vec<Candidate>, ServiceError> {
        let mut unverified = Vec::new();
        for part in pairs.chunks(PART) {
            for (pair, relation) in self.by_sketches(clustering.open(part)).await? {
                if relation.is_duplicate() {
                    clustering.join(pair.one, pair.other, relation);
                } else if relation.is_unverified() {
                    unverified.push((relation.judgement.similarity, pair));
                }
            }
            self.judging.advance(part.len());
        }
        unverified.sort_by(|(a, _), (b, _)| b.total_cmp(a));
        Ok(unverified.into_iter().map(|(_, pair)| pair).collect())
    }

    /// Joins the duplicates among pairs by comparing their pictures.
    async fn compare(
        &mut self,
        clustering: &mut Clustering,
        pairs: Vec<Candidate>,
    ) -> Result<(), ServiceError> {
        for part in pairs.chunks(AT_ONCE) {
            let open = clustering.open(part);
            for (pair, relation) in self.by_pictures(open).await? {
                if relation.is_duplicate() {
                    clustering.join(pair.one, pair.other, relation);
                }
            }
            self.judging.advance(part.len());
        }
        Ok(())
    }

    /// The groups of clusters.
    async fn split(
        &mut self,
        clusters: &[Vec<ImageId>],
        relations: &Relations,
    ) -> Result<Vec<Group>, ServiceError> {
        let mut groups = Vec::new();
        for part in clusters.chunks(READ_AT_ONCE) {
            let images = self.images(&part.concat()).await?;
            let merits = merits_by_id(self.services, &images.values().collect::<Vec<_>>()).await?;
            for cluster in part {
                let copies = cluster.iter().filter_map(|id| {
                    let copy = (images.get(id)?.clone(), merits.get(id)?.clone());
                    Some(copy)
                });
                groups.extend(self.split_one(copies.collect(), relations).await?);
            }
        }
        Ok(groups)
    }

    /// The groups of a cluster: the best image and its duplicates, then the same with the rest.
    async fn split_one(
        &mut self,
        mut left: Vec<(Image, Merits)>,
        relations: &Relations,
    ) -> Result<Vec<Group>, ServiceError> {
        let mut groups = Vec::new();
        let mut misses: HashMap<ImageId, usize> = HashMap::new();
        while let Some(best) = best_of(&left).filter(|_| left.len() > 1) {
            let (kept, _) = left.remove(best.position);
            let candidates = left.iter().map(|(image, _)| image).filter(|other| {
                let misses = misses.get(&other.id).copied().unwrap_or(0);
                misses < MOST_MISSES || self.are_candidates(&kept, other)
            });
            let candidates: Vec<&Image> = candidates.collect();
            let mut duplicates = self.duplicates(&kept, &candidates, relations).await?;
            left.retain(|(image, _)| !duplicates.contains_key(&image.id));
            left.iter()
                .for_each(|(image, _)| *misses.entry(image.id).or_default() += 1);
            if duplicates.is_empty() {
                continue;
            }
            duplicates.insert(kept.id, Relation::same_bytes());
            groups.push(Group {
                kept: kept.id,
                merit: best.merit,
                members: duplicates.into_iter().collect(),
            });
        }
        Ok(groups)
    }

    /// Those images that are duplicates of the kept one, each with what it is to that one.
    async fn duplicates(
        &mut self,
        kept: &Image,
        others: &[&Image],
        relations: &Relations,
    ) -> Result<BTreeMap<ImageId, Relation>, ServiceError> {
        let mut found = BTreeMap::new();
        let mut pairs = Vec::new();
        for other in others {
            if let Some(relation) = relations.get(kept.id, other.id) {
                found.insert(other.id, relation);
            } else if kept.sha256 == other.sha256 {
                found.insert(other.id, Relation::same_bytes());
            } else {
                pairs.push(Candidate {
                    one: kept.id,
                    other: other.id,
                    orientation: (!self.any_orientation).then_some(Orientation::Upright),
                });
            }
        }
        let mut unverified = Vec::new();
        for part in pairs.chunks(PART) {
            for (pair, relation) in self.by_sketches(part.to_vec()).await? {
                if relation.is_duplicate() {
                    found.insert(pair.other, relation);
                } else if relation.is_unverified() {
                    unverified.push(pair);
                }
            }
        }
        for (pair, relation) in self.by_pictures(unverified).await? {
            if relation.is_duplicate() {
                found.insert(pair.other, relation);
            }
        }
        Ok(found)
    }

    fn are_candidates(&self, one: &Image, other: &Image) -> bool {
        let mut pair = [one.id, other.id];
        pair.sort_unstable();
        self.candidates.contains(&pair)
    }

    /// Pairs with what their pictures are to each other by their sketches.
    async fn by_sketches(
        &self,
        pairs: Vec<Candidate>,
    ) -> Result<Vec<(Candidate, Relation)>, ServiceError> {
        let mut ids = images_of(&pairs);
        ids.sort_unstable();
        ids.dedup();
        let sketches = sketches(self.services, &ids).await?;
        blocking(move || judge_all(pairs, |image| sketches.get(&image))).await
    }

    /// The same by comparing the pictures, as many as may still be compared.
    async fn by_pictures(
        &mut self,
        mut pairs: Vec<Candidate>,
    ) -> Result<Vec<(Candidate, Relation)>, ServiceError> {
        let asked = pairs.len();
        pairs.truncate(self.comparisons_left);
        self.comparisons_left -= pairs.len();
        let images = self.images(&images_of(&pairs)).await?;
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
        self.not_compared += asked - compared.len();
        Ok(compared)
    }

    async fn images(&self, ids: &[ImageId]) -> Result<HashMap<ImageId, Image>, ServiceError> {
        let images = self.services.store.images_by_id(ids).await?;
        Ok(images.into_iter().map(|image| (image.id, image)).collect())
    }
}

fn best_of(copies: &[(Image, Merits)]) -> Option<BestCopy> {
    let merits: Vec<Merits> = copies.iter().map(|(_, merits)| merits.clone()).collect();
    best_copy(&merits)
}

impl Groups {
    fn log(&self) {
        let (left_out, not_compared) = (self.left_out, self.not_compared);
        if left_out > 0 {
            tracing::warn!(
                "{left_out} images have more candidates than are judged, the nearest were"
            );
        }
        if not_compared > 0 {
            tracing::warn!("{not_compared} pairs whose sketches do not decide were not compared");
        }
    }
}

impl JudgedGroups {
    fn get(&self, asked: &Asked) -> Option<Arc<Groups>> {
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let made = last.as_ref().filter(|made| made.of == *asked)?;
        Some(Arc::clone(&made.groups))
    }

    fn put(&self, of: Asked, groups: Arc<Groups>) {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        *last = Some(Made { of, groups });
    }
}
