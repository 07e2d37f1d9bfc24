//! What plugins say of images: kept apart by plugin version, gone with the image, its picture or the plugin.

use super::*;
use crate::domain::{
    HasherDescription, HasherInput, PluginFingerprint, PluginName, PluginVersionId,
};

fn description(version: u16) -> HasherDescription {
    HasherDescription {
        name: "A test".to_owned(),
        version,
        bits: 64,
        input: HasherInput::LumaPlane,
    }
}

/// A version of the plugin `test`.
async fn version_of(store: &Store, digest: &str, version: u16) -> PluginVersionId {
    let name: PluginName = "test".parse().unwrap();
    let description = description(version);
    let made = store.plugin_version(&name, digest, &description).await;
    made.unwrap()
}

async fn give(store: &Store, name: &str, bytes: &[u8]) -> Image {
    let stored = upload(store, "p", name, bytes, NameClash::Replace).await;
    stored.unwrap().image
}

fn made(version: PluginVersionId, bits: Option<u8>) -> PluginFingerprint {
    PluginFingerprint {
        version,
        bits: bits.map(|bits| vec![bits; 8]),
    }
}

async fn put(store: &Store, image: &Image, made: PluginFingerprint) -> bool {
    store.put_plugin_fingerprint(image, made).await.unwrap()
}

async fn counts(store: &Store, version: PluginVersionId) -> (u64, u64) {
    let counts = store.plugin_counts().await.unwrap();
    let counts = counts.get(&version).copied().unwrap_or_default();
    (counts.fingerprints, counts.refused)
}

async fn to_ask(store: &Store, version: PluginVersionId) -> Vec<ImageId> {
    store.images_to_ask_about(version).await.unwrap().1
}

#[tokio::test]
async fn a_plugin_version_is_a_file_of_a_version_under_a_name() {
    let folder = Folder::new();
    let store = folder.open().await;
    let first = version_of(&store, "aa", 1).await;
    assert_eq!(version_of(&store, "aa", 1).await, first);
    let others = [
        version_of(&store, "ab", 1).await,
        version_of(&store, "aa", 2).await,
    ];
    assert!(others[0] != first && others[1] != first && others[0] != others[1]);

    let image = give(&store, "a.jpg", b"1").await;
    assert!(put(&store, &image, made(first, Some(1))).await);
    assert!(put(&store, &image, made(others[0], None)).await);
    assert_eq!(counts(&store, first).await, (1, 0));
    assert_eq!(counts(&store, others[0]).await, (0, 1));
    assert_eq!(counts(&store, others[1]).await, (0, 0));
    assert_eq!(to_ask(&store, first).await, []);
    assert_eq!(to_ask(&store, others[1]).await, [image.id]);
    let stored = store.images_by_id(&[image.id]).await.unwrap().remove(0);
    assert_eq!(
        stored.plugin_fingerprints,
        [made(first, Some(1)), made(others[0], None)]
    );
    assert_eq!(stored.fingerprints, image.fingerprints);

    store.forget_refused(others[0]).await.unwrap();
    assert_eq!(counts(&store, others[0]).await, (0, 0));
    let name = "test".parse().unwrap();
    assert_eq!(store.remove_plugin(&name).await.unwrap(), Some(1));
    assert_eq!(store.remove_plugin(&name).await.unwrap(), None);
    assert_eq!(counts(&store, first).await, (0, 0));
    assert!(!put(&store, &image, made(first, None)).await, "it is gone");
    let again = version_of(&store, "aa", 1).await;
    assert!(again > others[1], "no key is given out twice");
}

#[tokio::test]
async fn what_is_searched_is_a_change_of_its_image() {
    let folder = Folder::new();
    let store = folder.open().await;
    let version = version_of(&store, "aa", 1).await;
    let image = give(&store, "a.jpg", b"1").await;
    let before = store.last_change().await.unwrap();
    put(&store, &image, made(version, None)).await;
    assert_eq!(
        store.last_change().await.unwrap(),
        before,
        "it is not searched"
    );
    put(&store, &image, made(version, Some(1))).await;
    put(&store, &image, made(version, Some(1))).await;
    let changes = store.changes_since(before, 9).await.unwrap();
    assert_eq!(changes.len(), 1, "once");
    let stored = changes[0].fingerprints.as_ref().unwrap();
    assert_eq!(stored.by_plugins, [made(version, Some(1))]);
    assert_eq!(stored.built_in, image.fingerprints);
    store.remove_plugin(&"test".parse().unwrap()).await.unwrap();
    let changes = store.changes_since(before + 1, 9).await.unwrap();
    let stored = changes[0].fingerprints.as_ref().unwrap();
    assert_eq!(stored.by_plugins, []);
}

