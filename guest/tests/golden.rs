//! Every build gives the frozen bits: run natively and as WebAssembly.
//!
//! `VISMATCH_BLESS=1 cargo test -p vismatch-pipeline --test golden` freezes the bits of the build that
//! runs it: `guest/src/golden.txt`, and for hosts in other languages `tests/golden/`.

#![allow(
    clippy::unwrap_used,
    reason = "a test that unwraps fails where it should"
)]

use serde_json::{Value, json};
use vismatch_pipeline::fingerprint::Fingerprint;
use vismatch_pipeline::rendition::{Outcome, RenditionSize};
use vismatch_pipeline::self_test::{self, Drawn, RENDITIONS, hexadecimal, sha256};

const GOLDEN_JSON: &str = include_str!("../../tests/golden/golden.json");

#[test]
fn bits_are_the_frozen_ones() {
    if std::env::var_os("VISMATCH_BLESS").is_some() {
        return bless();
    }
    self_test::run().unwrap();
}

#[test]
fn the_table_for_other_hosts_is_the_same() {
    if std::env::var_os("VISMATCH_BLESS").is_some() {
        return;
    }
    let frozen: Vec<Value> = serde_json::from_str(GOLDEN_JSON).unwrap();
    assert_eq!(frozen.len(), golden().len());
    for (actual, frozen) in golden().iter().zip(&frozen) {
        assert_eq!(actual, frozen);
    }
}

fn golden() -> Vec<Value> {
    let entry = |picture: Drawn| entry(&picture, &self_test::outcome(&picture.file).unwrap());
    self_test::pictures()
        .unwrap()
        .into_iter()
        .map(entry)
        .collect()
}

fn entry(picture: &Drawn, outcome: &Outcome) -> Value {
    let renditions = RENDITIONS
        .iter()
        .zip(&outcome.renditions)
        .map(|(spec, rendition)| {
            let (kind, asked) = match spec.size {
                RenditionSize::Original => ("original", None),
                RenditionSize::Fit(size) => ("fit", Some(size)),
                RenditionSize::Cover(size) => ("cover", Some(size)),
            };
            json!({
                "size": kind,
                "within": asked.map(|size| [size.width, size.height]),
                "quality": spec.quality,
                "width": rendition.size.width,
                "height": rendition.size.height,
                "sha256": sha256(&rendition.jpeg),
            })
        });
    json!({
        "picture": picture.name,
        "sha256": sha256(&picture.file),
        "width": outcome.info.size.width,
        "height": outcome.info.size.height,
        "fingerprints": outcome.fingerprints.iter().map(fingerprint).collect::<Vec<_>>(),
        "renditions": renditions.collect::<Vec<_>>(),
    })
}

fn fingerprint(fingerprint: &Fingerprint) -> Value {
    json!({
        "algorithm": fingerprint.algorithm.name(),
        "version": fingerprint.version,
        "bits": hexadecimal(&fingerprint.bits),
        "quality": fingerprint.quality,
    })
}

fn bless() {
    let crate_root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let golden_root = crate_root.join("../tests/golden");
    std::fs::create_dir_all(golden_root.join("pictures")).unwrap();
    for picture in self_test::pictures().unwrap() {
        std::fs::write(
            golden_root.join("pictures").join(picture.name),
            picture.file,
        )
        .unwrap();
    }
    std::fs::write(
        crate_root.join("src/golden.txt"),
        self_test::table().unwrap(),
    )
    .unwrap();
    let json = serde_json::to_string_pretty(&golden()).unwrap() + "\n";
    std::fs::write(golden_root.join("golden.json"), json).unwrap();
}
