//! Deletions whose files the system does not let go of once they are committed: the list forgets the picture, the answer
//! says that files are left, everything else goes on, and they are erased as soon as they can be.

use std::fs::File;
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;

use nix::fcntl::{FcntlArg, fcntl};
use nix::libc;
use serde_json::{Value, json};
use tempfile::TempDir;
use vismatch_tests::client::text;
use vismatch_tests::picture::with_comment;
use vismatch_tests::program;
use vismatch_tests::server::eventually;
use vismatch_tests::unchangeable::release;
use vismatch_tests::{Answer, Picture, Server, Unchangeable, skipped};

/// A data folder whose files can be changed again when it is dropped.
struct Data(TempDir);

impl Data {
    fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn files_left(&self) -> usize {
        let entries = walkdir::WalkDir::new(self.path().join("unerased")).into_iter();
        let files = entries.filter(|entry| entry.as_ref().unwrap().file_type().is_file());
        files.count()
    }
}

impl Drop for Data {
    fn drop(&mut self) {
        release(self.path());
    }
}

/// SQLite's lock for writing (<https://sqlite.org/walformat.html>): the server waits for it until this is dropped.
struct WriteLock(File);

impl WriteLock {
    fn take(data: &Path) -> Self {
        let shared = data.join("vismatch.db-shm");
        let file = File::options().read(true).write(true).open(shared).unwrap();
        let lock = libc::flock {
            l_type: libc::F_WRLCK as libc::c_short,
            l_whence: libc::SEEK_SET as libc::c_short,
            l_start: 120,
            l_len: 1,
            l_pid: 0,
        };
        eventually("the database is ours", || {
            fcntl(file.as_fd(), FcntlArg::F_SETLK(&lock)).is_ok()
        });
        Self(file)
    }

    fn let_go(self) {
        drop(self.0);
    }
}

/// Deletes something, and marks a file of it as unchangeable after the server has looked whether it can be removed, and
/// before that is committed. `None` where files have no such mark.
fn delete_and_mark(server: &Server, data: &Path, path: &str, waiting: &str) -> Option<Answer> {
    let lock = WriteLock::take(data);
    thread::scope(|scope| {
        let deletion = scope.spawn(|| server.client().delete(path));
        let file = data.join(waiting);
        eventually("the file waits to be erased", || file.exists());
        let mark = Unchangeable::make(&file);
        lock.let_go();
        let answer = deletion.join().unwrap();
        // The file is somewhere else by now, and keeps its mark.
        mark.map(|_| answer)
    })
}

fn picture(seed: u64) -> Vec<u8> {
    Picture::photo(seed, 240, 180).jpeg(85)
}

fn upload(server: &Server, seed: u64) -> String {
    let answer = server.upload("p", &format!("{seed}.jpg"), &picture(seed));
    text(&answer.json(), "image_id")
}

/// The answer says that one file is left, and where; the file is there.
#[track_caller]
fn says_what_is_left(answer: Answer, data: &Path) -> Value {
    let view: Value = serde_json::from_slice(&answer.with_status(202).body).unwrap();
    let left = view["unerased"].as_array().unwrap();
    assert_eq!(left.len(), 1, "{view}");
    assert_eq!(left[0]["files"], json!(1), "{view}");
    assert!(data.join(text(&left[0], "folder")).is_dir(), "{view}");
    view
}

/// Everybody is told what is left, nothing else is held up, and it is erased when that can be done.
#[track_caller]
fn is_told_and_erased(mut server: Server, data: &Data, view: &Value) {
    let ready = server.get("/readyz").json();
    assert_eq!(ready["unerased"], view["unerased"], "{ready}");
    upload(&server, 70);
    let verify = || program::run(data.path(), ["verify", "--data", "."]);
    let folder = text(&view["unerased"][0], "folder");
    let told = verify();
    assert_eq!(told.code, Some(1), "{told:?}");
    assert!(told.out.contains(&folder), "{told:?}");

    server.kill();
    let server = Server::over(data.path());
    upload(&server, 71);
    assert_eq!(server.get("/readyz").json()["unerased"], view["unerased"]);
    drop(server);
    release(data.path());
    let server = Server::over(data.path());
    eventually("it is erased", || {
        server.get("/readyz").json()["unerased"] == json!([])
    });
    assert_eq!(data.files_left(), 0);
    assert_eq!(verify().code, Some(0));
}

#[test]
fn an_image_whose_file_stays_is_gone_and_its_file_is_erased_later() {
    let data = Data::new();
    let server = Server::over(data.path());
    let (gone, other) = (upload(&server, 1), upload(&server, 2));
    let path = format!("/projects/p/images/{gone}");
    let answer = delete_and_mark(&server, data.path(), &path, "projects/p/pending/given");
    let Some(answer) = answer else { return };
    let view = says_what_is_left(answer, data.path());
    assert_eq!(view["ok"], json!(true));
    assert_eq!(view["new_primary"], json!(other));
    server.get(&path).refused(404);
    server.delete(&path).refused(404);
    assert_eq!(server.ids("p"), [other]);
    assert_eq!(data.files_left(), 1, "the renditions are erased");
    is_told_and_erased(server, &data, &view);
}

