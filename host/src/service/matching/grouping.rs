//! Which images belong together by distance: neighbours of neighbours and files of the same bytes, but never two that
//! were decided apart.
//!
//! Where decisions cut through a group, its pairs are joined again, nearest first, and a pair that would
//! bring decided ones together is left out: an image between two that are no duplicates stays with the
//! nearer one.

use std::collections::HashSet;
use std::sync::Arc;

use crate::domain::{Algorithm, Fingerprint, Image, ImageId, Orientation, Pair, ProjectName};
use crate::index::{Index, IndexQuery};

use super::clusters::Clustering;
use super::threads::blocking;
use super::{ServiceError, Services};

/// An image with what an algorithm says of it.
#[derive(Clone, Debug)]
pub struct Fingerprinted {
    /// Which image.
    pub id: ImageId,
    fingerprint: Fingerprint,
}

impl Fingerprinted {
    /// What today's definition of the algorithm says of an image.
    pub fn new(image: &Image, algorithm: Algorithm) -> Option<Self> {
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

    /// Differing bits, and how the other has to be transformed for that: upright, or the best of all.
    pub fn distance(&self, other: &Self, any_orientation: bool) -> Option<(u32, Orientation)> {
        let forms = other.forms(any_orientation).into_iter();
        let distances = forms.filter_map(|(orientation, form)| {
            Some((self.fingerprint.distance(&form).ok()?, orientation))
        });
        distances.min_by_key(|(distance, orientation)| (*distance, orientation.to_exif()))
    }

    /// Differing bits with the other in one orientation.
    pub fn distance_laid(&self, other: &Self, orientation: Orientation) -> Option<u32> {
        let oriented = other.fingerprint.oriented(orientation)?;
        self.fingerprint.distance(&oriented).ok()
    }

    fn forms(&self, any_orientation: bool) -> Vec<(Orientation, Fingerprint)> {
        if !any_orientation {
            return vec![(Orientation::Upright, self.fingerprint.clone())];
        }
        let oriented = |orientation| Some((orientation, self.fingerprint.oriented(orientation)?));
        Orientation::ALL.into_iter().filter_map(oriented).collect()
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
) -> Result<Vec<Fingerprinted>, ServiceError> {
    let mut known = Vec::new();
    let add = |_: &_, image, fingerprints: &[_]| {
        known.extend(Fingerprinted::among(image, fingerprints, algorithm));
    };
    services.store.fingerprints(project, add).await?;
    Ok(known)
}

/// The groups that searching for each image, in every orientation in turn, brings together.
fn neighbours(
    index: &Index,
    project: Option<&ProjectName>,
    known: &[Fingerprinted],
    radius: u32,
) -> Vec<Vec<ImageId>> {
    let ids = known.iter().map(|image| image.id);
    let mut clustering = Clustering::new(ids.collect(), []);
    for image in known {
        // A picture without detail is near every other such picture, and is in no index.
        if image.fingerprint.quality == 0 {
            continue;
        }
        for (_, fingerprint) in image.forms(true) {
            let hits = index.search(&IndexQuery {
                project,
                fingerprint: &fingerprint,
                radius,
                limit: usize::MAX,
            });
            for hit in hits {
                clustering.join(image.id, hit.image);
            }
        }
    }
    clustering.into_clusters()
}

/// Unites groups that share an image.
fn united(groups: &[Vec<ImageId>]) -> Vec<Vec<ImageId>> {
    let mut clustering = Clustering::new(groups.concat(), []);
    for pair in groups.iter().flat_map(|group| group.windows(2)) {
        clustering.join(pair[0], pair[1]);
    }
    clustering.into_clusters()
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
        let known: Vec<Fingerprinted> = images
            .iter()
            .filter_map(|image| Fingerprinted::new(image, algorithm))
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
    known: &[Fingerprinted],
    decided: &[Pair],
    radius: u32,
    any_orientation: bool,
) -> Vec<Vec<ImageId>> {
    let mut pairs = Vec::new();
    for (place, one) in known.iter().enumerate() {
        for other in &known[place + 1..] {
            match one.distance(other, any_orientation) {
                Some((distance, _)) if distance <= radius => {
                    pairs.push((distance, one.id, other.id));
                }
                _ => {}
            }
        }
    }
    pairs.sort_unstable();
    let ids = known.iter().map(|image| image.id);
    let mut clustering = Clustering::new(ids.collect(), decided);
    for (_, one, other) in pairs {
        clustering.join(one, other);
    }
    clustering.into_clusters()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(number: u8, bits: u64) -> Fingerprinted {
        Fingerprinted {
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

    fn joined(images: &[Fingerprinted], decided: &[(u8, u8)]) -> Vec<Vec<ImageId>> {
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
    fn groups_that_share_an_image_are_one() {
        let groups = [vec![id(1), id(5)], vec![id(2), id(3)], vec![id(5), id(4)]];
        let expected = [vec![id(1), id(4), id(5)], vec![id(2), id(3)]];
        assert_eq!(united(&groups), expected);
    }

    #[test]
    fn a_mirrored_copy_is_near_when_any_orientation_counts() {
        let upright = known(1, 0xf0e1_d2c3_b4a5_9687);
        let mirrored = Fingerprinted {
            id: id(2),
            fingerprint: upright.fingerprint.oriented(Orientation::Mirrored).unwrap(),
        };
        assert!(upright.distance(&mirrored, false).unwrap().0 > 20);
        assert_eq!(
            upright.distance(&mirrored, true),
            Some((0, Orientation::Mirrored))
        );
    }
}
