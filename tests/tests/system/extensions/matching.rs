//! Projects, and what matches in them: by numbers alone, by picture, by id, in any orientation.

use serde_json::{Value, json};
use vismatch_tests::client::{file_form, text};
use vismatch_tests::picture::with_comment;
use vismatch_tests::{Picture, Server};

pub(super) const ALGORITHMS: [&str; 8] = [
    "phash",
    "dhash",
    "dhash128",
    "ahash",
    "blockhash",
    "pdq",
    "core",
    "bare",
];

/// Uploads the photos of these seeds; their answers.
pub(super) fn upload(server: &Server, seeds: std::ops::Range<u64>) -> Vec<Value> {
    seeds
        .map(|seed| {
            let jpeg = Picture::photo(seed, 320, 240).jpeg(90);
            server.upload("p", &format!("{seed}.jpg"), &jpeg).json()
        })
        .collect()
}

#[track_caller]
pub(super) fn matches(server: &Server, query: &str, file: &[u8]) -> Vec<Value> {
    let path = format!("/projects/p/matches{query}");
    let answer = server.post_form(&path, file_form("query", file)).json();
    answer.as_array().expect("a bare array").clone()
}

pub(super) fn ids(rows: &[Value]) -> Vec<String> {
    rows.iter().map(|row| text(row, "image_id")).collect()
}

/// Files in a folder and below, but for the lock that other processes may hold.
fn files_below(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    walkdir::WalkDir::new(folder)
        .into_iter()
        .filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_file() && entry.file_name() != "meta.lock")
        .map(walkdir::DirEntry::into_path)
        .collect()
}

#[test]
fn projects_are_listed_shown_and_deleted() {
    let server = Server::start();
    assert_eq!(server.get("/projects").json(), json!([]));
    let image = upload(&server, 1..3)[0].clone();
    server
        .upload("another", "a.jpg", &Picture::photo(1, 64, 48).jpeg(90))
        .ok();
    let list = server.get("/projects").json();
    let names: Vec<String> = list
        .as_array()
        .unwrap()
        .iter()
        .map(|row| text(row, "project_id"))
        .collect();
    assert_eq!(names, ["another", "p"]);
    let project = server.get("/projects/p").json();
    assert_eq!(project["images"], 2);
    assert_eq!(project["primary_image_id"], image["image_id"]);

    assert_eq!(server.delete("/projects/p").json()["ok"], true);
    server.get("/projects/p").refused(404);
    assert_eq!(server.get("/projects/p/images").json(), json!([]));
    server.get(&text(&image["urls"], "thumb")).refused(404);
    for folder in ["projects/p", "image_root/p"] {
        let files = files_below(&server.data().join(folder));
        assert!(files.is_empty(), "{files:?}");
    }
    assert_eq!(server.get("/projects").json().as_array().unwrap().len(), 1);
    upload(&server, 1..2);
    assert_eq!(server.ids("p").len(), 1, "the name can be used again");
}

#[test]
fn a_sent_picture_is_matched() {
    let server = Server::start();
    let stored = upload(&server, 1..6);
    let rows = matches(&server, "", &Picture::photo(3, 200, 150).png());
    assert_eq!(ids(&rows), [text(&stored[2], "image_id")]);
    let row = &rows[0];
    assert_eq!(row["algorithm"], "phash");
    assert_eq!(row["orientation"], "upright");
    assert_eq!(row["verdict"], "same_picture");
    assert!(text(row, "reason").contains("place for place"), "{row}");
    assert!(row["similarity"].as_f64().unwrap() > 0.9);
    assert_eq!(
        matches(&server, "", &Picture::photo(99, 200, 150).png()),
        [] as [Value; 0]
    );
    assert_eq!(
        matches(&server, "?radius=64", &Picture::photo(99, 200, 150).png()).len(),
        5
    );
    assert_eq!(
        matches(
            &server,
            "?radius=64&limit=2",
            &Picture::photo(99, 200, 150).png()
        )
        .len(),
        2
    );
}

