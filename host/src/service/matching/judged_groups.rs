//! Groups of duplicates by the second look: pairs that the index brings together, judged, nearest first.
//!
//! A pair that is in one group already is not looked at, nor one that would bring images together that
//! were decided to be no duplicates.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::domain::{Fingerprint, Image, ImageId, Orientation, Pair, ProjectName, Sketch, judge};
use crate::index::{Index, Query};

use super::grouping::Sets;
use super::second_look::{self, CROSSED, RADIUS, blocking, probes};
use super::{ServiceError, Services};

/// Two images that may be duplicates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Candidate {
    distance: u32,
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

/// The groups of a project or over all: two or more in upload order, the group of the earliest image first.
pub async fn groups(
    services: &Services,
    project: Option<&ProjectName>,
    any_orientation: bool,
) -> Result<Vec<Vec<ImageId>>, ServiceError> {
    let index = Arc::clone(services.index.current(&services.store).await?);
    let decided = services.store.decided_pairs(project).await?;
    let owner = project.cloned();
    let sets = if any_orientation {
        let known = all(services, project).await?;
        blocking(move || turned(&index, owner.as_ref(), &known)).await?
    } else {
        let near = move || index.groups_across(owner.as_ref(), &CROSSED, RADIUS);
        blocking(near).await?.into_iter().map(Near::All).collect()
    };
    let mut groups = Vec::new();
    for near in sets {
        groups.extend(part(services, near, &decided).await?);
    }
    groups.sort_unstable();
    Ok(groups)
}

/// The duplicates among pictures that no store knows, in the order of their ids.
pub fn among_files<'a>(
    files: impl Iterator<Item = (ImageId, &'a [Fingerprint], &'a Sketch)>,
) -> Vec<Vec<ImageId>> {
    let (mut known, mut sketches) = (Vec::new(), HashMap::new());
    for (id, fingerprints, sketch) in files {
        known.push(Known::of(id, fingerprints));
        sketches.insert(id, sketch.clone());
    }
    let ids: Vec<ImageId> = known.iter().map(|known| known.id).collect();
    join(&ids, upright(&known), &[], &sketches)
}

/// Images that the index brings together, directly or through others between them.
enum Near {
    /// Any two may be a pair.
    All(Vec<ImageId>),
    /// These are.
    Pairs(Vec<Candidate>),
}

/// The duplicates among images that are near each other.
async fn part(
    services: &Services,
    near: Near,
    decided: &HashSet<Pair>,
) -> Result<Vec<Vec<ImageId>>, ServiceError> {
    let mut ids: Vec<ImageId> = match &near {
        Near::All(ids) => ids.clone(),
        Near::Pairs(pairs) => pairs
            .iter()
            .flat_map(|pair| [pair.one, pair.other])
            .collect(),
    };
    ids.sort_unstable();
    ids.dedup();
    let images = services.store.images_by_id(&ids).await?;
    let sketches = second_look::sketches(services, images.iter()).await?;
    let decided = among(&ids, decided);
    blocking(move || {
        let pairs = match near {
            Near::All(_) => upright(&Known::of_all(&images)),
            Near::Pairs(pairs) => pairs,
        };
        join(&ids, pairs, &decided, &sketches)
    })
    .await
}

/// The pairs of images that are near each other as they are.
fn upright(known: &[Known]) -> Vec<Candidate> {
    let mut pairs = Vec::new();
    for (place, one) in known.iter().enumerate() {
        for other in &known[place + 1..] {
            let distance = one.distance(other).filter(|distance| *distance <= RADIUS);
            pairs.extend(distance.map(|distance| Candidate {
                distance,
                one: one.id,
                other: other.id,
                laid: Orientation::Upright.to_exif(),
            }));
        }
    }
    pairs
}

