//! Files that are no pictures, pictures that are broken, and small files that claim or hide large things.

use reqwest::blocking::multipart::{Form, Part};
use vismatch_tests::client::{file_part, text};
use vismatch_tests::{Picture, Server, base64, hostile};

use super::{Bystander, assert_says};

#[test]
fn an_empty_file() {
    assert_says(&Bystander::new().refuses("empty.jpg", b""), &["empty"]);
}

#[test]
fn text_named_jpg() {
    let message = Bystander::new().refuses("text.jpg", b"This is not a picture.\n");
    assert_says(&message, &["text"]);
}

#[test]
fn a_page_named_jpg() {
    let page = b"<!DOCTYPE html><html><script>alert(1)</script></html>";
    assert_says(&Bystander::new().refuses("page.jpg", page), &["html"]);
}

#[test]
fn a_truncated_jpeg() {
    let jpeg = Picture::photo(1, 640, 480).jpeg(90);
    let message = Bystander::new().refuses("cut.jpg", &jpeg[..200]);
    assert_says(&message, &["jpeg"]);
}

#[test]
fn a_truncated_png() {
    let png = Picture::photo(1, 640, 480).png();
    let message = Bystander::new().refuses("cut.png", &png[..png.len() / 2]);
    assert_says(&message, &["png"]);
}

#[test]
fn a_wrong_extension_is_accepted_by_content() {
    let server = Server::start();
    let png = Picture::photo(1, 64, 48).png();
    let answer = server.upload("p", "really_a_png.jpg", &png).json();
    assert_eq!(answer["width"], 64);
    let form = Form::new().part(
        "file",
        Part::bytes(png)
            .file_name("x.txt")
            .mime_str("text/plain")
            .unwrap(),
    );
    server.post_form("/projects/p/images", form).ok();
}

#[test]
fn a_png_that_claims_60000_by_60000() {
    let png = hostile::png_claiming(60_000, 60_000);
    let message = Bystander::new().refuses("claims.png", &png);
    assert_says(&message, &["too large", "allowed"]);
}

#[test]
fn a_small_file_that_decodes_to_20000_by_20000() {
    let png = hostile::black_png(20_000, 20_000);
    assert!(png.len() < 1 << 20, "{} bytes", png.len());
    let message = Bystander::new().refuses("black.png", &png);
    assert_says(&message, &["400000000", "allowed"]);
}

#[test]
fn a_progressive_jpeg_with_thousands_of_scans() {
    let message = Bystander::new().refuses("scans.jpg", &hostile::jpeg_of_scans(63));
    assert_says(&message, &["scans"]);
}

/// Each scan goes through all pixels: as many as a small picture may have are too many for a large one.
#[test]
fn a_jpeg_of_too_many_scans_for_its_size_is_refused_by_every_route() {
    let server = Server::settings()
        .arguments(["--max-pixels", "1100000"])
        .start();
    let sound = Picture::photo(1, 640, 480).jpeg(90);
    server.upload("sound", "a.jpg", &sound).ok();
    let file = hostile::jpeg_of_scans(1);
    let form = |field: &str| Form::new().part(field.to_owned(), file_part("scans.jpg", &file));
    let both = form("a").part("b", file_part("a.jpg", &sound));
    let answers = [
        server.upload("sound", "scans.jpg", &file),
        server.upload_json("sound", "scans.jpg", &base64(&file)),
        server.diff("sound", &base64(&file), false),
        server.post_form("/projects/sound/matches", form("file")),
        server.post_form("/images/similar", form("image")),
        server.post_form("/compare", both),
    ];
    for answer in answers {
        let refusal = answer.refused(413);
        assert_says(
            &text(&refusal, "message"),
            &["43 frames or scans, 16 allowed"],
        );
    }
}

#[test]
fn an_animated_gif_with_10000_frames() {
    let message = Bystander::new().refuses("frames.gif", &hostile::gif_of_frames(10_000));
    assert_says(&message, &["frames"]);
}

#[test]
fn a_png_with_200_mb_of_text_in_a_small_chunk() {
    let png = hostile::with_text_bomb(&Picture::photo(1, 64, 48).png(), 200 << 20);
    assert!(png.len() < 1 << 20, "{} bytes", png.len());
    let message = Bystander::new().refuses("text_bomb.png", &png);
    assert_says(&message, &["unpack to more than 16 mib"]);
}

#[test]
fn a_png_with_200_mb_of_colour_profile_in_a_small_chunk() {
    let png = hostile::with_profile_bomb(&Picture::photo(1, 64, 48).png(), 200 << 20);
    assert!(png.len() < 1 << 20, "{} bytes", png.len());
    let message = Bystander::new().refuses("profile_bomb.png", &png);
    assert_says(&message, &["unpack to more than 16 mib"]);
}
