//! Whether a picture is there, asked with what is known of it: digest, fingerprints, sketch.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};
use vismatch_pipeline::fingerprint::Algorithm;
use vismatch_pipeline::limits::Limits;
use vismatch_pipeline::process::process;
use vismatch_pipeline::rendition::Plan;
use vismatch_tests::client::text;
use vismatch_tests::{Picture, Server, sha256};

use super::matching::{ALGORITHMS, ids, matches, upload};

#[test]
fn a_picture_is_checked_without_being_sent() {
    let server = Server::start();
    let stored = upload(&server, 1..4);
    let jpeg = Picture::photo(2, 320, 240).jpeg(90);
    let check = |body: Value| server.post_json("/projects/p/check", &body).json();

    let exact = check(json!({"sha256": sha256(&jpeg)}));
    assert_eq!(
        ids(exact["exact"].as_array().unwrap()),
        [text(&stored[1], "image_id")]
    );
    assert_eq!(exact["near"], json!([]));

    let fingerprint = &stored[1]["fingerprints"][0];
    let known = json!({
        "algorithm": fingerprint["algorithm"],
        "version": fingerprint["version"],
        "bits": fingerprint["bits"],
    });
    let near = check(json!({"fingerprints": [known], "radius": 4}));
    assert_eq!(near["exact"], json!([]));
    let row = &near["near"][0];
    assert_eq!(row["image_id"], stored[1]["image_id"]);
    assert_eq!(
        (&row["distance"], &row["similarity"]),
        (&json!(0), &json!(1.0))
    );

    let unknown = check(json!({"sha256": sha256(b"unseen")}));
    assert_eq!(unknown, json!({"exact": [], "near": []}));
}

/// What a client that has the component tells of a picture.
pub(super) fn known(file: &[u8]) -> Value {
    let plan = Plan {
        algorithms: vec![
            Algorithm::Phash,
            Algorithm::Dhash128,
            Algorithm::Core,
            Algorithm::Bare,
        ],
        renditions: Vec::new(),
    };
    let outcome = process(file, &plan, &Limits::default()).unwrap();
    let told = outcome.fingerprints.iter().filter(|made| made.quality > 0);
    let told = told.map(|made| {
        json!({
            "algorithm": made.algorithm.name(),
            "version": made.version,
            "bits": hex::encode(&made.bits),
        })
    });
    let sketch = outcome.sketch.unwrap();
    json!({
        "fingerprints": told.collect::<Vec<_>>(),
        "sketch": BASE64_STANDARD.encode(sketch.as_bytes()),
    })
}

/// The picture without this share of each side, in percent.
fn cropped(picture: &Picture, percent: u32) -> Vec<u8> {
    let whole = image::load_from_memory(&picture.png()).unwrap();
    let cut = |side: u32| side * percent / 100;
    let (x, y) = (cut(picture.width()), cut(picture.height()));
    let (width, height) = (picture.width() - 2 * x, picture.height() - 2 * y);
    encoded(&whole.crop_imm(x, y, width, height))
}

/// The picture with a white border as wide as this share of its sides, in percent.
fn bordered(picture: &Picture, percent: u32) -> Vec<u8> {
    let inside = image::load_from_memory(&picture.png()).unwrap();
    let wide = |side: u32| side * percent / 100;
    let (x, y) = (wide(picture.width()), wide(picture.height()));
    let (width, height) = (picture.width() + 2 * x, picture.height() + 2 * y);
    let mut whole = image::RgbImage::from_pixel(width, height, image::Rgb([255; 3]));
    image::imageops::overlay(&mut whole, &inside.to_rgb8(), x.into(), y.into());
    encoded(&whole.into())
}

fn encoded(picture: &image::DynamicImage) -> Vec<u8> {
    let mut file = std::io::Cursor::new(Vec::new());
    picture
        .write_to(&mut file, image::ImageFormat::Png)
        .unwrap();
    file.into_inner()
}

#[test]
fn edited_copies_are_called_so_by_every_question() {
    let server = Server::start();
    let original = text(&upload(&server, 1..6)[2], "image_id");
    let photo = Picture::photo(3, 320, 240);
    for copy in [cropped(&photo, 5), bordered(&photo, 5)] {
        let before = server.post_json("/projects/p/check", &known(&copy)).json();
        let sent = matches(&server, "", &copy);
        let uploaded = server.upload("p", "copy.png", &copy).json();
        let stored = matches_of(&server, &text(&uploaded, "image_id"));
        for rows in [
            &before["near"],
            &json!(sent),
            &uploaded["duplicates"],
            &stored,
        ] {
            assert_eq!(rows[0]["image_id"], original.as_str(), "{rows}");
            assert_eq!(rows[0]["verdict"], "edited");
            assert_eq!(rows[0]["verified"], true);
            assert_eq!(rows[0]["reason"], before["near"][0]["reason"]);
        }
        let groups = server.get("/projects/p/duplicates").json()["groups"].clone();
        assert_eq!(groups.as_array().unwrap().len(), 1, "{groups}");
        let images = groups[0]["images"].as_array().unwrap();
        let kept = &groups[0]["best"]["image_id"];
        let mut others = images.iter().filter(|image| image["image_id"] != *kept);
        assert_eq!(others.next().unwrap()["verdict"], "edited", "{groups}");
        let turned = turned(&copy);
        let turned = matches(&server, "?orientation=any", &turned);
        assert_eq!(turned.len(), 2, "the copy and its original: {turned:?}");
        let path = format!("/projects/p/images/{}", text(&uploaded, "image_id"));
        server.delete(&path).ok();
    }
}

