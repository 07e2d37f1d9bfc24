//! Two servers over one data folder, one of them stopped in the middle of a change: it keeps its locks, and the
//! other goes on with everything else.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;
use vismatch_tests::client::text;
use vismatch_tests::server::eventually;
use vismatch_tests::{Answer, Client, Picture, Server, program};

/// Longer than a change waits, on a slow machine.
const SOON: Duration = Duration::from_secs(60);

fn picture(seed: u64) -> Vec<u8> {
    Picture::photo(seed, 120, 90).jpeg(80)
}

/// A lock of a process, as `/proc/locks` tells it: the file's inode and where the lock begins.
fn locks_of(process: u32) -> Vec<(u64, String)> {
    let locks = fs::read_to_string("/proc/locks").unwrap();
    let held = locks.lines().filter(|line| !line.contains("->"));
    held.filter_map(|line| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let [_, _, _, "WRITE", id, file, start, _] = fields.as_slice() else {
            return None;
        };
        let inode = file.rsplit(':').next()?.parse().ok()?;
        (id.parse() == Ok(process)).then(|| (inode, (*start).to_owned()))
    })
    .collect()
}

/// The process writes into the database: it has SQLite's lock for it, see <https://sqlite.org/walformat.html>.
fn writes(server: &Server, data: &Path) -> bool {
    let shared = fs::metadata(data.join("vismatch.db-shm")).unwrap().ino();
    locks_of(server.process()).contains(&(shared, "120".to_owned()))
}

/// The process changes this project.
fn changes(server: &Server, data: &Path, project: &str) -> bool {
    let lock = data.join("projects").join(project).join("meta.lock");
    let inode = fs::metadata(lock).unwrap().ino();
    locks_of(server.process())
        .iter()
        .any(|(held, _)| *held == inode)
}

/// Makes a server change a project over and over, and stops it when it is `caught`.
fn freeze_when(server: &Server, image: &str, caught: impl Fn() -> bool) {
    let (done, client) = (AtomicBool::new(false), server.client());
    let begin = Instant::now();
    thread::spawn({
        let path = format!("/projects/p/primary/{image}");
        move || while let Ok(Answer { status: 200, .. }) = put(&client, &path) {}
    });
    while !done.load(Ordering::Relaxed) {
        thread::sleep(Duration::from_millis(3));
        server.freeze();
        // A signal takes a moment to reach every thread.
        thread::sleep(Duration::from_millis(20));
        match caught() {
            true => done.store(true, Ordering::Relaxed),
            false => server.thaw(),
        }
        assert!(
            begin.elapsed() < SOON * 5,
            "never caught in the middle of a change"
        );
    }
}

fn put(client: &Client, path: &str) -> reqwest::Result<Answer> {
    vismatch_tests::client::send(client.request(reqwest::Method::PUT, path))
}

/// An answer that says when to come back, in good time.
#[track_caller]
fn refused_for_now(ask: impl FnOnce() -> Answer) -> String {
    let begin = Instant::now();
    let answer = ask();
    assert!(begin.elapsed() < SOON, "{:?}", begin.elapsed());
    let again = answer.header("retry-after").parse::<u64>();
    assert!(again.is_ok_and(|seconds| seconds > 0), "{answer:?}");
    text(&answer.refused(503), "message")
}

fn drop_in(data: &Path, project: &str, name: &str, seed: u64) -> PathBuf {
    let folder = data.join("image_root").join(project);
    fs::create_dir_all(&folder).unwrap();
    let path = folder.join(name);
    fs::write(&path, picture(seed)).unwrap();
    path
}

fn has(server: &Server, project: &str, name: &str) -> bool {
    let list = server.get(&format!("/projects/{project}/images")).json();
    let mut images = list.as_array().unwrap().iter();
    images.any(|image| image["name"] == name)
}

#[test]
fn a_project_that_a_stopped_server_holds_stops_nothing_else() {
    let data = TempDir::new().unwrap();
    let data = data.path();
    let (frozen, other) = (Server::over(data), Server::over(data));
    frozen.wait_until_indexed();
    let image = text(&frozen.upload("p", "x.jpg", &picture(1)).json(), "image_id");
    let dropped = drop_in(data, "p", "gone.jpg", 2);
    eventually("it is indexed", || has(&other, "p", "gone.jpg"));
    freeze_when(&frozen, &image, || {
        changes(&frozen, data, "p") && !writes(&frozen, data)
    });

    let told = refused_for_now(|| other.upload("p", "y.jpg", &picture(3)));
    assert!(told.contains("\"p\""), "{told}");
    let path = format!("/projects/p/images/{image}");
    refused_for_now(|| other.delete(&path));
    other.get(&path).ok();
    other.upload("q", "y.jpg", &picture(4)).ok();

    drop_in(data, "p", "late.jpg", 5);
    fs::remove_file(dropped).unwrap();
    drop_in(data, "q", "now.jpg", 6);
    eventually("other projects are followed", || {
        has(&other, "q", "now.jpg")
    });
    let ready = other.get("/readyz").json();
    assert_eq!(ready["held_projects"], serde_json::json!(["p"]), "{ready}");
    assert!(
        other.log().contains("another process holds this project"),
        "{}",
        other.log()
    );

    let verified = program::run(data, ["verify", "--data", "."]);
    assert_eq!(verified.code, Some(1), "{verified:?}");
    assert!(
        verified.out.contains("p: held by another process"),
        "{verified:?}"
    );
    let third = Server::over(data);
    third.upload("r", "z.jpg", &picture(7)).ok();

    frozen.thaw();
    eventually("what was passed over is looked at", || {
        has(&other, "p", "late.jpg") && !has(&other, "p", "gone.jpg")
    });
    other.delete(&path).ok();
    let ready = other.get("/readyz").json();
    assert_eq!(ready["held_projects"], serde_json::json!([]), "{ready}");
}

#[test]
fn a_write_that_a_stopped_server_does_not_end_is_not_waited_for() {
    let data = TempDir::new().unwrap();
    let data = data.path();
    let (frozen, other) = (Server::over(data), Server::over(data));
    let image = text(&frozen.upload("p", "x.jpg", &picture(1)).json(), "image_id");
    freeze_when(&frozen, &image, || writes(&frozen, data));

    let told = refused_for_now(|| other.upload("q", "y.jpg", &picture(2)));
    assert!(told.contains("database"), "{told}");
    other.get(&format!("/projects/p/images/{image}")).ok();
    let third = Server::over(data);
    third.get(&format!("/projects/p/images/{image}")).ok();

    frozen.thaw();
    other.upload("q", "y.jpg", &picture(2)).ok();
}
