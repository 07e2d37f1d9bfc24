//! SIGKILL at random moments while duplicates are resolved and restored: no byte is lost, every image is
//! in the project or in its trash, and what was answered holds.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::thread;
use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use tempfile::TempDir;
use vismatch_tests::client::{send, text};
use vismatch_tests::picture::with_comment;
use vismatch_tests::{Client, Picture, Random, Server, program, sha256};

const ROUNDS: u64 = 12;
const IMAGES: usize = 24;

/// Digests of everything that was given, by id.
fn fill(server: &Server) -> BTreeMap<String, String> {
    let picture = Picture::photo(1, 200, 150).jpeg(80);
    let give = |number: usize| {
        let file = with_comment(&picture, &format!("number {number}"));
        let id = super::give(server, &format!("f{}/{number}.jpg", number % 3), &file);
        (id, sha256(&file))
    };
    (0..IMAGES).map(give).collect()
}

fn ids_at(client: &Client, path: &str) -> Option<Vec<String>> {
    let answer = send(client.request(Method::GET, path)).ok()?;
    let rows: Value = serde_json::from_slice(&answer.body).ok()?;
    let rows = rows.as_array()?.iter();
    Some(rows.map(|row| text(row, "image_id")).collect())
}

/// Resolves and restores until the server is gone; the last answered step that moved an image, by id:
/// whether it went to the trash.
fn work(client: &Client, mut random: Random) -> BTreeMap<String, Option<bool>> {
    let mut moved = BTreeMap::new();
    loop {
        let Some(images) = ids_at(client, "/projects/p/images") else {
            return moved;
        };
        let Some(trash) = ids_at(client, "/projects/p/trash") else {
            return moved;
        };
        let resolves = images.len() > 4 && (trash.is_empty() || random.below(2) == 0);
        let (touched, request) = match resolves {
            true => {
                let keep = random.below(images.len() as u64) as usize;
                let gone: Vec<String> = (1..4)
                    .map(|step| images[(keep + step) % images.len()].clone())
                    .collect();
                let body = json!({"keep": images[keep], "remove": gone});
                let request = client.request(Method::POST, "/projects/p/duplicates/resolve");
                (gone, request.json(&body))
            }
            false => {
                let id = trash[random.below(trash.len() as u64) as usize].clone();
                let path = format!("/projects/p/trash/{id}/restore");
                (vec![id], client.request(Method::POST, &path))
            }
        };
        // Not answered yet: it may come to either.
        moved.extend(touched.iter().map(|id| (id.clone(), None)));
        match send(request) {
            Ok(answer) => {
                answer.ok();
                moved.extend(touched.into_iter().map(|id| (id, Some(resolves))));
            }
            Err(_) => return moved,
        }
    }
}

#[test]
fn no_image_is_lost_between_project_and_trash() {
    let data = TempDir::new().unwrap();
    let given = fill(&Server::over(data.path()));
    let mut random = Random::new(77);
    let mut steps = 0;
    for round in 0..ROUNDS {
        let mut server = Server::over(data.path());
        let client = server.client();
        let moved = thread::scope(|scope| {
            let worker = scope.spawn(|| work(&client, Random::new(round)));
            thread::sleep(Duration::from_millis(100 + random.below(700)));
            server.kill();
            worker.join().unwrap()
        });
        steps += moved.len();
        let after = Server::over(data.path());
        assert_all_there(&after, &given);
        let trash = super::trash(&after);
        for (id, went) in moved {
            if let Some(went) = went {
                assert_eq!(trash.contains(&id), went, "{id}");
            }
        }
    }
    println!("{ROUNDS} kills, {steps} images moved");
    assert!(steps as u64 > 3 * ROUNDS, "hardly anything was moved");
    let server = Server::over(data.path());
    for id in super::trash(&server) {
        let path = format!("/projects/p/trash/{id}/restore");
        server.send_to(Method::POST, &path).ok();
    }
    assert_eq!(server.ids("p").len(), IMAGES);
    assert_all_there(&server, &given);
    drop(server);
    let said = program::run(data.path(), ["verify", "--json", "--data", "."]);
    let report = said.json();
    assert_eq!(report["findings"], json!([]), "{report:#}");
    assert!(!data.path().join("projects/p/trash").exists());
}

/// Every image is in the project or in the trash, in one of them, with its bytes.
#[track_caller]
fn assert_all_there(server: &Server, given: &BTreeMap<String, String>) {
    let list = server.get("/projects/p/images").json();
    let mut found = BTreeMap::new();
    for row in list.as_array().unwrap() {
        let file = server.data().join("image_root/p").join(text(row, "name"));
        found.insert(text(row, "image_id"), digest(&file));
    }
    for id in super::trash(server) {
        let file = server.data().join(format!("projects/p/trash/{id}/given"));
        let earlier = found.insert(id.clone(), digest(&file));
        assert_eq!(earlier, None, "{id} is in both");
    }
    assert_eq!(&found, given);
    assert!(!server.data().join("projects/p/pending").exists());
}

#[track_caller]
fn digest(path: &Path) -> String {
    sha256(&fs::read(path).unwrap_or_else(|fault| panic!("{fault}: {}", path.display())))
}