#[test]
fn a_deletion_by_token_says_what_is_left() {
    let data = Data::new();
    let server = Server::over(data.path());
    let uploaded = server.upload_json("p", "1.jpg", &vismatch_tests::base64(&picture(1)));
    let path = format!("/upload/{}", text(&uploaded.json(), "token"));
    let answer = delete_and_mark(&server, data.path(), &path, "projects/p/pending/thumb.jpg");
    let Some(answer) = answer else { return };
    let view = says_what_is_left(answer, data.path());
    assert!(
        text(&view, "message").contains("still on the disk"),
        "{view}"
    );
    is_told_and_erased(server, &data, &view);
}

#[test]
fn a_project_with_a_file_that_stays_is_gone() {
    for path in ["/projects/p", "/project/p"] {
        let data = Data::new();
        let server = Server::over(data.path());
        upload(&server, 1);
        upload(&server, 2);
        let waiting = "projects/p/pending/image_root/2.jpg";
        let answer = delete_and_mark(&server, data.path(), path, waiting);
        let Some(answer) = answer else { return };
        let view = says_what_is_left(answer, data.path());
        assert_eq!(server.get("/projects").json(), json!([]));
        assert!(!data.path().join("image_root/p").exists());
        assert_eq!(data.files_left(), 1);
        if path == "/project/p" {
            assert_eq!(view["success"], json!(true));
            assert!(
                text(&view, "message").contains("still on the disk"),
                "{view}"
            );
        }
        is_told_and_erased(server, &data, &view);
    }
}

/// A mark that lets nothing be removed from a folder, until it is dropped.
struct AppendOnly(PathBuf);

impl AppendOnly {
    fn make(folder: PathBuf) -> Option<Self> {
        let made = Self(folder);
        if made.change("+a") {
            return Some(made);
        }
        skipped("folders cannot be made append-only here");
        None
    }

    fn change(&self, flag: &str) -> bool {
        let output = Command::new("chattr").arg(flag).arg(&self.0).output();
        output.is_ok_and(|output| output.status.success())
    }
}

impl Drop for AppendOnly {
    fn drop(&mut self) {
        self.change("-a");
    }
}

/// Images `1.jpg` and, in the trash, a copy of it; its id.
fn with_one_in_the_trash(server: &Server) -> String {
    let keep = upload(server, 1);
    let copy = with_comment(&picture(1), "a copy");
    let copy = text(&server.upload("p", "copy.jpg", &copy).json(), "image_id");
    let resolve = json!({"keep": keep, "remove": [copy], "dry_run": false});
    server
        .post_json("/projects/p/duplicates/resolve", &resolve)
        .ok();
    copy
}

#[test]
fn what_of_the_trash_stays_is_out_of_it_and_erased_later() {
    for one in [true, false] {
        let data = Data::new();
        let server = Server::over(data.path());
        let copy = with_one_in_the_trash(&server);
        let Some(mark) = AppendOnly::make(data.path().join("unerased")) else {
            return;
        };
        let path = match one {
            true => format!("/projects/p/trash/{copy}"),
            false => "/projects/p/trash".to_owned(),
        };
        let view = says_what_is_left(server.delete(&path), data.path());
        assert_eq!(view["deleted_images"], json!(1));
        assert_eq!(server.get("/projects/p/trash").json(), json!([]));
        assert_eq!(data.files_left(), 0, "only their folder is left");
        server.delete("/projects/p/trash").with_status(200);
        let ready = server.get("/readyz").json();
        assert_eq!(ready["unerased"], view["unerased"], "{ready}");
        drop((server, mark));
        let server = Server::over(data.path());
        eventually("it is erased", || {
            server.get("/readyz").json()["unerased"] == json!([])
        });
    }
}

/// A disk that is mounted at a file or folder, until it is dropped.
struct Mounted<'a>(&'a Path);

impl<'a> Mounted<'a> {
    /// The same file or folder once more.
    fn at(place: &'a Path) -> Option<Self> {
        let mut mount = Command::new("mount");
        mount.arg("--bind").args([place, place]);
        if mount.status().is_ok_and(|status| status.success()) {
            return Some(Self(place));
        }
        skipped("nothing can be mounted here");
        None
    }
}

impl Drop for Mounted<'_> {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(self.0).status();
    }
}

#[test]
fn what_a_disk_is_mounted_at_is_not_called_deleted() {
    let data = Data::new();
    let server = Server::over(data.path());
    let ids = [1, 2, 3].map(|seed| upload(&server, seed));
    let (file, folder) = ("image_root/p/2.jpg", "image_root/p");
    for place in [file, folder] {
        let place = data.path().join(place);
        let Some(_mounted) = Mounted::at(&place) else {
            return;
        };
        let resolve = json!({"keep": ids[0], "remove": [ids[1]], "accept": "any"});
        for answer in [
            server.delete(&format!("/projects/p/images/{}", ids[1])),
            server.delete("/projects/p"),
            server.delete("/project/p"),
            server.post_json("/projects/p/duplicates/resolve", &resolve),
        ] {
            let refusal = answer.refused(409);
            let message = text(&refusal, "message");
            assert!(message.contains("disk"), "{message}");
        }
        assert_eq!(server.ids("p"), ids, "nothing has happened");
    }
    server.delete("/projects/p").with_status(200);
}
