//! Matching: has this picture been seen, what is it like, what is there twice.
//!
//! The index names images and distances, the store says what they are now; an image that the index
//! still names and the store no longer has is left out without a word.

mod bank;
mod duplicates;
mod grouping;
mod ranking;

pub use bank::{Bank, Entry, KnownBank, bank};
pub use duplicates::{Duplicates, DuplicatesPage, duplicates, merits};

use crate::domain::{
    Algorithm, Comparison, Fingerprint, Image, Judgement, Kind, Match, Orientation, ProjectName,
    Sha256,
};
use crate::sandbox::Input;

use super::{ServiceError, Services, blobs, digest, images, projects};
use ranking::{Ranking, to_match};

/// Most matches that can be asked for.
pub const MAX_LIMIT: usize = 1_000;
/// Most fingerprints in one check: every algorithm in every orientation, with room to spare.
const MAX_FINGERPRINTS: usize = 64;

/// What a client knows of a picture it has not sent.
#[derive(Clone, Debug, Default)]
pub struct Check {
    /// Digest of its bytes.
    pub sha256: Option<Sha256>,
    /// What algorithms say of it; at most 64.
    pub fingerprints: Vec<Fingerprint>,
    /// Largest distance; each algorithm's default when `None`.
    pub radius: Option<u32>,
    /// Most matches of each kind, 1 to 1000.
    pub limit: usize,
}

/// What was found.
#[derive(Clone, Debug, Default)]
pub struct Checked {
    /// Images of the same bytes, in upload order.
    pub exact: Vec<Match>,
    /// Images within the radius, nearest first; the best algorithm's word for each, without the exact ones.
    pub near: Vec<Match>,
}

/// How to match a picture.
#[derive(Clone, Debug)]
pub struct Query {
    /// By which algorithm.
    pub algorithm: Algorithm,
    /// Largest distance; the algorithm's default when `None`.
    pub radius: Option<u32>,
    /// Most matches, 1 to 1000.
    pub limit: usize,
    /// Also find mirrored and turned copies.
    pub any_orientation: bool,
}

/// A picture to ask about.
#[derive(Clone, Debug)]
pub enum Subject {
    /// Sent along.
    Picture(Input),
    /// Stored in a project, by id or name.
    Stored(ProjectName, String),
}

/// What is known of a subject before the index is asked.
struct Known {
    sha256: Sha256,
    image: Option<Image>,
    fingerprints: Vec<(Orientation, Fingerprint)>,
}

/// Matches in a project, or in all, by digest and fingerprints alone; `Invalid` for fingerprints of a wrong length or
/// version and a radius over the number of bits.
pub async fn check(
    services: &Services,
    project: Option<&ProjectName>,
    check: &Check,
) -> Result<Checked, ServiceError> {
    check_limit(check.limit)?;
    check_fingerprints(check)?;
    if let Some(project) = project {
        projects::check(services, project).await?;
    }
    let mut exact = match check.sha256 {
        Some(digest) => services.store.images_by_digest(project, digest).await?,
        None => Vec::new(),
    };
    let near = near(services, project, check, &exact).await?;
    exact.truncate(check.limit);
    let exact = exact
        .into_iter()
        .map(|image| same_bytes(image, Algorithm::default()))
        .collect();
    Ok(Checked { exact, near })
}

/// Matches of a picture in a project, or in all, nearest first; a stored subject is not among them. Images of the same bytes
/// match whatever their fingerprints say.
pub async fn matches(
    services: &Services,
    project: Option<&ProjectName>,
    subject: Subject,
    query: &Query,
) -> Result<Vec<Match>, ServiceError> {
    check_limit(query.limit)?;
    let radius = radius_of(query.algorithm, query.radius)?;
    if let Some(project) = project {
        projects::check(services, project).await?;
    }
    let known = learn(services, subject, query).await?;
    let exact = services
        .store
        .images_by_digest(project, known.sha256)
        .await?;
    let index = services.index.current(&services.store).await?;
    let mut ranking = Ranking::new(index, project, query.limit + exact.len() + 1);
    for (orientation, fingerprint) in &known.fingerprints {
        ranking.add(fingerprint, *orientation, radius);
    }
    let mut matches = ranking.resolve(services).await?;
    matches.retain(|found| exact.iter().all(|same| same.id != found.image.id));
    matches.extend(
        exact
            .into_iter()
            .map(|image| same_bytes(image, query.algorithm)),
    );
    let own = known.image.map(|image| image.id);
    matches.retain(|found| Some(found.image.id) != own);
    matches.sort_by_key(|found| (found.distance, found.kind, found.image.id));
    matches.truncate(query.limit);
    Ok(matches)
}

/// Two pictures judged.
pub async fn compare(
    services: &Services,
    a: Subject,
    b: Subject,
    threshold: Option<u32>,
) -> Result<Comparison, ServiceError> {
    check_threshold(threshold)?;
    let a = picture(services, a).await?;
    let b = picture(services, b).await?;
    Ok(services.sandbox.compare(a, b, threshold).await?)
}

