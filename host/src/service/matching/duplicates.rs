//! Groups of near-duplicates, of one project or over all, page by page.
//!
//! Pictures belong to one group when a chain of duplicates leads from one to the other, or, when a radius or
//! an algorithm is asked for, a chain of pictures within the radius.
//! Two that were decided to be no duplicates are never in one group; see `grouping`.

use std::collections::HashMap;
use std::sync::Arc;

use crate::domain::{
    Algorithm, DuplicateGroup, DuplicateMember, Image, ImageId, Judgement, Merits, Orientation,
    ProjectName, best_copy, judge,
};

use super::grouping::{self, Known};
use super::{ServiceError, Services, judged_groups, projects, radius_of, second_look};

/// Most groups of one page.
pub const MAX_PAGE: usize = 1_000;

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
}

/// The groups of a project, or over all projects.
pub async fn duplicates(
    services: &Services,
    project: Option<&ProjectName>,
    asked: &Duplicates,
) -> Result<DuplicatesPage, ServiceError> {
    check_page(asked.limit)?;
    let by = asked.by()?;
    if let Some(project) = project {
        projects::check(services, project).await?;
    }
    let any_orientation = asked.any_orientation;
    let groups = match by {
        Some(by) => Arc::new(grouping::groups(services, project, by, any_orientation).await?),
        None => judged_groups::groups(services, project, any_orientation).await?,
    };
    let is_behind = |group: &&Vec<ImageId>| match asked.after {
        Some(after) => group.first().is_some_and(|first| *first > after),
        None => true,
    };
    let mut behind = groups.iter().filter(is_behind);
    let limit = asked.limit.unwrap_or(groups.len());
    let groups: Vec<Vec<ImageId>> = behind.by_ref().take(limit).cloned().collect();
    let has_more = behind.next().is_some();
    let last = groups.last().and_then(|group| group.first()).copied();
    Ok(DuplicatesPage {
        by,
        groups: match by {
            Some((algorithm, _)) => describe(services, groups, algorithm, any_orientation).await?,
            None => describe_judged(services, groups, any_orientation).await?,
        },
        next: last.filter(|_| has_more),
    })
}

impl Duplicates {
    /// Algorithm and radius when either is given.
    fn by(&self) -> Result<Option<(Algorithm, u32)>, ServiceError> {
        if self.algorithm.is_none() && self.radius.is_none() {
            return Ok(None);
        }
        let algorithm = self.algorithm.unwrap_or_default();
        Ok(Some((algorithm, radius_of(algorithm, self.radius)?)))
    }
}

/// What the store says of the members now; groups that lost too many of them are left out.
async fn describe(
    services: &Services,
    groups: Vec<Vec<ImageId>>,
    algorithm: Algorithm,
    any_orientation: bool,
) -> Result<Vec<DuplicateGroup>, ServiceError> {
    let groups = present(services, groups).await?.into_iter();
    let by_distance = |first: &Image, image: &Image| {
        let (first, own) = (Known::of(first, algorithm)?, Known::of(image, algorithm)?);
        let (distance, orientation) = first.distance(&own, any_orientation)?;
        let judgement = Judgement::of_distance(algorithm, distance);
        Some((distance, orientation, judgement))
    };
    Ok(groups
        .filter_map(|images| group(images, by_distance))
        .collect())
}

/// The same with what each is to the first by its sketch.
async fn describe_judged(
    services: &Services,
    groups: Vec<Vec<ImageId>>,
    any_orientation: bool,
) -> Result<Vec<DuplicateGroup>, ServiceError> {
    let groups = present(services, groups).await?;
    let images = groups.iter().flatten().map(|image| image.id);
    let sketches = second_look::sketches(services, &images.collect::<Vec<_>>()).await?;
    let judged = move |first: &Image, image: &Image| {
        if first.sha256 == image.sha256 {
            return Some((0, Orientation::Upright, Judgement::same_bytes()));
        }
        let (one, other) = (sketches.get(&first.id)?, sketches.get(&image.id)?);
        let (judgement, orientation) = judge(one, other, Orientation::counted(any_orientation));
        let (first, own) = (
            Known::of(first, Algorithm::Phash)?,
            Known::of(image, Algorithm::Phash)?,
        );
        let distance = first.distance_laid(&own, orientation)?;
        Some((distance, orientation, judgement.in_group()))
    };
    second_look::blocking(move || {
        let groups = groups.into_iter();
        groups.filter_map(|images| group(images, &judged)).collect()
    })
    .await
}

/// The images of groups that are there.
async fn present(
    services: &Services,
    groups: Vec<Vec<ImageId>>,
) -> Result<Vec<Vec<Image>>, ServiceError> {
    let images = services.store.images_by_id(&groups.concat()).await?;
    let mut images: HashMap<ImageId, Image> =
        images.into_iter().map(|image| (image.id, image)).collect();
    let members = |ids: Vec<ImageId>| ids.iter().filter_map(|id| images.remove(id)).collect();
    Ok(groups.into_iter().map(members).collect())
}

/// Each image with what it is to the first, and which one to keep.
fn group(
    images: Vec<Image>,
    to_first: impl Fn(&Image, &Image) -> Option<(u32, Orientation, Judgement)>,
) -> Option<DuplicateGroup> {
    let merits: Vec<Merits> = images.iter().map(merits).collect();
    let first = images.first()?.clone();
    let members: Vec<DuplicateMember> = images
        .into_iter()
        .filter_map(|image| {
            let (distance, orientation, judgement) = to_first(&first, &image)?;
            Some(DuplicateMember {
                image,
                distance,
                orientation,
                judgement,
            })
        })
        .collect();
    (members.len() > 1 && members.len() == merits.len()).then_some(())?;
    Some(DuplicateGroup {
        best: best_copy(&merits)?,
        members,
    })
}

/// What speaks for a stored image as the one to keep.
pub fn merits(image: &Image) -> Merits {
    let mut info = image.info.clone();
    info.exif = image.exif();
    Merits::of(&info, &image.fingerprints, image.bytes)
}

fn check_page(limit: Option<usize>) -> Result<(), ServiceError> {
    match limit {
        Some(limit) if !(1..=MAX_PAGE).contains(&limit) => Err(ServiceError::Invalid(format!(
            "limit: {limit} is not in 1 to {MAX_PAGE}"
        ))),
        _ => Ok(()),
    }
}
