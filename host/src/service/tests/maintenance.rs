//! Damage that is found and put right, folders that are imported, databases that are made anew.

use std::fs;

use super::*;
use crate::domain::{Image, ImageName, RenditionKind};
use crate::service::images;
use crate::service::maintenance::{Imported, Report, import_file, rebuild, verify};

fn quiet(_done: u64, _total: u64) {}

async fn report(world: &World, repair: bool) -> Report {
    verify(&world.services, repair, &quiet).await.unwrap()
}

/// Finds `count` things, repairs them, then finds nothing.
async fn assert_repaired(world: &World, count: usize) {
    let found = report(world, false).await;
    assert_eq!(found.findings.len(), count, "{found:?}");
    assert!(found.findings.iter().all(|finding| !finding.repaired));
    let repaired = report(world, true).await;
    assert_eq!(repaired.findings.len(), count, "{repaired:?}");
    assert!(
        repaired.findings.iter().all(|finding| finding.repaired),
        "{repaired:?}"
    );
    let after = report(world, false).await;
    assert!(after.findings.is_empty(), "{after:?}");
}

fn rendition(world: &World, image: &Image, kind: RenditionKind) -> PathBuf {
    let folder = world.data().join("projects/p").join(kind.name());
    folder.join(format!("{}.jpg", image.id))
}

async fn images_of(services: &Services) -> Vec<Image> {
    images::list(services, &PROJECT, None, None).await.unwrap()
}

#[tokio::test]
async fn a_sound_store_has_no_findings() {
    let world = World::new().await;
    world.give("a.png", &png(1)).await;
    world.give("b/c.jpg", &copy_of(2)).await;
    images::delete(&world.services, &PROJECT, "a.png")
        .await
        .unwrap();
    let seen = std::sync::Mutex::new(Vec::new());
    let note = |done, total| seen.lock().unwrap().push((done, total));
    let report = verify(&world.services, false, &note).await.unwrap();
    assert_eq!(
        report,
        Report {
            images: 1,
            findings: Vec::new()
        }
    );
    assert_eq!(*seen.lock().unwrap(), [(0, 1), (1, 1)]);
}

#[tokio::test]
async fn missing_and_broken_renditions_are_made_again() {
    let world = World::new().await;
    let image = world.give("a.png", &png(1)).await.image;
    let thumb = rendition(&world, &image, RenditionKind::Thumb);
    let whole = fs::read(&thumb).unwrap();
    fs::remove_file(&thumb).unwrap();
    let medium = rendition(&world, &image, RenditionKind::Medium);
    fs::write(&medium, &whole[..whole.len() / 2]).unwrap();
    fs::write(rendition(&world, &image, RenditionKind::Game), b"").unwrap();
    assert_repaired(&world, 3).await;
    assert_eq!(fs::read(&thumb).unwrap(), whole);
}

#[tokio::test]
async fn orphans_are_removed_and_manifests_written_again() {
    let world = World::new().await;
    let image = world.give("a.png", &png(1)).await.image;
    let thumb = rendition(&world, &image, RenditionKind::Thumb);
    let orphan = thumb.with_file_name(format!("{}.jpg", "0".repeat(32)));
    fs::copy(&thumb, &orphan).unwrap();
    fs::write(world.data().join("projects/p/meta.json"), "{").unwrap();
    assert_repaired(&world, 2).await;
    assert!(!orphan.exists() && thumb.exists());
}

#[tokio::test]
async fn a_lost_file_is_given_again_from_its_original_rendition() {
    let world = World::new().await;
    let before = world.give("a.jpg", &copy_of(1)).await.image;
    fs::remove_file(world.given("a.jpg")).unwrap();
    assert_repaired(&world, 1).await;
    let after = images_of(&world.services).await.remove(0);
    assert_eq!((after.id, &after.name), (before.id, &before.name));
    assert!(world.given("a.jpg").exists());
    assert_eq!(after.fingerprints, before.fingerprints);
}

#[tokio::test]
async fn a_picture_that_is_lost_altogether_is_taken_out() {
    let world = World::new().await;
    let lost = world.give("a.png", &png(1)).await.image;
    world.give("b.png", &png(2)).await;
    fs::remove_file(world.given("a.png")).unwrap();
    fs::remove_file(rendition(&world, &lost, RenditionKind::Original)).unwrap();
    assert_repaired(&world, 1).await;
    assert_eq!(names(&images_of(&world.services).await), ["b.png"]);
}

#[tokio::test]
async fn a_given_file_that_changed_is_reported_and_left_alone() {
    let world = World::new().await;
    world.give("a.png", &png(1)).await;
    let mut bytes = png(1);
    *bytes.last_mut().unwrap() ^= 1;
    fs::write(world.given("a.png"), &bytes).unwrap();
    for repair in [false, true] {
        let found = report(&world, repair).await;
        assert_eq!(found.findings.len(), 1, "{found:?}");
        assert!(!found.findings[0].repaired);
    }
    assert_eq!(fs::read(world.given("a.png")).unwrap(), bytes);
}

#[tokio::test]
async fn an_import_goes_on_where_it_was() {
    let world = World::new().await;
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        path
    };
    let import = async |path: &Path| {
        let imported = import_file(&world.services, &PROJECT, folder.path(), path).await;
        imported.unwrap()
    };
    let picture = file("tag 1/a.png", &png(1));
    assert_eq!(import(&picture).await, Imported::Added(None));
    let own = ImageName::parse("tag 1/a.png").unwrap();
    assert_eq!(import(&picture).await, Imported::Known(None));
    let twin = import(&file("twin.png", &png(1))).await;
    assert_eq!(twin, Imported::Known(Some(own)));
    let letter = import(&file("letter.jpg", b"Dear sir")).await;
    assert!(matches!(letter, Imported::Skipped(_)), "{letter:?}");
    let nowhere = import(&folder.path().join("not there.png")).await;
    assert!(matches!(nowhere, Imported::Unreadable(_)), "{nowhere:?}");
    assert_eq!(names(&images_of(&world.services).await), ["tag 1/a.png"]);
    let numbered = import(&file("TAG 1/A.png", &png(2))).await;
    let number = ImageName::parse("TAG 1/A (2).png").unwrap();
    assert_eq!(numbered, Imported::Added(Some(number)));
    assert!(picture.exists(), "the folder is left as it was");
}

#[tokio::test]
async fn a_database_is_made_anew_from_the_manifests() {
    let World { services, folder } = World::new().await;
    let world = World { services, folder };
    world.give("a.png", &png(1)).await;
    world.give("b/höhle.jpg", &copy_of(2)).await;
    images::set_primary(&world.services, &PROJECT, "b/höhle.jpg")
        .await
        .unwrap();
    let before = images_of(&world.services).await;
    let World { services, folder } = world;
    drop(services);
    assert_eq!(rebuild(folder.path(), &quiet).await.unwrap(), 2);
    assert!(folder.path().join("vismatch.db.bak").exists());
    let world = World {
        services: services_over(folder.path()).await,
        folder,
    };
    assert_eq!(images_of(&world.services).await, before);
    let sound = report(&world, false).await;
    assert!(sound.findings.is_empty(), "{sound:?}");
}

#[tokio::test]
async fn a_folder_in_use_is_not_rebuilt() {
    let world = World::new().await;
    let image = world.give("a.png", &png(1)).await.image;
    assert!(rebuild(world.data(), &quiet).await.is_err());
    assert_eq!(images_of(&world.services).await, [image]);
}
