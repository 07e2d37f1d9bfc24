//! What is asked about, and what is learned of it before the index is asked: from the store, from what came along, or by one
//! call of the sandbox.

use crate::domain::{Fingerprint, Image, ImageId, Orientation, ProjectName, Sha256, Sketch};
use crate::sandbox::Input;
use crate::service::plugins::PluginSearch;
use crate::service::{ServiceError, Services, blobs, digest, images};

use super::comparisons::Picture;
use super::criterion::{Criterion, radius_of};
use super::sketches;
use super::verification::VerificationQuery;

/// A picture to ask about.
#[derive(Clone, Debug)]
pub enum Subject {
    /// Sent along, with the digest of its bytes where that is known already.
    Picture(Input, Option<Sha256>),
    /// Not sent, but this is known of it.
    Known(KnownPicture),
    /// Stored in a project, by id or name.
    Stored(ProjectName, String),
    /// Stored, and at hand with the sketch that was made of it.
    Image(Box<Image>, Sketch),
}

/// What a client knows of a picture it has not sent.
#[derive(Clone, Debug, Default)]
pub struct KnownPicture {
    /// Digest of its bytes.
    pub sha256: Option<Sha256>,
    /// What algorithms make of it; at most 16, by the definitions of today.
    pub fingerprints: Vec<Fingerprint>,
    /// Verifies what the fingerprints find. Without it distances are all there is.
    pub sketch: Option<Sketch>,
}

/// What is known of a subject before the index is asked.
pub(super) struct ResolvedSubject {
    /// Of its bytes.
    pub sha256: Option<Sha256>,
    /// The stored image that it is.
    pub image: Option<ImageId>,
    /// What its matches are found by.
    pub evidence: Evidence,
}

/// What matches are found by.
pub(super) enum Evidence {
    /// The distance of these fingerprints, each in an orientation, and within a radius.
    Distances(Vec<(Orientation, Fingerprint, u32)>),
    /// Candidates are verified.
    Verification(VerificationQuery),
    /// The distance of what a plugin makes of the picture.
    Plugin(Vec<u8>),
}

impl Subject {
    /// What a search by this criterion has to know.
    pub(super) async fn resolve(
        self,
        services: &Services,
        by: &Criterion,
        plugin: Option<&PluginSearch<'_>>,
    ) -> Result<ResolvedSubject, ServiceError> {
        match self {
            Self::Known(known) => known.resolve(by),
            Self::Picture(input, sha256) => {
                let sha256 = match sha256 {
                    Some(known) => known,
                    None => digest::of_input(input.clone()).await?,
                };
                let evidence = match plugin {
                    Some(plugin) => Evidence::Plugin(plugin.of_picture(input).await?),
                    None => of_picture(services, input, sha256, by).await?,
                };
                Ok(ResolvedSubject {
                    sha256: Some(sha256),
                    image: None,
                    evidence,
                })
            }
            Self::Stored(project, id_or_name) => {
                let image = images::get(services, &project, &id_or_name).await?;
                of_image(services, image, None, by, plugin).await
            }
            Self::Image(image, sketch) => {
                of_image(services, *image, Some(sketch), by, plugin).await
            }
        }
    }
}

impl KnownPicture {
    /// What is stored of an image, but for its sketch.
    pub fn of_image(image: &Image) -> Self {
        Self {
            sha256: Some(image.sha256),
            fingerprints: sketches::of_today(&image.fingerprints),
            sketch: None,
        }
    }

    fn resolve(self, by: &Criterion) -> Result<ResolvedSubject, ServiceError> {
        let any_orientation = by.any_orientation();
        let evidence = match (by, self.sketch) {
            (Criterion::Plugin { name, .. }, _) => {
                return Err(ServiceError::Invalid(format!(
                    "{name} is a plugin: it has to be asked with the picture"
                )));
            }
            (Criterion::Verified { .. }, Some(sketch)) => Evidence::Verification(
                VerificationQuery::new(&self.fingerprints, sketch, any_orientation),
            ),
            (Criterion::Verified { .. } | Criterion::Distance { .. }, _) => {
                distances(&self.fingerprints, by.radius(), any_orientation)?
            }
        };
        Ok(ResolvedSubject {
            sha256: self.sha256,
            image: None,
            evidence,
        })
    }
}

