//! Giving, listing, choosing and removing images.

use super::*;
use crate::domain::{MatchKind, RenditionKind};
use crate::service::{blobs, images, projects};

#[tokio::test]
async fn a_picture_is_kept_verbatim_with_four_renditions() {
    let world = World::new().await;
    let bytes = png(1);
    let image = world.give("tag 1/höhle #3.png", &bytes).await.image;
    assert_eq!((image.info.size.width, image.info.size.height), (240, 160));
    assert_eq!(
        image.fingerprints.len(),
        crate::domain::Algorithm::ALL.len()
    );
    assert!(image.is_primary);
    assert_eq!(
        std::fs::read(world.given("tag 1/höhle #3.png")).unwrap(),
        bytes
    );
    for kind in RenditionKind::ALL {
        let key = blobs::rendition(&image, kind);
        let rendition = blobs::read_all(&world.services.store, &key).await.unwrap();
        assert_eq!(rendition.unwrap()[..2], [0xff, 0xd8], "{}", kind.name());
    }
}

#[tokio::test]
async fn an_image_is_found_by_id_and_by_name() {
    let world = World::new().await;
    let given = world.give("a/b.png", &png(1)).await.image;
    for key in [given.id.to_string().as_str(), "a/b.png"] {
        let found = images::get(&world.services, &PROJECT, key).await.unwrap();
        assert_eq!(found, given);
    }
}

#[tokio::test]
async fn what_is_not_there_is_named() {
    let world = World::new().await;
    world.give("a.png", &png(1)).await;
    let services = &world.services;
    let image = images::get(services, &PROJECT, "b.png").await.unwrap_err();
    assert!(image.to_string().contains("b.png"), "{image}");
    let other = images::get(services, &project("q"), "b.png")
        .await
        .unwrap_err();
    assert!(other.to_string().contains("no project \"q\""), "{other}");
    for error in [
        image,
        other,
        images::list(services, &project("q"), None, None)
            .await
            .unwrap_err(),
        images::delete(services, &PROJECT, "../a.png")
            .await
            .unwrap_err(),
        images::set_primary(services, &PROJECT, "nul\0")
            .await
            .unwrap_err(),
        projects::delete(services, &project("q")).await.unwrap_err(),
        projects::cover(services, &project("q")).await.unwrap_err(),
    ] {
        assert!(matches!(error, ServiceError::NotFound(_)), "{error:?}");
    }
}

#[tokio::test]
async fn images_are_listed_in_upload_order_page_by_page() {
    let world = World::new().await;
    for (seed, name) in [(1, "c.png"), (2, "a.png"), (3, "b.png")] {
        world.give(name, &png(seed)).await;
    }
    let list = |after, limit| images::list(&world.services, &PROJECT, after, limit);
    let first = list(None, Some(2)).await.unwrap();
    assert_eq!(names(&first), ["c.png", "a.png"]);
    let rest = list(Some(first[1].id), Some(2)).await.unwrap();
    assert_eq!(names(&rest), ["b.png"]);
    assert!(list(Some(rest[0].id), None).await.unwrap().is_empty());
    images::delete(&world.services, &PROJECT, "b.png")
        .await
        .unwrap();
    let lost_place = list(Some(rest[0].id), None).await;
    assert!(matches!(lost_place, Err(ServiceError::NotFound(_))));
}

#[tokio::test]
async fn the_cover_is_the_first_image_until_another_is_chosen_or_it_goes() {
    let world = World::new().await;
    let a = world.give("a.png", &png(1)).await.image;
    let b = world.give("b.png", &png(2)).await.image;
    assert!(a.is_primary && !b.is_primary);
    let services = &world.services;
    assert_eq!(projects::cover(services, &PROJECT).await.unwrap().id, a.id);
    let chosen = images::set_primary(services, &PROJECT, "b.png")
        .await
        .unwrap();
    assert!(chosen.is_primary && chosen.id == b.id);
    assert_eq!(projects::cover(services, &PROJECT).await.unwrap(), chosen);
    let removed = images::delete(services, &PROJECT, "b.png").await.unwrap();
    assert_eq!(removed.new_primary, Some(a.id));
    let removed = images::delete(services, &PROJECT, "a.png").await.unwrap();
    assert_eq!(removed.new_primary, None);
    let bare = projects::cover(services, &PROJECT).await.unwrap_err();
    assert!(bare.to_string().contains("no images"), "{bare}");
}

