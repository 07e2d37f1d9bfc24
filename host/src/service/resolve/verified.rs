//! What images are to the one that is to stay: by their stored sketches, and where those do not vouch for it by
//! their files.

use std::collections::HashMap;

use crate::domain::{Image, ImageId, Judgement, Orientation, Sketch, Verdict, judge};
use crate::service::matching::comparisons::{Picture, compare};
use crate::service::matching::{sketches::sketches, threads::blocking};
use crate::service::{ServiceError, Services};

/// What an image has to be to the one that stays, at least, to go without a look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Accept {
    /// The same bytes, or re-encoded, resized, converted.
    #[default]
    SamePicture,
    /// Also with something done to it.
    Edited,
    /// Anything: whoever asks has looked at them.
    Any,
}

impl Accept {
    fn takes(self, verdict: Verdict) -> bool {
        match self {
            Self::SamePicture => verdict <= Verdict::SamePicture,
            Self::Edited => verdict <= Verdict::Edited,
            Self::Any => true,
        }
    }

    /// What to send for images of a verdict to go, too.
    fn for_verdict(verdict: Verdict) -> &'static str {
        match verdict <= Verdict::Edited {
            true => "edited",
            false => "any",
        }
    }
}

/// `Conflict` when one of those that are to go is less to the one that stays than is accepted.
pub async fn check(
    services: &Services,
    keep: ImageId,
    remove: &[ImageId],
    accept: Accept,
) -> Result<(), ServiceError> {
    if accept == Accept::Any || remove.is_empty() {
        return Ok(());
    }
    let ids: Vec<ImageId> = remove.iter().copied().chain([keep]).collect();
    let mut images = services.store.images_by_id(&ids).await?;
    let gone = || ServiceError::NotFound(format!("image {keep} went meanwhile"));
    let at = images.iter().position(|image| image.id == keep);
    let kept = images.swap_remove(at.ok_or_else(gone)?);
    images.sort_unstable_by_key(|image| image.id);
    let unclear = by_sketches(services, &kept, images, accept).await?;
    let picture = Picture::stored(&kept);
    for image in unclear {
        let other = Picture::stored(&image);
        let judgement = compare(services, &picture, &other).await?.judgement;
        if !accept.takes(judgement.verdict) {
            return Err(refused(&kept, &image, &judgement));
        }
    }
    Ok(())
}

/// Those whose sketches do not vouch for what is accepted. A sketch never refuses: files tell more.
async fn by_sketches(
    services: &Services,
    kept: &Image,
    mut images: Vec<Image>,
    accept: Accept,
) -> Result<Vec<Image>, ServiceError> {
    images.retain(|image| image.sha256 != kept.sha256);
    if images.is_empty() {
        return Ok(images);
    }
    let ids: Vec<ImageId> = images
        .iter()
        .map(|image| image.id)
        .chain([kept.id])
        .collect();
    let sketches = sketches(services, &ids).await?;
    let kept = kept.id;
    let vouches = move |image: &Image| {
        let judgement = judged(&sketches, kept, image.id);
        judgement.is_some_and(|judgement| judgement.verified && accept.takes(judgement.verdict))
    };
    blocking(move || {
        images.retain(|image| !vouches(image));
        images
    })
    .await
}

fn judged(sketches: &HashMap<ImageId, Sketch>, one: ImageId, other: ImageId) -> Option<Judgement> {
    let (one, other) = (sketches.get(&one)?, sketches.get(&other)?);
    Some(judge(one, other, &[Orientation::Upright]).0)
}

fn refused(kept: &Image, image: &Image, judgement: &Judgement) -> ServiceError {
    let verdict = judgement.verdict.name();
    ServiceError::Conflict {
        message: format!(
            "nothing was done: {:?} (image {}) is {verdict} to {:?}, which is to be kept. {} \
             Look at both; `accept`: `{}` takes such images, too",
            image.name.as_str(),
            image.id,
            kept.name.as_str(),
            judgement.reason,
            Accept::for_verdict(judgement.verdict),
        ),
        image: Some(image.id),
    }
}
