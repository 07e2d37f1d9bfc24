//! One definition of every hash: the native library, the component and the browser build give the
//! bits frozen in `tests/golden/golden.json`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};
use tempfile::TempDir;
use vismatch_pipeline::fingerprint::Algorithm;
use vismatch_pipeline::self_test;
use vismatch_tests::{program, repository, sha256};

/// A picture's name and every algorithm's word on it, as JSON.
type Said = (String, Value);

/// What was frozen.
fn frozen() -> Vec<Said> {
    let table = fs::read(repository().join("tests/golden/golden.json")).unwrap();
    let entries: Vec<Value> = serde_json::from_slice(&table).unwrap();
    assert!(entries.len() >= 5, "only {} golden pictures", entries.len());
    entries
        .into_iter()
        .map(|entry| {
            (
                vismatch_tests::client::text(&entry, "picture"),
                entry["fingerprints"].clone(),
            )
        })
        .collect()
}

/// The golden pictures, drawn anew, as files in a folder.
fn drawn() -> TempDir {
    let folder = TempDir::new().unwrap();
    for picture in self_test::pictures().unwrap() {
        fs::write(folder.path().join(picture.name), picture.file).unwrap();
    }
    folder
}

#[test]
fn the_golden_pictures_are_the_drawn_ones() {
    let folder = drawn();
    let table = fs::read(repository().join("tests/golden/golden.json")).unwrap();
    let entries: Vec<Value> = serde_json::from_slice(&table).unwrap();
    for entry in entries {
        let name = vismatch_tests::client::text(&entry, "picture");
        let file = fs::read(folder.path().join(&name)).unwrap();
        assert_eq!(entry["sha256"], sha256(&file), "{name}");
    }
}

#[test]
fn the_native_library_gives_the_frozen_bits() {
    let said: Vec<Said> = self_test::pictures()
        .unwrap()
        .into_iter()
        .map(|picture| {
            let outcome = self_test::outcome(&picture.file).unwrap();
            let fingerprints = outcome.fingerprints.iter().map(|fingerprint| {
                json!({
                    "algorithm": fingerprint.algorithm.name(),
                    "version": fingerprint.version,
                    "bits": hex::encode(&fingerprint.bits),
                    "quality": fingerprint.quality,
                })
            });
            (picture.name.to_owned(), fingerprints.collect())
        })
        .collect();
    assert_eq!(said, frozen());
}

#[test]
fn the_component_gives_the_frozen_bits() {
    let folder = drawn();
    let frozen = frozen();
    let names = frozen.iter().map(|(name, _)| name.as_str());
    let arguments = ["hash", "--json", "--algorithm", "all"]
        .into_iter()
        .chain(names);
    let printed = program::run(folder.path(), arguments).ok();
    let said: Vec<Said> = printed
        .lines()
        .map(|line| {
            let row: Value = serde_json::from_str(line).unwrap();
            (
                vismatch_tests::client::text(&row, "path"),
                row["fingerprints"].clone(),
            )
        })
        .collect();
    assert_eq!(said, frozen);
}

/// Hashes the files named on its command line with the module named first.
const BROWSER: &str = "
const [module, ...files] = process.argv.slice(1);
const { fingerprint, selfTest } = require(module);
selfTest();
const algorithms = process.env.ALGORITHMS.split(',');
const said = files.map(file => [file, fingerprint(require('fs').readFileSync(file), algorithms).fingerprints]);
console.log(JSON.stringify(said));
";

#[test]
fn the_browser_build_gives_the_frozen_bits() {
    let module = web_folder().join("vismatch_web.js");
    assert!(
        module.is_file(),
        "{} is not there: run `just web`",
        module.display()
    );
    let folder = drawn();
    let frozen = frozen();
    let output = Command::new("node")
        .args(["-e", BROWSER, "--"])
        .arg(&module)
        .args(frozen.iter().map(|(name, _)| name))
        .env("ALGORITHMS", Algorithm::ALL.map(Algorithm::name).join(","))
        .current_dir(folder.path())
        .output()
        .expect("node runs");
    let said: Vec<Said> = serde_json::from_value(program::Said::from(output).json()).unwrap();
    assert_eq!(said, frozen);
}

/// Where `just web` puts the module: `web` in the target folder that this test was built into.
fn web_folder() -> PathBuf {
    let own = std::env::current_exe().unwrap();
    // <target>/debug/deps/system-...
    let target = own.ancestors().nth(3).map(Path::to_owned);
    target.expect("a test lies in a target folder").join("web")
}
