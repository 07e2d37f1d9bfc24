//! How near fingerprints must be for their pictures to be candidates: for one question, and for each of many images. What is a
//! duplicate among candidates is the business of `verification`.

use crate::domain::{Algorithm, Fingerprint, hamming};

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
/// Largest distance by those, of 128 bits; one more would cost the index half as much again.
const RADIUS: u32 = 23;
/// Largest distance by `phash`, of 64 bits. It changes less than they do where a picture was cropped unevenly or turned.
const PHASH_RADIUS: u32 = 18;
/// Largest distance by the others, of 128 bits, where `phash` names a picture from beyond its own radius: without that every
/// search would name hundreds of strangers.
const CROSSED_RADIUS: u32 = 46;
/// Images up to which each is searched around as widely as for a question.
const FEW: usize = 2_000;

/// How far around a fingerprint candidates are searched.
#[derive(Clone, Copy, Debug)]
pub struct Reach {
    crossed: u32,
    phash: u32,
}

impl Reach {
    /// Of one question.
    pub const WIDEST: Self = Self {
        crossed: RADIUS,
        phash: PHASH_RADIUS,
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
        }
    }

    /// Bits of that algorithm's fingerprints.
    pub fn of(self, algorithm: Algorithm) -> u32 {
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
            return vec![(fingerprint.clone(), self.of(algorithm))];
        }
        let as_by = |algorithm: Algorithm| Fingerprint {
            algorithm,
            version: algorithm.version(),
            ..fingerprint.clone()
        };
        CROSSED.map(|other| (as_by(other), self.of(other))).into()
    }
}

/// Candidates are searched by this fingerprint.
pub fn is_searched(made: &&Fingerprint) -> bool {
    ALGORITHMS.contains(&made.algorithm) && made.version == made.algorithm.version()
}

/// The bits of 128 that one of this algorithm's is worth.
pub fn weight(algorithm: Algorithm) -> u32 {
    128 / algorithm.bits()
}

/// A hit of a search by an algorithm is a candidate: what `phash` alone names from afar is, where another fingerprint of both
/// pictures is not too far. The own ones are oriented as the hit is.
pub fn is_candidate<'a>(
    (algorithm, distance): (Algorithm, u32),
    own: impl Iterator<Item = &'a Fingerprint>,
    others: &[Fingerprint],
) -> bool {
    if algorithm != Algorithm::Phash || distance <= algorithm.default_radius() {
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
