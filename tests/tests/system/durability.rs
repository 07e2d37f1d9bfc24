//! SIGKILL at random moments during a stream of uploads and deletes: what was acknowledged is whole
//! after a restart, what was not is whole or gone, and nothing is left half made.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::thread;
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;
use vismatch_tests::client::text;
use vismatch_tests::picture::with_comment;
use vismatch_tests::{Client, Picture, Random, Server, program, sha256};

const ROUNDS: u64 = 24;
const CLIENTS: u64 = 4;
const PROJECT: &str = "stream";

/// An image as a client knows it.
#[derive(Clone, Debug)]
struct Known {
    name: String,
    sha256: String,
}

/// What a client believes after its server died.
#[derive(Debug, Default)]
struct Belief {
    /// Acknowledged uploads that nobody tried to delete since, by id.
    present: BTreeMap<String, Known>,
    /// Acknowledged deletes.
    deleted: Vec<String>,
    /// Sent and never answered: by name, and by id.
    unsure_uploads: Vec<Known>,
    unsure_deletes: BTreeMap<String, Known>,
}

/// Uploads, and sometimes deletes, until the server is gone.
fn work(client: &Client, mut random: Random, picture: &[u8], label: &str) -> Belief {
    let mut belief = Belief::default();
    for step in 0.. {
        let deletes = random.below(3) == 0 && !belief.present.is_empty();
        let goes_on = match deletes {
            true => delete_one(client, &mut random, &mut belief),
            false => upload_one(client, picture, &format!("{label}-{step}"), &mut belief),
        };
        if !goes_on {
            break;
        }
    }
    belief
}

fn upload_one(client: &Client, picture: &[u8], label: &str, belief: &mut Belief) -> bool {
    let file = with_comment(picture, label);
    let known = Known {
        name: format!("{label}.jpg"),
        sha256: sha256(&file),
    };
    match client.try_upload(PROJECT, &known.name, &file) {
        Ok(answer) => {
            let id = text(&answer.json(), "image_id");
            belief.present.insert(id, known);
            true
        }
        Err(_) => {
            belief.unsure_uploads.push(known);
            false
        }
    }
}

fn delete_one(client: &Client, random: &mut Random, belief: &mut Belief) -> bool {
    let place = random.below(belief.present.len() as u64) as usize;
    let id = belief.present.keys().nth(place).expect("within").clone();
    let known = belief.present.remove(&id).expect("just seen");
    match client.try_delete(PROJECT, &id) {
        Ok(answer) => {
            answer.ok();
            belief.deleted.push(id);
            true
        }
        Err(_) => {
            belief.unsure_deletes.insert(id, known);
            false
        }
    }
}

#[test]
fn nothing_that_was_acknowledged_is_lost() {
    let data = TempDir::new().unwrap();
    let picture = Picture::photo(1, 300, 200).jpeg(80);
    let mut present = BTreeMap::new();
    let mut random = Random::new(20);
    for round in 0..ROUNDS {
        let mut server = Server::over(data.path());
        assert_survived(&server, &present);
        let beliefs = thread::scope(|scope| {
            let clients: Vec<_> = (0..CLIENTS)
                .map(|number| {
                    let client = server.client();
                    let picture = &picture;
                    let random = Random::new(round * CLIENTS + number);
                    let label = format!("{round}-{number}");
                    scope.spawn(move || work(&client, random, picture, &label))
                })
                .collect();
            thread::sleep(Duration::from_millis(100 + random.below(900)));
            server.kill();
            clients
                .into_iter()
                .map(|client| client.join().unwrap())
                .collect::<Vec<_>>()
        });
        let after = Server::over(data.path());
        for belief in beliefs {
            settle(&after, belief, &mut present);
        }
        assert_survived(&after, &present);
    }
    println!("{ROUNDS} kills, {} images alive", present.len());
    assert!(present.len() as u64 > ROUNDS, "the stream was a trickle");
    assert_verified(data.path(), present.len());
    assert_nothing_is_left_over(data.path(), &present);
}

/// What was answered holds; what was not is looked up: it may have happened or not.
#[track_caller]
fn settle(server: &Server, belief: Belief, present: &mut BTreeMap<String, Known>) {
    for id in &belief.deleted {
        server
            .get(&format!("/projects/{PROJECT}/images/{id}"))
            .refused(404);
    }
    present.extend(belief.present);
    let list = listed(server);
    for (id, known) in belief.unsure_deletes {
        if list.contains_key(&id) {
            present.insert(id, known);
        }
    }
    for known in belief.unsure_uploads {
        let found = list.iter().find(|(_, row)| row["name"] == *known.name);
        if let Some((id, _)) = found {
            present.insert(id.clone(), known);
        }
    }
}

/// The list of the project by id; empty when there is no project yet.
fn listed(server: &Server) -> BTreeMap<String, Value> {
    let answer = server.get(&format!("/projects/{PROJECT}/images"));
    if answer.status == 404 {
        return BTreeMap::new();
    }
    let list = answer.json();
    let rows = list.as_array().expect("a bare array").iter();
    rows.map(|row| (text(row, "image_id"), row.clone()))
        .collect()
}

/// Exactly the present images are there, with their bytes, in the list and in the manifest.
#[track_caller]
fn assert_survived(server: &Server, present: &BTreeMap<String, Known>) {
    let list = listed(server);
    let expected: Vec<&String> = present.keys().collect();
    assert_eq!(list.keys().collect::<Vec<_>>(), expected);
    if present.is_empty() {
        return;
    }
    let manifest = server.manifest(PROJECT);
    let images = manifest["images"].as_array().unwrap();
    let mut in_manifest: Vec<String> = images.iter().map(|image| text(image, "id")).collect();
    in_manifest.sort_unstable();
    assert_eq!(in_manifest.iter().collect::<Vec<_>>(), expected);
    for known in present.values() {
        let path = server
            .data()
            .join("image_root")
            .join(PROJECT)
            .join(&known.name);
        let file = fs::read(&path).unwrap_or_else(|fault| panic!("{fault}: {}", path.display()));
        assert_eq!(sha256(&file), known.sha256, "{}", path.display());
    }
}

#[track_caller]
fn assert_verified(data: &Path, images: usize) {
    let said = program::run(data, ["verify", "--json", "--data", "."]);
    assert_eq!(said.code, Some(0), "{said:#?}");
    let report = said.json();
    assert_eq!(report["images"], images, "{report:#}");
    assert_eq!(report["findings"], serde_json::json!([]), "{report:#}");
}

/// Each folder holds one file an image and nothing else; no temporary file survives.
#[track_caller]
fn assert_nothing_is_left_over(data: &Path, present: &BTreeMap<String, Known>) {
    for size in ["original", "medium", "thumb", "game"] {
        let folder = data.join("projects").join(PROJECT).join(size);
        let expected: Vec<String> = present.keys().map(|id| format!("{id}.jpg")).collect();
        assert_eq!(files_of(&folder), expected, "{size}");
    }
    let mut names: Vec<String> = present.values().map(|known| known.name.clone()).collect();
    names.sort_unstable();
    assert_eq!(files_of(&data.join("image_root").join(PROJECT)), names);
    assert_eq!(files_of(&data.join("tmp")), [""; 0]);
}

/// Names of the files in a folder, sorted; none where there is no folder.
fn files_of(folder: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let name = |entry: fs::DirEntry| entry.file_name().to_string_lossy().into_owned();
    let mut names: Vec<String> = entries.map(|entry| name(entry.unwrap())).collect();
    names.sort_unstable();
    names
}
