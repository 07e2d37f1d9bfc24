//! Gathers hits of several fingerprints into one list: the best word for each image, nearest first.

use std::collections::HashMap;

use crate::domain::{Algorithm, Fingerprint, ImageId, Match, Orientation, ProjectName, similarity};
use crate::index::{self, Index};

use super::{ServiceError, Services};

/// The best that any fingerprint said of an image.
#[derive(Clone, Copy, Debug)]
struct Best {
    distance: u32,
    algorithm: Algorithm,
    orientation: Orientation,
}

/// A search by several fingerprints in one project or in all.
pub struct Ranking<'a> {
    index: &'a Index,
    project: Option<&'a ProjectName>,
    limit: usize,
    best: HashMap<ImageId, Best>,
}

impl Best {
    /// Comparable over algorithms: the share of bits that agree.
    fn similarity(&self) -> f64 {
        similarity(self.distance, self.algorithm.bits())
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
    pub fn add(&mut self, fingerprint: &Fingerprint, orientation: Orientation, radius: u32) {
        let query = index::IndexQuery {
            project: self.project,
            fingerprint,
            radius,
            limit: self.limit,
        };
        for hit in self.index.search(&query) {
            let found = Best {
                distance: hit.distance,
                algorithm: fingerprint.algorithm,
                orientation,
            };
            let best = self.best.entry(hit.image).or_insert(found);
            if found.similarity() > best.similarity() {
                *best = found;
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
        let best: HashMap<ImageId, Best> = ranked.into_iter().collect();
        let images = services.store.images_by_id(&ids).await?;
        Ok(images
            .into_iter()
            .filter_map(|image| {
                let best = best.get(&image.id)?;
                let algorithm = best.algorithm.into();
                Some(Match::near(
                    image,
                    best.distance,
                    algorithm,
                    best.orientation,
                ))
            })
            .collect())
    }
}
