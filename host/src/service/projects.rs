//! Projects: listed, looked at, removed.

use crate::domain::{Image, Project, ProjectName};

use super::{ServiceError, Services};

/// All projects by name.
pub async fn list(services: &Services) -> Result<Vec<Project>, ServiceError> {
    todo!()
}

/// One project.
pub async fn get(services: &Services, name: &ProjectName) -> Result<Project, ServiceError> {
    todo!()
}

/// The cover of a project; `NotFound` when it has no image.
pub async fn cover(services: &Services, name: &ProjectName) -> Result<Image, ServiceError> {
    todo!()
}

/// Removes a project with everything in it and says how many images that were.
pub async fn delete(services: &Services, name: &ProjectName) -> Result<u64, ServiceError> {
    todo!()
}
