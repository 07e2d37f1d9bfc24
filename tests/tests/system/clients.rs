//! What clients are used to, whichever of the documents they were written from: statuses, both kinds of forms, repeated
//! fields, booleans.

use reqwest::Method;
use reqwest::blocking::multipart::Form;
use serde_json::{Value, json};
use vismatch_tests::client::{file_form, file_part, send, text};
use vismatch_tests::{Answer, Picture, Server, base64};

fn photo(seed: u64) -> Vec<u8> {
    Picture::photo(seed, 320, 240).jpeg(90)
}

/// A server with `one.jpg`, `copy.jpg` of the same picture, and `two.jpg` in the project `p`.
fn server() -> Server {
    let server = Server::start();
    server.upload("p", "one.jpg", &photo(1)).ok();
    let copy = Picture::photo(1, 200, 150).jpeg(80);
    server.upload("p", "copy.jpg", &copy).ok();
    server.upload("p", "two.jpg", &photo(2)).ok();
    server
}

/// A request without a body and without a word about one.
fn bare(server: &Server, path: &str) -> Answer {
    send(server.request(Method::POST, path)).unwrap()
}

#[test]
fn what_is_missing_is_named_with_422_by_every_family() {
    let server = server();
    let empty = || Form::new().text("other", "x");
    let data = base64(&photo(1));
    let answers = [
        (server.post_form("/images/upload", empty()), "image"),
        (server.post_urlencoded("/images/upload", "x=y"), "image"),
        (bare(&server, "/images/upload"), "image"),
        (bare(&server, "/images/similar"), "image_id"),
        (server.post_form("/images/similar", empty()), "image_id"),
        (server.post_form("/projects/p/images", empty()), "file"),
        (bare(&server, "/projects/p/images"), "file"),
        (server.post_form("/projects/p/matches", empty()), "file"),
        (bare(&server, "/matches"), "image_id"),
        (server.post_form("/compare", empty()), "a"),
        (bare(&server, "/compare"), "a"),
        (server.post_json("/compare", &json!({})), "a"),
        (server.post_json("/check", &json!({})), "sha256"),
        (
            server.post_json("/diff", &json!({"data": data})),
            "project_name",
        ),
        (
            server.post_json("/upload", &json!({"project_name": "p"})),
            "image_name",
        ),
        (
            server.post_json("/projects/p/duplicates/resolve", &json!({})),
            "images",
        ),
    ];
    for (answer, field) in answers {
        let refusal = answer.refused(422);
        assert_eq!(refusal["error"], "ValidationError");
        let message = text(&refusal, "message");
        assert!(message.contains(&format!("`{field}`")), "{message}");
    }
}

#[test]
fn what_is_of_another_type_is_named_with_422() {
    let server = server();
    for path in [
        "/projects/p/images?limit=many",
        "/projects/p/images/one.jpg?size=huge",
        "/projects/p/duplicates?orientation=sideways",
    ] {
        server.get(path).refused(422);
    }
    let body = json!({"project_name": "p", "data": base64(&photo(1)), "with_image": "yes"});
    server.post_json("/diff", &body).refused(422);
    // What has the right type and cannot be used is another matter.
    server.get("/projects/p/images?limit=0").refused(400);
}

#[test]
fn forms_without_a_file_come_in_both_kinds() {
    let server = server();
    let one = server.ids("p").remove(0);
    let names = |answer: Answer| -> Vec<String> {
        let found = answer.json();
        let found = found.as_array().unwrap().iter();
        found.map(|row| text(row, "name")).collect()
    };
    for path in ["/projects/p/matches", "/matches"] {
        let fields = [("image_id", one.clone()), ("orientation", "any".into())];
        let parts = fields
            .clone()
            .into_iter()
            .fold(Form::new(), |form, (name, value)| form.text(name, value));
        let urlencoded = format!("image_id={one}&orientation=any&radius=");
        assert_eq!(names(server.post_form(path, parts)), ["copy.jpg"]);
        assert_eq!(
            names(server.post_urlencoded(path, &urlencoded)),
            ["copy.jpg"]
        );
    }
    let by_form = server.post_urlencoded("/images/similar", &format!("image_id={one}"));
    let by_url = bare(&server, &format!("/images/similar?image_id={one}"));
    assert_eq!(by_form.json(), by_url.json());
    let latin1 = server.post_urlencoded("/matches", "image_id=%FF");
    assert!(text(&latin1.refused(400), "message").contains("multipart/form-data"));
    let long = format!("image_id={}", "x".repeat(2 << 20));
    server.post_urlencoded("/matches", &long).refused(413);
}

