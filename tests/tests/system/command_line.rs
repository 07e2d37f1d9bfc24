//! Every command, as a script would use it: what it prints, and how it ends.

use std::collections::BTreeSet;
use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;

use serde_json::{Value, json};
use tempfile::TempDir;
use vismatch_tests::client::text;
use vismatch_tests::picture::size_of;
use vismatch_tests::server::eventually;
use vismatch_tests::{Picture, Server, program, sha256};

/// A folder with a photo, a smaller copy in a folder below, another photo and a text.
fn pictures() -> TempDir {
    let folder = TempDir::new().unwrap();
    let put = |name: &str, file: &[u8]| fs::write(folder.path().join(name), file).unwrap();
    fs::create_dir(folder.path().join("below")).unwrap();
    put("photo.jpg", &Picture::photo(1, 640, 480).jpeg(90));
    put("below/copy.png", &Picture::photo(1, 320, 240).png());
    put(
        "other.webp",
        &Picture::photo(2, 320, 240).file(image::ImageFormat::WebP),
    );
    put("notes.txt", b"buy milk");
    folder
}

fn lines(text: &str) -> Vec<Value> {
    text.lines()
        .map(|line| serde_json::from_str(line).expect("a line of JSON"))
        .collect()
}

#[test]
fn every_command_has_help() {
    let here = Path::new(".");
    for command in [
        "serve",
        "hash",
        "compare",
        "find",
        "resize",
        "import",
        "rebuild",
        "verify",
        "component",
        "openapi",
    ] {
        let help = program::run(here, [command, "--help"]).ok();
        assert!(help.contains("Usage: vismatch"), "{help}");
        assert!(help.contains("Example"), "{command} teaches by example");
    }
    let help = program::run(here, ["--help"]).ok();
    assert!(help.contains("serve") && help.contains("verify"), "{help}");
    let version = program::run(here, ["--version"]).ok();
    assert_eq!(
        version.trim(),
        concat!("vismatch ", env!("CARGO_PKG_VERSION"))
    );
}

/// The server vismatch-svc puts them beside each picture.
#[test]
fn caches_of_another_server_are_passed_over_in_silence() {
    let folder = TempDir::new().unwrap();
    let photo = Picture::photo(1, 640, 480).jpeg(90);
    for name in ["a.jpg", "a.jpg.phash", "a.jpg.dhash", "a.jpg.ahash"] {
        fs::write(folder.path().join(name), &photo).unwrap();
    }
    let run = |arguments: &[&str]| program::run(folder.path(), arguments);
    assert_eq!(run(&["hash", "."]).ok().lines().count(), 1);
    let found = run(&["find", "."]);
    assert!(
        found
            .err
            .contains("1 picture, 0 groups; no pictures: 0, failed: 0"),
        "{found:?}"
    );
    let data = TempDir::new().unwrap();
    let data = data.path().to_str().unwrap();
    let imported = run(&["import", ".", "--project", "p", "--data", data]);
    assert!(!imported.err.contains("hash"), "{imported:?}");
    let summary = imported.ok();
    assert_eq!(summary.trim(), "p: 1 added, 0 known, 0 skipped, 0 failed");
    // What is named is always answered.
    assert_eq!(run(&["hash", "a.jpg.phash"]).ok().lines().count(), 1);
}

#[test]
fn hash_prints_fingerprints_of_files() {
    let folder = pictures();
    let printed = program::run(folder.path(), ["hash", "photo.jpg", "other.webp"]).ok();
    let rows: Vec<Vec<&str>> = printed
        .lines()
        .map(|line| line.split_whitespace().collect())
        .collect();
    assert_eq!(rows.len(), 2, "{printed}");
    assert_eq!(rows[0][1..], ["phash", "photo.jpg"]);
    assert_eq!(rows[1][1..], ["phash", "other.webp"]);
    assert_eq!(rows[0][0].len(), 16);
    assert_ne!(rows[0][0], rows[1][0]);
}

