//! Hashers of other people beside our own: kept, searched, backfilled, removed; and what becomes of those that
//! misbehave.

use std::fs;
use std::path::{Path, PathBuf};

use reqwest::Method;
use serde_json::{Value, json};
use tempfile::TempDir;
use vismatch_tests::client::text;
use vismatch_tests::server::eventually;
use vismatch_tests::{Picture, Server, program};

/// A hasher in the text format of WebAssembly.
const HASHER: &str = include_str!("plugins/hasher.wat");

/// A folder for plugins and data that outlives the servers over it.
struct Place(TempDir);

impl Place {
    fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    fn data(&self) -> PathBuf {
        self.0.path().join("data")
    }

    /// A component file.
    fn put(&self, name: &str, component: &str) -> PathBuf {
        let path = self.0.path().join(name);
        fs::write(&path, component).unwrap();
        path
    }

    /// A server over the folder's data with a plugin called `test`.
    fn serve(&self, component: &Path) -> Server {
        self.serve_all(&[("test", component)])
    }

    /// A server over the folder's data with plugins.
    fn serve_all(&self, plugins: &[(&str, &Path)]) -> Server {
        let limits = ["--sandbox-timeout", "5s", "--sandbox-memory", "256MiB"];
        let plugins = plugins.iter().flat_map(|(name, component)| {
            [
                "--plugin".to_owned(),
                format!("{name}={}", component.display()),
            ]
        });
        fs::create_dir_all(self.data()).unwrap();
        Server::settings()
            .data(&self.data())
            .arguments(limits)
            .arguments(plugins)
            .start()
    }
}

fn jpeg(seed: u64) -> Vec<u8> {
    Picture::photo(seed, 320, 240).jpeg(90)
}

fn smaller(seed: u64) -> Vec<u8> {
    Picture::photo(seed, 200, 150).jpeg(70)
}

/// A picture whose first cell is white: what mischief waits for.
fn white() -> Vec<u8> {
    let mut file = b"P5\n64 64\n255\n".to_vec();
    file.extend((0..64 * 64).map(|at| if at % 64 < 32 { 255u8 } else { 0 }));
    file
}

/// What a server says of the plugin.
#[track_caller]
fn plugin(server: &Server) -> Value {
    server.get("/plugins/test").json()
}

#[track_caller]
fn wait_until(server: &Server, state: &str) {
    eventually(state, || plugin(server)["state"] == state);
}

/// Names of what the plugin finds near a stored image.
#[track_caller]
fn near(server: &Server, image: &str) -> Vec<String> {
    let path = format!("/projects/p/matches?algorithm=test&image_id={image}");
    let found = server.send_to(Method::POST, &path).json();
    let found = found.as_array().unwrap().iter();
    found.map(|found| text(found, "name")).collect()
}

#[test]
fn every_upload_is_asked_about_and_searched() {
    let place = Place::new();
    let server = place.serve(&place.put("a.wat", HASHER));
    server.upload("p", "a.jpg", &jpeg(1)).with_status(200);
    server.upload("p", "b.jpg", &smaller(1)).with_status(200);
    server.upload("p", "c.jpg", &jpeg(2)).with_status(200);
    server.upload("q", "d.jpg", &smaller(1)).with_status(200);

    assert_eq!(
        near(&server, "a.jpg"),
        ["b.jpg"],
        "without waiting for anything"
    );
    let prints = server.get("/projects/p/images/a.jpg/fingerprints").json();
    let own = prints
        .as_array()
        .unwrap()
        .iter()
        .find(|print| print["algorithm"] == "test");
    let own = own.expect("a fingerprint of the plugin's");
    assert_eq!(text(own, "bits").len(), 16);
    assert!(own.get("quality").is_none());

    let form = vismatch_tests::client::file_form("x.jpg", &smaller(1)).text("algorithm", "test");
    let found = server.post_form("/matches", form).json();
    let names: Vec<String> = found
        .as_array()
        .unwrap()
        .iter()
        .map(|found| text(found, "name"))
        .collect();
    assert_eq!(
        names[..3],
        ["b.jpg", "d.jpg", "a.jpg"],
        "the same bytes first, over all projects"
    );
    assert_eq!(found[0]["kind"], "exact");
    assert_eq!(found[2]["kind"], "near");
    assert_eq!(found[2]["algorithm"], "test");

    let plugin = plugin(&server);
    assert_eq!(plugin["fingerprints"], 4);
    assert_eq!(plugin["describes_itself"]["name"], "test");
    assert_eq!(plugin["describes_itself"]["bits"], 64);
    assert_eq!(server.get("/plugins").json().as_array().unwrap().len(), 1);
}

