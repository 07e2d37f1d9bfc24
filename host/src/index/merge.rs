//! Segments are merged in the background, so that there are few.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::Shared;
use super::builder::SegmentBuilder;
use super::segment::Segment;

/// Sizes of segments are told apart by powers of this; so many of one size are merged.
const FAN: usize = 4;

/// The thread that merges, when there is one.
#[derive(Default)]
pub(super) struct Merger {
    running: AtomicBool,
    /// Held while segments are merged.
    merging: Mutex<()>,
}

/// Starts merging unless it goes on already, or there is nothing to merge.
pub(super) fn start(shared: &Arc<Shared>, segments: &[Arc<Segment>]) {
    if choose(segments, shared.sizes.memtable).is_empty()
        || shared.merger.running.swap(true, Ordering::AcqRel)
    {
        return;
    }
    let merging = Arc::clone(shared);
    let thread = std::thread::Builder::new().name("index-merge".into());
    if let Err(error) = thread.spawn(move || run(&merging)) {
        tracing::warn!(%error, "no thread to merge the index on, the next change tries again");
        shared.merger.running.store(false, Ordering::Release);
    }
}

fn run(shared: &Shared) {
    while merge_once(shared) {}
    shared.merger.running.store(false, Ordering::Release);
}

/// Merges what is to be merged; `false` when nothing is.
pub(super) fn merge_once(shared: &Shared) -> bool {
    let merging = &shared.merger.merging;
    let _alone = merging.lock().unwrap_or_else(PoisonError::into_inner);
    let state = shared.read();
    let (stamp, chosen) = (state.stamp, choose(&state.segments, shared.sizes.memtable));
    drop(state);
    if chosen.is_empty() {
        return false;
    }
    let merged = merge(&chosen, stamp, shared.sizes.scanned);
    let mut state = shared.write();
    carry_over(&chosen, stamp, &merged);
    let left = state.segments.iter();
    let left = left.filter(|segment| !chosen.iter().any(|gone| Arc::ptr_eq(gone, segment)));
    let mut segments: Vec<_> = left.cloned().collect();
    segments.push(Arc::new(merged));
    state.segments = Arc::new(segments);
    true
}

/// The segments to merge next: the smallest size of which there are many, with all that are smaller;
/// or one that has lost half of its images.
fn choose(segments: &[Arc<Segment>], memtable: usize) -> Vec<Arc<Segment>> {
    let size = |segment: &Arc<Segment>| (segment.len() / memtable).max(1).ilog(FAN);
    let mut sizes: Vec<u32> = segments.iter().map(size).collect();
    sizes.sort_unstable();
    let many = sizes.chunk_by(|a, b| a == b).find(|same| same.len() >= FAN);
    if let Some(many) = many {
        let chosen = segments.iter().filter(|segment| size(segment) <= many[0]);
        return chosen.cloned().collect();
    }
    let half_gone = |segment: &&Arc<Segment>| segment.tombstones.len() * 2 > segment.len();
    segments
        .iter()
        .find(half_gone)
        .cloned()
        .into_iter()
        .collect()
}

/// One segment of what was there at a stamp.
fn merge(segments: &[Arc<Segment>], stamp: u64, scanned: usize) -> Segment {
    let mut builder = SegmentBuilder::default();
    for segment in segments {
        segment.gather(stamp, |_| true, segment.images_of(None), &mut builder);
    }
    Segment::build(builder, scanned)
}

/// Takes out of the merged segment what its parts lost meanwhile.
fn carry_over(parts: &[Arc<Segment>], stamp: u64, merged: &Segment) {
    for part in parts {
        for (image, since) in part.tombstones.since(stamp) {
            let (project, id) = (part.project_of(image), part.id(image));
            if let Some(number) = project.and_then(|project| merged.find(project, id)) {
                merged.tombstones.mark(number, since);
            }
        }
    }
}
