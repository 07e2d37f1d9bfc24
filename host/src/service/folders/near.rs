//! Which files are near each other: they go into an index of their own, which names candidates as that of stored images
//! does.

use crate::domain::features::{self, Feature};
use crate::domain::{Algorithm, Fingerprint, ImageId, InvalidName, ProjectName};
use crate::index::{Index, Loader};
use crate::service::matching::candidates::{self, Candidates};
use crate::service::matching::threads::in_threads;
use crate::service::matching::{parts, reach};

use super::PictureFile;

/// Files by their place in the list.
pub struct FileIndex {
    whole: Index,
    /// By the local features of each, where strong crops are searched.
    parts: Option<(Index, Vec<Parts>)>,
}

/// A file, and the fingerprints of its local features.
type Parts = (ImageId, Vec<Fingerprint>);

impl FileIndex {
    /// The files at these places.
    pub fn new(files: &[PictureFile], places: &[usize]) -> Result<Self, InvalidName> {
        let fingerprints = |place: &usize| (id(*place), files[*place].fingerprints.clone());
        Ok(Self {
            whole: index_of(places.iter().map(fingerprints))?,
            parts: None,
        })
    }

    /// The same, and where they may have a part in common.
    pub fn with_parts(files: &[PictureFile], places: &[usize]) -> Result<Self, InvalidName> {
        let features: Vec<Parts> = in_threads(places.to_vec(), |place| {
            let found = features::of_sketch(&files[place].sketch);
            Some((id(place), found.iter().map(Feature::fingerprint).collect()))
        });
        Ok(Self {
            parts: Some((index_of(features.iter().cloned())?, features)),
            ..Self::new(files, places)?
        })
    }

    /// Those that a chain of pictures within a radius leads between, two or more each.
    pub fn chained(&self, algorithm: Algorithm, radius: u32) -> Vec<Vec<usize>> {
        let groups = self.whole.groups(None, algorithm, radius);
        let places = |group: Vec<ImageId>| group.into_iter().map(place).collect();
        groups.into_iter().map(places).collect()
    }

    /// The pairs of these files that are worth a comparison. Takes seconds for very many: not for an async thread.
    pub fn candidates(self, files: &[PictureFile]) -> Candidates {
        let mut candidates = candidates::upright(&self.whole, None);
        let made = |file| &files[place(file)].fingerprints;
        candidates
            .pairs
            .retain(|pair| reach::are_candidates(made(pair.one), made(pair.other)));
        if let Some((index, features)) = self.parts {
            candidates.add_in_part(parts::pairs(&index, None, features));
        }
        candidates
    }
}

fn index_of(files: impl Iterator<Item = Parts>) -> Result<Index, InvalidName> {
    let folder = ProjectName::parse("folder")?;
    let mut loader = Loader::default();
    files.for_each(|(file, made)| loader.add(&folder, file, &reach::indexed(&made)));
    Ok(loader.finish())
}

/// Images are known by ids: a file's is its place in the list.
pub fn id(place: usize) -> ImageId {
    ImageId::from_bytes((place as u128).to_be_bytes())
}

/// The place of the file with this id.
pub fn place(id: ImageId) -> usize {
    u128::from_be_bytes(*id.as_bytes()) as usize
}
