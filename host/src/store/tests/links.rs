//! Links that people put into the data folder are followed nowhere, and what is read is what was stored.

use std::os::unix::fs::symlink;
use std::time::{Duration, SystemTime};

use super::*;

fn outside() -> TempDir {
    tempfile::tempdir().unwrap()
}

fn is_behind_a_link<T>(result: Result<T, StoreError>) -> bool {
    matches!(
        result,
        Err(StoreError::BehindALink(_) | StoreError::NameBlocked { .. })
    )
}

async fn image(store: &Store, file: &str) -> Image {
    let found = store.image_by_name(&project("p"), &name(file)).await;
    found.unwrap().unwrap()
}

fn given(file: &str) -> BlobKey {
    BlobKey::Given(project("p"), name(file))
}

/// The folder `f` of the project moves elsewhere, and a link takes its place.
fn exchange_for_a_link(folder: &Folder, elsewhere: &TempDir) -> PathBuf {
    let moved = elsewhere.path().join("f");
    fs::rename(folder.given("p", "f"), &moved).unwrap();
    symlink(&moved, folder.given("p", "f")).unwrap();
    moved
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_written_through_a_link() {
    let (folder, elsewhere) = (Folder::new(), outside());
    let store = folder.open().await;
    symlink(elsewhere.path(), folder.path().join("image_root/p")).unwrap();
    symlink(elsewhere.path(), folder.path().join("projects/r")).unwrap();
    fs::create_dir(folder.path().join("image_root/q")).unwrap();
    symlink(elsewhere.path(), folder.given("q", "f")).unwrap();
    for clash in [NameClash::Number, NameClash::Replace, NameClash::Reject] {
        for (project, file) in [
            ("p", "x"),
            ("p", "f/x"),
            ("q", "f/x"),
            ("q", "f/g/x"),
            ("r", "x"),
        ] {
            let result = upload(&store, project, file, b"x", clash).await;
            assert!(is_behind_a_link(result), "{project}/{file} {clash:?}");
        }
    }
    assert_eq!(fs::read_dir(elsewhere.path()).unwrap().count(), 0);
    assert!(store.projects().await.unwrap().is_empty());
    upload(&store, "q", "x", b"x", NameClash::Reject)
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_read_through_a_link() {
    let (folder, elsewhere) = (Folder::new(), outside());
    let store = folder.open().await;
    for file in ["x", "f/x"] {
        upload(&store, "p", file, b"same", NameClash::Reject)
            .await
            .unwrap();
    }
    fs::rename(folder.given("p", "x"), elsewhere.path().join("x")).unwrap();
    symlink(elsewhere.path().join("x"), folder.given("p", "x")).unwrap();
    exchange_for_a_link(&folder, &elsewhere);
    let thumbs = folder.path().join("projects/p/thumb");
    fs::rename(&thumbs, elsewhere.path().join("thumb")).unwrap();
    symlink(elsewhere.path().join("thumb"), &thumbs).unwrap();
    for file in ["x", "f/x"] {
        assert_eq!(content(&store, &given(file)).await, None, "{file}");
        let id = image(&store, file).await.id;
        let thumb = BlobKey::Rendition(project("p"), RenditionKind::Thumb, id);
        assert_eq!(content(&store, &thumb).await, None, "{file}");
    }
    let names = vec![name("x"), name("f/x")];
    let missing = store.without_file(&project("p"), names.clone()).await;
    assert_eq!(missing.unwrap(), names);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_read_is_what_was_stored() {
    let folder = Folder::new();
    let store = folder.open().await;
    for file in ["touched", "changed", "grown", "pipe"] {
        upload(&store, "p", file, file.as_bytes(), NameClash::Reject)
            .await
            .unwrap();
    }
    let touched = fs::File::open(folder.given("p", "touched")).unwrap();
    let later = SystemTime::now() + Duration::from_secs(60);
    touched.set_modified(later).unwrap();
    fs::write(folder.given("p", "changed"), b"CHANGED").unwrap();
    fs::write(folder.given("p", "grown"), b"grown too large").unwrap();
    fs::remove_file(folder.given("p", "pipe")).unwrap();
    let made = std::process::Command::new("mkfifo")
        .arg(folder.given("p", "pipe"))
        .status();
    assert!(made.unwrap().success());
    let touched = content(&store, &given("touched")).await;
    assert_eq!(touched.as_deref(), Some(&b"touched"[..]));
    for file in ["changed", "grown", "pipe"] {
        assert_eq!(content(&store, &given(file)).await, None, "{file}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_removed_while_its_bytes_stay_behind_a_link() {
    let (folder, elsewhere) = (Folder::new(), outside());
    let store = folder.open().await;
    let p = project("p");
    for file in ["f/x", "y"] {
        upload(&store, "p", file, file.as_bytes(), NameClash::Reject)
            .await
            .unwrap();
    }
    let (x, y) = (image(&store, "f/x").await, image(&store, "y").await);
    let moved = exchange_for_a_link(&folder, &elsewhere);
    assert!(is_behind_a_link(store.remove(&p, x.id).await));
    assert!(is_behind_a_link(store.remove_project(&p).await));
    assert!(is_behind_a_link(store.resolve(&p, y.id, vec![x.id]).await));
    assert_eq!(image(&store, "f/x").await, x, "nothing has happened");
    assert_eq!(fs::read(moved.join("x")).unwrap(), b"f/x");

    fs::remove_file(folder.given("p", "f")).unwrap();
    fs::rename(&moved, folder.given("p", "f")).unwrap();
    assert_whole(&folder, &store).await;
    store.remove(&p, x.id).await.unwrap().unwrap();
    assert!(!folder.given("p", "f").exists());
    assert_whole(&folder, &store).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_in_the_place_of_a_file_goes_and_its_target_stays() {
    let (folder, elsewhere) = (Folder::new(), outside());
    let store = folder.open().await;
    let secret = elsewhere.path().join("secret");
    fs::write(&secret, b"secret").unwrap();
    for file in ["x", "y"] {
        upload(&store, "p", file, file.as_bytes(), NameClash::Reject)
            .await
            .unwrap();
        fs::remove_file(folder.given("p", file)).unwrap();
        symlink(&secret, folder.given("p", file)).unwrap();
    }
    let x = image(&store, "x").await;
    store.remove(&x.project, x.id).await.unwrap().unwrap();
    upload(&store, "p", "y", b"replaced", NameClash::Replace)
        .await
        .unwrap();
    assert_eq!(fs::read(&secret).unwrap(), b"secret");
    assert_whole(&folder, &store).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_in_the_place_of_a_file_stays() {
    let folder = Folder::new();
    let store = folder.open().await;
    upload(&store, "p", "x", b"x", NameClash::Reject)
        .await
        .unwrap();
    fs::remove_file(folder.given("p", "x")).unwrap();
    fs::create_dir(folder.given("p", "x")).unwrap();
    fs::write(folder.given("p", "x/letter"), b"Dear").unwrap();
    let x = image(&store, "x").await;
    store.remove(&x.project, x.id).await.unwrap().unwrap();
    assert_eq!(fs::read(folder.given("p", "x/letter")).unwrap(), b"Dear");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_is_not_restored_behind_a_link() {
    let (folder, elsewhere) = (Folder::new(), outside());
    let store = folder.open().await;
    let p = project("p");
    for file in ["f/x", "y"] {
        upload(&store, "p", file, file.as_bytes(), NameClash::Reject)
            .await
            .unwrap();
    }
    let (x, y) = (image(&store, "f/x").await, image(&store, "y").await);
    store.resolve(&p, y.id, vec![x.id]).await.unwrap();
    symlink(elsewhere.path(), folder.given("p", "f")).unwrap();
    assert!(is_behind_a_link(store.restore_trashed(&p, x.id).await));
    fs::remove_file(folder.given("p", "f")).unwrap();
    fs::write(folder.given("p", "f"), b"a file").unwrap();
    let blocked = store.restore_trashed(&p, x.id).await;
    assert!(matches!(blocked, Err(StoreError::NameBlocked { .. })));
    fs::remove_file(folder.given("p", "f")).unwrap();
    store.restore_trashed(&p, x.id).await.unwrap().unwrap();
    assert_whole(&folder, &store).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_data_folder_of_links_is_not_opened() {
    for name in [
        "image_root",
        "projects",
        "tmp",
        "index",
        "opening.lock",
        "vismatch.db",
    ] {
        let (folder, elsewhere) = (Folder::new(), outside());
        symlink(elsewhere.path().join("x"), folder.path().join(name)).unwrap();
        let opened = Store::open(folder.path()).await;
        let refused = opened.map(|_| ()).unwrap_err().to_string();
        assert!(
            refused.contains("link") || name == "opening.lock",
            "{refused}"
        );
        assert_eq!(fs::read_dir(elsewhere.path()).unwrap().count(), 0, "{name}");
    }
    let (folder, elsewhere) = (Folder::new(), outside());
    symlink(folder.path(), elsewhere.path().join("data")).unwrap();
    Store::open(&elsewhere.path().join("data")).await.unwrap();
}

fn make_pipe(path: &Path) {
    let made = std::process::Command::new("mkfifo").arg(path).status();
    assert!(made.unwrap().success());
}

#[tokio::test(flavor = "multi_thread")]
async fn locks_of_dead_processes_are_not_looked_for_behind_links() {
    let (folder, elsewhere) = (Folder::new(), outside());
    drop(folder.open().await);
    let lock = fs::File::create(elsewhere.path().join("lock")).unwrap();
    lock.lock().unwrap();
    let temporary = folder.path().join("tmp");
    symlink(elsewhere.path(), temporary.join("a")).unwrap();
    fs::create_dir(temporary.join("b")).unwrap();
    symlink(elsewhere.path().join("lock"), temporary.join("b/lock")).unwrap();
    let rebuilt = Store::rebuild(folder.path(), &|_, _| {}).await;
    assert_eq!(rebuilt.unwrap(), 0, "nobody has it open");
    assert_eq!(fs::read_dir(&temporary).unwrap().count(), 0);
    assert!(elsewhere.path().join("lock").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn pipes_in_the_place_of_locks_are_not_waited_for() {
    let folder = Folder::new();
    let store = folder.open().await;
    fs::create_dir_all(folder.path().join("projects/p")).unwrap();
    make_pipe(&folder.path().join("projects/p/meta.lock"));
    let put = upload(&store, "p", "x", b"x", NameClash::Number);
    let put = tokio::time::timeout(Duration::from_secs(5), put).await;
    assert!(put.expect("nothing is waited for").is_err());
    drop(store);
    fs::create_dir(folder.path().join("tmp/dead")).unwrap();
    make_pipe(&folder.path().join("tmp/dead/lock"));
    let open = tokio::time::timeout(Duration::from_secs(5), folder.open()).await;
    open.expect("nothing is waited for");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_reserve_is_not_kept_behind_a_link() {
    let (folder, elsewhere) = (Folder::new(), outside());
    let store = folder.open().await;
    let (reserve, victim) = (
        folder.path().join("reserve"),
        elsewhere.path().join("victim"),
    );
    fs::write(&victim, b"mine").unwrap();
    fs::remove_file(&reserve).unwrap();
    symlink(&victim, &reserve).unwrap();
    assert!(store.stage().await.is_err());
    assert_eq!(fs::read(&victim).unwrap(), b"mine");
}

#[tokio::test(flavor = "multi_thread")]
async fn temporary_files_are_not_written_behind_a_link() {
    let (folder, elsewhere) = (Folder::new(), outside());
    let store = folder.open().await;
    let temporary = folder.path().join("tmp");
    let session = fs::read_dir(&temporary).unwrap().next().unwrap().unwrap();
    let trap = elsewhere.path().join(session.file_name());
    fs::create_dir(&trap).unwrap();
    fs::rename(&temporary, folder.path().join("moved")).unwrap();
    symlink(elsewhere.path(), &temporary).unwrap();
    let mut staging = store.stage().await.unwrap();
    staging.write(b"secret").await.unwrap();
    let staged = staging.finish().await.unwrap();
    assert_eq!(fs::read_dir(&trap).unwrap().count(), 0);
    let image = new_image("p", "x", b"secret");
    let stored = store.insert(image, staged, renditions(b"secret"), NameClash::Number);
    assert!(stored.await.is_err());
    assert_eq!(fs::read_dir(&trap).unwrap().count(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_data_folder_of_links_is_not_read_either() {
    for name in ["image_root", "projects", "index", "vismatch.db", "reserve"] {
        let (folder, elsewhere) = (Folder::new(), outside());
        folder.open().await.database.close().await.unwrap();
        let (own, other) = (folder.path().join(name), elsewhere.path().join(name));
        fs::rename(&own, &other).unwrap();
        symlink(&other, &own).unwrap();
        let cause = StoreError::NotWritable(Trouble::ReadOnly);
        let opened = Store::open_to_read(folder.path(), cause).await;
        let refused = opened.map(|_| ()).unwrap_err().to_string();
        assert!(refused.contains("link"), "{name}: {refused}");
    }
}
