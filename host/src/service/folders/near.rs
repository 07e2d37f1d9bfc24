//! Which pictures are worth a comparison: those that are near each other by any fingerprint.
//!
//! Strangers are near each other by chance, and there are as many of them as the square of the files. So each
//! picture is compared with its nearest only; no pair is dropped for what others have. What was left out is told.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::domain::{Algorithm, ImageId, InvalidName, ProjectName};
use crate::index::{Index, Loader, Query};
use crate::service::matching::reach::{Reach, is_candidate, is_searched, weight};

use super::PictureFile;

/// Pictures that each is compared with, the nearest.
pub const PER_PICTURE: usize = 64;

/// What is near each other.
pub struct Near {
    /// Places of files, the nearest pair first.
    pub pairs: Vec<[usize; 2]>,
    /// Places of files that more are near to than were taken.
    pub cut: HashSet<usize>,
}

/// Files by their place in an index.
pub struct Places {
    folder: ProjectName,
    index: Index,
}

impl Places {
    /// The files at these places.
    pub fn of(files: &[PictureFile], places: &[usize]) -> Result<Self, InvalidName> {
        let folder = ProjectName::parse("folder")?;
        let mut loader = Loader::default();
        for place in places {
            loader.add(&folder, id(*place), &files[*place].fingerprints);
        }
        Ok(Self {
            folder,
            index: loader.finish(),
        })
    }

    /// Those that a chain of pictures within a radius leads between, two or more each.
    pub fn chained(&self, algorithm: Algorithm, radius: u32) -> Vec<Vec<usize>> {
        let groups = self.index.groups(Some(&self.folder), algorithm, radius);
        let places = |group: Vec<ImageId>| group.into_iter().map(place).collect();
        groups.into_iter().map(places).collect()
    }

    /// The pairs that are worth a comparison. Takes time with the square of the files: not for an async thread.
    pub fn near(&self, files: &[PictureFile], places: &[usize]) -> Near {
        let mut pairs: BTreeMap<[usize; 2], u32> = BTreeMap::new();
        let mut cut = HashSet::new();
        let reach = Reach::among(places.len());
        for place in places {
            let (nearest, has_more) = self.nearest(*place, files, reach);
            if has_more {
                cut.insert(*place);
            }
            for (distance, other) in nearest {
                pairs.insert([*place.min(&other), *place.max(&other)], distance);
            }
        }
        let mut pairs: Vec<(u32, [usize; 2])> =
            pairs.into_iter().map(|(pair, far)| (far, pair)).collect();
        pairs.sort_unstable();
        Near {
            pairs: pairs.into_iter().map(|(_, pair)| pair).collect(),
            cut,
        }
    }

    /// The nearest of a picture with their distances in bits of 128, and whether there are more.
    fn nearest(
        &self,
        own: usize,
        files: &[PictureFile],
        reach: Reach,
    ) -> (Vec<(u32, usize)>, bool) {
        let mut found: HashMap<usize, u32> = HashMap::new();
        let made = &files[own].fingerprints;
        let searched = made.iter().filter(is_searched);
        let searched = searched.filter(|one| one.quality > 0);
        for (probe, radius) in searched.flat_map(|one| reach.probes(one)) {
            let hits = self.index.search(&Query {
                project: Some(&self.folder),
                fingerprint: &probe,
                radius,
                limit: PER_PICTURE + 2,
            });
            for hit in hits {
                let other = place(hit.image);
                let by = (probe.algorithm, hit.distance);
                if other == own || !is_candidate(by, made.iter(), &files[other].fingerprints) {
                    continue;
                }
                let least = found.entry(other).or_insert(u32::MAX);
                *least = (*least).min(hit.distance * weight(probe.algorithm));
            }
        }
        let mut nearest: Vec<(u32, usize)> =
            found.into_iter().map(|(place, far)| (far, place)).collect();
        nearest.sort_unstable();
        let has_more = nearest.len() > PER_PICTURE;
        nearest.truncate(PER_PICTURE);
        (nearest, has_more)
    }
}

/// The index knows images by id: a file's is its place in the list.
fn id(place: usize) -> ImageId {
    ImageId::from_bytes((place as u128).to_be_bytes())
}

fn place(id: ImageId) -> usize {
    u128::from_be_bytes(*id.as_bytes()) as usize
}
