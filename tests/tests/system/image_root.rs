//! The image root: folders that are there at start are projects, pictures that are dropped in later
//! are noticed, what is no picture is reported once and skipped.

use std::fs;
use std::path::Path;

use serde_json::json;
use tempfile::TempDir;
use vismatch_tests::server::eventually;
use vismatch_tests::{Picture, Server, base64, program};

/// Puts a file into the image root the way a copy program does: under its name, as it grows.
fn drop_in(data: &Path, name: &str, file: &[u8]) {
    let path = data.join("image_root").join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, file).unwrap();
}

/// How far the nearest image of a project is from a picture; `None` without any.
fn distance(server: &Server, project: &str, file: &[u8]) -> Option<f64> {
    let answer = server.diff(project, &base64(file), false);
    if answer.status == 404 {
        return None;
    }
    answer.json()["compare_result"][0]["distance"].as_f64()
}

fn photo(seed: u64) -> Vec<u8> {
    Picture::photo(seed, 320, 240).jpeg(90)
}

#[test]
fn folders_that_are_there_at_start_become_projects() {
    let data = TempDir::new().unwrap();
    drop_in(data.path(), "my_project/image1.jpg", &photo(1));
    drop_in(
        data.path(),
        "my_project/image2.png",
        &Picture::photo(2, 320, 240).png(),
    );
    drop_in(
        data.path(),
        "another_project/photo.webp",
        &Picture::photo(3, 90, 60).file(image::ImageFormat::WebP),
    );
    drop_in(data.path(), "another_project/deep/er/photo.jpg", &photo(4));
    let server = Server::over(data.path());
    server.wait_until_indexed();
    assert_eq!(server.ids("my_project").len(), 2);
    assert_eq!(server.ids("another_project").len(), 2);
    for (project, seed) in [("my_project", 1), ("my_project", 2), ("another_project", 4)] {
        let found = distance(&server, project, &photo(seed)).unwrap();
        assert!(found <= 4.0, "{project} {seed}: {found}");
    }
    let nested = server.get("/projects/another_project/images/deep%2Fer%2Fphoto.jpg?size=game");
    nested.picture("image/jpeg");
    server
        .get("/projects/my_project/thumbnail")
        .picture("image/jpeg");
    let bytes = fs::read(data.path().join("image_root/my_project/image1.jpg")).unwrap();
    assert_eq!(bytes, photo(1), "what people gave is not touched");
}

#[test]
fn files_dropped_in_later_are_noticed() {
    let server = Server::start();
    server.upload("old", "a.jpg", &photo(1)).ok();
    drop_in(server.data(), "old/b.jpg", &photo(2));
    drop_in(server.data(), "new/c.jpg", &photo(3));
    for (project, seed) in [("old", 2), ("new", 3)] {
        eventually(&format!("a picture in {project} is noticed"), || {
            distance(&server, project, &photo(seed)) == Some(0.0)
        });
    }
    assert_eq!(server.ids("old").len(), 2);
}

#[test]
fn an_upload_is_not_found_a_second_time() {
    let server = Server::start();
    server.upload("p", "a.jpg", &photo(1)).ok();
    server.upload_json("p", "b.jpg", &base64(&photo(2))).ok();
    drop_in(server.data(), "p/c.jpg", &photo(3));
    eventually("the dropped picture is noticed", || {
        server.ids("p").len() >= 3
    });
    assert_eq!(server.ids("p").len(), 3);
}

#[test]
fn a_replaced_file_is_indexed_again() {
    let server = Server::start();
    drop_in(server.data(), "p/a.jpg", &photo(1));
    eventually("the picture is noticed", || {
        distance(&server, "p", &photo(1)) == Some(0.0)
    });
    drop_in(server.data(), "p/a.jpg", &photo(2));
    eventually("the change is noticed", || {
        distance(&server, "p", &photo(2)) == Some(0.0)
    });
    assert_eq!(server.ids("p").len(), 1);
    assert!(distance(&server, "p", &photo(1)) > Some(10.0));
}

#[test]
fn a_removed_file_is_an_image_less() {
    let server = Server::start();
    drop_in(server.data(), "p/a.jpg", &photo(1));
    drop_in(server.data(), "p/b.jpg", &photo(2));
    eventually("both are noticed", || {
        server.get("/projects/p/images").status == 200 && server.ids("p").len() == 2
    });
    fs::remove_file(server.data().join("image_root/p/a.jpg")).unwrap();
    eventually("the removal is noticed", || server.ids("p").len() == 1);
}

