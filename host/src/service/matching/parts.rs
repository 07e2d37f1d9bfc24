//! Images that may have a part in common with a picture, as strong crops, collages and large stickers leave it: those with
//! local features that look like the picture's own. Only in projects where that is asked for.
//!
//! How many look alike is counted here, not where they lie: whether they agree on that is told by `judge_parts`.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use crate::domain::features::{self, Feature};
use crate::domain::{Fingerprint, ImageId, Orientation, ProjectName, Sketch};
use crate::index::{Index, IndexQuery};

use super::candidates::{Candidate, Candidates, sorted};
use super::threads::{blocking, in_threads};
use super::{ServiceError, Services};
use crate::service::follow::{FollowedIndex, Indexed};

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

/// The index of local features; `None` where a project, or all, are not searched by them. Loaded when it is first asked for.
pub async fn index(
    services: &Services,
    project: Option<&ProjectName>,
) -> Result<Option<Arc<Index>>, ServiceError> {
    if !services.store.finds_crops(project).await? {
        return Ok(None);
    }
    let load = || FollowedIndex::load(&services.store, Indexed::Features);
    let features = services.features.get_or_try_init(load).await?;
    Ok(Some(Arc::clone(features.current(&services.store).await?)))
}

/// Images that have features of a picture, each with how the picture is oriented for it.
pub async fn candidates(
    services: &Services,
    project: Option<&ProjectName>,
    sketch: &Sketch,
    orientations: &[Orientation],
) -> Result<HashMap<ImageId, Orientation>, ServiceError> {
    let Some(index) = index(services, project).await? else {
        return Ok(HashMap::new());
    };
    let (project, sketch) = (project.cloned(), sketch.clone());
    let orientations = orientations.to_vec();
    blocking(move || {
        let found = features::of_sketch(&sketch);
        let found: Vec<Fingerprint> = found.iter().map(Feature::fingerprint).collect();
        let mut alike: Vec<(usize, ImageId, Orientation)> = Vec::new();
        for orientation in orientations {
            let oriented: Vec<Fingerprint> = found
                .iter()
                .filter_map(|one| one.oriented(orientation))
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
    let Some(index) = index(services, project).await? else {
        return Ok(());
    };
    let mut images = Vec::new();
    let add = |_: &_, image, features: &[_]| images.push((image, features.to_vec()));
    services.store.features(project, add).await?;
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
) -> Candidates {
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
        Some((image, alike))
    });
    let mut pairs = BTreeSet::new();
    let mut cut = HashSet::new();
    for (image, alike) in found {
        cut.extend((alike.len() > MOST).then_some(image));
        let alike = alike.into_iter().take(MOST);
        pairs.extend(alike.map(|(other, _)| sorted(image, other)));
    }
    Candidates {
        pairs: pairs.into_iter().map(Candidate::in_part).collect(),
        cut,
    }
}

/// How many of the features each image has.
fn images_with<'a>(
    index: &Index,
    project: Option<&ProjectName>,
    features: impl Iterator<Item = &'a Fingerprint>,
) -> HashMap<ImageId, usize> {
    let mut counts = HashMap::new();
    for fingerprint in features {
        let hits = index.search(&IndexQuery {
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
