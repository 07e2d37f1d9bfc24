//! Gathers hits of several fingerprints into one list: the best word for each image, nearest first.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use crate::domain::{
    AlgorithmDefinition, Fingerprint, ImageId, Match, Orientation, ProjectName, similarity,
};
use crate::index::{Index, IndexQuery, IndexedFingerprint};

use super::{ServiceError, Services};

/// A fingerprint that is searched for, whatever made it.
#[derive(Clone, Debug)]
pub struct FingerprintProbe {
    /// How the picture is oriented for it.
    pub orientation: Orientation,
    /// What made it.
    pub algorithm: AlgorithmDefinition,
    /// Its bits.
    pub bits: Vec<u8>,
    /// Largest distance.
    pub radius: u32,
}

/// The best that any fingerprint said of an image.
#[derive(Clone, Debug)]
struct Best {
    distance: u32,
    algorithm: AlgorithmDefinition,
    orientation: Orientation,
}

/// A search by several fingerprints in one project or in all.
pub struct Ranking<'a> {
    index: &'a Index,
    project: Option<&'a ProjectName>,
    limit: usize,
    best: HashMap<ImageId, Best>,
}

impl FingerprintProbe {
    /// By an algorithm of the pipeline.
    pub fn new(fingerprint: Fingerprint, orientation: Orientation, radius: u32) -> Self {
        Self {
            orientation,
            algorithm: (&fingerprint).into(),
            bits: fingerprint.bits,
            radius,
        }
    }
}

impl Best {
    /// Comparable over algorithms: the share of bits that agree.
    fn similarity(&self) -> f64 {
        similarity(self.distance, self.algorithm.id.bits())
    }
}

impl<'a> Ranking<'a> {
    /// Searches a project, or all, at most `limit` hits a fingerprint.
    pub fn new(index: &'a Index, project: Option<&'a ProjectName>, limit: usize) -> Self {
        Self {
            index,
            project,
            limit,
            best: HashMap::new(),
        }
    }

    /// Adds what is near one more fingerprint; of equally near ones the first added stays.
    pub fn add(&mut self, probe: &FingerprintProbe) {
        let hits = self.index.search(&IndexQuery {
            project: self.project,
            fingerprint: IndexedFingerprint {
                algorithm: probe.algorithm.id,
                bits: &probe.bits,
                quality: 100,
            },
            radius: probe.radius,
            limit: self.limit,
        });
        for hit in hits {
            let found = Best {
                distance: hit.distance,
                algorithm: probe.algorithm.clone(),
                orientation: probe.orientation,
            };
            match self.best.entry(hit.image) {
                Entry::Vacant(vacant) => drop(vacant.insert(found)),
                Entry::Occupied(mut best) => {
                    if found.similarity() > best.get().similarity() {
                        best.insert(found);
                    }
                }
            }
        }
    }

    /// The matches, most similar first, ties in upload order.
    pub async fn resolve(self, services: &Services) -> Result<Vec<Match>, ServiceError> {
        let mut ranked: Vec<(ImageId, Best)> = self.best.into_iter().collect();
        ranked.sort_by(|(a_id, a), (b_id, b)| {
            let nearer = b.similarity().total_cmp(&a.similarity());
            nearer.then(a_id.cmp(b_id))
        });
        ranked.truncate(self.limit);
        let ids: Vec<ImageId> = ranked.iter().map(|(id, _)| *id).collect();
        let mut best: HashMap<ImageId, Best> = ranked.into_iter().collect();
        let images = services.store.images_by_id(&ids).await?;
        Ok(images
            .into_iter()
            .filter_map(|image| {
                let best = best.remove(&image.id)?;
                Some(Match::near(
                    image,
                    best.distance,
                    best.algorithm,
                    best.orientation,
                ))
            })
            .collect())
    }
}
