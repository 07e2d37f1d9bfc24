//! One name for what people take for one, whatever the system that wrote it.

use super::*;

async fn image(store: &Store, project_name: &str, file: &str) -> Option<Image> {
    let (project, name) = (project(project_name), name(file));
    store.image_by_name(&project, &name).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn composed_and_decomposed_names_are_one() {
    let folder = Folder::new();
    let store = folder.open().await;
    upload(&store, "p", "é.jpg", b"1", NameClash::Reject)
        .await
        .unwrap();
    let again = upload(&store, "p", "e\u{301}.jpg", b"2", NameClash::Reject).await;
    assert!(matches!(again, Err(StoreError::NameTaken { .. })));
    let replaced = upload(&store, "p", "e\u{301}.jpg", b"2", NameClash::Replace).await;
    assert!(replaced.unwrap().replaced);
    assert_whole(&folder, &store).await;
}

/// macOS writes names decomposed, and programs carry them to other systems so.
#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_found_under_its_name_however_it_is_written() {
    let folder = Folder::new();
    let store = folder.open().await;
    let (project_name, file) = ("Ho\u{308}hle", "e\u{301}/what?.jpg");
    let dropped = drop_in(&folder, &store, project_name, file, b"1").await;
    let dropped = dropped.unwrap().image;
    assert_eq!(
        (dropped.project.as_str(), dropped.name.as_str()),
        ("Höhle", "é/what?.jpg")
    );
    let key = BlobKey::Given(dropped.project.clone(), dropped.name.clone());
    assert_eq!(content(&store, &key).await.as_deref(), Some(&b"1"[..]));
    assert!(store.manifest_is_current(&dropped.project).await.unwrap());

    let replaced = upload(&store, "Höhle", "é/what?.jpg", b"2", NameClash::Replace).await;
    assert!(replaced.unwrap().replaced);
    assert_eq!(content(&store, &key).await.as_deref(), Some(&b"2"[..]));
    assert_eq!(folder.files("image_root").len(), 1, "no second file");
    store.remove(&dropped.project, dropped.id).await.unwrap();
    assert!(folder.files("image_root").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn names_that_differ_only_by_case_are_not_put_beside_each_other() {
    let folder = Folder::new();
    let store = folder.open().await;
    let first = upload(&store, "Kreta", "Été/a.jpg", b"1", NameClash::Reject).await;
    let first = first.unwrap().image;
    let taken = upload(&store, "Kreta", "ÉTÉ/A.JPG", b"2", NameClash::Reject).await;
    assert!(matches!(taken, Err(StoreError::NameTaken { holder, .. }) if holder == first.id));
    let blocked = upload(&store, "Kreta", "ÉTÉ/A.JPG", b"2", NameClash::Replace).await;
    assert!(matches!(blocked, Err(StoreError::NameBlocked { .. })));
    let numbered = upload(&store, "Kreta", "ÉTÉ/A.JPG", b"2", NameClash::Number).await;
    assert_eq!(numbered.unwrap().image.name.as_str(), "ÉTÉ/A (2).JPG");
    let other = upload(&store, "KRETA", "b.jpg", b"3", NameClash::Number).await;
    assert!(matches!(other, Err(StoreError::ProjectNameTaken { .. })));
    let dropped = drop_in(&folder, &store, "Kreta", "été/a.jpg", b"4").await;
    assert!(
        !dropped.unwrap().replaced,
        "what people put there is theirs"
    );
    assert_whole(&folder, &store).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn names_that_were_stored_as_they_came_are_composed() {
    let folder = Folder::new();
    let store = folder.open().await;
    upload(&store, "Höhle", "é.jpg", b"1", NameClash::Reject)
        .await
        .unwrap();
    drop(store);
    let database = sea_orm::Database::connect(format!(
        "sqlite://{}",
        folder.path().join("vismatch.db").display()
    ));
    let database = database.await.unwrap();
    for sql in [
        "DELETE FROM seaql_migrations WHERE version = '0006_one_name'",
        "DROP INDEX images_by_folded",
        "DROP INDEX projects_by_folded",
        "ALTER TABLE images DROP COLUMN folded",
        "ALTER TABLE projects DROP COLUMN folded",
        "UPDATE images SET name = 'e\u{301}.jpg'",
        "UPDATE projects SET name = 'Ho\u{308}hle'",
    ] {
        sea_orm::ConnectionTrait::execute_unprepared(&database, sql)
            .await
            .unwrap();
    }
    database.close().await.unwrap();
    let rename = |below: &str, old: &str, new: &str| {
        let at = folder.path().join(below);
        fs::rename(at.join(old), at.join(new)).unwrap();
    };
    rename("image_root/Höhle", "é.jpg", "e\u{301}.jpg");
    rename("image_root", "Höhle", "Ho\u{308}hle");
    rename("projects", "Höhle", "Ho\u{308}hle");
    let store = folder.open().await;
    let found = image(&store, "Höhle", "é.jpg").await.unwrap();
    let key = BlobKey::Given(found.project, found.name);
    assert_eq!(content(&store, &key).await.as_deref(), Some(&b"1"[..]));
    let taken = upload(&store, "Höhle", "É.JPG", b"2", NameClash::Reject).await;
    assert!(matches!(taken, Err(StoreError::NameTaken { .. })));
}