/// The pairs of images that are near each other in any orientation, those that belong together at once.
fn turned(index: &Index, project: Option<&ProjectName>, known: &[Known]) -> Vec<Near> {
    let places: HashMap<ImageId, usize> = known
        .iter()
        .zip(0..)
        .map(|(image, place)| (image.id, place))
        .collect();
    let mut pairs: HashMap<(ImageId, ImageId), Candidate> = HashMap::new();
    for image in known {
        for orientation in Orientation::ALL {
            for (fingerprint, radius) in image.probes(orientation) {
                let hits = index.search(&Query {
                    project,
                    fingerprint: &fingerprint,
                    radius,
                    limit: usize::MAX,
                });
                // The other way round each pair is met again.
                let behind = hits.iter().filter(|hit| image.id < hit.image);
                for hit in behind.filter(|hit| places.contains_key(&hit.image)) {
                    let found = Candidate {
                        distance: hit.distance,
                        one: image.id,
                        other: hit.image,
                        laid: orientation.inverse().to_exif(),
                    };
                    let pair = pairs.entry((image.id, hit.image)).or_insert(found);
                    *pair = found.min(*pair);
                }
            }
        }
    }
    let mut sets = Sets::new(known.len());
    for (one, other) in pairs.keys() {
        sets.unite(places[one], places[other]);
    }
    let mut parts: HashMap<usize, Vec<Candidate>> = HashMap::new();
    for ((one, _), pair) in pairs {
        parts.entry(sets.root(places[&one])).or_default().push(pair);
    }
    parts.into_values().map(Near::Pairs).collect()
}

/// Joins duplicates, nearest first.
fn join(
    ids: &[ImageId],
    mut pairs: Vec<Candidate>,
    decided: &[Pair],
    sketches: &HashMap<ImageId, Sketch>,
) -> Vec<Vec<ImageId>> {
    // Sorted: they come from a set.
    let place = |image: ImageId| ids.binary_search(&image).ok();
    let apart: Vec<[usize; 2]> = decided
        .iter()
        .filter_map(|pair| {
            let [one, other] = pair.images();
            Some([place(one)?, place(other)?])
        })
        .collect();
    pairs.sort_unstable();
    let mut sets = Sets::new(ids.len());
    for pair in pairs {
        let (Some(one), Some(other)) = (place(pair.one), place(pair.other)) else {
            continue;
        };
        let is_known = sets.root(one) == sets.root(other) || sets.would_join(one, other, &apart);
        if !is_known && pair.is_duplicate(sketches) {
            sets.unite(one, other);
        }
    }
    sets.groups(|place| ids[place])
}

impl Candidate {
    fn is_duplicate(&self, sketches: &HashMap<ImageId, Sketch>) -> bool {
        let (Some(one), Some(other)) = (sketches.get(&self.one), sketches.get(&self.other)) else {
            return false;
        };
        let laid = [Orientation::from_exif(self.laid.into())];
        judge(one, other, &laid).0.verdict.is_duplicate()
    }
}

impl Known {
    fn of_all(images: &[Image]) -> Vec<Self> {
        let known = images.iter();
        known
            .map(|image| Self::of(image.id, &image.fingerprints))
            .collect()
    }

    fn of(id: ImageId, made: &[Fingerprint]) -> Self {
        let of_today = |made: &&Fingerprint| {
            let is_searched = CROSSED.contains(&made.algorithm) && made.quality > 0;
            is_searched && made.version == made.algorithm.version()
        };
        Self {
            id,
            fingerprints: made.iter().filter(of_today).cloned().collect(),
        }
    }

    /// The least of the distances between the wholes and the cores.
    fn distance(&self, other: &Self) -> Option<u32> {
        let pairs = self
            .fingerprints
            .iter()
            .flat_map(|own| other.fingerprints.iter().map(move |other| (own, other)));
        pairs
            .map(|(own, other)| crate::domain::hamming(&own.bits, &other.bits))
            .min()
    }

    fn probes(&self, orientation: Orientation) -> Vec<(Fingerprint, u32)> {
        let laid = self
            .fingerprints
            .iter()
            .filter_map(|one| one.laid(orientation));
        laid.flat_map(|laid| probes(&laid)).collect()
    }
}

async fn all(
    services: &Services,
    project: Option<&ProjectName>,
) -> Result<Vec<Known>, ServiceError> {
    if let Some(project) = project {
        let images = services.store.images(project, None, None).await?;
        return Ok(Known::of_all(&images));
    }
    let mut known = Vec::new();
    let add = |_: &_, image, fingerprints: &[_]| known.push(Known::of(image, fingerprints));
    services.store.fingerprints(add).await?;
    Ok(known)
}

/// The decided pairs of which both are in a set.
fn among(ids: &[ImageId], decided: &HashSet<Pair>) -> Vec<Pair> {
    let both = |pair: &&Pair| {
        let images = pair.images();
        images.iter().all(|image| ids.binary_search(image).is_ok())
    };
    decided.iter().filter(both).copied().collect()
}
