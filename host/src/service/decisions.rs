//! Decisions that images are no duplicates of each other: made, listed, taken back.

use crate::domain::{Decision, ImageId, Pair, ProjectName};

use super::{ServiceError, Services, images, projects};

/// Most images that are decided to be different from each other at once: 4,950 pairs.
pub const MAX_IMAGES: usize = 100;

/// Decides that no two of some images, named by ids or names, are duplicates.
pub async fn decide(
    services: &Services,
    project: &ProjectName,
    ids_or_names: &[String],
) -> Result<Vec<Decision>, ServiceError> {
    if !(2..=MAX_IMAGES).contains(&ids_or_names.len()) {
        let sent = ids_or_names.len();
        let text = format!("images: {sent} were named; 2 to {MAX_IMAGES} can be");
        return Err(ServiceError::Invalid(text));
    }
    let mut ids: Vec<ImageId> = Vec::with_capacity(ids_or_names.len());
    for id_or_name in ids_or_names {
        let image = images::get(services, project, id_or_name).await?.id;
        if ids.contains(&image) {
            let text = format!("images: {id_or_name:?} is named twice");
            return Err(ServiceError::Invalid(text));
        }
        ids.push(image);
    }
    Ok(services.store.decide(project, Pair::all(&ids)).await?)
}

/// Decisions of a project in the order of their pairs, from behind `after`, at most `limit`.
pub async fn list(
    services: &Services,
    project: &ProjectName,
    after: Option<Pair>,
    limit: Option<u64>,
) -> Result<Vec<Decision>, ServiceError> {
    projects::check(services, project).await?;
    Ok(services.store.decisions(project, after, limit).await?)
}

/// Takes a decision back.
pub async fn delete(
    services: &Services,
    project: &ProjectName,
    pair: Pair,
) -> Result<(), ServiceError> {
    projects::check(services, project).await?;
    match services.store.undecide(project, pair).await? {
        true => Ok(()),
        false => Err(ServiceError::NotFound(format!(
            "project {:?} has no decision {pair}",
            project.as_str()
        ))),
    }
}
