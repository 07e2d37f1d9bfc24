//! A part of the index that no longer changes, but for images that go: its images and a multi-index for
//! each definition of fingerprints.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::domain::{ImageId, ProjectName};

use super::array::Array;
use super::builder::{Definition, FingerprintList, SegmentBuilder};
use super::multi_index::MultiIndex;
use super::tombstones::Tombstones;

/// Images that are searched together. An image's number is its place in `ids`.
pub(super) struct Segment {
    /// By name, each with the numbers of its images: those of one project are neighbours.
    pub(super) projects: Vec<(ProjectName, Range<u32>)>,
    /// Rising in each project; the ids as numbers, most significant byte first.
    pub(super) ids: Array<u128>,
    pub(super) multi_indexes: BTreeMap<Definition, AnyMultiIndex>,
    pub(super) tombstones: Tombstones,
}

/// A multi-index of any length that there is.
pub(super) enum AnyMultiIndex {
    Bits64(MultiIndex<1>),
    Bits128(MultiIndex<2>),
    Bits256(MultiIndex<4>),
}

impl Segment {
    /// Packs images; multi-indexes of fewer fingerprints than `scanned` get no tables.
    pub(super) fn build(builder: SegmentBuilder, scanned: usize) -> Self {
        let SegmentBuilder {
            projects,
            images,
            multi_indexes,
            ..
        } = builder;
        let (ranges, order) = in_order(projects, &images);
        let ids = order.iter().map(|old| to_number(images[*old as usize].1));
        let ids: Vec<u128> = ids.collect();
        drop(images);
        let mut numbers = vec![0; order.len()];
        for (number, old) in (0..).zip(&order) {
            numbers[*old as usize] = number;
        }
        drop(order);
        let multi_indexes = multi_indexes
            .into_iter()
            .filter_map(|(key, multi_index)| {
                Some((
                    key,
                    AnyMultiIndex::build(key, multi_index, &numbers, scanned)?,
                ))
            })
            .collect();
        Self {
            projects: ranges,
            tombstones: Tombstones::new(ids.len()),
            ids: ids.into(),
            multi_indexes,
        }
    }

    /// How many images were packed, those that are gone included.
    pub(super) fn len(&self) -> usize {
        self.ids.len()
    }

    /// The id of an image.
    pub(super) fn id(&self, image: u32) -> ImageId {
        ImageId::from_bytes(self.ids[image as usize].to_be_bytes())
    }

    /// Whose an image is.
    pub(super) fn project_of(&self, image: u32) -> Option<&ProjectName> {
        let place = self
            .projects
            .partition_point(|(_, images)| images.end <= image);
        self.projects.get(place).map(|(name, _)| name)
    }

    /// The numbers of the images of a project, or of all.
    pub(super) fn images_of(&self, project: Option<&ProjectName>) -> Range<u32> {
        let Some(project) = project else {
            return 0..self.len() as u32;
        };
        let found = self
            .projects
            .binary_search_by(|(name, _)| name.cmp(project));
        found.map_or(0..0, |place| self.projects[place].1.clone())
    }

    /// The number of an image, gone or not.
    pub(super) fn find(&self, project: &ProjectName, image: ImageId) -> Option<u32> {
        let images = self.images_of(Some(project));
        let ids = &self.ids[images.start as usize..images.end as usize];
        let id = to_number(image);
        // An image that has just come is behind all others: most questions end here.
        if ids.last().is_none_or(|last| *last < id) {
            return None;
        }
        let place = ids.binary_search(&id).ok()?;
        Some(images.start + place as u32)
    }

    /// Adds the images that were there at a stamp, with their fingerprints of the keys that are `wanted`.
    pub(super) fn gather(
        &self,
        stamp: u64,
        wanted: impl Fn(Definition) -> bool,
        images: Range<u32>,
        into: &mut SegmentBuilder,
    ) {
        let mut numbers = vec![None; self.len()];
        for (project, range) in &self.projects {
            for image in range.start.max(images.start)..range.end.min(images.end) {
                if !self.tombstones.held(image, stamp) {
                    numbers[image as usize] = Some(into.add_image(project, self.id(image)));
                }
            }
        }
        for (key, multi_index) in &self.multi_indexes {
            if wanted(*key) {
                multi_index.gather(&numbers, into.multi_indexes.entry(*key).or_default());
            }
        }
    }
}

