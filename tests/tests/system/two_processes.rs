//! Two servers over one data folder, as S4 promises: no lost update, a manifest that is always
//! valid, and both find everything.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;
use vismatch_tests::client::text;
use vismatch_tests::picture::with_comment;
use vismatch_tests::{Client, Picture, Random, Server, base64, program};

const PROJECT: &str = "shared";
const CLIENTS: u64 = 8;
const STEPS: u64 = 20;

/// Uploads and deletes through both servers in turn; the ids that have to be there at the end.
fn work(servers: &[Client; 2], number: u64, picture: &[u8]) -> Vec<String> {
    let mut random = Random::new(number);
    let mut mine = Vec::new();
    for step in 0..STEPS {
        let client = &servers[random.below(2) as usize];
        if !mine.is_empty() && random.below(3) == 0 {
            let id: String = mine.swap_remove(random.below(mine.len() as u64) as usize);
            client
                .delete(&format!("/projects/{PROJECT}/images/{id}"))
                .ok();
        } else {
            let file = with_comment(picture, &format!("{number}-{step}"));
            // All clients use the same names: each upload has to end up under a name of its own.
            let answer = client.upload(PROJECT, &format!("{step}.jpg"), &file).json();
            mine.push(text(&answer, "image_id"));
        }
    }
    mine
}

/// Reads the manifest over and over; how often it was there and valid.
fn watch(manifest: &Path, stop: &AtomicBool) -> u64 {
    let mut seen = 0;
    while !stop.load(Ordering::Relaxed) {
        if let Ok(text) = fs::read_to_string(manifest) {
            let value: Value = serde_json::from_str(&text)
                .unwrap_or_else(|fault| panic!("the manifest is broken, {fault}: {text}"));
            assert_consistent(&value);
            seen += 1;
        }
        thread::sleep(Duration::from_millis(1));
    }
    seen
}

/// No image twice, and the primary image is one of them.
#[track_caller]
fn assert_consistent(manifest: &Value) {
    let images = manifest["images"].as_array().expect("images");
    let ids: BTreeSet<String> = images.iter().map(|image| text(image, "id")).collect();
    assert_eq!(ids.len(), images.len(), "{manifest:#}");
    match manifest["primary_image_id"].as_str() {
        Some(primary) => assert!(ids.contains(primary), "{manifest:#}"),
        None => assert!(ids.is_empty(), "{manifest:#}"),
    }
}

#[test]
fn no_update_is_lost() {
    let data = TempDir::new().unwrap();
    let servers = [Server::over(data.path()), Server::over(data.path())];
    let pictures: Vec<Vec<u8>> = (0..CLIENTS)
        .map(|seed| Picture::photo(seed, 300, 200).jpeg(80))
        .collect();
    let manifest = data.path().join("projects").join(PROJECT).join("meta.json");
    let stop = AtomicBool::new(false);

    let (expected, seen) = thread::scope(|scope| {
        let watcher = scope.spawn(|| watch(&manifest, &stop));
        let workers: Vec<_> = pictures
            .iter()
            .zip(0..)
            .map(|(picture, number)| {
                let clients = [servers[0].client(), servers[1].client()];
                scope.spawn(move || work(&clients, number, picture))
            })
            .collect();
        let results: Vec<_> = workers
            .into_iter()
            .map(thread::ScopedJoinHandle::join)
            .collect();
        stop.store(true, Ordering::Relaxed);
        let seen = watcher.join().unwrap();
        let ids: BTreeSet<String> = results.into_iter().flat_map(Result::unwrap).collect();
        (ids, seen)
    });

    assert!(seen > 0, "the watcher never saw a manifest");
    for server in &servers {
        assert_eq!(
            server.ids(PROJECT).into_iter().collect::<BTreeSet<_>>(),
            expected
        );
        assert_all_names_differ(server);
        assert_everything_is_found(server, &pictures, &expected);
    }
    assert_eq!(
        servers[0].ids(PROJECT),
        servers[1].ids(PROJECT),
        "the order is one"
    );
    let in_manifest = servers[0].manifest(PROJECT);
    assert_consistent(&in_manifest);
    assert_eq!(
        in_manifest["images"].as_array().unwrap().len(),
        expected.len()
    );
    drop(servers);
    let report = program::run(data.path(), ["verify", "--json", "--data", "."]).json();
    assert_eq!(report, json!({"images": expected.len(), "findings": []}));
}

#[track_caller]
fn assert_all_names_differ(server: &Server) {
    let list = server.get(&format!("/projects/{PROJECT}/images")).json();
    let names: Vec<String> = list
        .as_array()
        .unwrap()
        .iter()
        .map(|row| text(row, "name"))
        .collect();
    let different: BTreeSet<&String> = names.iter().collect();
    assert_eq!(different.len(), names.len(), "{names:?}");
}

/// A question for every picture brings up, over all pictures, every image.
#[track_caller]
fn assert_everything_is_found(server: &Server, pictures: &[Vec<u8>], expected: &BTreeSet<String>) {
    let path = format!("/projects/{PROJECT}/matches?limit=1000");
    let found: BTreeSet<String> = pictures
        .iter()
        .flat_map(|picture| {
            let form = vismatch_tests::client::file_form("query.jpg", picture);
            let answer = server.post_form(&path, form).json();
            let rows = answer.as_array().expect("a bare array").clone();
            rows.into_iter().map(|row| text(&row, "image_id"))
        })
        .collect();
    assert_eq!(&found, expected);
}

#[test]
fn what_one_server_takes_the_other_finds_at_once() {
    let data = TempDir::new().unwrap();
    let one = Server::over(data.path());
    let other = Server::over(data.path());
    for seed in 0..5 {
        let jpeg = Picture::photo(seed, 300, 200).jpeg(80);
        let answer = one.upload(PROJECT, "a.jpg", &jpeg).json();
        let distance = |server: &Server| {
            let answer = server.diff(PROJECT, &base64(&jpeg), false).json();
            answer["compare_result"][0]["distance"].as_f64()
        };
        assert_eq!(distance(&other), Some(0.0));
        other
            .delete(&format!(
                "/projects/{PROJECT}/images/{}",
                text(&answer, "image_id")
            ))
            .ok();
        assert_ne!(distance(&one), Some(0.0));
    }
}
