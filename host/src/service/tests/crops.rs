//! Strong crops, in projects that are told to find them, before and after their images came.

use super::*;
use crate::domain::{ImageId, Verdict};
use crate::service::matching::{Duplicates, duplicates, parts};
use crate::service::{images, imgurer, projects};

/// A photo with as much in it as photos have: soft waves and a hundred discs.
fn photo(seed: u64) -> RgbImage {
    let mut photo = picture(seed, 640, 480);
    let mut state = seed;
    let mut next = |below: u32| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (state >> 40) as u32 % below
    };
    for _ in 0..100 {
        let (x, y, radius, level) = (next(640), next(480), 4 + next(30), next(256) as u8);
        for (column, row, pixel) in photo.enumerate_pixels_mut() {
            if column.abs_diff(x).pow(2) + row.abs_diff(y).pow(2) < radius * radius {
                *pixel = Rgb([level, level / 2 + 60, 255 - level]);
            }
        }
    }
    photo
}

fn png_of(photo: &RgbImage) -> Vec<u8> {
    encode(photo, Format::Png)
}

/// 70 % of its width and height, out of a corner.
fn crop_of(photo: &RgbImage) -> Vec<u8> {
    let crop = image::imageops::crop_imm(photo, 10, 6, 448, 336).to_image();
    encode(&crop, Format::Jpeg)
}

async fn matches_of(world: &World, image: ImageId) -> Vec<(String, Verdict)> {
    let subject = Subject::Stored(PROJECT.clone(), image.to_string());
    let found = matches(&world.services, &PROJECT, subject, VERIFIED).await;
    let found = found.unwrap().into_iter();
    found
        .map(|found| (found.image.name.to_string(), found.judgement.verdict))
        .collect()
}

async fn features_are_made(world: &World) {
    let mut behind = None;
    while let Some((last, _)) = world.services.store.add_features(behind).await.unwrap() {
        behind = Some(last);
    }
}

#[tokio::test]
async fn a_strong_crop_is_found_in_a_project_that_finds_crops_and_in_no_other() {
    let world = World::new().await;
    let other = world.give("other.png", &png_of(&photo(7))).await.image;
    let whole = world.give("whole.png", &png_of(&photo(1))).await.image;
    let crop = world.give("crop.jpg", &crop_of(&photo(1))).await;
    assert!(crop.duplicates.is_empty());
    let crop = crop.image.id;
    assert_eq!(matches_of(&world, crop).await, []);
    let project = projects::set_finds_crops(&world.services, &PROJECT, true)
        .await
        .unwrap();
    assert!(project.finds_crops);
    features_are_made(&world).await;
    let edited = |name: &str| vec![(name.to_owned(), Verdict::Edited)];
    assert_eq!(matches_of(&world, crop).await, edited("whole.png"));
    assert_eq!(matches_of(&world, whole.id).await, edited("crop.jpg"));
    assert_eq!(matches_of(&world, other.id).await, []);
    let page = duplicates(&world.services, Some(&PROJECT), &Duplicates::default())
        .await
        .unwrap();
    let members: Vec<&str> = page.groups[0]
        .members
        .iter()
        .map(|member| member.image.name.as_str())
        .collect();
    assert_eq!(
        (page.groups.len(), members),
        (1, vec!["whole.png", "crop.jpg"])
    );
    // An upload says so at once.
    let again = world.give("again.jpg", &crop_of(&photo(7))).await;
    assert_eq!(again.duplicates.len(), 1, "{:?}", again.duplicates);
    assert_eq!(again.duplicates[0].image.id, other.id);
    projects::set_finds_crops(&world.services, &PROJECT, false)
        .await
        .unwrap();
    assert_eq!(matches_of(&world, crop).await, []);
}

#[tokio::test]
async fn features_go_with_their_image_and_outlive_a_restart() {
    let world = World::new().await;
    world.give("first.png", &png_of(&photo(3))).await;
    projects::set_finds_crops(&world.services, &PROJECT, true)
        .await
        .unwrap();
    world.give("whole.png", &png_of(&photo(1))).await;
    let crop = world.give("crop.jpg", &crop_of(&photo(1))).await.image;
    features_are_made(&world).await;
    let again = services_over(world.data()).await;
    let indexed = |services: &Services| {
        let services = services.clone();
        async move {
            let index = parts::index(&services, Some(&PROJECT)).await.unwrap();
            index.unwrap().images()
        }
    };
    assert_eq!(
        (indexed(&again).await, indexed(&world.services).await),
        (3, 3)
    );
    imgurer::rebuild_index(&again).await.unwrap();
    assert_eq!(indexed(&again).await, 3);
    images::delete(&world.services, &PROJECT, "whole.png")
        .await
        .unwrap();
    assert_eq!(indexed(&again).await, 2);
    assert_eq!(matches_of(&world, crop.id).await, []);
}

#[tokio::test]
async fn an_unknown_project_is_told_nothing() {
    let world = World::new().await;
    let refused = projects::set_finds_crops(&world.services, &project("none"), true).await;
    assert!(matches!(refused, Err(ServiceError::NotFound(_))));
}
