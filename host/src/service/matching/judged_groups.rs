//! Groups of duplicates by the second look: pairs that the index brings together, judged, nearest first.
//!
//! A pair that is in one group already is not looked at, nor one that would bring images together that
//! were decided to be no duplicates.
//!
//! Strangers are near each other by chance, and there are as many of them as the square of the images. So
//! the circle around each image is drawn tighter where there are many, and at most `PAIRS` are judged, the
//! nearest: that takes a minute or two, whatever is stored.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use crate::domain::{
    Algorithm, Fingerprint, ImageId, Orientation, Pair, ProjectName, Sketch, judge,
};
use crate::index::{Index, NearestPairs, Query};

use super::grouping::Sets;
use super::judging::{Judging, Judgings};
use super::second_look::{self, ALGORITHMS, CROSSED, RADIUS, blocking, probes};
use super::{ServiceError, Services};

/// Most pairs that are judged for one answer.
const PAIRS: usize = 250_000;
/// Pairs that are judged at once: their sketches take 16 MiB.
const PART: usize = 2_000;
/// Images whose neighbours are searched at once in all orientations.
const SEARCHED: usize = 500;

/// Two images that may be duplicates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Candidate {
    one: ImageId,
    other: ImageId,
    /// EXIF value of how the other has to be laid to look like the one.
    laid: u8,
}

/// An image and what it is searched by.
struct Known {
    id: ImageId,
    fingerprints: Vec<Fingerprint>,
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
    groups: Arc<Vec<Vec<ImageId>>>,
}

/// What groups hang on.
#[derive(Debug, PartialEq, Eq)]
struct Asked {
    project: Option<ProjectName>,
    any_orientation: bool,
    /// The last change of the store.
    change: u64,
    decided: HashSet<Pair>,
}

/// The groups of a project or over all: two or more in upload order, the group of the earliest image first.
pub async fn groups(
    services: &Services,
    project: Option<&ProjectName>,
    any_orientation: bool,
) -> Result<Arc<Vec<Vec<ImageId>>>, ServiceError> {
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
    let pairs = match any_orientation {
        true => turned(services, index, project).await?,
        false => {
            let owner = project.cloned();
            blocking(move || upright(&index, owner.as_ref())).await?
        }
    };
    let groups = Arc::new(judged(services, pairs, &asked.decided, &judging).await?);
    services.groups.put(asked, Arc::clone(&groups));
    Ok(groups)
}

/// How near the fingerprints of copies are looked for among so many images, in bits of 128: wider circles
/// among more of them hold millions of strangers, who take the place of copies.
fn radius(images: usize) -> u32 {
    match images {
        ..=100_000 => RADIUS,
        100_001..=500_000 => 17,
        _ => 11,
    }
}

/// The bits of 128 that one of this algorithm's is worth.
fn weight(algorithm: Algorithm) -> u32 {
    128 / algorithm.bits()
}

/// The pairs of images that are near each other as they are, nearest first.
fn upright(index: &Index, project: Option<&ProjectName>) -> Vec<Candidate> {
    let mut nearest = NearestPairs::new(PAIRS);
    let mut is_cut = false;
    for together in [&CROSSED[..], &[Algorithm::Phash]] {
        let weight = together.first().map_or(1, |first| weight(*first));
        let radius = |images| radius(images) / weight;
        let (pairs, is_more) = index.pairs(project, together, radius, PAIRS);
        for (distance, pair) in pairs {
            nearest.offer(pair, distance * weight);
        }
        is_cut |= is_more;
    }
    let (pairs, is_more) = nearest.into_sorted();
    warn_if(is_cut || is_more);
    let pairs = pairs.into_iter().map(|(_, [one, other])| Candidate {
        one,
        other,
        laid: Orientation::Upright.to_exif(),
    });
    pairs.collect()
}

/// The same in any orientation.
async fn turned(
    services: &Services,
    index: Arc<Index>,
    project: Option<&ProjectName>,
) -> Result<Vec<Candidate>, ServiceError> {
    let known = Arc::new(all(services, project).await?);
    let radius = radius(known.len());
    let mut nearest = NearestPairs::new(PAIRS);
    for start in (0..known.len()).step_by(SEARCHED) {
        let (index, known, owner) = (Arc::clone(&index), Arc::clone(&known), project.cloned());
        // In parts: whoever does not wait for the answer any more ends the work.
        nearest = blocking(move || {
            let images = known.iter().skip(start).take(SEARCHED);
            images.for_each(|image| image.search(&index, owner.as_ref(), radius, &mut nearest));
            nearest
        })
        .await?;
    }
    let (pairs, is_cut) = nearest.into_sorted();
    warn_if(is_cut);
    Ok(pairs.into_iter().map(|(_, pair)| pair).collect())
}

fn warn_if(is_cut: bool) {
    if is_cut {
        tracing::warn!(
            "more than {PAIRS} pairs of images are near each other, the nearest are judged"
        );
    }
}

/// Judges pairs of stored images in their order.
async fn judged(
    services: &Services,
    pairs: Vec<Candidate>,
    decided: &HashSet<Pair>,
    judging: &Judging<'_>,
) -> Result<Vec<Vec<ImageId>>, ServiceError> {
    let mut joining = Joining::of(&pairs, decided);
    judging.found(pairs.len());
    for part in pairs.chunks(PART) {
        let open = joining.open(part);
        let mut ids: Vec<ImageId> = open
            .iter()
            .flat_map(|pair| [pair.one, pair.other])
            .collect();
        ids.sort_unstable();
        ids.dedup();
        let sketches = second_look::sketches(services, &ids).await?;
        joining = blocking(move || {
            joining.look(&open, |image| sketches.get(&image));
            joining
        })
        .await?;
        judging.advance(part.len());
    }
    Ok(joining.groups())
}