/// The picture without a twelfth of its width, of its height, or of both, at a corner.
fn cropped_at_a_corner(picture: &Picture, seed: u64) -> Picture {
    let (width, height) = (picture.width() / 12, picture.height() / 12);
    let x = [width, 0][seed as usize % 2];
    let y = [height, 0][seed as usize / 2 % 2];
    picture.cropped((x, y), (picture.width() - width, picture.height() - height))
}

#[test]
fn copies_without_a_twelfth_of_two_sides_are_found_by_either() {
    const SEEDS: std::ops::Range<u64> = 1..25;
    let server = Server::start();
    for seed in SEEDS {
        let photo = Picture::photo(seed, 480, 360);
        let jpeg = photo.jpeg(90);
        let name = format!("{seed}.jpg");
        let original = text(&server.upload("p", &name, &jpeg).json(), "image_id");
        let copy = cropped_at_a_corner(&photo, seed).jpeg(85);
        let sent = matches(&server, "", &copy);
        let uploaded = server.upload("p", "copy.jpg", &copy).json();
        let copy = text(&uploaded, "image_id");
        let of_original = matches_of(&server, &original);
        for (rows, found) in [
            (&json!(sent), &original),
            (&uploaded["duplicates"], &original),
            (&of_original, &copy),
        ] {
            assert_eq!(rows[0]["image_id"], found.as_str(), "{seed}: {rows}");
            assert_eq!(rows[0]["verdict"], "edited", "{seed}: {rows}");
        }
        server.delete(&format!("/projects/p/images/{copy}")).ok();
    }
}

fn turned(file: &[u8]) -> Vec<u8> {
    encoded(&image::load_from_memory(file).unwrap().rotate90())
}

pub(super) fn matches_of(server: &Server, image: &str) -> Value {
    let body = json!({"image_id": image});
    server.post_json("/projects/p/matches", &body).json()
}

#[test]
fn sketches_that_cannot_be_are_refused() {
    let server = Server::start();
    upload(&server, 1..2);
    let mut body = known(&Picture::photo(1, 320, 240).jpeg(90));
    let sound = BASE64_STANDARD.decode(text(&body, "sketch")).unwrap();
    let longer = [&sound[..], &[0]].concat();
    let of_another_version = [&[1], &sound[1..]].concat();
    for sketch in [
        json!(""),
        json!("AAAA"),
        json!(BASE64_STANDARD.encode(&sound[1..])),
        json!(BASE64_STANDARD.encode(&sound[..sound.len() - 1])),
        json!(BASE64_STANDARD.encode(longer)),
        json!(BASE64_STANDARD.encode(of_another_version)),
        json!("no base64!"),
        json!(7),
    ] {
        body["sketch"] = sketch;
        server
            .post_json("/projects/p/check", &body)
            .refused_somehow();
    }
}

#[test]
fn every_algorithm_can_be_checked() {
    let server = Server::start();
    upload(&server, 1..3);
    let cut_out = Picture::photo(3, 320, 240).cut_out();
    let stored = server.upload("p", "cut-out.png", &cut_out).json();
    let fingerprints = stored["fingerprints"].as_array().unwrap();
    let names: Vec<String> = fingerprints
        .iter()
        .map(|one| text(one, "algorithm"))
        .collect();
    assert_eq!(names, ALGORITHMS);
    for fingerprint in fingerprints {
        let known = json!({
            "algorithm": fingerprint["algorithm"],
            "version": fingerprint["version"],
            "bits": fingerprint["bits"],
        });
        let found = server
            .post_json("/projects/p/check", &json!({"fingerprints": [known]}))
            .json();
        let row = &found["near"][0];
        assert_eq!(row["image_id"], stored["image_id"], "{fingerprint}");
        assert_eq!(row["algorithm"], fingerprint["algorithm"]);
    }
}

#[test]
fn checks_that_cannot_be_are_refused() {
    let server = Server::start();
    upload(&server, 1..2);
    let phash = |bits: &str| json!([{"algorithm": "phash", "version": 1, "bits": bits}]);
    let good = "0123456789abcdef";
    for body in [
        json!({}),
        json!({"sha256": "short"}),
        json!({"fingerprints": phash("xyz")}),
        json!({"fingerprints": phash("0123")}),
        json!({"fingerprints": [{"algorithm": "md5", "version": 1, "bits": good}]}),
        json!({"fingerprints": [{"algorithm": "phash", "version": 77, "bits": good}]}),
        json!({"fingerprints": phash(good), "radius": 65}),
        json!({"fingerprints": phash(good), "radius": -1}),
        json!({"fingerprints": phash(good), "limit": 0}),
        json!({"fingerprints": phash(good), "limit": 1_000_000_000}),
        json!({"fingerprints": vec![phash(good)[0].clone(); 10_000]}),
    ] {
        server
            .post_json("/projects/p/check", &body)
            .refused_somehow();
    }
    let fine = json!({"fingerprints": phash(good)});
    server
        .post_json("/projects/nowhere/check", &fine)
        .refused(404);
}