#[test]
fn hash_prints_json_of_every_algorithm() {
    let folder = pictures();
    let printed = program::run(
        folder.path(),
        ["hash", "--json", "--algorithm", "all", "photo.jpg"],
    )
    .ok();
    let row = &lines(&printed)[0];
    assert_eq!(row["path"], "photo.jpg");
    assert_eq!(row["format"], "JPEG");
    assert_eq!((&row["width"], &row["height"]), (&json!(640), &json!(480)));
    let bits: Vec<(String, usize)> = row["fingerprints"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (text(one, "algorithm"), text(one, "bits").len() * 4))
        .collect();
    let expected = [
        ("phash", 64),
        ("dhash", 64),
        ("dhash128", 128),
        ("ahash", 64),
        ("blockhash", 64),
        ("pdq", 256),
        ("core", 128),
        ("bare", 128),
    ];
    assert_eq!(bits, expected.map(|(name, bits)| (name.to_owned(), bits)));
}

#[test]
fn hash_goes_on_past_what_is_no_picture() {
    let folder = pictures();
    let said = program::run(folder.path(), ["hash", "--json", "."]);
    assert_eq!(said.code, Some(1), "{said:#?}");
    assert_eq!(lines(&said.out).len(), 3);
    assert!(said.err.contains("notes.txt"), "{said:#?}");
}

#[test]
fn the_server_gives_the_same_fingerprints() {
    let folder = pictures();
    let server = Server::start();
    let file = fs::read(folder.path().join("photo.jpg")).unwrap();
    let stored = server.upload("p", "photo.jpg", &file).json();
    let printed = program::run(
        folder.path(),
        ["hash", "--json", "--algorithm", "all", "photo.jpg"],
    )
    .ok();
    assert_eq!(lines(&printed)[0]["fingerprints"], stored["fingerprints"]);
}

#[test]
fn compare_ends_with_its_verdict() {
    let folder = pictures();
    let code = |a: &str, b: &str| program::run(folder.path(), ["compare", a, b]).code;
    assert_eq!(code("photo.jpg", "photo.jpg"), Some(0));
    assert_eq!(code("photo.jpg", "below/copy.png"), Some(0));
    assert_eq!(code("photo.jpg", "other.webp"), Some(1));
    assert_eq!(code("photo.jpg", "notes.txt"), Some(2));
    assert_eq!(code("photo.jpg", "nowhere.jpg"), Some(2));
    for radius in ["--radius", "--threshold"] {
        let strict = ["compare", "photo.jpg", "other.webp", radius, "0"];
        assert_eq!(program::run(folder.path(), strict).code, Some(1));
        let outside = ["compare", "photo.jpg", "photo.jpg", radius, "65"];
        assert_eq!(program::run(folder.path(), outside).code, Some(2));
    }
}

#[test]
fn compare_says_why() {
    let folder = pictures();
    let said = program::run(
        folder.path(),
        ["compare", "--json", "photo.jpg", "below/copy.png"],
    )
    .json();
    assert_eq!(said["verdict"], "same_picture");
    assert_eq!(said["orientation"], "upright");
    assert_eq!(said["differences"].as_array().unwrap().len(), 8);
    assert!(!text(&said, "reason").is_empty());
}

#[test]
fn find_groups_duplicates() {
    let folder = pictures();
    let said = program::run(folder.path(), ["find", ".", "--json"]);
    let shown = format!("{said:#?}");
    assert!(
        said.out.contains("photo.jpg") && said.out.contains("copy.png"),
        "{shown}"
    );
    assert!(!said.out.contains("other.webp"), "{shown}");
    let human = program::run(folder.path(), ["find", "."]);
    assert!(
        human.out.contains("photo.jpg") && human.out.contains("copy.png"),
        "{human:#?}"
    );
    assert!(human.err.contains(" 1 group;"), "{human:#?}");
}

#[test]
fn resize_makes_jpegs_of_the_size_asked_for() {
    let folder = pictures();
    let resized = |arguments: [&str; 2]| {
        let [how, size] = arguments;
        program::run(
            folder.path(),
            ["resize", "photo.jpg", how, size, "-o", "out.jpg"],
        )
        .ok();
        size_of(&fs::read(folder.path().join("out.jpg")).unwrap())
    };
    assert_eq!(resized(["--fit", "100x100"]), (100, 75));
    assert_eq!(resized(["--fit", "9999x9999"]), (640, 480));
    assert_eq!(resized(["--cover", "50x50"]), (50, 50));
    assert_eq!(resized(["--cover", "800x600"]), (800, 600));
}

