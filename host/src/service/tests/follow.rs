//! Several processes over one folder: each finds what the others did.

use super::*;
use crate::service::{images, projects};

/// How many images the index of these services has, after following.
async fn indexed(services: &Services) -> usize {
    services
        .index
        .current(&services.store)
        .await
        .unwrap()
        .images()
}

#[tokio::test]
async fn each_process_finds_what_the_other_took_in() {
    let here = World::new().await;
    let there = services_over(here.data()).await;
    let a = here.give("a.png", &png(1)).await.image;
    let upload = here.upload(Some("copy.jpg"), &copy_of(1)).await;
    let copy = ingest(&there, upload).await.unwrap();
    assert_eq!(copy.duplicates[0].image.id, a.id);
    let again = here.give("again.jpg", &copy_of(1)).await;
    assert_eq!(again.duplicates[0].image.id, copy.image.id);
}

#[tokio::test]
async fn removals_and_replacements_are_followed() {
    let here = World::new().await;
    let there = services_over(here.data()).await;
    here.give("a.png", &png(1)).await;
    here.give("b.png", &png(2)).await;
    assert_eq!(indexed(&there).await, 2);
    images::delete(&here.services, &PROJECT, "a.png")
        .await
        .unwrap();
    assert_eq!(indexed(&there).await, 1);
    let mut upload = here.upload(Some("b.png"), &png(3)).await;
    upload.name_clash = NameClash::Replace;
    ingest(&here.services, upload).await.unwrap();
    let upload = here.upload(Some("copy.jpg"), &copy_of(2)).await;
    assert!(ingest(&there, upload).await.unwrap().duplicates.is_empty());
    projects::delete(&here.services, &PROJECT).await.unwrap();
    assert_eq!(indexed(&there).await, 0);
}

#[tokio::test]
async fn a_late_index_starts_where_the_store_stands() {
    let world = World::new().await;
    let mut upload = world.upload(Some("a.png"), &png(1)).await;
    upload.project = project("q");
    ingest(&world.services, upload).await.unwrap();
    world.give("b.png", &png(2)).await;
    images::delete(&world.services, &PROJECT, "b.png")
        .await
        .unwrap();
    let late = services_over(world.data()).await;
    assert_eq!(indexed(&late).await, 1);
    world.give("c.png", &png(3)).await;
    assert_eq!(indexed(&late).await, 2);
}

#[tokio::test]
async fn requests_side_by_side_catch_up_together() {
    let here = World::new().await;
    let there = services_over(here.data()).await;
    for seed in 0..5 {
        here.give(&format!("{seed}.png"), &png(seed)).await;
    }
    let asking: Vec<_> = (0..8).map(|_| indexed(&there)).collect();
    assert_eq!(futures::future::join_all(asking).await, [5; 8]);
}
