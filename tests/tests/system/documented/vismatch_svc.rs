//! `/diff` and `/upload` of vismatch-svc: its JSON bodies and responses as they are written.

use std::fs;

use reqwest::Method;
use serde_json::{Value, json};
use tempfile::TempDir;
use vismatch_tests::client::{send, text};
use vismatch_tests::{Picture, Server, base64, from_base64};

use super::{fields, shell};

const DIFF: &str = r#"{
  "project_name": "my_project",
  "data": "<base64_encoded_image_string>",
  "with_image": true
}"#;

const UPLOAD: &str = r#"{
  "project_name": "my_project",
  "image_name": "new_image.jpg",
  "data": "<base64_encoded_image_string>"
}"#;

const PLACEHOLDER: &str = "<base64_encoded_image_string>";

/// Sends a body of the document with curl, as JSON.
#[track_caller]
fn curl(server: &Server, path: &str, body: &str) -> Value {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("body.json"), body).unwrap();
    let line = format!(
        "curl -sS -H 'Content-Type: application/json' --data @body.json '{}{path}'",
        server.base()
    );
    shell(folder.path(), &line)
}

/// Uploads a picture and gives back its deletion token.
#[track_caller]
fn upload(server: &Server, name: &str, file: &[u8]) -> String {
    let answer = server.upload_json("my_project", name, &base64(file)).json();
    text(&answer, "token")
}

#[test]
fn the_documented_bodies_upload_and_compare() {
    let server = Server::start();
    let jpeg = Picture::photo(1, 320, 240).jpeg(90);
    let answer = curl(
        &server,
        "/upload",
        &UPLOAD.replace(PLACEHOLDER, &base64(&jpeg)),
    );
    assert_eq!(fields(&answer), ["message", "success", "token"]);
    assert_eq!(answer["success"], true);
    assert_eq!(answer["message"], "image uploaded and indexed successfully");
    assert!(!text(&answer, "token").is_empty());

    let smaller = Picture::photo(1, 200, 150).png();
    let answer = curl(
        &server,
        "/diff",
        &DIFF.replace(PLACEHOLDER, &base64(&smaller)),
    );
    assert_eq!(
        fields(&answer),
        ["compare_result", "message", "project_name", "success"]
    );
    assert_eq!(answer["success"], true);
    assert_eq!(answer["message"], "success");
    assert_eq!(answer["project_name"], "my_project");
    let row = &answer["compare_result"][0];
    assert_eq!(fields(row), ["data", "distance", "image_name"]);
    assert_eq!(row["image_name"], "new_image.jpg");
    let distance = &row["distance"];
    assert!(
        distance.is_f64() && distance.as_f64() <= Some(6.0),
        "{distance}"
    );
    assert_eq!(from_base64(&text(row, "data")), jpeg);
}

#[test]
fn distance_is_a_float_even_when_it_is_nothing() {
    let server = Server::start();
    let jpeg = Picture::photo(1, 320, 240).jpeg(90);
    upload(&server, "a.jpg", &jpeg);
    let answer = server.diff("my_project", &base64(&jpeg), false);
    let shown = answer.text();
    let row = &answer.json()["compare_result"][0];
    assert_eq!(row["distance"], json!(0.0), "{shown}");
    assert!(row["distance"].is_f64(), "{shown}");
}

#[test]
fn data_is_always_there_and_null_unless_asked_for() {
    let server = Server::start();
    let jpeg = Picture::photo(1, 320, 240).jpeg(90);
    upload(&server, "a.jpg", &jpeg);
    let row = server.diff("my_project", &base64(&jpeg), false).json()["compare_result"][0].clone();
    assert_eq!(row.get("data"), Some(&Value::Null));
    let without = json!({"project_name": "my_project", "data": base64(&jpeg)});
    let row = server.post_json("/diff", &without).json()["compare_result"][0].clone();
    assert_eq!(row.get("data"), Some(&Value::Null));
}

#[test]
fn the_three_nearest_come_in_order() {
    let server = Server::start();
    for seed in 1..=5 {
        let jpeg = Picture::photo(seed, 320, 240).jpeg(90);
        upload(&server, &format!("{seed}.jpg"), &jpeg);
    }
    let query = Picture::photo(4, 500, 375).jpeg(70);
    let answer = server.diff("my_project", &base64(&query), false).json();
    let rows = answer["compare_result"].as_array().unwrap();
    assert_eq!(rows.len(), 3);
    assert_eq!(rows[0]["image_name"], "4.jpg");
    let distances: Vec<f64> = rows
        .iter()
        .map(|row| row["distance"].as_f64().unwrap())
        .collect();
    assert!(distances.is_sorted(), "{distances:?}");
    assert!(
        distances
            .iter()
            .all(|distance| (0.0..=64.0).contains(distance))
    );
}

#[test]
fn ties_come_in_upload_order() {
    let server = Server::start();
    let jpeg = Picture::photo(1, 320, 240).jpeg(90);
    let names = ["z.jpg", "m.jpg", "a.jpg", "b.jpg"];
    for name in names {
        upload(&server, name, &jpeg);
    }
    let answer = server.diff("my_project", &base64(&jpeg), false).json();
    let rows = answer["compare_result"].as_array().unwrap();
    let found: Vec<String> = rows.iter().map(|row| text(row, "image_name")).collect();
    assert_eq!(found, names[..3]);
}

