//! Commands over a data folder that no server uses: verify and rebuild.

use std::fs;
use std::path::Path;

use serde_json::json;
use tempfile::TempDir;
use vismatch_tests::picture::with_comment;
use vismatch_tests::{Picture, Server, program};

/// A data folder that a server filled and left.
fn filled() -> TempDir {
    let data = TempDir::new().unwrap();
    let server = Server::over(data.path());
    for seed in 0..4 {
        let jpeg = Picture::photo(seed, 120, 90).jpeg(90);
        server.upload("p", &format!("{seed}.jpg"), &jpeg).ok();
        server
            .upload("q", &format!("{seed}.jpg"), &with_comment(&jpeg, "q"))
            .ok();
    }
    let second = server.ids("p")[1].clone();
    server.put(&format!("/projects/p/primary/{second}")).ok();
    data
}

fn verify(data: &Path, repair: bool) -> program::Said {
    let repair: &[&str] = if repair { &["--repair"] } else { &[] };
    let arguments = ["verify", "--json", "--data", "."].iter().chain(repair);
    program::run(data, arguments)
}

#[test]
fn rebuild_makes_the_database_out_of_manifests_and_files() {
    let data = filled();
    let facts = |server: &Server| {
        ["p", "q"].map(|project| server.get(&format!("/projects/{project}/images")).json())
    };
    let before = facts(&Server::over(data.path()));
    for entry in fs::read_dir(data.path()).unwrap() {
        let path = entry.unwrap().path();
        if path
            .file_name()
            .unwrap()
            .to_str()
            .unwrap()
            .starts_with("vismatch.db")
        {
            fs::remove_file(path).unwrap();
        }
    }
    program::run(data.path(), ["rebuild", "--data", "."]).ok();
    let server = Server::over(data.path());
    assert_eq!(facts(&server), before);
    let query = vismatch_tests::base64(&Picture::photo(2, 120, 90).jpeg(90));
    assert_eq!(
        server.diff("p", &query, false).json()["compare_result"][0]["image_name"],
        "2.jpg"
    );
    drop(server);
    assert_eq!(verify(data.path(), false).code, Some(0));
}

#[test]
fn verify_says_that_all_is_well() {
    let data = filled();
    let said = verify(data.path(), false).json();
    assert_eq!(said, json!({"images": 8, "findings": []}));
}

#[test]
fn verify_finds_damage_and_repairs_what_can_be() {
    let data = filled();
    let project = data.path().join("projects/p");
    let thumb = fs::read_dir(project.join("thumb"))
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    let intact = fs::read(&thumb).unwrap();
    fs::remove_file(&thumb).unwrap();
    fs::write(project.join("meta.json"), "{}").unwrap();
    let said = verify(data.path(), false);
    assert_eq!(said.code, Some(1), "{said:#?}");
    let repaired = verify(data.path(), true);
    assert_eq!(repaired.code, Some(0), "{repaired:#?}");
    assert_eq!(verify(data.path(), false).json()["findings"], json!([]));
    assert_eq!(fs::read(&thumb).unwrap(), intact);
}

#[test]
fn verify_finds_a_picture_that_lost_a_bit() {
    let data = filled();
    let path = data.path().join("image_root/q/2.jpg");
    let mut file = fs::read(&path).unwrap();
    let middle = file.len() / 2;
    file[middle] ^= 1;
    fs::write(&path, file).unwrap();
    let said = verify(data.path(), false);
    assert_eq!(said.code, Some(1), "{said:#?}");
    assert!(said.out.contains("2.jpg"), "{said:#?}");
}
