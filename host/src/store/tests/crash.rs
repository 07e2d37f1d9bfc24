//! A process dies between any two steps: the lock is let go of with the change half made. The next
//! holder of the lock, in another process or after a restart, finds the whole image or none.

use super::*;
use crate::store::columns;
use crate::store::pending::Intent;
use crate::store::staging::Pieces;

/// Who comes next after the death.
#[derive(Clone, Copy, Debug)]
enum Next {
    /// The folder is opened again.
    Restart,
    /// Another process, open all the time, changes something in the project.
    Neighbour,
}

const NEXT: [Next; 2] = [Next::Restart, Next::Neighbour];

impl Next {
    async fn comes(self, folder: &Folder, dead: Store, neighbour: Store) -> Store {
        drop(dead);
        match self {
            Self::Restart => {
                drop(neighbour);
                folder.open().await
            }
            Self::Neighbour => {
                let other = upload(&neighbour, "p", "other", b"other", NameClash::Number).await;
                neighbour
                    .remove(&project("p"), other.unwrap().image.id)
                    .await
                    .unwrap();
                neighbour
            }
        }
    }
}

async fn pieces(store: &Store, bytes: &[u8]) -> Pieces {
    let given = staged(store, bytes).await;
    store.stage_upload(given, renditions(bytes)).await.unwrap()
}