#[test]
fn odd_questions_are_refused() {
    let place = Place::new();
    let server = place.serve(&place.put("a.wat", HASHER));
    server.upload("p", "a.jpg", &jpeg(1)).with_status(200);
    let ask = |query: &str| {
        server.send_to(
            Method::POST,
            &format!("/projects/p/matches?image_id=a.jpg&{query}"),
        )
    };
    ask("algorithm=test&radius=65").refused(400);
    ask("algorithm=test&limit=0").refused(400);
    ask("algorithm=other").refused(422);
    server.get("/plugins/other").refused(404);
    server.get("/plugins/..%2Fx").refused(404);
    server.delete("/plugins/other").refused(404);
    server
        .send_to(Method::POST, "/plugins/other/backfill")
        .refused(404);
}

/// How often the sandbox was called for this.
#[track_caller]
fn calls(server: &Server, function: &str) -> u64 {
    let metrics = server.get("/metrics").ok().text();
    let wanted = format!("function=\"{function}\"");
    let counts = metrics
        .lines()
        .filter(|line| line.starts_with("vismatch_sandbox_calls_total") && line.contains(&wanted));
    let count = |line: &str| line.rsplit(' ').next().unwrap().parse::<u64>().unwrap();
    counts.map(count).sum()
}

/// A hasher that is handed the file.
fn hasher_of_files() -> String {
    let description = r"\04\00\00\00\01\00\00\00\40\00\00\00\00";
    let of_files = HASHER.replace(description, r"\04\00\00\00\01\00\00\00\40\00\00\00\01");
    assert_ne!(of_files, HASHER);
    of_files
}

#[test]
fn a_picture_is_decoded_once_for_all_plugins() {
    let place = Place::new();
    let planes = place.put("planes.wat", HASHER);
    let files = place.put("files.wat", &hasher_of_files());
    let server = place.serve_all(&[("one", &planes), ("other", &planes), ("files", &files)]);
    server.upload("p", "a.jpg", &jpeg(1)).with_status(200);
    server.upload("p", "b.jpg", &jpeg(2)).with_status(200);
    fs::write(place.data().join("image_root/p/c.jpg"), jpeg(3)).unwrap();
    for name in ["one", "other", "files"] {
        let path = format!("/plugins/{name}");
        eventually("it has been asked about all", || {
            let plugin = server.get(&path).json();
            plugin["state"] == "ready" && plugin["fingerprints"] == 3
        });
    }
    // The background has had time to look whether something is left.
    std::thread::sleep(std::time::Duration::from_secs(1));
    assert_eq!(calls(&server, "process"), 3);
    assert_eq!(calls(&server, "luma_plane"), 0);
    assert!(calls(&server, "plugin_hash") >= 3 * 3);
}

