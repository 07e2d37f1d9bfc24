//! The Hamming index: exact search for near fingerprints over tens of millions of images.
//!
//! Built like a log-structured merge tree: new images come into a small memtable that is scanned; it is
//! packed into segments that never change, and segments are merged in the background. Searches and
//! changes do not wait for that. Fed with the store's change sequence by the service above; it reads
//! nothing itself but its own `snapshot`.

mod array;
mod buckets;
mod builder;
mod join;
mod lengths;
mod map;
mod memtable;
mod merge;
mod multi_index;
mod nearest;
mod neighbours;
mod scan;
mod segment;
mod snapshot;
mod substrings;
mod tombstones;
mod union_find;

use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use crate::domain::{Algorithm, Fingerprint, ImageId, ProjectName};

pub use builder::Definition;
pub use lengths::BitIndex;
pub use neighbours::{NearPairs, Neighbours};
pub use snapshot::{Mark, SnapshotError};
pub use union_find::UnionFind;

use builder::{SegmentBuilder, words_of};
use memtable::Memtable;
use merge::Merger;
use nearest::Nearest;
use neighbours::AllNeighbours;
use segment::Segment;

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
pub struct IndexQuery<'a> {
    /// Where to search; `None` = over all projects.
    pub project: Option<&'a ProjectName>,
    /// What to search for: only fingerprints of the same algorithm and version are compared.
    pub fingerprint: &'a Fingerprint,
    /// Largest distance that counts.
    pub radius: u32,
    /// Most hits that are answered.
    pub limit: usize,
}

/// The index. Shared by reference: searches run side by side with changes; each sees every change that
/// was made before it began, and none that was made after.
#[derive(Default)]
pub struct Index {
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    state: RwLock<State>,
    merger: Merger,
    sizes: Sizes,
}

/// What there is. Locked for as long as it takes to scan the memtable, or to change an image.
#[derive(Default)]
struct State {
    /// Counts changes: what a segment lost after a search began is still there for it.
    stamp: u64,
    memtable: Memtable,
    segments: Arc<Vec<Arc<Segment>>>,
    images: usize,
}

/// From how many on things are done otherwise; other than the default in tests only.
#[derive(Clone, Copy, Debug)]
struct Sizes {
    /// So many images are a memtable; then they are packed into a segment.
    memtable: usize,
    /// Banks of fewer fingerprints have no tables.
    scanned: usize,
}

impl Default for Sizes {
    fn default() -> Self {
        Self {
            memtable: 1_024,
            scanned: multi_index::SCANNED,
        }
    }
}

/// An index in the making: images are collected and packed at once, which is quicker than one by one.
#[derive(Default)]
pub struct Loader {
    builder: SegmentBuilder,
}

impl Loader {
    /// Adds an image, as [`Index::insert`] does. Each image may be added once.
    pub fn add(&mut self, project: &ProjectName, image: ImageId, fingerprints: &[Fingerprint]) {
        self.builder.add(project, image, fingerprints);
    }

    /// The index of all of them. Takes a second for a million fingerprints: not for an async thread.
    pub fn finish(self) -> Index {
        let index = Index::default();
        let images = self.builder.images.len();
        let segment = Segment::build(self.builder, index.shared.sizes.scanned);
        let mut state = index.write();
        state.images = images;
        state.segments = Arc::new(vec![Arc::new(segment)]);
        drop(state);
        index
    }
}

impl Index {
    /// Puts an image's fingerprints in, in place of those it had. Left out is a fingerprint whose length
    /// is not its algorithm's, and one of quality 0: a picture of one colour is near every other such
    /// picture, and shows the same as none.
    pub fn insert(&self, project: &ProjectName, image: ImageId, fingerprints: &[Fingerprint]) {
        let mut state = self.write();
        state.stamp += 1;
        state.take_out(project, image);
        state.images += 1;
        state.memtable.add(project, image, fingerprints);
        if state.memtable.len() < self.shared.sizes.memtable {
            return;
        }
        let packed = state.memtable.pack(self.shared.sizes.scanned);
        Arc::make_mut(&mut state.segments).push(Arc::new(packed));
        let segments = Arc::clone(&state.segments);
        drop(state);
        merge::start(&self.shared, &segments);
    }

    /// Takes an image out; nothing happens when it is not there.
    pub fn remove(&self, project: &ProjectName, image: ImageId) {
        let mut state = self.write();
        state.stamp += 1;
        state.take_out(project, image);
    }

    /// The hits within the radius, nearest first, ties in upload order.
    pub fn search(&self, query: &IndexQuery<'_>) -> Vec<Hit> {
        let Some(words) = words_of(query.fingerprint).filter(|_| query.limit > 0) else {
            return Vec::new();
        };
        let key = (query.fingerprint.algorithm, query.fingerprint.version);
        let mut nearest = Nearest::new(query.radius, query.limit);
        let state = self.read();
        let (stamp, segments) = (state.stamp, Arc::clone(&state.segments));
        let offer = |image, distance| nearest.offer(Hit { distance, image });
        state
            .memtable
            .search(key, query.project, &words, query.radius, offer);
        drop(state);
        for segment in segments.iter() {
            search_segment(segment, query.project, key, &words, stamp, &mut nearest);
        }
        nearest.into_sorted()
    }

