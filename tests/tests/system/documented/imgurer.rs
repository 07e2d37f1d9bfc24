//! The image repository imgurer, line by line: uploading, browsing, searching for similar pictures, the
//! rebuilding of its search tree, and what its pages send and expect. Its users are accounts: not here.

use std::fs;

use reqwest::Method;
use reqwest::blocking::multipart::Form;
use serde_json::{Value, json};
use tempfile::TempDir;
use vismatch_tests::client::{file_part, send, text};
use vismatch_tests::picture::{size_of, with_comment};
use vismatch_tests::{Answer, Picture, Server};

use super::{fields, shell};

fn image_form(name: &str, file: &[u8]) -> Form {
    Form::new().part("image", file_part(name, file))
}

/// Uploads as the page does; the new id.
#[track_caller]
fn upload(server: &Server, name: &str, file: &[u8]) -> String {
    let answer = server.post_form("/images/upload", image_form(name, file));
    let answer = answer.with_status(201);
    text(&serde_json::from_slice(&answer.body).unwrap(), "id")
}

/// Asks as the page does: it announces JSON and sends no body.
fn ask_similar(server: &Server, id: &str) -> Answer {
    let request = server.request(Method::POST, &format!("/images/similar?image_id={id}"));
    send(request.header("content-type", "application/json")).unwrap()
}

#[track_caller]
fn ids(answer: Answer) -> Vec<String> {
    let answer = answer.json();
    let images = answer["images"].as_array().unwrap().iter();
    images.map(|image| text(image, "id")).collect()
}

/// "A functioning image repository API [...] with upload and similar(duplicate) image search capabilities."
#[test]
fn pictures_are_uploaded_and_similar_ones_found() {
    let server = Server::start();
    let folder = TempDir::new().unwrap();
    let photo = Picture::photo(1, 640, 480).jpeg(90);
    fs::write(folder.path().join("beach.jpg"), &photo).unwrap();
    let line = format!(
        "curl -sS -F image=@beach.jpg '{}/images/upload'",
        server.base()
    );
    let answer = shell(folder.path(), &line);
    assert_eq!(fields(&answer), ["content_type", "filename", "id"]);
    assert_eq!(answer["filename"], "beach.jpg");
    assert_eq!(answer["content_type"], "image/jpeg");
    let beach = text(&answer, "id");
    let smaller = upload(&server, "smaller.png", &Picture::photo(1, 320, 240).png());
    let other = upload(&server, "other.jpg", &Picture::photo(2, 640, 480).jpeg(90));
    assert_eq!(
        ids(ask_similar(&server, &beach)),
        [beach.clone(), smaller.clone()]
    );
    assert_eq!(ids(ask_similar(&server, &smaller)), [smaller, beach]);
    assert_eq!(ids(ask_similar(&server, &other)), [other]);
}

/// "images uploaded are stored on disk as both a thumbnail and the original"
#[test]
fn both_sizes_are_where_the_page_looks_for_them() {
    let server = Server::start();
    let photo = Picture::photo(1, 900, 600).jpeg(90);
    let id = upload(&server, "beach.jpg", &photo);
    let answer = server.get("/images/browsing").json();
    let image = &answer["images"][0];
    assert_eq!(fields(image), ["id", "thumb_url", "url"]);
    assert_eq!(image["id"], json!(id));
    // The page puts a slash before both.
    let original = server
        .get(&format!("/{}", text(image, "url")))
        .picture("image/jpeg");
    assert_eq!(size_of(&original), (900, 600));
    let thumb = server
        .get(&format!("/{}", text(image, "thumb_url")))
        .picture("image/jpeg");
    assert_eq!(size_of(&thumb), (400, 267));
    let file = server.data().join("image_root/imgurer/beach.jpg");
    assert_eq!(fs::read(file).unwrap(), photo);
    let folder = server.data().join("projects/imgurer/thumb");
    assert!(folder.join(format!("{id}.jpg")).is_file());
}

