//! Disks that are full or read-only: what is there is served, a full one lets go of pictures, and everybody is told.
//! Databases that are damaged: the way out is named.
//!
//! Small disks are mounted for it, which takes a right that not everybody has; without it those tests do nothing, and say so.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::process::Command;

use serde_json::json;
use tempfile::{NamedTempFile, TempDir};
use vismatch_tests::client::text;
use vismatch_tests::picture::with_comment;
use vismatch_tests::program::{self, Said};
use vismatch_tests::server::eventually;
use vismatch_tests::{Answer, Picture, Server, Unchangeable, skipped};

/// A small disk in memory; dropped, it is gone.
struct Disk(TempDir);

impl Disk {
    /// `None` without the right to mount one.
    fn mount() -> Option<Self> {
        let disk = Self(TempDir::new().unwrap());
        let mounted = disk.run("mount", &["-t", "tmpfs", "-o", "size=32m", "tmpfs"]);
        if !mounted {
            skipped("a disk cannot be mounted here");
        }
        mounted.then_some(disk)
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    /// Writes until nothing more can be written.
    fn fill(&self) {
        let mut filler = File::options()
            .append(true)
            .create(true)
            .open(self.path().join("filler"))
            .unwrap();
        for size in [1 << 20, 4096, 1] {
            while filler.write_all(&vec![1; size]).is_ok() {}
        }
    }

    fn make_room(&self) {
        fs::remove_file(self.path().join("filler")).unwrap();
    }

    fn make_read_only(&self) {
        assert!(self.run("mount", &["-o", "remount,ro"]));
    }

    fn run(&self, program: &str, arguments: &[&str]) -> bool {
        let mut command = Command::new(program);
        let status = command.args(arguments).arg(self.path()).status();
        status.is_ok_and(|status| status.success())
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        self.run("umount", &["--lazy"]);
    }
}

fn picture(seed: u64) -> Vec<u8> {
    Picture::photo(seed, 320, 240).jpeg(90)
}

fn upload(server: &Server, seed: u64) -> Answer {
    server.upload("p", &format!("{seed}.jpg"), &picture(seed))
}

#[track_caller]
fn is_full(answer: Answer, data: &Path) {
    let refusal = answer.refused(507);
    assert_eq!(refusal["error"], "InsufficientStorage");
    let message = text(&refusal, "message");
    assert!(message.contains(data.to_str().unwrap()), "{message}");
}

#[track_caller]
fn becomes_unready(server: &Server, words: &str) {
    eventually("it is told", || {
        let ready = server.get("/readyz");
        ready.status == 503 && ready.text().contains(words)
    });
}

fn delete(server: &Server, image: &str) -> Answer {
    server.delete(&format!("/projects/p/images/{image}"))
}

fn verify(data: &Path) -> Said {
    program::run(data, ["verify", "--data", "."])
}

#[test]
fn a_full_disk_takes_nothing_and_lets_go() {
    let Some(disk) = Disk::mount() else { return };
    let data = disk.path();
    let mut server = Server::over(data);
    let ids: Vec<String> = (0..6)
        .map(|seed| text(&upload(&server, seed).json(), "image_id"))
        .collect();
    server.get("/readyz").ok();

    disk.fill();
    is_full(upload(&server, 10), data);
    becomes_unready(&server, "full");
    delete(&server, &ids[0]).ok();
    disk.fill();
    is_full(upload(&server, 10), data);
    server.get(&format!("/projects/p/images/{}", ids[1])).ok();

    server.kill();
    let server = Server::over(data);
    assert!(server.log().contains("full"), "{}", server.log());
    disk.fill();
    assert_eq!(server.ids("p"), ids[1..]);
    delete(&server, &ids[1]).ok();
    is_full(upload(&server, 10), data);
    assert_ne!(verify(data).code, Some(2));

    disk.make_room();
    upload(&server, 11).ok();
    eventually("it is told", || server.get("/readyz").status == 200);
    assert_eq!(verify(data).ok(), "5 images, all is well\n");
}

#[test]
fn a_full_disk_without_a_reserve_can_be_read() {
    let Some(disk) = Disk::mount() else { return };
    let data = disk.path();
    let mut server = Server::over(data);
    let id = text(&upload(&server, 1).json(), "image_id");
    server.kill();
    fs::remove_file(data.join("reserve")).unwrap();
    disk.fill();
    let server = Server::over(data);
    assert!(server.log().contains("full"), "{}", server.log());
    server
        .get(&format!("/projects/p/images/{id}?size=original"))
        .ok();
    is_full(upload(&server, 2), data);
    becomes_unready(&server, "full");
    drop(server);
    disk.make_room();
    delete(&Server::over(data), &id).ok();
}

#[track_caller]
fn is_read(server: &Server, id: &str, words: &str) {
    assert!(server.log().contains(words), "{}", server.log());
    server
        .get(&format!("/projects/p/images/{id}?size=original"))
        .ok();
    let found = server.diff("p", &vismatch_tests::base64(&picture(1)), false);
    assert_eq!(found.json()["compare_result"][0]["distance"], 0.0);
    let refusal = upload(server, 2).refused(503);
    assert!(text(&refusal, "message").contains(words), "{refusal}");
    delete(server, id).refused(503);
    becomes_unready(server, words);
}

#[test]
fn a_read_only_disk_is_read() {
    for (cleanly, keeps_log_index) in [(true, false), (false, true), (false, false)] {
        let Some(disk) = Disk::mount() else { return };
        let data = disk.path();
        let mut server = Server::over(data);
        let id = text(&upload(&server, 1).json(), "image_id");
        match cleanly {
            true => {
                server.ask_to_stop();
                server.wait_for_end();
            }
            false => server.kill(),
        }
        if !cleanly && !keeps_log_index {
            fs::remove_file(data.join("vismatch.db-shm")).unwrap();
        }
        disk.make_read_only();
        is_read(&Server::over(data), &id, "read-only");
        assert_ne!(verify(data).code, Some(2));
    }
}

#[test]
fn a_folder_that_must_not_be_changed_is_read() {
    let folder = TempDir::new().unwrap();
    let data = folder.path();
    let server = Server::over(data);
    let id = text(&upload(&server, 1).json(), "image_id");
    server.ask_to_stop();
    drop(server);
    let change = |flag: &str| {
        let mut chattr = Command::new("chattr");
        // It complains about the link to the compiled component.
        let _ = chattr.args(["-R", flag]).arg(data).output();
    };
    change("+i");
    if File::create(data.join("file")).is_ok() {
        return skipped("files cannot be made unchangeable here");
    }
    let server = Server::settings().data(data).try_start();
    let read = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        is_read(server.as_ref().unwrap(), &id, "refuses access");
    }));
    change("-i");
    read.unwrap();
}

