//! The bank: all fingerprints of a project taken away, kept up to date, searched as the server searches.

use std::io::Cursor;

use image::{ImageFormat, Rgb, RgbImage};
use reqwest::Method;
use serde_json::{Value, json};
use vismatch_pipeline::bank::Bank;
use vismatch_pipeline::fingerprint::{Algorithm, Fingerprint};
use vismatch_tests::client::{Answer, text};
use vismatch_tests::{Picture, Server};

/// Uploads the photos of these seeds; their answers.
fn upload(server: &Server, project: &str, seeds: std::ops::Range<u64>) -> Vec<Value> {
    let photo = |seed| {
        let jpeg = Picture::photo(seed, 160, 120).jpeg(90);
        server.upload(project, &format!("{seed}.jpg"), &jpeg).json()
    };
    seeds.map(photo).collect()
}

/// The bank of `p`, brought up to date from `base` when there is one.
#[track_caller]
fn fetch(server: &Server, algorithm: &str, base: Option<&Bank>) -> Bank {
    let answer = server.get(&address(algorithm, base));
    assert_eq!(answer.header("content-type"), "application/octet-stream");
    Bank::read(base, &answer.ok().body).unwrap()
}

fn address(algorithm: &str, base: Option<&Bank>) -> String {
    let path = format!("/projects/p/bank?algorithm={algorithm}");
    match base.map(Bank::mark) {
        Some(mark) => format!(
            "{path}&since={}&witness={}",
            mark.sequence,
            hex::encode(mark.witness)
        ),
        None => path,
    }
}

fn conditional(server: &Server, path: &str, etag: &str) -> Answer {
    let request = server.request(Method::GET, path);
    vismatch_tests::client::send(request.header("if-none-match", etag)).unwrap()
}

/// What the server finds near a fingerprint: ids and distances.
fn checked(server: &Server, fingerprint: &Value, radius: u32) -> Vec<(String, u64)> {
    let known = json!({
        "algorithm": fingerprint["algorithm"],
        "version": fingerprint["version"],
        "bits": fingerprint["bits"],
    });
    let body = json!({"fingerprints": [known], "radius": radius, "limit": 1000});
    let answer = server.post_json("/projects/p/check", &body).json();
    let near = answer["near"].as_array().unwrap();
    near.iter()
        .map(|row| (text(row, "image_id"), row["distance"].as_u64().unwrap()))
        .collect()
}

/// The same, asked of the bank.
fn nearest(bank: &Bank, fingerprint: &Value, radius: u32) -> Vec<(String, u64)> {
    let query = Fingerprint {
        algorithm: Algorithm::from_name(&text(fingerprint, "algorithm")).unwrap(),
        version: fingerprint["version"].as_u64().unwrap() as u16,
        bits: hex::decode(text(fingerprint, "bits")).unwrap(),
        quality: 100,
    };
    let found = bank.nearest(&query, radius, 1000).unwrap();
    found
        .into_iter()
        .map(|(image, distance)| (hex::encode(image), distance.into()))
        .collect()
}

#[test]
fn a_bank_finds_what_the_check_finds() {
    let server = Server::start();
    let stored = upload(&server, "p", 1..30);
    upload(&server, "another", 1..3);
    for place in 0..Algorithm::ALL.len() {
        let algorithm = Algorithm::ALL[place];
        let bank = fetch(&server, algorithm.name(), None);
        if algorithm == Algorithm::Bare {
            assert_eq!(bank.len(), 0, "nothing is transparent");
            continue;
        }
        assert_eq!(bank.len(), 29);
        for image in &stored {
            let fingerprint = &image["fingerprints"][place];
            let radius = algorithm.bits() / 2;
            let found = nearest(&bank, fingerprint, radius);
            assert!(!found.is_empty());
            assert_eq!(found, checked(&server, fingerprint, radius));
        }
    }
}

#[test]
fn a_bank_is_brought_up_to_date_by_what_has_changed() {
    let server = Server::start();
    let stored = upload(&server, "p", 1..6);
    let before = fetch(&server, "phash", None);
    server
        .delete(&format!(
            "/projects/p/images/{}",
            text(&stored[1], "image_id")
        ))
        .ok();
    upload(&server, "p", 6..9);
    upload(&server, "another", 1..2);
    let changes = server.get(&address("phash", Some(&before))).ok().body;
    assert!(
        changes.len() < 64 + 4 * 25 + 17 + 9 + 1,
        "{}",
        changes.len()
    );
    let now = Bank::read(Some(&before), &changes).unwrap();
    let whole = fetch(&server, "phash", None);
    assert_eq!((now.len(), now.mark()), (7, whole.mark()));
    assert!(
        Bank::read(Some(&now), &changes).is_err(),
        "they are in it already"
    );
    for image in upload(&server, "elsewhere", 1..9) {
        let fingerprint = &image["fingerprints"][0];
        let found = checked(&server, fingerprint, 64);
        assert_eq!(nearest(&now, fingerprint, 64), found);
    }
}

#[test]
fn a_bank_is_not_sent_again_while_nothing_changes() {
    let server = Server::start();
    upload(&server, "p", 1..3);
    let path = "/projects/p/bank";
    let etag = server.get(path).header("etag").to_owned();
    let unchanged = conditional(&server, path, &etag);
    assert_eq!((unchanged.status, unchanged.body.len()), (304, 0));
    let bank = fetch(&server, "phash", None);
    let since = address("phash", Some(&bank));
    assert_eq!(conditional(&server, &since, &etag).status, 304);
    assert_eq!(
        conditional(&server, "/projects/p/bank?algorithm=pdq", &etag).status,
        200
    );
    upload(&server, "p", 3..4);
    assert_eq!(conditional(&server, path, &etag).status, 200);
}

#[test]
fn a_bank_of_another_history_is_sent_whole() {
    let server = Server::start();
    upload(&server, "p", 1..4);
    let bank = fetch(&server, "phash", None);
    let sequence = bank.mark().sequence;
    for known in [
        format!("since={sequence}&witness={}", "0".repeat(32)),
        format!("since={}", sequence + 1),
    ] {
        let answer = server.get(&format!("/projects/p/bank?{known}")).ok().body;
        assert_eq!(Bank::read(None, &answer).as_ref(), Ok(&bank), "{known}");
    }
    let believed = server.get(&format!("/projects/p/bank?since={sequence}"));
    assert_eq!(believed.ok().body.len(), 64 + 9);
}

#[test]
fn pictures_of_one_colour_are_in_no_bank() {
    let server = Server::start();
    let mut white = Vec::new();
    RgbImage::from_pixel(64, 64, Rgb([255; 3]))
        .write_to(&mut Cursor::new(&mut white), ImageFormat::Png)
        .unwrap();
    server.upload("p", "white.png", &white).ok();
    assert!(fetch(&server, "phash", None).is_empty());
}

#[test]
fn a_bank_that_cannot_be_is_refused() {
    let server = Server::start();
    server.get("/projects/p/bank").refused(404);
    upload(&server, "p", 1..2);
    for (query, status) in [
        ("algorithm=crc32", 422),
        ("algorithm=", 422),
        ("since=-1", 422),
        ("since=yesterday", 422),
        ("since=99999999999999999999", 422),
        ("witness=00000000000000000000000000000000", 400),
        ("since=1&witness=xyz", 400),
        ("since=1&witness=0000", 400),
    ] {
        let answer = server.get(&format!("/projects/p/bank?{query}"));
        answer.refused(status);
    }
    let answer = server.send_to(Method::POST, "/projects/p/bank");
    assert_eq!(answer.status, 405);
}
