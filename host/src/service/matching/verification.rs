//! Verification: the index names candidates, and each is verified to be a duplicate or not.
//!
//! The index is asked in a wide circle, by the whole pictures, by their content and by what they are without one or two of
//! their sides, so that cropped and bordered copies are among the candidates; strangers among them only cost time. What is a duplicate is
//! decided by `judge` of the pipeline on sketches, the same rule for every question. Where sketches cannot decide,
//! the pictures themselves are compared, if the one that is asked about can be had.

use std::collections::{HashMap, HashSet};

use futures::future::BoxFuture;
use futures::{FutureExt, StreamExt, stream};

use crate::domain::{
    Algorithm, Fingerprint, Image, ImageId, Match, MatchAlgorithm, Orientation, ProjectName,
    Sketch, Verdict, judge, judge_parts,
};

use super::comparisons::{AT_ONCE, Picture, compare};
use super::parts;
use super::ranking::Ranking;
use super::reach::{Reach, is_candidate};
use super::sketches::sketches;
use super::threads::{blocking, in_threads};
use super::{ServiceError, Services};

/// Candidates that are verified, nearest first, when fewer matches are wanted.
const CANDIDATES: usize = 256;
/// Candidates of one question whose pictures are compared, the most similar first.
const COMPARISONS_PER_QUERY: usize = 12;

/// A picture whose duplicates are searched.
#[derive(Clone, Debug)]
pub struct VerificationQuery {
    /// Each with how the picture is oriented for it.
    pub fingerprints: Vec<(Orientation, Fingerprint)>,
    /// Of the picture as it is.
    pub sketch: Sketch,
    /// The picture itself, where it can be compared with others.
    pub picture: Option<Picture>,
    /// Images that are not verified: what they are is known already.
    pub except: Vec<ImageId>,
}

/// Duplicates of a picture in a project, or in all, and what is similar; the strongest verdict first.
pub async fn find(
    services: &Services,
    project: Option<&ProjectName>,
    query: VerificationQuery,
    limit: usize,
) -> Result<Vec<Match>, ServiceError> {
    let index = services.index.current(&services.store).await?;
    let limit = (limit + query.except.len()).max(CANDIDATES);
    let mut ranking = Ranking::new(index, project, limit);
    for (orientation, fingerprint) in &query.fingerprints {
        for (probe, radius) in Reach::WIDEST.probes(fingerprint) {
            ranking.add(&probe, *orientation, radius);
        }
    }
    for (orientation, fingerprint) in query.without_sides() {
        for (probe, radius) in Reach::WIDEST.probes_without_sides(&fingerprint) {
            ranking.add(&probe, orientation, radius);
        }
    }
    let mut candidates = ranking.resolve(services).await?;
    candidates.retain(|candidate| query.is_near(candidate));
    let parts = parts::candidates(services, project, &query.sketch, &query.orientations()).await?;
    add_parts(services, &mut candidates, &parts).await?;
    candidates.retain(|candidate| !query.except.contains(&candidate.image.id));
    let images = candidates.iter().map(|candidate| candidate.image.id);
    let sketches = sketches(services, &images.collect::<Vec<_>>()).await?;
    let picture = query.picture.clone();
    let mut found = blocking(move || verify(&query, candidates, &parts, &sketches)).await?;
    found.sort_by(strongest_first);
    if let Some(picture) = picture {
        compare_unverified(services, &picture, &mut found).await;
        found.retain(|found| found.judgement.verdict != Verdict::Different);
        found.sort_by(strongest_first);
    }
    Ok(found)
}

fn strongest_first(a: &Match, b: &Match) -> std::cmp::Ordering {
    let verdict = a.judgement.verdict.cmp(&b.judgement.verdict);
    let nearer = b.judgement.similarity.total_cmp(&a.judgement.similarity);
    verdict.then(nearer).then(a.image.id.cmp(&b.image.id))
}

/// Adds the images that may have a part in common with the picture, and are no candidates as wholes.
async fn add_parts(
    services: &Services,
    candidates: &mut Vec<Match>,
    parts: &HashMap<ImageId, Orientation>,
) -> Result<(), ServiceError> {
    let known: HashSet<ImageId> = candidates.iter().map(|known| known.image.id).collect();
    let others = parts.keys().filter(|image| !known.contains(image));
    let others = services
        .store
        .images_by_id(&others.copied().collect::<Vec<_>>())
        .await?;
    candidates.extend(others.into_iter().map(|image| {
        let orientation = parts.get(&image.id).copied().unwrap_or_default();
        let (algorithm, bits) = (Algorithm::Phash.into(), Algorithm::Phash.bits());
        Match::near(image, bits, algorithm, orientation)
    }));
    Ok(())
}