#[test]
fn a_damaged_database_names_the_way_out_which_keeps_what_can_be_saved() {
    let folder = TempDir::new().unwrap();
    let data = folder.path();
    let server = Server::over(data);
    upload(&server, 1).ok();
    upload(&server, 2).ok();
    drop(server);
    fs::write(data.join("vismatch.db"), vec![7; 100_000]).unwrap();
    for log in ["vismatch.db-wal", "vismatch.db-shm"] {
        let _ = fs::remove_file(data.join(log));
    }
    fs::remove_file(data.join("image_root/p/1.jpg")).unwrap();

    let told = Server::settings().data(data).try_start().unwrap_err();
    assert!(told.contains("vismatch rebuild"), "{told}");
    let told = verify(data);
    assert!(told.err.contains("vismatch rebuild"), "{told:?}");

    let rebuilt = program::run(data, ["rebuild", "--data", "."]).ok();
    assert_eq!(rebuilt, "2 images in the database\n");
    let found = program::run(data, ["verify", "--data", ".", "--json", "--repair"]).json();
    assert_eq!(found["images"], json!(2));
    let findings = found["findings"].to_string();
    assert!(findings.contains("can stand in"), "{findings}");
    assert!(verify(data).ok().starts_with("2 images, all is well"));
}

#[track_caller]
fn cannot_be_removed(answer: Answer) {
    let refusal = answer.refused(409);
    let message = text(&refusal, "message");
    assert!(message.contains("cannot be removed"), "{message}");
}

