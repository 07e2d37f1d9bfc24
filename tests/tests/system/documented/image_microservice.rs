//! `/projects/...` of the Image Microservice: its example, its responses, its files on disk.

use std::fs;

use regex::Regex;
use serde_json::{Value, json};
use tempfile::TempDir;
use vismatch_tests::client::{file_form, text};
use vismatch_tests::picture::size_of;
use vismatch_tests::{Picture, Server};

use super::{fields, shell};

const SIZES: [&str; 4] = ["original", "medium", "thumb", "game"];

/// The document's example; its second quote is missing there.
const UPLOAD: &str = r#"curl -X POST "http://localhost:8001/projects/123/images" \
  -F "file=@/path/to/image.jpg""#;

#[track_caller]
fn upload(server: &Server, project: &str, seed: u64) -> String {
    let jpeg = Picture::photo(seed, 320, 240).jpeg(90);
    let answer = server.upload(project, &format!("{seed}.jpg"), &jpeg).json();
    text(&answer, "image_id")
}

/// The documented part of the answer to an upload.
fn documented_upload(image: &str, is_primary: bool) -> Value {
    let url = |size| format!("/projects/123/images/{image}?size={size}");
    json!({
        "image_id": image,
        "project_id": "123",
        "is_primary": is_primary,
        "urls": {
            "original": url("original"),
            "medium": url("medium"),
            "thumb": url("thumb"),
            "game": url("game"),
        }
    })
}

#[track_caller]
fn assert_holds(answer: &Value, documented: &Value) {
    for (field, value) in documented.as_object().unwrap() {
        assert_eq!(&answer[field], value, "{field} of {answer:#}");
    }
}

#[test]
fn the_curl_example_uploads() {
    let server = Server::start();
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("image.jpg");
    let jpeg = Picture::photo(1, 2000, 1500).jpeg(90);
    fs::write(&file, &jpeg).unwrap();
    let line = UPLOAD
        .replace("http://localhost:8001", server.base())
        .replace("/path/to/image.jpg", file.to_str().unwrap());

    let answer = shell(folder.path(), &line);

    let image = text(&answer, "image_id");
    let id = Regex::new("^[0-9a-f]{32}$").unwrap();
    assert!(id.is_match(&image), "{image}");
    assert_holds(&answer, &documented_upload(&image, true));
    assert_eq!(answer["name"], "image.jpg");
    assert_eq!(answer["width"], 2000);
    assert_eq!(answer["height"], 1500);
    assert_eq!(answer["bytes"], jpeg.len());
    assert_eq!(answer["sha256"], vismatch_tests::sha256(&jpeg));
}

#[test]
fn an_upload_answers_the_documented_fields_and_the_added_ones() {
    let server = Server::start();
    let jpeg = Picture::photo(1, 320, 240).jpeg(90);
    let answer = server.upload("123", "a.jpg", &jpeg).json();
    assert_eq!(
        fields(&answer),
        [
            "bytes",
            "created_at",
            "fingerprints",
            "height",
            "image_id",
            "is_primary",
            "name",
            "project_id",
            "sha256",
            "urls",
            "width"
        ]
    );
    let again = server.upload("123", "b.jpg", &jpeg).json();
    let duplicate = &again["duplicates"][0];
    for field in ["distance", "image_id", "kind", "similarity"] {
        assert!(
            fields(duplicate).contains(&field),
            "{field} in {duplicate:#}"
        );
    }
    assert_eq!(
        (&duplicate["distance"], &duplicate["similarity"]),
        (&json!(0), &json!(1.0))
    );
    assert_eq!(duplicate["kind"], "exact");
    assert_eq!(duplicate["image_id"], answer["image_id"]);
}

#[test]
fn the_urls_of_an_answer_serve_the_documented_sizes() {
    let server = Server::start();
    let jpeg = Picture::photo(1, 2000, 1500).jpeg(90);
    let answer = server.upload("123", "image.jpg", &jpeg).json();
    let sizes = SIZES.map(|size| {
        let url = text(&answer["urls"], size);
        size_of(&server.get(&url).picture("image/jpeg"))
    });
    assert_eq!(sizes, [(2000, 1500), (1600, 1200), (400, 300), (50, 50)]);
}

