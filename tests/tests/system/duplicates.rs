//! Duplicates: groups page by page, decisions that are remembered, resolving and its undoing.

mod killed;
mod refused;

use serde_json::{Value, json};
use vismatch_tests::client::text;
use vismatch_tests::picture::{with_comment, with_exif};
use vismatch_tests::{Picture, Server};

/// Uploads a picture into `p`; its id.
#[track_caller]
fn give(server: &Server, name: &str, file: &[u8]) -> String {
    text(&server.upload("p", name, file).json(), "image_id")
}

/// Uploads a large, a small and a commented copy of a photo; their ids.
fn three_copies(server: &Server, seed: u64) -> [String; 3] {
    let small = Picture::photo(seed, 320, 240).jpeg(80);
    [
        give(server, &format!("{seed}-small.jpg"), &small),
        give(
            server,
            &format!("{seed}-large.jpg"),
            &Picture::photo(seed, 640, 480).jpeg(80),
        ),
        give(
            server,
            &format!("{seed}-again.jpg"),
            &with_comment(&small, "again"),
        ),
    ]
}

/// The ids of each group.
#[track_caller]
fn groups(server: &Server, query: &str) -> Vec<Vec<String>> {
    let answer = server.get(&format!("/projects/p/duplicates{query}")).json();
    let groups = answer["groups"].as_array().unwrap().iter();
    groups.map(|group| ids(&group["images"])).collect()
}

#[track_caller]
fn ids(images: &Value) -> Vec<String> {
    let images = images.as_array().unwrap().iter();
    images.map(|image| text(image, "image_id")).collect()
}

#[track_caller]
fn resolve(server: &Server, body: Value) -> Value {
    server
        .post_json("/projects/p/duplicates/resolve", &body)
        .json()
}

#[track_caller]
fn trash(server: &Server) -> Vec<String> {
    ids(&server.get("/projects/p/trash").json())
}

/// The list of images without what changes when another one is the cover.
fn list(server: &Server) -> Value {
    server.get("/projects/p/images").json()
}

#[test]
fn a_group_says_which_copy_to_keep_and_why() {
    let server = Server::start();
    let copies = three_copies(&server, 1);
    give(&server, "other.jpg", &Picture::photo(9, 320, 240).jpeg(80));
    let answer = server.get("/projects/p/duplicates").json();
    let group = &answer["groups"][0];
    assert_eq!(answer["groups"].as_array().unwrap().len(), 1);
    assert_eq!(ids(&group["images"]), copies);
    assert_eq!(group["group_id"], json!(copies[0]));
    assert_eq!(group["best"]["image_id"], json!(copies[1]));
    assert!(text(&group["best"], "reason").contains("most pixels"));
    for (image, width) in group["images"]
        .as_array()
        .unwrap()
        .iter()
        .zip([320, 640, 320])
    {
        assert_eq!(image["width"], width);
        assert_eq!(image["project_id"], "p");
        assert_eq!(image["orientation"], "upright");
        assert!(image["distance"].as_u64() <= Some(10), "{image}");
        assert!(image["bytes"].as_u64() > Some(0), "{image}");
    }
}

#[test]
fn pages_follow_their_links_to_the_end_whatever_goes_meanwhile() {
    let server = Server::start();
    for seed in 1..=5 {
        three_copies(&server, seed);
    }
    let all = groups(&server, "");
    assert_eq!(all.len(), 5);
    let mut next = "/projects/p/duplicates?limit=2&algorithm=phash&radius=9".to_owned();
    let mut seen = Vec::new();
    loop {
        let answer = server.get(&next).ok();
        let link = answer.header("link").to_owned();
        let page = answer.json();
        let page = page["groups"].as_array().unwrap();
        assert!(page.len() <= 2);
        seen.extend(page.iter().map(|group| ids(&group["images"])));
        if seen.len() == 2 {
            for id in &seen[1] {
                server.delete(&format!("/projects/p/images/{id}")).ok();
            }
        }
        let Some(address) = link.strip_prefix('<').and_then(|rest| rest.split_once('>')) else {
            break;
        };
        assert!(
            link.ends_with("rel=\"next\"") && link.contains("radius=9"),
            "{link}"
        );
        next = address.0.to_owned();
    }
    assert_eq!(seen, all, "the cursor outlives its images");
}

