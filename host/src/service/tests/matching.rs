//! Asking for matches: by fingerprints alone, by picture, by stored image.

use super::*;
use crate::domain::{Fingerprint, MAX_LIMIT, MatchKind, Orientation, Sha256, Verdict};
use crate::sandbox::Input;
use crate::service::images;
use crate::service::maintenance::verify;
use crate::service::matching::{ComparedPicture, Duplicates, DuplicatesPage, compare, duplicates};

fn verified(any_orientation: bool) -> Criterion {
    Criterion::Verified { any_orientation }
}

fn sent(bytes: Vec<u8>) -> Subject {
    Subject::Picture(Input::Bytes(bytes.into()), None)
}

fn stored(name: &str) -> Subject {
    Subject::Stored(PROJECT.clone(), name.into())
}

fn compared(name: &str) -> ComparedPicture {
    ComparedPicture::Stored(PROJECT.clone(), name.into())
}

fn known(fingerprints: Vec<Fingerprint>) -> KnownPicture {
    KnownPicture {
        fingerprints,
        ..KnownPicture::default()
    }
}

#[tokio::test]
async fn a_picture_is_recognised_without_being_sent() {
    let world = World::new().await;
    let a = world.give("a.png", &png(1)).await.image;
    world.give("b.png", &png(2)).await;
    let copy = world.give("copy.jpg", &copy_of(1)).await.image;
    let asked = KnownPicture {
        sha256: Some(a.sha256),
        ..known(a.fingerprints.clone())
    };
    let found = check(&world.services, Some(&PROJECT), asked, VERIFIED)
        .await
        .unwrap();
    assert_eq!(found.exact.len(), 1);
    assert_eq!(
        (found.exact[0].image.id, found.exact[0].kind),
        (a.id, MatchKind::Exact)
    );
    assert_eq!(
        found.near.len(),
        1,
        "each image once, whatever many algorithms say"
    );
    assert_eq!(
        (found.near[0].image.id, found.near[0].kind),
        (copy.id, MatchKind::Near)
    );
}

#[tokio::test]
async fn an_unknown_digest_matches_nothing() {
    let world = World::new().await;
    world.give("a.png", &png(1)).await;
    let asked = KnownPicture {
        sha256: Some(Sha256([7; 32])),
        ..known(Vec::new())
    };
    let found = check(&world.services, Some(&PROJECT), asked, VERIFIED)
        .await
        .unwrap();
    assert!(found.exact.is_empty() && found.near.is_empty());
}

#[tokio::test]
async fn fingerprints_that_mean_nothing_here_are_refused() {
    let world = World::new().await;
    let image = world.give("a.png", &png(1)).await.image;
    let good = image.fingerprints[0].clone();
    let wrong_version = Fingerprint {
        version: 99,
        ..good.clone()
    };
    let wrong_length = Fingerprint {
        bits: vec![0; 7],
        ..good.clone()
    };
    let within = |radius| Criterion::Distance {
        algorithm: None,
        radius,
        any_orientation: false,
    };
    let asked = [
        (vec![wrong_version], None, 10),
        (vec![wrong_length], None, 10),
        (vec![good.clone(); 17], None, 10),
        (vec![good.clone()], Some(65), 10),
        (vec![good.clone()], None, 0),
        (vec![good], None, MAX_LIMIT + 1),
    ];
    for (fingerprints, radius, limit) in asked {
        let asked = Search {
            subject: Subject::Known(known(fingerprints)),
            by: within(radius),
            scope: Some(PROJECT.clone()),
            limit,
        };
        let error = search(&world.services, asked).await.unwrap_err();
        assert!(matches!(error, ServiceError::Invalid(_)), "{error:?}");
    }
}

