//! Groups of verified duplicates: each has one image to keep, and every other is verified against that one.
//!
//! Pairs that the index brings together are judged, nearest first, and make clusters. Of a cluster the best image is
//! kept, with what is a duplicate of it; the rest of the cluster makes groups of its own by the same rule. So nothing
//! is in a group by a chain: what is only like one between it and the kept image is not in that one's group.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use crate::domain::{
    BestCopy, Image, ImageId, Merit, Merits, Orientation, Pair, ProjectName, Relation, Sketch,
    best_copy,
};

use super::answer_cache::{AnswerCache, Question, QuestionState};
use super::candidates::{self, Candidate, Candidates, sorted};
use super::clusters::{Clustering, Relations};
use super::comparisons::AT_ONCE;
use super::judging::{Judging, Judgings};
use super::merits::{SKETCH_BATCH, merits_of};
use super::pairs::{PAIR_BATCH, PairVerifier, images_of};
use super::threads::blocking;
use super::{ServiceError, Services, parts};

/// An image that so many kept ones were no duplicates of is held only against its own candidates from then on.
const MOST_MISSES: usize = 16;
/// Clusters whose images are read from the store at once.
const CLUSTER_BATCH: usize = 500;
/// Sketches that are kept while their clusters are split, as many as those of a batch of pairs: of clusters that have
/// more the others are read when they are judged.
const SKETCHES_KEPT: usize = 2 * PAIR_BATCH;

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
    /// Pairs that neither sketches nor a comparison of their pictures decided.
    pub not_compared: usize,
}

/// The groups that were made last, and those in the making.
#[derive(Debug, Default)]
pub struct GroupCache {
    answers: AnswerCache<Groups>,
    /// How far those in the making have come.
    pub judgings: Judgings,
}

/// The groups of a project or over all.
pub async fn groups(
    services: &Services,
    project: Option<&ProjectName>,
    any_orientation: bool,
) -> Result<Arc<Groups>, ServiceError> {
    let question = Question {
        project: project.cloned(),
        any_orientation,
    };
    let mut answer = services.groups.answers.open(question).await;
    // The change is read first: what is done meanwhile makes the groups old.
    let state = QuestionState {
        change: services.store.last_change_of(project).await?,
        decided: services.store.decided_pairs(project).await?,
    };
    if let Some(groups) = answer.get(&state) {
        return Ok(groups);
    }
    let groups = make(services, project, any_orientation, &state.decided).await?;
    Ok(answer.put(state, groups))
}

async fn make(
    services: &Services,
    project: Option<&ProjectName>,
    any_orientation: bool,
    decided: &HashSet<Pair>,
) -> Result<Groups, ServiceError> {
    let judging = services.groups.judgings.begin(project);
    let index = Arc::clone(services.index.current(&services.store).await?);
    let mut candidates = match any_orientation {
        true => candidates::turned(services, index, project).await?,
        false => {
            let owner = project.cloned();
            blocking(move || candidates::upright(&index, owner.as_ref())).await?
        }
    };
    parts::add_pairs(services, project, &mut candidates).await?;
    let builder = GroupBuilder::new(services, &judging, any_orientation, &candidates);
    let groups = builder.build(candidates, project, decided).await?;
    groups.log();
    Ok(groups)
}

/// One answer in the making.
struct GroupBuilder<'a> {
    services: &'a Services,
    judging: &'a Judging<'a>,
    /// How two images that are no candidates of each other are oriented.
    any_orientation: bool,
    /// They may have no more than a part in common.
    finds_crops: bool,
    candidates: HashSet<[ImageId; 2]>,
    /// What the duplicates are to each other that clusters were made by.
    relations: Relations,
    verifier: PairVerifier<'a>,
}

/// The images of some clusters and what is told of them, read once.
struct Copies {
    images: HashMap<ImageId, Image>,
    merits: HashMap<ImageId, Merits>,
    /// Of as many as are kept.
    sketches: Arc<HashMap<ImageId, Sketch>>,
}

