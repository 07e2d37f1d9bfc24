//! In and out again: upload, names, replacement, removal, covers, tokens, changes.

use std::time::{Duration, UNIX_EPOCH};

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_comes_back_as_it_was() {
    let (folder, bytes) = (Folder::new(), b"a picture");
    let store = folder.open().await;
    let new = new_image("p", "a/ü.jpg", bytes);
    let given = staged(&store, bytes).await;
    assert_eq!(given.sha256, digest(bytes));
    let stored = store
        .insert(new.clone(), given, renditions(bytes), NameClash::Number)
        .await
        .unwrap();
    assert!(!stored.replaced && stored.image.is_primary);

    let image = store.image(&new.project, new.id).await.unwrap().unwrap();
    assert_eq!(image, stored.image);
    assert_eq!(
        (image.info, image.fingerprints),
        (new.info, new.fingerprints)
    );
    assert_eq!((image.bytes, image.sha256), (new.bytes, new.sha256));
    assert_eq!(image.name, new.name);
    assert_eq!(
        store
            .images_by_digest(Some(&new.project), new.sha256)
            .await
            .unwrap(),
        std::slice::from_ref(&stored.image)
    );
    assert_eq!(
        store.image_by_name(&new.project, &new.name).await.unwrap(),
        Some(stored.image)
    );
    assert_whole(&folder, &store).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn upload_order_is_the_order_of_lists_and_pages() {
    let folder = Folder::new();
    let store = folder.open().await;
    let p = project("p");
    let mut ids = Vec::new();
    for n in 0..5u8 {
        let stored = upload(&store, "p", "x.jpg", &[n], NameClash::Number).await;
        ids.push(stored.unwrap().image.id);
    }
    upload(&store, "q", "x.jpg", &[9], NameClash::Number)
        .await
        .unwrap();
    let listed = |images: Vec<Image>| images.iter().map(|image| image.id).collect::<Vec<_>>();
    assert_eq!(listed(store.images(&p, None, None).await.unwrap()), ids);
    let page = store.images(&p, Some(ids[1]), Some(2)).await.unwrap();
    assert_eq!(listed(page), ids[2..4]);
    let unknown = ImageId::generate();
    assert_eq!(store.images(&p, Some(unknown), None).await.unwrap(), []);
    let chosen = store
        .images_by_id(&[ids[4], unknown, ids[0]])
        .await
        .unwrap();
    assert_eq!(listed(chosen), [ids[4], ids[0]]);
    assert_eq!(
        store.images(&project("none"), None, None).await.unwrap(),
        []
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_taken_name_is_numbered_refused_or_replaced() {
    let folder = Folder::new();
    let store = folder.open().await;
    let first = upload(&store, "p", "x.jpg", b"1", NameClash::Number)
        .await
        .unwrap()
        .image;
    for wanted in ["x (2).jpg", "x (3).jpg", "x (4).jpg", "x (5).jpg"] {
        let stored = upload(&store, "p", "x.jpg", wanted.as_bytes(), NameClash::Number).await;
        assert_eq!(stored.unwrap().image.name, name(wanted));
    }
    match upload(&store, "p", "x.jpg", b"2", NameClash::Reject).await {
        Err(StoreError::NameTaken { holder, .. }) => assert_eq!(holder, first.id),
        other => panic!("{other:?}"),
    }
    let replaced = upload(&store, "p", "x.jpg", b"new", NameClash::Replace)
        .await
        .unwrap();
    assert!(replaced.replaced);
    let image = &replaced.image;
    assert_eq!((image.id, image.created_at), (first.id, first.created_at));
    assert_eq!(image.sha256, digest(b"new"));
    assert!(image.is_primary);
    let listed = store.images(&project("p"), None, None).await.unwrap();
    assert_eq!(listed[0], replaced.image);
    assert_eq!(listed.len(), 5);
    assert_whole(&folder, &store).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_cannot_be_a_file_and_a_folder() {
    let folder = Folder::new();
    let store = folder.open().await;
    upload(&store, "p", "a", b"file", NameClash::Reject)
        .await
        .unwrap();
    upload(&store, "p", "b/c", b"below", NameClash::Reject)
        .await
        .unwrap();
    for clash in [NameClash::Number, NameClash::Replace, NameClash::Reject] {
        let below = upload(&store, "p", "a/b", b"2", clash).await;
        assert!(
            matches!(below, Err(StoreError::NameBlocked { .. })),
            "{below:?}"
        );
    }
    for clash in [NameClash::Replace, NameClash::Reject] {
        let above = upload(&store, "p", "b", b"3", clash).await;
        assert!(
            matches!(above, Err(StoreError::NameBlocked { .. })),
            "{above:?}"
        );
    }
    let numbered = upload(&store, "p", "b", b"4", NameClash::Number)
        .await
        .unwrap();
    assert_eq!(numbered.image.name, name("b (2)"));
    assert_whole(&folder, &store).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_no_image_yet_is_not_overwritten() {
    let folder = Folder::new();
    let store = folder.open().await;
    fs::create_dir_all(folder.given("p", "")).unwrap();
    fs::write(folder.given("p", "x.jpg"), "somebody's").unwrap();
    for clash in [NameClash::Replace, NameClash::Reject] {
        let refused = upload(&store, "p", "x.jpg", b"mine", clash).await;
        assert!(matches!(refused, Err(StoreError::NameBlocked { .. })));
    }
    let numbered = upload(&store, "p", "x.jpg", b"mine", NameClash::Number)
        .await
        .unwrap();
    assert_eq!(numbered.image.name, name("x (2).jpg"));
    assert_eq!(fs::read(folder.given("p", "x.jpg")).unwrap(), b"somebody's");
}

#[tokio::test(flavor = "multi_thread")]
async fn removing_the_cover_makes_the_next_image_the_cover() {
    let folder = Folder::new();
    let store = folder.open().await;
    let p = project("p");
    let mut images = Vec::new();
    for n in 0..3u8 {
        let stored = upload(&store, "p", &format!("f/{n}"), &[n], NameClash::Reject).await;
        images.push(stored.unwrap().image);
    }
    let removed = store.remove(&p, images[1].id).await.unwrap().unwrap();
    assert_eq!(removed.new_primary, None);
    let removed = store.remove(&p, images[0].id).await.unwrap().unwrap();
    assert_eq!(removed.image.id, images[0].id);
    assert_eq!(removed.new_primary, Some(images[2].id));
    assert_whole(&folder, &store).await;
    let removed = store.remove(&p, images[2].id).await.unwrap().unwrap();
    assert_eq!(removed.new_primary, None);
    assert!(store.remove(&p, images[2].id).await.unwrap().is_none());
    assert!(!folder.given("p", "f").exists(), "empty folders go");
    assert_whole(&folder, &store).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cover_can_be_chosen() {
    let folder = Folder::new();
    let store = folder.open().await;
    let p = project("p");
    upload(&store, "p", "a", b"a", NameClash::Reject)
        .await
        .unwrap();
    let b = upload(&store, "p", "b", b"b", NameClash::Reject)
        .await
        .unwrap()
        .image;
    assert!(!b.is_primary);
    assert!(store.set_primary(&p, b.id).await.unwrap());
    assert!(!store.set_primary(&p, ImageId::generate()).await.unwrap());
    assert!(!store.set_primary(&project("none"), b.id).await.unwrap());
    assert_eq!(
        store.project(&p).await.unwrap().unwrap().primary,
        Some(b.id)
    );
    assert_whole(&folder, &store).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_leaves_no_folder_behind() {
    let folder = Folder::new();
    let store = folder.open().await;
    let (p, id) = (project("none"), ImageId::generate());
    assert!(store.remove(&p, id).await.unwrap().is_none());
    assert!(!store.set_primary(&p, id).await.unwrap());
    assert!(store.remove_project(&p).await.unwrap().is_none());
    assert!(
        store
            .remove_vanished(&p, &name("x"))
            .await
            .unwrap()
            .is_none()
    );
    assert!(store.project(&p).await.unwrap().is_none());
    assert!(folder.files("projects").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removed_project_leaves_nothing_and_can_come_again() {
    let folder = Folder::new();
    let store = folder.open().await;
    let p = project("p");
    make_project(&folder, &store, p.as_str()).await.unwrap();
    make_project(&folder, &store, p.as_str()).await.unwrap();
    assert_whole(&folder, &store).await;
    for n in 0..3u8 {
        upload(&store, "p", "x", &[n], NameClash::Number)
            .await
            .unwrap();
    }
    let before = store.last_change().await.unwrap();
    let removed = store.remove_project(&p).await.unwrap().unwrap();
    assert_eq!((removed.images, removed.unerased), (3, Vec::new()));
    assert!(store.projects().await.unwrap().is_empty());
    let changes = store.changes_since(before, 99).await.unwrap();
    assert_eq!(changes.len(), 3);
    assert!(changes.iter().all(|change| change.fingerprints.is_none()));
    assert_whole(&folder, &store).await;
    upload(&store, "p", "x", b"again", NameClash::Reject)
        .await
        .unwrap();
    assert_whole(&folder, &store).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_stands_for_the_picture_it_was_given_for() {
    let folder = Folder::new();
    let store = folder.open().await;
    let token = |bytes: &[u8]| new_image("p", "x", bytes).deletion_token.unwrap();
    let image = upload(&store, "p", "x", b"old", NameClash::Replace)
        .await
        .unwrap()
        .image;
    let found = store.image_by_deletion_token(&token(b"old")).await.unwrap();
    assert_eq!(found, Some((project("p"), image.id)));
    upload(&store, "p", "x", b"new", NameClash::Replace)
        .await
        .unwrap();
    assert_eq!(
        store.image_by_deletion_token(&token(b"old")).await.unwrap(),
        None
    );
    let found = store.image_by_deletion_token(&token(b"new")).await.unwrap();
    assert_eq!(found, Some((project("p"), image.id)));
    store.remove(&project("p"), image.id).await.unwrap();
    assert_eq!(
        store.image_by_deletion_token(&token(b"new")).await.unwrap(),
        None
    );
    assert_eq!(store.image_by_deletion_token("").await.unwrap(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_change_sequence_tells_what_is_now() {
    let folder = Folder::new();
    let store = folder.open().await;
    assert_eq!(store.last_change().await.unwrap(), 0);
    let a = upload(&store, "p", "a", b"1", NameClash::Reject)
        .await
        .unwrap()
        .image;
    let b = upload(&store, "p", "b", b"2", NameClash::Reject)
        .await
        .unwrap()
        .image;
    let new = upload(&store, "p", "a", b"3", NameClash::Replace)
        .await
        .unwrap()
        .image;
    store.remove(&project("p"), b.id).await.unwrap();
    let changes = store.changes_since(0, 99).await.unwrap();
    let seen: Vec<_> = changes.iter().map(|c| (c.sequence, c.image)).collect();
    assert_eq!(seen, [(1, a.id), (2, b.id), (3, a.id), (4, b.id)]);
    assert_eq!(changes[0].fingerprints.as_ref(), Some(&new.fingerprints));
    assert_eq!(changes[1].fingerprints, None);
    assert_eq!(store.changes_since(2, 1).await.unwrap()[0].sequence, 3);
    assert_eq!(store.changes_since(4, 9).await.unwrap().len(), 0);
    let mut all = Vec::new();
    let each = |_: &_, image, fingerprints: &[_]| all.push((image, fingerprints.to_vec()));
    assert_eq!(store.fingerprints(None, each).await.unwrap(), 4);
    assert_eq!(all, [(a.id, new.fingerprints)]);
    for (name, images) in [("p", 1), ("q", 0)] {
        let mut found = 0;
        let count = |_: &_, _, _: &[_]| found += 1;
        store
            .fingerprints(Some(&project(name)), count)
            .await
            .unwrap();
        assert_eq!(found, images, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_was_dropped_in_is_taken_up_and_let_go() {
    let folder = Folder::new();
    let store = folder.open().await;
    let p = project("p");
    let image = drop_in(&folder, &store, "p", "f/x", b"1")
        .await
        .unwrap()
        .image;
    assert_whole(&folder, &store).await;
    let known = store.source_file(&p, &name("f/x")).await.unwrap().unwrap();
    assert!(known.dropped_in);
    assert_eq!(
        Some(known.stamp),
        FileStamp::read(&folder.given("p", "f/x")).unwrap()
    );

    let again = drop_in(&folder, &store, "p", "f/x", b"1").await.unwrap();
    assert!(!again.replaced && again.image == image, "only touched");
    assert_whole(&folder, &store).await;
    let changed = drop_in(&folder, &store, "p", "f/x", b"changed")
        .await
        .unwrap();
    assert!(changed.replaced && changed.image.id == image.id);
    assert_whole(&folder, &store).await;

    assert!(
        store
            .remove_vanished(&p, &name("f/x"))
            .await
            .unwrap()
            .is_none()
    );
    fs::remove_file(folder.given("p", "f/x")).unwrap();
    let stamp = FileStamp {
        bytes: 1,
        ..known.stamp
    };
    let gone = new_image("p", "f/x", b"1");
    assert!(
        store
            .adopt(gone, renditions(b"1"), stamp)
            .await
            .unwrap()
            .is_none()
    );
    let removed = store
        .remove_vanished(&p, &name("f/x"))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(removed.image.id, image.id);
    assert_whole(&folder, &store).await;

    upload(&store, "p", "u", b"uploaded", NameClash::Reject)
        .await
        .unwrap();
    fs::remove_file(folder.given("p", "u")).unwrap();
    assert!(
        store
            .remove_vanished(&p, &name("u"))
            .await
            .unwrap()
            .is_none()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn given_files_can_be_asked_for_by_folder() {
    let folder = Folder::new();
    let store = folder.open().await;
    for file in ["a", "a b", "a0", "f/1", "f/g/2", "f.jpg"] {
        upload(&store, "p", file, file.as_bytes(), NameClash::Reject)
            .await
            .unwrap();
    }
    for (below, expected) in [
        ("", &["a", "a b", "a0", "f.jpg", "f/1", "f/g/2"][..]),
        ("f", &["f/1", "f/g/2"]),
        ("f/g", &["f/g/2"]),
        ("a", &["a"]),
        ("none", &[]),
    ] {
        let p = project("p");
        let files = store.source_files(&p, below, None, 100).await.unwrap();
        let names: Vec<_> = files.iter().map(|file| file.name.as_str()).collect();
        assert_eq!(names, expected, "{below:?}");
        // The same one by one.
        let mut after = None;
        for expected in expected {
            let page = store.source_files(&p, below, after.as_ref(), 1).await;
            let page = page.unwrap();
            let [file] = &page[..] else {
                panic!("one file");
            };
            assert_eq!(file.name.as_str(), *expected, "{below:?}");
            after = Some(file.name.clone());
        }
    }
    let names = [name("f/1"), name("f/2"), name("a")];
    let stamps = store.stamps(&project("p"), names.iter()).await.unwrap();
    let mut known: Vec<_> = stamps.keys().map(ImageName::as_str).collect();
    known.sort_unstable();
    assert_eq!(known, ["a", "f/1"]);
    let nowhere = store.stamps(&project("q"), names.iter()).await.unwrap();
    assert!(nowhere.is_empty());
    let file = store
        .source_file(&project("p"), &name("a"))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(stamps[&file.name], file.stamp);
    let stamp = FileStamp {
        bytes: 1,
        modified: Timestamp::from_second(1).unwrap(),
    };
    store.confirm_source(file.image, stamp).await.unwrap();
    store
        .confirm_source(ImageId::generate(), stamp)
        .await
        .unwrap();
    let file = store
        .source_file(&project("p"), &name("a"))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(file.stamp, stamp);
    assert_whole(&folder, &store).await;
}

#[tokio::test]
async fn files_of_any_date_are_taken_in_and_known_again() {
    let folder = Folder::new();
    let store = folder.open().await;
    let century = Duration::from_secs(100 * 365 * 86_400);
    let dates = [
        UNIX_EPOCH - Duration::from_secs(86_400),
        UNIX_EPOCH - 4 * century,
        UNIX_EPOCH + 4 * century,
        UNIX_EPOCH + 90 * century,
    ];
    for (n, date) in dates.into_iter().enumerate() {
        let (file_name, bytes) = (format!("{n}.jpg"), [n as u8]);
        let path = folder.given("p", &file_name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        fs::File::options()
            .write(true)
            .open(&path)
            .and_then(|file| file.set_modified(date))
            .unwrap();
        let stamp = FileStamp::read(&path).unwrap().unwrap();
        let image = new_image("p", &file_name, &bytes);
        let adopted = store.adopt(image, renditions(&bytes), stamp).await;
        assert!(adopted.unwrap().is_some(), "{date:?}");
        let given = store.source_file(&project("p"), &name(&file_name)).await;
        assert_eq!(given.unwrap().unwrap().stamp, stamp, "{date:?}");
        let key = BlobKey::Given(project("p"), name(&file_name));
        assert!(store.blob(&key).await.unwrap().is_some(), "{date:?}");
    }
}

/// A watcher sees a project's folder, and the project is deleted before it is taken up.
#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_was_seen_brings_no_deleted_project_back() {
    let folder = Folder::new();
    let store = folder.open().await;
    let p = project("p");
    upload(&store, "p", "x", b"x", NameClash::Reject)
        .await
        .unwrap();
    // As a deletion does it, up to its end.
    let lock = store.lock(&p).await.unwrap();
    let seen = tokio::spawn({
        let (store, p) = (store.clone(), p.clone());
        async move { store.take_up_project(&p).await }
    });
    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    assert!(!seen.is_finished(), "it waits for the deletion");
    let row = store.project_row(&p).await.unwrap().unwrap();
    store.take_out_project(&lock, row).await.unwrap();
    drop(lock);
    seen.await.unwrap().unwrap();
    store.take_up_project(&p).await.unwrap();
    assert_eq!(store.projects().await.unwrap(), []);
}