#[test]
fn a_check_takes_what_a_plugin_makes() {
    let place = Place::new();
    let server = place.serve(&place.put("a.wat", HASHER));
    server.upload("p", "a.jpg", &jpeg(1)).with_status(200);
    server.upload("p", "b.jpg", &smaller(1)).with_status(200);
    server.upload("q", "c.jpg", &jpeg(2)).with_status(200);
    let prints = server.get("/projects/p/images/a.jpg/fingerprints").json();
    let bits = |algorithm: &str| {
        let mut prints = prints.as_array().unwrap().iter();
        let own = prints
            .find(|print| print["algorithm"] == algorithm)
            .unwrap();
        text(own, "bits")
    };
    let check = |fingerprint: Value| {
        let body = json!({"fingerprints": [fingerprint]});
        server.post_json("/projects/p/check", &body)
    };
    let found = check(json!({"algorithm": "test", "bits": bits("test"), "version": 1})).json();
    assert_eq!(found["exact"], json!([]));
    assert_eq!(found["near"][0]["name"], "a.jpg");
    assert_eq!(found["near"][0]["distance"], 0);
    assert_eq!(found["near"][0]["algorithm"], "test");
    assert_eq!(found["near"][1]["name"], "b.jpg");
    let both = json!({"radius": 64, "fingerprints": [
        {"algorithm": "phash", "bits": bits("phash")},
        {"algorithm": "test", "bits": bits("test")},
    ]});
    let found = server.post_json("/check", &both).json();
    assert_eq!(found["near"].as_array().unwrap().len(), 3);

    let refusal = check(json!({"algorithm": "other", "bits": bits("test")})).refused(422);
    assert!(
        text(&refusal, "message").contains("pdq, core, bare, test"),
        "{refusal}"
    );
    let refusal = check(json!({"algorithm": "test", "bits": "00"})).refused(400);
    assert!(text(&refusal, "message").contains("64 bits"), "{refusal}");
    check(json!({"algorithm": "test", "bits": "xy"})).refused(400);
    let older = json!({"algorithm": "test", "bits": bits("test"), "version": 2});
    let refusal = check(older).refused(400);
    assert!(text(&refusal, "message").contains("version 1"), "{refusal}");
    let far = json!({"radius": 65, "fingerprints": [{"algorithm": "test", "bits": bits("test")}]});
    server.post_json("/check", &far).refused(400);
    server.delete("/plugins/test").with_status(200);
    let refusal = check(json!({"algorithm": "test", "bits": bits("test")})).refused(409);
    assert!(text(&refusal, "message").contains("removed"), "{refusal}");
}

#[test]
fn mirrored_and_turned_copies_are_found_by_a_plugin() {
    let place = Place::new();
    let files = place.put("files.wat", &hasher_of_files());
    let server = place.serve_all(&[("test", &place.put("a.wat", HASHER)), ("files", &files)]);
    let picture = Picture::photo(1, 320, 240);
    let turned = picture.turned();
    server.upload("p", "a.png", &picture.png()).with_status(200);
    server
        .upload("p", "mirrored.png", &picture.mirrored().png())
        .with_status(200);
    server
        .upload("p", "turned.png", &turned.png())
        .with_status(200);
    let ask = |query: &str| {
        let path = format!("/projects/p/matches?image_id=a.png&radius=2&{query}");
        let found = server.send_to(Method::POST, &path).json();
        let found = found.as_array().unwrap().clone();
        let told = found
            .iter()
            .map(|found| [text(found, "name"), text(found, "orientation")]);
        told.collect::<Vec<_>>()
    };
    assert!(ask("algorithm=test").is_empty());
    let found = ask("algorithm=test&orientation=any");
    let mut expected = ask("algorithm=phash&orientation=any");
    expected.sort();
    assert_eq!(expected.len(), 2, "{expected:?}");
    let mut sorted = found.clone();
    sorted.sort();
    assert_eq!(sorted, expected, "as the pipeline's own algorithms say it");

    let form = vismatch_tests::client::file_form("x.png", &picture.png());
    let form = form
        .text("algorithm", "test")
        .text("orientation", "any")
        .text("radius", "2");
    let found = server.post_form("/projects/p/matches", form).json();
    assert_eq!(
        found.as_array().unwrap().len(),
        3,
        "the picture itself, too"
    );
    let before = calls(&server, "plugin_hash");
    ask("algorithm=files&orientation=any");
    let asked = calls(&server, "plugin_hash") - before;
    assert!(
        (8..=9).contains(&asked),
        "once in each orientation, not {asked} times"
    );
}