#[tokio::test]
async fn a_picture_without_a_name_is_called_by_its_digest() {
    let world = World::new().await;
    let upload = world.upload(None, &copy_of(1)).await;
    let digest = upload.given.sha256.to_string();
    let first = ingest(&world.services, upload).await.unwrap().image;
    assert_eq!(first.name.as_str(), format!("{}.jpg", &digest[..12]));
    let upload = world.upload(None, &copy_of(1)).await;
    let second = ingest(&world.services, upload).await.unwrap().image;
    assert_eq!(second.name.as_str(), format!("{} (2).jpg", &digest[..12]));
}

#[tokio::test]
async fn an_upload_is_told_what_it_duplicates() {
    let world = World::new().await;
    let a = world.give("a.png", &png(1)).await;
    assert!(a.duplicates.is_empty());
    world.give("other.png", &png(2)).await;
    let copy = world.give("copy.jpg", &copy_of(1)).await;
    let again = world.give("again.png", &png(1)).await;
    let kinds = |found: &Ingested| -> Vec<(String, MatchKind)> {
        let each = found.duplicates.iter();
        each.map(|found| (found.image.name.to_string(), found.kind))
            .collect()
    };
    assert_eq!(kinds(&copy), [("a.png".into(), MatchKind::Near)]);
    let expected = [
        ("a.png".into(), MatchKind::Exact),
        ("copy.jpg".into(), MatchKind::Near),
    ];
    assert_eq!(kinds(&again), expected);
    assert_eq!(again.duplicates[0].judgement.similarity, 1.0);
}

#[tokio::test]
async fn at_most_ten_duplicates_are_told() {
    let world = World::new().await;
    for n in 0..12 {
        world.give(&format!("{n}.jpg"), &copy_of(1)).await;
    }
    let last = world.give("last.png", &png(1)).await;
    assert_eq!(last.duplicates.len(), 10);
    let last = world.give("last.jpg", &copy_of(1)).await;
    assert_eq!(last.duplicates.len(), 10);
    assert!(
        last.duplicates
            .iter()
            .all(|found| found.kind == MatchKind::Exact)
    );
}

#[tokio::test]
async fn known_bytes_can_be_refused() {
    let world = World::new().await;
    let a = world.give("a.png", &png(1)).await.image;
    let mut upload = world.upload(Some("b.png"), &png(1)).await;
    upload.on_duplicate = OnDuplicate::Reject;
    match ingest(&world.services, upload).await.unwrap_err() {
        ServiceError::Conflict { image, .. } => assert_eq!(image, Some(a.id)),
        other => panic!("{other:?}"),
    }
    let mut upload = world.upload(Some("b.png"), &copy_of(1)).await;
    upload.on_duplicate = OnDuplicate::Reject;
    ingest(&world.services, upload).await.unwrap();
}

#[tokio::test]
async fn a_replaced_picture_is_no_longer_found() {
    let world = World::new().await;
    let old = world.give("a.png", &png(1)).await;
    let mut upload = world.upload(Some("a.png"), &png(2)).await;
    upload.name_clash = NameClash::Replace;
    let new = ingest(&world.services, upload).await.unwrap();
    assert_eq!(new.image.id, old.image.id);
    assert!(new.duplicates.is_empty());
    let asks_for_old = world.give("copy.jpg", &copy_of(1)).await;
    assert!(asks_for_old.duplicates.is_empty());
    let asks_for_new = world.give("copy2.jpg", &copy_of(2)).await;
    assert_eq!(asks_for_new.duplicates[0].image.id, new.image.id);
}

