//! The library over all projects: browsed at random, searched by similarity.

use crate::domain::{Algorithm, Image, ImageId, MAX_LIMIT, Sha256};
use crate::sandbox::Input;

use super::matching::{self, Criterion, Search, Subject};
use super::{ServiceError, Services};

/// Pictures of one page.
const PAGE: u64 = 48;
/// Bits of `dhash128` that may differ.
const RADIUS: u32 = 8;

/// Up to 48 pictures, at random.
pub async fn browse(services: &Services) -> Result<Vec<Image>, ServiceError> {
    let ids = services.store.random_images(PAGE).await?;
    Ok(services.store.images_by_id(&ids).await?)
}

/// What looks like a stored picture, nearest first: that one is the first of them.
pub async fn similar_to_image(services: &Services, id: &str) -> Result<Vec<Image>, ServiceError> {
    let image = image(services, id).await?;
    let subject = Subject::Stored(image.project.clone(), image.id.to_string());
    let mut similar = vec![image];
    similar.extend(search(services, subject).await?);
    Ok(similar)
}

/// What looks like a picture, nearest first.
pub async fn similar_to_picture(
    services: &Services,
    picture: Input,
    sha256: Sha256,
) -> Result<Vec<Image>, ServiceError> {
    search(services, Subject::Picture(picture, Some(sha256))).await
}

/// Reads every fingerprint of the store into the index again.
pub async fn rebuild_index(services: &Services) -> Result<(), ServiceError> {
    services.index.reload(&services.store).await?;
    match services.features.get() {
        Some(features) => features.reload(&services.store).await,
        None => Ok(()),
    }
}

/// An image of any project by its id.
pub async fn image(services: &Services, id: &str) -> Result<Image, ServiceError> {
    let found = match id.parse::<ImageId>() {
        Ok(id) => services.store.images_by_id(&[id]).await?.pop(),
        Err(_) => None,
    };
    let shown: String = id.chars().take(80).collect();
    found.ok_or_else(|| ServiceError::NotFound(format!("there is no image {shown:?}")))
}

async fn search(services: &Services, subject: Subject) -> Result<Vec<Image>, ServiceError> {
    let search = Search {
        subject,
        by: Criterion::Distance {
            algorithm: Some(Algorithm::Dhash128.into()),
            radius: Some(RADIUS),
            any_orientation: false,
        },
        scope: None,
        limit: MAX_LIMIT,
    };
    let found = matching::search(services, search).await?;
    let found = found.into_list(MAX_LIMIT).into_iter();
    Ok(found.map(|found| found.image).collect())
}
