//! Several processes over one folder: each finds what the others did.

use super::*;
use crate::domain::ImageId;
use crate::index::{Index, Mark};
use crate::service::maintenance::rebuild;
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

/// A world with an image, and a snapshot of its index.
async fn world_with_snapshot() -> World {
    let world = World::new().await;
    world.give("a.png", &png(1)).await;
    assert_eq!(indexed(&world.services).await, 1);
    world.services.index.save(&world.services.store).await;
    assert!(is_saved(&world));
    world
}

/// The snapshot's own file.
fn file_of(world: &World) -> PathBuf {
    world.data().join("index/snapshot")
}

fn is_saved(world: &World) -> bool {
    file_of(world).exists()
}

/// Saves an index of two images that the store does not have, in place of the snapshot.
fn save_strangers(world: &World, mark: Mark) {
    let strangers = Index::default();
    for _ in 0..2 {
        strangers.insert(&PROJECT, ImageId::generate(), &[]);
    }
    let file = world.services.store.index_snapshot();
    let saved = file.replace(|file| strangers.save(file, mark));
    assert!(saved.unwrap());
}

fn mark_of(world: &World) -> Mark {
    let file = world.services.store.index_snapshot().open().unwrap();
    Index::open(&file.unwrap()).unwrap().1
}

#[tokio::test]
async fn a_map_outlives_the_file_that_takes_its_place() {
    let world = world_with_snapshot().await;
    let mark = mark_of(&world);
    let file = world.services.store.index_snapshot().open().unwrap();
    let (before, _) = Index::open(&file.unwrap()).unwrap();
    save_strangers(&world, mark);
    assert_eq!(before.images(), 1);
    let file = world.services.store.index_snapshot().open().unwrap();
    assert_eq!(Index::open(&file.unwrap()).unwrap().0.images(), 2);
}

#[tokio::test]
async fn what_a_killed_writer_left_is_no_snapshot() {
    let world = world_with_snapshot().await;
    let unfinished = file_of(&world).with_extension("unfinished");
    std::fs::write(&unfinished, "half").unwrap();
    assert_eq!(indexed(&services_over(world.data()).await).await, 1);
    let mark = mark_of(&world);
    save_strangers(&world, mark);
    assert!(!unfinished.exists());
}

#[tokio::test]
async fn one_process_at_a_time_writes_a_snapshot() {
    let world = world_with_snapshot().await;
    let other = std::fs::File::create(file_of(&world).with_extension("lock")).unwrap();
    other.lock().unwrap();
    let file = world.services.store.index_snapshot();
    assert!(!file.replace(|_| Ok(())).unwrap());
    drop(other);
    assert!(file.replace(|_| Ok(())).unwrap());
}

#[cfg(unix)]
#[tokio::test]
async fn a_snapshot_is_neither_read_nor_written_through_a_link() {
    let world = world_with_snapshot().await;
    let (file, elsewhere) = (file_of(&world), tempfile::tempdir().unwrap());
    let (moved, victim) = (
        elsewhere.path().join("moved"),
        elsewhere.path().join("victim"),
    );
    std::fs::rename(&file, &moved).unwrap();
    std::fs::write(&victim, "mine").unwrap();
    std::os::unix::fs::symlink(&moved, &file).unwrap();
    std::os::unix::fs::symlink(&victim, file.with_extension("unfinished")).unwrap();
    let snapshot = world.services.store.index_snapshot();
    assert!(snapshot.open().unwrap().is_none());
    world.services.index.save(&world.services.store).await;
    assert_eq!(std::fs::read(&victim).unwrap(), b"mine");
    assert!(snapshot.open().unwrap().is_some(), "the link gave way");
    assert!(moved.exists());

    let folder = world.data().join("index");
    std::fs::rename(&folder, elsewhere.path().join("index")).unwrap();
    std::os::unix::fs::symlink(elsewhere.path().join("index"), &folder).unwrap();
    assert!(snapshot.open().map_or(true, |file| file.is_none()));
    assert!(snapshot.replace(|_| Ok(())).is_err());
}

#[tokio::test]
async fn a_start_goes_on_from_the_snapshot() {
    let world = world_with_snapshot().await;
    let mark = mark_of(&world);
    world.give("b.png", &png(2)).await;
    images::delete(&world.services, &PROJECT, "a.png")
        .await
        .unwrap();
    world.give("c.png", &png(3)).await;
    assert_eq!(indexed(&services_over(world.data()).await).await, 2);
    // What is begun with is the file, whatever it says.
    save_strangers(&world, mark);
    assert_eq!(indexed(&services_over(world.data()).await).await, 4);
}

#[tokio::test]
async fn a_snapshot_of_another_database_is_not_used() {
    let world = world_with_snapshot().await;
    let mut mark = mark_of(&world);
    mark.witnesses[0].1 = ImageId::generate().to_string();
    save_strangers(&world, mark);
    assert_eq!(indexed(&services_over(world.data()).await).await, 1);
    let other = world_with_snapshot().await;
    save_strangers(&world, mark_of(&other));
    assert_eq!(indexed(&services_over(world.data()).await).await, 1);
    let mut later = mark_of(&other);
    later.sequence = 1_000;
    save_strangers(&world, later);
    assert_eq!(indexed(&services_over(world.data()).await).await, 1);
}

#[tokio::test]
async fn a_damaged_snapshot_is_not_used() {
    let world = world_with_snapshot().await;
    let file = file_of(&world);
    let bytes = std::fs::read(&file).unwrap();
    for damaged in [&bytes[..bytes.len() / 2], b"", b"something else"] {
        std::fs::write(&file, damaged).unwrap();
        assert_eq!(indexed(&services_over(world.data()).await).await, 1);
    }
}

#[tokio::test]
async fn a_new_database_begins_without_the_snapshot_of_the_old_one() {
    let world = world_with_snapshot().await;
    let file = file_of(&world);
    let World { services, folder } = world;
    drop(services);
    rebuild(folder.path(), &|_, _| {}).await.unwrap();
    assert!(!file.exists());
}

#[tokio::test]
async fn a_stop_waits_for_the_snapshot_that_is_being_taken() {
    let world = World::new().await;
    world.give("a.png", &png(1)).await;
    let (index, store) = (&world.services.index, &world.services.store);
    let file = file_of(&world);
    assert!(!file.exists());
    let stop = async {
        index.close(store).await;
        file.exists()
    };
    let ((), was_there) = tokio::join!(index.save(store), stop);
    assert!(was_there);
}
