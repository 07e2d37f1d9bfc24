//! The fingerprints of one project by one algorithm, packed for scanning.
//!
//! Words and ids only; what is searched for, and how much of what is found matters, is said above.

use std::collections::HashMap;

use crate::domain::ImageId;

use super::sets::Sets;

/// Fingerprints one after another, in no order.
#[derive(Clone, Debug)]
pub(super) struct Bank {
    /// Words of one fingerprint: 1, 2 or 4.
    width: usize,
    /// `width` words for each id.
    words: Vec<u64>,
    ids: Vec<ImageId>,
    positions: HashMap<ImageId, usize>,
}

impl Bank {
    /// An empty bank of fingerprints of `width` words, at least 1.
    pub(super) fn new(width: usize) -> Self {
        Self {
            width,
            words: Vec::new(),
            ids: Vec::new(),
            positions: HashMap::new(),
        }
    }

    /// Puts the `width` words of an image in, in place of those it had.
    pub(super) fn put(&mut self, image: ImageId, words: &[u64]) {
        self.remove(image);
        self.positions.insert(image, self.ids.len());
        self.ids.push(image);
        self.words.extend_from_slice(words);
    }

    /// Takes an image out: the last one moves to its place.
    pub(super) fn remove(&mut self, image: ImageId) {
        let Some(position) = self.positions.remove(&image) else {
            return;
        };
        let last = self.ids.len() - 1;
        self.ids.swap_remove(position);
        if position != last {
            self.words
                .copy_within(last * self.width.., position * self.width);
            self.positions.insert(self.ids[position], position);
        }
        self.words.truncate(last * self.width);
    }

    /// Calls `found` with every image and its distance from `query` (`width` words).
    pub(super) fn scan(&self, query: &[u64], found: impl FnMut(ImageId, u32)) {
        self.scan_from(0, query, found);
    }

    /// The images that are within `radius` of each other, directly or through others between them:
    /// two or more a group, in no order.
    pub(super) fn groups(&self, radius: u32) -> Vec<Vec<ImageId>> {
        let mut sets = Sets::new(self.ids.len());
        for position in 0..self.ids.len() {
            let query = &self.words[position * self.width..][..self.width];
            let mut other = position;
            self.scan_from(position + 1, query, |_, distance| {
                other += 1;
                if distance <= radius {
                    sets.unite(position, other);
                }
            });
        }
        let groups = sets.groups().into_iter();
        let ids = |group: Vec<usize>| group.into_iter().map(|position| self.ids[position]);
        groups.map(|group| ids(group).collect()).collect()
    }

    fn scan_from(&self, start: usize, query: &[u64], found: impl FnMut(ImageId, u32)) {
        match *query {
            [a] => self.scan_words([a], start, found),
            [a, b] => self.scan_words([a, b], start, found),
            [a, b, c, d] => self.scan_words([a, b, c, d], start, found),
            // No algorithm makes another length.
            _ => {}
        }
    }

    // The length is a constant here, so that the inner loop is unrolled.
    fn scan_words<const N: usize>(
        &self,
        query: [u64; N],
        start: usize,
        mut found: impl FnMut(ImageId, u32),
    ) {
        let (entries, _) = self.words[start * N..].as_chunks::<N>();
        for (entry, &image) in entries.iter().zip(&self.ids[start..]) {
            let mut distance = 0;
            for word in 0..N {
                distance += (entry[word] ^ query[word]).count_ones();
            }
            found(image, distance);
        }
    }
}
