//! Every bench runs to its end and leaves its table, on little material, without the tools of today.
//! What it measures then says nothing, and nothing is asked of it.

use std::path::Path;
use std::process::Command;

use tempfile::TempDir;
use vismatch_tests::{shared_data, skipped};

/// The table that a bench makes of `most` photos, images or uploads.
#[track_caller]
fn table(bench: &str, name: &str, most: usize) -> String {
    let tables = TempDir::new().unwrap();
    let output = Command::new(bench)
        .args(["--rounds", "1", "--most", &most.to_string(), "--out"])
        .arg(tables.path())
        .env("VISMATCH_PEERS_PYTHON", Path::new("/nowhere/python"))
        // Built with the other programs of the workspace, from the same sources.
        .env(
            "VISMATCH_NATIVE",
            Path::new(bench).with_file_name("vismatch-native"),
        )
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{bench}: {said}");
    let path = tables.path().join(name).with_extension("md");
    std::fs::read_to_string(path).unwrap_or_else(|fault| panic!("{fault}: {said}"))
}

/// The same for a bench that needs the photos beside the repository: nothing without them.
#[track_caller]
fn table_of_photos(bench: &str, name: &str, expected: &str) {
    if shared_data().is_none() {
        return skipped("the photos of ../shared/data are not there");
    }
    let table = table(bench, name, 2);
    assert!(table.contains(expected), "{table}");
}

#[test]
fn hash() {
    table_of_photos(
        env!("CARGO_BIN_EXE_bench-hash"),
        "hash",
        "| vismatch phash |",
    );
}

#[test]
fn renditions() {
    let bench = env!("CARGO_BIN_EXE_bench-renditions");
    table_of_photos(bench, "renditions", "own size encoded anew |");
}

#[test]
fn native() {
    table_of_photos(
        env!("CARGO_BIN_EXE_bench-native"),
        "native",
        "| thumb alone |",
    );
}

#[test]
fn quality() {
    table_of_photos(
        env!("CARGO_BIN_EXE_bench-quality"),
        "quality",
        "| 2 of photos |",
    );
}

#[test]
fn find() {
    table_of_photos(
        env!("CARGO_BIN_EXE_bench-find"),
        "find",
        "| vismatch find |",
    );
}

#[test]
fn sandbox() {
    let table = table(env!("CARGO_BIN_EXE_bench-sandbox"), "sandbox", 1);
    assert!(table.contains("fresh instance"), "{table}");
}

#[test]
fn start() {
    let table = table(env!("CARGO_BIN_EXE_bench-start"), "start", 20);
    assert!(table.contains("| images in the store | 20 |"), "{table}");
}

#[test]
fn upload() {
    let table = table(env!("CARGO_BIN_EXE_bench-upload"), "upload", 1);
    assert!(table.contains("| uploads per second |"), "{table}");
}

#[test]
fn search() {
    let table = table(env!("CARGO_BIN_EXE_bench-search"), "search", 2_000);
    assert!(table.contains("| crowds |"), "{table}");
}
