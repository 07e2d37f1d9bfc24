//! How near fingerprints must be for their pictures to be candidates: for one question, and for each of many images. What is a
//! duplicate among candidates is the business of `verification`.

use crate::domain::{Algorithm, Fingerprint, hamming};
use crate::index::Definition;

/// What candidates are searched by.
pub const ALGORITHMS: [Algorithm; 4] = [
    Algorithm::Phash,
    Algorithm::Dhash128,
    Algorithm::Core,
    Algorithm::Bare,
];
/// Those that are held against each other: the whole of one picture may be the content of the other, or what it is without its
/// alpha.
pub const CROSSED: [Algorithm; 3] = [Algorithm::Dhash128, Algorithm::Core, Algorithm::Bare];
/// Those that a picture is held against as it would be without some of its sides.
const CROPPED: [Algorithm; 2] = [Algorithm::Dhash128, Algorithm::Core];
/// Largest distance by those, of 128 bits; one more would cost the index half as much again.
const RADIUS: u32 = 23;
/// Largest distance by `phash`, of 64 bits. It changes less than they do where a picture was cropped unevenly or turned.
const PHASH_RADIUS: u32 = 18;
/// Largest distance by the others, of 128 bits, where `phash` names a picture from beyond its own radius: without that every
/// search would name hundreds of strangers.
const CROSSED_RADIUS: u32 = 46;
/// Quality of `phash` up to which a picture is faint: of hardly any contrast, as a clear sky. Noise alone makes it as much. Its
/// bits are hardly more than the noise's, so faint pictures are searched among themselves, and farther around.
const FAINT_QUALITY: u8 = 28;
/// Under what the `phash` of faint pictures is indexed besides: a version that no algorithm has.
pub const FAINT: Definition = (Algorithm::Phash, u16::MAX);
/// Largest distance by that, of 64 bits.
const FAINT_RADIUS: u32 = 26;
/// Images up to which each is searched around as widely as for a question.
const FEW: usize = 2_000;

/// How far around a fingerprint candidates are searched.
#[derive(Clone, Copy, Debug)]
pub struct Reach {
    crossed: u32,
    phash: u32,
    faint: u32,
}

impl Reach {
    /// Of one question.
    pub const WIDEST: Self = Self {
        crossed: RADIUS,
        phash: PHASH_RADIUS,
        faint: FAINT_RADIUS,
    };

    /// Of each among so many images: wider circles among more of them hold millions of strangers.
    pub fn among(images: usize) -> Self {
        if images <= FEW {
            return Self::WIDEST;
        }
        let crossed = match images {
            ..=100_000 => RADIUS,
            100_001..=500_000 => 17,
            _ => 11,
        };
        Self {
            crossed,
            phash: crossed / weight(Algorithm::Phash),
            faint: crossed,
        }
    }

    /// Bits by what faint pictures are indexed under.
    pub fn of_faint(self) -> u32 {
        self.faint
    }

    /// Bits of that algorithm's fingerprints.
    pub fn radius(self, algorithm: Algorithm) -> u32 {
        match algorithm {
            Algorithm::Phash => self.phash,
            _ => self.crossed,
        }
    }

    /// What the index is asked for a fingerprint, and how far around it. Nothing for one that nothing is searched by.
    pub fn probes(self, fingerprint: &Fingerprint) -> Vec<(Fingerprint, u32)> {
        let algorithm = fingerprint.algorithm;
        let has_no_other_look = algorithm == Algorithm::Bare && fingerprint.quality == 0;
        if !is_searched(&fingerprint) || has_no_other_look {
            return Vec::new();
        }
        if !CROSSED.contains(&algorithm) {
            let faint = faint(fingerprint).map(|made| (made, self.faint));
            // Of quality 0 nothing is indexed.
            let has_detail = fingerprint.quality > 0;
            let own = has_detail.then(|| (fingerprint.clone(), self.radius(algorithm)));
            return own.into_iter().chain(faint).collect();
        }
        CROSSED
            .map(|other| (as_by(other, fingerprint), self.radius(other)))
            .into()
    }

    /// The same for a fingerprint of a picture without some of its sides.
    pub fn probes_without_sides(self, fingerprint: &Fingerprint) -> [(Fingerprint, u32); 2] {
        CROPPED.map(|other| (as_by(other, fingerprint), self.radius(other)))
    }
}

/// The same bits as those of another algorithm.
fn as_by(algorithm: Algorithm, fingerprint: &Fingerprint) -> Fingerprint {
    Fingerprint {
        algorithm,
        version: algorithm.version(),
        ..fingerprint.clone()
    }
}

/// What is indexed of an image with these fingerprints.
pub fn indexed(fingerprints: &[Fingerprint]) -> Vec<Fingerprint> {
    let faint = fingerprints.iter().filter_map(faint);
    fingerprints.iter().cloned().chain(faint).collect()
}

/// The `phash` of a faint picture as it is indexed besides.
fn faint(fingerprint: &Fingerprint) -> Option<Fingerprint> {
    let (_, version) = FAINT;
    is_faint(fingerprint).then(|| Fingerprint {
        version,
        // Of quality 0 nothing is indexed.
        quality: fingerprint.quality.max(1),
        ..fingerprint.clone()
    })
}

