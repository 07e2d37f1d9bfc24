//! `vismatch find` over the small inputs of `../shared/data/cases`, where they are: each stands for a kind of fault.

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value;
use vismatch_tests::{shared_data, skipped};

use super::{Pictures, members};

/// A folder with the files of a folder of cases.
fn case(folder: &str) -> Option<Pictures> {
    let Some(from) = shared_data().map(|data| data.join("cases").join(folder)) else {
        skipped("../shared/data/cases is not there");
        return None;
    };
    let pictures = Pictures::none();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let name = entry.file_name().into_string().unwrap();
        pictures.put(&name, &fs::read(entry.path()).unwrap());
    }
    Some(pictures)
}

/// The groups by name, the file to keep first, with the verdicts of the others.
#[track_caller]
fn groups(pictures: &Pictures) -> Vec<Vec<(String, String)>> {
    let told = pictures.find(&["--json"]).ok();
    let groups = told.lines().map(|line| {
        let group: Value = serde_json::from_str(line).unwrap();
        let member = |(name, file): (String, Value)| (name, super::text(&file, "verdict"));
        members(&group).into_iter().map(member).collect()
    });
    groups.collect()
}

/// No two of these are in one group.
#[track_caller]
fn are_apart(pictures: &Pictures, names: &[&str]) {
    for group in groups(pictures) {
        let met: BTreeSet<&str> = group.iter().map(|(name, _)| name.as_str()).collect();
        let met = names.iter().filter(|name| met.contains(*name)).count();
        assert!(met < 2, "{group:?}");
    }
}

#[test]
fn nearly_empty_pages_are_not_touched() {
    let Some(pictures) = case("sparse") else {
        return;
    };
    let before = pictures.names();
    for flags in [
        &["--delete-to-trash", "--yes"][..],
        &["--delete-to-trash", "--yes", "--edited"],
    ] {
        assert_eq!(pictures.find(flags).ok(), "");
    }
    assert_eq!(pictures.names(), before);
    assert!(pictures.trashed().is_empty());
}

#[test]
fn other_text_in_one_layout_and_other_pages_are_no_copies() {
    for folder in ["forms", "pages"] {
        if let Some(pictures) = case(folder) {
            assert!(groups(&pictures).is_empty(), "{folder}");
        }
    }
}

#[test]
fn other_colours_are_no_copies_and_the_same_bytes_are_whatever_they_show() {
    let Some(pictures) = case("colour") else {
        return;
    };
    let found = groups(&pictures);
    let pair = |one: &str, verdict: &str| {
        let find = |(name, told): &(String, String)| name == one && told == verdict;
        found.iter().find(|group| group.iter().any(find))
    };
    let red = pair("red_copy.png", "exact").expect("the same bytes");
    assert_eq!((red.len(), red[0].0.as_str()), (2, "red.png"));
    // It is a copy of both, which are none of each other.
    let is_kept_of =
        |kept: &str| pair(kept, "keep").is_some_and(|group| group[1].0 == "photo_grey.png");
    assert!(
        is_kept_of("photo.jpg") || is_kept_of("photo_hue180.png"),
        "{found:?}"
    );
    assert!(pair("photo_grey.png", "edited").is_some());
    assert_eq!(found.len(), 2, "{found:?}");
    are_apart(&pictures, &["photo.jpg", "photo_hue180.png"]);
}

#[test]
fn frames_are_content() {
    let Some(pictures) = case("animations") else {
        return;
    };
    for clip in ["clip_a.gif", "clip_a.webp"] {
        are_apart(&pictures, &[clip, "clip_b.gif", "still.png"]);
    }
}

#[test]
fn the_file_of_the_camera_is_kept() {
    let Some(pictures) = case("keep") else {
        return;
    };
    let found = groups(&pictures);
    assert!(!found.is_empty());
    for group in found {
        assert_eq!(group[0].0, "camera.jpg", "{group:?}");
    }
}
