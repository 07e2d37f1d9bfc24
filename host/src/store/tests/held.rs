//! Locks that another process has and does not let go of: a change gives up, and everything else goes on.

use std::fs::File;
use std::time::{Duration, Instant};

use sea_orm::{ConnectionTrait, Database};

use super::*;

/// Longer than any change waits, on a slow machine.
const SOON: Duration = Duration::from_secs(40);

/// A lock as another process would have it: by an open file of its own.
fn hold(folder: &Folder, project: &str) -> File {
    let path = folder.path().join("projects").join(project);
    fs::create_dir_all(&path).unwrap();
    let file = File::create(path.join("meta.lock")).unwrap();
    file.lock().unwrap();
    file
}

fn is_held<T: std::fmt::Debug>(changed: Result<T, StoreError>) {
    let error = changed.expect_err("nobody could have changed it");
    assert!(matches!(error, StoreError::Held { .. }), "{error:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_held_project_holds_up_nothing_else() {
    let folder = Folder::new();
    let store = folder.open().await;
    let stored = upload(&store, "p", "x", b"x", NameClash::Number).await;
    let image = stored.unwrap().image;
    let held = hold(&folder, "p");

    let begin = Instant::now();
    let changes = (
        upload(&store, "p", "y", b"y", NameClash::Number),
        store.remove(&image.project, image.id),
        store.manifest_is_current(&image.project),
    );
    let changed = tokio::join!(changes.0, changes.1, changes.2);
    is_held(changed.0);
    is_held(changed.1);
    is_held(changed.2);
    assert!(begin.elapsed() < SOON, "{:?}", begin.elapsed());
    assert_eq!(store.held_projects().await.unwrap(), [project("p")]);
    assert!(store.is_held(&project("p")).await.unwrap());

    // More projects than there could be queues: none of them stands in that of the held one.
    for n in 0..200 {
        make_project(&folder, &store, &format!("{n}"))
            .await
            .unwrap();
    }
    assert!(begin.elapsed() < 2 * SOON);

    drop(held);
    assert_eq!(store.held_projects().await.unwrap(), []);
    store
        .remove(&image.project, image.id)
        .await
        .unwrap()
        .unwrap();
}

#[tokio::test]
async fn a_start_passes_over_what_is_held() {
    let folder = Folder::new();
    drop(folder.open().await);
    let _held = hold(&folder, "p");
    let pending = folder.path().join("projects/p/pending");
    fs::create_dir(&pending).unwrap();
    let begin = Instant::now();
    let store = folder.open().await;
    assert!(begin.elapsed() < SOON, "{:?}", begin.elapsed());
    assert!(pending.exists(), "it is another process's");
    assert_eq!(store.held_projects().await.unwrap(), [project("p")]);
}

#[tokio::test]
async fn a_write_that_another_process_does_not_end_is_not_waited_for() {
    let folder = Folder::new();
    let store = folder.open().await;
    let stored = upload(&store, "p", "x", b"x", NameClash::Number).await;
    let image = stored.unwrap().image;
    let file = folder.path().join("vismatch.db");
    let other = Database::connect(format!("sqlite:{}", file.display())).await;
    let other = other.unwrap();
    other.execute_unprepared("BEGIN IMMEDIATE").await.unwrap();

    let begin = Instant::now();
    let names: Vec<String> = (0..20).map(|n| n.to_string()).collect();
    let created = names.iter().map(|name| make_project(&folder, &store, name));
    for created in futures::future::join_all(created).await {
        is_held(created);
    }
    is_held(store.remove(&image.project, image.id).await);
    assert!(begin.elapsed() < 2 * SOON, "{:?}", begin.elapsed());
    assert!(
        store
            .image(&image.project, image.id)
            .await
            .unwrap()
            .is_some()
    );
    let started = Store::open(folder.path()).await.unwrap();
    assert!(started.has_project(&image.project).await.unwrap());

    other.execute_unprepared("ROLLBACK").await.unwrap();
    store
        .remove(&image.project, image.id)
        .await
        .unwrap()
        .unwrap();
}
