//! Pictures with transparency, and the copies that programs make of them that drop it.

use serde_json::{Value, json};
use vismatch_tests::client::text;
use vismatch_tests::{Picture, Server};

use super::checking::{known, matches_of};
use super::matching::matches;

/// Every question about `asked` finds `stored` as an edited copy.
fn found_by_every_question(stored: &[u8], asked: &[u8]) {
    let server = Server::start();
    let stored = text(&server.upload("p", "stored.png", stored).json(), "image_id");
    server
        .upload("p", "stranger.jpg", &Picture::photo(9, 320, 240).jpeg(90))
        .ok();
    let before = server.post_json("/projects/p/check", &known(asked)).json();
    let sent = json!(matches(&server, "", asked));
    let uploaded = server.upload("p", "asked.png", asked).json();
    let of_stored = matches_of(&server, &text(&uploaded, "image_id"));
    for rows in [&before["near"], &sent, &uploaded["duplicates"], &of_stored] {
        assert_eq!(rows.as_array().unwrap().len(), 1, "{rows}");
        assert_eq!(rows[0]["image_id"], stored.as_str());
        assert_eq!(rows[0]["verdict"], "edited");
        let reason = text(&rows[0], "reason");
        assert!(reason.contains("without its transparency"), "{reason}");
    }
    for query in ["", "?orientation=any"] {
        let path = format!("/projects/p/duplicates{query}");
        let groups = server.get(&path).json()["groups"].clone();
        assert_eq!(groups.as_array().unwrap().len(), 1, "{groups}");
        assert_eq!(groups[0]["images"].as_array().unwrap().len(), 2);
    }
}

#[test]
fn a_copy_without_alpha_finds_the_transparent_picture() {
    let photo = Picture::photo(4, 320, 240);
    found_by_every_question(&photo.cut_out(), &photo.jpeg(80));
}

#[test]
fn a_transparent_picture_finds_its_copy_without_alpha() {
    let photo = Picture::photo(4, 320, 240);
    found_by_every_question(&photo.jpeg(80), &photo.cut_out());
}

/// A black shape on nothing: all such pictures are plain black without their alpha.
fn icon(is_seen: impl Fn(u32, u32) -> bool) -> Vec<u8> {
    let icon = image::RgbaImage::from_fn(96, 96, |x, y| {
        image::Rgba([0, 0, 0, if is_seen(x, y) { 255 } else { 0 }])
    });
    let mut file = std::io::Cursor::new(Vec::new());
    icon.write_to(&mut file, image::ImageFormat::Png).unwrap();
    file.into_inner()
}

#[test]
fn black_icons_are_no_copies_of_each_other() {
    let server = Server::start();
    let bars = icon(|x, y| (x / 12 + y / 48) % 2 == 0);
    let disc = icon(|x, y| x.abs_diff(30).pow(2) + y.abs_diff(60).pow(2) < 700 || x > 70);
    server.upload("p", "bars.png", &bars).ok();
    let uploaded = server.upload("p", "disc.png", &disc).json();
    assert_eq!(uploaded["duplicates"], Value::Null);
    let found = matches_of(&server, &text(&uploaded, "image_id"));
    assert_eq!(found, json!([]));
    let groups = server.get("/projects/p/duplicates").json();
    assert_eq!(groups["groups"], json!([]));
}
