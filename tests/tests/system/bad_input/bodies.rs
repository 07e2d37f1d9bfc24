//! Bodies that are cut, slow, too large, or not what their type says.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use reqwest::Method;
use serde_json::json;
use vismatch_tests::client::{send, text};
use vismatch_tests::server::eventually;
use vismatch_tests::{Picture, Server, base64};

use super::{Bystander, assert_says};

/// Sends the beginning of an upload and hangs up; `announced` bytes were promised.
fn cut_upload(server: &Server, announced: usize) {
    let host = server.base().trim_start_matches("http://");
    let mut connection = TcpStream::connect(host).unwrap();
    let jpeg = Picture::photo(1, 640, 480).jpeg(90);
    let head = format!(
        "POST /projects/hostile/images HTTP/1.1\r\nHost: {host}\r\nContent-Length: {announced}\r\n\
         Content-Type: multipart/form-data; boundary=b\r\n\r\n\
         --b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.jpg\"\r\n\r\n"
    );
    connection.write_all(head.as_bytes()).unwrap();
    connection.write_all(&jpeg[..jpeg.len() / 2]).unwrap();
}

#[test]
fn a_body_cut_in_mid_upload() {
    let bystander = Bystander::new();
    for _ in 0..5 {
        cut_upload(&bystander.server, 1_000_000);
    }
    bystander.is_unharmed();
    eventually("nothing is left of the cut uploads", || {
        temporary_files(&bystander.server).is_empty()
    });
}

#[test]
fn a_form_that_ends_without_its_boundary() {
    let bystander = Bystander::new();
    let body = b"--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.jpg\"\r\n\r\n\xFF\xD8\xFF";
    let request = bystander
        .server
        .request(Method::POST, "/projects/hostile/images")
        .header("content-type", "multipart/form-data; boundary=b")
        .body(body.to_vec());
    send(request).unwrap().refused(400);
    bystander.is_unharmed();
}

#[test]
fn a_client_that_sends_its_body_drop_by_drop_holds_up_nobody() {
    let bystander = Bystander::new();
    let host = bystander
        .server
        .base()
        .trim_start_matches("http://")
        .to_owned();
    let slow: Vec<TcpStream> = (0..20)
        .map(|_| {
            let mut connection = TcpStream::connect(&host).unwrap();
            let head = format!(
                "POST /projects/hostile/images HTTP/1.1\r\nHost: {host}\r\nContent-Length: 999\r\n\
                 Content-Type: multipart/form-data; boundary=b\r\n\r\n--b"
            );
            connection.write_all(head.as_bytes()).unwrap();
            connection
        })
        .collect();
    bystander.is_unharmed();
    drop(slow);
}

/// Temporary files of a server: its lock there is none.
fn temporary_files(server: &Server) -> Vec<std::path::PathBuf> {
    walkdir::WalkDir::new(server.data().join("tmp"))
        .into_iter()
        .filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_file() && entry.file_name() != "lock")
        .map(walkdir::DirEntry::into_path)
        .collect()
}

#[test]
fn bad_base64() {
    let server = Server::start();
    for data in ["!!!not base64!!!", "QUJ", "/9j/4AA*", ""] {
        let error = server
            .upload_json("hostile", "a.jpg", data)
            .refused_somehow();
        println!("{data:?}: {}", error["message"]);
        server.diff("hostile", data, true).refused_somehow();
    }
    server.get("/projects/hostile").refused(404);
}

#[test]
fn base64_of_something_else() {
    let server = Server::start();
    let error = server
        .upload_json("hostile", "a.jpg", &base64(b"plain words"))
        .refused(400);
    assert_says(&text(&error, "message"), &["text"]);
}

#[test]
fn a_data_uri_is_accepted() {
    let server = Server::start();
    let png = Picture::photo(1, 64, 48).png();
    let uri = format!("data:image/png;base64,{}", base64(&png));
    server.upload_json("p", "a.png", &uri).ok();
    let answer = server.diff("p", &uri, true).json();
    assert_eq!(answer["compare_result"][0]["distance"], json!(0.0));
    assert_eq!(answer["compare_result"][0]["data"], json!(base64(&png)));
    server
        .diff("p", "data:image/png,not-base64", true)
        .refused(400);
}

