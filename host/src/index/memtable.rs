//! The memtable: the newest images, few, searched by a plain scan, and packed into a segment when they are many.

use std::collections::{HashMap, HashSet};

use crate::domain::{Fingerprint, ImageId, ProjectName};

use super::builder::{Definition, FingerprintList, SegmentBuilder};
use super::scan::{self, Near};
use super::segment::Segment;

/// Images in the order in which they came. Whoever changes it keeps everybody else out.
#[derive(Default)]
pub(super) struct Memtable {
    builder: SegmentBuilder,
    /// Those that are there.
    numbers: HashMap<(u32, ImageId), u32>,
    gone: HashSet<u32>,
}

impl Memtable {
    /// How many images came, those that are gone included.
    pub(super) fn len(&self) -> usize {
        self.builder.images.len()
    }

    /// Adds an image that is not there.
    pub(super) fn add(
        &mut self,
        project: &ProjectName,
        image: ImageId,
        fingerprints: &[Fingerprint],
    ) {
        let number = self.len() as u32;
        self.builder.add(project, image, fingerprints);
        let key = self.builder.images[number as usize];
        self.numbers.insert(key, number);
    }

    /// Takes an image out; `false` when it is not there.
    pub(super) fn remove(&mut self, project: &ProjectName, image: ImageId) -> bool {
        let Some(project) = self.builder.known(project) else {
            return false;
        };
        let number = self.numbers.remove(&(project, image));
        number.is_some_and(|number| self.gone.insert(number))
    }

    /// Calls `offer` with every image within `bound` of the query, and its distance.
    pub(super) fn search(
        &self,
        key: Definition,
        project: Option<&ProjectName>,
        query: &[u64],
        bound: u32,
        mut offer: impl FnMut(ImageId, u32),
    ) {
        let Some(multi_index) = self.builder.multi_indexes.get(&key) else {
            return;
        };
        let project = project.map(|project| self.builder.known(project));
        for near in multi_index.scan(query, bound) {
            let number = multi_index.owners[near.entry as usize];
            let (owner, image) = self.builder.images[number as usize];
            let wanted = project.is_none_or(|project| project == Some(owner));
            if wanted && !self.gone.contains(&number) {
                offer(image, near.distance);
            }
        }
    }

    /// All that is there as a segment; nothing is left here.
    pub(super) fn pack(&mut self, scanned: usize) -> Segment {
        let mut living = SegmentBuilder::default();
        self.gather(|_| true, |_| true, &mut living);
        *self = Self::default();
        Segment::build(living, scanned)
    }

    /// Adds the images of wanted projects, with their fingerprints by wanted keys.
    pub(super) fn gather(
        &self,
        project: impl Fn(&ProjectName) -> bool,
        wanted: impl Fn(Definition) -> bool,
        into: &mut SegmentBuilder,
    ) {
        let mut numbers = vec![None; self.len()];
        for ((owner, image), old) in self.builder.images.iter().zip(0..) {
            let owner = &self.builder.projects[*owner as usize];
            if project(owner) && !self.gone.contains(&old) {
                numbers[old as usize] = Some(into.add_image(owner, *image));
            }
        }
        for (key, multi_index) in &self.builder.multi_indexes {
            if wanted(*key) {
                multi_index.gather(&numbers, into.multi_indexes.entry(*key).or_default());
            }
        }
    }
}

impl FingerprintList {
    fn scan(&self, query: &[u64], bound: u32) -> Vec<Near> {
        let mut near = Vec::new();
        let all = 0..self.owners.len() as u32;
        let all = std::slice::from_ref(&all);
        match *query {
            [a] => scan::in_runs(&self.words, all, &[a], bound, &mut near),
            [a, b] => scan::in_runs(&self.words, all, &[a, b], bound, &mut near),
            [a, b, c, d] => scan::in_runs(&self.words, all, &[a, b, c, d], bound, &mut near),
            // No algorithm makes another length.
            _ => {}
        }
        near
    }

    fn gather(&self, numbers: &[Option<u32>], into: &mut Self) {
        let Some(width) = self.words.len().checked_div(self.owners.len()) else {
            return;
        };
        for (words, owner) in self.words.chunks_exact(width).zip(&self.owners) {
            if let Some(number) = numbers[*owner as usize] {
                into.words.extend(words);
                into.owners.push(number);
            }
        }
    }
}