#[test]
fn turned_copies_group_when_any_orientation_counts() {
    let server = Server::start();
    let photo = Picture::photo(3, 640, 480);
    let upright = give(&server, "upright.jpg", &photo.jpeg(90));
    let mirrored = give(&server, "mirrored.jpg", &photo.mirrored().jpeg(90));
    let turned = give(&server, "turned.jpg", &photo.turned().jpeg(90));
    assert!(groups(&server, "").is_empty());
    for algorithm in ["phash", "ahash", "dhash128"] {
        let query = format!("?orientation=any&algorithm={algorithm}");
        let found = groups(&server, &query);
        let all = [upright.clone(), mirrored.clone(), turned.clone()];
        assert_eq!(found, [all], "{algorithm}");
        let group = &server.get(&format!("/projects/p/duplicates{query}")).json()["groups"][0];
        let images = group["images"].as_array().unwrap();
        let kept = images
            .iter()
            .find(|image| image["image_id"] == group["best"]["image_id"]);
        assert_eq!(kept.unwrap()["orientation"], "upright");
        let orientations = images
            .iter()
            .map(|image| image["orientation"].as_str().unwrap());
        let orientations: std::collections::HashSet<_> = orientations.collect();
        assert_eq!(orientations.len(), 3, "{algorithm}: {images:?}");
    }
}

#[test]
fn groups_go_over_all_projects_when_asked_for() {
    let server = Server::start();
    let photo = Picture::photo(1, 320, 240);
    server.upload("here", "a.jpg", &photo.jpeg(90)).ok();
    server.upload("there", "b.jpg", &photo.jpeg(70)).ok();
    let here = server.get("/projects/here/duplicates").json();
    assert_eq!(here["groups"], json!([]));
    let all = server.get("/duplicates?limit=5").json();
    let images = all["groups"][0]["images"].as_array().unwrap();
    let projects: Vec<String> = images
        .iter()
        .map(|image| text(image, "project_id"))
        .collect();
    assert_eq!(projects, ["here", "there"]);
}

#[test]
fn a_picture_is_looked_for_in_all_projects() {
    let server = Server::start();
    let photo = Picture::photo(1, 320, 240);
    let here = server.upload("here", "a.jpg", &photo.jpeg(90)).json();
    let there = server.upload("there", "b.jpg", &photo.jpeg(70)).json();
    let found = server
        .post_json("/matches", &json!({"image_id": here["image_id"]}))
        .json();
    assert_eq!(found.as_array().unwrap().len(), 1);
    assert_eq!(found[0]["image_id"], there["image_id"]);
    assert_eq!(found[0]["project_id"], "there");
    let sent = vismatch_tests::client::file_form("q.png", &photo.png());
    let found = server.post_form("/matches?limit=5", sent).json();
    assert_eq!(found.as_array().unwrap().len(), 2);
    let body = json!({"sha256": there["sha256"], "fingerprints": [here["fingerprints"][0]]});
    let checked = server.post_json("/check", &body).json();
    assert_eq!(checked["exact"][0]["project_id"], "there");
    assert_eq!(checked["near"][0]["project_id"], "here");
}

