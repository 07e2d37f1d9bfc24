//! Files that people drop into the image root.

use std::fs;

use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::*;
use crate::domain::Image;
use crate::service::image_root::{ScanState, follow};
use crate::service::{images, projects};

/// A follower that runs until it is stopped.
struct Follower {
    stop: CancellationToken,
    task: JoinHandle<Result<(), ServiceError>>,
}

impl Follower {
    /// Started, and through with the first scan.
    async fn start(services: &Services) -> Self {
        let stop = CancellationToken::new();
        let task = tokio::spawn(follow(services.clone(), stop.clone()));
        until(async || services.scan.state().finished).await;
        Self { stop, task }
    }

    async fn stop(self) {
        self.stop.cancel();
        self.task.await.unwrap().unwrap();
    }
}

/// Waits until something holds; a minute at most.
async fn until(holds: impl AsyncFn() -> bool) {
    for _ in 0..1_200 {
        if holds().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("it never came to hold");
}

fn write(path: &Path, bytes: &[u8]) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

async fn images_of(services: &Services) -> Vec<Image> {
    let images = images::list(services, &PROJECT, None, None).await;
    images.unwrap_or_default()
}

async fn names_of(services: &Services) -> Vec<String> {
    let images = images_of(services).await;
    let mut names: Vec<_> = images
        .into_iter()
        .map(|image| image.name.to_string())
        .collect();
    names.sort();
    names
}

#[tokio::test]
async fn folders_that_are_there_become_projects() {
    let world = World::new().await;
    write(&world.given("a.png"), &png(1));
    write(&world.given("deep/er/b.jpg"), &copy_of(2));
    write(&world.given(".hidden.png"), &png(3));
    write(&world.given("half.png.part"), &png(3));
    write(&world.given("letter.jpg"), b"Dear sir or madam");
    write(&world.data().join("image_root/stray.png"), &png(4));
    fs::create_dir_all(world.data().join("image_root/empty")).unwrap();
    let services = &world.services;
    Follower::start(services).await.stop().await;
    assert_eq!(names_of(services).await, ["a.png", "deep/er/b.jpg"]);
    let projects = projects::list(services).await.unwrap();
    let projects: Vec<_> = projects
        .iter()
        .map(|project| project.name.as_str())
        .collect();
    assert_eq!(projects, ["empty", "p"]);
    let state = services.scan.state();
    assert_eq!((state.found, state.indexed, state.skipped), (3, 2, 1));
}

#[tokio::test]
async fn what_is_known_is_not_looked_at_again() {
    let world = World::new().await;
    write(&world.given("a.png"), &png(1));
    world.give("b.png", &png(2)).await;
    Follower::start(&world.services).await.stop().await;
    assert_eq!(world.services.scan.state().found, 1, "uploads are known");
    let restarted = services_over(world.data()).await;
    Follower::start(&restarted).await.stop().await;
    let nothing = ScanState {
        finished: true,
        ..ScanState::default()
    };
    assert_eq!(restarted.scan.state(), nothing);
}

#[tokio::test]
async fn a_touched_file_stays_the_same_image() {
    let world = World::new().await;
    write(&world.given("a.png"), &png(1));
    Follower::start(&world.services).await.stop().await;
    let before = images_of(&world.services).await;
    write(&world.given("a.png"), &png(1));
    let restarted = services_over(world.data()).await;
    Follower::start(&restarted).await.stop().await;
    assert_eq!(restarted.scan.state().indexed, 0);
    assert_eq!(images_of(&restarted).await, before);
    let again = services_over(world.data()).await;
    Follower::start(&again).await.stop().await;
    assert_eq!(again.scan.state().found, 0, "its new date is known");
}

#[tokio::test]
async fn pictures_dropped_in_changed_and_deleted_are_followed() {
    let world = World::new().await;
    let services = &world.services;
    let follower = Follower::start(services).await;
    write(&world.given("new/folder/a.png"), &png(1));
    until(async || names_of(services).await == ["new/folder/a.png"]).await;
    let before = images_of(services).await.remove(0);

    write(&world.given("new/folder/a.png"), &png(2));
    until(async || images_of(services).await[0].sha256 != before.sha256).await;
    let after = images_of(services).await.remove(0);
    assert_eq!(after.id, before.id);
    let copy = world.give("copy.jpg", &copy_of(2)).await;
    assert_eq!(copy.duplicates[0].image.id, after.id);

    fs::rename(world.given("new/folder/a.png"), world.given("moved.png")).unwrap();
    until(async || names_of(services).await == ["copy.jpg", "moved.png"]).await;
    fs::remove_file(world.given("moved.png")).unwrap();
    until(async || names_of(services).await == ["copy.jpg"]).await;
    follower.stop().await;
}

#[tokio::test]
async fn a_file_that_is_no_picture_is_taken_in_once_it_is_one() {
    let world = World::new().await;
    let services = &world.services;
    let follower = Follower::start(services).await;
    write(&world.given("a.png"), b"not yet");
    until(async || services.scan.state().skipped == 1).await;
    write(&world.given("a.png"), &png(1));
    until(async || names_of(services).await == ["a.png"]).await;
    follower.stop().await;
}

#[tokio::test]
async fn a_folder_of_pictures_moved_in_is_taken_in() {
    let world = World::new().await;
    let services = &world.services;
    let follower = Follower::start(services).await;
    let elsewhere = world.data().join("elsewhere");
    write(&elsewhere.join("a.png"), &png(1));
    write(&elsewhere.join("b/c.png"), &png(2));
    fs::rename(&elsewhere, world.data().join("image_root/p")).unwrap();
    until(async || names_of(services).await == ["a.png", "b/c.png"]).await;
    follower.stop().await;
}

#[tokio::test]
async fn a_renamed_folder_is_a_renamed_project() {
    let world = World::new().await;
    let services = &world.services;
    write(&world.given("a.png"), &png(1));
    write(&world.given("b/c.png"), &png(2));
    let follower = Follower::start(services).await;
    world.give("uploaded.png", &png(3)).await;
    let root = world.data().join("image_root");
    fs::rename(root.join("p"), root.join("q")).unwrap();
    let there = async || {
        images::list(services, &project("q"), None, None)
            .await
            .unwrap_or_default()
    };
    until(async || there().await.len() == 3).await;
    until(async || names_of(services).await == ["uploaded.png"]).await;
    follower.stop().await;
}

#[tokio::test]
async fn a_folder_that_went_elsewhere_leaves_its_images() {
    let world = World::new().await;
    let services = &world.services;
    write(&world.given("a.png"), &png(1));
    let follower = Follower::start(services).await;
    let elsewhere = world.data().join("elsewhere");
    fs::rename(world.data().join("image_root/p"), &elsewhere).unwrap();
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(names_of(services).await, ["a.png"]);
    fs::rename(&elsewhere, world.data().join("image_root/p")).unwrap();
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(names_of(services).await, ["a.png"]);
    assert_eq!(services.scan.state().found, 1, "it is as it was");
    follower.stop().await;
}

#[tokio::test]
async fn an_uploaded_image_survives_the_loss_of_its_file() {
    let world = World::new().await;
    let services = &world.services;
    let follower = Follower::start(services).await;
    world.give("a.png", &png(1)).await;
    fs::remove_file(world.given("a.png")).unwrap();
    write(&world.given("b.png"), &png(2));
    until(async || names_of(services).await.contains(&"b.png".into())).await;
    fs::remove_file(world.given("b.png")).unwrap();
    until(async || names_of(services).await == ["a.png"]).await;
    follower.stop().await;
}

#[tokio::test]
async fn uploads_and_deletions_are_not_taken_for_dropped_files() {
    let world = World::new().await;
    let services = &world.services;
    let follower = Follower::start(services).await;
    for seed in 0..6 {
        world.give(&format!("{seed}.png"), &png(seed)).await;
    }
    for seed in 0..3 {
        images::delete(services, &PROJECT, &format!("{seed}.png"))
            .await
            .unwrap();
    }
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(names_of(services).await, ["3.png", "4.png", "5.png"]);
    assert_eq!(services.scan.state().indexed, 0);
    follower.stop().await;
}

#[tokio::test]
async fn two_processes_take_a_dropped_file_in_once() {
    let here = World::new().await;
    let there = services_over(here.data()).await;
    let followers = [
        Follower::start(&here.services).await,
        Follower::start(&there).await,
    ];
    for seed in 0..8 {
        write(&here.given(&format!("{seed}.png")), &png(seed));
    }
    until(async || images_of(&there).await.len() == 8).await;
    until(async || here.services.scan.state().indexed + there.scan.state().indexed >= 8).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(images_of(&here.services).await.len(), 8);
    for follower in followers {
        follower.stop().await;
    }
}

#[cfg(unix)]
#[tokio::test]
async fn what_lies_behind_links_is_not_watched() {
    let world = World::new().await;
    let services = &world.services;
    let elsewhere = tempfile::tempdir().unwrap();
    write(&world.given("a.png"), &png(1));
    std::os::unix::fs::symlink(elsewhere.path(), world.given("linked")).unwrap();
    let follower = Follower::start(services).await;
    std::os::unix::fs::symlink(elsewhere.path(), world.given("later")).unwrap();
    write(&elsewhere.path().join("secret.png"), &png(2));
    write(&elsewhere.path().join("b/secret.png"), &png(3));
    tokio::time::sleep(Duration::from_secs(4)).await;
    write(&world.given("c.png"), &png(4));
    until(async || names_of(services).await == ["a.png", "c.png"]).await;

    fs::rename(world.given("c.png"), elsewhere.path().join("c.png")).unwrap();
    let target = elsewhere.path().join("c.png");
    std::os::unix::fs::symlink(target, world.given("c.png")).unwrap();
    until(async || names_of(services).await == ["a.png"]).await;
    follower.stop().await;
}
