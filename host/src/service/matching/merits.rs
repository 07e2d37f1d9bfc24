//! What speaks for stored images, told by what the store keeps of them. What is worth more is the business of
//! [`crate::domain::best_copy`].

use std::collections::HashMap;

use crate::domain::{Image, ImageId, Merits, Sketch};

use super::{ServiceError, Services};

/// Images whose sketches are read at once.
pub const SKETCH_BATCH: usize = 500;

/// The merits of images, in their order. An image whose sketch the store has not is known by its other facts.
pub async fn merits(services: &Services, images: &[&Image]) -> Result<Vec<Merits>, ServiceError> {
    let mut merits = Vec::with_capacity(images.len());
    for part in images.chunks(SKETCH_BATCH) {
        let ids: Vec<ImageId> = part.iter().map(|image| image.id).collect();
        let sketches = services.store.sketches(&ids).await?;
        let of = |image: &&Image| merits_of(image, sketches.get(&image.id));
        merits.extend(part.iter().map(of));
    }
    Ok(merits)
}

/// The same by the images' ids.
pub async fn merits_by_id(
    services: &Services,
    images: &[&Image],
) -> Result<HashMap<ImageId, Merits>, ServiceError> {
    let merits = merits(services, images).await?;
    let ids = images.iter().map(|image| image.id);
    Ok(ids.zip(merits).collect())
}

/// The merits of an image, with its sketch where there is one.
pub fn merits_of(image: &Image, sketch: Option<&Sketch>) -> Merits {
    let mut info = image.info.clone();
    info.exif = image.exif();
    Merits::new(&info, &image.fingerprints, image.bytes, sketch)
}
