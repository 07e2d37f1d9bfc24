//! Collects images with their fingerprints in the order in which they come, to build a segment of them.

use std::collections::{BTreeMap, HashMap};

use crate::domain::{Algorithm, Fingerprint, ImageId, ProjectName};

use super::substrings::spread;

/// By which definition fingerprints were made: only those of the same are compared.
pub type Definition = (Algorithm, u16);

/// Images in the order in which they came.
#[derive(Default)]
pub(super) struct SegmentBuilder {
    pub(super) projects: Vec<ProjectName>,
    numbers: HashMap<ProjectName, u32>,
    /// Each with the number of its project.
    pub(super) images: Vec<(u32, ImageId)>,
    pub(super) multi_indexes: BTreeMap<Definition, FingerprintList>,
}

/// Fingerprints by one definition, one after another.
#[derive(Default)]
pub(super) struct FingerprintList {
    /// Spread; as many words a fingerprint as the algorithm makes.
    pub(super) words: Vec<u64>,
    /// The image of each.
    pub(super) owners: Vec<u32>,
}

impl SegmentBuilder {
    /// Adds an image with those of its fingerprints that are searched: of quality over 0, and of the
    /// length that their algorithm makes.
    pub(super) fn add(
        &mut self,
        project: &ProjectName,
        image: ImageId,
        fingerprints: &[Fingerprint],
    ) {
        let owner = self.add_image(project, image);
        for fingerprint in fingerprints.iter().filter(|made| made.quality > 0) {
            if let Some(words) = words_of(fingerprint) {
                let key = (fingerprint.algorithm, fingerprint.version);
                let multi_index = self.multi_indexes.entry(key).or_default();
                multi_index.words.extend(words);
                multi_index.owners.push(owner);
            }
        }
    }

    /// Adds an image without fingerprints, and tells its number.
    pub(super) fn add_image(&mut self, project: &ProjectName, image: ImageId) -> u32 {
        let number = self.number_of(project);
        self.images.push((number, image));
        self.images.len() as u32 - 1
    }

    /// The number of a project, from now on.
    pub(super) fn number_of(&mut self, project: &ProjectName) -> u32 {
        if let Some(number) = self.numbers.get(project) {
            return *number;
        }
        let number = self.projects.len() as u32;
        self.projects.push(project.clone());
        self.numbers.insert(project.clone(), number);
        number
    }

    /// Puts all fingerprints of one length into one list, whatever definition they are by.
    pub(super) fn join_lists(&mut self) {
        let mut joined: BTreeMap<u32, (Definition, FingerprintList)> = BTreeMap::new();
        for (key, multi_index) in std::mem::take(&mut self.multi_indexes) {
            let entry = joined.entry(key.0.bits());
            let (_, into) = entry.or_insert((key, FingerprintList::default()));
            into.words.extend(multi_index.words);
            into.owners.extend(multi_index.owners);
        }
        self.multi_indexes.extend(joined.into_values());
    }

    /// The number of a project that has images here.
    pub(super) fn known(&self, project: &ProjectName) -> Option<u32> {
        self.numbers.get(project).copied()
    }
}

/// The words that a fingerprint is searched by; `None` when it has another length than its algorithm
/// makes.
pub(super) fn words_of(fingerprint: &Fingerprint) -> Option<Vec<u64>> {
    let (words, rest) = fingerprint.bits.as_chunks::<8>();
    let bits = words.len() as u32 * u64::BITS;
    if !rest.is_empty() || bits != fingerprint.algorithm.bits() {
        return None;
    }
    let words: Vec<u64> = words.iter().copied().map(u64::from_be_bytes).collect();
    match *words {
        [a] => Some(spread(&[a]).to_vec()),
        [a, b] => Some(spread(&[a, b]).to_vec()),
        [a, b, c, d] => Some(spread(&[a, b, c, d]).to_vec()),
        // No algorithm makes another length.
        _ => None,
    }
}