#[test]
fn what_is_no_picture_is_reported_once_and_skipped() {
    let data = TempDir::new().unwrap();
    drop_in(data.path(), "p/notes.txt", b"buy milk");
    drop_in(data.path(), "p/broken.jpg", &photo(1)[..200]);
    drop_in(data.path(), "p/good.jpg", &photo(2));
    let server = Server::over(data.path());
    server.wait_until_indexed();
    assert_eq!(server.ids("p").len(), 1);
    // Another file makes the server look again; the old ones are not news.
    drop_in(data.path(), "p/later.jpg", &photo(3));
    eventually("the later file is noticed", || server.ids("p").len() == 2);
    let log = server.log();
    for name in ["notes.txt", "broken.jpg"] {
        let lines: Vec<&str> = log.lines().filter(|line| line.contains(name)).collect();
        assert_eq!(lines.len(), 1, "{name} in {log}");
    }
    let ready = server.get("/readyz").json();
    assert_eq!(ready["scan"]["skipped"], json!(2), "{ready:#}");
}

/// The server vismatch-svc puts three beside each picture. One of these is a whole picture: it is not even read.
#[test]
fn caches_of_another_server_are_passed_over_in_silence() {
    const CACHES: [&str; 4] = [
        "a.jpg.phash",
        "a.jpg.dhash",
        "a.jpg.ahash",
        "album/b.png.phash",
    ];
    let data = TempDir::new().unwrap();
    let drop_caches = || {
        for (name, seed) in CACHES.iter().zip(11..) {
            drop_in(data.path(), &format!("p/{name}"), &photo(seed));
        }
    };
    drop_in(data.path(), "p/a.jpg", &photo(1));
    drop_caches();
    let server = Server::over(data.path());
    server.wait_until_indexed();
    // They come again while it watches, before a picture that it has to notice.
    drop_caches();
    drop_in(data.path(), "p/later.jpg", &photo(2));
    eventually("the later picture is noticed", || server.ids("p").len() > 1);
    assert_eq!(server.ids("p").len(), 2);
    let ready = server.get("/readyz").json();
    assert_eq!(ready["scan"]["skipped"], json!(0), "{ready:#}");
    let log = server.log();
    assert!(!log.contains("hash") && !log.contains("WARN"), "{log}");
}

#[test]
fn a_restart_does_not_index_again() {
    let data = TempDir::new().unwrap();
    drop_in(data.path(), "p/a.jpg", &photo(1));
    let first = Server::over(data.path());
    first.wait_until_indexed();
    let ids = first.ids("p");
    drop(first);
    let second = Server::over(data.path());
    second.wait_until_indexed();
    assert_eq!(second.ids("p"), ids);
    assert_eq!(second.get("/readyz").json()["scan"]["found"], json!(0));
}

#[test]
fn what_changed_while_nobody_served_is_noticed_at_start() {
    let data = TempDir::new().unwrap();
    drop_in(data.path(), "p/stays.jpg", &photo(1));
    drop_in(data.path(), "p/changes.jpg", &photo(2));
    let first = Server::over(data.path());
    first.wait_until_indexed();
    drop(first);
    drop_in(data.path(), "p/changes.jpg", &photo(4));
    drop_in(data.path(), "p/comes.jpg", &photo(5));
    let second = Server::over(data.path());
    second.wait_until_indexed();
    for (seed, is_there) in [(1, true), (2, false), (4, true), (5, true)] {
        let found = distance(&second, "p", &photo(seed)) == Some(0.0);
        assert_eq!(found, is_there, "photo {seed}");
    }
}

/// A disk that is not mounted must not cost anyone their images.
#[test]
fn files_that_are_missing_at_start_keep_their_images() {
    let data = TempDir::new().unwrap();
    drop_in(data.path(), "p/stays.jpg", &photo(1));
    drop_in(data.path(), "p/goes.jpg", &photo(2));
    let first = Server::over(data.path());
    first.wait_until_indexed();
    drop(first);
    fs::remove_file(data.path().join("image_root/p/goes.jpg")).unwrap();
    let second = Server::over(data.path());
    second.wait_until_indexed();
    assert_eq!(second.ids("p").len(), 2);
    second
        .get("/projects/p/images/goes.jpg?size=thumb")
        .picture("image/jpeg");
    eventually("the missing file is named", || {
        second.log().contains("goes.jpg")
    });
    drop(second);
    let said = program::run(data.path(), ["verify", "--data", "."]);
    assert_eq!(said.code, Some(1), "{said:#?}");
    assert!(said.out.contains("goes.jpg"), "{said:#?}");
}