/// Groups in the making.
struct Joining {
    /// Every image of a pair, sorted.
    ids: Vec<ImageId>,
    sets: Sets,
    /// Places of images that must not come into one group.
    apart: Vec<[usize; 2]>,
}

impl Joining {
    fn of(pairs: &[Candidate], decided: &HashSet<Pair>) -> Self {
        let mut ids: Vec<ImageId> = pairs
            .iter()
            .flat_map(|pair| [pair.one, pair.other])
            .collect();
        ids.sort_unstable();
        ids.dedup();
        let place = |image: &ImageId| ids.binary_search(image).ok();
        let apart = decided.iter().filter_map(|pair| {
            let [one, other] = pair.images();
            Some([place(&one)?, place(&other)?])
        });
        Self {
            apart: apart.collect(),
            sets: Sets::new(ids.len()),
            ids,
        }
    }

    /// Those pairs that are to be looked at as things stand.
    fn open(&mut self, pairs: &[Candidate]) -> Vec<Candidate> {
        let open = pairs.iter().filter(|pair| self.places(pair).is_some());
        open.copied().collect()
    }

    /// Judges pairs in their order, and joins duplicates.
    fn look<'a>(&mut self, pairs: &[Candidate], sketch: impl Fn(ImageId) -> Option<&'a Sketch>) {
        for pair in pairs {
            let Some((one, other)) = self.places(pair) else {
                continue;
            };
            let sketches = sketch(pair.one).zip(sketch(pair.other));
            if sketches.is_some_and(|(one, other)| pair.is_duplicate(one, other)) {
                self.sets.unite(one, other);
            }
        }
    }

    /// Where the images of a pair are, unless it is known that they are in one group or must not be.
    fn places(&mut self, pair: &Candidate) -> Option<(usize, usize)> {
        let one = self.ids.binary_search(&pair.one).ok()?;
        let other = self.ids.binary_search(&pair.other).ok()?;
        let is_known = self.sets.root(one) == self.sets.root(other)
            || self.sets.would_join(one, other, &self.apart);
        (!is_known).then_some((one, other))
    }

    /// Two or more images each, in the order of their ids.
    fn groups(self) -> Vec<Vec<ImageId>> {
        let mut groups = self.sets.groups(|place| self.ids[place]);
        groups.sort_unstable();
        groups
    }
}

impl Candidate {
    fn is_duplicate(&self, one: &Sketch, other: &Sketch) -> bool {
        let laid = [Orientation::from_exif(self.laid.into())];
        judge(one, other, &laid).0.verdict.is_duplicate()
    }
}

impl JudgedGroups {
    fn get(&self, asked: &Asked) -> Option<Arc<Vec<Vec<ImageId>>>> {
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let made = last.as_ref().filter(|made| made.of == *asked)?;
        Some(Arc::clone(&made.groups))
    }

    fn put(&self, of: Asked, groups: Arc<Vec<Vec<ImageId>>>) {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        *last = Some(Made { of, groups });
    }
}

impl Known {
    fn of(id: ImageId, made: &[Fingerprint]) -> Self {
        let of_today = |made: &&Fingerprint| {
            let is_searched = ALGORITHMS.contains(&made.algorithm) && made.quality > 0;
            is_searched && made.version == made.algorithm.version()
        };
        Self {
            id,
            fingerprints: made.iter().filter(of_today).cloned().collect(),
        }
    }

    /// Offers the pairs of this image and those behind it, laid in every way: the others offer the rest.
    fn search(
        &self,
        index: &Index,
        project: Option<&ProjectName>,
        radius: u32,
        nearest: &mut NearestPairs<Candidate>,
    ) {
        for orientation in Orientation::ALL {
            for fingerprint in self.probes(orientation) {
                let weight = weight(fingerprint.algorithm);
                let hits = index.search(&Query {
                    project,
                    fingerprint: &fingerprint,
                    radius: radius / weight,
                    limit: usize::MAX,
                });
                for hit in hits.into_iter().filter(|hit| self.id < hit.image) {
                    let pair = Candidate {
                        one: self.id,
                        other: hit.image,
                        laid: orientation.inverse().to_exif(),
                    };
                    nearest.offer(pair, hit.distance * weight);
                }
            }
        }
    }

    fn probes(&self, orientation: Orientation) -> Vec<Fingerprint> {
        let laid = self
            .fingerprints
            .iter()
            .filter_map(|one| one.laid(orientation));
        let probes = laid.flat_map(|laid| probes(&laid));
        probes.map(|(fingerprint, _)| fingerprint).collect()
    }
}

/// Every image of a project, or of all, with what it is searched by.
async fn all(
    services: &Services,
    project: Option<&ProjectName>,
) -> Result<Vec<Known>, ServiceError> {
    let mut known = Vec::new();
    let add = |owner: &ProjectName, image, fingerprints: &[_]| {
        if project.is_none_or(|project| project == owner) {
            known.push(Known::of(image, fingerprints));
        }
    };
    services.store.fingerprints(add).await?;
    Ok(known)
}
