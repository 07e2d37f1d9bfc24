//! The manifest: what it says, that it keeps up, and that rows can be made of it again.

use super::*;

fn meta(folder: &Folder, project: &str) -> serde_json::Value {
    let path = folder
        .path()
        .join("projects")
        .join(&*file_name::written(project))
        .join("meta.json");
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn it_says_what_the_document_says() {
    let folder = Folder::new();
    let store = folder.open().await;
    let a = upload(&store, "p \"1\"", "a.jpg", b"a", NameClash::Reject)
        .await
        .unwrap()
        .image;
    let b = upload(&store, "p \"1\"", "b.jpg", b"b", NameClash::Reject)
        .await
        .unwrap()
        .image;
    let meta = meta(&folder, "p \"1\"");
    assert_eq!(meta["project_id"], "p \"1\"");
    assert_eq!(meta["primary_image_id"], a.id.to_string());
    let images = meta["images"].as_array().unwrap();
    let ids: Vec<_> = images
        .iter()
        .map(|image| image["id"].as_str().unwrap())
        .collect();
    assert_eq!(ids, [a.id.to_string(), b.id.to_string()]);
    assert_eq!(images[0]["ext"], "jpg");
    let created_at = images[0]["created_at"].as_str().unwrap();
    assert_eq!(created_at.len(), "2026-02-21T19:01:02.123Z".len());
    assert_eq!(created_at.parse::<Timestamp>().unwrap(), a.created_at);
    assert_eq!(images[0]["sha256"], a.sha256.to_string());
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_written_anew_when_it_is_lost_or_not_ours() {
    let folder = Folder::new();
    let store = folder.open().await;
    upload(&store, "p", "a", b"a", NameClash::Reject)
        .await
        .unwrap();
    let path = folder.path().join("projects/p/meta.json");
    for (n, text) in ["", "{", "{}", "{\n}", "\n]}\n", "{\"images\":[]}"]
        .iter()
        .enumerate()
    {
        fs::write(&path, text).unwrap();
        assert!(
            !store.manifest_is_current(&project("p")).await.unwrap(),
            "{text:?}"
        );
        let replaced = upload(&store, "p", "a", &[n as u8], NameClash::Replace).await;
        assert!(replaced.unwrap().replaced);
        assert_whole(&folder, &store).await;
    }
    fs::remove_file(&path).unwrap();
    assert!(!store.manifest_is_current(&project("p")).await.unwrap());
    store.write_manifest(&project("p")).await.unwrap();
    assert_whole(&folder, &store).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_can_be_made_of_it_again() {
    let folder = Folder::new();
    let store = folder.open().await;
    for n in 0..5u8 {
        upload(&store, "p", &format!("f/{n}"), &[n], NameClash::Reject)
            .await
            .unwrap();
    }
    drop_in(&folder, &store, "q", "dropped", b"dropped")
        .await
        .unwrap();
    let third = store.images(&project("p"), None, None).await.unwrap()[2].id;
    store.set_primary(&project("p"), third).await.unwrap();
    make_project(&folder, &store, "empty").await.unwrap();
    for owner in ["p", "empty"] {
        store.set_finds_crops(&project(owner), true).await.unwrap();
    }
    assert!(matches!(
        Store::rebuild(folder.path(), &|_, _| {}).await,
        Err(StoreError::InUse)
    ));
    let everything = async |store: &Store| {
        let mut all = Vec::new();
        for owner in store.projects().await.unwrap() {
            let images = store.images(&owner.name, None, None).await.unwrap();
            all.push((owner.finds_crops, images));
        }
        all
    };
    let before = everything(&store).await;
    drop(store);

    let rebuilt = Store::rebuild(folder.path(), &|done, total| assert!(done <= total)).await;
    assert_eq!(rebuilt.unwrap(), 6);
    assert!(folder.path().join("vismatch.db.bak").exists());
    let store = folder.open().await;
    assert_eq!(everything(&store).await, before);
    let dropped = store
        .source_file(&project("q"), &name("dropped"))
        .await
        .unwrap();
    assert!(dropped.unwrap().dropped_in);
    assert_whole(&folder, &store).await;
    drop(store);

    // The database is lost, one picture too, and a file whose original can stand in: what is left is restored at
    // the next start.
    for file in ["vismatch.db", "vismatch.db-wal", "vismatch.db-shm"] {
        let _ = fs::remove_file(folder.path().join(file));
    }
    fs::remove_file(folder.given("p", "f/2")).unwrap();
    let original = format!("projects/p/original/{third}.jpg");
    fs::remove_file(folder.path().join(original)).unwrap();
    let missing = folder.given("p", "f/3");
    fs::remove_file(&missing).unwrap();
    let store = folder.open().await;
    let images = store.images(&project("p"), None, None).await.unwrap();
    assert_eq!(images.len(), 4);
    assert_eq!(images[0].id, before[1].1[0].id);
    assert!(images[0].is_primary, "the chosen cover is gone");
    assert!(store.manifest_is_current(&project("p")).await.unwrap());
    fs::write(missing, [3]).unwrap();
    assert_eq!(orphans(&store).await.len(), 3);
    for orphan in orphans(&store).await {
        store.remove_orphan(&orphan).await.unwrap();
    }
    assert_whole(&folder, &store).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn renditions_can_be_put_back_and_strangers_taken_out() {
    let folder = Folder::new();
    let store = folder.open().await;
    let p = project("p");
    let image = upload(&store, "p", "x", b"x", NameClash::Reject)
        .await
        .unwrap()
        .image;
    let [_, _, thumb, _] = RenditionKind::ALL;
    let path = folder
        .path()
        .join(format!("projects/p/thumb/{}.jpg", image.id));
    fs::remove_dir_all(path.parent().unwrap()).unwrap();
    let (_, jpeg) = renditions(b"x").swap_remove(2);
    store
        .put_rendition(&p, image.id, thumb, jpeg.clone())
        .await
        .unwrap();
    assert_whole(&folder, &store).await;
    let gone = ImageId::generate();
    store.put_rendition(&p, gone, thumb, jpeg).await.unwrap();
    assert_whole(&folder, &store).await;

    let stranger = path.with_file_name(format!("{gone}.jpg"));
    let odd = path.with_file_name("notes.txt");
    fs::write(&stranger, "").unwrap();
    fs::write(&odd, "").unwrap();
    assert_eq!(orphans(&store).await.len(), 2);
    store.remove_orphan(&path).await.unwrap();
    let outside = folder.given("p", "x");
    store.remove_orphan(&outside).await.unwrap();
    store.remove_orphan(&stranger).await.unwrap();
    store.remove_orphan(&odd).await.unwrap();
    assert_whole(&folder, &store).await;
}
