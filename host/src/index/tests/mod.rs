//! Every answer of the index is held to a plain scan of the same images.

mod histories;
mod multi_indexes;
mod snapshots;

use super::*;

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
    index.search(&IndexQuery {
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

/// An index that packs four images into a segment, and gives tables to banks of eight.
fn small_index() -> Index {
    let sizes = Sizes {
        memtable: 4,
        scanned: 8,
    };
    Index {
        shared: Arc::new(Shared {
            sizes,
            ..Shared::default()
        }),
    }
}