/// The browse page asks for pictures at random.
#[test]
fn browsing_shows_up_to_48_pictures_of_every_project() {
    let server = Server::start();
    assert_eq!(server.get("/images/browsing").json(), json!({"images": []}));
    let picture = Picture::photo(1, 64, 48).jpeg(80);
    for number in 0..50 {
        let file = with_comment(&picture, &format!("{number}"));
        let project = if number % 2 == 0 {
            "imgurer"
        } else {
            "elsewhere"
        };
        server.upload(project, &format!("{number}.jpg"), &file).ok();
    }
    let looks: Vec<Vec<String>> = (0..4)
        .map(|_| ids(server.get("/images/browsing")))
        .collect();
    for look in &looks {
        let mut once = look.clone();
        once.sort_unstable();
        once.dedup();
        assert_eq!(once.len(), 48);
    }
    assert!(looks.iter().any(|look| look != &looks[0]), "at random");
}

/// "search for similarity is done via a 128bit dhash comparison"
#[test]
fn similarity_is_that_of_dhash128_within_8_bits() {
    let server = Server::start();
    let first = upload(&server, "a.jpg", &Picture::photo(1, 320, 240).jpeg(90));
    for seed in 1..5 {
        for quality in [20, 60] {
            upload(
                &server,
                "a.jpg",
                &Picture::photo(seed, 300, 200).jpeg(quality),
            );
        }
    }
    let body = json!({"image_id": first, "algorithm": "dhash128", "radius": 8, "limit": 1000});
    let near = server.post_json("/matches", &body).json();
    let mut expected = vec![first.clone()];
    let near = near.as_array().unwrap().iter();
    expected.extend(near.map(|found| text(found, "image_id")));
    assert!(expected.len() > 1);
    assert_eq!(ids(ask_similar(&server, &first)), expected);
    let sent = image_form("query.png", &Picture::photo(1, 320, 240).png());
    let found = ids(server.post_form("/images/similar", sent));
    assert!(found.contains(&first), "a picture can be sent instead");
}

/// "on server reload the ability to search files already uploaded is lost - accessing </images/rebuildBKT>
/// will rebuild the search tree": it is not lost here, and the address still answers.
#[test]
fn the_search_survives_a_restart_and_can_be_rebuilt() {
    let data = TempDir::new().unwrap();
    let server = Server::over(data.path());
    let one = upload(&server, "1.jpg", &Picture::photo(1, 320, 240).jpeg(90));
    let two = upload(&server, "2.jpg", &Picture::photo(1, 320, 240).jpeg(80));
    drop(server);
    let server = Server::over(data.path());
    let both = [one.clone(), two];
    assert_eq!(ids(ask_similar(&server, &one)), both);
    let rebuilt = server.get("/images/rebuildBKT").json();
    assert_eq!(rebuilt, Value::Null);
    assert_eq!(ids(ask_similar(&server, &one)), both);
    server
        .delete(&format!("/projects/imgurer/images/{}", both[1]))
        .ok();
    server.get("/images/rebuildBKT").ok();
    assert_eq!(ids(ask_similar(&server, &one)), [one]);
}