/// A link that leads out of the image root is not followed: its target is nobody's picture.
#[cfg(unix)]
#[test]
fn links_out_of_the_image_root_are_not_followed() {
    let data = TempDir::new().unwrap();
    let outside = TempDir::new().unwrap();
    fs::write(outside.path().join("secret.jpg"), photo(1)).unwrap();
    drop_in(data.path(), "p/good.jpg", &photo(2));
    let root = data.path().join("image_root/p");
    std::os::unix::fs::symlink(outside.path(), root.join("folder")).unwrap();
    std::os::unix::fs::symlink(outside.path().join("secret.jpg"), root.join("file.jpg")).unwrap();
    let server = Server::over(data.path());
    server.wait_until_indexed();
    assert_eq!(server.ids("p").len(), 1);
}

/// Nothing that the server may read or write outside of its folder can be reached through a link in it.
#[cfg(unix)]
#[test]
fn requests_do_not_reach_through_links() {
    let server = Server::start();
    let outside = TempDir::new().unwrap();
    let secret = outside.path().join("secret.jpg");
    fs::write(&secret, photo(9)).unwrap();
    let root = server.data().join("image_root");
    fs::create_dir_all(&root).unwrap();
    std::os::unix::fs::symlink(outside.path(), root.join("linked")).unwrap();
    for answer in [
        server.upload("linked", "a.jpg", &photo(1)),
        server.upload_json("linked", "b.jpg", &base64(&photo(1))),
    ] {
        assert_eq!(answer.status, 409, "{answer:?}");
    }
    assert_eq!(fs::read_dir(outside.path()).unwrap().count(), 1);

    server.upload("p", "a.jpg", &photo(1)).ok();
    fs::remove_file(root.join("p/a.jpg")).unwrap();
    std::os::unix::fs::symlink(&secret, root.join("p/a.jpg")).unwrap();
    let found = server.diff("p", &base64(&photo(1)), true).json();
    assert_eq!(found["compare_result"][0]["data"], json!(null), "{found}");
    fs::remove_file(root.join("p/a.jpg")).unwrap();
    let notes = outside.path().join("notes.txt");
    fs::write(&notes, "buy milk").unwrap();
    fs::hard_link(&notes, root.join("p/a.jpg")).unwrap();
    let found = server.diff("p", &base64(&photo(1)), true).json();
    assert_eq!(found["compare_result"][0]["data"], json!(null), "{found}");

    server.upload_json("q", "f/b.jpg", &base64(&photo(2))).ok();
    fs::rename(root.join("q/f"), outside.path().join("f")).unwrap();
    std::os::unix::fs::symlink(outside.path().join("f"), root.join("q/f")).unwrap();
    for address in ["/projects/q/images/f%2Fb.jpg", "/projects/q"] {
        let answer = server.delete(address);
        assert_eq!(answer.status, 409, "{address}: {answer:?}");
    }
    assert_eq!(server.ids("q").len(), 1, "nothing is said to be deleted");
    assert_eq!(fs::read(outside.path().join("f/b.jpg")).unwrap(), photo(2));
    assert_eq!(fs::read(&secret).unwrap(), photo(9));
}

#[test]
fn pictures_of_any_date_are_served() {
    let data = TempDir::new().unwrap();
    let day = std::time::Duration::from_secs(86_400);
    let dates = [
        ("old.jpg", std::time::UNIX_EPOCH - 100 * day),
        ("late.jpg", std::time::UNIX_EPOCH + 157_000 * day),
    ];
    for (seed, (name, date)) in (50..).zip(dates) {
        drop_in(data.path(), &format!("p/{name}"), &photo(seed));
        let path = data.path().join("image_root/p").join(name);
        let file = fs::File::options().write(true).open(path).unwrap();
        file.set_modified(date).unwrap();
    }
    let server = Server::over(data.path());
    server.wait_until_indexed();
    for (name, _) in dates {
        let path = format!("/projects/p/images/{name}?size=original");
        server.get(&path).ok();
        server.get(&format!("/projects/p/images/{name}")).ok();
    }
}
