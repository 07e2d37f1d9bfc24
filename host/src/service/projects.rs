//! Projects: listed, looked at, removed.

use crate::domain::{Image, Project, ProjectName};
use crate::store::RemovedProject;

use super::{ServiceError, Services};

/// All projects by name.
pub async fn list(services: &Services) -> Result<Vec<Project>, ServiceError> {
    Ok(services.store.projects().await?)
}

/// One project.
pub async fn get(services: &Services, name: &ProjectName) -> Result<Project, ServiceError> {
    services
        .store
        .project(name)
        .await?
        .ok_or_else(|| unknown(name))
}

/// `NotFound` when there is no such project. Takes no time with its images, as counting them does.
pub async fn check(services: &Services, name: &ProjectName) -> Result<(), ServiceError> {
    match services.store.has_project(name).await? {
        true => Ok(()),
        false => Err(unknown(name)),
    }
}

/// The cover of a project; `NotFound` when it has no image.
pub async fn cover(services: &Services, name: &ProjectName) -> Result<Image, ServiceError> {
    let coverless = || ServiceError::NotFound(format!("project {:?} has no images", name.as_str()));
    let primary = get(services, name).await?.primary.ok_or_else(coverless)?;
    services
        .store
        .image(name, primary)
        .await?
        .ok_or_else(coverless)
}

/// A project finds strong crops of its images from now on, or no longer. For images that are there that begins when their local
/// features are made: a second for some hundreds of them.
pub async fn set_finds_crops(
    services: &Services,
    name: &ProjectName,
    finds_crops: bool,
) -> Result<Project, ServiceError> {
    if !services.store.set_finds_crops(name, finds_crops).await? {
        return Err(unknown(name));
    }
    services.crops_wanted.notify_one();
    get(services, name).await
}

/// Removes a project with everything in it.
pub async fn delete(
    services: &Services,
    name: &ProjectName,
) -> Result<RemovedProject, ServiceError> {
    services
        .store
        .remove_project(name)
        .await?
        .ok_or_else(|| unknown(name))
}

fn unknown(name: &ProjectName) -> ServiceError {
    ServiceError::NotFound(format!("there is no project {:?}", name.as_str()))
}
