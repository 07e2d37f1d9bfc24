//! What the server calls duplicates: candidates by its own rule, judged by their sketches and, where those do not
//! decide, by the pictures themselves.
//!
//! A server compares the most similar candidates of a question alone; here nothing is left out, so that no false
//! pair is hidden by a limit.

use std::collections::{BTreeSet, HashMap, HashSet};

use vismatch::domain::features::{self, Feature};
use vismatch::domain::{
    Fingerprint, ImageId, Judgement, Limits, Orientation, Plan, Sketch, Verdict, cropped, judge,
    judge_parts,
};
use vismatch::index::{Index, IndexQuery, Loader};
use vismatch::service::matching::parts;
use vismatch::service::matching::reach::{self, Reach};
use vismatch_pipeline::process;

use super::material::Material;
use super::opened::Opened;
use super::{Pair, pair};
use crate::bench::material::{image, number, project};
use crate::bench::workers;

/// What is kept of a picture.
struct Hashed {
    fingerprints: Vec<Fingerprint>,
    sketch: Sketch,
}

/// Two pictures that may be duplicates, under the EXIF value of how the second has to be oriented for that.
type Candidate = (Pair, u32);

/// What a candidate is, and why.
#[derive(Clone, Debug)]
pub struct Judged {
    /// What the two are to each other.
    pub verdict: Verdict,
    /// For people.
    pub reason: String,
}

/// Every candidate, and how many of them sketches did not decide.
#[derive(Clone, Debug)]
pub struct Judgements {
    /// The strongest verdict on each candidate.
    pub all: HashMap<Pair, Judged>,
    /// Pairs whose pictures were compared.
    pub compared: usize,
}

impl Judgements {
    /// The pairs of which the verdict is at least as strong.
    pub fn up_to(&self, weakest: Verdict) -> HashSet<Pair> {
        let all = self.all.iter();
        let strong = all.filter(|(_, judged)| judged.verdict <= weakest);
        strong.map(|(pair, _)| *pair).collect()
    }
}

impl From<Judgement> for Judged {
    fn from(judgement: Judgement) -> Self {
        Self {
            verdict: judgement.verdict,
            reason: judgement.reason,
        }
    }
}

/// Judges all candidates among the pictures, where `finds_crops` also those that may have no more than a part in common.
pub fn judgements(material: &Material, finds_crops: bool) -> Judgements {
    let hashed = hashed(material);
    let in_part = match finds_crops {
        true => in_part(&hashed[..material.crowd]),
        false => HashSet::new(),
    };
    let upright = u32::from(Orientation::Upright.to_exif());
    let mut candidates: BTreeSet<Candidate> = candidates(material, &hashed).into_iter().collect();
    candidates.extend(in_part.iter().map(|pair| (*pair, upright)));
    let candidates: Vec<Candidate> = candidates.into_iter().collect();
    let mut all = HashMap::new();
    let mut undecided = BTreeSet::new();
    let by_sketches = workers::each("candidates judged", &candidates, |candidate| {
        judge_sketches(&hashed, *candidate, in_part.contains(&candidate.0))
    });
    for ((pair, _), judged) in candidates.into_iter().zip(by_sketches) {
        match judged {
            Some(judged) => keep(&mut all, pair, judged),
            None => drop(undecided.insert(pair)),
        }
    }
    let undecided: Vec<Pair> = undecided.into_iter().collect();
    for (pair, judged) in undecided.iter().zip(compared(material, &undecided)) {
        keep(&mut all, *pair, judged);
    }
    Judgements {
        all,
        compared: undecided.len(),
    }
}

/// The verdicts on pictures that are compared themselves.
pub fn compared(material: &Material, pairs: &[Pair]) -> Vec<Judged> {
    let opened = Opened::new(material, pairs);
    workers::each("pictures compared", pairs, |pair| {
        let [first, second] = pair.map(|place| opened.take(place));
        let judged = first.verify(&second);
        let (judged, _) = judged.expect("a picture that was read can be verified");
        judged.into()
    })
}

fn hashed(material: &Material) -> Vec<Hashed> {
    let places: Vec<usize> = (0..material.pictures.len()).collect();
    let plan = Plan {
        algorithms: reach::ALGORITHMS.to_vec(),
        renditions: Vec::new(),
    };
    workers::each("pictures read", &places, |place| {
        let made = process::process(&material.bytes(*place), &plan, &Limits::default());
        let made = made.expect("a sound picture");
        Hashed {
            fingerprints: made.fingerprints,
            sketch: made.sketch.expect("a plan with algorithms makes a sketch"),
        }
    })
}