#[test]
fn resize_leaves_nothing_when_it_fails() {
    let folder = pictures();
    let said = program::run(
        folder.path(),
        ["resize", "notes.txt", "--fit", "10x10", "-o", "out.jpg"],
    );
    assert_eq!(said.code, Some(2), "{said:#?}");
    assert!(!folder.path().join("out.jpg").exists());
}

#[test]
fn import_takes_a_folder_and_can_be_called_again() {
    let folder = pictures();
    let data = TempDir::new().unwrap();
    let import = || {
        let data = data.path().to_str().unwrap();
        program::run(
            folder.path(),
            ["import", ".", "--project", "p", "--data", data],
        )
    };
    let first = import();
    assert_eq!(first.code, Some(0), "{first:#?}");
    assert!(first.err.contains("notes.txt"), "{first:#?}");
    fs::write(
        folder.path().join("new.jpg"),
        Picture::photo(3, 90, 60).jpeg(90),
    )
    .unwrap();
    let second = import();
    assert_eq!(second.code, Some(0), "{second:#?}");
    assert!(!second.err.contains("left out"), "{second:#?}");
    let server = Server::over(data.path());
    let list = server.get("/projects/p/images").json();
    let names: BTreeSet<String> = list
        .as_array()
        .unwrap()
        .iter()
        .map(|row| text(row, "name"))
        .collect();
    let expected = ["below/copy.png", "new.jpg", "other.webp", "photo.jpg"];
    assert_eq!(names, expected.map(str::to_owned).into());
    assert_eq!(list.as_array().unwrap().len(), 4);
}

#[test]
fn import_tells_what_it_left_out() {
    let folder = pictures();
    let photo = fs::read(folder.path().join("photo.jpg")).unwrap();
    fs::write(folder.path().join("twin.jpg"), &photo).unwrap();
    fs::write(folder.path().join("broken.png"), b"\x89PNG\r\n\x1a\n").unwrap();
    fs::write(folder.path().join("photo.xmp"), "<x/>").unwrap();
    let data = TempDir::new().unwrap();
    let data = data.path().to_str().unwrap();
    let said = program::run(
        folder.path(),
        [
            "import",
            ".",
            "--project",
            "p",
            "--data",
            data,
            "--jobs",
            "1",
        ],
    );
    assert_eq!(said.code, Some(1), "{said:#?}");
    for left_out in [
        "left out: ./twin.jpg: the same bytes as photo.jpg",
        "broken.png",
        "skipped: ./photo.xmp: it may belong to a picture of its name",
    ] {
        assert!(said.err.contains(left_out), "{said:#?}");
    }
    assert!(
        said.out.contains("3 added, 1 known, 2 skipped, 1 failed"),
        "{said:#?}"
    );
}

#[test]
fn import_beside_a_running_server_is_seen_by_it() {
    let folder = pictures();
    let server = Server::start();
    let data = server.data().to_str().unwrap();
    program::run(
        folder.path(),
        ["import", ".", "--project", "p", "--data", data],
    )
    .ok();
    assert_eq!(server.ids("p").len(), 3);
}

#[test]
fn component_gives_itself_away() {
    let folder = TempDir::new().unwrap();
    program::run(folder.path(), ["component", "-o", "vismatch.wasm"]).ok();
    let file = fs::read(folder.path().join("vismatch.wasm")).unwrap();
    assert!(file.starts_with(b"\0asm\x0d\0\x01\0"), "a component");
    let mut printing = program::command();
    printing
        .current_dir(folder.path())
        .args(["component", "-o", "-"]);
    assert!(
        printing.output().unwrap().stdout == file,
        "`-` is standard output"
    );
    assert!(!folder.path().join("-").exists());
    let digest = program::run(folder.path(), ["component", "--digest"]).ok();
    assert!(digest.contains(&sha256(&file)), "{digest}");
    let wit = program::run(folder.path(), ["component", "--wit"]).ok();
    assert!(
        wit.contains("package vismatch:pipeline@") && wit.contains("world imaging"),
        "{wit}"
    );
    let served = Server::start().get("/component").ok().body;
    assert!(served == file, "the server serves another one");
}

#[test]
fn openapi_prints_what_the_server_serves() {
    let printed = program::run(Path::new("."), ["openapi"]).json();
    assert_eq!(printed, Server::start().get("/openapi.json").json());
}

