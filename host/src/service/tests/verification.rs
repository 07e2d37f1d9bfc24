//! What is verified: pictures that are alike and no copies, groups around one kept image, and what is left out.

use super::*;
use crate::domain::{Image, Verdict};
use crate::sandbox::Input;
use crate::service::matching::comparisons::{Picture, compare};
use crate::service::matching::{Duplicates, DuplicatesPage, duplicates};

/// Files of a folder of small inputs that were called duplicates once; `None`, with a message, where they are not there.
fn cases(folder: &str) -> Option<Vec<(String, Vec<u8>)>> {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/cases");
    let Ok(entries) = std::fs::read_dir(cases.join(folder)) else {
        eprintln!("skipped: there is no {}", cases.join(folder).display());
        return None;
    };
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let name = |file: &Path| file.file_name().unwrap().to_string_lossy().into_owned();
    let read = |file: PathBuf| (name(&file), std::fs::read(&file).unwrap());
    Some(files.into_iter().map(read).collect())
}

async fn groups(world: &World, asked: &Duplicates) -> DuplicatesPage {
    duplicates(&world.services, Some(&PROJECT), asked)
        .await
        .unwrap()
}

fn members(page: &DuplicatesPage) -> Vec<Vec<&str>> {
    let names = page.groups.iter().map(|group| {
        let members = group.members.iter();
        members.map(|member| member.image.name.as_str()).collect()
    });
    names.collect()
}

fn verdicts(found: &[Match]) -> Vec<(&str, Verdict)> {
    let verdict = |found: &Match| found.judgement.verdict;
    let row = |found| (found, verdict(found));
    let rows = found.iter().map(row);
    rows.map(|(found, verdict)| (found.image.name.as_str(), verdict))
        .collect()
}

async fn matches_of(world: &World, image: &Image) -> Vec<Match> {
    let stored = Subject::Stored(PROJECT.clone(), image.id.to_string());
    matches(&world.services, &PROJECT, stored, VERIFIED)
        .await
        .unwrap()
}

/// Nothing of a folder is called a duplicate of anything else in it: not by the upload's answer, by matches, nor in groups.
async fn assert_all_are_strangers(folder: &str) {
    let Some(files) = cases(folder) else { return };
    let world = World::new().await;
    let mut images = Vec::new();
    for (name, bytes) in &files {
        let given = world.give(name, bytes).await;
        for found in given.duplicates {
            let verdict = found.judgement.verdict;
            assert!(!verdict.is_duplicate(), "{name}: {:?}", found.judgement);
        }
        images.push(given.image);
    }
    for image in &images {
        for found in matches_of(&world, image).await {
            let (verdict, name) = (found.judgement.verdict, &found.image.name);
            assert!(!verdict.is_duplicate(), "{}, {name}", image.name);
            assert!(
                found.judgement.verified,
                "{}, {name}: not decided",
                image.name
            );
        }
    }
    let page = groups(&world, &Duplicates::default()).await;
    assert_eq!(members(&page), Vec::<Vec<&str>>::new(), "{folder}");
    assert_eq!((page.left_out, page.not_compared), (0, 0));
}

#[tokio::test]
async fn nearly_empty_pages_are_no_copies_of_each_other() {
    assert_all_are_strangers("sparse").await;
}

#[tokio::test]
async fn other_text_and_figures_in_one_layout_are_no_copies() {
    assert_all_are_strangers("forms").await;
}

#[tokio::test]
async fn documents_with_one_cover_are_no_copies() {
    assert_all_are_strangers("pages").await;
}

#[tokio::test]
async fn a_still_is_no_copy_of_a_clip_and_clips_are_told_apart_by_their_frames() {
    let Some(files) = cases("animations") else {
        return;
    };
    let world = World::new().await;
    for (name, bytes) in &files {
        world.give(name, bytes).await;
    }
    let page = groups(&world, &Duplicates::default()).await;
    for group in members(&page) {
        assert_eq!(group, ["clip_a.gif", "clip_a.webp"]);
    }
}

#[tokio::test]
async fn colours_are_compared_and_the_same_bytes_are_found_without_any_detail() {
    let Some(files) = cases("colour") else { return };
    let world = World::new().await;
    for (name, bytes) in &files {
        world.give(name, bytes).await;
    }
    for any_orientation in [false, true] {
        let asked = Duplicates {
            any_orientation,
            ..Duplicates::default()
        };
        let page = groups(&world, &asked).await;
        let expected = [
            vec!["photo_grey.png", "photo_hue180.png"],
            vec!["red.png", "red_copy.png"],
        ];
        assert_eq!(members(&page), expected);
        let verdict = |group: usize, member: usize| {
            let members = &page.groups[group].members;
            members[member].relation.judgement.verdict
        };
        assert_eq!(
            verdict(0, 1 - page.groups[0].best.position),
            Verdict::Edited
        );
        assert_eq!([verdict(1, 0), verdict(1, 1)], [Verdict::Exact; 2]);
    }
    let by_distance = Duplicates {
        radius: Some(0),
        ..Duplicates::default()
    };
    let page = groups(&world, &by_distance).await;
    assert!(members(&page).contains(&vec!["red.png", "red_copy.png"]));
    let asked = Duplicates::default();
    let everywhere = duplicates(&world.services, None, &asked).await.unwrap();
    assert_eq!(everywhere.groups.len(), 2);
}

