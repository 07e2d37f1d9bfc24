//! Files that the system does not let go of after a removal is committed.

use std::time::Duration;

use super::*;

/// Marks files and folders as unchangeable, until it is dropped.
struct Marks<'a>(&'a Folder);

impl Marks<'_> {
    /// False where there are no such marks.
    fn set(&self, path: &Path) -> bool {
        let is_set = chattr("+i", path) && fs::rename(path, path.with_extension("x")).is_err();
        if !is_set {
            eprintln!("skipped: files cannot be made unchangeable here");
        }
        is_set
    }

    fn clear(&self) {
        chattr("-i", self.0.path());
    }
}

impl Drop for Marks<'_> {
    fn drop(&mut self) {
        self.clear();
    }
}

fn chattr(flag: &str, path: &Path) -> bool {
    let mut chattr = std::process::Command::new("chattr");
    let output = chattr.args(["-R", "-f", flag]).arg(path).output();
    output.is_ok_and(|output| output.status.success())
}

/// Removes something while another process holds the database, and marks a file as soon as it lies where it waits to be
/// erased. `None` where that cannot be done.
async fn remove_and_mark<T: Send + 'static>(
    marks: &Marks<'_>,
    waiting: &str,
    removal: impl Future<Output = T> + Send + 'static,
) -> Option<T> {
    let other = marks.0.open().await;
    let writing = other.database.begin().await.unwrap();
    let removal = tokio::spawn(removal);
    let path = marks.0.path().join(waiting);
    while !path.exists() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let is_marked = marks.set(&path);
    writing.rollback().await.unwrap();
    let removed = removal.await.unwrap();
    is_marked.then_some(removed)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_left_of_an_image_stops_nobody_and_is_erased_later() {
    let folder = Folder::new();
    let marks = Marks(&folder);
    let store = folder.open().await;
    let goes = upload(&store, "p", "f/goes", b"goes", NameClash::Reject).await;
    let goes = goes.unwrap().image;
    let removal = {
        let store = store.clone();
        async move { store.remove(&goes.project, goes.id).await }
    };
    let removed = remove_and_mark(&marks, "projects/p/pending/given", removal).await;
    let Some(removed) = removed else { return };
    let left = removed.unwrap().unwrap().unerased.unwrap();
    assert_eq!(left.files, 1);
    assert_eq!(
        fs::read(folder.path().join(&left.folder).join("given")).unwrap(),
        b"goes"
    );
    assert_eq!(store.images(&project("p"), None, None).await.unwrap(), []);
    assert!(!folder.given("p", "f").exists());

    upload(&store, "p", "f/goes", b"comes", NameClash::Reject)
        .await
        .unwrap();
    assert_whole(&folder, &store).await;
    let again = folder.open().await;
    assert_eq!(again.read_only(), None);
    let expected = std::slice::from_ref(&left);
    assert_eq!(again.erase_again().await.unwrap(), expected);
    assert_eq!(again.unerased().await.unwrap(), expected);
    marks.clear();
    assert_eq!(again.erase_again().await.unwrap(), []);
    assert!(folder.files("unerased").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_left_of_a_project_stops_nobody_and_is_erased_later() {
    let folder = Folder::new();
    let marks = Marks(&folder);
    let store = folder.open().await;
    for file in ["a", "f/b", "f/c"] {
        upload(&store, "p", file, file.as_bytes(), NameClash::Reject)
            .await
            .unwrap();
    }
    let removal = {
        let store = store.clone();
        async move { store.remove_project(&project("p")).await }
    };
    let waiting = "projects/p/pending/image_root/f/b";
    let removed = remove_and_mark(&marks, waiting, removal).await;
    let Some(removed) = removed else { return };
    let removed = removed.unwrap().unwrap();
    assert_eq!(removed.images, 3);
    let [left] = removed.unerased.as_slice() else {
        panic!("{removed:?}");
    };
    assert_eq!(left.files, 1, "all others are erased");
    assert_eq!(folder.files("unerased").len(), 1);
    let there: Vec<_> = folder.files("projects").into_iter().collect();
    assert_eq!(there, ["projects/p/meta.lock"]);
    upload(&store, "p", "a", b"anew", NameClash::Reject)
        .await
        .unwrap();
    marks.clear();
    assert_eq!(store.erase_again().await.unwrap(), []);
    assert_whole(&folder, &store).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_project_whose_change_cannot_be_settled_keeps_nobody_from_starting() {
    let folder = Folder::new();
    let marks = Marks(&folder);
    let store = folder.open().await;
    for name in ["p", "q"] {
        upload(&store, name, "x", name.as_bytes(), NameClash::Reject)
            .await
            .unwrap();
    }
    drop(store);
    let pending = folder.path().join("projects/p/pending");
    fs::create_dir(&pending).unwrap();
    fs::write(pending.join("intent.json"), "{}").unwrap();
    if !marks.set(&pending) {
        return;
    }
    let store = folder.open().await;
    assert_eq!(store.read_only(), None);
    upload(&store, "q", "y", b"y", NameClash::Reject)
        .await
        .unwrap();
    let refused = upload(&store, "p", "y", b"y", NameClash::Reject).await;
    assert!(refused.is_err());
}
