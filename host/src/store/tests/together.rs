//! Several stores on one folder, as several processes have them: nothing is lost or overwritten.

use futures::StreamExt;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::*;

#[tokio::test(flavor = "multi_thread", worker_threads = 8)]
async fn eight_writers_over_two_stores_lose_nothing() {
    eight_writers(2).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 8)]
async fn eight_writers_with_a_store_each_lose_nothing() {
    eight_writers(8).await;
}

async fn eight_writers(stores: usize) {
    let folder = Folder::new();
    let stores: Vec<Store> = futures::stream::iter(0..stores)
        .then(|_| folder.open())
        .collect()
        .await;
    let mut writers = tokio::task::JoinSet::new();
    for writer in 0..8u8 {
        let store = stores[usize::from(writer) % stores.len()].clone();
        writers.spawn(async move {
            let mut kept = Vec::new();
            for n in 0..10u8 {
                let project = if n % 5 == 4 { "q" } else { "p" };
                let stored =
                    upload(&store, project, "x.jpg", &[writer, n], NameClash::Number).await;
                let image = stored.unwrap().image;
                if n % 3 == 2 {
                    store
                        .remove(&image.project, image.id)
                        .await
                        .unwrap()
                        .unwrap();
                } else {
                    kept.push((image.id, image.sha256));
                }
            }
            kept
        });
    }
    let mut kept: Vec<_> = writers.join_all().await.concat();
    kept.sort_by_key(|(id, _)| *id);
    for store in &stores {
        let mut found = Vec::new();
        for name in ["p", "q"] {
            found.extend(store.images(&project(name), None, None).await.unwrap());
        }
        let mut found: Vec<_> = found.iter().map(|image| (image.id, image.sha256)).collect();
        found.sort_by_key(|(id, _)| *id);
        assert_eq!(found, kept);
        assert_whole(&folder, store).await;
    }
    let changes = stores[0].changes_since(0, 1000).await.unwrap();
    assert_eq!(changes.len(), 8 * (10 + 3));
    assert!(changes.is_sorted_by(|a, b| a.sequence < b.sequence));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 8)]
async fn a_name_that_many_replace_at_once_is_one_image() {
    let folder = Folder::new();
    let stores = [folder.open().await, folder.open().await];
    let mut writers = tokio::task::JoinSet::new();
    for writer in 0..8u8 {
        let store = stores[usize::from(writer % 2)].clone();
        writers.spawn(async move {
            for n in 0..4u8 {
                upload(&store, "p", "x", &[writer, n], NameClash::Replace)
                    .await
                    .unwrap();
            }
        });
    }
    writers.join_all().await;
    let images = stores[0].images(&project("p"), None, None).await.unwrap();
    assert_eq!(images.len(), 1);
    assert_whole(&folder, &stores[1]).await;
}

/// Readers of the manifest see valid JSON at any moment.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_manifest_is_valid_at_every_moment() {
    let folder = Folder::new();
    let store = folder.open().await;
    upload(&store, "p", "x", b"first", NameClash::Number)
        .await
        .unwrap();
    let path = folder.path().join("projects/p/meta.json");
    let stop = Arc::new(std::sync::atomic::AtomicBool::new(false));
    let stopped = stop.clone();
    let reader = std::thread::spawn(move || {
        let mut reads = 0;
        while !stopped.load(std::sync::atomic::Ordering::Relaxed) {
            let text = fs::read(&path).unwrap();
            serde_json::from_slice::<serde_json::Value>(&text).unwrap();
            reads += 1;
        }
        reads
    });
    for n in 0..20u8 {
        let image = upload(&store, "p", "x", &[n], NameClash::Number)
            .await
            .unwrap()
            .image;
        if n % 2 == 0 {
            store.remove(&image.project, image.id).await.unwrap();
        }
    }
    stop.store(true, std::sync::atomic::Ordering::Relaxed);
    assert!(reader.join().unwrap() > 20);
}

/// A step of a random history, by one of two stores.
#[derive(Clone, Debug)]
enum Step {
    Upload(usize, u8, NameClash),
    DropIn(usize, u8),
    Remove(usize),
    Cover(usize),
    Restart,
}

const NAMES: [&str; 4] = ["a", "a/b", "c.jpg", "c (2).jpg"];

fn step() -> impl Strategy<Value = Step> {
    let clash = prop_oneof![
        Just(NameClash::Number),
        Just(NameClash::Replace),
        Just(NameClash::Reject)
    ];
    prop_oneof![
        6 => (0..NAMES.len(), any::<u8>(), clash).prop_map(|(n, b, c)| Step::Upload(n, b, c)),
        2 => (0..NAMES.len(), any::<u8>()).prop_map(|(n, b)| Step::DropIn(n, b)),
        4 => (0..8usize).prop_map(Step::Remove),
        1 => (0..8usize).prop_map(Step::Cover),
        1 => Just(Step::Restart),
    ]
}

#[test]
fn any_history_keeps_rows_files_and_manifest_the_same() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let histories = proptest::collection::vec((step(), any::<bool>()), 0..14);
    let config = Config {
        cases: 12,
        max_shrink_iters: 30,
        failure_persistence: None,
        ..Config::default()
    };
    TestRunner::new(config)
        .run(&histories, |history| {
            runtime.block_on(live_through(history));
            Ok(())
        })
        .unwrap();
}

async fn live_through(history: Vec<(Step, bool)>) {
    let folder = Folder::new();
    let mut stores = [folder.open().await, folder.open().await];
    let mut expected: Vec<Image> = Vec::new();
    for (step, second) in history {
        let store = &stores[usize::from(second)];
        match step {
            Step::Upload(name, byte, clash) => {
                if let Ok(stored) = upload(store, "p", NAMES[name], &[byte], clash).await {
                    settle(&mut expected, stored);
                }
            }
            Step::DropIn(name, byte) => {
                let path = folder.given("p", NAMES[name]);
                // Only where people could put it.
                let parent_free = !path.parent().unwrap().is_file();
                if parent_free && !path.exists() {
                    let stored = drop_in(&folder, store, "p", NAMES[name], &[byte]).await;
                    settle(&mut expected, stored.unwrap());
                }
            }
            Step::Remove(at) if at < expected.len() => {
                let image = expected.remove(at);
                let removed = store.remove(&image.project, image.id).await.unwrap();
                assert!(removed.is_some());
            }
            Step::Cover(at) if at < expected.len() => {
                let image = &expected[at];
                assert!(store.set_primary(&image.project, image.id).await.unwrap());
            }
            Step::Restart => stores[usize::from(second)] = folder.open().await,
            Step::Remove(_) | Step::Cover(_) => {}
        }
    }
    let listed = stores[0].images(&project("p"), None, None).await.unwrap();
    let facts = |image: &Image| (image.id, image.name.clone(), image.sha256, image.created_at);
    assert_eq!(
        listed.iter().map(facts).collect::<Vec<_>>(),
        expected.iter().map(facts).collect::<Vec<_>>()
    );
    assert_whole(&folder, &stores[1]).await;
}

/// What the answer says has happened, in a plain list.
fn settle(expected: &mut Vec<Image>, stored: Stored) {
    match expected
        .iter_mut()
        .find(|image| image.id == stored.image.id)
    {
        Some(image) => *image = stored.image,
        None => expected.push(stored.image),
    }
}
