//! Groups of near-duplicates of a whole project.

use std::collections::HashMap;
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
    let groups = groups(services, project.clone(), algorithm, radius).await?;
    let members = groups.concat();
    let images = services.store.images_by_id(&members).await?;
    let mut images: HashMap<ImageId, Image> =
        images.into_iter().map(|image| (image.id, image)).collect();
    let mut take = |ids: Vec<ImageId>| {
        let images = ids.into_iter().filter_map(|id| images.remove(&id));
        with_distances(images.collect(), algorithm)
    };
    let groups = groups.into_iter().map(&mut take);
    Ok(groups.filter(|group| group.images.len() > 1).collect())
}

/// Compares all with all, away from the threads that serve requests.
async fn groups(
    services: &Services,
    project: ProjectName,
    algorithm: Algorithm,
    radius: u32,
) -> Result<Vec<Vec<ImageId>>, ServiceError> {
    let index = Arc::clone(services.index.current(&services.store).await?);
    tokio::task::spawn_blocking(move || index.groups(&project, algorithm, radius))
        .await
        .map_err(|panic| ServiceError::Internal(panic.into()))
}

/// Each image with its distance to the first.
fn with_distances(images: Vec<Image>, algorithm: Algorithm) -> DuplicateGroup {
    let first = images
        .first()
        .and_then(|image| fingerprint(image, algorithm));
    let first = first.cloned();
    let distance = |image: &Image| {
        let own = fingerprint(image, algorithm)?;
        own.distance(first.as_ref()?).ok()
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