#[test]
fn what_cannot_be_removed_is_not_called_deleted() {
    let folder = TempDir::new().unwrap();
    let data = folder.path();
    let mut server = Server::over(data);
    let copy = with_comment(&picture(1), "a copy");
    let ids = [
        upload(&server, 1),
        server.upload("p", "2.jpg", &copy),
        upload(&server, 3),
    ];
    let ids = ids.map(|answer| text(&answer.json(), "image_id"));
    let resolve = json!({"keep": ids[0], "remove": [ids[1]], "dry_run": false});
    let thumb = format!("projects/p/thumb/{}.jpg", ids[1]);
    for file in ["image_root/p/2.jpg", &thumb] {
        let Some(_lasting) = Unchangeable::make(&data.join(file)) else {
            return;
        };
        cannot_be_removed(delete(&server, &ids[1]));
        cannot_be_removed(server.delete("/projects/p"));
        cannot_be_removed(server.post_json("/projects/p/duplicates/resolve", &resolve));
        assert_eq!(server.ids("p"), ids, "nothing has happened");
    }
    server
        .post_json("/projects/p/duplicates/resolve", &resolve)
        .ok();
    let trashed = data.join(format!("projects/p/trash/{}/given", ids[1]));
    {
        let _lasting = Unchangeable::make(&trashed);
        cannot_be_removed(server.delete("/projects/p/trash"));
        cannot_be_removed(server.delete("/projects/p"));
        assert!(trashed.exists());
    }
    // Left by a process that died: it keeps nobody from starting.
    server.kill();
    fs::create_dir_all(data.join("tmp/dead")).unwrap();
    fs::write(data.join("tmp/dead/upload"), "half").unwrap();
    let left = Unchangeable::make(&data.join("tmp/dead/upload"));
    let server = Server::over(data);
    upload(&server, 5).ok();
    server.delete("/projects/p").ok();
    assert_eq!(fs::read_dir(data.join("image_root")).unwrap().count(), 0);
    drop(left);
}

/// The file of a plugin.
fn hasher() -> NamedTempFile {
    let file = NamedTempFile::new().unwrap();
    fs::write(&file, include_str!("plugins/hasher.wat")).unwrap();
    file
}

/// A server over a data folder that asks one plugin under these names.
fn with_plugins(data: &Path, plugin: &NamedTempFile, names: &[&str]) -> Server {
    let file = plugin.path().display();
    let of_one = |name: &&str| ["--plugin".into(), format!("{name}={file}")];
    let arguments: Vec<String> = names.iter().flat_map(of_one).collect();
    let settings = Server::settings().data(data).arguments(arguments);
    settings.start()
}

#[test]
fn plugins_of_a_read_only_disk_are_searched() {
    let Some(disk) = Disk::mount() else { return };
    let (data, hasher) = (disk.path(), hasher());
    let mut server = with_plugins(data, &hasher, &["known"]);
    upload(&server, 1).ok();
    let copy = Picture::photo(1, 200, 150).jpeg(70);
    server.upload("p", "copy.jpg", &copy).ok();
    let state = |server: &Server, name: &str| server.get(&format!("/plugins/{name}")).json();
    eventually("it is ready", || {
        state(&server, "known")["state"] == "ready"
    });
    server.kill();
    disk.make_read_only();

    let server = with_plugins(data, &hasher, &["known", "unknown"]);
    assert_eq!(state(&server, "known")["fingerprints"], json!(2));
    eventually("it is ready", || {
        state(&server, "known")["state"] == "ready"
    });
    let near = "/projects/p/matches?algorithm=known&image_id=1.jpg";
    let near = server.send_to(reqwest::Method::POST, near).json();
    assert_eq!(near[0]["name"], "copy.jpg", "{near}");
    let unknown = state(&server, "unknown");
    assert_eq!(unknown["state"], "disabled", "{unknown}");
    assert!(unknown.to_string().contains("read-only"), "{unknown}");
    let changes = [
        server.delete("/plugins/known"),
        server.send_to(reqwest::Method::POST, "/plugins/known/backfill"),
    ];
    for refused in changes {
        let refusal = refused.refused(503);
        assert!(text(&refusal, "message").contains("read-only"), "{refusal}");
    }
    assert_ne!(state(&server, "known")["state"], "removed");
}

#[test]
fn a_plugin_of_a_read_only_disk_is_asked_about_images_that_it_has_not_seen() {
    let Some(disk) = Disk::mount() else { return };
    let (data, hasher) = (disk.path(), hasher());
    let mut server = with_plugins(data, &hasher, &["known"]);
    upload(&server, 1).ok();
    server.kill();
    let mut server = Server::over(data);
    let copy = Picture::photo(1, 200, 150).jpeg(70);
    server.upload("p", "copy.jpg", &copy).ok();
    server.kill();
    disk.make_read_only();

    let server = with_plugins(data, &hasher, &["known"]);
    let near = "/projects/p/matches?algorithm=known&image_id=copy.jpg";
    let near = server.send_to(reqwest::Method::POST, near).json();
    assert_eq!(near[0]["name"], "1.jpg", "{near}");
    let state = server.get("/plugins/known").json();
    assert_eq!(state["fingerprints"], json!(1), "nothing is kept");
    eventually("what is left to do is told", || {
        let state = server.get("/plugins/known").json();
        state["state"] == "backfilling" && state["to_do"] == json!(1)
    });
}
