//! Groups of near-duplicates, of one project or over all, page by page.
//!
//! Each picture of a group is verified to be a duplicate of the one to keep; or, when a radius or
//! an algorithm is asked for, a chain of pictures within the radius leads to it.
//! Two that were decided to be no duplicates are never in one group; see `groups` and `grouping`.

use std::collections::HashMap;

use crate::domain::{
    Algorithm, BestCopy, DuplicateGroup, DuplicateMember, Image, ImageId, Judgement, Merit,
    ProjectName, Relation, best_copy, check_limit,
};

use super::grouping::{self, Fingerprinted};
use super::groups::{self, Group};
use super::merits::merits_by_id;
use super::{ServiceError, Services, projects, radius_of};

/// Which duplicates are asked for.
#[derive(Clone, Debug, Default)]
pub struct Duplicates {
    /// By which algorithm; the default one when only a radius is given.
    pub algorithm: Option<Algorithm>,
    /// Largest distance between neighbours of a group; the algorithm's default when only that is given. With
    /// neither pairs are judged.
    pub radius: Option<u32>,
    /// Also find mirrored and turned copies.
    pub any_orientation: bool,
    /// Only groups whose first image comes behind this one.
    pub after: Option<ImageId>,
    /// Most groups, 1 to 1000; all when `None`.
    pub limit: Option<usize>,
}

/// Some of the groups.
#[derive(Clone, Debug, PartialEq)]
pub struct DuplicatesPage {
    /// What was searched with; `None` when pairs were judged.
    pub by: Option<(Algorithm, u32)>,
    /// In upload order of their first images.
    pub groups: Vec<DuplicateGroup>,
    /// There are more groups, behind this image.
    pub next: Option<ImageId>,
    /// Images of which not all candidates were judged.
    pub left_out: usize,
    /// Pairs that neither sketches nor a comparison of their pictures decided.
    pub not_compared: usize,
}

/// The groups of a project, or over all projects.
pub async fn duplicates(
    services: &Services,
    project: Option<&ProjectName>,
    asked: &Duplicates,
) -> Result<DuplicatesPage, ServiceError> {
    asked.limit.map(check_limit).transpose()?;
    let by = asked.by()?;
    if let Some(project) = project {
        projects::check(services, project).await?;
    }
    let any_orientation = asked.any_orientation;
    match by {
        Some((algorithm, radius)) => {
            let by = (algorithm, radius);
            let groups = grouping::groups(services, project, by, any_orientation).await?;
            let (part, next) = asked.page(&groups, |group| group.first());
            Ok(DuplicatesPage {
                by: Some(by),
                groups: describe(services, part, algorithm, any_orientation).await?,
                next,
                left_out: 0,
                not_compared: 0,
            })
        }
        None => {
            let verified = groups::groups(services, project, any_orientation).await?;
            let (part, next) = asked.page(&verified.groups, |group| {
                group.members.first().map(|(image, _)| image)
            });
            Ok(DuplicatesPage {
                by: None,
                groups: describe_verified(services, part).await?,
                next,
                left_out: verified.left_out,
                not_compared: verified.not_compared,
            })
        }
    }
}

impl Duplicates {
    /// The groups that are asked for of all, which are in the order of their first images; and behind which image the
    /// next page begins.
    fn page<'a, G>(
        &self,
        groups: &'a [G],
        first: impl Fn(&G) -> Option<&ImageId>,
    ) -> (&'a [G], Option<ImageId>) {
        let is_before = |group: &G| first(group).is_some_and(|id| Some(*id) <= self.after);
        let behind = &groups[groups.partition_point(is_before)..];
        let part = &behind[..behind.len().min(self.limit.unwrap_or(usize::MAX))];
        let last = part.last().and_then(first).copied();
        (part, last.filter(|_| part.len() < behind.len()))
    }

    /// Algorithm and radius when either is given.
    fn by(&self) -> Result<Option<(Algorithm, u32)>, ServiceError> {
        if self.algorithm.is_none() && self.radius.is_none() {
            return Ok(None);
        }
        let algorithm = self.algorithm.unwrap_or_default();
        Ok(Some((
            algorithm,
            radius_of(&algorithm.into(), self.radius)?,
        )))
    }
}

