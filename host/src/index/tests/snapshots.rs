//! Snapshots: what is opened answers like what was saved, and nothing is answered from a file that is
//! not whole.

use std::fs;
use std::path::{Path, PathBuf};

use super::*;

fn mark() -> Mark {
    Mark {
        sequence: 7,
        witnesses: vec![(7, "ab".repeat(16))],
    }
}

/// A saved index of a few segments and a tail, and its file.
fn saved(folder: &Path) -> (Index, PathBuf) {
    let (index, file) = (small_index(), folder.join("snapshot"));
    for number in 0..30 {
        let print = fingerprint(Algorithm::Phash, &[number; 8]);
        index.insert(&project("p"), id(number), &[print]);
    }
    index.remove(&project("p"), id(3));
    assert!(index.save(&file, mark()).unwrap());
    (index, file)
}

/// The index of a snapshot of another.
pub(super) fn reopened(index: &Index) -> Index {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("snapshot");
    assert!(index.save(&file, mark()).unwrap());
    let (mut opened, found) = Index::open(&file).unwrap();
    assert_eq!(found, mark());
    if let Some(shared) = Arc::get_mut(&mut opened.shared) {
        shared.sizes = index.shared.sizes;
    }
    opened
}

#[test]
fn a_damaged_or_foreign_file_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (_, file) = saved(folder.path());
    let sound = fs::read(&file).unwrap();
    let refused = |bytes: &[u8]| {
        let other = folder.path().join("other");
        fs::write(&other, bytes).unwrap();
        assert!(matches!(
            Index::open(&other),
            Err(SnapshotError::Unusable(_))
        ));
    };
    for length in [0, 1, 31, 32, sound.len() / 2, sound.len() - 1] {
        refused_or_empty(&folder.path().join("short"), &sound[..length]);
    }
    // The padding between the arrays says nothing; every other byte does.
    let step = sound.len() / 97 + 1;
    let opened = |bytes: &[u8]| {
        let other = folder.path().join("flipped");
        fs::write(&other, bytes).unwrap();
        Index::open(&other).ok().map(|(index, _)| index)
    };
    for at in (0..sound.len()).step_by(step) {
        let mut flipped = sound.clone();
        flipped[at] ^= 0x10;
        if let Some(index) = opened(&flipped) {
            assert_eq!(index.images(), 29);
            let print = fingerprint(Algorithm::Phash, &[9; 8]);
            assert_eq!(search(&index, None, &print, 1)[0].image, id(9));
        }
    }
    refused(b"#!/bin/sh\necho this is something else altogether\n");
    let mut older = sound.clone();
    older[8] ^= 1;
    refused(&older);
    assert!(matches!(
        Index::open(&folder.path().join("none")),
        Err(SnapshotError::Absent)
    ));
}

fn refused_or_empty(file: &Path, bytes: &[u8]) {
    fs::write(file, bytes).unwrap();
    assert!(Index::open(file).is_err());
}

#[test]
fn a_map_outlives_the_file_that_takes_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let (_, file) = saved(folder.path());
    let (before, _) = Index::open(&file).unwrap();
    let other = small_index();
    other.insert(
        &project("q"),
        id(77),
        &[fingerprint(Algorithm::Phash, &[77; 8])],
    );
    assert!(other.save(&file, mark()).unwrap());
    assert_eq!(before.images(), 29);
    let print = fingerprint(Algorithm::Phash, &[5; 8]);
    assert_eq!(search(&before, None, &print, 1)[0].image, id(5));
    assert_eq!(Index::open(&file).unwrap().0.images(), 1);
}

#[test]
fn what_a_killed_writer_left_is_no_snapshot() {
    let folder = tempfile::tempdir().unwrap();
    let (index, file) = saved(folder.path());
    let half = fs::read(&file).unwrap();
    fs::write(file.with_extension("unfinished"), &half[..half.len() / 2]).unwrap();
    assert_eq!(Index::open(&file).unwrap().0.images(), 29);
    assert!(index.save(&file, mark()).unwrap());
    assert!(!file.with_extension("unfinished").exists());
    assert_eq!(Index::open(&file).unwrap().0.images(), 29);
}

#[test]
fn one_process_at_a_time_writes() {
    let folder = tempfile::tempdir().unwrap();
    let (index, file) = saved(folder.path());
    let other = fs::File::create(file.with_extension("lock")).unwrap();
    other.lock().unwrap();
    assert!(!index.save(&file, mark()).unwrap());
    drop(other);
    assert!(index.save(&file, mark()).unwrap());
}
