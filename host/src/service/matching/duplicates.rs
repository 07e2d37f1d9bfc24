//! Groups of near-duplicates, of one project or over all, page by page.
//!
//! Pictures belong to one group when a chain of pictures within the radius leads from one to the other.
//! Two that were decided to be no duplicates are never in one group; see `grouping`.

use std::collections::HashMap;

use crate::domain::{
    Algorithm, DuplicateGroup, DuplicateMember, Image, ImageId, Merits, ProjectName, best_copy,
};

use super::grouping::{self, Known};
use super::{ServiceError, Services, projects, radius_of};

/// Most groups of one page.
pub const MAX_PAGE: usize = 1_000;

/// Which duplicates are asked for.
#[derive(Clone, Debug, Default)]
pub struct Duplicates {
    /// By which algorithm.
    pub algorithm: Algorithm,
    /// Largest distance between neighbours of a group; the algorithm's default when `None`.
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
    /// The radius that was searched with.
    pub radius: u32,
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
    let radius = radius_of(asked.algorithm, asked.radius)?;
    if let Some(project) = project {
        projects::check(services, project).await?;
    }
    let mut groups = grouping::groups(services, project, asked, radius).await?;
    if let Some(after) = asked.after {
        groups.retain(|group| group.first().is_some_and(|first| *first > after));
    }
    let limit = asked.limit.unwrap_or(groups.len());
    let has_more = groups.len() > limit;
    groups.truncate(limit);
    let last = groups.last().and_then(|group| group.first()).copied();
    Ok(DuplicatesPage {
        radius,
        groups: describe(services, groups, asked).await?,
        next: last.filter(|_| has_more),
    })
}

/// What the store says of the members now; groups that lost too many of them are left out.
async fn describe(
    services: &Services,
    groups: Vec<Vec<ImageId>>,
    asked: &Duplicates,
) -> Result<Vec<DuplicateGroup>, ServiceError> {
    let images = services.store.images_by_id(&groups.concat()).await?;
    let mut images: HashMap<ImageId, Image> =
        images.into_iter().map(|image| (image.id, image)).collect();
    let described = groups.into_iter().filter_map(|ids| {
        let members = ids.iter().filter_map(|id| images.remove(id));
        group(members.collect(), asked)
    });
    Ok(described.collect())
}

/// Each image with its distance to the first, and which one to keep.
fn group(images: Vec<Image>, asked: &Duplicates) -> Option<DuplicateGroup> {
    let merits: Vec<Merits> = images.iter().map(merits).collect();
    let first = Known::of(images.first()?, asked.algorithm)?;
    let members: Vec<DuplicateMember> = images
        .into_iter()
        .filter_map(|image| {
            let own = Known::of(&image, asked.algorithm)?;
            let (distance, orientation) = first.distance(&own, asked.any_orientation)?;
            Some(DuplicateMember {
                image,
                distance,
                orientation,
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
    Merits::of(&info, image.bytes)
}

fn check_page(limit: Option<usize>) -> Result<(), ServiceError> {
    match limit {
        Some(limit) if !(1..=MAX_PAGE).contains(&limit) => Err(ServiceError::Invalid(format!(
            "limit: {limit} is not in 1 to {MAX_PAGE}"
        ))),
        _ => Ok(()),
    }
}
