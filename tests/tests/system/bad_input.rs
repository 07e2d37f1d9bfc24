//! Hostile and odd input, one test each: a clear 4xx in the one error body, a server that lives on,
//! and its memory back near where it was.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use reqwest::Method;
use reqwest::blocking::multipart::{Form, Part};
use serde_json::{Value, json};
use vismatch_tests::client::{send, text};
use vismatch_tests::server::eventually;
use vismatch_tests::{Picture, Server, base64, hostile};

/// What resident memory may be over the start after a hostile file: allocators keep some.
const KEPT: u64 = 160 << 20;

/// A server, warmed up by a sound picture, and its memory then.
struct Bystander {
    server: Server,
    resident: Option<u64>,
}

impl Bystander {
    fn new() -> Self {
        let server = Server::start();
        server
            .upload("sound", "a.jpg", &Picture::photo(1, 640, 480).jpeg(90))
            .ok();
        let resident = server.memory().map(|memory| memory.resident);
        Self { server, resident }
    }

    /// Uploads a file that has to be refused; the error's message.
    #[track_caller]
    fn refuses(self, name: &str, file: &[u8]) -> String {
        let error = self.server.upload("hostile", name, file).refused_somehow();
        self.is_unharmed();
        let message = text(&error, "message");
        println!("{name}: {message}");
        message
    }

    /// It still serves and takes pictures, kept nothing of the bad one, and has its memory back.
    #[track_caller]
    fn is_unharmed(&self) {
        self.server.get("/projects/hostile/images").refused(404);
        let sound = Picture::photo(2, 640, 480).jpeg(90);
        self.server.upload("sound", "b.jpg", &sound).ok();
        if let Some(before) = self.resident {
            eventually("the server has its memory back", || {
                self.server.memory().expect("as before").resident < before + KEPT
            });
        }
    }
}

#[track_caller]
fn assert_says(message: &str, words: &[&str]) {
    let message = message.to_lowercase();
    assert!(words.iter().any(|word| message.contains(word)), "{message}");
}

#[test]
fn an_empty_file() {
    assert_says(&Bystander::new().refuses("empty.jpg", b""), &["empty"]);
}

#[test]
fn text_named_jpg() {
    let message = Bystander::new().refuses("text.jpg", b"This is not a picture.\n");
    assert_says(&message, &["text"]);
}

#[test]
fn a_page_named_jpg() {
    let page = b"<!DOCTYPE html><html><script>alert(1)</script></html>";
    assert_says(&Bystander::new().refuses("page.jpg", page), &["html"]);
}

#[test]
fn a_truncated_jpeg() {
    let jpeg = Picture::photo(1, 640, 480).jpeg(90);
    let message = Bystander::new().refuses("cut.jpg", &jpeg[..200]);
    assert_says(&message, &["jpeg"]);
}

#[test]
fn a_truncated_png() {
    let png = Picture::photo(1, 640, 480).png();
    let message = Bystander::new().refuses("cut.png", &png[..png.len() / 2]);
    assert_says(&message, &["png"]);
}

#[test]
fn a_wrong_extension_is_accepted_by_content() {
    let server = Server::start();
    let png = Picture::photo(1, 64, 48).png();
    let answer = server.upload("p", "really_a_png.jpg", &png).json();
    assert_eq!(answer["width"], 64);
    let form = Form::new().part(
        "file",
        Part::bytes(png)
            .file_name("x.txt")
            .mime_str("text/plain")
            .unwrap(),
    );
    server.post_form("/projects/p/images", form).ok();
}

#[test]
fn a_png_that_claims_60000_by_60000() {
    let png = hostile::png_claiming(60_000, 60_000);
    let message = Bystander::new().refuses("claims.png", &png);
    assert_says(&message, &["too large", "allowed"]);
}

#[test]
fn a_small_file_that_decodes_to_20000_by_20000() {
    let png = hostile::black_png(20_000, 20_000);
    assert!(png.len() < 1 << 20, "{} bytes", png.len());
    let message = Bystander::new().refuses("black.png", &png);
    assert_says(&message, &["400000000", "allowed"]);
}

#[test]
fn a_progressive_jpeg_with_thousands_of_scans() {
    let message = Bystander::new().refuses("scans.jpg", &hostile::jpeg_of_scans(63));
    assert_says(&message, &["scans"]);
}

#[test]
fn an_animated_gif_with_10000_frames() {
    let message = Bystander::new().refuses("frames.gif", &hostile::gif_of_frames(10_000));
    assert_says(&message, &["frames"]);
}

#[test]
fn a_png_with_200_mb_of_text_in_a_small_chunk() {
    let png = hostile::with_text_bomb(&Picture::photo(1, 64, 48).png(), 200 << 20);
    assert!(png.len() < 1 << 20, "{} bytes", png.len());
    let message = Bystander::new().refuses("text_bomb.png", &png);
    assert_says(&message, &["unpack to more than 16 mib"]);
}

#[test]
fn a_png_with_200_mb_of_colour_profile_in_a_small_chunk() {
    let png = hostile::with_profile_bomb(&Picture::photo(1, 64, 48).png(), 200 << 20);
    assert!(png.len() < 1 << 20, "{} bytes", png.len());
    let message = Bystander::new().refuses("profile_bomb.png", &png);
    assert_says(&message, &["unpack to more than 16 mib"]);
}

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
    server.get("/projects/hostile/images").refused(404);
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
    server.get("/projects/p/images").refused(404);
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

#[test]
fn an_unknown_project() {
    let server = Server::start();
    let jpeg = Picture::photo(1, 64, 48).jpeg(90);
    for path in [
        "/projects/nowhere",
        "/projects/nowhere/images",
        "/projects/nowhere/thumbnail",
        "/projects/nowhere/images/0123456789abcdef0123456789abcdef",
        "/projects/nowhere/duplicates",
    ] {
        let error = server.get(path).refused(404);
        assert_eq!(error["error"], "NotFound");
    }
    server.delete("/projects/nowhere").refused(404);
    server
        .put("/projects/nowhere/primary/0123456789abcdef0123456789abcdef")
        .refused(404);
    server.diff("nowhere", &base64(&jpeg), true).refused(404);
    let known: Value = server.get("/projects").json();
    assert!(!known.to_string().contains("nowhere"));
}

#[test]
fn an_unknown_image() {
    let server = Server::start();
    server
        .upload("p", "a.jpg", &Picture::photo(1, 64, 48).jpeg(90))
        .ok();
    for image in [
        "0123456789abcdef0123456789abcdef",
        "b.jpg",
        "ABC",
        "'; DROP TABLE images; --",
    ] {
        server
            .get(&format!("/projects/p/images/{image}"))
            .refused(404);
        server
            .delete(&format!("/projects/p/images/{image}"))
            .refused(404);
        server
            .put(&format!("/projects/p/primary/{image}"))
            .refused(404);
    }
    assert_eq!(server.ids("p").len(), 1);
}

#[test]
fn an_unknown_size() {
    let server = Server::start();
    server
        .upload("p", "a.jpg", &Picture::photo(1, 64, 48).jpeg(90))
        .ok();
    for size in ["huge", "", "Original", "../meta", "50x50"] {
        let error = server
            .get(&format!("/projects/p/images/a.jpg?size={size}"))
            .refused(400);
        let message = text(&error, "message");
        assert!(message.contains("thumb"), "it names the sizes: {message}");
    }
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
