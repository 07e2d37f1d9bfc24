//! What is asked about, and what is learned of it before the index is asked: from the store, from what came along, or by one
//! call of the sandbox.

use crate::domain::{
    AlgorithmDefinition, Fingerprint, Image, ImageId, Orientation, PluginName, ProjectName, Sha256,
    Sketch,
};
use crate::sandbox::Input;
use crate::service::plugins::ActivePlugin;
use crate::service::{ServiceError, Services, digest, images};

use super::comparisons::Picture;
use super::criterion::{Criterion, radius_of};
use super::fingerprinter::Fingerprinter;
use super::ranking::FingerprintProbe;
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
    /// What algorithms make of it, by the definitions of today; with those by plugins at most 16.
    pub fingerprints: Vec<Fingerprint>,
    /// What plugins make of it: they find images by their distance, whatever else is known.
    pub by_plugins: Vec<KnownPluginFingerprint>,
    /// Verifies what the fingerprints find. Without it distances are all there is.
    pub sketch: Option<Sketch>,
}

/// What a client knows that a plugin makes of a picture.
#[derive(Clone, Debug)]
pub struct KnownPluginFingerprint {
    /// Which plugin.
    pub plugin: PluginName,
    /// Version of its definition; that of the loaded one without it.
    pub version: Option<u16>,
    /// The bits.
    pub bits: Vec<u8>,
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
#[derive(Default)]
pub(super) struct Evidence {
    /// Candidates are verified.
    pub verification: Option<VerificationQuery>,
    /// What is near these is found by its distance alone.
    pub distances: Vec<FingerprintProbe>,
}

impl Subject {
    /// What a search by this criterion has to know.
    pub(super) async fn resolve(
        self,
        services: &Services,
        by: &Criterion,
        fingerprinter: &Fingerprinter<'_>,
    ) -> Result<ResolvedSubject, ServiceError> {
        match self {
            Self::Known(known) => known.resolve(services, by),
            Self::Picture(input, sha256) => {
                let sha256 = match sha256 {
                    Some(known) => known,
                    None => digest::of_input(input.clone()).await?,
                };
                Ok(ResolvedSubject {
                    evidence: of_picture(services, input, sha256, by, fingerprinter).await?,
                    sha256: Some(sha256),
                    image: None,
                })
            }
            Self::Stored(project, id_or_name) => {
                let image = images::get(services, &project, &id_or_name).await?;
                of_image(services, image, None, by, fingerprinter).await
            }
            Self::Image(image, sketch) => {
                of_image(services, *image, Some(sketch), by, fingerprinter).await
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
            ..Self::default()
        }
    }

    fn resolve(self, services: &Services, by: &Criterion) -> Result<ResolvedSubject, ServiceError> {
        let (radius, any_orientation) = (by.radius(), by.any_orientation());
        let by_plugins = self.by_plugins.into_iter();
        let mut distances = by_plugins
            .map(|known| known.probe(services, radius))
            .collect::<Result<Vec<_>, _>>()?;
        let verification = match (by, self.sketch) {
            (Criterion::Verified { .. }, Some(sketch)) => {
                let fingerprints = &self.fingerprints;
                Some(VerificationQuery::new(
                    fingerprints,
                    sketch,
                    any_orientation,
                ))
            }
            _ => {
                distances.extend(probes(&self.fingerprints, radius, any_orientation)?);
                None
            }
        };
        Ok(ResolvedSubject {
            sha256: self.sha256,
            image: None,
            evidence: Evidence {
                verification,
                distances,
            },
        })
    }
}

impl KnownPluginFingerprint {
    /// Upright: what it becomes in other orientations the plugin alone could say, of the picture.
    fn probe(
        self,
        services: &Services,
        radius: Option<u32>,
    ) -> Result<FingerprintProbe, ServiceError> {
        let algorithm = ActivePlugin::open(services, self.plugin.as_str())?.definition();
        let version = self.version.unwrap_or(algorithm.version);
        check_fingerprint(&algorithm, version, &self.bits)?;
        Ok(FingerprintProbe {
            orientation: Orientation::Upright,
            radius: radius_of(&algorithm, radius)?,
            algorithm,
            bits: self.bits,
        })
    }
}

/// `Invalid` for a fingerprint that the algorithm does not make today.
pub(super) fn check_fingerprint(
    algorithm: &AlgorithmDefinition,
    version: u16,
    bits: &[u8],
) -> Result<(), ServiceError> {
    let AlgorithmDefinition { name, id, .. } = algorithm;
    if version != algorithm.version {
        let spoken = algorithm.version;
        let text = format!("{name}: version {spoken} is spoken here, not {version}");
        return Err(ServiceError::Invalid(text));
    }
    let (wanted, sent) = (id.bits(), bits.len() * 8);
    if sent != wanted as usize {
        let text = format!("{name}: {wanted} bits make a fingerprint, not {sent}");
        return Err(ServiceError::Invalid(text));
    }
    Ok(())
}

/// The fingerprints in each orientation that counts, where their bits tell what they are in it.
fn probes(
    fingerprints: &[Fingerprint],
    radius: Option<u32>,
    any_orientation: bool,
) -> Result<Vec<FingerprintProbe>, ServiceError> {
    let mut probes = Vec::new();
    for fingerprint in fingerprints {
        let radius = radius_of(&fingerprint.into(), radius)?;
        for &orientation in Orientation::counted(any_orientation) {
            let oriented = fingerprint.oriented(orientation);
            probes.extend(
                oriented.map(|oriented| FingerprintProbe::new(oriented, orientation, radius)),
            );
        }
    }
    Ok(probes)
}

async fn of_image(
    services: &Services,
    image: Image,
    sketch: Option<Sketch>,
    by: &Criterion,
    fingerprinter: &Fingerprinter<'_>,
) -> Result<ResolvedSubject, ServiceError> {
    let any_orientation = by.any_orientation();
    let evidence = match by {
        Criterion::Distance { radius, .. } => {
            let probes = fingerprinter.of_image(&image, *radius, any_orientation);
            by_distance(probes.await?)
        }
        Criterion::Verified { .. } => {
            let learned = match sketch {
                Some(sketch) => (sketches::of_today(&image.fingerprints), sketch),
                None => sketches::of_image(services, &image).await?,
            };
            verification(learned, Picture::stored(&image), any_orientation)
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
    fingerprinter: &Fingerprinter<'_>,
) -> Result<Evidence, ServiceError> {
    let any_orientation = by.any_orientation();
    if let Criterion::Distance { radius, .. } = by {
        let probes = fingerprinter
            .of_picture(input, *radius, any_orientation)
            .await?;
        return Ok(by_distance(probes));
    }
    let learned = sketches::of_picture(services, input.clone()).await?;
    let picture = Picture::sent(input, sha256);
    Ok(verification(learned, picture, any_orientation))
}

fn by_distance(distances: Vec<FingerprintProbe>) -> Evidence {
    Evidence {
        distances,
        ..Evidence::default()
    }
}

fn verification(
    (fingerprints, sketch): (Vec<Fingerprint>, Sketch),
    picture: Picture,
    any_orientation: bool,
) -> Evidence {
    let query = VerificationQuery {
        picture: Some(picture),
        ..VerificationQuery::new(&fingerprints, sketch, any_orientation)
    };
    Evidence {
        verification: Some(query),
        ..Evidence::default()
    }
}