#[test]
fn settings_come_from_flags_then_variables_then_the_file() {
    let folder = TempDir::new().unwrap();
    let photo = Picture::photo(1, 64, 48).png();
    fs::write(folder.path().join("a.png"), photo).unwrap();
    fs::write(folder.path().join("vismatch.toml"), "max_pixels = 100\n").unwrap();
    let hash = |variable: Option<&str>, flags: &[&str]| {
        let mut command = program::command();
        command
            .current_dir(folder.path())
            .args(["hash", "a.png"])
            .args(flags);
        if let Some(value) = variable {
            command.env("VISMATCH_MAX_PIXELS", value);
        }
        program::Said::from(command.output().unwrap()).code
    };
    assert_eq!(hash(None, &[]), Some(1), "the file counts");
    assert_eq!(
        hash(Some("10000"), &[]),
        Some(0),
        "the variable beats the file"
    );
    assert_eq!(
        hash(Some("10000"), &["--max-pixels", "200"]),
        Some(1),
        "the flag beats both"
    );
}

#[test]
fn wrong_settings_fail_at_start() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("vismatch.toml"), "max_pixls = 100\n").unwrap();
    let said = program::run(folder.path(), ["serve", "--listen", "127.0.0.1:0"]);
    assert_eq!(said.code, Some(2), "{said:#?}");
    assert!(said.err.contains("max_pixls"), "{said:#?}");
}

#[test]
fn others_reach_a_server_only_when_that_is_meant() {
    let folder = TempDir::new().unwrap();
    let said = program::run(folder.path(), ["serve", "--listen", "0.0.0.0:0"]);
    assert_eq!(said.code, Some(2), "{said:#?}");
    assert!(said.err.contains("`open_to_network`"), "{said:#?}");
    let server = Server::settings()
        .arguments(["--listen", "0.0.0.0:0", "--open-to-network"])
        .start();
    assert!(
        server.log().contains("everyone who can reach"),
        "{}",
        server.log()
    );
}

/// The first half of an upload is sent, the server is told to stop, then the rest is sent.
#[cfg(unix)]
#[test]
fn a_stop_finishes_what_is_running() {
    let mut server = Server::start();
    let host = server.base().trim_start_matches("http://").to_owned();
    let body = [
        b"--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.png\"\r\n\r\n"
            .as_slice(),
        &Picture::photo(1, 600, 400).png(),
        b"\r\n--b--\r\n",
    ]
    .concat();
    let head = format!(
        "POST /projects/p/images HTTP/1.1\r\nHost: {host}\r\nContent-Length: {}\r\n\
         Content-Type: multipart/form-data; boundary=b\r\nConnection: close\r\n\r\n",
        body.len()
    );
    let (first, rest) = body.split_at(body.len() / 2);
    let mut connection = TcpStream::connect(&host).unwrap();
    connection.write_all(head.as_bytes()).unwrap();
    connection.write_all(first).unwrap();
    let temporary = server.data().join("tmp");
    eventually("the upload has begun", || has_upload(&temporary));
    server.ask_to_stop();
    eventually("the server is stopping", || {
        server.log().contains("stopping")
    });
    connection.write_all(rest).unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    let status = server.wait_for_end();
    assert!(status.success(), "{status}: {}", server.log());
    assert_eq!(Server::over(server.data()).ids("p").len(), 1);
}

/// A file beside the lock of a server is an upload on its way in.
fn has_upload(temporary: &Path) -> bool {
    let files = walkdir::WalkDir::new(temporary)
        .into_iter()
        .filter_map(Result::ok);
    files
        .into_iter()
        .any(|entry| entry.file_type().is_file() && entry.file_name() != "lock")
}

#[test]
fn logs_are_json_when_asked_for() {
    let server = Server::settings()
        .arguments(["--log-format", "json"])
        .start();
    let id = "trace-me-42";
    let request = server
        .request(reqwest::Method::GET, "/projects")
        .header("x-request-id", id);
    vismatch_tests::client::send(request).unwrap().ok();
    eventually("the request is logged", || server.log().contains(id));
    let log = server.log();
    let of_request: Vec<Value> = log
        .lines()
        .filter(|line| line.contains(id))
        .map(|line| serde_json::from_str(line).expect("a log line is JSON"))
        .collect();
    assert_eq!(of_request.len(), 1, "one line a request: {log}");
}
