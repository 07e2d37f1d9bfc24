//! Snapshots: what is opened answers like what was saved, and nothing is answered from a file that is
//! not whole.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use super::*;

fn mark() -> Mark {
    Mark {
        sequence: 7,
        witnesses: vec![(7, "ab".repeat(16))],
    }
}

fn save(index: &Index, file: &Path) {
    index.save(&File::create(file).unwrap(), mark()).unwrap();
}

fn open(file: &Path) -> Result<(Index, Mark), SnapshotError> {
    Index::open(&File::open(file).unwrap())
}

/// A saved index of a few segments and a memtable, and its file.
fn saved(folder: &Path) -> (Index, PathBuf) {
    let (index, file) = (small_index(), folder.join("snapshot"));
    for number in 0..30 {
        let print = fingerprint(Algorithm::Phash, &[number; 8]);
        index.insert(&project("p"), id(number), &[print]);
    }
    index.remove(&project("p"), id(3));
    save(&index, &file);
    (index, file)
}

/// The index of a snapshot of another.
pub(super) fn reopened(index: &Index) -> Index {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("snapshot");
    save(index, &file);
    let (mut opened, found) = open(&file).unwrap();
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
        assert!(matches!(open(&other), Err(SnapshotError::Unusable(_))));
    };
    for length in [0, 1, 31, 32, sound.len() / 2, sound.len() - 1] {
        refused_or_empty(&folder.path().join("short"), &sound[..length]);
    }
    // The padding between the arrays says nothing; every other byte does.
    let step = sound.len() / 97 + 1;
    let opened = |bytes: &[u8]| {
        let other = folder.path().join("flipped");
        fs::write(&other, bytes).unwrap();
        open(&other).ok().map(|(index, _)| index)
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
}

fn refused_or_empty(file: &Path, bytes: &[u8]) {
    fs::write(file, bytes).unwrap();
    assert!(open(file).is_err());
}
