//! Sketches and fingerprints of pictures: the stored ones, and those that have to be made.

use std::collections::HashMap;

use futures::{StreamExt, stream};

use crate::domain::{Fingerprint, Image, ImageId, Plan, Sketch};
use crate::sandbox::Input;

use super::reach::{ALGORITHMS, is_searched};
use crate::service::{ServiceError, Services, blobs, retry};

/// Missing sketches that are made at once.
const MADE_AT_ONCE: usize = 4;

/// The sketches of images; those that the store has not are made and put there, however long the sandbox is busy with
/// other requests. An image whose picture cannot be read is left out.
pub async fn sketches(
    services: &Services,
    images: &[ImageId],
) -> Result<HashMap<ImageId, Sketch>, ServiceError> {
    let mut sketches = services.store.sketches(images).await?;
    let missing = images.iter().filter(|image| !sketches.contains_key(image));
    let missing: Vec<ImageId> = missing.copied().collect();
    if missing.is_empty() {
        return Ok(sketches);
    }
    let missing = services.store.images_by_id(&missing).await?;
    let mut made = stream::iter(missing)
        .map(|image| async move {
            let made = retry::while_busy(|| make(services, &image)).await;
            (image.id, made)
        })
        .buffer_unordered(MADE_AT_ONCE);
    while let Some((image, made)) = made.next().await {
        match made {
            Ok((_, sketch)) => drop(sketches.insert(image, sketch)),
            Err(error) => tracing::warn!(%image, %error, "its sketch cannot be made"),
        }
    }
    Ok(sketches)
}

/// The fingerprints that a stored image is searched by, and its sketch. Its file is read only when one of them is
/// missing.
pub async fn of_image(
    services: &Services,
    image: &Image,
) -> Result<(Vec<Fingerprint>, Sketch), ServiceError> {
    let fingerprints = of_today(&image.fingerprints);
    let mut sketches = services.store.sketches(&[image.id]).await?;
    match sketches.remove(&image.id) {
        Some(sketch) if fingerprints.len() == ALGORITHMS.len() => Ok((fingerprints, sketch)),
        _ => make(services, image).await,
    }
}

/// Those fingerprints of a picture that it is searched by.
pub fn of_today(fingerprints: &[Fingerprint]) -> Vec<Fingerprint> {
    fingerprints.iter().filter(is_searched).cloned().collect()
}

/// The fingerprints and the sketch of a picture, by one call of the sandbox.
pub async fn of_picture(
    services: &Services,
    input: Input,
) -> Result<(Vec<Fingerprint>, Sketch), ServiceError> {
    let plan = Plan {
        algorithms: ALGORITHMS.to_vec(),
        renditions: Vec::new(),
    };
    let outcome = services.sandbox.process(input, plan).await?;
    let missing = || ServiceError::Internal(anyhow::anyhow!("the component made no sketch"));
    Ok((outcome.fingerprints, outcome.sketch.ok_or_else(missing)?))
}

async fn make(
    services: &Services,
    image: &Image,
) -> Result<(Vec<Fingerprint>, Sketch), ServiceError> {
    let made = of_picture(services, blobs::input(services, image).await?).await?;
    services.store.put_sketch(image, &made.1).await?;
    Ok(made)
}