/// Groups by distance, as the store has their images now: those that lost too many of them are left out.
async fn describe(
    services: &Services,
    groups: &[Vec<ImageId>],
    algorithm: Algorithm,
    any_orientation: bool,
) -> Result<Vec<DuplicateGroup>, ServiceError> {
    let images = images(services, groups.iter().flatten()).await?;
    let merits = merits_by_id(services, &images.values().collect::<Vec<_>>()).await?;
    let group = |ids: &Vec<ImageId>| {
        let images: Vec<&Image> = ids.iter().filter_map(|id| images.get(id)).collect();
        let merits = images.iter().filter_map(|image| merits.get(&image.id));
        let best = best_copy(&merits.collect::<Vec<_>>())?;
        let kept = images[best.position];
        let members = images.iter().filter_map(|image| {
            let (distance, relation) = by_distance(kept, image, algorithm, any_orientation)?;
            Some(DuplicateMember {
                image: (*image).clone(),
                distance,
                relation,
            })
        });
        group(kept.id, best.merit, members.collect())
    };
    Ok(groups.iter().filter_map(group).collect())
}

/// What an image is to the kept one by the distance of their fingerprints.
fn by_distance(
    kept: &Image,
    image: &Image,
    algorithm: Algorithm,
    any_orientation: bool,
) -> Option<(u32, Relation)> {
    if kept.sha256 == image.sha256 {
        return Some((0, Relation::same_bytes()));
    }
    let fingerprint = |image| Fingerprinted::new(image, algorithm);
    let (distance, orientation) =
        fingerprint(kept)?.distance(&fingerprint(image)?, any_orientation)?;
    let judgement = Judgement::of_distance(algorithm, distance);
    let relation = Relation {
        judgement,
        orientation,
    };
    Some((distance, relation))
}

/// The same of verified groups.
async fn describe_verified(
    services: &Services,
    groups: &[Group],
) -> Result<Vec<DuplicateGroup>, ServiceError> {
    let members = groups.iter().flat_map(|group| &group.members);
    let images = images(services, members.map(|(image, _)| image)).await?;
    let group = |verified: &Group| {
        let kept = images.get(&verified.kept)?;
        let members = verified.members.iter().filter_map(|(image, relation)| {
            let image = images.get(image)?;
            Some(DuplicateMember {
                image: image.clone(),
                distance: distance(kept, image, relation)?,
                relation: relation.clone(),
            })
        });
        group(verified.kept, verified.merit, members.collect())
    };
    Ok(groups.iter().filter_map(group).collect())
}

/// Differing bits of the default algorithm, in the orientation of a relation.
fn distance(kept: &Image, image: &Image, relation: &Relation) -> Option<u32> {
    if kept.sha256 == image.sha256 {
        return Some(0);
    }
    let fingerprint = |image| Fingerprinted::new(image, Algorithm::default());
    fingerprint(kept)?.distance_laid(&fingerprint(image)?, relation.orientation)
}

fn group(kept: ImageId, merit: Merit, members: Vec<DuplicateMember>) -> Option<DuplicateGroup> {
    let position = members.iter().position(|member| member.image.id == kept)?;
    (members.len() > 1).then_some(DuplicateGroup {
        best: BestCopy { position, merit },
        members,
    })
}

/// Those images that are there, by their ids.
async fn images(
    services: &Services,
    ids: impl Iterator<Item = &ImageId>,
) -> Result<HashMap<ImageId, Image>, ServiceError> {
    let ids: Vec<ImageId> = ids.copied().collect();
    let images = services.store.images_by_id(&ids).await?;
    Ok(images.into_iter().map(|image| (image.id, image)).collect())
}