pub(super) fn insertion(new: &NewImage) -> Intent {
    Intent::Insert {
        image: new.id.to_string(),
        name: new.name.as_str().to_owned(),
        given: true,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_insert_is_whole_or_nothing() {
    for next in NEXT {
        for steps in 0..=3 {
            let folder = Folder::new();
            let (dying, neighbour) = (folder.open().await, folder.open().await);
            upload(&dying, "p", "first", b"first", NameClash::Reject)
                .await
                .unwrap();
            let new = new_image("p", "f/x", b"new");
            let pieces = pieces(&dying, b"new").await;
            let lock = dying.lock(&new.project).await.unwrap();
            if steps >= 1 {
                lock.write_intent(&insertion(&new), pieces.files)
                    .await
                    .unwrap();
            }
            if steps >= 2 {
                lock.place(new.id, &new.name).await.unwrap();
            }
            if steps >= 3 {
                dying.commit_new(&new, pieces.stamp, false).await.unwrap();
            }
            drop(lock);
            let store = next.comes(&folder, dying, neighbour).await;
            let images = store.images(&new.project, None, None).await.unwrap();
            assert_eq!(
                images.len(),
                if steps == 3 { 2 } else { 1 },
                "{next:?} {steps}"
            );
            assert_whole(&folder, &store).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replacement_is_the_old_image_or_the_new_one() {
    for next in NEXT {
        for steps in 0..=3 {
            let folder = Folder::new();
            let (dying, neighbour) = (folder.open().await, folder.open().await);
            upload(&dying, "p", "x", b"old", NameClash::Reject)
                .await
                .unwrap();
            let new = new_image("p", "x", b"new");
            let pieces = pieces(&dying, b"new").await;
            let lock = dying.lock(&new.project).await.unwrap();
            let (old, _) = dying
                .row_by_name(&new.project, &new.name)
                .await
                .unwrap()
                .unwrap();
            let id = columns::to_id(&old.id).unwrap();
            if steps >= 1 {
                let intent = Intent::Replace {
                    image: id.to_string(),
                    name: old.name.clone(),
                    sha256: new.sha256.to_string(),
                };
                lock.write_intent(&intent, pieces.files).await.unwrap();
            }
            if steps >= 2 {
                dying
                    .commit_replaced(old, &new, pieces.stamp)
                    .await
                    .unwrap();
            }
            if steps >= 3 {
                lock.place(id, &new.name).await.unwrap();
            }
            drop(lock);
            let store = next.comes(&folder, dying, neighbour).await;
            let image = store.image(&new.project, id).await.unwrap().unwrap();
            let expected = if steps >= 2 {
                digest(b"new")
            } else {
                digest(b"old")
            };
            assert_eq!(image.sha256, expected, "{next:?} {steps}");
            assert_whole(&folder, &store).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removal_is_whole_or_nothing() {
    for next in NEXT {
        for steps in 1..=4 {
            let folder = Folder::new();
            let (dying, neighbour) = (folder.open().await, folder.open().await);
            upload(&dying, "p", "stays", b"stays", NameClash::Reject)
                .await
                .unwrap();
            let goes = upload(&dying, "p", "f/goes", b"goes", NameClash::Reject).await;
            let goes = goes.unwrap().image;
            let lock = dying.lock(&goes.project).await.unwrap();
            let intent = Intent::Remove {
                image: goes.id.to_string(),
                name: goes.name.as_str().to_owned(),
                sha256: goes.sha256.to_string(),
            };
            lock.write_intent(&intent, Vec::new()).await.unwrap();
            if steps >= 2 {
                lock.lift(goes.id, &goes.name).await.unwrap();
            }
            if steps >= 3 {
                let row = dying.row(&goes.project, goes.id).await.unwrap().unwrap().0;
                dying.commit_removal(row, false).await.unwrap();
            }
            if steps >= 4 {
                lock.drop_lifted(&goes.name).await.unwrap();
            }
            drop(lock);
            let store = next.comes(&folder, dying, neighbour).await;
            let images = store.images(&goes.project, None, None).await.unwrap();
            assert_eq!(
                images.len(),
                if steps >= 3 { 1 } else { 2 },
                "{next:?} {steps}"
            );
            assert_whole(&folder, &store).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_project_whose_removal_was_not_committed_is_whole_again() {
    let folder = Folder::new();
    let store = folder.open().await;
    upload(&store, "p", "f/x", b"x", NameClash::Reject)
        .await
        .unwrap();
    let lock = store.lock(&project("p")).await.unwrap();
    lock.write_intent(&Intent::RemoveProject, Vec::new())
        .await
        .unwrap();
    lock.lift_all().await.unwrap();
    assert!(!folder.given("p", "f/x").exists());
    drop(lock);
    drop(store);
    let store = folder.open().await;
    assert_eq!(store.projects().await.unwrap().len(), 1);
    assert_whole(&folder, &store).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_half_removed_project_is_removed_at_the_next_start() {
    let folder = Folder::new();
    let store = folder.open().await;
    upload(&store, "p", "x", b"x", NameClash::Reject)
        .await
        .unwrap();
    let lock = store.lock(&project("p")).await.unwrap();
    lock.write_intent(&Intent::RemoveProject, Vec::new())
        .await
        .unwrap();
    lock.lift_all().await.unwrap();
    let row = store.project_row(&project("p")).await.unwrap().unwrap();
    store.commit_project_removal(row).await.unwrap();
    // Somebody begins it anew before the start.
    fs::create_dir_all(folder.given("p", "")).unwrap();
    fs::write(folder.given("p", "anew"), b"anew").unwrap();
    drop(lock);
    drop(store);
    let store = folder.open().await;
    assert!(store.projects().await.unwrap().is_empty());
    assert_eq!(fs::read(folder.given("p", "anew")).unwrap(), b"anew");
    fs::remove_dir_all(folder.given("p", "")).unwrap();
    assert_whole(&folder, &store).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removal_takes_no_file_that_came_after_it() {
    for (bytes, stays) in [(&b"goes"[..], false), (b"another", true)] {
        let folder = Folder::new();
        let store = folder.open().await;
        let goes = upload(&store, "p", "x", b"goes", NameClash::Reject).await;
        let goes = goes.unwrap().image;
        let lock = store.lock(&goes.project).await.unwrap();
        let intent = Intent::Remove {
            image: goes.id.to_string(),
            name: "x".to_owned(),
            sha256: goes.sha256.to_string(),
        };
        lock.write_intent(&intent, Vec::new()).await.unwrap();
        lock.lift(goes.id, &goes.name).await.unwrap();
        let row = store.row(&goes.project, goes.id).await.unwrap().unwrap().0;
        store.commit_removal(row, true).await.unwrap();
        // A loss of power undid the move; or somebody put another file there.
        fs::write(folder.given("p", "x"), bytes).unwrap();
        drop(lock);
        drop(store);
        folder.open().await;
        assert_eq!(folder.given("p", "x").exists(), stays, "{bytes:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_was_dropped_in_outlives_a_failed_adoption() {
    let folder = Folder::new();
    let store = folder.open().await;
    let new = new_image("p", "x", b"dropped");
    fs::create_dir_all(folder.given("p", "")).unwrap();
    fs::write(folder.given("p", "x"), b"dropped").unwrap();
    let stamp = FileStamp::read(&folder.given("p", "x")).unwrap().unwrap();
    let pieces = store
        .stage_renditions(renditions(b"dropped"), stamp)
        .await
        .unwrap();
    let lock = store.lock(&new.project).await.unwrap();
    let intent = Intent::Insert {
        image: new.id.to_string(),
        name: "x".to_owned(),
        given: false,
    };
    lock.write_intent(&intent, pieces.files).await.unwrap();
    lock.place(new.id, &new.name).await.unwrap();
    drop(lock);
    drop(store);
    let store = folder.open().await;
    assert_eq!(fs::read(folder.given("p", "x")).unwrap(), b"dropped");
    assert!(orphans(&store).await.is_empty());
    let taken = drop_in(&folder, &store, "p", "x", b"dropped").await;
    assert!(taken.is_some());
    assert_whole(&folder, &store).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn temporary_files_of_the_dead_go_and_those_of_the_living_stay() {
    let folder = Folder::new();
    let living = folder.open().await;
    let given = staged(&living, b"on its way").await;
    let dead = folder.path().join("tmp/dead");
    fs::create_dir_all(&dead).unwrap();
    fs::write(dead.join("lock"), "").unwrap();
    fs::write(dead.join("half an upload"), "half").unwrap();
    fs::create_dir_all(folder.path().join("tmp/died before its lock")).unwrap();
    let other = folder.open().await;
    assert!(!dead.exists());
    assert!(given.path.exists());
    let new = new_image("p", "x", b"on its way");
    let stored = living
        .insert(new, given, renditions(b"on its way"), NameClash::Reject)
        .await;
    assert!(stored.is_ok());
    assert_whole(&folder, &other).await;
    drop(living);
    drop(other);
    assert!(folder.files("tmp").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dropped_upload_leaves_nothing() {
    let folder = Folder::new();
    let store = folder.open().await;
    let given = staged(&store, b"never mind").await;
    drop(given);
    let mut staging = store.stage().await.unwrap();
    staging.write(b"cut o").await.unwrap();
    drop(staging);
    assert_whole(&folder, &store).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_insert_is_undone_at_once() {
    let folder = Folder::new();
    let store = folder.open().await;
    let given = staged(&store, b"x").await;
    let mut new = new_image("p", "x", b"x");
    new.fingerprints[0].bits.pop();
    let failed = store
        .insert(new, given, renditions(b"x"), NameClash::Reject)
        .await;
    assert!(matches!(failed, Err(StoreError::Damaged(_))));
    assert!(folder.files("image_root").is_empty());
    assert!(store.projects().await.unwrap().is_empty());
    assert_whole(&folder, &store).await;
}
