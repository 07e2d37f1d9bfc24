//! Projects, images and sizes that are not there.

use serde_json::Value;
use vismatch_tests::client::text;
use vismatch_tests::{Picture, Server, base64};

#[test]
fn an_unknown_project() {
    let server = Server::start();
    let jpeg = Picture::photo(1, 64, 48).jpeg(90);
    for path in [
        "/projects/nowhere",
        "/projects/nowhere/thumbnail",
        "/projects/nowhere/images/0123456789abcdef0123456789abcdef",
        "/projects/nowhere/duplicates",
    ] {
        let error = server.get(path).refused(404);
        assert_eq!(error["error"], "NotFound");
    }
    // It is listed before anything is uploaded into it.
    let images = server.get("/projects/nowhere/images").json();
    assert_eq!(images, Value::Array(Vec::new()));
    server.delete("/projects/nowhere").refused(404);
    server
        .put("/projects/nowhere/primary/0123456789abcdef0123456789abcdef")
        .refused(404);
    server.diff("nowhere", &base64(&jpeg), true).refused(404);
    let known: Value = server.get("/projects").json();
    assert!(!known.to_string().contains("nowhere"));
}

#[test]
fn an_unknown_image() {
    let server = Server::start();
    server
        .upload("p", "a.jpg", &Picture::photo(1, 64, 48).jpeg(90))
        .ok();
    for image in [
        "0123456789abcdef0123456789abcdef",
        "b.jpg",
        "ABC",
        "'; DROP TABLE images; --",
    ] {
        server
            .get(&format!("/projects/p/images/{image}"))
            .refused(404);
        server
            .delete(&format!("/projects/p/images/{image}"))
            .refused(404);
        server
            .put(&format!("/projects/p/primary/{image}"))
            .refused(404);
    }
    assert_eq!(server.ids("p").len(), 1);
}

#[test]
fn an_unknown_size() {
    let server = Server::start();
    server
        .upload("p", "a.jpg", &Picture::photo(1, 64, 48).jpeg(90))
        .ok();
    for size in ["huge", "", "Original", "../meta", "50x50"] {
        let error = server
            .get(&format!("/projects/p/images/a.jpg?size={size}"))
            .refused(422);
        let message = text(&error, "message");
        assert!(message.contains("thumb"), "it names the sizes: {message}");
    }
}
