//! Matching: has this picture been seen, what is it like, what is there twice.
//!
//! Asked for a radius or an algorithm, answers are plain distances; asked for neither, what the index names
//! is judged by a `second_look`. The index names images and distances, the store says what they are now; an image that the index
//! still names and the store no longer has is left out without a word.

mod bank;
mod duplicates;
mod grouping;
pub(super) mod judged_groups;
mod judging;
mod ranking;
pub(super) mod second_look;

pub use bank::{Bank, Entry, KnownBank, bank};
pub use duplicates::{Duplicates, DuplicatesPage, duplicates, merits};
pub use judged_groups::JudgedGroups;
pub use judging::{JudgingState, Judgings};

use crate::domain::{
    Algorithm, Comparison, Fingerprint, Image, Judgement, Kind, Match, Orientation, ProjectName,
    Sha256, Sketch,
};
use crate::sandbox::Input;

use super::{ServiceError, Services, blobs, digest, images, projects};
use ranking::{Ranking, to_match};
use second_look::Question;

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
    /// Judges what the fingerprints find, unless a radius is given. Without it distances are all there is.
    pub sketch: Option<Sketch>,
    /// Largest distance; each algorithm's default when `None`.
    pub radius: Option<u32>,
    /// Most matches of each kind, 1 to 1000.
    pub limit: usize,
    /// Also find mirrored and turned copies.
    pub any_orientation: bool,
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
    /// By which algorithm; the default one when only a radius is given.
    pub algorithm: Option<Algorithm>,
    /// Largest distance; the algorithm's default when only that is given. With neither matches are judged.
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
    /// There when matches are judged.
    sketch: Option<Sketch>,
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
    let algorithm = query.algorithm.unwrap_or_default();
    let radius = radius_of(algorithm, query.radius)?;
    if let Some(project) = project {
        projects::check(services, project).await?;
    }
    let known = learn(services, subject, query).await?;
    let exact = services
        .store
        .images_by_digest(project, known.sha256)
        .await?;
    let enough = query.limit + exact.len() + 1;
    let mut near = match known.sketch {
        Some(sketch) => {
            let question = Question {
                fingerprints: known.fingerprints,
                sketch,
            };
            second_look::find(services, project, question, enough).await?
        }
        None => {
            let index = services.index.current(&services.store).await?;
            let mut ranking = Ranking::new(index, project, enough);
            for (orientation, fingerprint) in &known.fingerprints {
                ranking.add(fingerprint, *orientation, radius);
            }
            ranking.resolve(services).await?
        }
    };
    near.retain(|found| exact.iter().all(|same| same.id != found.image.id));
    let same = exact.into_iter().map(|image| same_bytes(image, algorithm));
    let mut matches: Vec<Match> = same.chain(near).collect();
    let own = known.image.map(|image| image.id);
    matches.retain(|found| Some(found.image.id) != own);
    if !query.is_judged() {
        matches.sort_by_key(|found| (found.distance, found.kind, found.image.id));
    }
    matches.truncate(query.limit);
    Ok(matches)
}

impl Query {
    /// Nothing said how to match: by verdict.
    fn is_judged(&self) -> bool {
        self.algorithm.is_none() && self.radius.is_none()
    }
}

/// Those of an image's fingerprints that its matches are searched by.
pub fn searched(fingerprints: &[Fingerprint]) -> Vec<Fingerprint> {
    let is_searched = |made: &&Fingerprint| second_look::ALGORITHMS.contains(&made.algorithm);
    fingerprints.iter().filter(is_searched).cloned().collect()
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
    let mut near = match check.sketch.clone().filter(|_| check.radius.is_none()) {
        Some(sketch) => {
            let fingerprints = check.fingerprints.clone();
            let question = Question::new(fingerprints, sketch, check.any_orientation);
            second_look::find(services, project, question, check.limit + exact.len()).await?
        }
        None => by_distance(services, project, check, exact.len()).await?,
    };
    near.retain(|found| exact.iter().all(|same| same.id != found.image.id));
    near.truncate(check.limit);
    Ok(near)
}

/// The same by distances alone; `more` than the limit.
async fn by_distance(
    services: &Services,
    project: Option<&ProjectName>,
    check: &Check,
    more: usize,
) -> Result<Vec<Match>, ServiceError> {
    let index = services.index.current(&services.store).await?;
    let mut ranking = Ranking::new(index, project, check.limit + more);
    for fingerprint in &check.fingerprints {
        let radius = radius_of(fingerprint.algorithm, check.radius)?;
        for orientation in Orientation::counted(check.any_orientation) {
            if let Some(laid) = fingerprint.laid(*orientation) {
                ranking.add(&laid, *orientation, radius);
            }
        }
    }
    ranking.resolve(services).await
}

/// Digest and fingerprints of a subject: the stored ones, or by one call of the sandbox.
async fn learn(
    services: &Services,
    subject: Subject,
    query: &Query,
) -> Result<Known, ServiceError> {
    if query.is_judged() {
        return learn_to_judge(services, subject, query.any_orientation).await;
    }
    let (input, image) = match subject {
        Subject::Picture(input) => (input, None),
        Subject::Stored(project, id_or_name) => {
            let image = images::get(services, &project, &id_or_name).await?;
            if let Some(fingerprint) = stored_fingerprint(&image, query) {
                return Ok(Known {
                    sha256: image.sha256,
                    fingerprints: vec![(Orientation::Upright, fingerprint)],
                    image: Some(image),
                    sketch: None,
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
        sketch: None,
    })
}

/// Digest, fingerprints and sketch of a subject.
async fn learn_to_judge(
    services: &Services,
    subject: Subject,
    any_orientation: bool,
) -> Result<Known, ServiceError> {
    let (input, image) = match subject {
        Subject::Picture(input) => (input, None),
        Subject::Stored(project, id_or_name) => {
            let image = images::get(services, &project, &id_or_name).await?;
            (given(services, &image).await?, Some(image))
        }
    };
    let sha256 = match &image {
        Some(image) => image.sha256,
        None => digest::of_input(input.clone()).await?,
    };
    let (fingerprints, sketch) = second_look::learn(services, input).await?;
    let question = Question::new(fingerprints, sketch, any_orientation);
    Ok(Known {
        sha256,
        image,
        fingerprints: question.fingerprints,
        sketch: Some(question.sketch),
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

/// `Invalid` when it is out of range.
pub(super) fn check_limit(limit: usize) -> Result<(), ServiceError> {
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
