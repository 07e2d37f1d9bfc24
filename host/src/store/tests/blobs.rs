//! Blobs: names on disk, ranges, facts.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn names_are_written_so_that_every_system_can_hold_them() {
    let folder = Folder::new();
    let store = folder.open().await;
    let names = [
        "#",
        "#1",
        "photo #12",
        "a#1/b#2",
        "100%.jpg",
        "%2e%2e",
        "%41",
        "a b",
        " ",
        "höhle",
        "日本/写真.png",
        "é",
        "?*<>|\":",
        "~",
        "..a",
        "a..",
        "-rf",
        "a[1]{2}^`",
        "\u{202e}gpj",
        "lock",
        "meta.json",
        "CON",
        "aux.jpg",
        "a%3Ab",
    ];
    for text in names {
        let stored = upload(
            &store,
            "P #1 100%",
            text,
            text.as_bytes(),
            NameClash::Reject,
        )
        .await;
        let key = BlobKey::Given(project("P #1 100%"), stored.unwrap().image.name);
        assert_eq!(
            content(&store, &key).await.unwrap(),
            text.as_bytes(),
            "{text}"
        );
        let segments = text.split('/').map(file_name::written);
        let file = segments.collect::<Vec<_>>().join("/");
        assert_eq!(
            fs::read(folder.given("P #1 100%", &file)).unwrap(),
            text.as_bytes()
        );
        let info = store.blob(&key).await.unwrap().unwrap();
        assert_eq!(info.bytes, text.len() as u64);
        assert!(!info.etag.is_empty() && !info.etag.contains('"'));
    }
    assert_whole(&folder, &store).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_range_is_read_and_a_missing_blob_is_none() {
    let folder = Folder::new();
    let store = folder.open().await;
    let bytes: Vec<u8> = (0..100_000u32).map(|n| n as u8).collect();
    for text in ["x", "#1"] {
        upload(&store, "p", text, &bytes, NameClash::Reject)
            .await
            .unwrap();
        let key = BlobKey::Given(project("p"), name(text));
        for range in [0..1, 5..70_000, 99_999..100_000, 7..7] {
            let blob = store.blob(&key).await.unwrap().unwrap();
            let part = blob.part(range.clone()).await.unwrap();
            let streamed: Vec<Bytes> = blob.into_stream(range.clone()).try_collect().await.unwrap();
            let range = range.start as usize..range.end as usize;
            assert_eq!(part, &bytes[range.clone()]);
            assert_eq!(streamed.concat(), &bytes[range]);
        }
    }
    for text in ["none", "none#1", "x/none", "x/none#1"] {
        let key = BlobKey::Given(project("p"), name(text));
        assert!(store.blob(&key).await.unwrap().is_none(), "{text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_etag_changes_with_the_bytes() {
    let folder = Folder::new();
    let store = folder.open().await;
    for text in ["x", "#1"] {
        let key = BlobKey::Given(project("p"), name(text));
        upload(&store, "p", text, b"1", NameClash::Replace)
            .await
            .unwrap();
        let old = store.blob(&key).await.unwrap().unwrap();
        upload(&store, "p", text, b"2", NameClash::Replace)
            .await
            .unwrap();
        assert_ne!(store.blob(&key).await.unwrap().unwrap().etag, old.etag);
    }
}