/// Those candidates that are duplicates or similar, by their sketches.
fn verify(
    query: &VerificationQuery,
    candidates: Vec<Match>,
    parts: &HashMap<ImageId, Orientation>,
    sketches: &HashMap<ImageId, Sketch>,
) -> Vec<Match> {
    in_threads(candidates, |mut candidate| {
        let by_phash = query.distance(&candidate.image, candidate.orientation);
        if let Some(distance) = by_phash {
            (candidate.algorithm, candidate.distance) = (Algorithm::Phash.into(), distance);
        }
        let Some(sketch) = sketches.get(&candidate.image.id) else {
            // The distance is all that is known.
            let near = by_phash? <= Algorithm::Phash.default_radius();
            return near.then_some(candidate);
        };
        let judge = match parts.contains_key(&candidate.image.id) {
            true => judge_parts,
            false => judge,
        };
        let (judgement, _) = judge(sketch, &query.sketch, &[candidate.orientation]);
        candidate.judgement = match by_phash {
            Some(distance) => judgement.with_distance(Algorithm::Phash, distance),
            None => judgement,
        };
        (candidate.judgement.verdict != Verdict::Different).then_some(candidate)
    })
}

/// Compares the pictures themselves where sketches did not decide. What cannot be compared stays as it is.
async fn compare_unverified(services: &Services, picture: &Picture, found: &mut [Match]) {
    let mut unverified: Vec<&mut Match> = found
        .iter_mut()
        .filter(|found| !found.judgement.verified)
        .collect();
    unverified.truncate(COMPARISONS_PER_QUERY);
    // Boxed one by one: the compiler does not prove otherwise that the whole can be sent to another thread.
    let comparisons: Vec<BoxFuture<'_, ()>> = unverified
        .into_iter()
        .map(|candidate| compare_candidate(services, picture, candidate).boxed())
        .collect();
    stream::iter(comparisons)
        .buffer_unordered(AT_ONCE)
        .collect::<()>()
        .await;
}

async fn compare_candidate(services: &Services, picture: &Picture, candidate: &mut Match) {
    let stored = Picture::stored(&candidate.image);
    match compare(services, &stored, picture).await {
        Ok(relation) => {
            candidate.judgement = relation.judgement;
            candidate.orientation = relation.orientation;
        }
        Err(error) => {
            let image = candidate.image.id;
            tracing::warn!(%image, %error, "its picture cannot be compared");
        }
    }
}

impl VerificationQuery {
    /// Fingerprints as they are, or in all orientations, and a sketch.
    pub fn new(fingerprints: &[Fingerprint], sketch: Sketch, any_orientation: bool) -> Self {
        let mut oriented = Vec::new();
        for orientation in Orientation::counted(any_orientation) {
            let forms = fingerprints
                .iter()
                .filter_map(|one| one.oriented(*orientation));
            oriented.extend(forms.map(|form| (*orientation, form)));
        }
        Self {
            fingerprints: oriented,
            sketch,
            picture: None,
            except: Vec::new(),
        }
    }

    /// Fingerprints of the picture without one or two of its sides, in each orientation.
    fn without_sides(&self) -> Vec<(Orientation, Fingerprint)> {
        let cropped = crate::domain::cropped::fingerprints(&self.sketch);
        let oriented = |orientation: Orientation| {
            let forms = cropped
                .iter()
                .filter_map(move |one| one.oriented(orientation));
            forms.map(move |form| (orientation, form))
        };
        self.orientations().into_iter().flat_map(oriented).collect()
    }

    /// How the picture is oriented, each once.
    fn orientations(&self) -> Vec<Orientation> {
        let is_asked = |orientation: &Orientation| {
            let mut oriented = self.fingerprints.iter();
            oriented.any(|(own, _)| own == orientation)
        };
        Orientation::ALL.into_iter().filter(is_asked).collect()
    }

    fn is_near(&self, found: &Match) -> bool {
        let MatchAlgorithm::BuiltIn(algorithm) = found.algorithm else {
            return false;
        };
        let own = self.fingerprints.iter();
        let own = own.filter(|(oriented, _)| *oriented == found.orientation);
        is_candidate(
            (algorithm, found.distance),
            own.map(|(_, made)| made),
            &found.image.fingerprints,
        )
    }

    /// Differing bits of the default algorithm, when both have them.
    fn distance(&self, image: &Image, orientation: Orientation) -> Option<u32> {
        let is_default = |made: &Fingerprint| made.algorithm == Algorithm::default();
        let mut oriented = self.fingerprints.iter();
        let (_, own) =
            oriented.find(|(oriented, made)| *oriented == orientation && is_default(made))?;
        let other = image.fingerprints.iter().find(|made| is_default(made))?;
        own.distance(other).ok()
    }
}