#[tokio::test]
async fn what_was_said_goes_with_the_picture() {
    let folder = Folder::new();
    let store = folder.open().await;
    let version = version_of(&store, "aa", 1).await;
    let (a, b) = (
        give(&store, "a.jpg", b"1").await,
        give(&store, "b.jpg", b"2").await,
    );
    for image in [&a, &b] {
        assert!(put(&store, image, made(version, Some(1))).await);
    }
    let now = give(&store, "a.jpg", b"3").await;
    assert_eq!(now.id, a.id);
    assert_eq!(counts(&store, version).await, (1, 0), "another picture");
    let late = put(&store, &a, made(version, Some(1))).await;
    assert!(!late, "that was said of the picture before");
    assert!(put(&store, &now, made(version, Some(2))).await);
    store.renew(&now, &now.fingerprints, None).await.unwrap();
    assert_eq!(counts(&store, version).await, (2, 0), "the same picture");
    store.remove(&project("p"), b.id).await.unwrap();
    assert_eq!(counts(&store, version).await, (1, 0));
    store.remove_project(&project("p")).await.unwrap();
    assert_eq!(counts(&store, version).await, (0, 0));
}

#[tokio::test]
async fn an_image_comes_with_what_plugins_say_of_it() {
    let folder = Folder::new();
    let store = folder.open().await;
    let version = version_of(&store, "aa", 1).await;
    let removed = PluginVersionId(77);
    let mut new = new_image("p", "a.jpg", b"1");
    new.plugin_fingerprints = vec![made(version, Some(1)), made(removed, Some(1))];
    let given = staged(&store, b"1").await;
    let stored = store.insert(new, given, renditions(b"1"), NameClash::Number);
    let stored = stored.await.unwrap().image;
    assert_eq!(stored.plugin_fingerprints, [made(version, Some(1))]);
    let changes = store.changes_since(0, 9).await.unwrap();
    assert_eq!(changes.len(), 1, "one change, with all that is searched");
}

/// As stores were before plugins' fingerprints were with all others.
async fn make_older(folder: &Folder, rows: &[(PluginVersionId, ImageId, Option<&[u8]>)]) {
    let database = folder.path().join("vismatch.db");
    let database = sea_orm::Database::connect(format!("sqlite://{}", database.display()));
    let database = database.await.unwrap();
    let tables = [
        "DELETE FROM seaql_migrations WHERE version = '0009_one_fingerprint_column'",
        "ALTER TABLE plugin_versions RENAME TO plugin_editions",
        "CREATE TABLE plugin_fingerprints (position integer NOT NULL PRIMARY KEY AUTOINCREMENT, \
         edition bigint NOT NULL, image blob NOT NULL, bits blob)",
    ];
    let hex = |bits: &[u8]| format!("X'{}'", hex::encode(bits));
    let rows = rows.iter().map(|(version, image, bits)| {
        let bits = bits.map_or("NULL".to_owned(), hex);
        let image = hex(image.as_bytes());
        format!(
            "INSERT INTO plugin_fingerprints (edition, image, bits) VALUES ({}, {image}, {bits})",
            version.0
        )
    });
    for sql in tables.map(str::to_owned).into_iter().chain(rows) {
        sea_orm::ConnectionTrait::execute_unprepared(&database, &sql)
            .await
            .unwrap();
    }
    database.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_said_before_fingerprints_were_in_one_place_is_kept() {
    let folder = Folder::new();
    let store = folder.open().await;
    let (one, other) = (
        version_of(&store, "aa", 1).await,
        version_of(&store, "aa", 2).await,
    );
    let (a, b) = (
        give(&store, "a.jpg", b"1").await,
        give(&store, "b.jpg", b"2").await,
    );
    drop(store);
    let rows = [
        (one, a.id, Some(&[1; 8][..])),
        (one, b.id, None),
        (other, a.id, Some(&[2; 8][..])),
        (other, ImageId::generate(), Some(&[3; 8][..])),
    ];
    make_older(&folder, &rows).await;
    let store = folder.open().await;
    let now = store.images_by_id(&[a.id, b.id]).await.unwrap();
    assert_eq!(
        now[0].plugin_fingerprints,
        [made(one, Some(1)), made(other, Some(2))]
    );
    assert_eq!(now[1].plugin_fingerprints, [made(one, None)]);
    assert_eq!(now[0].fingerprints, a.fingerprints);
    assert_eq!(version_of(&store, "aa", 2).await, other);
    assert_eq!(to_ask(&store, other).await, [b.id]);
}