#[test]
fn images_that_were_there_before_are_asked_about() {
    let place = Place::new();
    {
        let server = Server::over(&{
            fs::create_dir_all(place.data()).unwrap();
            place.data()
        });
        for seed in 0..12 {
            server
                .upload("p", &format!("{seed}.jpg"), &jpeg(seed))
                .with_status(200);
        }
        server.upload("p", "copy.jpg", &smaller(3)).with_status(200);
    }
    let file = place.put("a.wat", HASHER);
    {
        let server = place.serve(&file);
        eventually("some are done", || {
            plugin(&server)["fingerprints"].as_u64() > Some(0)
        });
        // Killed in the middle, or after the end: nothing is lost, nothing is done twice.
    }
    let server = place.serve(&file);
    wait_until(&server, "ready");
    assert_eq!(plugin(&server)["fingerprints"], 13);
    assert_eq!(near(&server, "3.jpg"), ["copy.jpg"]);
    let ready = server.get("/readyz").json();
    assert_eq!(ready["plugins"][0]["state"], "ready");
}

#[test]
fn what_comes_goes_or_changes_by_another_way_is_followed() {
    let place = Place::new();
    let server = place.serve(&place.put("a.wat", HASHER));
    server.upload("p", "a.jpg", &jpeg(1)).with_status(200);
    let dropped = place.data().join("image_root/p/dropped.jpg");
    fs::write(&dropped, smaller(1)).unwrap();
    eventually("the dropped picture is found", || {
        near(&server, "a.jpg") == ["dropped.jpg"]
    });

    server.upload_json("p", "dropped.jpg", &vismatch_tests::base64(&jpeg(2)));
    assert_eq!(near(&server, "a.jpg"), [""; 0], "it is another picture now");

    server.delete("/projects/p/images/a.jpg").with_status(200);
    eventually("its fingerprint is gone", || {
        plugin(&server)["fingerprints"] == 1
    });
}

#[test]
fn progress_is_told_as_events() {
    let place = Place::new();
    let server = place.serve(&place.put("a.wat", HASHER));
    let request = server.request(Method::GET, "/events");
    let mut stream = request.send().expect("the server answers");
    let mut heard = String::new();
    while !heard.contains("event: plugin") {
        let mut piece = [0; 512];
        let read = std::io::Read::read(&mut stream, &mut piece).unwrap();
        assert_ne!(read, 0, "{heard}");
        heard += &String::from_utf8_lossy(&piece[..read]);
    }
}

#[test]
fn deleted_fingerprints_stay_away_until_they_are_asked_for() {
    let place = Place::new();
    let file = place.put("a.wat", HASHER);
    let server = place.serve(&file);
    server.upload("p", "a.jpg", &jpeg(1)).with_status(200);
    wait_until(&server, "ready");
    let gone = server.delete("/plugins/test").json();
    assert_eq!(gone, json!({"ok": true, "name": "test", "removed": 1}));
    assert_eq!(plugin(&server)["state"], "removed");
    server.upload("p", "b.jpg", &smaller(1)).with_status(200);
    assert_eq!(plugin(&server)["fingerprints"], 0);
    let path = "/projects/p/matches?algorithm=test&image_id=a.jpg";
    server.send_to(Method::POST, path).refused(409);

    server
        .send_to(Method::POST, "/plugins/test/backfill")
        .with_status(202);
    eventually("both are asked about", || {
        plugin(&server)["fingerprints"] == 2
    });
    assert_eq!(near(&server, "a.jpg"), ["b.jpg"]);
}