#[tokio::test]
async fn plain_pictures_match_by_their_bytes_everywhere() {
    let Some(files) = cases("colour") else { return };
    let red = &files.iter().find(|(name, _)| name == "red.png").unwrap().1;
    let world = World::new().await;
    let first = world.give("red.png", red).await.image;
    let again = world.give("again.png", red).await;
    assert_eq!(verdicts(&again.duplicates), [("red.png", Verdict::Exact)]);
    let found = matches_of(&world, &first).await;
    assert_eq!(verdicts(&found), [("again.png", Verdict::Exact)]);
    let asked = KnownPicture {
        sha256: Some(first.sha256),
        ..KnownPicture::default()
    };
    let found = check(&world.services, None, asked, VERIFIED).await.unwrap();
    assert_eq!(found.exact.len(), 2);
}

#[tokio::test]
async fn fingerprints_alone_verify_nothing() {
    let world = World::new().await;
    let image = world.give("a.png", &png(1)).await.image;
    let asked = KnownPicture {
        fingerprints: image.fingerprints,
        ..KnownPicture::default()
    };
    let found = check(&world.services, Some(&PROJECT), asked, VERIFIED)
        .await
        .unwrap();
    let judgement = &found.near[0].judgement;
    assert_eq!(found.near[0].distance, 0);
    assert_eq!(
        (judgement.verdict, judgement.verified),
        (Verdict::Similar, false)
    );
    assert!(judgement.reason.contains("nothing else was compared"));
}

/// Two orders of one template, of which sketches cannot decide: a check that sends no picture says so, one that does
/// is answered.
#[tokio::test]
async fn where_sketches_cannot_decide_pictures_are_compared_and_the_result_is_kept() {
    let Some(files) = cases("forms") else { return };
    let letters: Vec<_> = files
        .iter()
        .filter(|(name, _)| name.starts_with("letter"))
        .collect();
    let world = World::new().await;
    let services = &world.services;
    let stored = world.give(&letters[0].0, &letters[0].1).await.image;
    let input = Input::Bytes(letters[1].1.clone().into());
    let plan = crate::domain::Plan {
        algorithms: crate::domain::Algorithm::ALL.to_vec(),
        renditions: Vec::new(),
    };
    let outcome = services.sandbox.process(input.clone(), plan).await.unwrap();
    let asked = KnownPicture {
        fingerprints: outcome.fingerprints,
        sketch: outcome.sketch,
        ..KnownPicture::default()
    };
    let found = check(services, Some(&PROJECT), asked, VERIFIED)
        .await
        .unwrap();
    for found in &found.near {
        assert_eq!(found.judgement.verdict, Verdict::Similar);
    }
    let subject = Subject::Picture(input, None);
    let found = matches(services, &PROJECT, subject, VERIFIED).await;
    for found in found.unwrap() {
        assert_eq!(found.judgement.verdict, Verdict::Similar);
        assert!(found.judgement.verified, "{:?}", found.judgement);
    }
    let second = world.give(&letters[1].0, &letters[1].1).await.image;
    let before = matches_of(&world, &second).await;
    // The file is not needed again.
    std::fs::remove_file(world.given(stored.name.as_str())).unwrap();
    assert_eq!(matches_of(&world, &second).await, before);
}

#[tokio::test]
async fn a_question_about_a_stored_image_does_not_read_its_file() {
    let world = World::new().await;
    let image = world.give("a.png", &png(1)).await.image;
    world.give("copy.jpg", &copy_of(1)).await;
    let before = matches_of(&world, &image).await;
    assert_eq!(verdicts(&before), [("copy.jpg", Verdict::SamePicture)]);
    std::fs::remove_file(world.given("a.png")).unwrap();
    assert_eq!(matches_of(&world, &image).await, before);
}

/// A picture and two crops of opposite sides that share too little: the crops are copies of the whole, not of each other.
#[tokio::test]
async fn every_member_of_a_group_is_verified_against_the_kept_one() {
    let world = World::new().await;
    let whole = sharp(1);
    let crop = |x, y| image::imageops::crop_imm(&whole, x, y, 400, 266).to_image();
    let given = [
        ("left.png", encode(&crop(0, 0), Format::Png)),
        ("right.png", encode(&crop(80, 54), Format::Png)),
        ("whole.png", encode(&whole, Format::Png)),
        (
            "small.jpg",
            encode(&image::imageops::thumbnail(&whole, 240, 160), Format::Jpeg),
        ),
    ];
    for (name, bytes) in &given {
        world.give(name, bytes).await;
    }
    let page = groups(&world, &Duplicates::default()).await;
    for group in &page.groups {
        let kept = &group.members[group.best.position];
        assert_eq!(kept.relation.judgement.verdict, Verdict::Exact);
        for member in &group.members {
            assert!(member.relation.is_duplicate(), "{:?}", member.relation);
        }
    }
    let whole = page
        .groups
        .iter()
        .find(|group| group.members[group.best.position].image.name.as_str() == "whole.png");
    let names = whole.unwrap().members.iter();
    assert!(
        names
            .map(|member| member.image.name.as_str())
            .any(|name| name == "small.jpg")
    );
}