/// What the index names for each picture: of the crowd, and for a copy its source alone.
fn candidates(material: &Material, hashed: &[Hashed]) -> Vec<Candidate> {
    let index = index(&hashed[..material.crowd]);
    let sources: BTreeSet<Pair> = material.descents().collect();
    let places: Vec<usize> = (0..hashed.len()).collect();
    let found = workers::each("candidates searched", &places, |place| {
        let orientations: &[Orientation] = match material.is_mirrored(*place) {
            true => &Orientation::ALL,
            false => &[Orientation::Upright],
        };
        let found = orientations
            .iter()
            .flat_map(|orientation| near(&index, hashed, *place, *orientation));
        let found = found.filter(|(pair, _)| *place < material.crowd || sources.contains(pair));
        found.collect::<Vec<Candidate>>()
    });
    let unique: BTreeSet<Candidate> = found.into_iter().flatten().collect();
    unique.into_iter().collect()
}

fn index(hashed: &[Hashed]) -> Index {
    let project = project();
    let mut loader = Loader::default();
    for (place, picture) in (0..).zip(hashed) {
        loader.add(
            &project,
            image(place),
            &reach::indexed(&picture.fingerprints),
        );
    }
    loader.finish()
}

/// What a question about a picture names, when it is oriented so.
fn near(index: &Index, hashed: &[Hashed], own: usize, orientation: Orientation) -> Vec<Candidate> {
    let fingerprints = &hashed[own].fingerprints;
    let laid: Vec<Fingerprint> = fingerprints
        .iter()
        .filter_map(|made| made.oriented(orientation))
        .collect();
    let cropped = cropped::fingerprints(&hashed[own].sketch);
    let cropped = cropped.iter().filter_map(|made| made.oriented(orientation));
    let cropped = cropped.flat_map(|made| Reach::WIDEST.probes_without_sides(&made));
    let wholes = laid.iter().flat_map(|made| Reach::WIDEST.probes(made));
    let mut found = Vec::new();
    for (probe, radius) in wholes.chain(cropped) {
        let hits = index.search(&IndexQuery {
            project: None,
            fingerprint: &probe,
            radius,
            limit: usize::MAX,
        });
        for hit in hits {
            let other = number(hit.image) as usize;
            let by = (probe.algorithm, hit.distance);
            if other != own && reach::is_candidate(by, laid.iter(), &hashed[other].fingerprints) {
                found.push(candidate(own, other, orientation));
            }
        }
    }
    found
}

/// The first is oriented so to look like the other.
fn candidate(own: usize, other: usize, orientation: Orientation) -> Candidate {
    let second = match own < other {
        true => orientation.inverse(),
        false => orientation,
    };
    (pair(own, other), u32::from(second.to_exif()))
}

/// The pairs of the crowd that have local features in common, by the server's rule.
fn in_part(crowd: &[Hashed]) -> HashSet<Pair> {
    let places: Vec<usize> = (0..crowd.len()).collect();
    let features: Vec<(ImageId, Vec<Fingerprint>)> =
        workers::each("features found", &places, |place| {
            let found = features::of_sketch(&crowd[*place].sketch);
            let fingerprints = found.iter().map(Feature::fingerprint);
            (image(*place as u64), fingerprints.collect())
        });
    let mut loader = Loader::default();
    for (image, features) in &features {
        loader.add(&project(), *image, features);
    }
    let found = parts::pairs(&loader.finish(), None, features);
    let place = |image| number(image) as usize;
    let pairs = found.pairs.iter();
    pairs
        .map(|found| pair(place(found.one), place(found.other)))
        .collect()
}

/// What sketches say; `None` where the pictures have to be compared.
fn judge_sketches(
    hashed: &[Hashed],
    ([first, second], exif): Candidate,
    in_part: bool,
) -> Option<Judged> {
    let orientation = Orientation::from_exif(exif);
    let (first, second) = (&hashed[first].sketch, &hashed[second].sketch);
    let judge = match in_part {
        true => judge_parts,
        false => judge,
    };
    let (judged, _) = judge(first, second, &[orientation]);
    let is_decided = judged.verified || judged.verdict == Verdict::Different;
    is_decided.then(|| judged.into())
}

/// Keeps the strongest verdict on a pair.
fn keep(all: &mut HashMap<Pair, Judged>, pair: Pair, judged: Judged) {
    let is_stronger = |known: &Judged| judged.verdict < known.verdict;
    if all.get(&pair).is_none_or(is_stronger) {
        all.insert(pair, judged);
    }
}