    /// The images of a project, or of all, that are within `radius` of each other, directly or through
    /// others between them: groups of two or more in upload order, the group of the earliest image first;
    /// by the algorithm's newest version. Takes seconds for a million images, longer with a large radius:
    /// not for an async thread. Searches and changes go on meanwhile.
    pub fn groups(
        &self,
        project: Option<&ProjectName>,
        algorithm: Algorithm,
        radius: u32,
    ) -> Vec<Vec<ImageId>> {
        let builder = self.gather(project, &[(algorithm, algorithm.version())]);
        let segment = Segment::build(builder, self.shared.sizes.scanned);
        let mut sets = UnionFind::new(segment.len());
        for multi_index in segment.multi_indexes.values() {
            multi_index.join(radius, &mut |a, b| {
                sets.unite(a as usize, b as usize);
            });
        }
        let mut groups: Vec<Vec<ImageId>> = Vec::new();
        for group in sets.groups() {
            let ids = group.into_iter().map(|image| segment.id(image as u32));
            groups.push(ids.collect());
        }
        groups.iter_mut().for_each(|group| group.sort_unstable());
        groups.sort_unstable();
        groups
    }

    /// The pairs of images of a project, or of all, that are within a radius of each other by any of some
    /// definitions of the same length: a fingerprint by one is held against those by all of them. `radius`
    /// says how near that is among so many images. Of each image's pairs at most the `most` nearest, and those
    /// that are among the nearest of the other image. Takes seconds for a million images: not for an async thread.
    pub fn pairs(
        &self,
        project: Option<&ProjectName>,
        definitions: &[Definition],
        radius: impl Fn(usize) -> u32,
        most: usize,
    ) -> NearPairs {
        let mut builder = self.gather(project, definitions);
        builder.join_lists();
        let segment = Segment::build(builder, self.shared.sizes.scanned);
        let radius = radius(segment.len());
        let mut neighbours = AllNeighbours::new(segment.len(), most);
        for multi_index in segment.multi_indexes.values() {
            multi_index.pairs(radius, &mut |one, other, distance| {
                neighbours.offer(one, other, distance);
            });
        }
        neighbours.into_pairs(|image| segment.id(image))
    }

    /// The images of a project, or of all, with their fingerprints by some definitions.
    fn gather(&self, project: Option<&ProjectName>, keys: &[Definition]) -> SegmentBuilder {
        let mut builder = SegmentBuilder::default();
        let of_key = |other| keys.contains(&other);
        let state = self.read();
        let (stamp, segments) = (state.stamp, Arc::clone(&state.segments));
        let wanted = |name: &ProjectName| project.is_none_or(|project| project == name);
        state.memtable.gather(wanted, of_key, &mut builder);
        drop(state);
        for segment in segments.iter() {
            segment.gather(stamp, of_key, segment.images_of(project), &mut builder);
        }
        builder
    }

    /// How many images are indexed over all projects.
    pub fn images(&self) -> usize {
        self.read().images
    }

    // A panic while the lock was held cannot have left the state half changed: its steps do not panic.
    fn read(&self) -> RwLockReadGuard<'_, State> {
        self.shared.read()
    }

    fn write(&self) -> RwLockWriteGuard<'_, State> {
        self.shared.write()
    }
}

impl Shared {
    fn read(&self) -> RwLockReadGuard<'_, State> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, State> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Takes an image out of wherever it is.
    fn take_out(&mut self, project: &ProjectName, image: ImageId) {
        if self.memtable.remove(project, image) || self.mark(project, image) {
            self.images -= 1;
        }
    }

    fn mark(&self, project: &ProjectName, image: ImageId) -> bool {
        for segment in self.segments.iter() {
            let there = |number: &u32| !segment.tombstones.held(*number, self.stamp);
            if let Some(number) = segment.find(project, image).filter(there) {
                segment.tombstones.mark(number, self.stamp);
                return true;
            }
        }
        false
    }
}

fn search_segment(
    segment: &Segment,
    project: Option<&ProjectName>,
    key: Definition,
    words: &[u64],
    stamp: u64,
    nearest: &mut Nearest,
) {
    let wanted = segment.images_of(project);
    let Some(multi_index) = segment
        .multi_indexes
        .get(&key)
        .filter(|_| !wanted.is_empty())
    else {
        return;
    };
    multi_index.search(words, nearest.bound(), &mut |owner, distance| {
        if wanted.contains(&owner) && !segment.tombstones.held(owner, stamp) {
            let image = segment.id(owner);
            nearest.offer(Hit { distance, image });
        }
        nearest.bound()
    });
}

impl std::fmt::Debug for Index {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let images = self.images();
        f.debug_struct("Index")
            .field("images", &images)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