/// More detail than the soft waves of `picture`.
fn sharp(seed: u64) -> RgbImage {
    let mut sharp = picture(seed, 480, 320);
    let fine = picture(seed + 100, 480, 320);
    for (x, y, pixel) in sharp.enumerate_pixels_mut() {
        let other = fine.get_pixel(x * 7 % 480, y * 5 % 320);
        for (level, other) in pixel.0.iter_mut().zip(other.0) {
            *level = (i32::from(*level) + (i32::from(other) - 128) / 3).clamp(0, 255) as u8;
        }
    }
    sharp
}

#[tokio::test]
async fn a_crowd_does_not_push_out_other_pairs_and_what_is_left_out_is_told() {
    let world = World::new().await;
    world.give("pair.png", &png(7)).await;
    world.give("pair.jpg", &copy_of(7)).await;
    let base = picture(1, 120, 80);
    for number in 0..70_u8 {
        let mut frame = base.clone();
        frame.put_pixel(u32::from(number), 40, Rgb([255, number, 0]));
        let name = format!("frame{number:02}.png");
        world.give(&name, &encode(&frame, Format::Png)).await;
    }
    let page = groups(&world, &Duplicates::default()).await;
    assert!(page.left_out > 0, "{}", page.left_out);
    assert_eq!(members(&page)[0], ["pair.png", "pair.jpg"]);
    let rest: usize = page.groups[1..]
        .iter()
        .map(|group| group.members.len())
        .sum();
    assert_eq!(rest, 70, "{:?}", members(&page));
}

#[tokio::test]
async fn a_sketch_of_another_version_is_made_again() {
    let world = World::new().await;
    let image = world.give("a.png", &png(1)).await.image;
    let services = &world.services;
    services.store.put_old_sketch(image.id).await;
    let stored = async || services.store.sketches(&[image.id]).await.unwrap().len();
    assert_eq!(stored().await, 0);
    let report = crate::service::maintenance::verify(services, true, &|_, _| ())
        .await
        .unwrap();
    assert_eq!(report.findings.len(), 1, "{:?}", report.findings);
    assert!(report.findings[0].repaired);
    assert_eq!(stored().await, 1);
    services.store.put_old_sketch(image.id).await;
    let copy = world.give("copy.jpg", &copy_of(1)).await;
    assert_eq!(
        verdicts(&copy.duplicates),
        [("a.png", Verdict::SamePicture)]
    );
    assert_eq!(stored().await, 1);
}

#[tokio::test]
async fn missing_sketches_are_made_however_busy_the_sandbox_is() {
    let world = World::new().await;
    for seed in 1..=2 {
        for (name, bytes) in [("png", png(seed)), ("jpg", copy_of(seed))] {
            let given = world.give(&format!("{seed}.{name}"), &bytes).await;
            let store = &world.services.store;
            store.put_old_sketch(given.image.id).await;
        }
    }
    let busy = Services {
        sandbox: sandbox_of(1, 0),
        ..world.services.clone()
    };
    let asked = Duplicates::default();
    let page = duplicates(&busy, Some(&PROJECT), &asked).await.unwrap();
    assert_eq!(members(&page), [["1.png", "1.jpg"], ["2.png", "2.jpg"]]);
    assert_eq!(page.not_compared, 0);
}

#[tokio::test]
async fn a_pair_that_cannot_be_judged_is_told() {
    let world = World::new().await;
    let image = world.give("a.png", &png(1)).await.image;
    world.give("copy.jpg", &copy_of(1)).await;
    world.services.store.put_old_sketch(image.id).await;
    std::fs::remove_file(world.given("a.png")).unwrap();
    let page = groups(&world, &Duplicates::default()).await;
    assert_eq!((page.groups.len(), page.not_compared), (0, 1));
}

#[tokio::test]
async fn a_picture_is_read_once_however_many_it_is_compared_with() {
    let world = World::new().await;
    let asked = world.give("asked.png", &png(1)).await.image;
    let one = world.give("one.png", &png(2)).await.image;
    let other = world.give("other.png", &png(3)).await.image;
    let picture = Picture::stored(&asked);
    let compared = async |with| compare(&world.services, &Picture::stored(with), &picture).await;
    compared(&one).await.unwrap();
    std::fs::remove_file(world.given("asked.png")).unwrap();
    compared(&other).await.unwrap();
}