fn is_faint(fingerprint: &Fingerprint) -> bool {
    let (algorithm, _) = FAINT;
    fingerprint.algorithm == algorithm
        && is_searched(&fingerprint)
        && fingerprint.quality <= FAINT_QUALITY
        // All bits of a picture of one colour are set. It is near every other such picture, and shows the same as none.
        && fingerprint.bits.iter().any(|byte| *byte != u8::MAX)
}

/// Candidates are searched by this fingerprint.
pub fn is_searched(made: &&Fingerprint) -> bool {
    ALGORITHMS.contains(&made.algorithm) && made.version == made.algorithm.version()
}

/// The bits of 128 that one of this algorithm's is worth.
pub fn weight(algorithm: Algorithm) -> u32 {
    128 / algorithm.bits()
}

/// A hit of a search by an algorithm is a candidate: what `phash` alone names from afar is, where both pictures are faint, or
/// another fingerprint of both is not too far. The own ones are oriented as the hit is.
pub fn is_candidate<'a>(
    (algorithm, distance): (Algorithm, u32),
    own: impl Iterator<Item = &'a Fingerprint> + Clone,
    others: &[Fingerprint],
) -> bool {
    if algorithm != Algorithm::Phash || distance <= algorithm.default_radius() {
        return true;
    }
    if distance <= FAINT_RADIUS && own.clone().any(is_faint) && others.iter().any(is_faint) {
        return true;
    }
    let is_crossed = |made: &&Fingerprint| CROSSED.contains(&made.algorithm) && made.quality > 0;
    let others: Vec<&Fingerprint> = others.iter().filter(is_crossed).collect();
    let mut pairs = own
        .filter(is_crossed)
        .flat_map(|one| others.iter().map(move |other| (one, other)));
    pairs.any(|(one, other)| hamming(&one.bits, &other.bits) <= CROSSED_RADIUS)
}

/// The same of two images that are upright, by whatever algorithm they were found.
pub fn are_candidates(own: &[Fingerprint], others: &[Fingerprint]) -> bool {
    let phash = |made: &[Fingerprint]| {
        let mut made = made.iter();
        Some(made.find(|one| one.algorithm == Algorithm::Phash)?.clone())
    };
    let distance = phash(own).and_then(|one| one.distance(&phash(others)?).ok());
    // Who is near by another algorithm is not too far by it.
    let distance = distance.unwrap_or(Algorithm::Phash.bits());
    is_candidate((Algorithm::Phash, distance), own.iter(), others)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fingerprint(algorithm: Algorithm, set: usize) -> Fingerprint {
        let mut bits = vec![0; algorithm.bits() as usize / 8];
        (0..set).for_each(|bit| bits[bit / 8] |= 1 << (bit % 8));
        Fingerprint {
            algorithm,
            version: algorithm.version(),
            bits,
            quality: 90,
        }
    }

    #[test]
    fn what_phash_names_from_afar_needs_another_word() {
        let own = [fingerprint(Algorithm::Dhash128, 0)];
        let is_candidate = |distance, set| {
            let other = [fingerprint(Algorithm::Core, set)];
            is_candidate((Algorithm::Phash, distance), own.iter(), &other)
        };
        assert!(is_candidate(10, 128));
        assert!(is_candidate(18, 46));
        assert!(!is_candidate(18, 47));
        assert!(super::is_candidate((Algorithm::Core, 23), own.iter(), &[]));
    }

    #[test]
    fn faint_pictures_are_searched_farther_among_themselves() {
        let faint = Fingerprint {
            quality: 0,
            ..fingerprint(Algorithm::Phash, 1)
        };
        let probes = Reach::WIDEST.probes(&faint);
        assert_eq!(probes.len(), 1);
        assert_eq!((probes[0].0.version, probes[0].1), (FAINT.1, FAINT_RADIUS));
        let nearly_faint = Fingerprint {
            quality: 3,
            ..faint.clone()
        };
        assert_eq!(Reach::WIDEST.probes(&nearly_faint).len(), 2);
        assert_eq!(
            Reach::WIDEST
                .probes(&fingerprint(Algorithm::Phash, 0))
                .len(),
            1
        );
        let indexed = indexed(std::slice::from_ref(&faint));
        assert!(indexed[1].quality > 0 && indexed[1].version == FAINT.1);
        let distant = Fingerprint {
            quality: 3,
            ..fingerprint(Algorithm::Phash, 20)
        };
        assert!(are_candidates(std::slice::from_ref(&faint), &[distant]));
        let detailed = fingerprint(Algorithm::Phash, 20);
        assert!(!are_candidates(&[faint], &[detailed]));
    }

    #[test]
    fn nothing_is_searched_by_other_algorithms_or_versions() {
        let old = Fingerprint {
            version: 9,
            ..fingerprint(Algorithm::Phash, 3)
        };
        for made in [old, fingerprint(Algorithm::Pdq, 3)] {
            assert!(Reach::WIDEST.probes(&made).is_empty());
        }
        let crossed = Reach::among(3_000).probes(&fingerprint(Algorithm::Core, 3));
        assert_eq!(crossed.len(), 3);
        assert!(crossed.iter().all(|(_, radius)| *radius == RADIUS));
        let phash = Reach::among(3_000).probes(&fingerprint(Algorithm::Phash, 3));
        assert_eq!(phash[0].1, 11);
    }
}
