//! Which files are near each other: they go into an index of their own, which names candidates as that of stored images
//! does.

use crate::domain::{Algorithm, ImageId, InvalidName, ProjectName};
use crate::index::{Index, Loader};
use crate::service::matching::candidates::{self, Candidates};

use super::PictureFile;

/// Files by their place in the list.
pub struct FileIndex(Index);

impl FileIndex {
    /// The files at these places.
    pub fn of(files: &[PictureFile], places: &[usize]) -> Result<Self, InvalidName> {
        let folder = ProjectName::parse("folder")?;
        let mut loader = Loader::default();
        for place in places {
            loader.add(&folder, id(*place), &files[*place].fingerprints);
        }
        Ok(Self(loader.finish()))
    }

    /// Those that a chain of pictures within a radius leads between, two or more each.
    pub fn chained(&self, algorithm: Algorithm, radius: u32) -> Vec<Vec<usize>> {
        let groups = self.0.groups(None, algorithm, radius);
        let places = |group: Vec<ImageId>| group.into_iter().map(place).collect();
        groups.into_iter().map(places).collect()
    }

    /// The pairs that are worth a comparison. Takes seconds for very many files: not for an async thread.
    pub fn candidates(&self) -> Candidates {
        candidates::upright(&self.0, None)
    }
}

/// Images are known by ids: a file's is its place in the list.
pub fn id(place: usize) -> ImageId {
    ImageId::from_bytes((place as u128).to_be_bytes())
}

/// The place of the file with this id.
pub fn place(id: ImageId) -> usize {
    u128::from_be_bytes(*id.as_bytes()) as usize
}
