//! The second look: candidates that the index names are judged by their sketches.
//!
//! The index is asked in a wide circle, by the whole pictures and by their cores, so that cropped and
//! bordered copies are among the candidates; strangers among them only cost time. What is a duplicate is
//! decided by `judge` of the pipeline, the same rule for every question.

use std::collections::HashMap;

use futures::{StreamExt, stream};

use crate::domain::{
    Algorithm, Fingerprint, Image, ImageId, Match, Orientation, Plan, ProjectName, Sketch, Verdict,
    judge,
};
use crate::sandbox::Input;

use super::ranking::Ranking;
use super::{ServiceError, Services, given};

/// What candidates are searched by.
pub const ALGORITHMS: [Algorithm; 4] = [
    Algorithm::Phash,
    Algorithm::Dhash128,
    Algorithm::Core,
    Algorithm::Bare,
];
/// Those that are held against each other: the whole of one picture may be the core of the other, or what it
/// is without its alpha.
pub const CROSSED: [Algorithm; 3] = [Algorithm::Dhash128, Algorithm::Core, Algorithm::Bare];
/// Largest distance of candidates by those, of 128 bits. Of 880 edited copies none was farther than
/// 20, and 5 of 100,000 pairs of strangers are nearer; one more bit would cost the index half as much again.
pub const RADIUS: u32 = 23;
/// Candidates that are looked at, nearest first, when fewer matches are wanted.
const CANDIDATES: usize = 256;
/// Missing sketches that are made at once.
const MADE_AT_ONCE: usize = 4;

/// What is asked about: fingerprints laid in every way that counts, and a sketch.
#[derive(Clone, Debug)]
pub struct Question {
    /// Each with how the picture was laid for it.
    pub fingerprints: Vec<(Orientation, Fingerprint)>,
    /// Of the picture as it is.
    pub sketch: Sketch,
}

/// Duplicates of a picture in a project, or in all, and what is similar; the strongest verdict first.
pub async fn find(
    services: &Services,
    project: Option<&ProjectName>,
    question: Question,
    limit: usize,
) -> Result<Vec<Match>, ServiceError> {
    let index = services.index.current(&services.store).await?;
    let mut ranking = Ranking::new(index, project, limit.max(CANDIDATES));
    for (orientation, fingerprint) in &question.fingerprints {
        for (probe, radius) in probes(fingerprint) {
            ranking.add(&probe, *orientation, radius);
        }
    }
    let candidates = ranking.resolve(services).await?;
    let images = candidates.iter().map(|candidate| candidate.image.id);
    let sketches = sketches(services, &images.collect::<Vec<_>>()).await?;
    let mut found = blocking(move || look(&question, candidates, &sketches)).await?;
    found.sort_by(|a, b| {
        let verdict = a.judgement.verdict.cmp(&b.judgement.verdict);
        let nearer = b.judgement.similarity.total_cmp(&a.judgement.similarity);
        verdict.then(nearer).then(a.image.id.cmp(&b.image.id))
    });
    Ok(found)
}

/// What the index is asked for a fingerprint, and how far around it.
pub fn probes(fingerprint: &Fingerprint) -> Vec<(Fingerprint, u32)> {
    let algorithm = fingerprint.algorithm;
    if algorithm == Algorithm::Bare && fingerprint.quality == 0 {
        return Vec::new();
    }
    if !CROSSED.contains(&algorithm) {
        return vec![(fingerprint.clone(), algorithm.default_radius())];
    }
    let as_by = |algorithm| Fingerprint {
        algorithm,
        ..fingerprint.clone()
    };
    CROSSED.map(|other| (as_by(other), RADIUS)).into()
}

/// The sketches of images; those that the store has not are made and put there. An image whose picture
/// cannot be read now is left out.
pub async fn sketches(
    services: &Services,
    images: &[ImageId],
) -> Result<HashMap<ImageId, Sketch>, ServiceError> {
    let mut sketches = services.store.sketches(images).await?;
    let missing = images.iter().filter(|image| !sketches.contains_key(image));
    let missing: Vec<ImageId> = missing.copied().collect();
    let missing = services.store.images_by_id(&missing).await?;
    let mut made = stream::iter(missing)
        .map(|image| async move { (image.id, make(services, &image).await) })
        .buffer_unordered(MADE_AT_ONCE);
    while let Some((image, sketch)) = made.next().await {
        match sketch {
            Ok(sketch) => drop(sketches.insert(image, sketch)),
            Err(error) => tracing::warn!(%image, %error, "cannot be looked at again"),
        }
    }
    Ok(sketches)
}

async fn make(services: &Services, image: &Image) -> Result<Sketch, ServiceError> {
    let (_, sketch) = learn(services, given(services, image).await?).await?;
    services.store.put_sketch(image, &sketch).await?;
    Ok(sketch)
}

/// The fingerprints and the sketch of a picture, by one call of the sandbox.
pub async fn learn(
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

/// Those candidates that are duplicates or similar.
fn look(
    question: &Question,
    candidates: Vec<Match>,
    sketches: &HashMap<ImageId, Sketch>,
) -> Vec<Match> {
    let judged = candidates.into_iter().filter_map(|mut candidate| {
        let by_phash = question.distance(&candidate.image, candidate.orientation);
        if let Some(distance) = by_phash {
            (candidate.algorithm, candidate.distance) = (Algorithm::Phash, distance);
        }
        let Some(sketch) = sketches.get(&candidate.image.id) else {
            // The distance is all that is known.
            let near = by_phash? <= Algorithm::Phash.default_radius();
            return near.then_some(candidate);
        };
        let (judgement, _) = judge(sketch, &question.sketch, &[candidate.orientation]);
        candidate.judgement = match by_phash {
            Some(distance) => judgement.with_distance(Algorithm::Phash, distance),
            None => judgement,
        };
        (candidate.judgement.verdict != Verdict::Different).then_some(candidate)
    });
    judged.collect()
}

impl Question {
    /// Fingerprints as they are, or laid in all orientations, and a sketch.
    pub fn new(fingerprints: Vec<Fingerprint>, sketch: Sketch, any_orientation: bool) -> Self {
        let mut laid = Vec::new();
        for orientation in Orientation::counted(any_orientation) {
            let forms = fingerprints.iter().filter_map(|one| one.laid(*orientation));
            laid.extend(forms.map(|form| (*orientation, form)));
        }
        Self {
            fingerprints: laid,
            sketch,
        }
    }

    /// Differing bits of the default algorithm, when both have them.
    fn distance(&self, image: &Image, orientation: Orientation) -> Option<u32> {
        let is_default = |made: &Fingerprint| made.algorithm == Algorithm::default();
        let mut laid = self.fingerprints.iter();
        let (_, own) = laid.find(|(laid, made)| *laid == orientation && is_default(made))?;
        let other = image.fingerprints.iter().find(|made| is_default(made))?;
        own.distance(other).ok()
    }
}

/// Work that takes milliseconds and more, away from the threads that serve requests.
pub async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, ServiceError> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|panic| ServiceError::Internal(panic.into()))
}