#[test]
fn small_pictures_are_never_enlarged_but_for_game() {
    let server = Server::start();
    let png = Picture::photo(1, 30, 20).png();
    let answer = server.upload("123", "small.png", &png).json();
    let sizes = SIZES.map(|size| {
        let url = text(&answer["urls"], size);
        size_of(&server.get(&url).picture("image/jpeg"))
    });
    assert_eq!(sizes, [(30, 20), (30, 20), (30, 20), (50, 50)]);
}

#[test]
fn size_is_original_unless_asked_for() {
    let server = Server::start();
    let image = upload(&server, "123", 1);
    let plain = server.get(&format!("/projects/123/images/{image}"));
    let asked = server.get(&format!("/projects/123/images/{image}?size=original"));
    assert_eq!(plain.picture("image/jpeg"), asked.picture("image/jpeg"));
}

#[test]
fn the_list_is_in_upload_order_with_sizes_urls_and_the_primary_flag() {
    let server = Server::start();
    let ids: Vec<String> = (1..=3).map(|seed| upload(&server, "123", seed)).collect();
    let list = server.get("/projects/123/images").json();
    let list = list.as_array().expect("a bare array");
    assert_eq!(list.len(), 3);
    for (place, (row, id)) in list.iter().zip(&ids).enumerate() {
        assert_eq!(
            fields(row),
            [
                "bytes",
                "created_at",
                "height",
                "image_id",
                "is_primary",
                "name",
                "sha256",
                "urls",
                "width"
            ]
        );
        let documented = documented_upload(id, place == 0);
        for field in ["image_id", "is_primary", "urls"] {
            assert_eq!(row[field], documented[field]);
        }
        assert_eq!((&row["width"], &row["height"]), (&json!(320), &json!(240)));
        assert_eq!(row["name"], format!("{}.jpg", place + 1));
    }
}

#[test]
fn the_list_can_be_paged() {
    let server = Server::start();
    let ids: Vec<String> = (1..=5).map(|seed| upload(&server, "123", seed)).collect();
    let link = Regex::new("<([^>]+)>; *rel=\"?next\"?").unwrap();
    let mut seen = Vec::new();
    let mut next = Some("/projects/123/images?limit=2".to_owned());
    while let Some(path) = next {
        let page = server.get(path.strip_prefix(server.base()).unwrap_or(&path));
        let found = link.captures(page.header("link"));
        next = found.map(|found| found[1].to_owned());
        let rows = page.json();
        let rows = rows.as_array().unwrap();
        assert!(rows.len() <= 2);
        seen.extend(rows.iter().map(|row| text(row, "image_id")));
    }
    assert_eq!(seen, ids);
}

#[test]
fn the_thumbnail_is_the_thumb_of_the_primary_image() {
    let server = Server::start();
    let first = upload(&server, "123", 1);
    let second = upload(&server, "123", 2);
    let thumb = |image: &str| {
        let path = format!("/projects/123/images/{image}?size=thumb");
        server.get(&path).picture("image/jpeg")
    };
    let thumbnail = || server.get("/projects/123/thumbnail").picture("image/jpeg");
    assert_eq!(thumbnail(), thumb(&first));

    let answer = server
        .put(&format!("/projects/123/primary/{second}"))
        .json();
    assert_eq!(
        answer,
        json!({"ok": true, "project_id": "123", "primary_image_id": second})
    );
    assert_eq!(thumbnail(), thumb(&second));
    let list = server.get("/projects/123/images").json();
    assert_eq!(list[0]["is_primary"], false);
    assert_eq!(list[1]["is_primary"], true);
}

#[test]
fn the_next_image_takes_over_when_the_primary_is_deleted() {
    let server = Server::start();
    let ids: Vec<String> = (1..=3).map(|seed| upload(&server, "123", seed)).collect();
    let delete = |image: &String| {
        let answer = server
            .delete(&format!("/projects/123/images/{image}"))
            .json();
        assert_eq!(answer["ok"], true);
        assert_eq!(answer["project_id"], "123");
        assert_eq!(answer["deleted_image_id"], *image);
        answer["new_primary"].clone()
    };
    assert_eq!(delete(&ids[0]), json!(ids[1]));
    assert_eq!(server.manifest("123")["primary_image_id"], json!(ids[1]));
    assert_eq!(delete(&ids[2]), Value::Null);
    assert_eq!(delete(&ids[1]), Value::Null);
    assert_eq!(server.get("/projects/123/images").json(), json!([]));
    assert_eq!(server.manifest("123")["primary_image_id"], Value::Null);
    server.get("/projects/123/thumbnail").refused(404);
    for id in &ids {
        let path = format!("/projects/123/images/{id}");
        server.get(&path).refused(404);
        server.delete(&path).refused(404);
    }
}

