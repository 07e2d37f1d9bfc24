//! Names, file names and paths that lead out of their folder or nowhere.

use std::io::{Read, Write};
use std::net::TcpStream;

use vismatch_tests::client::text;
use vismatch_tests::{Picture, Server, base64};

/// Names that lead out of their folder or are none at all, as a client may write them.
const NAMES: [&str; 10] = [
    "../evil.jpg",
    "../../evil.jpg",
    "a/../../evil.jpg",
    "/etc/evil.jpg",
    "..",
    ".",
    "nul\0.jpg",
    "line\nbreak.jpg",
    "..\\evil.jpg",
    "a//b.jpg",
];

/// Nothing called `evil` lies in or beside the data folder.
#[track_caller]
fn assert_nothing_escaped(server: &Server) {
    let around = server.data().parent().unwrap();
    let direct = std::fs::read_dir(around).unwrap().filter_map(Result::ok);
    assert!(
        direct
            .into_iter()
            .all(|entry| entry.file_name() != "evil.jpg")
    );
    let inside = walkdir::WalkDir::new(server.data())
        .into_iter()
        .filter_map(Result::ok);
    assert!(
        inside
            .into_iter()
            .all(|entry| entry.file_name() != "evil.jpg")
    );
}

#[test]
fn names_that_lead_elsewhere_in_json() {
    let server = Server::start();
    let data = base64(&Picture::photo(1, 64, 48).jpeg(90));
    for name in NAMES {
        server.upload_json("p", name, &data).refused(400);
        if name != "a//b.jpg" {
            server.upload_json(name, "a.jpg", &data).refused(400);
            server.diff(name, &data, true).refused_somehow();
        }
    }
    server.upload_json("p", "", &data).refused(400);
    server.upload_json("", "a.jpg", &data).refused(400);
    server
        .upload_json("p", &"x".repeat(300), &data)
        .refused(400);
    assert_nothing_escaped(&server);
    server.get("/projects/p").refused(404);
}

#[test]
fn names_that_lead_elsewhere_in_forms() {
    let server = Server::start();
    let jpeg = Picture::photo(1, 64, 48).jpeg(90);
    for name in NAMES {
        let form = vismatch_tests::client::file_form("a.jpg", &jpeg).text("name", name);
        server.post_form("/projects/p/images", form).refused(400);
    }
    assert_nothing_escaped(&server);
}

/// A file name that a browser sends along is advice: its folders are dropped or it is refused.
#[test]
fn file_names_that_lead_elsewhere() {
    let server = Server::start();
    let jpeg = Picture::photo(1, 64, 48).jpeg(90);
    for name in ["../evil.jpg", "/etc/evil.jpg", "C:\\photos\\evil.jpg"] {
        let answer = server.upload("p", name, &jpeg);
        match answer.status {
            200 => {
                let name = text(&answer.json(), "name");
                assert!(
                    !name.contains("..") && !name.contains(['/', '\\']),
                    "{name}"
                );
                let file = server.data().join("image_root/p").join(&name);
                assert!(file.is_file(), "{}", file.display());
            }
            _ => {
                answer.refused(400);
            }
        }
    }
    assert!(!server.data().join("image_root/evil.jpg").exists());
    assert!(!server.data().join("evil.jpg").exists());
}

#[test]
fn names_that_lead_elsewhere_in_paths() {
    let server = Server::start();
    let jpeg = Picture::photo(1, 64, 48).jpeg(90);
    server.upload("p", "a.jpg", &jpeg).ok();
    for path in [
        "/projects/..%2F..%2Fetc/images",
        "/projects/p%00/images",
        "/projects/p/images/..%2F..%2Fvismatch.db",
        "/projects/p/images/%2Fetc%2Fpasswd",
        "/projects/p/images/a.jpg%00",
        "/projects/%2Fetc/images",
        "/projects/p/images/%FF%FE",
    ] {
        server.get(path).refused_somehow();
        server.delete(path).refused_somehow();
    }
    for project in ["..%2Fevil.jpg", "a%00b", "a%5Cb"] {
        server.upload(project, "a.jpg", &jpeg).refused(400);
    }
    assert_nothing_escaped(&server);
    server.get("/projects/p/images/a.jpg").ok();
}

/// A client that sends its path as it stands, dots and all; most clients resolve them.
#[test]
fn dots_in_raw_paths_lead_nowhere() {
    let server = Server::start();
    server
        .upload("p", "a.jpg", &Picture::photo(1, 64, 48).jpeg(90))
        .ok();
    for path in [
        "/projects/../vismatch.db",
        "/projects/%2E%2E/images",
        "/projects/p/images/../../../vismatch.db",
        "/projects/p/images/%2e%2e",
        "/../../etc/passwd",
        "/docs/../../../etc/passwd",
        "/docs/..%2F..%2Fetc%2Fpasswd",
    ] {
        let host = server.base().trim_start_matches("http://");
        let mut connection = TcpStream::connect(host).unwrap();
        let head = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        connection.write_all(head.as_bytes()).unwrap();
        let mut answer = String::new();
        connection.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 4"), "{path}: {answer}");
    }
}