/// Browsers send a file without name and content for an input that nobody has chosen a file for.
#[test]
fn what_nobody_filled_in_counts_as_not_sent() {
    let server = server();
    let one = server.ids("p").remove(0);
    let empty = || Form::new().part("file", file_part("", b""));
    let found = empty().text("image_id", one).text("radius", "");
    let found = server.post_form("/projects/p/matches", found).json();
    assert_eq!(found[0]["name"], "copy.jpg");
    server.post_form("/projects/p/images", empty()).refused(422);
    let sound = empty().part("file", file_part("sound.jpg", &photo(5)));
    let sound = sound.part("file", file_part("", b""));
    let answer = server.post_form("/projects/p/images", sound).json();
    assert_eq!(answer["name"], "sound.jpg");
    // A file of this name that is empty is another matter.
    let named = Form::new().part("file", file_part("empty.jpg", b""));
    server.post_form("/projects/p/images", named).refused(400);
}

#[test]
fn the_last_of_a_repeated_field_counts() {
    let server = server();
    let list = server.get("/projects/p/images?limit=many&limit=1").json();
    assert_eq!(list.as_array().unwrap().len(), 1);
    let form = file_form("x.jpg", &photo(3))
        .text("name", "first.jpg")
        .text("name", "last.jpg");
    let uploaded = server.post_form("/projects/p/images", form).json();
    assert_eq!(uploaded["name"], "last.jpg");
    let form = Form::new()
        .part("image", file_part("first.jpg", &photo(4)))
        .part("image", file_part("last.jpg", &photo(5)));
    let answer = server.post_form("/images/upload", form).with_status(201);
    let answer: Value = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!(answer["filename"], "last.jpg");
}

#[test]
fn booleans_are_read_as_python_writes_them() {
    let server = server();
    let resolve = |query: &str, mut body: Value| {
        body["keep"] = json!("one.jpg");
        body["remove"] = json!(["copy.jpg"]);
        let path = format!("/projects/p/duplicates/resolve?{query}");
        server.post_json(&path, &body)
    };
    for yes in ["True", "true", "1", "yes", "on", "TRUE"] {
        let answer = resolve(&format!("dry_run={yes}"), json!({})).json();
        assert_eq!(answer["dry_run"], true, "{yes}");
    }
    resolve("dry_run=perhaps", json!({})).refused(422);
    let body_wins = resolve("dry_run=False", json!({"dry_run": true})).json();
    assert_eq!(body_wins["dry_run"], true);
    assert_eq!(server.ids("p").len(), 3, "nothing was done yet");
    let done = resolve("dry_run=False", json!({})).json();
    assert_eq!(done["dry_run"], false);
    assert_eq!(server.ids("p").len(), 2);
}

/// Pages list a project before anything is uploaded into it.
#[test]
fn a_project_that_is_not_there_yet_has_no_images() {
    let server = server();
    for query in ["", "?limit=5", "/"] {
        let path = format!("/projects/later/images{query}");
        assert_eq!(server.get(&path).json(), json!([]), "{path}");
    }
    server
        .get("/projects/later/images?after=one.jpg")
        .refused(404);
    server.get("/projects/later").refused(404);
    assert_eq!(server.get("/projects").json().as_array().unwrap().len(), 1);
}
