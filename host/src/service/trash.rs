//! The trash: what gave way to a duplicate waits there to be restored, or until it is emptied.

use std::time::Duration;

use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use crate::domain::{Image, ImageId, ProjectName, Trashed};
use crate::store::{Emptied, TrashPart};

use super::{ServiceError, Services, projects};

/// How often time is counted, and the trash looked through for what has been there long enough.
const LOOK_EVERY: Duration = Duration::from_secs(600);

/// What is in the trash of a project, by id, from behind `after`, at most `limit`.
pub async fn list(
    services: &Services,
    project: &ProjectName,
    after: Option<ImageId>,
    limit: Option<u64>,
) -> Result<Vec<Trashed>, ServiceError> {
    projects::check(services, project).await?;
    Ok(services.store.trash(project, after, limit).await?)
}

/// One image of the trash.
pub async fn get(
    services: &Services,
    project: &ProjectName,
    image: &str,
) -> Result<Trashed, ServiceError> {
    projects::check(services, project).await?;
    let found = match image.parse() {
        Ok(id) => services.store.trashed(project, id).await?,
        Err(_) => None,
    };
    found.ok_or_else(|| unknown(project, image))
}

/// Puts an image back: whole, at its place in the order, under its name or the next free ` (2)`.
pub async fn restore(
    services: &Services,
    project: &ProjectName,
    image: &str,
) -> Result<Image, ServiceError> {
    let trashed = get(services, project, image).await?;
    let restored = services
        .store
        .restore_trashed(project, trashed.image.id)
        .await?;
    restored.ok_or_else(|| unknown(project, image))
}

/// Deletes one image of the trash for good.
pub async fn delete(
    services: &Services,
    project: &ProjectName,
    image: &str,
) -> Result<Emptied, ServiceError> {
    let id = get(services, project, image).await?.image.id;
    let store = &services.store;
    let emptied = store.empty_trash(project, TrashPart::One(id)).await?;
    match emptied.images {
        0 => Err(unknown(project, image)),
        _ => Ok(emptied),
    }
}

/// Empties the trash of a project.
pub async fn empty(services: &Services, project: &ProjectName) -> Result<Emptied, ServiceError> {
    projects::check(services, project).await?;
    let store = &services.store;
    Ok(store.empty_trash(project, TrashPart::All).await?)
}

/// Counts the store's time, and deletes what has been in the trash for longer than `retention`, now and every ten
/// minutes, until `stop`.
pub async fn keep_short(services: Services, retention: Duration, stop: CancellationToken) {
    let mut looks = tokio::time::interval(LOOK_EVERY);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = looks.tick() => {}
        }
        if let Err(error) = clear(&services, retention).await {
            let error = &error as &dyn std::error::Error;
            tracing::error!(
                error,
                "the trash could not be looked through; tried again in a while"
            );
        }
    }
}

async fn clear(services: &Services, retention: Duration) -> Result<(), ServiceError> {
    let seen = services.store.count_time(Timestamp::now()).await?;
    let Some(time) = seen.checked_sub(retention) else {
        return Ok(());
    };
    let part = TrashPart::SeenBy(time);
    for project in services.store.projects_with_trash().await? {
        match services.store.empty_trash(&project, part).await {
            Ok(Emptied { images: 0, .. }) => {}
            Ok(emptied) => {
                tracing::info!(%project, deleted = emptied.images, "deleted from the trash after their time");
            }
            Err(error) => {
                let error = &error as &dyn std::error::Error;
                tracing::error!(%project, error, "its trash is looked through again in a while");
            }
        }
    }
    Ok(())
}

fn unknown(project: &ProjectName, image: &str) -> ServiceError {
    let shown: String = image.chars().take(80).collect();
    let project = project.as_str();
    ServiceError::NotFound(format!(
        "the trash of project {project:?} has no image {shown:?}"
    ))
}
