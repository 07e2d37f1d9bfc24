//! Pairs of images that may be duplicates: what the index finds near each other, nearest first.
//!
//! Strangers are near each other by chance, and there are as many of them as the square of the images. So
//! the circle around each image is drawn tighter where there are many (see `reach`), and of what is in it each image
//! has its nearest alone: a crowd of pictures that are all alike does not take the place of other pairs. Upright
//! `MOST` are taken by the algorithms of 128 bits, as many by `phash`, and as many of those of hardly any contrast; in any
//! orientation `MOST` by all together.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use crate::domain::{Algorithm, Fingerprint, ImageId, Orientation, ProjectName};
use crate::index::{Index, IndexQuery, Neighbours};

use super::reach::{CROSSED, FAINT, Reach, is_searched, weight};
use super::threads::blocking;
use super::{ServiceError, Services};

/// Most candidates of one image: by each length of fingerprints, or in any orientation.
pub const MOST: usize = 64;
/// Images whose neighbours are searched at once in all orientations.
const SEARCHED: usize = 500;

/// Two images that may be duplicates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// One of them.
    pub one: ImageId,
    /// The other.
    pub other: ImageId,
    /// How the other has to be oriented to look like the one; `None` = in any way.
    pub orientation: Option<Orientation>,
    /// They may have no more than a part in common.
    pub in_part: bool,
}

/// What may be duplicates.
#[derive(Debug, Default)]
pub struct Candidates {
    /// Nearest first.
    pub pairs: Vec<Candidate>,
    /// Images that have farther candidates, which are not among the pairs.
    pub cut: HashSet<ImageId>,
}

/// Pairs on their way, each with its least distance; under the EXIF value of the orientation.
#[derive(Default)]
struct Gathered {
    distances: BTreeMap<(ImageId, ImageId, u8), u32>,
    cut: HashSet<ImageId>,
}

/// An image and what it is searched by.
struct Searched {
    id: ImageId,
    fingerprints: Vec<Fingerprint>,
}

/// Two images in whichever order they are named.
pub fn sorted(one: ImageId, other: ImageId) -> [ImageId; 2] {
    [one.min(other), one.max(other)]
}

/// The candidates among images as they are.
pub fn upright(index: &Index, project: Option<&ProjectName>) -> Candidates {
    let mut gathered = Gathered::default();
    let newest = |algorithm: Algorithm| (algorithm, algorithm.version());
    let crossed = CROSSED.map(newest);
    for definitions in [&crossed[..], &[newest(Algorithm::Phash)], &[FAINT]] {
        let first = definitions[0];
        let radius = |images| match first {
            FAINT => Reach::among(images).of_faint(),
            (algorithm, _) => Reach::among(images).radius(algorithm),
        };
        let weight = weight(first.0);
        let near = index.pairs(project, definitions, radius, MOST);
        gathered.cut.extend(near.cut);
        for (distance, [one, other]) in near.pairs {
            gathered.add(one, other, Orientation::Upright, distance * weight);
        }
    }
    gathered.into_candidates()
}

/// The same in any orientation.
pub async fn turned(
    services: &Services,
    index: Arc<Index>,
    project: Option<&ProjectName>,
) -> Result<Candidates, ServiceError> {
    let images = Arc::new(all(services, project).await?);
    let reach = Reach::among(images.len());
    let mut gathered = Gathered::default();
    for start in (0..images.len()).step_by(SEARCHED) {
        let (index, images, owner) = (Arc::clone(&index), Arc::clone(&images), project.cloned());
        // In parts: whoever does not wait for the answer any more ends the work.
        gathered = blocking(move || {
            let images = images.iter().skip(start).take(SEARCHED);
            images.for_each(|image| image.search(&index, owner.as_ref(), reach, &mut gathered));
            gathered
        })
        .await?;
    }
    Ok(gathered.into_candidates())
}

impl Gathered {
    /// Adds a pair; `orientation` is how the second has to be oriented to look like the first.
    fn add(&mut self, one: ImageId, other: ImageId, orientation: Orientation, distance: u32) {
        let key = match one < other {
            true => (one, other, orientation.to_exif()),
            false => (other, one, orientation.inverse().to_exif()),
        };
        let least = self.distances.entry(key).or_insert(distance);
        *least = distance.min(*least);
    }