#[test]
fn the_file_lies_in_the_image_root_as_it_was_given() {
    let server = Server::start();
    let jpeg = Picture::photo(1, 320, 240).jpeg(90);
    upload(&server, "new_image.jpg", &jpeg);
    let file = server.data().join("image_root/my_project/new_image.jpg");
    assert_eq!(fs::read(file).unwrap(), jpeg);
}

#[test]
fn the_same_name_replaces_picture_and_index_entry() {
    let server = Server::start();
    let before = Picture::photo(1, 320, 240).jpeg(90);
    let after = Picture::photo(2, 320, 240).jpeg(90);
    upload(&server, "a.jpg", &before);
    upload(&server, "a.jpg", &after);
    assert_eq!(server.ids("my_project").len(), 1);
    let file = server.data().join("image_root/my_project/a.jpg");
    assert_eq!(fs::read(file).unwrap(), after);
    let distance = |file: &[u8]| {
        let answer = server.diff("my_project", &base64(file), false).json();
        answer["compare_result"][0]["distance"].as_f64().unwrap()
    };
    assert_eq!(distance(&after), 0.0);
    assert!(distance(&before) > 10.0);
}

/// Replaced, it keeps its place.
#[test]
fn a_replaced_image_keeps_its_place_among_equals() {
    let server = Server::start();
    let jpeg = Picture::photo(1, 320, 240).jpeg(90);
    for name in ["one.jpg", "two.jpg", "one.jpg"] {
        upload(&server, name, &jpeg);
    }
    let answer = server.diff("my_project", &base64(&jpeg), false).json();
    let rows = answer["compare_result"].as_array().unwrap();
    let found: Vec<String> = rows.iter().map(|row| text(row, "image_name")).collect();
    assert_eq!(found, ["one.jpg", "two.jpg"]);
}

#[test]
fn the_token_deletes_its_image_once() {
    let server = Server::start();
    let one = Picture::photo(1, 320, 240).jpeg(90);
    let token = upload(&server, "one.jpg", &one);
    let other_token = upload(&server, "two.jpg", &Picture::photo(2, 320, 240).jpeg(90));
    assert_ne!(token, other_token);
    server.delete(&format!("/upload/{token}")).ok();
    server.delete(&format!("/upload/{token}")).refused(404);
    server.delete("/upload/dummy-deletion-token").refused(404);
    assert!(!server.data().join("image_root/my_project/one.jpg").exists());
    let list = server.get("/projects/my_project/images").json();
    assert_eq!(list.as_array().unwrap().len(), 1);
    assert_eq!(list[0]["name"], "two.jpg");
}

#[test]
fn an_unknown_project_is_not_found() {
    let server = Server::start();
    let jpeg = Picture::photo(1, 40, 30).jpeg(90);
    server.diff("nowhere", &base64(&jpeg), false).refused(404);
}

#[test]
fn a_project_is_a_project_whichever_family_made_it() {
    let server = Server::start();
    let jpeg = Picture::photo(1, 320, 240).jpeg(90);
    server.upload("shared", "from_s4.jpg", &jpeg).ok();
    let answer = server.diff("shared", &base64(&jpeg), false).json();
    assert_eq!(answer["compare_result"][0]["image_name"], "from_s4.jpg");
    server
        .upload_json("shared", "from_s0.jpg", &base64(&jpeg))
        .ok();
    assert_eq!(server.ids("shared").len(), 2);
    server
        .get("/projects/shared/images/from_s0.jpg?size=game")
        .picture("image/jpeg");
}

#[test]
fn missing_fields_are_named() {
    let server = Server::start();
    let error = server
        .post_json("/upload", &json!({"project_name": "p"}))
        .refused_somehow();
    let message = text(&error, "message");
    assert!(
        message.contains("image_name") || message.contains("data"),
        "{message}"
    );
    let error = server
        .post_json("/diff", &json!({"data": ""}))
        .refused_somehow();
    assert!(
        text(&error, "message").contains("project_name"),
        "{error:#}"
    );
}

#[test]
fn the_content_type_decides_whose_upload_it_is() {
    let server = Server::start();
    let plain = server
        .request(Method::POST, "/upload")
        .header("content-type", "text/plain")
        .body("hello");
    send(plain).unwrap().refused(415);
    let broken = server
        .request(Method::POST, "/upload")
        .header("content-type", "application/json")
        .body("{");
    send(broken).unwrap().refused(400);
}

/// The page of a fork deletes projects at this address.
#[test]
fn a_project_is_deleted_by_its_name() {
    let server = Server::start();
    let photo = vismatch_tests::Picture::photo(1, 320, 240).jpeg(90);
    server.upload("gone", "a.jpg", &photo).ok();
    for success in [true, false] {
        let answer = server.delete("/project/gone").ok().json();
        assert_eq!(answer["success"], success, "{answer}");
    }
    assert_eq!(server.get("/projects/gone").status, 404);
}
