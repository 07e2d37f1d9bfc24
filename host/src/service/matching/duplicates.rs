//! Groups of near-duplicates of a whole project.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use crate::domain::{Algorithm, DuplicateGroup, Fingerprint, Image, ImageId, ProjectName};

use super::{ServiceError, Services, projects, radius_of};

/// Groups of near-duplicates of a project, by one algorithm; in upload order of their first images.
pub async fn duplicates(
    services: &Services,
    project: &ProjectName,
    algorithm: Algorithm,
    radius: Option<u32>,
) -> Result<Vec<DuplicateGroup>, ServiceError> {
    let radius = radius_of(algorithm, radius)?;
    projects::get(services, project).await?;
    let pairs = pairs(services, project.clone(), algorithm, radius).await?;
    let groups = Groups::of(&pairs);
    let images = services.store.images_by_id(&groups.members()).await?;
    Ok(groups.with(images, algorithm))
}

/// Compares all with all, away from the threads that serve requests.
async fn pairs(
    services: &Services,
    project: ProjectName,
    algorithm: Algorithm,
    radius: u32,
) -> Result<Vec<(ImageId, ImageId, u32)>, ServiceError> {
    let index = Arc::clone(services.index.current(&services.store).await?);
    tokio::task::spawn_blocking(move || index.pairs(&project, algorithm, radius))
        .await
        .map_err(|panic| ServiceError::Internal(panic.into()))
}

/// Disjoint sets of images (union-find with path halving); the earliest image stands for its set.
#[derive(Default)]
struct Groups {
    parents: HashMap<ImageId, ImageId>,
}

impl Groups {
    fn of(pairs: &[(ImageId, ImageId, u32)]) -> Self {
        let mut groups = Self::default();
        for (a, b, _) in pairs {
            groups.unite(*a, *b);
        }
        groups
    }

    fn unite(&mut self, a: ImageId, b: ImageId) {
        let (a, b) = (self.first(a), self.first(b));
        self.parents.insert(a.max(b), a.min(b));
    }

    /// The image that stands for the set of `image`.
    fn first(&mut self, mut image: ImageId) -> ImageId {
        loop {
            let parent = *self.parents.entry(image).or_insert(image);
            if parent == image {
                return image;
            }
            let grandparent = *self.parents.entry(parent).or_insert(parent);
            self.parents.insert(image, grandparent);
            image = grandparent;
        }
    }

    /// Every image of every set, in upload order.
    fn members(&self) -> Vec<ImageId> {
        let mut members: Vec<ImageId> = self.parents.keys().copied().collect();
        members.sort_unstable();
        members
    }

    /// The sets that still have two images or more; `images` come in upload order.
    fn with(mut self, images: Vec<Image>, algorithm: Algorithm) -> Vec<DuplicateGroup> {
        let mut sets: BTreeMap<ImageId, Vec<Image>> = BTreeMap::new();
        for image in images {
            sets.entry(self.first(image.id)).or_default().push(image);
        }
        let groups = sets.into_values().map(|images| group(images, algorithm));
        groups.filter(|group| group.images.len() > 1).collect()
    }
}

/// Each image with its distance to the first. One that was changed meanwhile by something the
/// algorithm's fingerprint is missing for is left out.
fn group(images: Vec<Image>, algorithm: Algorithm) -> DuplicateGroup {
    let first = images
        .first()
        .and_then(|image| fingerprint(image, algorithm))
        .cloned();
    let distance = |image: &Image| {
        fingerprint(image, algorithm)?
            .distance(first.as_ref()?)
            .ok()
    };
    let images = images.into_iter().filter_map(|image| {
        let distance = distance(&image)?;
        Some((image, distance))
    });
    DuplicateGroup {
        images: images.collect(),
    }
}

fn fingerprint(image: &Image, algorithm: Algorithm) -> Option<&Fingerprint> {
    let wanted = |fingerprint: &&Fingerprint| {
        (fingerprint.algorithm, fingerprint.version) == (algorithm, algorithm.version())
    };
    image.fingerprints.iter().find(wanted)
}