#[test]
fn matches_come_nearest_first() {
    let server = Server::start();
    upload(&server, 1..8);
    let rows = matches(&server, "?radius=64", &Picture::photo(5, 90, 60).png());
    let distances: Vec<u64> = rows
        .iter()
        .map(|row| row["distance"].as_u64().unwrap())
        .collect();
    assert!(distances.is_sorted(), "{distances:?}");
    assert_eq!(rows[0]["name"], "5.jpg");
}

#[test]
fn every_algorithm_matches() {
    let server = Server::start();
    upload(&server, 1..4);
    // The last finds nothing where nothing is transparent.
    for (algorithm, bits) in ALGORITHMS
        .iter()
        .zip([64.0, 64.0, 128.0, 64.0, 64.0, 256.0, 128.0])
    {
        let query = format!("?algorithm={algorithm}&radius=20");
        let rows = matches(&server, &query, &Picture::photo(2, 310, 232).jpeg(70));
        assert_eq!(rows[0]["name"], "2.jpg", "{algorithm}");
        assert_eq!(rows[0]["algorithm"], *algorithm);
        let distance = rows[0]["distance"].as_f64().unwrap();
        assert_eq!(
            rows[0]["similarity"].as_f64().unwrap(),
            1.0 - distance / bits
        );
    }
}

#[test]
fn a_stored_image_is_matched_without_itself() {
    let server = Server::start();
    let stored = upload(&server, 1..4);
    let copy = with_comment(&Picture::photo(1, 320, 240).jpeg(90), "copy");
    let copy = server.upload("p", "copy.jpg", &copy).json();
    for image in [text(&stored[0], "image_id"), "1.jpg".to_owned()] {
        let in_body = server
            .post_json("/projects/p/matches", &json!({"image_id": image}))
            .json();
        assert_eq!(ids(in_body.as_array().unwrap()), [text(&copy, "image_id")]);
        let path = format!("/projects/p/matches?image_id={image}");
        let in_url = server.send_to(reqwest::Method::POST, &path).json();
        assert_eq!(in_url, in_body);
    }
    let unknown = json!({"image_id": "nowhere.jpg"});
    server
        .post_json("/projects/p/matches", &unknown)
        .refused(404);
}

#[test]
fn mirrored_and_turned_copies_are_found_in_any_orientation() {
    let server = Server::start();
    upload(&server, 1..4);
    let photo = Picture::photo(2, 320, 240);
    for (copy, orientation) in [
        (photo.mirrored(), "mirrored"),
        (photo.turned(), "rotated270"),
        (photo.turned().turned(), "rotated180"),
        (photo.turned().turned().turned(), "rotated90"),
    ] {
        let file = copy.png();
        assert_eq!(
            matches(&server, "", &file),
            [] as [Value; 0],
            "{orientation}"
        );
        let rows = matches(&server, "?orientation=any", &file);
        assert_eq!(rows.len(), 1, "{orientation}");
        assert_eq!(rows[0]["name"], "2.jpg");
        assert_eq!(
            rows[0]["orientation"], orientation,
            "how the query has to be laid"
        );
    }
    let upright = matches(&server, "?orientation=any", &photo.png());
    assert_eq!(upright[0]["orientation"], "upright");
}

#[test]
fn match_requests_that_cannot_be_are_refused() {
    let server = Server::start();
    upload(&server, 1..2);
    let jpeg = Picture::photo(1, 64, 48).jpeg(90);
    for (query, status) in [
        ("algorithm=md5", 422),
        ("radius=65", 400),
        ("radius=x", 422),
        ("limit=0", 400),
        ("orientation=sideways", 422),
        ("algorithm=pdq&radius=257", 400),
    ] {
        let path = format!("/projects/p/matches?{query}");
        let answer = server.post_form(&path, file_form("a.jpg", &jpeg));
        answer.refused(status);
    }
    server
        .post_json("/projects/p/matches", &json!({}))
        .refused(422);
    server
        .post_form("/projects/nowhere/matches", file_form("a.jpg", &jpeg))
        .refused(404);
    server
        .post_form("/projects/p/matches", file_form("a.jpg", b"no picture"))
        .refused(400);
}

