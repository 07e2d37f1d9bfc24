use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::domain::hamming;

fn fingerprint(algorithm: Algorithm, bits: &[u8]) -> Fingerprint {
    Fingerprint {
        algorithm,
        version: algorithm.version(),
        bits: bits.to_vec(),
        quality: 100,
    }
}

fn id(n: u8) -> ImageId {
    ImageId::from_bytes([n; 16])
}

fn project(name: &str) -> ProjectName {
    ProjectName::parse(name).unwrap()
}

fn search(
    index: &Index,
    project: Option<&ProjectName>,
    query: &Fingerprint,
    limit: usize,
) -> Vec<Hit> {
    index.search(&Query {
        project,
        fingerprint: query,
        radius: query.bits.len() as u32 * 8,
        limit,
    })
}

#[test]
fn a_replaced_image_is_found_by_its_new_fingerprint_only() {
    let (index, p) = (Index::default(), project("p"));
    let old = fingerprint(Algorithm::Phash, &[0; 8]);
    let new = fingerprint(Algorithm::Phash, &[255; 8]);
    index.insert(&p, id(1), std::slice::from_ref(&old));
    index.insert(&p, id(1), std::slice::from_ref(&new));
    assert_eq!(index.images(), 1);
    let hits = search(&index, Some(&p), &new, 9);
    assert_eq!(
        hits,
        [Hit {
            distance: 0,
            image: id(1)
        }]
    );
}

#[test]
fn projects_algorithms_and_versions_are_kept_apart() {
    let (index, p, q) = (Index::default(), project("p"), project("q"));
    let phash = fingerprint(Algorithm::Phash, &[7; 8]);
    let dhash = fingerprint(Algorithm::Dhash, &[7; 8]);
    let newer = Fingerprint {
        version: 9,
        ..phash.clone()
    };
    index.insert(&p, id(1), std::slice::from_ref(&phash));
    index.insert(&q, id(2), &[dhash.clone(), newer.clone()]);
    assert_eq!(search(&index, Some(&q), &phash, 9), []);
    assert_eq!(search(&index, None, &phash, 9).len(), 1);
    assert_eq!(search(&index, None, &newer, 9)[0].image, id(2));
    assert_eq!(search(&index, Some(&project("none")), &phash, 9), []);
}

#[test]
fn a_fingerprint_of_a_wrong_length_matches_nothing() {
    let (index, p) = (Index::default(), project("p"));
    index.insert(&p, id(1), &[fingerprint(Algorithm::Pdq, &[1; 8])]);
    index.insert(&p, id(2), &[fingerprint(Algorithm::Phash, &[])]);
    index.insert(&p, id(3), &[fingerprint(Algorithm::Phash, &[1; 8])]);
    assert_eq!(index.images(), 3);
    for bits in [&[][..], &[1; 7], &[1; 9], &[1; 16]] {
        assert_eq!(
            search(&index, None, &fingerprint(Algorithm::Phash, bits), 9),
            []
        );
    }
}

/// A step of a random history: image, fingerprint when it is put in, project.
fn history() -> impl Strategy<Value = Vec<(u8, Option<[u8; 16]>, bool)>> {
    // Few distinct bytes, so that near and equal fingerprints are common.
    let bits = proptest::array::uniform16(prop_oneof![Just(0u8), Just(1), Just(3), Just(255)]);
    let step = (
        0..24u8,
        proptest::option::weighted(0.7, bits),
        any::<bool>(),
    );
    proptest::collection::vec(step, 0..80)
}

/// Groups of two or more, each grown from its first image until nothing within the radius is left.
fn reachable(bank: &[(ImageId, &Vec<u8>)], radius: u32) -> Vec<Vec<ImageId>> {
    let mut left = bank.to_vec();
    let mut groups = Vec::new();
    while !left.is_empty() {
        let mut group = vec![left.remove(0)];
        let mut grown = 0;
        while let Some(&(_, bits)) = group.get(grown) {
            let near = |&(_, other): &(ImageId, &Vec<u8>)| hamming(bits, other) <= radius;
            group.extend(left.extract_if(.., |entry| near(entry)));
            grown += 1;
        }
        let mut images: Vec<ImageId> = group.into_iter().map(|(image, _)| image).collect();
        images.sort();
        groups.push(images);
    }
    groups.retain(|group| group.len() > 1);
    groups
}

proptest! {
    #[test]
    fn finds_what_a_naive_scan_finds(
        history in history(),
        query: [u8; 16],
        radius in 0..=128u32,
        limit in 0..12usize,
    ) {
        let names = [project("a"), project("b")];
        let index = Index::default();
        let mut naive: BTreeMap<(ProjectName, ImageId), Vec<u8>> = BTreeMap::new();
        for (image, bits, second) in history {
            // An id lives in one project only.
            let image = ImageId::from_bytes([image, second.into(), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
            let name = &names[usize::from(second)];
            match bits {
                Some(bits) => {
                    index.insert(name, image, &[fingerprint(Algorithm::Dhash128, &bits)]);
                    naive.insert((name.clone(), image), bits.to_vec());
                }
                None => {
                    index.remove(name, image);
                    naive.remove(&(name.clone(), image));
                }
            }
        }
        prop_assert_eq!(index.images(), naive.len());

        for wanted in [None, Some(&names[0]), Some(&names[1])] {
            let mut expected: Vec<Hit> = naive
                .iter()
                .filter(|((name, _), _)| wanted.is_none_or(|wanted| wanted == name))
                .map(|((_, image), bits)| Hit { distance: hamming(bits, &query), image: *image })
                .filter(|hit| hit.distance <= radius)
                .collect();
            expected.sort();
            expected.truncate(limit);
            let found = index.search(&Query {
                project: wanted,
                fingerprint: &fingerprint(Algorithm::Dhash128, &query),
                radius,
                limit,
            });
            prop_assert_eq!(found, expected);
        }

        for name in &names {
            let bank: Vec<_> = naive.iter().filter(|((owner, _), _)| owner == name).collect();
            let bank: Vec<_> = bank.into_iter().map(|((_, image), bits)| (*image, bits)).collect();
            prop_assert_eq!(index.groups(name, Algorithm::Dhash128, radius), reachable(&bank, radius));
        }
    }
}