#[tokio::test]
async fn a_picture_matches_its_copies_nearest_first() {
    let world = World::new().await;
    world.give("copy.jpg", &copy_of(1)).await;
    world.give("a.png", &png(1)).await;
    world.give("b.png", &png(2)).await;
    let found = matches(&world.services, &PROJECT, sent(png(1)), verified(false))
        .await
        .unwrap();
    let first = &found[0];
    assert_eq!((first.image.name.as_str(), first.distance), ("a.png", 0));
    assert_eq!(
        (first.kind, first.orientation),
        (MatchKind::Exact, Orientation::Upright)
    );
    let names: Vec<_> = found
        .iter()
        .map(|found| found.image.name.as_str())
        .collect();
    assert_eq!(names, ["a.png", "copy.jpg"]);
    let whole = Criterion::Distance {
        algorithm: None,
        radius: Some(64),
        any_orientation: false,
    };
    let all = matches(&world.services, &PROJECT, sent(png(1)), whole)
        .await
        .unwrap();
    assert_eq!(all.len(), 3);
    assert!(all.is_sorted_by_key(|found| found.distance));
}

#[tokio::test]
async fn turned_and_mirrored_copies_are_found_when_asked_for() {
    let world = World::new().await;
    world.give("a.png", &png(1)).await;
    let upright = picture(1, 240, 160);
    let turned = encode(&image::imageops::rotate90(&upright), Format::Png);
    let mirrored = encode(&image::imageops::flip_horizontal(&upright), Format::Png);
    let services = &world.services;
    let blind = matches(services, &PROJECT, sent(turned.clone()), verified(false))
        .await
        .unwrap();
    assert!(blind.is_empty());
    for (bytes, orientation) in [
        (turned.clone(), Orientation::Rotated270),
        (mirrored, Orientation::Mirrored),
        (png(1), Orientation::Upright),
    ] {
        let found = matches(services, &PROJECT, sent(bytes), verified(true))
            .await
            .unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].orientation, orientation);
    }
    world.give("turned.png", &turned).await;
    let found = matches(services, &PROJECT, stored("turned.png"), verified(true))
        .await
        .unwrap();
    assert_eq!(found.len(), 1, "not itself");
    assert_eq!(found[0].orientation, Orientation::Rotated270);
}

#[tokio::test]
async fn a_stored_image_does_not_match_itself() {
    let world = World::new().await;
    world.give("a.png", &png(1)).await;
    world.give("again.png", &png(1)).await;
    let found = matches(&world.services, &PROJECT, stored("a.png"), verified(false))
        .await
        .unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(
        (found[0].image.name.as_str(), found[0].kind),
        ("again.png", MatchKind::Exact)
    );
    let missing = matches(&world.services, &PROJECT, stored("c.png"), verified(false)).await;
    assert!(matches!(missing, Err(ServiceError::NotFound(_))));
}

#[tokio::test]
async fn projects_do_not_see_each_other() {
    let world = World::new().await;
    world.give("a.png", &png(1)).await;
    let mut upload = world.upload(Some("a.png"), &png(1)).await;
    upload.project = project("q");
    assert!(
        ingest(&world.services, upload)
            .await
            .unwrap()
            .duplicates
            .is_empty()
    );
    let found = matches(
        &world.services,
        &project("q"),
        sent(png(1)),
        verified(false),
    )
    .await;
    assert_eq!(found.unwrap().len(), 1);
}

#[tokio::test]
async fn duplicates_come_in_groups_in_upload_order() {
    let world = World::new().await;
    let given = [(2, "b.png"), (1, "a.png"), (3, "c.png")];
    for (seed, name) in given {
        world.give(name, &png(seed)).await;
    }
    for (seed, name) in [(1, "a2.jpg"), (2, "b2.jpg"), (1, "a3.jpg")] {
        world.give(name, &copy_of(seed)).await;
    }
    let services = &world.services;
    let asked = Duplicates::default();
    let page = duplicates(services, Some(&PROJECT), &asked).await.unwrap();
    assert_eq!(
        names(&page),
        [vec!["b.png", "b2.jpg"], vec!["a.png", "a2.jpg", "a3.jpg"]]
    );
    assert!(
        page.groups
            .iter()
            .all(|group| group.members[0].distance == 0)
    );
    assert!(
        page.groups.iter().all(|group| group.best.position == 0),
        "the lossless ones"
    );
    let everywhere = duplicates(services, None, &asked).await.unwrap();
    assert_eq!(everywhere, page);
    images::delete(services, &PROJECT, "b2.jpg").await.unwrap();
    let page = duplicates(services, Some(&PROJECT), &asked).await.unwrap();
    assert_eq!(page.groups.len(), 1);
    let too_far = Duplicates {
        radius: Some(65),
        ..asked
    };
    let too_far = duplicates(services, Some(&PROJECT), &too_far).await;
    assert!(matches!(too_far, Err(ServiceError::Invalid(_))));
}

