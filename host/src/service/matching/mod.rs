//! Matching: has this picture been seen, what is it like, what is there twice.
//!
//! Asked for a radius or an algorithm, answers are plain distances; asked for neither, what the index names
//! goes through `verification`. The index names images and distances, the store says what they are now; an image
//! that the index still names and the store no longer has is left out without a word.

mod bank;
pub(super) mod candidates;
pub(super) mod clusters;
pub mod comparisons;
mod duplicates;
mod grouping;
mod groups;
mod judging;
mod merits;
pub(super) mod pairs;
pub mod parts;
mod ranking;
pub mod reach;
pub(super) mod sketches;
mod subject;
pub(super) mod threads;
pub(super) mod verification;

pub use bank::{Bank, BankEntry, KnownBank, bank};
pub use comparisons::Comparisons;
pub use duplicates::{Duplicates, DuplicatesPage, duplicates};
pub use groups::JudgedGroups;
pub use judging::{JudgingState, Judgings};
pub use merits::merits;
pub use subject::Subject;

use crate::domain::{
    Algorithm, Comparison, Fingerprint, Image, Judgement, Match, MatchKind, Orientation,
    ProjectName, Sha256, Sketch,
};

use super::{ServiceError, Services, blobs, digest, images, projects, retry};
use comparisons::Picture;
use ranking::{Ranking, to_match};
use subject::{By, given, picture, resolve};
use verification::VerificationQuery;

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
    /// Verifies what the fingerprints find, unless a radius is given. Without it distances are all there is.
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
    /// The others that match. With a sketch and no radius those verified to be duplicates or similar, the strongest verdict
    /// first; else those within the radius, nearest first, each by the algorithm that finds it nearest.
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

/// Matches in a project, or in all, of a picture that is not sent: by its digest, its fingerprints and, where there is
/// one, its sketch. `Invalid` for fingerprints of a wrong length or version and a radius over the number of bits.
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
    find(services, project, check, None).await
}

/// Matches of a picture in a project, or in all: by distance the nearest first, judged the strongest verdict first. A
/// stored subject is not among them. Images of the same bytes match whatever their fingerprints say.
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
    let known = resolve(services, subject, query).await?;
    let exact = services
        .store
        .images_by_digest(project, known.sha256)
        .await?;
    let enough = query.limit + exact.len() + 1;
    let mut near = match known.by {
        By::Verification(mut verification) => {
            verification.except = exact.iter().map(|image| image.id).collect();
            verification::find(services, project, verification, enough).await?
        }
        By::Distance(fingerprints) => {
            let index = services.index.current(&services.store).await?;
            let mut ranking = Ranking::new(index, project, enough);
            for (orientation, fingerprint) in &fingerprints {
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

/// What a stored image matches in its project, at most `limit`: the same bytes first, then what is verified a duplicate
/// or similar; not itself.
pub(super) async fn matches_of_new(
    services: &Services,
    image: &Image,
    sketch: Option<Sketch>,
    limit: usize,
) -> Result<Vec<Match>, ServiceError> {
    let asked = Check {
        sha256: Some(image.sha256),
        fingerprints: sketches::of_today(&image.fingerprints),
        sketch,
        limit: limit + 1,
        ..Check::default()
    };
    let picture = Some(Picture::stored(image));
    let found = find(services, Some(&image.project), &asked, picture).await?;
    let others = found.exact.into_iter().chain(found.near);
    Ok(others
        .filter(|other| other.image.id != image.id)
        .take(limit)
        .collect())
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

/// What a check finds; where its sketch does not decide, the picture is compared with others, if it can be had.
async fn find(
    services: &Services,
    project: Option<&ProjectName>,
    check: &Check,
    picture: Option<Picture>,
) -> Result<Checked, ServiceError> {
    let mut exact = match check.sha256 {
        Some(digest) => services.store.images_by_digest(project, digest).await?,
        None => Vec::new(),
    };
    let mut near = match check.sketch.clone().filter(|_| check.radius.is_none()) {
        Some(sketch) => {
            let query = VerificationQuery {
                picture,
                except: exact.iter().map(|image| image.id).collect(),
                ..VerificationQuery::new(&check.fingerprints, sketch, check.any_orientation)
            };
            verification::find(services, project, query, check.limit).await?
        }
        None => by_distance(services, project, check, exact.len()).await?,
    };
    near.retain(|found| exact.iter().all(|same| same.id != found.image.id));
    near.truncate(check.limit);
    exact.truncate(check.limit);
    let exact = exact
        .into_iter()
        .map(|image| same_bytes(image, Algorithm::default()))
        .collect();
    Ok(Checked { exact, near })
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
            if let Some(oriented) = fingerprint.oriented(*orientation) {
                ranking.add(&oriented, *orientation, radius);
            }
        }
    }
    ranking.resolve(services).await
}

fn same_bytes(image: Image, algorithm: Algorithm) -> Match {
    let found = to_match(image, 0, algorithm, Orientation::Upright);
    Match {
        kind: MatchKind::Exact,
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