#[test]
fn duplicates_come_in_groups() {
    let server = Server::start();
    upload(&server, 1..4);
    for seed in [1, 3] {
        let copy = Picture::photo(seed, 200, 150).jpeg(80);
        server.upload("p", &format!("{seed}-copy.jpg"), &copy).ok();
    }
    let answer = server.get("/projects/p/duplicates?radius=8").json();
    let groups: Vec<Vec<String>> = answer["groups"]
        .as_array()
        .unwrap()
        .iter()
        .map(|group| {
            group["images"]
                .as_array()
                .unwrap()
                .iter()
                .map(|row| text(row, "name"))
                .collect()
        })
        .collect();
    assert_eq!(groups, [["1.jpg", "1-copy.jpg"], ["3.jpg", "3-copy.jpg"]]);
    let judged = server.get("/projects/p/duplicates").json();
    assert_eq!(
        (&judged["radius"], &judged["algorithm"]),
        (&Value::Null, &Value::Null)
    );
    assert_eq!(judged["groups"].as_array().unwrap().len(), 2);
    assert_eq!(
        (&judged["left_out"], &judged["not_compared"]),
        (&json!(0), &json!(0))
    );
    assert_eq!(judged["groups"][0]["images"][1]["verdict"], "same_picture");
    let named = server.get("/projects/p/duplicates?algorithm=phash").json();
    assert_eq!(named["radius"], 10);
    server.get("/projects/p/duplicates?radius=65").refused(400);
    server
        .get("/projects/p/duplicates?algorithm=md5")
        .refused(422);
}

#[test]
fn an_upload_names_its_duplicates() {
    let server = Server::start();
    let stored = upload(&server, 1..3);
    let copy = Picture::photo(1, 200, 150).jpeg(80);
    let answer = server.upload("p", "copy.jpg", &copy).json();
    let row = &answer["duplicates"][0];
    assert_eq!(row["image_id"], stored[0]["image_id"]);
    assert_eq!(row["kind"], "near");
    assert!(row["distance"].as_u64() <= Some(10));
    let elsewhere = server.upload("q", "copy.jpg", &copy).json();
    assert_eq!(
        elsewhere.get("duplicates"),
        None,
        "a project is a world of its own"
    );
}

#[test]
fn an_upload_can_refuse_duplicates() {
    let server = Server::start();
    let stored = upload(&server, 1..2)[0].clone();
    let jpeg = Picture::photo(1, 320, 240).jpeg(90);
    let form = file_form("again.jpg", &jpeg).text("on_duplicate", "reject");
    let error = server.post_form("/projects/p/images", form).refused(409);
    assert_eq!(error["details"]["image_id"], stored["image_id"]);
    let in_url = "/projects/p/images?on_duplicate=reject";
    server
        .post_form(in_url, file_form("again.jpg", &jpeg))
        .refused(409);
    let body_wins = file_form("again.jpg", &jpeg).text("on_duplicate", "keep");
    server.post_form(in_url, body_wins).ok();
    let unknown = file_form("again.jpg", &jpeg).text("on_duplicate", "explode");
    server.post_form("/projects/p/images", unknown).refused(422);
    assert_eq!(server.ids("p").len(), 2);
}

#[test]
fn a_name_that_is_taken_gets_a_number() {
    let server = Server::start();
    let names: Vec<String> = (1..4)
        .map(|seed| {
            let jpeg = Picture::photo(seed, 64, 48).jpeg(90);
            text(&server.upload("p", "a.jpg", &jpeg).json(), "name")
        })
        .collect();
    assert_eq!(names, ["a.jpg", "a (2).jpg", "a (3).jpg"]);
    let named =
        file_form("ignored.jpg", &Picture::photo(5, 64, 48).jpeg(90)).text("name", "mine/b.jpg");
    let answer = server.post_form("/projects/p/images", named).json();
    assert_eq!(answer["name"], "mine/b.jpg");
    server
        .get("/projects/p/images/mine%2Fb.jpg")
        .picture("image/jpeg");
}

#[test]
fn fingerprints_can_be_read() {
    let server = Server::start();
    let stored = upload(&server, 1..2)[0].clone();
    let path = format!(
        "/projects/p/images/{}/fingerprints",
        text(&stored, "image_id")
    );
    assert_eq!(server.get(&path).json(), stored["fingerprints"]);
    server
        .get("/projects/p/images/nowhere/fingerprints")
        .refused(404);
}
