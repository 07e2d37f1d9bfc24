//! Images that may have a part in common with a picture, as strong crops, collages and large stickers leave it: those with
//! local features that look like the picture's own. Only in projects where that is asked for.
//!
//! How many look alike is counted here, not where they lie: whether they agree on that is told by `judge_parts`.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::domain::features::{self, Feature};
use crate::domain::{Fingerprint, ImageId, Orientation, ProjectName, Sketch};
use crate::index::{Index, Query};

use super::candidates::{Candidates, sorted};
use super::threads::{blocking, in_threads};
use super::{ServiceError, Services};

/// Bits in which features that look alike differ, at most. Among features of strangers 3 in 100,000 pairs do.
const RADIUS: u32 = 18;
/// Features that must look alike.
const LEAST: usize = 2;
/// Most features that are looked at around one, the most alike first.
const MOST_HITS: usize = 256;
/// Most images that are candidates for it, those with the most such features first.
const MOST: usize = 16;
/// Where pairs are searched among more images, each is searched by so many of its features alone, those of the greatest contrast.
const MANY: usize = 10_000;
const FEW_FEATURES: usize = 32;

/// Images that have features of a picture, each with how the picture is oriented for it.
pub async fn candidates(
    services: &Services,
    project: Option<&ProjectName>,
    sketch: &Sketch,
    orientations: &[Orientation],
) -> Result<HashMap<ImageId, Orientation>, ServiceError> {
    if !services.store.finds_crops(project).await? {
        return Ok(HashMap::new());
    }
    let index = Arc::clone(services.features.current(&services.store).await?);
    let (project, sketch) = (project.cloned(), sketch.clone());
    let orientations = orientations.to_vec();
    blocking(move || {
        let found = features::of_sketch(&sketch);
        let found: Vec<Fingerprint> = found.iter().map(Feature::fingerprint).collect();
        let mut alike: Vec<(usize, ImageId, Orientation)> = Vec::new();
        for orientation in orientations {
            let oriented: Vec<Fingerprint> = found
                .iter()
                .filter_map(|one| one.laid(orientation))
                .collect();
            let images = images_with(&index, project.as_ref(), oriented.iter());
            let images = images.into_iter().filter(|(_, count)| *count >= LEAST);
            alike.extend(images.map(|(image, count)| (count, image, orientation)));
        }
        alike.sort_unstable_by_key(|(count, image, _)| (Reverse(*count), *image));
        let mut candidates = HashMap::new();
        for (_, image, orientation) in alike {
            if candidates.len() == MOST {
                break;
            }
            candidates.entry(image).or_insert(orientation);
        }
        candidates
    })
    .await
}

/// Adds the pairs of images of a project, or of all, that may have a part in common, where that is asked for.
pub async fn add_pairs(
    services: &Services,
    project: Option<&ProjectName>,
    candidates: &mut Candidates,
) -> Result<(), ServiceError> {
    if !services.store.finds_crops(project).await? {
        return Ok(());
    }
    let index = Arc::clone(services.features.current(&services.store).await?);
    let mut images = Vec::new();
    let add = |owner: &ProjectName, image, features: &[Fingerprint]| {
        if project.is_none_or(|project| project == owner) {
            images.push((image, features.to_vec()));
        }
    };
    services.store.features(add).await?;
    let owner = project.cloned();
    let found = blocking(move || pairs(&index, owner.as_ref(), images)).await?;
    candidates.add_in_part(found);
    Ok(())
}

/// The pairs of images that have features which look alike. Takes milliseconds for each image: not for an async thread.
pub fn pairs(
    index: &Index,
    project: Option<&ProjectName>,
    images: Vec<(ImageId, Vec<Fingerprint>)>,
) -> HashSet<[ImageId; 2]> {
    let asked = match images.len() {
        ..=MANY => usize::MAX,
        _ => FEW_FEATURES,
    };
    let found = in_threads(images, |(image, features)| {
        let features = features.iter().take(asked);
        let mut alike: Vec<(ImageId, usize)> = images_with(index, project, features)
            .into_iter()
            .filter(|(other, count)| *other != image && *count >= LEAST)
            .collect();
        alike.sort_unstable_by_key(|(other, count)| (Reverse(*count), *other));
        alike.truncate(MOST);
        Some((image, alike))
    });
    let pairs = found.into_iter().flat_map(|(image, alike)| {
        alike
            .into_iter()
            .map(move |(other, _)| sorted(image, other))
    });
    pairs.collect()
}

/// How many of the features each image has.
fn images_with<'a>(
    index: &Index,
    project: Option<&ProjectName>,
    features: impl Iterator<Item = &'a Fingerprint>,
) -> HashMap<ImageId, usize> {
    let mut counts = HashMap::new();
    for fingerprint in features {
        let hits = index.search(&Query {
            project,
            fingerprint,
            radius: RADIUS,
            limit: MOST_HITS,
        });
        let images: HashSet<ImageId> = hits.into_iter().map(|hit| hit.image).collect();
        for image in images {
            *counts.entry(image).or_insert(0) += 1;
        }
    }
    counts
}
