//! Published fingerprints of pictures that lie in a folder beside the repository; without it the
//! tests say so.

#![cfg(feature = "codecs")]
#![allow(
    clippy::unwrap_used,
    reason = "a test that unwraps fails where it should"
)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use vismatch_pipeline::fingerprint::{Algorithm, hamming};
use vismatch_pipeline::hash::hash;
use vismatch_pipeline::limits::Limits;

/// Bits of 256 that we may differ in from other implementations of PDQ, which differ by 8 among themselves.
const TOLERANCE: u32 = 10;

fn shared_data() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data");
    if !folder.is_dir() {
        eprintln!(
            "SKIPPED: the test pictures are not there ({})",
            folder.display()
        );
        return None;
    }
    Some(folder)
}

#[test]
fn pdq_agrees_with_other_implementations() {
    let Some(folder) = shared_data() else { return };
    let references = fs::read_to_string(folder.join("refs/pdq.json")).unwrap();
    let references: BTreeMap<String, BTreeMap<String, Value>> =
        serde_json::from_str(&references).unwrap();
    for (picture, published) in references {
        let file = fs::read(folder.join(&picture)).unwrap();
        let ours = hash(&file, &[Algorithm::Pdq], &Limits::default())
            .unwrap()
            .remove(0);
        for (implementation, value) in published {
            match value {
                Value::String(bits) => {
                    let distance = hamming(&ours.bits, &hex::decode(bits).unwrap());
                    println!("{distance:2} bits: {picture} of {implementation}");
                    assert!(
                        distance <= TOLERANCE,
                        "{picture}: {distance} bits from {implementation}"
                    );
                }
                quality => assert_eq!(quality, ours.quality, "{picture}"),
            }
        }
    }
}

/// All but two cabinets of a pair, which look the same to an eye too.
#[test]
fn strangers_are_not_within_the_default_radius() {
    let Some(folder) = shared_data() else { return };
    let algorithms = [Algorithm::Phash, Algorithm::Dhash128, Algorithm::Pdq];
    let mut photos: Vec<(PathBuf, Vec<_>)> = Vec::new();
    for entry in fs::read_dir(folder.join("photos")).unwrap() {
        let path = entry.unwrap().path();
        let small = fs::metadata(&path).unwrap().len() < 300_000;
        if small
            && path
                .extension()
                .is_some_and(|extension| extension != "json")
        {
            let prints = hash(&fs::read(&path).unwrap(), &algorithms, &Limits::default()).unwrap();
            photos.push((path, prints));
        }
    }
    assert!(photos.len() > 20, "{} photos", photos.len());
    for (at, (path, prints)) in photos.iter().enumerate() {
        for (other, others) in &photos[at + 1..] {
            let is_cabinet = |path: &Path| path.to_string_lossy().contains("blockhash__00631");
            let look_alike = is_cabinet(path) && is_cabinet(other);
            for (a, b) in prints.iter().zip(others) {
                let distance = a.distance(b).unwrap();
                let near = distance <= a.algorithm.default_radius();
                assert!(
                    !near || look_alike,
                    "{} {} {distance}",
                    path.display(),
                    other.display()
                );
            }
        }
    }
}
