//! The corpus of hostile and odd files beside the repository: each is given to a server and the
//! answer held to what its manifest expects.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Mutex;
use std::thread;

use serde_json::Value;
use vismatch_tests::client::text;
use vismatch_tests::{Client, Picture, Server, shared_data, skipped};

/// Files whose answer differs from the manifest's judgement, and why that is right.
const DIFFERENCES: [(&str, &str); 0] = [];

/// What the answer says of one file.
struct Verdict {
    file: String,
    expect: String,
    status: u16,
    message: String,
}

impl Verdict {
    fn is_as_expected(&self) -> bool {
        match self.expect.as_str() {
            "reject" => (400..500).contains(&self.status),
            "decode" => self.status == 200,
            _ => self.status == 200 || (400..500).contains(&self.status),
        }
    }
}

#[test]
fn every_file_is_answered_as_the_manifest_expects() {
    let Some(folder) = shared_data().map(|data| data.join("bad")) else {
        return skipped("../shared/data/bad is not there");
    };
    let manifest = std::fs::read(folder.join("MANIFEST.json")).unwrap();
    let entries: Vec<Value> = serde_json::from_slice(&manifest).unwrap();
    let server = Server::start();

    let verdicts = judge_all(&server, &folder, &entries);

    assert_eq!(verdicts.len(), entries.len());
    server
        .upload("after", "a.jpg", &Picture::photo(1, 64, 48).jpeg(90))
        .ok();
    let allowed: BTreeSet<&str> = DIFFERENCES.iter().map(|(file, _)| *file).collect();
    let wrong: Vec<String> = verdicts
        .iter()
        .filter(|verdict| verdict.is_as_expected() == allowed.contains(verdict.file.as_str()))
        .map(
            |Verdict {
                 file,
                 expect,
                 status,
                 message,
             }| { format!("{file}: expected {expect}, got {status} {message}") },
        )
        .collect();
    let decoded = verdicts
        .iter()
        .filter(|verdict| verdict.status == 200)
        .count();
    println!(
        "{} files, {decoded} decoded, the others refused",
        verdicts.len()
    );
    assert!(
        wrong.is_empty(),
        "{} of {}:\n{}",
        wrong.len(),
        verdicts.len(),
        wrong.join("\n")
    );
}

/// Four clients share the files.
fn judge_all(server: &Server, folder: &Path, entries: &[Value]) -> Vec<Verdict> {
    let queue = Mutex::new(entries.iter());
    let next = || queue.lock().unwrap().next();
    thread::scope(|scope| {
        let clients: Vec<_> = (0..4)
            .map(|_| {
                let client = server.client();
                scope.spawn(move || {
                    std::iter::from_fn(next)
                        .map(|entry| judge(&client, folder, entry))
                        .collect::<Vec<_>>()
                })
            })
            .collect();
        clients
            .into_iter()
            .flat_map(|client| client.join().unwrap())
            .collect()
    })
}

fn judge(client: &Client, folder: &Path, entry: &Value) -> Verdict {
    let file = text(entry, "file");
    let bytes = std::fs::read(folder.join(&file)).unwrap();
    let answer = client.upload("corpus", &file, &bytes);
    let status = answer.status;
    let message = match status {
        200 => String::new(),
        _ => text(&answer.error_body(), "message"),
    };
    Verdict {
        file,
        expect: text(entry, "expect"),
        status,
        message,
    }
}