/// Images near any of the fingerprints, without those of the same bytes.
async fn near(
    services: &Services,
    project: Option<&ProjectName>,
    check: &Check,
    exact: &[Image],
) -> Result<Vec<Match>, ServiceError> {
    let index = services.index.current(&services.store).await?;
    let mut ranking = Ranking::new(index, project, check.limit + exact.len());
    for fingerprint in &check.fingerprints {
        let radius = radius_of(fingerprint.algorithm, check.radius)?;
        ranking.add(fingerprint, Orientation::Upright, radius);
    }
    let mut near = ranking.resolve(services).await?;
    near.retain(|found| exact.iter().all(|same| same.id != found.image.id));
    near.truncate(check.limit);
    Ok(near)
}

/// Digest and fingerprints of a subject: the stored ones, or by one call of the sandbox.
async fn learn(
    services: &Services,
    subject: Subject,
    query: &Query,
) -> Result<Known, ServiceError> {
    let (input, image) = match subject {
        Subject::Picture(input) => (input, None),
        Subject::Stored(project, id_or_name) => {
            let image = images::get(services, &project, &id_or_name).await?;
            if let Some(fingerprint) = stored_fingerprint(&image, query) {
                return Ok(Known {
                    sha256: image.sha256,
                    fingerprints: vec![(Orientation::Upright, fingerprint)],
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
    Ok(Known {
        sha256,
        image,
        fingerprints,
    })
}

/// What is stored already, when it answers the query and was made by today's definition.
fn stored_fingerprint(image: &Image, query: &Query) -> Option<Fingerprint> {
    let fits = |fingerprint: &&Fingerprint| {
        fingerprint.algorithm == query.algorithm && fingerprint.version == query.algorithm.version()
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
    if query.any_orientation {
        return Ok(sandbox.hash_orientations(input, query.algorithm).await?);
    }
    let fingerprints = sandbox.hash(input, vec![query.algorithm]).await?;
    let upright = fingerprints
        .into_iter()
        .map(|fingerprint| (Orientation::Upright, fingerprint));
    Ok(upright.collect())
}

async fn picture(services: &Services, subject: Subject) -> Result<Input, ServiceError> {
    match subject {
        Subject::Picture(input) => Ok(input),
        Subject::Stored(project, id_or_name) => {
            let image = images::get(services, &project, &id_or_name).await?;
            given(services, &image).await
        }
    }
}

/// The bytes of a stored image as they were given.
async fn given(services: &Services, image: &Image) -> Result<Input, ServiceError> {
    let missing = || ServiceError::NotFound(format!("the file of image {} is gone", image.name));
    let bytes = blobs::read_all(&services.store, &blobs::given(image)).await?;
    Ok(Input::Bytes(bytes.ok_or_else(missing)?))
}

fn same_bytes(image: Image, algorithm: Algorithm) -> Match {
    let found = to_match(image, 0, algorithm, Orientation::Upright);
    Match {
        kind: Kind::Exact,
        judgement: Judgement::same_bytes(),
        ..found
    }
}

fn check_limit(limit: usize) -> Result<(), ServiceError> {
    if (1..=MAX_LIMIT).contains(&limit) {
        return Ok(());
    }
    let text = format!("limit: {limit} is not in 1 to {MAX_LIMIT}");
    Err(ServiceError::Invalid(text))
}

/// The radius to search with; `Invalid` when it is over the algorithm's number of bits.
fn radius_of(algorithm: Algorithm, radius: Option<u32>) -> Result<u32, ServiceError> {
    let radius = radius.unwrap_or(algorithm.default_radius());
    let (name, bits) = (algorithm.name(), algorithm.bits());
    if radius > bits {
        let text = format!("radius: {radius} is over the {bits} bits of {name}");
        return Err(ServiceError::Invalid(text));
    }
    Ok(radius)
}

fn check_threshold(threshold: Option<u32>) -> Result<(), ServiceError> {
    let bits = Algorithm::default().bits();
    if threshold.is_some_and(|threshold| threshold > bits) {
        return Err(ServiceError::Invalid(format!(
            "threshold: over the {bits} bits of {}",
            Algorithm::default().name()
        )));
    }
    Ok(())
}

fn check_fingerprints(check: &Check) -> Result<(), ServiceError> {
    if check.fingerprints.len() > MAX_FINGERPRINTS {
        let text = format!("fingerprints: more than {MAX_FINGERPRINTS}");
        return Err(ServiceError::Invalid(text));
    }
    for fingerprint in &check.fingerprints {
        radius_of(fingerprint.algorithm, check.radius)?;
        check_fingerprint(fingerprint)?;
    }
    Ok(())
}

fn check_fingerprint(fingerprint: &Fingerprint) -> Result<(), ServiceError> {
    let algorithm = fingerprint.algorithm;
    let (name, version, bits) = (algorithm.name(), algorithm.version(), algorithm.bits());
    if fingerprint.version != version {
        let text = format!(
            "{name}: version {version} is spoken here, not {}",
            fingerprint.version
        );
        return Err(ServiceError::Invalid(text));
    }
    if fingerprint.bits.len() * 8 != bits as usize {
        let sent = fingerprint.bits.len() * 8;
        let text = format!("{name}: {bits} bits make a fingerprint, not {sent}");
        return Err(ServiceError::Invalid(text));
    }
    Ok(())
}