#[tokio::test]
async fn what_is_no_picture_leaves_nothing_behind() {
    let world = World::new().await;
    let mut cut_off = png(1);
    cut_off.truncate(cut_off.len() / 2);
    for bytes in [&b""[..], b"Dear sir or madam", &cut_off] {
        let error = world.try_give("a.png", bytes).await.unwrap_err();
        assert!(matches!(error, ServiceError::NotAPicture(_)), "{error:?}");
    }
    assert!(projects::list(&world.services).await.unwrap().is_empty());
    let files = walkdir::WalkDir::new(world.data().join("image_root"));
    let files = files.into_iter().filter_map(Result::ok);
    assert_eq!(files.filter(|entry| entry.file_type().is_file()).count(), 0);
}

#[tokio::test]
async fn a_deletion_token_works_once_and_is_not_kept_in_clear() {
    let world = World::new().await;
    let given = world.give("a.png", &png(1)).await;
    world.give("b.png", &png(2)).await;
    assert_eq!(given.deletion_token.len(), 64);
    for entry in walkdir::WalkDir::new(world.data()) {
        let entry = entry.unwrap();
        if entry.file_type().is_file() {
            let bytes = std::fs::read(entry.path()).unwrap();
            let token = given.deletion_token.as_bytes();
            assert!(
                !bytes.windows(token.len()).any(|window| window == token),
                "{entry:?}"
            );
        }
    }
    let token = given.deletion_token.as_str();
    let refused = images::delete_by_token(&world.services, &token[1..]).await;
    assert!(matches!(refused, Err(ServiceError::NotFound(_))));
    let removed = images::delete_by_token(&world.services, token)
        .await
        .unwrap();
    assert_eq!(removed.image.id, given.image.id);
    let again = images::delete_by_token(&world.services, token).await;
    assert!(matches!(again, Err(ServiceError::NotFound(_))));
    let left = images::list(&world.services, &PROJECT, None, None)
        .await
        .unwrap();
    assert_eq!(names(&left), ["b.png"]);
}

#[tokio::test]
async fn an_upload_never_takes_the_place_of_a_file_that_was_dropped_in() {
    let world = World::new().await;
    let dropped = world.given("a.png");
    std::fs::create_dir_all(dropped.parent().unwrap()).unwrap();
    std::fs::write(&dropped, png(1)).unwrap();
    let beside = world.give("a.png", &png(2)).await.image;
    assert_eq!(beside.name.as_str(), "a (2).png");
    for name_clash in [NameClash::Reject, NameClash::Replace] {
        let mut upload = world.upload(Some("a.png"), &png(3)).await;
        upload.name_clash = name_clash;
        let error = ingest(&world.services, upload).await.unwrap_err();
        assert!(matches!(error, ServiceError::Conflict { .. }), "{error:?}");
    }
    assert_eq!(std::fs::read(&dropped).unwrap(), png(1));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_uploads_of_the_same_bytes_at_once_one_passes_when_duplicates_are_refused() {
    let world = World::new().await;
    let bytes = png(1);
    let attempts = (0..6).map(|n| {
        let (world, bytes) = (&world, &bytes);
        async move {
            let mut upload = world.upload(Some(&format!("{n}.png")), bytes).await;
            upload.on_duplicate = OnDuplicate::Reject;
            ingest(&world.services, upload).await
        }
    });
    let outcomes = futures::future::join_all(attempts).await;
    let stored: Vec<_> = outcomes.iter().filter_map(|o| o.as_ref().ok()).collect();
    assert_eq!(stored.len(), 1);
    for refused in outcomes.iter().filter_map(|o| o.as_ref().err()) {
        let ServiceError::Conflict { image, .. } = refused else {
            panic!("{refused:?}");
        };
        assert_eq!(*image, Some(stored[0].image.id));
    }
}