impl<'a> GroupBuilder<'a> {
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
            finds_crops: candidates.pairs.iter().any(|pair| pair.in_part),
            candidates: pairs.map(Candidate::images).collect(),
            relations: Relations::default(),
            verifier: PairVerifier::new(services),
        }
    }

    async fn build(
        mut self,
        candidates: Candidates,
        project: Option<&ProjectName>,
        decided: &HashSet<Pair>,
    ) -> Result<Groups, ServiceError> {
        let store = &self.services.store;
        let same = store.images_of_same_bytes(project).await?;
        let mut ids = images_of(&candidates.pairs);
        ids.extend(same.iter().flatten());
        let mut clustering = Clustering::new(ids, decided);
        for same in &same {
            for other in same.iter().skip(1) {
                self.join(&mut clustering, same[0], *other, Relation::same_bytes());
            }
        }
        self.judging.found(candidates.pairs.len());
        let unverified = self.judge(&mut clustering, &candidates.pairs).await?;
        self.judging
            .found(candidates.pairs.len() + unverified.len());
        self.compare(&mut clustering, &unverified).await?;
        let mut groups = self.split(&clustering.into_clusters()).await?;
        groups.sort_by_key(|group| group.members.first().map(|(image, _)| *image));
        Ok(Groups {
            groups,
            left_out: candidates.cut.len(),
            not_compared: self.verifier.not_compared(),
        })
    }

    /// Joins the duplicates among pairs, in their order. The answer are those that sketches cannot decide, the most
    /// similar first.
    async fn judge(
        &mut self,
        clustering: &mut Clustering,
        pairs: &[Candidate],
    ) -> Result<Vec<Candidate>, ServiceError> {
        let mut unverified = Vec::new();
        for part in pairs.chunks(PAIR_BATCH) {
            let open = clustering.open(part);
            for (pair, relation) in self.verifier.by_sketches(open, Arc::default()).await? {
                if relation.is_duplicate() {
                    self.join(clustering, pair.one, pair.other, relation);
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
        pairs: &[Candidate],
    ) -> Result<(), ServiceError> {
        for part in pairs.chunks(AT_ONCE) {
            let open = clustering.open(part);
            let images = images(self.services, &images_of(&open)).await?;
            for (pair, relation) in self.verifier.by_pictures(open, &images).await {
                if relation.is_duplicate() {
                    self.join(clustering, pair.one, pair.other, relation);
                }
            }
            self.judging.advance(part.len());
        }
        Ok(())
    }

    fn join(
        &mut self,
        clustering: &mut Clustering,
        one: ImageId,
        other: ImageId,
        relation: Relation,
    ) {
        if clustering.join(one, other) {
            self.relations.put(one, other, relation);
        }
    }

    /// The groups of clusters.
    async fn split(&mut self, clusters: &[Vec<ImageId>]) -> Result<Vec<Group>, ServiceError> {
        let mut groups = Vec::new();
        for part in clusters.chunks(CLUSTER_BATCH) {
            let copies = Copies::read(self.services, &part.concat()).await?;
            for cluster in part {
                groups.extend(self.split_one(cluster, &copies).await?);
            }
        }
        Ok(groups)
    }

    /// The groups of a cluster: the best image and its duplicates, then the same with the rest.
    async fn split_one(
        &mut self,
        cluster: &[ImageId],
        copies: &Copies,
    ) -> Result<Vec<Group>, ServiceError> {
        let mut groups = Vec::new();
        let mut misses: HashMap<ImageId, usize> = HashMap::new();
        let mut left = copies.members(cluster);
        while let Some(best) = best_of(&left).filter(|_| left.len() > 1) {
            let (kept, _) = left.remove(best.position);
            let candidates = left.iter().map(|(image, _)| *image).filter(|other| {
                let misses = misses.get(&other.id).copied().unwrap_or(0);
                misses < MOST_MISSES || self.candidates.contains(&sorted(kept.id, other.id))
            });
            let candidates: Vec<&Image> = candidates.collect();
            let mut duplicates = self.duplicates(kept, &candidates, copies).await?;
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
        copies: &Copies,
    ) -> Result<BTreeMap<ImageId, Relation>, ServiceError> {
        let mut found = BTreeMap::new();
        let mut pairs = Vec::new();
        for other in others {
            if let Some(relation) = self.relations.get(kept.id, other.id) {
                found.insert(other.id, relation);
            } else if kept.sha256 == other.sha256 {
                found.insert(other.id, Relation::same_bytes());
            } else {
                pairs.push(Candidate {
                    one: kept.id,
                    other: other.id,
                    orientation: (!self.any_orientation).then_some(Orientation::Upright),
                    in_part: self.finds_crops,
                });
            }
        }
        let mut unverified = Vec::new();
        for part in pairs.chunks(PAIR_BATCH) {
            let sketches = Arc::clone(&copies.sketches);
            for (pair, relation) in self.verifier.by_sketches(part.to_vec(), sketches).await? {
                if relation.is_duplicate() {
                    found.insert(pair.other, relation);
                } else if relation.is_unverified() {
                    unverified.push(pair);
                }
            }
        }
        for (pair, relation) in self.verifier.by_pictures(unverified, &copies.images).await {
            if relation.is_duplicate() {
                found.insert(pair.other, relation);
            }
        }
        Ok(found)
    }
}

impl Copies {
    async fn read(services: &Services, ids: &[ImageId]) -> Result<Self, ServiceError> {
        let images = images(services, ids).await?;
        let (mut merits, mut kept) = (HashMap::new(), HashMap::new());
        for part in ids.chunks(SKETCH_BATCH) {
            let sketches = services.store.sketches(part).await?;
            let images = part.iter().filter_map(|id| images.get(id));
            merits.extend(images.map(|image| {
                let sketch = sketches.get(&image.id);
                (image.id, merits_of(image, sketch))
            }));
            if kept.len() < SKETCHES_KEPT {
                kept.extend(sketches);
            }
        }
        Ok(Self {
            images,
            merits,
            sketches: Arc::new(kept),
        })
    }

    /// The images of a cluster that are still there.
    fn members(&self, cluster: &[ImageId]) -> Vec<(&Image, &Merits)> {
        let copy = |id| Some((self.images.get(id)?, self.merits.get(id)?));
        cluster.iter().filter_map(copy).collect()
    }
}

async fn images(
    services: &Services,
    ids: &[ImageId],
) -> Result<HashMap<ImageId, Image>, ServiceError> {
    let images = services.store.images_by_id(ids).await?;
    Ok(images.into_iter().map(|image| (image.id, image)).collect())
}

fn best_of(copies: &[(&Image, &Merits)]) -> Option<BestCopy> {
    let merits: Vec<&Merits> = copies.iter().map(|(_, merits)| *merits).collect();
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
            tracing::warn!(
                "{not_compared} pairs were decided by neither their sketches nor a comparison"
            );
        }
    }
}