/// The fingerprints in each orientation that counts, where their bits tell what they are in it.
fn distances(
    fingerprints: &[Fingerprint],
    radius: Option<u32>,
    any_orientation: bool,
) -> Result<Evidence, ServiceError> {
    let mut oriented = Vec::new();
    for fingerprint in fingerprints {
        let radius = radius_of(fingerprint.algorithm, radius)?;
        let forms = Orientation::counted(any_orientation)
            .iter()
            .filter_map(|orientation| {
                Some((*orientation, fingerprint.oriented(*orientation)?, radius))
            });
        oriented.extend(forms);
    }
    Ok(Evidence::Distances(oriented))
}

async fn of_image(
    services: &Services,
    image: Image,
    sketch: Option<Sketch>,
    by: &Criterion,
    plugin: Option<&PluginSearch<'_>>,
) -> Result<ResolvedSubject, ServiceError> {
    let evidence = match (by, plugin) {
        (_, Some(plugin)) => Evidence::Plugin(plugin.of_image(&image).await?),
        (Criterion::Distance { .. }, None) => match stored_fingerprint(&image, by) {
            Some(fingerprint) => distances(&[fingerprint], by.radius(), false)?,
            None => of_pixels(services, blobs::input(services, &image).await?, by).await?,
        },
        (Criterion::Verified { .. } | Criterion::Plugin { .. }, None) => {
            let learned = match sketch {
                Some(sketch) => (sketches::of_today(&image.fingerprints), sketch),
                None => sketches::of_image(services, &image).await?,
            };
            verification(learned, Picture::stored(&image), by.any_orientation())
        }
    };
    Ok(ResolvedSubject {
        sha256: Some(image.sha256),
        image: Some(image.id),
        evidence,
    })
}

async fn of_picture(
    services: &Services,
    input: Input,
    sha256: Sha256,
    by: &Criterion,
) -> Result<Evidence, ServiceError> {
    if let Criterion::Distance { .. } = by {
        return of_pixels(services, input, by).await;
    }
    let learned = sketches::of_picture(services, input.clone()).await?;
    let picture = Picture::sent(input, sha256);
    Ok(verification(learned, picture, by.any_orientation()))
}

fn verification(
    (fingerprints, sketch): (Vec<Fingerprint>, Sketch),
    picture: Picture,
    any_orientation: bool,
) -> Evidence {
    Evidence::Verification(VerificationQuery {
        picture: Some(picture),
        ..VerificationQuery::new(&fingerprints, sketch, any_orientation)
    })
}

/// What is stored already, when it answers the search and was made by today's definition.
fn stored_fingerprint(image: &Image, by: &Criterion) -> Option<Fingerprint> {
    let algorithm = by.algorithm().unwrap_or_default();
    let fits = |fingerprint: &&Fingerprint| {
        (fingerprint.algorithm, fingerprint.version) == (algorithm, algorithm.version())
    };
    let wanted = (!by.any_orientation()).then_some(&image.fingerprints)?;
    wanted.iter().find(fits).cloned()
}

/// What an algorithm makes of a picture, in each orientation that counts.
async fn of_pixels(
    services: &Services,
    input: Input,
    by: &Criterion,
) -> Result<Evidence, ServiceError> {
    let algorithm = by.algorithm().unwrap_or_default();
    let radius = radius_of(algorithm, by.radius())?;
    let made = if by.any_orientation() {
        services.sandbox.hash_orientations(input, algorithm).await?
    } else {
        let made = services.sandbox.hash(input, vec![algorithm]).await?;
        made.into_iter()
            .map(|fingerprint| (Orientation::Upright, fingerprint))
            .collect()
    };
    let with_radius = |(orientation, fingerprint)| (orientation, fingerprint, radius);
    Ok(Evidence::Distances(
        made.into_iter().map(with_radius).collect(),
    ))
}
