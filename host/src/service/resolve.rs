//! Duplicates are brought down to one image: it takes over names and metadata, the others go to the trash.
//!
//! Each that goes is verified against the one that stays; what is less to it than the caller accepts is in the
//! way of all.

mod verified;

use crate::domain::{Image, ImageId, ImageName, Pair, ProjectName, Resolved, best_copy};

use super::matching::merits;
use super::{ServiceError, Services, images, projects};

pub use verified::Accept;

/// Most images of one resolution.
pub const MAX_IMAGES: usize = 1_000;

/// What to resolve; images are named by ids or names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wish {
    /// Keep one, remove the others.
    Keep {
        /// The one.
        keep: String,
        /// The others.
        remove: Vec<String>,
    },
    /// Keep one of a group, or the best.
    Group {
        /// The one, in the group or not.
        keep: Option<String>,
        /// The group.
        images: Vec<String>,
    },
}

/// What came of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Resolution {
    /// What was kept and what went.
    pub resolved: Resolved,
    /// Images that had gone to the trash for the kept one before.
    pub before: Vec<ImageId>,
}

/// What a name in a wish stands for.
enum Named {
    /// An image.
    There(Box<Image>),
    /// An image in the trash, and what was kept in its place.
    Trashed { id: ImageId, into: ImageId },
}

/// Merges duplicates into one image, or only says what would come of it. Done twice, it is done once:
/// what went to the trash for the kept image before is only named. `Conflict` when an image went to the
/// trash for another, when two of them were decided to be no duplicates, or when one is less to the kept image
/// than is accepted.
pub async fn resolve(
    services: &Services,
    project: &ProjectName,
    wish: Wish,
    accept: Accept,
    dry_run: bool,
) -> Result<Resolution, ServiceError> {
    projects::check(services, project).await?;
    let (keep, named) = match wish {
        Wish::Keep { keep, remove } => {
            check_number(remove.len() + 1)?;
            let keep = present(project, &keep, named(services, project, &keep).await?)?;
            (keep, all_named(services, project, &remove).await?)
        }
        Wish::Group { keep, images } => {
            check_number(images.len())?;
            let group = all_named(services, project, &images).await?;
            let keep = match keep {
                Some(keep) => present(project, &keep, named(services, project, &keep).await?)?,
                None => best(services, &group).await?,
            };
            let is_kept = |one: &Named| matches!(one, Named::There(image) if image.id == keep);
            (
                keep,
                group.into_iter().filter(|one| !is_kept(one)).collect(),
            )
        }
    };
    let (remove, before) = sort_out(project, keep, named)?;
    check_decisions(services, project, keep, &remove).await?;
    verified::check(services, keep, &remove, accept).await?;
    let store = &services.store;
    let resolved = match dry_run || remove.is_empty() {
        true => store.would_resolve(project, keep, &remove).await?,
        false => store.resolve(project, keep, remove).await?,
    };
    Ok(Resolution { resolved, before })
}

fn check_number(images: usize) -> Result<(), ServiceError> {
    if (2..=MAX_IMAGES).contains(&images) {
        return Ok(());
    }
    Err(ServiceError::Invalid(format!(
        "{images} images were named; 2 to {MAX_IMAGES} can be resolved at once"
    )))
}

async fn all_named(
    services: &Services,
    project: &ProjectName,
    ids_or_names: &[String],
) -> Result<Vec<Named>, ServiceError> {
    let mut all = Vec::with_capacity(ids_or_names.len());
    for id_or_name in ids_or_names {
        all.push(named(services, project, id_or_name).await?);
    }
    Ok(all)
}

/// An image, or what became of one: a name that leads to the kept image stands for the one that had it.
async fn named(
    services: &Services,
    project: &ProjectName,
    id_or_name: &str,
) -> Result<Named, ServiceError> {
    let store = &services.store;
    if let Some(image) = images::find(services, project, id_or_name).await? {
        return Ok(Named::There(Box::new(image)));
    }
    let id = match (id_or_name.parse(), ImageName::parse(id_or_name)) {
        (Ok(id), _) => Some(id),
        (_, Ok(name)) => {
            let holder = store.image_by_alias(project, &name).await?;
            let merged = holder.iter().flat_map(|image| &image.merged);
            merged
                .rev()
                .find(|other| other.name == name)
                .map(|other| other.id)
        }
        _ => None,
    };
    if let Some(id) = id
        && let Some(trashed) = store.trashed(project, id).await?
    {
        let into = trashed.merged_into;
        return Ok(Named::Trashed { id, into });
    }
    Err(images::unknown(project, id_or_name))
}

fn present(project: &ProjectName, id_or_name: &str, named: Named) -> Result<ImageId, ServiceError> {
    match named {
        Named::There(image) => Ok(image.id),
        Named::Trashed { id, into } => Err(gone(project, id_or_name, id, into)),
    }
}

/// The best of those that are there; of none there is nothing to choose.
async fn best(services: &Services, group: &[Named]) -> Result<ImageId, ServiceError> {
    let mut there: Vec<&Image> = group
        .iter()
        .filter_map(|one| match one {
            Named::There(image) => Some(image.as_ref()),
            Named::Trashed { .. } => None,
        })
        .collect();
    there.sort_by_key(|image| image.id);
    let merits = merits(services, &there).await?;
    let best = best_copy(&merits).and_then(|best| there.get(best.position));
    best.map(|image| image.id)
        .ok_or_else(|| ServiceError::Conflict {
            message: "every one of these images is in the trash already".into(),
            image: None,
        })
}

/// What is to go, and what went for the kept image before; each once.
fn sort_out(
    project: &ProjectName,
    keep: ImageId,
    named: Vec<Named>,
) -> Result<(Vec<ImageId>, Vec<ImageId>), ServiceError> {
    let (mut remove, mut before) = (Vec::new(), Vec::new());
    for one in named {
        match one {
            Named::There(image) if image.id == keep => {
                let text = format!("{} cannot be kept and removed", image.name);
                return Err(ServiceError::Invalid(text));
            }
            Named::There(image) if !remove.contains(&image.id) => remove.push(image.id),
            Named::There(_) => {}
            Named::Trashed { id, into } if into == keep => before.push(id),
            Named::Trashed { id, into } => return Err(gone(project, &id.to_string(), id, into)),
        }
    }
    before.sort_unstable();
    before.dedup();
    Ok((remove, before))
}

async fn check_decisions(
    services: &Services,
    project: &ProjectName,
    keep: ImageId,
    remove: &[ImageId],
) -> Result<(), ServiceError> {
    let decided = services.store.decided_pairs(Some(project)).await?;
    if decided.is_empty() {
        return Ok(());
    }
    let mut all = remove.to_vec();
    all.push(keep);
    match Pair::all(&all)
        .into_iter()
        .find(|pair| decided.contains(pair))
    {
        None => Ok(()),
        Some(pair) => Err(ServiceError::Conflict {
            message: format!(
                "two of these were decided to be no duplicates: delete the decision {pair} first"
            ),
            image: None,
        }),
    }
}

fn gone(project: &ProjectName, shown: &str, id: ImageId, into: ImageId) -> ServiceError {
    let shown: String = shown.chars().take(80).collect();
    ServiceError::Conflict {
        message: format!(
            "{shown:?} is in the trash of project {:?}: image {into} was kept in its place",
            project.as_str()
        ),
        image: Some(id),
    }
}
