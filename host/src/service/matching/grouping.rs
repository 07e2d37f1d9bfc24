//! Which images belong together by distance: neighbours of neighbours and files of the same bytes, but never two that
//! were decided apart.
//!
//! Where decisions cut through a group, its pairs are joined again, nearest first, and a pair that would
//! bring decided ones together is left out: an image between two that are no duplicates stays with the
//! nearer one.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::domain::{Algorithm, Fingerprint, Image, ImageId, Orientation, Pair, ProjectName};
use crate::index::{Index, Query, UnionFind};

use super::clusters::united;
use super::verification::blocking;
use super::{ServiceError, Services};

/// What is known of an image when it is grouped.
#[derive(Clone, Debug)]
pub struct Known {
    /// Which image.
    pub id: ImageId,
    fingerprint: Fingerprint,
}

impl Known {
    /// What today's definition of the algorithm says of an image.
    pub fn of(image: &Image, algorithm: Algorithm) -> Option<Self> {
        Self::among(image.id, &image.fingerprints, algorithm)
    }

    fn among(id: ImageId, made: &[Fingerprint], algorithm: Algorithm) -> Option<Self> {
        let wanted = |made: &&Fingerprint| {
            (made.algorithm, made.version) == (algorithm, algorithm.version())
        };
        Some(Self {
            id,
            fingerprint: made.iter().find(wanted)?.clone(),
        })
    }

    /// Differing bits, and how the other has to be laid for that: upright, or the best of all.
    pub fn distance(&self, other: &Self, any_orientation: bool) -> Option<(u32, Orientation)> {
        let forms = other.forms(any_orientation).into_iter();
        let distances = forms.filter_map(|(orientation, form)| {
            Some((self.fingerprint.distance(&form).ok()?, orientation))
        });
        distances.min_by_key(|(distance, orientation)| (*distance, orientation.to_exif()))
    }

    /// Differing bits with the other laid in one way.
    pub fn distance_laid(&self, other: &Self, orientation: Orientation) -> Option<u32> {
        let laid = other.fingerprint.laid(orientation)?;
        self.fingerprint.distance(&laid).ok()
    }

    fn forms(&self, any_orientation: bool) -> Vec<(Orientation, Fingerprint)> {
        if !any_orientation {
            return vec![(Orientation::Upright, self.fingerprint.clone())];
        }
        let laid = |orientation| Some((orientation, self.fingerprint.laid(orientation)?));
        Orientation::ALL.into_iter().filter_map(laid).collect()
    }
}

/// The groups of a project or over all: two or more in upload order, the group of the earliest image first.
pub async fn groups(
    services: &Services,
    project: Option<&ProjectName>,
    by: (Algorithm, u32),
    any_orientation: bool,
) -> Result<Vec<Vec<ImageId>>, ServiceError> {
    let index = Arc::clone(services.index.current(&services.store).await?);
    let (algorithm, radius) = by;
    let owner = project.cloned();
    let mut groups = if any_orientation {
        let known = known(services, project, algorithm).await?;
        blocking(move || neighbours(&index, owner.as_ref(), &known, radius)).await?
    } else {
        blocking(move || index.groups(owner.as_ref(), algorithm, radius)).await?
    };
    groups.extend(services.store.images_of_same_bytes(project).await?);
    groups = united(&groups);
    let decided = services.store.decided_pairs(project).await?;
    if !decided.is_empty() {
        groups = cut(services, groups, &decided, by, any_orientation).await?;
    }
    groups.sort_unstable();
    Ok(groups)
}

/// Every image that can be asked about.
async fn known(
    services: &Services,
    project: Option<&ProjectName>,
    algorithm: Algorithm,
) -> Result<Vec<Known>, ServiceError> {
    let mut known = Vec::new();
    let add = |_: &_, image, fingerprints: &[_]| {
        known.extend(Known::among(image, fingerprints, algorithm));
    };
    services.store.fingerprints(project, add).await?;
    Ok(known)
}

/// The groups that searching for each image, laid every way, in turn brings together.
fn neighbours(
    index: &Index,
    project: Option<&ProjectName>,
    known: &[Known],
    radius: u32,
) -> Vec<Vec<ImageId>> {
    let places: HashMap<ImageId, usize> = known
        .iter()
        .zip(0..)
        .map(|(image, place)| (image.id, place))
        .collect();
    let mut sets = UnionFind::new(known.len());
    for (place, image) in known.iter().enumerate() {
        // A picture without detail is near every other such picture, and is in no index.
        if image.fingerprint.quality == 0 {
            continue;
        }
        for (_, fingerprint) in image.forms(true) {
            let hits = index.search(&Query {
                project,
                fingerprint: &fingerprint,
                radius,
                limit: usize::MAX,
            });
            for hit in hits {
                if let Some(&other) = places.get(&hit.image) {
                    sets.unite(place, other);
                }
            }
        }
    }
    ids_of(sets.groups(), |place| known[place].id)
}

