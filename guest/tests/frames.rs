//! How far apart the further frames and pages of copies are, and those of other files that only begin with the same
//! picture. The files lie beside the repository; without them the tests say so.

#![cfg(feature = "rare-codecs")]
#![allow(
    clippy::unwrap_used,
    reason = "a test that unwraps fails where it should"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use vismatch_pipeline::decode::inspect;
use vismatch_pipeline::hash::sampled_frames;
use vismatch_pipeline::limits::Limits;
use vismatch_pipeline::sequence::{FrameLuma, FrameSamples, SIDE};

/// Longer than any of the small files of a folder may take, even without optimisation.
const PATIENCE: Duration = Duration::from_secs(20);

fn shared_data(folder: &str) -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../shared/data")
        .join(folder);
    if !folder.is_dir() {
        eprintln!(
            "SKIPPED: the test pictures are not there ({})",
            folder.display()
        );
        return None;
    }
    Some(folder)
}

fn samples(file: &Path) -> Option<FrameSamples> {
    let (bytes, limits) = (fs::read(file).unwrap(), Limits::default());
    let info = inspect(&bytes, &limits).unwrap();
    sampled_frames(&bytes, &info, &limits)
}

fn frames(file: &Path) -> Vec<FrameLuma> {
    match samples(file) {
        Some(FrameSamples::Sampled(frames)) => frames,
        other => panic!("{}: {other:?}", file.display()),
    }
}

/// The mean difference in grey levels and the largest, of each pair of frames.
fn differences(folder: &Path, one: &str, other: &str) -> Vec<(f64, u8)> {
    let (ours, theirs) = (frames(&folder.join(one)), frames(&folder.join(other)));
    let pairs = ours.iter().zip(&theirs);
    let differences = pairs.map(|(a, b)| {
        let mean = f64::from(a.difference(b)) / 256.0;
        (mean, a.largest_difference(b))
    });
    let differences = differences.collect();
    println!("{one} and {other}: {differences:.2?}");
    differences
}

/// The means of 4 x 4 cells: what 8 x 8 cells of the whole frame would hold, to one level.
fn coarse(frame: &FrameLuma) -> Vec<u8> {
    let mean = |at: usize| {
        let cells = (0..16).map(|cell| frame.cells[at + cell / 4 * SIDE + cell % 4]);
        (cells.map(u32::from).sum::<u32>() / 16) as u8
    };
    let corners = (0..SIDE)
        .step_by(4)
        .flat_map(|y| (0..SIDE).step_by(4).map(move |x| y * SIDE + x));
    corners.map(mean).collect()
}

#[test]
fn copies_of_a_clip_agree_from_afar() {
    let Some(folder) = shared_data("cases/animations") else {
        return;
    };
    let [ours, theirs] = ["clip_a.gif", "clip_a.webp"].map(|file| frames(&folder.join(file)));
    for (ours, theirs) in ours.iter().zip(&theirs) {
        let (ours, theirs) = (coarse(ours), coarse(theirs));
        assert!(ours.iter().zip(&theirs).all(|(a, b)| a.abs_diff(*b) <= 3));
    }
}

#[test]
fn a_clip_is_told_from_one_that_begins_alike() {
    let Some(folder) = shared_data("cases/animations") else {
        return;
    };
    let copies = differences(&folder, "clip_a.gif", "clip_a.webp");
    assert!(
        copies
            .iter()
            .all(|(mean, largest)| *mean < 1.0 && *largest < 16)
    );
    for copy in ["clip_a.gif", "clip_a.webp"] {
        let strangers = differences(&folder, copy, "clip_b.gif");
        assert!(strangers.iter().all(|(_, largest)| *largest > 100));
    }
    assert_eq!(samples(&folder.join("still.png")), None);
}

/// Text is grey from afar: pages differ in few cells, and not by much.
#[test]
fn a_document_is_told_from_one_with_the_same_cover() {
    let Some(folder) = shared_data("cases/pages") else {
        return;
    };
    let strangers = differences(&folder, "contract_a.tif", "contract_b.tif");
    assert!(strangers.iter().all(|(_, largest)| *largest > 4));
    assert_eq!(frames(&folder.join("contract_a.tif")).len(), 3);
    assert_eq!(frames(&folder.join("contract_b.tif")).len(), 2);
    assert_eq!(samples(&folder.join("cover.png")), None);
}

#[test]
fn frames_of_bad_files_are_looked_at_or_not() {
    let Some(folder) = shared_data("bad") else {
        return;
    };
    let (mut sampled, mut not_sampled) = (0, 0);
    for entry in fs::read_dir(folder).unwrap() {
        let (path, limits) = (entry.unwrap().path(), Limits::default());
        let bytes = fs::read(&path).unwrap();
        let Ok(info) = inspect(&bytes, &limits) else {
            continue;
        };
        let start = Instant::now();
        match sampled_frames(&bytes, &info, &limits) {
            Some(FrameSamples::Sampled(_)) => sampled += 1,
            Some(FrameSamples::NotSampled) => not_sampled += 1,
            None => {}
        }
        assert!(start.elapsed() < PATIENCE, "{}", path.display());
    }
    println!("{sampled} sampled, {not_sampled} not");
    assert!(sampled > 10);
}
