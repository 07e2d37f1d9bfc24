//! Where a picture was taken: said by default, by no answer where it is hidden.

use serde_json::Value;
use vismatch_tests::client::text;
use vismatch_tests::picture::with_location;
use vismatch_tests::{Picture, Server};

/// A picture that says where it was taken.
fn taken() -> Vec<u8> {
    with_location(&Picture::photo(1, 320, 240).jpeg(90), 51, 13)
}

/// Two copies of such a picture on a server, and the EXIF of all answers that have any.
fn exif_of_every_answer(server: &Server) -> Vec<Value> {
    let first = server.upload("p", "a.jpg", &taken()).json();
    server.upload("p", "b.jpg", &taken()).ok();
    let list = server.get("/projects/p/images").json();
    let groups = server.get("/projects/p/duplicates").json();
    let resolve = serde_json::json!({"keep": "a.jpg", "remove": ["b.jpg"], "dry_run": false});
    let resolved = server.post_json("/projects/p/duplicates/resolve", &resolve);
    let resolved = resolved.json();
    let trash = server.get("/projects/p/trash").json();
    let id = text(&trash[0], "image_id");
    let restore = format!("/projects/p/trash/{id}/restore");
    let restored = server.send_to(reqwest::Method::POST, &restore).json();
    assert!(first["exif"].is_null(), "{first}");
    vec![
        list[0]["exif"].clone(),
        groups["groups"][0]["images"][0]["exif"].clone(),
        resolved["kept"]["exif"].clone(),
        restored["exif"].clone(),
    ]
}

/// What S0's question gives away of a stored picture.
fn given_away(server: &Server) -> Vec<u8> {
    let asked = vismatch_tests::base64(&taken());
    let found = server.diff("p", &asked, true).json();
    vismatch_tests::from_base64(&text(&found["compare_result"][0], "data"))
}

#[test]
fn it_is_said_unless_it_is_hidden() {
    let server = Server::start();
    for exif in exif_of_every_answer(&server) {
        assert_eq!(
            (&exif["latitude"], &exif["longitude"]),
            (&51.0.into(), &13.0.into()),
            "{exif}"
        );
        let location = serde_json::json!({"latitude": 51.0, "longitude": 13.0});
        assert_eq!(exif["location"], location, "{exif}");
    }
    assert!(given_away(&server) == taken(), "the stored file itself");
}

#[test]
fn it_is_hidden_in_every_answer() {
    let server = Server::settings().arguments(["--location", "hide"]).start();
    for exif in exif_of_every_answer(&server) {
        assert_eq!(exif["camera_make"], "Canon", "the rest is said: {exif}");
        assert!(
            ["location", "latitude", "longitude"]
                .iter()
                .all(|name| exif.get(name).is_none()),
            "{exif}"
        );
    }
    let picture = given_away(&server);
    assert!(picture.starts_with(&[0xFF, 0xD8]), "a JPEG");
    assert!(
        !picture.windows(4).any(|bytes| bytes == b"Exif"),
        "without metadata"
    );
    let original = server.get("/projects/p/images/a.jpg").picture("image/jpeg");
    assert!(picture == original, "the picture itself is the rendition's");
}