/// The groups with those that decisions go through brought together anew.
async fn cut(
    services: &Services,
    groups: Vec<Vec<ImageId>>,
    decided: &HashSet<Pair>,
    (algorithm, radius): (Algorithm, u32),
    any_orientation: bool,
) -> Result<Vec<Vec<ImageId>>, ServiceError> {
    let mut whole = Vec::with_capacity(groups.len());
    for group in groups {
        let among = among(&group, decided);
        if among.is_empty() {
            whole.push(group);
            continue;
        }
        let images = services.store.images_by_id(&group).await?;
        let known: Vec<Known> = images
            .iter()
            .filter_map(|image| Known::of(image, algorithm))
            .collect();
        let parts = blocking(move || join(&known, &among, radius, any_orientation)).await?;
        whole.extend(parts);
    }
    Ok(whole)
}

/// The decided pairs of which both are in a group.
fn among(group: &[ImageId], decided: &HashSet<Pair>) -> Vec<Pair> {
    let members: HashSet<ImageId> = group.iter().copied().collect();
    let both = |pair: &&Pair| pair.images().iter().all(|image| members.contains(image));
    decided.iter().filter(both).copied().collect()
}

/// Joins images within the radius, nearest first, but for what would bring decided ones together.
fn join(
    known: &[Known],
    decided: &[Pair],
    radius: u32,
    any_orientation: bool,
) -> Vec<Vec<ImageId>> {
    let places: HashMap<ImageId, usize> = known
        .iter()
        .zip(0..)
        .map(|(image, place)| (image.id, place))
        .collect();
    let apart: Vec<[usize; 2]> = decided
        .iter()
        .filter_map(|pair| {
            let [one, other] = pair.images();
            Some([*places.get(&one)?, *places.get(&other)?])
        })
        .collect();
    let mut pairs = Vec::new();
    for (place, one) in known.iter().enumerate() {
        for (other, second) in known.iter().enumerate().skip(place + 1) {
            match one.distance(second, any_orientation) {
                Some((distance, _)) if distance <= radius => pairs.push((distance, place, other)),
                _ => {}
            }
        }
    }
    pairs.sort_unstable();
    let mut sets = UnionFind::new(known.len());
    for (_, one, other) in pairs {
        if !sets.would_unite(one, other, &apart) {
            sets.unite(one, other);
        }
    }
    ids_of(sets.groups(), |place| known[place].id)
}

/// The ids of groups of places, each group in the order of its ids.
fn ids_of(groups: Vec<Vec<usize>>, id: impl Fn(usize) -> ImageId) -> Vec<Vec<ImageId>> {
    let ids = |places: Vec<usize>| {
        let mut ids: Vec<ImageId> = places.into_iter().map(&id).collect();
        ids.sort_unstable();
        ids
    };
    groups.into_iter().map(ids).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(number: u8, bits: u64) -> Known {
        Known {
            id: id(number),
            fingerprint: Fingerprint {
                algorithm: Algorithm::Phash,
                version: 1,
                bits: bits.to_be_bytes().to_vec(),
                quality: 100,
            },
        }
    }

    fn id(number: u8) -> ImageId {
        ImageId::from_bytes([number; 16])
    }

    fn joined(images: &[Known], decided: &[(u8, u8)]) -> Vec<Vec<ImageId>> {
        let pairs: Vec<Pair> = decided
            .iter()
            .filter_map(|(one, other)| Pair::new(id(*one), id(*other)))
            .collect();
        let mut groups = join(images, &pairs, 4, false);
        groups.sort_unstable();
        groups
    }

    #[test]
    fn decided_images_are_never_brought_together_by_one_between_them() {
        let images = [known(1, 0), known(2, 0b1), known(3, 0b1111)];
        assert_eq!(joined(&images, &[]), [[id(1), id(2), id(3)]]);
        // 2 is nearer to 1.
        assert_eq!(joined(&images, &[(1, 3)]), [[id(1), id(2)]]);
        assert_eq!(joined(&images, &[(1, 2)]), [[id(2), id(3)]]);
        assert!(joined(&images, &[(1, 2), (1, 3), (2, 3)]).is_empty());
    }

    #[test]
    fn two_camps_stay_two_however_many_lie_between() {
        let images = [
            known(1, 0b0),
            known(2, 0b1),
            known(3, 0b11),
            known(4, 0b1111_1111),
            known(5, 0b0111_1111),
        ];
        let groups = joined(&images, &[(1, 4)]);
        assert_eq!(groups, [vec![id(1), id(2), id(3)], vec![id(4), id(5)]]);
    }

    #[test]
    fn a_mirrored_copy_is_near_when_any_orientation_counts() {
        let upright = known(1, 0xf0e1_d2c3_b4a5_9687);
        let mirrored = Known {
            id: id(2),
            fingerprint: upright.fingerprint.laid(Orientation::Mirrored).unwrap(),
        };
        assert!(upright.distance(&mirrored, false).unwrap().0 > 20);
        assert_eq!(
            upright.distance(&mirrored, true),
            Some((0, Orientation::Mirrored))
        );
    }
}
