//! Images: given, listed, made the cover, removed.

use crate::domain::{Image, ImageId, ImageName, ProjectName};
use crate::store::Removed;

use super::{ServiceError, Services, projects};

/// Images of a project in upload order, from behind `after`; `NotFound` when there is no such project,
/// or no such image to go on behind.
pub async fn list(
    services: &Services,
    project: &ProjectName,
    after: Option<ImageId>,
    limit: Option<u64>,
) -> Result<Vec<Image>, ServiceError> {
    let images = services.store.images(project, after, limit).await?;
    if images.is_empty() {
        match after {
            Some(after) => get(services, project, &after.to_string()).await.map(drop)?,
            None => projects::get(services, project).await.map(drop)?,
        }
    }
    Ok(images)
}

/// One image by id or, failing that, by name, or by the name of one that was merged into it.
pub async fn get(
    services: &Services,
    project: &ProjectName,
    id_or_name: &str,
) -> Result<Image, ServiceError> {
    if let Some(image) = find(services, project, id_or_name).await? {
        return Ok(image);
    }
    if let Some(image) = find_by_alias(services, project, id_or_name).await? {
        return Ok(image);
    }
    projects::check(services, project).await?;
    Err(unknown(project, id_or_name))
}

/// Removes one image for good, with everything that was merged into it but for what is in the trash.
/// `Conflict` when the name is that of an image that was merged: nobody who names a copy means the image
/// that was kept.
pub async fn delete(
    services: &Services,
    project: &ProjectName,
    id_or_name: &str,
) -> Result<Removed, ServiceError> {
    let image = get(services, project, id_or_name).await?;
    refuse_alias(&image, id_or_name)?;
    services
        .store
        .remove(project, image.id)
        .await?
        .ok_or_else(|| unknown(project, id_or_name))
}

/// Removes the image that a one-time deletion token stands for.
pub async fn delete_by_token(services: &Services, token: &str) -> Result<Removed, ServiceError> {
    let unknown = || ServiceError::NotFound("no image has this deletion token".into());
    let (project, image) = services
        .store
        .image_by_deletion_token(token)
        .await?
        .ok_or_else(unknown)?;
    services
        .store
        .remove(&project, image)
        .await?
        .ok_or_else(unknown)
}

/// Makes one image the cover and says which it is.
pub async fn set_primary(
    services: &Services,
    project: &ProjectName,
    id_or_name: &str,
) -> Result<Image, ServiceError> {
    let image = get(services, project, id_or_name).await?;
    if !services.store.set_primary(project, image.id).await? {
        return Err(unknown(project, id_or_name));
    }
    Ok(Image {
        is_primary: true,
        ..image
    })
}

/// One image by id or its own name.
pub(super) async fn find(
    services: &Services,
    project: &ProjectName,
    id_or_name: &str,
) -> Result<Option<Image>, ServiceError> {
    if let Ok(id) = id_or_name.parse()
        && let Some(image) = services.store.image(project, id).await?
    {
        return Ok(Some(image));
    }
    match ImageName::parse(id_or_name) {
        Ok(name) => Ok(services.store.image_by_name(project, &name).await?),
        Err(_) => Ok(None),
    }
}

async fn find_by_alias(
    services: &Services,
    project: &ProjectName,
    name: &str,
) -> Result<Option<Image>, ServiceError> {
    match ImageName::parse(name) {
        Ok(name) => Ok(services.store.image_by_alias(project, &name).await?),
        Err(_) => Ok(None),
    }
}

fn refuse_alias(image: &Image, id_or_name: &str) -> Result<(), ServiceError> {
    let is_name = ImageName::parse(id_or_name).is_ok_and(|name| name == image.name);
    if is_name || id_or_name == image.id.to_string() {
        return Ok(());
    }
    let name = image.name.as_str();
    Err(ServiceError::Conflict {
        message: format!(
            "{id_or_name:?} was merged into {name:?}: delete that by its own name or id, or the copy from the trash"
        ),
        image: Some(image.id),
    })
}

pub(super) fn unknown(project: &ProjectName, id_or_name: &str) -> ServiceError {
    let shown: String = id_or_name.chars().take(80).collect();
    let project = project.as_str();
    ServiceError::NotFound(format!("project {project:?} has no image {shown:?}"))
}