#[test]
fn what_was_decided_to_be_different_never_groups_again() {
    let server = Server::start();
    let [small, large, again] = three_copies(&server, 1);
    let body = json!({"images": ["1-small.jpg", large]});
    let made = server
        .post_json("/projects/p/duplicates/decisions", &body)
        .with_status(201);
    let made: Value = serde_json::from_slice(&made.body).unwrap();
    assert_eq!(made[0]["images"], json!([small, large]));
    let decision = text(&made[0], "decision_id");
    assert_eq!(
        groups(&server, ""),
        [[small.clone(), again.clone()]],
        "the same bytes are nearer"
    );
    assert_eq!(
        server.get("/duplicates").json()["groups"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    let everyone = json!({"images": [small, large, again]});
    server
        .post_json("/projects/p/duplicates/decisions", &everyone)
        .with_status(201);
    assert!(groups(&server, "").is_empty());
    assert!(groups(&server, "?orientation=any").is_empty());
    let data = server.data().to_owned();
    let copy = tempfile::TempDir::new().unwrap();
    let restarted = restart(server, &data, copy.path());
    assert!(groups(&restarted, "").is_empty(), "after a restart");
    let first = restarted
        .get("/projects/p/duplicates/decisions?limit=1")
        .ok();
    assert!(first.header("link").contains("after="), "{first:?}");
    let listed = restarted.get("/projects/p/duplicates/decisions").json();
    assert_eq!(listed.as_array().unwrap().len(), 3);
    assert_eq!(listed[0], first.json()[0]);
    for row in listed.as_array().unwrap() {
        let id = text(row, "decision_id");
        let path = format!("/projects/p/duplicates/decisions/{id}");
        assert_eq!(
            restarted.delete(&path).json()["deleted_decision_id"],
            json!(id)
        );
        restarted.delete(&path).refused(404);
    }
    assert!(decision.contains('-'));
    assert_eq!(groups(&restarted, "")[0].len(), 3);
}

/// Another server over a copy of the folder: the first one's temporary folder goes away with it.
fn restart(server: Server, data: &std::path::Path, copy: &std::path::Path) -> Server {
    server.ask_to_stop();
    let mut server = server;
    server.wait_for_end();
    for entry in walkdir::WalkDir::new(data).min_depth(1) {
        let entry = entry.unwrap();
        let to = copy.join(entry.path().strip_prefix(data).unwrap());
        match entry.file_type() {
            kind if kind.is_dir() => std::fs::create_dir(to).unwrap(),
            kind if kind.is_file() => drop(std::fs::copy(entry.path(), to).unwrap()),
            _ => {}
        }
    }
    Server::over(copy)
}

#[test]
fn duplicates_are_merged_into_one_and_can_be_taken_apart_again() {
    let server = Server::start();
    let photo = Picture::photo(1, 640, 480).jpeg(90);
    let small = Picture::photo(1, 320, 240).jpeg(80);
    let dated = with_exif(
        &small,
        &[(0x010F, "Nikon"), (0x0132, "2020:02:03 04:05:06")],
    );
    let first = give(&server, "first.jpg", &dated);
    let large = give(
        &server,
        "large.jpg",
        &with_exif(&photo, &[(0x010F, "Canon")]),
    );
    let other = give(&server, "other.jpg", &Picture::photo(5, 320, 240).jpeg(80));
    let before = list(&server);
    assert_eq!(before[0]["exif"]["taken_at"], "2020-02-03T04:05:06");
    let body = json!({"images": [first, large], "dry_run": true});
    let mut would = resolve(&server, body.clone());
    assert_eq!(list(&server), before, "a dry run does nothing");
    assert!(trash(&server).is_empty());

    let done = resolve(&server, json!({"images": [first, large]}));
    assert_eq!(would["dry_run"], true);
    would["dry_run"] = json!(false);
    assert_eq!(would, done, "a dry run says exactly what is done");
    assert_eq!(done["kept"]["image_id"], json!(large));
    assert_eq!(done["kept"]["is_primary"], true, "the cover went over");
    assert_eq!(done["kept"]["aliases"], json!(["first.jpg"]));
    assert_eq!(done["kept"]["created_at"], before[0]["created_at"]);
    assert_eq!(done["kept"]["exif"]["camera_make"], "Canon");
    assert_eq!(done["kept"]["exif"]["taken_at"], "2020-02-03T04:05:06");
    assert_eq!(done["removed"][0]["was_primary"], true);
    assert_eq!(done["trashed_bytes"], dated.len());
    assert_eq!(server.ids("p"), [large.clone(), other]);
    assert_eq!(trash(&server), std::slice::from_ref(&first));
    assert!(groups(&server, "").is_empty());
    let by_name = server.get("/projects/p/images/first.jpg?size=thumb").ok();
    let kept = server
        .get(&format!("/projects/p/images/{large}?size=thumb"))
        .ok();
    assert_eq!(
        by_name.body, kept.body,
        "the old name leads to the kept image"
    );
    server
        .get(&format!("/projects/p/images/{first}"))
        .refused(404);
    let in_trash = server
        .get(&format!("/projects/p/trash/{first}?size=game"))
        .picture("image/jpeg");
    assert_eq!(vismatch_tests::picture::size_of(&in_trash), (50, 50));

    let restored = server
        .send_to(
            reqwest::Method::POST,
            &format!("/projects/p/trash/{first}/restore"),
        )
        .json();
    assert_eq!(restored["image_id"], json!(first));
    assert_eq!(list(&server), before, "as if nothing had been");
    assert!(trash(&server).is_empty());
    let file = server.data().join("image_root/p/first.jpg");
    assert_eq!(std::fs::read(file).unwrap(), dated);
    assert_eq!(groups(&server, "").len(), 1, "the index follows");
}

#[test]
fn resolving_twice_is_resolving_once() {
    let server = Server::start();
    let [small, large, again] = three_copies(&server, 1);
    let body = json!({"keep": large, "remove": ["1-small.jpg", again]});
    let first = resolve(&server, body.clone());
    assert_eq!(first["removed"].as_array().unwrap().len(), 2);
    let second = resolve(&server, body);
    assert_eq!(second["kept"], first["kept"]);
    assert_eq!(second["removed"], json!([]));
    let mut before: Vec<String> = [small.clone(), again.clone()].into();
    before.sort_unstable();
    assert_eq!(second["removed_before"], json!(before));
    let part = resolve(&server, json!({"keep": large, "images": [large, small]}));
    assert_eq!(part["removed_before"], json!([small]));
    assert_eq!(server.ids("p"), [large]);
}

#[test]
fn of_many_who_resolve_at_once_one_is_first_and_nobody_is_left_in_doubt() {
    let server = Server::start();
    let copies = three_copies(&server, 1);
    let answers: Vec<_> = std::thread::scope(|scope| {
        let ask = |keep: usize| {
            let client = server.client();
            let others: Vec<&String> = copies
                .iter()
                .enumerate()
                .filter(|(at, _)| *at != keep % 3)
                .map(|(_, id)| id)
                .collect();
            let body = json!({"keep": copies[keep % 3], "remove": others});
            scope.spawn(move || client.post_json("/projects/p/duplicates/resolve", &body))
        };
        let asked: Vec<_> = (0..9).map(ask).collect();
        asked
            .into_iter()
            .map(|answer| answer.join().unwrap())
            .collect()
    });
    let done = answers.iter().filter(|answer| answer.status == 200).count();
    assert!(
        (1..=3).contains(&done),
        "those who keep the same image agree: {done}"
    );
    for answer in answers {
        match answer.status {
            200 => {}
            404 => drop(answer.refused(404)),
            _ => drop(answer.refused(409)),
        }
    }
    assert_eq!(server.ids("p").len(), 1);
    assert_eq!(trash(&server).len(), 2);
}

#[test]
fn the_trash_is_emptied_by_hand_and_by_time() {
    let data = tempfile::TempDir::new().unwrap();
    let server = Server::over(data.path());
    let [small, large, again] = three_copies(&server, 1);
    resolve(&server, json!({"keep": large, "remove": [small, again]}));
    assert_eq!(
        server.delete(&format!("/projects/p/trash/{small}")).json()["deleted_images"],
        1
    );
    server
        .delete(&format!("/projects/p/trash/{small}"))
        .refused(404);
    let restore = format!("/projects/p/trash/{small}/restore");
    server.send_to(reqwest::Method::POST, &restore).refused(404);
    assert_eq!(trash(&server), std::slice::from_ref(&again));
    assert_eq!(
        server.delete("/projects/p/trash").json()["deleted_images"],
        1
    );
    assert_eq!(
        server.delete("/projects/p/trash").json()["deleted_images"],
        0
    );
    assert!(!data.path().join("projects/p/trash").exists());
    server.get("/projects/p/images/1-small.jpg").ok();

    let [small, large, again] = three_copies(&server, 2);
    resolve(&server, json!({"keep": large, "remove": [small, again]}));
    drop(server);
    // What counts is the time that the store has seen; one that is made anew has it from its trash.
    for (image, days) in [(&small, 0_u64), (&again, 40)] {
        let entry = format!("projects/p/trash/{image}/entry.json");
        let entry = data.path().join(entry);
        let text = std::fs::read_to_string(&entry).unwrap();
        let mut said: Value = serde_json::from_str(&text).unwrap();
        said["seen"] = json!(days * 86_400_000);
        std::fs::write(&entry, said.to_string()).unwrap();
    }
    for suffix in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(data.path().join(format!("vismatch.db{suffix}")));
    }
    let server = Server::over(data.path());
    vismatch_tests::server::eventually("what is old is deleted", || {
        trash(&server) == std::slice::from_ref(&again)
    });
}

#[test]
fn a_removed_project_takes_its_trash_along() {
    let server = Server::start();
    let [small, large, _] = three_copies(&server, 1);
    resolve(&server, json!({"keep": large, "remove": [small]}));
    server.delete("/projects/p").ok();
    server.get("/projects/p/trash").refused(404);
    assert!(!server.data().join("projects/p/trash").exists());
}

#[test]
fn everything_is_in_the_manifest_and_survives_a_rebuild() {
    let data = tempfile::TempDir::new().unwrap();
    let server = Server::over(data.path());
    let [small, large, again] = three_copies(&server, 1);
    let [other, ..] = three_copies(&server, 2);
    resolve(&server, json!({"keep": large, "remove": [small]}));
    let body = json!({"images": [large, again, other]});
    server
        .post_json("/projects/p/duplicates/decisions", &body)
        .with_status(201);
    let facts = |server: &Server| {
        ["images", "duplicates", "duplicates/decisions", "trash"]
            .map(|part| server.get(&format!("/projects/p/{part}")).json())
    };
    let before = facts(&server);
    drop(server);
    for suffix in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(data.path().join(format!("vismatch.db{suffix}")));
    }
    vismatch_tests::program::run(data.path(), ["rebuild", "--data", "."]).ok();
    let server = Server::over(data.path());
    assert_eq!(facts(&server), before);
    server.get("/projects/p/images/1-small.jpg").ok();
    let restore = format!("/projects/p/trash/{small}/restore");
    server.send_to(reqwest::Method::POST, &restore).ok();
    assert!(server.ids("p").contains(&small));
    drop(server);
    let said = vismatch_tests::program::run(data.path(), ["verify", "--json", "--data", "."]);
    assert_eq!(said.json()["findings"], json!([]));
}

#[test]
fn verify_looks_into_the_trash() {
    let data = tempfile::TempDir::new().unwrap();
    let server = Server::over(data.path());
    let [small, large, _] = three_copies(&server, 1);
    resolve(&server, json!({"keep": large, "remove": [small]}));
    drop(server);
    let verify = || vismatch_tests::program::run(data.path(), ["verify", "--json", "--data", "."]);
    assert_eq!(verify().json()["findings"], json!([]));
    let given = data.path().join(format!("projects/p/trash/{small}/given"));
    std::fs::write(given, "other bytes").unwrap();
    let said = verify();
    assert_eq!(said.code, Some(1), "{said:#?}");
    assert!(
        said.out.contains("in the trash") && said.out.contains(&small),
        "{said:#?}"
    );
}