#[test]
fn another_file_under_the_same_name_begins_anew() {
    let place = Place::new();
    let before = {
        let server = place.serve(&place.put("a.wat", HASHER));
        server.upload("p", "a.jpg", &jpeg(1)).with_status(200);
        server.upload("p", "b.jpg", &smaller(1)).with_status(200);
        wait_until(&server, "ready");
        plugin(&server)
    };
    // Lighter on the right: its bits must never be held against the others.
    let other = HASHER.replace("i32.gt_u", "i32.lt_u");
    assert_ne!(other, HASHER);
    let server = place.serve(&place.put("b.wat", &other));
    wait_until(&server, "ready");
    let after = plugin(&server);
    assert_ne!(after["digest"], before["digest"]);
    assert_eq!(after["fingerprints"], 2);
    assert_eq!(after["others"][0]["digest"], before["digest"]);
    assert_eq!(after["others"][0]["fingerprints"], 2);
    assert_eq!(near(&server, "a.jpg"), ["b.jpg"]);

    let without = {
        drop(server);
        Server::over(&place.data())
    };
    assert_eq!(plugin(&without)["state"], "absent");
    assert_eq!(plugin(&without)["others"].as_array().unwrap().len(), 2);
    without
        .send_to(Method::POST, "/plugins/test/backfill")
        .refused(409);
    assert_eq!(without.delete("/plugins/test").json()["removed"], 4);
    without.get("/plugins/test").refused(404);
}

/// A plugin that behaves until it sees white: it is disabled then, said so, and pictures are taken in.
#[track_caller]
fn disabled_by_white(mischief: &str, reason: &str) {
    let place = Place::new();
    let component = HASHER.replace(";; MISCHIEF", mischief);
    let server = place.serve(&place.put("bad.wat", &component));
    assert_ne!(
        plugin(&server)["state"],
        "disabled",
        "it behaves on what it is tried with"
    );
    server.upload("p", "white.pgm", &white()).with_status(200);
    server.upload("p", "a.jpg", &jpeg(1)).with_status(200);
    assert_disabled(&server, reason);
}

/// A plugin that misbehaves always is disabled from the start.
#[track_caller]
fn disabled_at_start(component: &str, reason: &str) {
    let place = Place::new();
    let server = place.serve(&place.put("bad.wat", component));
    server.upload("p", "a.jpg", &jpeg(1)).with_status(200);
    assert_disabled(&server, reason);
    server
        .send_to(Method::POST, "/plugins/test/backfill")
        .refused(409);
}

#[track_caller]
fn assert_disabled(server: &Server, reason: &str) {
    let ready = server.get("/readyz");
    assert_eq!(ready.status, 200);
    let told = &ready.json()["plugins"][0];
    assert_eq!(told["state"], "disabled", "{told}");
    assert!(text(told, "reason").contains(reason), "{told}");
    assert!(server.log().contains("plugin disabled"), "{}", server.log());
    assert_eq!(
        server.get("/projects/p").json()["images"],
        server.ids("p").len()
    );
    let path = "/projects/p/matches?algorithm=test&image_id=a.jpg";
    let refusal = server.send_to(Method::POST, path).refused(409);
    assert!(text(&refusal, "message").contains(reason), "{refusal}");
}

#[test]
fn a_plugin_that_traps_is_disabled() {
    disabled_by_white("unreachable", "unreachable");
}

#[test]
fn a_plugin_that_loops_is_disabled() {
    disabled_by_white("(loop $again (br $again))", "stopped after 5s");
}

#[test]
fn a_plugin_that_eats_memory_is_disabled() {
    let eat = "(loop $again (br_if $again (i32.ne (memory.grow (i32.const 64)) (i32.const -1)))) unreachable";
    disabled_by_white(eat, "more than 268435456 bytes of memory");
}

#[test]
fn a_plugin_that_answers_bits_of_another_length_is_disabled() {
    disabled_by_white(
        "(i32.store (i32.const 40) (i32.const 7))",
        "a fingerprint of 7 bytes, where 8 are announced",
    );
}

