//! The Hamming index: exact nearest-neighbour search over fingerprints, one bank per project and algorithm.
//!
//! In memory, fed with the store's change sequence by the service above; it reads nothing itself.
//! A linear scan for now, behind the interface that multi-index hashing will keep.

mod bank;
mod sets;

use std::collections::{BinaryHeap, HashMap, HashSet};
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use crate::domain::{Algorithm, Fingerprint, ImageId, ProjectName};

use bank::Bank;

/// An image near a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hit {
    /// Differing bits.
    pub distance: u32,
    /// Whose fingerprint; at equal distance the order of upload.
    pub image: ImageId,
}

/// What a search asks for.
#[derive(Clone, Debug)]
pub struct Query<'a> {
    /// Where to search; `None` = over all projects.
    pub project: Option<&'a ProjectName>,
    /// What to search for: only fingerprints of the same algorithm and version are compared.
    pub fingerprint: &'a Fingerprint,
    /// Largest distance that counts.
    pub radius: u32,
    /// Most hits that are answered.
    pub limit: usize,
}

/// The index. Shared by reference; searches run side by side, changes wait for them.
#[derive(Debug, Default)]
pub struct Index {
    shelves: RwLock<HashMap<ProjectName, Shelf>>,
}

/// What is indexed of one project.
#[derive(Debug, Default)]
struct Shelf {
    images: HashSet<ImageId>,
    banks: HashMap<(Algorithm, u16), Bank>,
}

impl Index {
    /// Puts an image's fingerprints in, in place of those it had. Left out is a fingerprint whose length
    /// is not its algorithm's, and one of quality 0: a picture of one colour is near every other such
    /// picture, and shows the same as none.
    pub fn insert(&self, project: &ProjectName, image: ImageId, fingerprints: &[Fingerprint]) {
        let mut shelves = self.write();
        let shelf = shelves.entry(project.clone()).or_default();
        shelf.remove(image);
        shelf.insert(image, fingerprints);
    }

    /// Takes an image out; nothing happens when it is not there.
    pub fn remove(&self, project: &ProjectName, image: ImageId) {
        let mut shelves = self.write();
        let Some(shelf) = shelves.get_mut(project) else {
            return;
        };
        shelf.remove(image);
        if shelf.images.is_empty() {
            shelves.remove(project);
        }
    }

    /// The hits within the radius, nearest first, ties in upload order.
    pub fn search(&self, query: &Query<'_>) -> Vec<Hit> {
        let Some(words) = words_of(query.fingerprint) else {
            return Vec::new();
        };
        let key = (query.fingerprint.algorithm, query.fingerprint.version);
        let shelves = self.read();
        let searched: Vec<&Shelf> = match query.project {
            Some(project) => shelves.get(project).into_iter().collect(),
            None => shelves.values().collect(),
        };
        let mut nearest = Nearest::new(query.radius, query.limit);
        for bank in searched.iter().filter_map(|shelf| shelf.banks.get(&key)) {
            bank.scan(&words, |image, distance| {
                nearest.offer(Hit { distance, image });
            });
        }
        nearest.into_sorted()
    }

    /// The images of a project that are within `radius` of each other, directly or through others
    /// between them: groups of two or more in upload order, the group of the earliest image first; by
    /// the algorithm's newest version. Takes time with the square of the images: not for an async
    /// thread. Searches and changes go on meanwhile.
    pub fn groups(
        &self,
        project: &ProjectName,
        algorithm: Algorithm,
        radius: u32,
    ) -> Vec<Vec<ImageId>> {
        let bank = self
            .read()
            .get(project)
            .and_then(|shelf| shelf.banks.get(&(algorithm, algorithm.version())).cloned());
        let mut groups = bank.map_or_else(Vec::new, |bank| bank.groups(radius));
        groups.iter_mut().for_each(|group| group.sort_unstable());
        groups.sort_unstable();
        groups
    }

    /// How many images are indexed over all projects.
    pub fn images(&self) -> usize {
        self.read().values().map(|shelf| shelf.images.len()).sum()
    }

    // A panic while the lock was held cannot have left a bank half changed: its steps do not panic.
    fn read(&self) -> RwLockReadGuard<'_, HashMap<ProjectName, Shelf>> {
        self.shelves.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, HashMap<ProjectName, Shelf>> {
        self.shelves.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shelf {
    fn insert(&mut self, image: ImageId, fingerprints: &[Fingerprint]) {
        self.images.insert(image);
        let telling = fingerprints.iter().filter(|made| made.quality > 0);
        for fingerprint in telling {
            let Some(words) = words_of(fingerprint) else {
                continue;
            };
            self.banks
                .entry((fingerprint.algorithm, fingerprint.version))
                .or_insert_with(|| Bank::new(words.len()))
                .put(image, &words);
        }
    }

    fn remove(&mut self, image: ImageId) {
        if self.images.remove(&image) {
            self.banks.values_mut().for_each(|bank| bank.remove(image));
        }
    }
}

/// The nearest hits so far; the radius shrinks to the farthest of them once there are enough.
struct Nearest {
    radius: u32,
    limit: usize,
    hits: BinaryHeap<Hit>,
}

impl Nearest {
    fn new(radius: u32, limit: usize) -> Self {
        Self {
            radius,
            limit,
            hits: BinaryHeap::new(),
        }
    }

    fn offer(&mut self, hit: Hit) {
        if hit.distance > self.radius || self.limit == 0 {
            return;
        }
        self.hits.push(hit);
        if self.hits.len() <= self.limit {
            return;
        }
        self.hits.pop();
        if let Some(farthest) = self.hits.peek() {
            self.radius = farthest.distance;
        }
    }

    fn into_sorted(self) -> Vec<Hit> {
        self.hits.into_sorted_vec()
    }
}

/// The bits as words; `None` when there are not as many as the algorithm makes.
fn words_of(fingerprint: &Fingerprint) -> Option<Vec<u64>> {
    let (words, rest) = fingerprint.bits.as_chunks::<8>();
    let bits = words.len() as u32 * u64::BITS;
    (rest.is_empty() && bits == fingerprint.algorithm.bits())
        .then(|| words.iter().copied().map(u64::from_be_bytes).collect())
}

#[cfg(test)]
mod tests;
