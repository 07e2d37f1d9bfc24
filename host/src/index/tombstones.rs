//! Tombstones: which images of a segment are removed, and since when. A search sees an image until the stamp at
//! which it began, whatever is removed meanwhile.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{PoisonError, RwLock};

/// The images of one segment that were removed, by their numbers.
#[derive(Default)]
pub(super) struct Tombstones {
    /// A bit an image: most searches read nothing else.
    marks: Box<[AtomicU64]>,
    stamps: RwLock<HashMap<u32, u64>>,
}

impl Tombstones {
    /// For so many images, all there.
    pub(super) fn new(images: usize) -> Self {
        Self {
            marks: (0..images.div_ceil(64))
                .map(|_| AtomicU64::new(0))
                .collect(),
            stamps: RwLock::default(),
        }
    }

    /// Takes an image out for searches from `stamp` on.
    pub(super) fn mark(&self, image: u32, stamp: u64) {
        let mut stamps = self.stamps.write().unwrap_or_else(PoisonError::into_inner);
        stamps.entry(image).or_insert(stamp);
        drop(stamps);
        let (word, bit) = (image as usize / 64, image % 64);
        self.marks[word].fetch_or(1 << bit, Ordering::Release);
    }

    /// The image was gone at that stamp.
    pub(super) fn held(&self, image: u32, stamp: u64) -> bool {
        let (word, bit) = (image as usize / 64, image % 64);
        if self.marks[word].load(Ordering::Acquire) >> bit & 1 == 0 {
            return false;
        }
        let stamps = self.stamps.read().unwrap_or_else(PoisonError::into_inner);
        stamps.get(&image).is_some_and(|since| *since <= stamp)
    }

    /// How many images are gone.
    pub(super) fn len(&self) -> usize {
        let stamps = self.stamps.read().unwrap_or_else(PoisonError::into_inner);
        stamps.len()
    }

    /// The images that were gone at a stamp.
    pub(super) fn until(&self, stamp: u64) -> Vec<u32> {
        let stamps = self.stamps.read().unwrap_or_else(PoisonError::into_inner);
        let earlier = stamps.iter().filter(|(_, since)| **since <= stamp);
        earlier.map(|(image, _)| *image).collect()
    }

    /// The images that went after a stamp, with theirs.
    pub(super) fn since(&self, stamp: u64) -> Vec<(u32, u64)> {
        let stamps = self.stamps.read().unwrap_or_else(PoisonError::into_inner);
        let later = stamps.iter().filter(|(_, since)| **since > stamp);
        later.map(|(image, since)| (*image, *since)).collect()
    }
}
