//! Projects, and what matches in them: by numbers alone, by picture, by id, in any orientation.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};
use vismatch_pipeline::fingerprint::Algorithm;
use vismatch_pipeline::limits::Limits;
use vismatch_pipeline::process::process;
use vismatch_pipeline::rendition::Plan;
use vismatch_tests::client::{file_form, file_part, text};
use vismatch_tests::picture::with_comment;
use vismatch_tests::{Picture, Server, sha256};

const ALGORITHMS: [&str; 8] = [
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
fn upload(server: &Server, seeds: std::ops::Range<u64>) -> Vec<Value> {
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

fn ids(rows: &[Value]) -> Vec<String> {
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
