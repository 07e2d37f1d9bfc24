//! Which features two pictures have in common, and where those put one picture on the other.
//!
//! Two features that look alike say by themselves how much larger one picture is seen, and where. The map that most of
//! such pairs agree on is kept: consensus among hypotheses, as in RANSAC (Fischler and Bolles, 1981), of which there are so few that
//! all are tried.

use super::Feature;
use crate::fingerprint::hamming;
use crate::registration::Map;

/// Bits in which features that look alike differ, at most.
const ALIKE: u32 = 22;
/// Pairs that are looked at, the most alike first: in a pattern that repeats itself each feature looks like all others.
const MOST_PAIRS: usize = 512;
/// How far features may put a corner of the picture from where others put it, as a share of the side.
const AGREES: f32 = 0.08;
/// What features say of scales themselves counts as much as places that are so far apart, in squares of sides.
const OWN_SCALES: f32 = 0.05;

/// What the features of two pictures agree on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Agreement {
    /// How many features do.
    pub features: usize,
    /// Where they put the first picture on the second.
    pub map: Map,
}

/// Two features that look alike.
struct Pair<'a> {
    distance: u32,
    one: &'a Feature,
    other: &'a Feature,
    map: Map,
}

/// The most features that agree; `None` where none look alike.
pub fn agreement(a: &[Feature], b: &[Feature]) -> Option<Agreement> {
    let mut pairs: Vec<Pair<'_>> = a
        .iter()
        .flat_map(|one| b.iter().filter_map(move |other| Pair::new(one, other)))
        .collect();
    pairs.sort_by_key(|pair| pair.distance);
    pairs.truncate(MOST_PAIRS);
    let sets = pairs.iter().map(|pair| agreeing(&pairs, &pair.map));
    let most = sets.reduce(|most, set| if set.len() > most.len() { set } else { most })?;
    Some(Agreement {
        features: most.len(),
        map: fitted(&most),
    })
}

impl<'a> Pair<'a> {
    /// `None` where they do not look alike.
    fn new(one: &'a Feature, other: &'a Feature) -> Option<Self> {
        let distance = hamming(&one.bits, &other.bits);
        let scale = (other.reach.0 / one.reach.0, other.reach.1 / one.reach.1);
        let offset = (
            other.place.0 - scale.0 * one.place.0,
            other.place.1 - scale.1 * one.place.1,
        );
        (distance <= ALIKE).then(|| Self {
            distance,
            one,
            other,
            map: Map::new(scale, offset),
        })
    }
}

/// Pairs that put the first picture where a map does, each feature once.
fn agreeing<'a>(pairs: &'a [Pair<'a>], map: &Map) -> Vec<&'a Pair<'a>> {
    let mut agreeing: Vec<&Pair<'_>> = Vec::new();
    for pair in pairs {
        let is_other = |met: &&Pair<'_>| met.one != pair.one && met.other != pair.other;
        if pair.map.largest_distance(map) < AGREES && agreeing.iter().all(is_other) {
            agreeing.push(pair);
        }
    }
    agreeing
}

/// The scales and offsets that fit places best, by least squares along each axis.
fn fitted(pairs: &[&Pair<'_>]) -> Map {
    let across = line(pairs.iter().map(|pair| {
        let (one, other) = (pair.one, pair.other);
        [one.place.0, other.place.0, other.reach.0 / one.reach.0]
    }));
    let down = line(pairs.iter().map(|pair| {
        let (one, other) = (pair.one, pair.other);
        [one.place.1, other.place.1, other.reach.1 / one.reach.1]
    }));
    Map::new((across.0, down.0), (across.1, down.1))
}

/// Scale and offset of a line through places, of which each has an idea of the scale: where they are near each other, that is all there
/// is to tell it.
fn line(places: impl Iterator<Item = [f32; 3]> + Clone) -> (f32, f32) {
    let mut means = [0.0; 3];
    let mut count = 0.0;
    for place in places.clone() {
        count += 1.0;
        for (mean, number) in means.iter_mut().zip(place) {
            *mean += number;
        }
    }
    let [from, to, scale] = means.map(|sum| sum / f32::max(count, 1.0));
    let (mut products, mut squares) = (OWN_SCALES * scale, OWN_SCALES);
    for [one, other, _] in places {
        products += (one - from) * (other - to);
        squares += (one - from) * (one - from);
    }
    let scale = products / squares;
    (scale, to - scale * from)
}
