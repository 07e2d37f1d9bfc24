//! What is asked about, and what is learned of it before the index is asked: from the store, or by one call of the
//! sandbox.

use crate::domain::{Fingerprint, Image, Orientation, ProjectName, Sha256};
use crate::sandbox::Input;

use super::comparisons::Picture;
use super::verification::VerificationQuery;
use super::{Query, ServiceError, Services, blobs, digest, images, sketches};

/// A picture to ask about.
#[derive(Clone, Debug)]
pub enum Subject {
    /// Sent along.
    Picture(Input),
    /// Stored in a project, by id or name.
    Stored(ProjectName, String),
}

/// What is known of a subject before the index is asked.
pub(super) struct ResolvedSubject {
    /// Of its bytes.
    pub sha256: Sha256,
    /// The stored image that it is.
    pub image: Option<Image>,
    /// How its matches are found.
    pub by: By,
}

/// How matches are found.
pub(super) enum By {
    /// By the distance of these fingerprints alone.
    Distance(Vec<(Orientation, Fingerprint)>),
    /// By verifying candidates.
    Verification(VerificationQuery),
}

/// Digest and fingerprints of a subject: the stored ones, or by one call of the sandbox.
pub(super) async fn resolve(
    services: &Services,
    subject: Subject,
    query: &Query,
) -> Result<ResolvedSubject, ServiceError> {
    if query.is_judged() {
        return learn_to_verify(services, subject, query.any_orientation).await;
    }
    let (input, image) = match subject {
        Subject::Picture(input) => (input, None),
        Subject::Stored(project, id_or_name) => {
            let image = images::get(services, &project, &id_or_name).await?;
            if let Some(fingerprint) = stored_fingerprint(&image, query) {
                return Ok(ResolvedSubject {
                    sha256: image.sha256,
                    by: By::Distance(vec![(Orientation::Upright, fingerprint)]),
                    image: Some(image),
                });
            }
            (given(services, &image).await?, Some(image))
        }
    };
    let sha256 = match &image {
        Some(image) => image.sha256,
        None => digest::of_input(input.clone()).await?,
    };
    let fingerprints = fingerprints(services, input, query).await?;
    Ok(ResolvedSubject {
        sha256,
        image,
        by: By::Distance(fingerprints),
    })
}

/// Digest, fingerprints and sketch of a subject.
async fn learn_to_verify(
    services: &Services,
    subject: Subject,
    any_orientation: bool,
) -> Result<ResolvedSubject, ServiceError> {
    let (image, picture, (fingerprints, sketch)) = match subject {
        Subject::Picture(input) => {
            let sha256 = digest::of_input(input.clone()).await?;
            let learned = sketches::of_picture(services, input.clone()).await?;
            (None, Picture::sent(input, sha256), learned)
        }
        Subject::Stored(project, id_or_name) => {
            let image = images::get(services, &project, &id_or_name).await?;
            let learned = sketches::of_image(services, &image).await?;
            let picture = Picture::stored(&image);
            (Some(image), picture, learned)
        }
    };
    Ok(ResolvedSubject {
        sha256: picture.sha256(),
        image,
        by: By::Verification(VerificationQuery {
            picture: Some(picture),
            ..VerificationQuery::new(&fingerprints, sketch, any_orientation)
        }),
    })
}

/// What is stored already, when it answers the query and was made by today's definition.
fn stored_fingerprint(image: &Image, query: &Query) -> Option<Fingerprint> {
    let algorithm = query.algorithm.unwrap_or_default();
    let fits = |fingerprint: &&Fingerprint| {
        (fingerprint.algorithm, fingerprint.version) == (algorithm, algorithm.version())
    };
    let wanted = (!query.any_orientation).then_some(&image.fingerprints)?;
    wanted.iter().find(fits).cloned()
}

async fn fingerprints(
    services: &Services,
    input: Input,
    query: &Query,
) -> Result<Vec<(Orientation, Fingerprint)>, ServiceError> {
    let sandbox = &services.sandbox;
    let algorithm = query.algorithm.unwrap_or_default();
    if query.any_orientation {
        return Ok(sandbox.hash_orientations(input, algorithm).await?);
    }
    let fingerprints = sandbox.hash(input, vec![algorithm]).await?;
    let upright = fingerprints
        .into_iter()
        .map(|fingerprint| (Orientation::Upright, fingerprint));
    Ok(upright.collect())
}

pub(super) async fn picture(services: &Services, subject: Subject) -> Result<Input, ServiceError> {
    match subject {
        Subject::Picture(input) => Ok(input),
        Subject::Stored(project, id_or_name) => {
            let image = images::get(services, &project, &id_or_name).await?;
            given(services, &image).await
        }
    }
}

/// The bytes of a stored image as they were given.
pub(super) async fn given(services: &Services, image: &Image) -> Result<Input, ServiceError> {
    let missing = || ServiceError::NotFound(format!("the file of image {} is gone", image.name));
    let bytes = blobs::read_all(&services.store, &blobs::given(image)).await?;
    Ok(Input::Bytes(bytes.ok_or_else(missing)?))
}