#[test]
fn a_body_of_100_mb() {
    let bystander = Bystander::new();
    let error = bystander
        .server
        .upload("hostile", "big.jpg", &vec![0xFF; 100 << 20])
        .refused(413);
    assert_says(&text(&error, "message"), &["limit", "large"]);
    bystander.is_unharmed();
}

#[test]
fn a_json_body_of_100_mb() {
    let bystander = Bystander::new();
    let data = "A".repeat(100 << 20);
    bystander
        .server
        .upload_json("hostile", "big.jpg", &data)
        .refused(413);
    bystander.is_unharmed();
}

#[test]
fn a_body_that_only_announces_100_gb() {
    let bystander = Bystander::new();
    let host = bystander.server.base().trim_start_matches("http://");
    let mut connection = TcpStream::connect(host).unwrap();
    connection
        .set_read_timeout(Some(Duration::from_secs(60)))
        .unwrap();
    let head = format!(
        "POST /projects/hostile/images HTTP/1.1\r\nHost: {host}\r\nContent-Length: 100000000000\r\n\
         Content-Type: multipart/form-data; boundary=b\r\n\r\n"
    );
    connection.write_all(head.as_bytes()).unwrap();
    let mut start = [0; 12];
    connection.read_exact(&mut start).unwrap();
    assert_eq!(&start, b"HTTP/1.1 413");
    bystander.is_unharmed();
}

#[test]
fn json_that_is_none() {
    let server = Server::start();
    for body in [
        "",
        "{",
        "[]",
        "null",
        "\"text\"",
        "{\"project_name\": 1}",
        &"[".repeat(100_000),
    ] {
        for path in ["/upload", "/diff", "/projects/p/check"] {
            let request = server
                .request(Method::POST, path)
                .header("content-type", "application/json")
                .body(body.to_owned());
            send(request).unwrap().refused_somehow();
        }
    }
}

#[test]
fn bodies_that_announce_much_and_send_nothing_stop_nobody() {
    let bystander = Bystander::new();
    let host = bystander.server.base().trim_start_matches("http://");
    let silent: Vec<TcpStream> = (0..8)
        .map(|_| {
            let mut connection = TcpStream::connect(host).unwrap();
            let head = format!(
                "POST /diff HTTP/1.1\r\nHost: {host}\r\nContent-Length: 93000000\r\n\
                 Content-Type: application/json\r\n\r\n{{"
            );
            connection.write_all(head.as_bytes()).unwrap();
            connection
        })
        .collect();
    std::thread::sleep(Duration::from_millis(300));
    let sound = base64(&Picture::photo(1, 640, 480).jpeg(90));
    bystander.server.diff("sound", &sound, false).ok();
    bystander.server.upload_json("sound", "c.jpg", &sound).ok();
    drop(silent);
    bystander.is_unharmed();
}

#[test]
fn names_of_fields_have_a_limit_and_are_not_sent_back() {
    let bystander = Bystander::new();
    let post = |name: &str| {
        let head = format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n");
        let request = bystander
            .server
            .request(Method::POST, "/projects/hostile/images")
            .header("content-type", "multipart/form-data; boundary=b")
            .body(format!("{head}x\r\n--b--\r\n"));
        send(request).unwrap()
    };
    for length in [300, 100_000, 4_000_000] {
        let refusal = post(&"n".repeat(length));
        assert!(refusal.body.len() < 2_000, "{} bytes", refusal.body.len());
        refusal.refused(400);
    }
    let refusal = post("other").refused(422);
    assert_says(&text(&refusal, "message"), &["other"]);
    bystander.is_unharmed();
}

#[cfg(target_os = "linux")]
#[test]
fn too_few_descriptors_are_told_as_a_matter_of_time() {
    let bystander = Bystander::new();
    let process = bystander.server.process().to_string();
    let limit = |limit: usize| {
        let limit = format!("--nofile={limit}:");
        let mut prlimit = std::process::Command::new("prlimit");
        let set = prlimit.args(["--pid", &process, &limit]).status();
        assert!(set.unwrap().success());
    };
    let open = std::fs::read_dir(format!("/proc/{process}/fd")).unwrap();
    // The connection that the client keeps is open already.
    limit(open.count());
    let sound = Picture::photo(3, 640, 480).jpeg(90);
    let refusal = bystander.server.upload("sound", "c.jpg", &sound);
    assert!(!refusal.header("retry-after").is_empty(), "{refusal:?}");
    refusal.refused(503);
    limit(1_024);
    bystander.is_unharmed();
}
