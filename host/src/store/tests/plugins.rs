//! What plugins say of images: kept apart by edition, gone with the image, its picture or the plugin.

use super::*;
use crate::domain::{HasherDescription, HasherInput, PluginName};

fn description(version: u16) -> HasherDescription {
    HasherDescription {
        name: "A test".to_owned(),
        version,
        bits: 64,
        input: HasherInput::LumaPlane,
    }
}

/// An edition of the plugin `test`.
async fn edition(store: &Store, digest: &str, version: u16) -> EditionId {
    let name: PluginName = "test".parse().unwrap();
    let description = description(version);
    store.edition(&name, digest, &description).await.unwrap()
}

async fn give(store: &Store, name: &str, bytes: &[u8]) -> Image {
    let stored = upload(store, "p", name, bytes, NameClash::Replace).await;
    stored.unwrap().image
}

#[tokio::test]
async fn an_edition_is_a_file_of_a_version_under_a_name() {
    let folder = Folder::new();
    let store = folder.open().await;
    let first = edition(&store, "aa", 1).await;
    assert_eq!(edition(&store, "aa", 1).await, first);
    let others = [
        edition(&store, "ab", 1).await,
        edition(&store, "aa", 2).await,
    ];
    assert!(others[0] != first && others[1] != first && others[0] != others[1]);

    let image = give(&store, "a.jpg", b"1").await;
    assert!(
        store
            .put_plugin_fingerprint(first, &image, Some(&[1; 8]))
            .await
            .unwrap()
    );
    assert!(
        store
            .put_plugin_fingerprint(others[0], &image, None)
            .await
            .unwrap()
    );
    let told: Vec<(u64, u64)> = store
        .editions()
        .await
        .unwrap()
        .iter()
        .map(|edition| (edition.told, edition.refused))
        .collect();
    assert_eq!(told, [(1, 0), (0, 1), (0, 0)]);
    let of = |edition| store.plugin_fingerprints_of(edition, std::slice::from_ref(&image.id));
    assert_eq!(of(first).await.unwrap()[&image.id], Some(vec![1; 8]));
    assert_eq!(of(others[0]).await.unwrap()[&image.id], None);
    assert!(of(others[1]).await.unwrap().is_empty());

    store.forget_refused(others[0]).await.unwrap();
    assert_eq!(store.plugin_rows(others[0]).await.unwrap(), 0);
    let name = "test".parse().unwrap();
    assert_eq!(store.remove_editions(&name).await.unwrap(), Some(1));
    assert_eq!(store.remove_editions(&name).await.unwrap(), None);
    assert!(
        !store
            .put_plugin_fingerprint(first, &image, None)
            .await
            .unwrap(),
        "it is gone"
    );
}

#[tokio::test]
async fn rows_are_numbered_in_the_order_of_their_commits() {
    let folder = Folder::new();
    let store = folder.open().await;
    let edition = edition(&store, "aa", 1).await;
    assert_eq!(store.last_plugin_row(edition).await.unwrap(), 0);
    let (a, b) = (
        give(&store, "a.jpg", b"1").await,
        give(&store, "b.jpg", b"2").await,
    );
    for (image, bits) in [(&a, 1), (&b, 2), (&a, 3)] {
        store
            .put_plugin_fingerprint(edition, image, Some(&[bits; 8]))
            .await
            .unwrap();
    }
    let rows = store.plugin_rows_behind(edition, 0, 10).await.unwrap();
    let told: Vec<_> = rows
        .iter()
        .map(|row| (row.image, row.bits.clone().unwrap()[0]))
        .collect();
    assert_eq!(
        told,
        [(b.id, 2), (a.id, 3)],
        "what was said before is replaced, and comes anew"
    );
    let behind = store
        .plugin_rows_behind(edition, rows[0].position, 10)
        .await
        .unwrap();
    assert_eq!(behind.len(), 1);
    assert_eq!(
        store.last_plugin_row(edition).await.unwrap(),
        rows[1].position
    );
    let all = store.image_ids_behind(0, 10).await.unwrap();
    assert_eq!(
        all.iter().map(|(_, id)| *id).collect::<Vec<_>>(),
        [a.id, b.id]
    );
}

#[tokio::test]
async fn what_was_said_goes_with_the_picture() {
    let folder = Folder::new();
    let store = folder.open().await;
    let edition = edition(&store, "aa", 1).await;
    let (a, b) = (
        give(&store, "a.jpg", b"1").await,
        give(&store, "b.jpg", b"2").await,
    );
    for image in [&a, &b] {
        store
            .put_plugin_fingerprint(edition, image, Some(&[1; 8]))
            .await
            .unwrap();
    }
    let now = give(&store, "a.jpg", b"3").await;
    assert_eq!(now.id, a.id);
    assert_eq!(
        store.plugin_rows(edition).await.unwrap(),
        1,
        "another picture"
    );
    let late = store
        .put_plugin_fingerprint(edition, &a, Some(&[1; 8]))
        .await
        .unwrap();
    assert!(!late, "that was said of the picture before");
    store.remove(&project("p"), b.id).await.unwrap();
    assert_eq!(store.plugin_rows(edition).await.unwrap(), 0);
    store
        .put_plugin_fingerprint(edition, &now, Some(&[1; 8]))
        .await
        .unwrap();
    store.remove_project(&project("p")).await.unwrap();
    assert_eq!(store.plugin_rows(edition).await.unwrap(), 0);
}