#[test]
fn a_plugin_that_answers_from_beyond_its_memory_is_disabled() {
    disabled_by_white("(i32.store (i32.const 36) (i32.const -9))", "out of bounds");
}

#[test]
fn a_plugin_that_gives_different_bits_for_the_same_picture_is_disabled() {
    // The bits are shifted out again by the loop unless they stay in the last byte's reach: they are put over it.
    let fickle = "(i64.store (i32.const 96) (call $random)) (return (i32.const 32))";
    disabled_by_white(fickle, "different bits for the same picture");
    disabled_at_start(
        &HASHER.replace(";; ALWAYS", fickle),
        "different bits for the same picture",
    );
}

#[test]
fn a_plugin_that_breaks_its_word_from_the_start_is_disabled_at_the_start() {
    disabled_at_start(&HASHER.replace(";; ALWAYS", "unreachable"), "unreachable");
    let odd = HASHER.replace(
        r"\01\00\00\00\40\00\00\00\00",
        r"\01\00\00\00\41\00\00\00\00",
    );
    disabled_at_start(&odd, "65 bits");
    let mute = HASHER.replace(
        r#"(func (export "describe") (result i32) (i32.const 0))"#,
        r#"(func (export "describe") (result i32) unreachable)"#,
    );
    disabled_at_start(&mute, "unreachable");
}

/// Runs `serve` with a plugin that must not be taken; what it said.
#[track_caller]
fn refused(plugin: &str, component: &[u8]) -> String {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("other.wasm"), component).unwrap();
    let said = program::run(
        folder.path(),
        [
            "serve",
            "--listen",
            "127.0.0.1:0",
            "--data",
            "data",
            "--plugin",
            plugin,
        ],
    );
    assert!(said.code.is_some_and(|code| code != 0), "{said:#?}");
    assert!(
        !said.out.contains("ready") && !said.err.contains("panicked"),
        "{said:#?}"
    );
    said.err
}

#[test]
fn what_is_no_plugin_is_refused_at_the_start() {
    let said = refused("x=other.wasm", b"This is not WebAssembly.");
    assert!(said.contains("not a WebAssembly component"), "{said}");
    let said = refused("x=other.wasm", b"\0asm\x0d\0\x01\0");
    assert!(said.contains("vismatch:pipeline/hasher"), "{said}");
    let said = refused("x=nowhere.wasm", b"");
    assert!(said.contains("nowhere.wasm"), "{said}");
    for (wrong, why) in [
        ("other.wasm", "NAME=FILE"),
        ("phash=other.wasm", "algorithm"),
        ("A=other.wasm", "a to z"),
    ] {
        let said = refused(wrong, b"");
        assert!(said.contains(why), "{said}");
    }
}

#[test]
fn a_plugin_can_be_tried_without_a_server() {
    let place = Place::new();
    place.put("a.wat", HASHER);
    fs::write(place.0.path().join("a.jpg"), jpeg(1)).unwrap();
    fs::write(place.0.path().join("b.txt"), "no picture").unwrap();
    let run = |arguments: &[&str]| program::run(place.0.path(), [&["plugin"], arguments].concat());
    let said = run(&["a.wat", "a.jpg"]).ok();
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(lines[0], "test, version 1, 64 bits of luma-plane");
    assert_eq!(lines[2].split("  ").nth(1), Some("a.jpg"));
    assert_eq!(lines[2].split("  ").next().unwrap().len(), 16);
    assert_eq!(run(&["a.wat", "a.jpg", "b.txt"]).code, Some(1));
    place.put("bad.wat", &HASHER.replace(";; ALWAYS", "unreachable"));
    let said = run(&["bad.wat", "a.jpg"]);
    assert_eq!(said.code, Some(2));
    assert!(said.err.contains("unreachable"), "{said:#?}");
}