/// "file uploads are not validated": they are.
#[test]
fn what_is_no_picture_is_refused_plainly() {
    let server = Server::start();
    let refused = server
        .post_form("/images/upload", image_form("a.jpg", b"hello"))
        .refused(400);
    assert!(text(&refused, "message").contains("text"), "{refused:#}");
    let elsewhere = Form::new().part("file", file_part("a.jpg", b"hello"));
    let refused = server.post_form("/images/upload", elsewhere).refused(422);
    assert!(text(&refused, "message").contains("image"), "{refused:#}");
    server.post_json("/images/upload", &json!({})).refused(415);
    server.get("/images/similar").refused(405);
    ask_similar(&server, "").refused(422);
    for stranger in [
        "nobody",
        "019a9e3c6f0a7c41b1d2f3a4b5c6d7e8",
        "..%2F..",
        "%00",
    ] {
        ask_similar(&server, stranger).refused(404);
    }
    let both = image_form("a.jpg", &Picture::photo(1, 64, 48).jpeg(80)).text("image_id", "x");
    server.post_form("/images/similar", both).refused(400);
    server
        .post_form("/images/similar", image_form("a.jpg", b"hello"))
        .refused(400);
    let plain = server
        .request(Method::POST, "/images/similar")
        .header("content-type", "text/plain");
    send(plain.body("x")).unwrap().refused(415);
    let broken = server
        .request(Method::POST, "/images/similar")
        .header("content-type", "application/json");
    send(broken.body("{")).unwrap().refused(400);
    assert_eq!(server.get("/images/browsing").json(), json!({"images": []}));
}

/// "/docs for directly interfacing with the API"
#[test]
fn the_api_has_its_page() {
    let server = Server::start();
    assert!(
        server
            .get("/docs")
            .ok()
            .header("content-type")
            .starts_with("text/html")
    );
}

/// The addresses of its pages, as people have them in bookmarks.
#[test]
fn addresses_of_pages_lead_into_the_page() {
    let server = Server::start();
    for (address, view) in [
        ("/images/", "gallery"),
        ("/images/browse", "gallery"),
        ("/images/search", "search"),
        ("/images/upload", "upload"),
    ] {
        let line = format!(
            r#"curl -sS -o /dev/null -w '"%{{redirect_url}}"' '{}{address}'"#,
            server.base()
        );
        let led = shell(server.data(), &line);
        let wanted = format!("{}/#/{view}/imgurer", server.base());
        assert_eq!(led, Value::String(wanted), "{address}");
    }
}

/// A client looks for the name that it sent in the answer, also when the name was taken.
#[test]
fn the_file_name_is_answered_as_it_was_sent() {
    let server = Server::start();
    for (sent, stored) in [
        ("beach.jpg", None),
        ("beach.jpg", Some("beach (2).jpg")),
        ("C:\\me\\beach.jpg", Some("beach (3).jpg")),
        ("b\u{e4}ch.jpg", None),
    ] {
        let answer = upload_as(&server, sent);
        assert_eq!(answer["filename"], sent);
        assert_eq!(
            answer.get("name"),
            stored.map(Value::from).as_ref(),
            "{answer}"
        );
    }
    let nameless = upload_as(&server, "..");
    assert_eq!(nameless["filename"], "..");
    assert!(text(&nameless, "name").len() > 8, "{nameless}");
}

/// Uploads as browsers do, which send names as they are.
#[track_caller]
fn upload_as(server: &Server, name: &str) -> Value {
    let head = format!(
        "--b\r\nContent-Disposition: form-data; name=\"image\"; filename=\"{name}\"\r\n\r\n"
    );
    let photo = Picture::photo(3, 320, 240).jpeg(90);
    let request = server
        .request(Method::POST, "/images/upload")
        .header("content-type", "multipart/form-data; boundary=b")
        .body([head.as_bytes(), &photo, b"\r\n--b--\r\n"].concat());
    let answer = send(request).unwrap().with_status(201);
    serde_json::from_slice(&answer.body).unwrap()
}

/// FilePond sends what it knows of a file in the same field, before the file.
#[test]
fn a_field_that_comes_twice_is_its_file() {
    let server = Server::start();
    let photo = Picture::photo(3, 320, 240).jpeg(90);
    let form = Form::new()
        .text("image", "{}")
        .part("image", file_part("pond.jpg", &photo));
    let answer = server.post_form("/images/upload", form).with_status(201);
    let answer: Value = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!(answer["filename"], "pond.jpg");
    let form = Form::new()
        .part("file", file_part("last.jpg", &photo))
        .text("file", "{}");
    server.post_form("/projects/p/images", form).ok();
}