fn names(page: &DuplicatesPage) -> Vec<Vec<&str>> {
    page.groups
        .iter()
        .map(|group| {
            let members = group.members.iter();
            members.map(|member| member.image.name.as_str()).collect()
        })
        .collect()
}

#[tokio::test]
async fn groups_come_page_by_page_and_over_all_projects() {
    let world = World::new().await;
    for seed in 1..=3 {
        world.give(&format!("{seed}.png"), &png(seed)).await;
        world.give(&format!("{seed}.jpg"), &copy_of(seed)).await;
    }
    let services = &world.services;
    let mut asked = Duplicates {
        limit: Some(2),
        ..Duplicates::default()
    };
    let first = duplicates(services, Some(&PROJECT), &asked).await.unwrap();
    assert_eq!(names(&first), [["1.png", "1.jpg"], ["2.png", "2.jpg"]]);
    asked.after = first.next;
    let second = duplicates(services, Some(&PROJECT), &asked).await.unwrap();
    assert_eq!(names(&second), [["3.png", "3.jpg"]]);
    assert_eq!(second.next, None);
    let mut upload = world.upload(Some("elsewhere.png"), &png(2)).await;
    upload.project = project("q");
    ingest(services, upload).await.unwrap();
    let all = duplicates(services, None, &Duplicates::default())
        .await
        .unwrap();
    assert_eq!(names(&all)[1], ["2.png", "2.jpg", "elsewhere.png"]);
    let none = Duplicates {
        limit: Some(0),
        ..Duplicates::default()
    };
    let none = duplicates(services, None, &none).await;
    assert!(matches!(none, Err(ServiceError::Invalid(_))));
}

#[tokio::test]
async fn pages_of_judged_groups_are_those_of_the_store_as_it_is() {
    let world = World::new().await;
    let services = &world.services;
    let asked = Duplicates::default();
    let groups = async || {
        let page = duplicates(services, Some(&PROJECT), &asked).await.unwrap();
        assert_eq!(
            page,
            duplicates(services, Some(&PROJECT), &asked).await.unwrap()
        );
        names(&page)
            .into_iter()
            .map(|group| group.len())
            .collect::<Vec<_>>()
    };
    let png = world.give("a.png", &png(1)).await.image;
    assert!(groups().await.is_empty());
    let jpeg = world.give("a.jpg", &copy_of(1)).await.image;
    assert_eq!(groups().await, [2]);
    let pair = crate::domain::Pair::new(png.id, jpeg.id).unwrap();
    services.store.decide(&PROJECT, vec![pair]).await.unwrap();
    assert!(groups().await.is_empty());
    services.store.undecide(&PROJECT, pair).await.unwrap();
    assert_eq!(groups().await, [2]);
    images::delete(services, &PROJECT, "a.jpg").await.unwrap();
    assert!(groups().await.is_empty());
}

#[tokio::test]
async fn a_sketch_that_is_missing_is_made_and_kept() {
    let world = World::new().await;
    let image = world.give("a.png", &png(1)).await.image;
    world.give("copy.jpg", &copy_of(1)).await;
    let services = &world.services;
    let asked = Duplicates::default();
    let before = duplicates(services, Some(&PROJECT), &asked).await.unwrap();
    // As a row of an older version is: without a sketch, and without what came later.
    let old = &image.fingerprints[..1];
    services.store.renew(&image, old, None).await.unwrap();
    let sketches = services.store.sketches(&[image.id]).await.unwrap();
    assert!(sketches.is_empty());
    let found = matches(services, &PROJECT, sent(copy_of(1)), verified(false))
        .await
        .unwrap();
    let verdicts: Vec<_> = found.iter().map(|found| found.judgement.verdict).collect();
    assert_eq!(verdicts, [Verdict::Exact, Verdict::SamePicture]);
    let sketches = services.store.sketches(&[image.id]).await.unwrap();
    assert_eq!(sketches.len(), 1);
    let report = verify(services, true, &|_, _| ()).await.unwrap();
    assert_eq!(report.findings.len(), 1);
    assert!(report.findings[0].repaired, "{:?}", report.findings);
    let after = duplicates(services, Some(&PROJECT), &asked).await.unwrap();
    assert_eq!(after, before);
    assert_eq!(after.groups.len(), 1);
}

