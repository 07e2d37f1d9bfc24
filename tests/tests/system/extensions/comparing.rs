//! Two pictures compared, sent or stored.

use serde_json::{Value, json};
use vismatch_tests::client::{file_part, text};
use vismatch_tests::{Picture, Server};

use super::matching::{ALGORITHMS, upload};

#[test]
fn two_sent_pictures_are_compared() {
    let server = Server::start();
    let compare = |a: &[u8], b: &[u8]| {
        let form = reqwest::blocking::multipart::Form::new()
            .part("a", file_part("a", a))
            .part("b", file_part("b", b));
        server.post_form("/compare", form)
    };
    let photo = Picture::photo(1, 320, 240);
    let verdict = |b: &[u8]| compare(&photo.jpeg(90), b).json();
    let same = verdict(&photo.jpeg(90));
    assert_eq!(
        (&same["verdict"], &same["similarity"]),
        (&json!("exact"), &json!(1.0))
    );
    let resized = verdict(&Picture::photo(1, 200, 150).png());
    assert_eq!(
        (&resized["verdict"], &resized["is_duplicate"]),
        (&json!("same_picture"), &json!(true))
    );
    let mirrored = verdict(&photo.mirrored().png());
    assert_eq!(
        (&mirrored["verdict"], &mirrored["orientation"]),
        (&json!("edited"), &json!("mirrored"))
    );
    let other = verdict(&Picture::photo(2, 320, 240).png());
    assert_eq!(other["is_duplicate"], false);
    for answer in [&same, &resized, &mirrored, &other] {
        let differences = answer["differences"].as_array().unwrap();
        let names: Vec<String> = differences
            .iter()
            .map(|row| text(row, "algorithm"))
            .collect();
        assert_eq!(names, ALGORITHMS);
        assert!(!text(answer, "reason").is_empty());
    }
    compare(b"no picture", &photo.jpeg(90)).refused(400);
    let alone = reqwest::blocking::multipart::Form::new().part("a", file_part("a", &photo.png()));
    let error = server.post_form("/compare", alone).refused(422);
    assert!(text(&error, "message").contains('b'), "{error:#}");
    assert_eq!(server.get("/projects").json(), json!([]), "nothing is kept");
}

#[test]
fn two_stored_images_are_compared() {
    let server = Server::start();
    let stored = upload(&server, 1..3);
    let at = |row: &Value| json!({"project_id": "p", "image_id": row["image_id"]});
    let by_name = json!({"project_id": "p", "image_id": "1.jpg"});
    let same = json!({"a": at(&stored[0]), "b": by_name});
    assert_eq!(
        server.post_json("/compare", &same).json()["verdict"],
        "exact"
    );
    let other = json!({"a": at(&stored[0]), "b": at(&stored[1])});
    assert_eq!(
        server.post_json("/compare", &other).json()["is_duplicate"],
        false
    );
    let unknown = json!({"a": at(&stored[0]), "b": {"project_id": "p", "image_id": "nowhere"}});
    server.post_json("/compare", &unknown).refused(404);
    let threshold = json!({"a": at(&stored[0]), "b": by_name, "threshold": 65});
    server.post_json("/compare", &threshold).refused(400);
    let radius = json!({"a": at(&stored[0]), "b": at(&stored[0]), "radius": 65});
    server.post_json("/compare", &radius).refused(400);
}

#[test]
fn a_sent_picture_is_compared_with_a_stored_image() {
    let server = Server::start();
    let stored = upload(&server, 1..2);
    let form = |texts: &[(&'static str, &str)]| {
        let copy = Picture::photo(1, 320, 240).jpeg(60);
        let form = reqwest::blocking::multipart::Form::new().part("a", file_part("a", &copy));
        texts.iter().fold(form, |form, (name, value)| {
            form.text(*name, (*value).to_owned())
        })
    };
    for image in [text(&stored[0], "image_id"), "1.jpg".to_owned()] {
        let fields = [("project_id", "p"), ("image_id", image.as_str())];
        let answer = server.post_form("/compare", form(&fields)).json();
        assert_eq!(answer["is_duplicate"], true, "{answer:#}");
    }
    let half = form(&[("image_id", "1.jpg")]);
    let error = server.post_form("/compare", half).refused(422);
    assert!(text(&error, "message").contains("project_id"), "{error:#}");
    let unknown = form(&[("project_id", "p"), ("image_id", "nowhere")]);
    server.post_form("/compare", unknown).refused(404);
    let both = form(&[("project_id", "p"), ("image_id", "1.jpg")])
        .part("b", file_part("b", &Picture::photo(1, 320, 240).png()));
    server.post_form("/compare", both).refused(400);
}