#[test]
fn the_files_lie_where_the_document_says() {
    let server = Server::start();
    let image = upload(&server, "123", 1);
    let project = server.data().join("projects/123");
    for (size, sides) in SIZES
        .iter()
        .zip([(320, 240), (320, 240), (320, 240), (50, 50)])
    {
        let file = fs::read(project.join(size).join(format!("{image}.jpg"))).unwrap();
        assert!(file.starts_with(b"\xFF\xD8\xFF"));
        assert_eq!(size_of(&file), sides, "{size}");
    }
    assert!(project.join("meta.json").is_file());
    server.delete(&format!("/projects/123/images/{image}")).ok();
    for size in SIZES {
        let file = project.join(size).join(format!("{image}.jpg"));
        assert!(!file.exists(), "{}", file.display());
    }
}

#[test]
fn the_manifest_has_the_documented_structure() {
    let server = Server::start();
    let ids: Vec<String> = (1..=2).map(|seed| upload(&server, "123", seed)).collect();
    let manifest = server.manifest("123");
    assert_eq!(manifest["project_id"], "123");
    assert_eq!(manifest["primary_image_id"], json!(ids[0]));
    let images = manifest["images"].as_array().unwrap();
    assert_eq!(images.len(), 2);
    let time = Regex::new(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3,}Z$").unwrap();
    for (entry, id) in images.iter().zip(&ids) {
        assert_eq!(entry["id"], json!(id));
        assert_eq!(entry["ext"], "jpg");
        let created = text(entry, "created_at");
        assert!(time.is_match(&created), "{created}");
    }
}

#[test]
fn every_format_becomes_a_jpeg() {
    let server = Server::start();
    let picture = Picture::photo(3, 120, 90);
    use image::ImageFormat::{Bmp, Gif, Ico, Png, Pnm, Qoi, Tga, Tiff, WebP};
    for format in [Bmp, Gif, Ico, Png, Pnm, Qoi, Tga, Tiff, WebP] {
        let name = format!("picture.{}", format.extensions_str()[0]);
        let answer = server
            .upload("formats", &name, &picture.file(format))
            .json();
        let original = server.get(&text(&answer["urls"], "original"));
        assert_eq!(
            size_of(&original.picture("image/jpeg")),
            (120, 90),
            "{name}"
        );
    }
    assert_eq!(server.ids("formats").len(), 9);
}

#[test]
fn a_jpeg_keeps_its_picture_data() {
    let server = Server::start();
    let jpeg = Picture::photo(3, 120, 90).jpeg(85);
    let answer = server.upload("p", "a.jpg", &jpeg).json();
    let served = server
        .get(&text(&answer["urls"], "original"))
        .picture("image/jpeg");
    let decode = |file: &[u8]| image::load_from_memory(file).unwrap().to_rgb8();
    assert_eq!(decode(&served), decode(&jpeg));
    assert!(served.len() <= jpeg.len() + 32, "it was encoded again");
}

#[test]
fn the_documented_docs_are_there() {
    let server = Server::start();
    let page = server.get("/docs");
    assert!(matches!(page.status, 200 | 301..=308), "{page:?}");
    let schema = server.get("/openapi.json").json();
    let paths = schema["paths"].as_object().unwrap();
    for path in [
        "/projects/{project_id}/images",
        "/projects/{project_id}/thumbnail",
    ] {
        let shape = Regex::new(&path.replace("{project_id}", r"\{\w+\}")).unwrap();
        assert!(paths.keys().any(|key| shape.is_match(key)), "{path}");
    }
}

#[test]
fn an_upload_without_the_field_is_told_its_name() {
    let server = Server::start();
    let form = reqwest::blocking::multipart::Form::new().text("other", "x");
    let error = server.post_form("/projects/123/images", form).refused(422);
    assert!(text(&error, "message").contains("file"), "{error:#}");
    server.get("/projects/123").refused(404);
    server
        .post_form(
            "/projects/123/images",
            file_form("a.jpg", &Picture::photo(1, 40, 30).jpeg(80)),
        )
        .ok();
}