#[tokio::test]
async fn a_crop_is_found_by_its_core_and_a_decision_keeps_it_apart() {
    let world = World::new().await;
    let mut whole = picture(1, 240, 160);
    // Soft waves have too little detail to tell a crop by.
    let sharpen = |level: &mut u8| *level = (i32::from(*level) * 3 - 256).clamp(0, 255) as u8;
    whole.iter_mut().for_each(sharpen);
    let cropped = image::imageops::crop_imm(&whole, 12, 8, 216, 144).to_image();
    let whole = encode(&whole, Format::Png);
    let image = world.give("a.png", &whole).await.image;
    let crop = world.give("crop.png", &encode(&cropped, Format::Png)).await;
    assert_eq!(crop.duplicates[0].image.id, image.id);
    assert!(crop.duplicates[0].judgement.verdict.is_duplicate());
    let services = &world.services;
    for any_orientation in [false, true] {
        let asked = Duplicates {
            any_orientation,
            ..Duplicates::default()
        };
        let page = duplicates(services, Some(&PROJECT), &asked).await.unwrap();
        assert_eq!(names(&page), [["a.png", "crop.png"]]);
    }
    let pair = crate::domain::Pair::new(image.id, crop.image.id).unwrap();
    services.store.decide(&PROJECT, vec![pair]).await.unwrap();
    for any_orientation in [false, true] {
        let asked = Duplicates {
            any_orientation,
            ..Duplicates::default()
        };
        let page = duplicates(services, Some(&PROJECT), &asked).await.unwrap();
        assert!(page.groups.is_empty());
    }
}

#[tokio::test]
async fn two_pictures_are_judged_stored_or_sent() {
    let world = World::new().await;
    world.give("a.png", &png(1)).await;
    world.give("copy.jpg", &copy_of(1)).await;
    let services = &world.services;
    let same = compare(
        services,
        compared("a.png"),
        ComparedPicture::Picture(Input::Bytes(png(1).into())),
        None,
    )
    .await
    .unwrap();
    assert_eq!(same.verdict, Verdict::Exact);
    let copy = compare(services, compared("a.png"), compared("copy.jpg"), None)
        .await
        .unwrap();
    assert!(copy.verdict.is_duplicate());
    let other = compare(
        services,
        ComparedPicture::Picture(Input::Bytes(png(2).into())),
        compared("a.png"),
        None,
    )
    .await
    .unwrap();
    assert!(!other.verdict.is_duplicate());
    let refused = compare(
        services,
        compared("a.png"),
        ComparedPicture::Picture(Input::Bytes(png(1).into())),
        Some(65),
    )
    .await;
    assert!(matches!(refused, Err(ServiceError::Invalid(_))));
}

#[tokio::test]
async fn pictures_without_detail_match_by_their_bytes_alone() {
    let flat = |level| {
        let picture = RgbImage::from_pixel(64, 48, Rgb([level; 3]));
        let mut file = Vec::new();
        let written = picture.write_to(&mut Cursor::new(&mut file), Format::Png);
        written.unwrap();
        file
    };
    let world = World::new().await;
    world.give("black.png", &flat(0)).await;
    let grey = world.give("grey.png", &flat(128)).await;
    assert!(grey.duplicates.is_empty(), "{:?}", grey.duplicates);
    let found = matches(&world.services, &PROJECT, sent(flat(0)), verified(false))
        .await
        .unwrap();
    let names: Vec<_> = found
        .iter()
        .map(|found| (found.image.name.as_str(), found.kind))
        .collect();
    assert_eq!(names, [("black.png", MatchKind::Exact)]);
}