    fn into_candidates(self) -> Candidates {
        let mut pairs: Vec<_> = self.distances.into_iter().collect();
        pairs.sort_by_key(|(_, distance)| *distance);
        let pairs = pairs.into_iter().map(|((one, other, exif), _)| Candidate {
            one,
            other,
            orientation: Some(Orientation::from_exif(exif.into())),
            in_part: false,
        });
        Candidates {
            pairs: pairs.collect(),
            cut: self.cut,
        }
    }
}

impl Candidates {
    /// Adds pairs that may have a part in common, behind those that are near as wholes; one that is both, and upright, is kept once.
    pub fn add_in_part(&mut self, in_part: Self) {
        let pairs = in_part.pairs.iter().map(Candidate::images);
        let mut new: BTreeSet<[ImageId; 2]> = pairs.collect();
        let upright = Some(Orientation::Upright);
        for pair in &mut self.pairs {
            pair.in_part = pair.orientation == upright && new.remove(&pair.images());
        }
        self.pairs.extend(new.into_iter().map(Candidate::in_part));
        self.cut.extend(in_part.cut);
    }
}

impl Candidate {
    /// Two images that may have a part in common, upright.
    pub fn in_part([one, other]: [ImageId; 2]) -> Self {
        Self {
            one,
            other,
            orientation: Some(Orientation::Upright),
            in_part: true,
        }
    }

    /// The two images, in whichever order they are named.
    pub fn images(&self) -> [ImageId; 2] {
        sorted(self.one, self.other)
    }

    /// In which ways the other is oriented to be judged.
    pub fn orientations(&self) -> &[Orientation] {
        match &self.orientation {
            Some(orientation) => std::slice::from_ref(orientation),
            None => &Orientation::ALL,
        }
    }
}

impl Searched {
    fn new(id: ImageId, made: &[Fingerprint]) -> Self {
        let may_be_faint = |made: &Fingerprint| made.algorithm == FAINT.0;
        let is_wanted =
            |made: &&Fingerprint| is_searched(made) && (made.quality > 0 || may_be_faint(made));
        Self {
            id,
            fingerprints: made.iter().filter(is_wanted).cloned().collect(),
        }
    }

    /// Adds the pairs of this image and its nearest neighbours in any orientation.
    fn search(
        &self,
        index: &Index,
        project: Option<&ProjectName>,
        reach: Reach,
        gathered: &mut Gathered,
    ) {
        let mut neighbours = Neighbours::new(MOST);
        for orientation in Orientation::ALL {
            for (fingerprint, radius) in self.probes(orientation, reach) {
                let weight = weight(fingerprint.algorithm);
                let hits = index.search(&IndexQuery {
                    project,
                    fingerprint: &fingerprint,
                    radius,
                    // This image may be among them, and one more tells that there are more.
                    limit: MOST + 2,
                });
                let exif = orientation.inverse().to_exif();
                for hit in hits.into_iter().filter(|hit| hit.image != self.id) {
                    neighbours.offer((hit.image, exif), hit.distance * weight);
                }
            }
        }
        let (neighbours, is_cut) = neighbours.into_sorted();
        gathered.cut.extend(is_cut.then_some(self.id));
        for (distance, (other, exif)) in neighbours {
            let orientation = Orientation::from_exif(exif.into());
            gathered.add(self.id, other, orientation, distance);
        }
    }

    fn probes(&self, orientation: Orientation, reach: Reach) -> Vec<(Fingerprint, u32)> {
        let oriented = self.fingerprints.iter();
        let oriented = oriented.filter_map(|one| one.oriented(orientation));
        oriented.flat_map(|one| reach.probes(&one)).collect()
    }
}

/// Every image of a project, or of all, with what it is searched by.
async fn all(
    services: &Services,
    project: Option<&ProjectName>,
) -> Result<Vec<Searched>, ServiceError> {
    let mut images = Vec::new();
    let add = |_: &_, image, fingerprints: &[_]| images.push(Searched::new(image, fingerprints));
    services.store.fingerprints(project, add).await?;
    Ok(images)
}