impl AnyMultiIndex {
    fn build(
        key: Definition,
        builder: FingerprintList,
        numbers: &[u32],
        scanned: usize,
    ) -> Option<Self> {
        let FingerprintList { words, owners } = builder;
        let owners = owners.iter().map(|owner| numbers[*owner as usize]);
        match key.0.bits() / u64::BITS {
            1 => Some(Self::Bits64(MultiIndex::build(
                pairs(&words, owners),
                scanned,
            ))),
            2 => Some(Self::Bits128(MultiIndex::build(
                pairs(&words, owners),
                scanned,
            ))),
            4 => Some(Self::Bits256(MultiIndex::build(
                pairs(&words, owners),
                scanned,
            ))),
            // No algorithm makes another length.
            _ => None,
        }
    }

    /// As [`MultiIndex::search`]; nothing is found by a query of another length.
    pub(super) fn search(&self, query: &[u64], bound: u32, offer: &mut dyn FnMut(u32, u32) -> u32) {
        match (self, query) {
            (Self::Bits64(multi_index), [a]) => multi_index.search(&[*a], bound, offer),
            (Self::Bits128(multi_index), [a, b]) => multi_index.search(&[*a, *b], bound, offer),
            (Self::Bits256(multi_index), [a, b, c, d]) => {
                multi_index.search(&[*a, *b, *c, *d], bound, offer)
            }
            _ => {}
        }
    }

    /// As [`MultiIndex::join`].
    pub(super) fn join(&self, radius: u32, unite: &mut dyn FnMut(u32, u32)) {
        match self {
            Self::Bits64(multi_index) => multi_index.join(radius, unite),
            Self::Bits128(multi_index) => multi_index.join(radius, unite),
            Self::Bits256(multi_index) => multi_index.join(radius, unite),
        }
    }

    /// As [`MultiIndex::pairs`].
    pub(super) fn pairs(&self, radius: u32, offer: &mut dyn FnMut(u32, u32, u32)) {
        match self {
            Self::Bits64(multi_index) => multi_index.pairs(radius, offer),
            Self::Bits128(multi_index) => multi_index.pairs(radius, offer),
            Self::Bits256(multi_index) => multi_index.pairs(radius, offer),
        }
    }

    fn gather(&self, numbers: &[Option<u32>], into: &mut FingerprintList) {
        match self {
            Self::Bits64(multi_index) => gather(multi_index, numbers, into),
            Self::Bits128(multi_index) => gather(multi_index, numbers, into),
            Self::Bits256(multi_index) => gather(multi_index, numbers, into),
        }
    }
}

fn gather<const W: usize>(
    multi_index: &MultiIndex<W>,
    numbers: &[Option<u32>],
    into: &mut FingerprintList,
) {
    for (words, owner) in multi_index.sorted().iter().zip(multi_index.owners.iter()) {
        if let Some(number) = numbers[*owner as usize] {
            into.words.extend(words);
            into.owners.push(number);
        }
    }
}

/// The projects by name with the places of their images, and the images in their order.
fn in_order(
    projects: Vec<ProjectName>,
    images: &[(u32, ImageId)],
) -> (Vec<(ProjectName, Range<u32>)>, Vec<u32>) {
    let mut by_name: Vec<u32> = (0..projects.len() as u32).collect();
    by_name.sort_unstable_by_key(|project| &projects[*project as usize]);
    let mut ranks = vec![0; projects.len()];
    for (rank, project) in by_name.iter().enumerate() {
        ranks[*project as usize] = rank;
    }
    let key = |image: u32| {
        let (project, id) = images[image as usize];
        (ranks[project as usize], id)
    };
    let mut order: Vec<u32> = (0..images.len() as u32).collect();
    order.sort_by_key(|image| key(*image));
    let mut ranges = Vec::with_capacity(projects.len());
    let mut start = 0;
    for (rank, project) in by_name.iter().enumerate() {
        let length = order[start..].partition_point(|image| key(*image).0 == rank);
        let range = start as u32..(start + length) as u32;
        ranges.push((projects[*project as usize].clone(), range));
        start += length;
    }
    (ranges, order)
}

fn pairs<const W: usize>(words: &[u64], owners: impl Iterator<Item = u32>) -> Vec<([u64; W], u32)> {
    words.as_chunks().0.iter().copied().zip(owners).collect()
}

pub(super) fn to_number(image: ImageId) -> u128 {
    u128::from_be_bytes(*image.as_bytes())
}
