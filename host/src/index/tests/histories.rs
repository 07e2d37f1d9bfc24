//! Random histories: images come, change and go, segments are packed and merged, snapshots are taken
//! and opened again.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::domain::hamming;

/// A step of a history.
#[derive(Clone, Debug)]
enum Step {
    /// An image of the first or second project comes or changes.
    Insert(u8, bool, [u8; 16]),
    Remove(u8, bool),
    Merge,
    /// The index is saved, and goes on from the file.
    Reopen,
}

type Plain = BTreeMap<(ProjectName, ImageId), Vec<u8>>;

fn histories() -> impl Strategy<Value = Vec<Step>> {
    // Few distinct bytes, so that near and equal fingerprints are common.
    let bits = proptest::array::uniform16(prop_oneof![Just(0_u8), Just(1), Just(3), Just(255)]);
    let step = prop_oneof![
        14 => (0..24_u8, any::<bool>(), bits)
            .prop_map(|(image, second, bits)| Step::Insert(image, second, bits)),
        4 => (0..24_u8, any::<bool>()).prop_map(|(image, second)| Step::Remove(image, second)),
        2 => Just(Step::Merge),
        1 => Just(Step::Reopen),
    ];
    proptest::collection::vec(step, 0..80)
}

fn names() -> [ProjectName; 2] {
    [project("a"), project("b")]
}

/// An id lives in one project only.
fn image_of(image: u8, second: bool) -> ImageId {
    let mut bytes = [0; 16];
    (bytes[0], bytes[1]) = (image, second.into());
    ImageId::from_bytes(bytes)
}

fn replay(history: Vec<Step>) -> (Index, Plain) {
    let (mut index, mut plain) = (small_index(), Plain::new());
    for step in history {
        match step {
            Step::Insert(image, second, bits) => {
                let (name, image) = (&names()[usize::from(second)], image_of(image, second));
                index.insert(name, image, &[fingerprint(Algorithm::Dhash128, &bits)]);
                plain.insert((name.clone(), image), bits.to_vec());
            }
            Step::Remove(image, second) => {
                let (name, image) = (&names()[usize::from(second)], image_of(image, second));
                index.remove(name, image);
                plain.remove(&(name.clone(), image));
            }
            Step::Merge => while merge::merge_once(&index.shared) {},
            Step::Reopen => index = snapshots::reopened(&index),
        }
    }
    (index, plain)
}

/// Groups of two or more, each grown from its first image until nothing within the radius is left.
fn reachable(images: &[(ImageId, &Vec<u8>)], radius: u32) -> Vec<Vec<ImageId>> {
    let mut left = images.to_vec();
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
    fn finds_what_a_plain_scan_finds(
        history in histories(),
        query: [u8; 16],
        radius in 0..=128_u32,
        limit in 0..12_usize,
    ) {
        let (index, plain) = replay(history);
        prop_assert_eq!(index.images(), plain.len());
        for wanted in [None, Some(&names()[0]), Some(&names()[1])] {
            let mut expected: Vec<Hit> = plain
                .iter()
                .filter(|((name, _), _)| wanted.is_none_or(|wanted| wanted == name))
                .map(|((_, image), bits)| Hit { distance: hamming(bits, &query), image: *image })
                .filter(|hit| hit.distance <= radius)
                .collect();
            expected.sort();
            expected.truncate(limit);
            let found = index.search(&IndexQuery {
                project: wanted,
                fingerprint: &fingerprint(Algorithm::Dhash128, &query),
                radius,
                limit,
            });
            prop_assert_eq!(found, expected);
        }
    }

    #[test]
    fn groups_are_what_is_reachable(history in histories(), radius in 0..=24_u32) {
        let (index, plain) = replay(history);
        for wanted in [None, Some(&names()[0]), Some(&names()[1])] {
            let images = plain.iter();
            let images = images.filter(|((name, _), _)| wanted.is_none_or(|wanted| wanted == name));
            let mut images: Vec<_> = images.map(|((_, image), bits)| (*image, bits)).collect();
            images.sort_unstable();
            let groups = index.groups(wanted, Algorithm::Dhash128, radius);
            prop_assert_eq!(groups, reachable(&images, radius));
        }
    }
}

#[test]
fn searches_go_on_while_images_come_and_go() {
    let (index, name) = (small_index(), project("p"));
    let bits = |number: u16| [number.to_be_bytes(); 4].concat();
    let print = |number| fingerprint(Algorithm::Phash, &bits(number));
    let image = |number: u16| {
        let mut bytes = [0; 16];
        bytes[..2].copy_from_slice(&number.to_be_bytes());
        ImageId::from_bytes(bytes)
    };
    index.insert(&name, image(0), &[print(0)]);
    std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            for number in 1..2_000 {
                index.insert(&name, image(number), &[print(number)]);
                // The first image is put in again and again: it is there at every moment.
                index.insert(&name, image(0), &[print(0)]);
                index.remove(&name, image(number / 2 + 1));
            }
        });
        while !writer.is_finished() {
            let hits = search(&index, Some(&name), &print(0), 1);
            assert_eq!(
                hits,
                [Hit {
                    distance: 0,
                    image: image(0)
                }]
            );
        }
    });
    while merge::merge_once(&index.shared) {}
    assert_eq!(search(&index, None, &print(0), 9_999).len(), index.images());
}
