//! Clocks that are set wrong, by libfaketime; where it is not installed these tests do nothing, and say so.

use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;

use serde_json::json;
use tempfile::TempDir;
use vismatch_tests::client::text;
use vismatch_tests::picture::with_comment;
use vismatch_tests::{Picture, Server, program, skipped};

/// The variables that set a program's clock, at which it begins to run.
fn clock(time: &str) -> Option<[(&'static str, OsString); 3]> {
    let library = library();
    if library.is_none() {
        skipped("libfaketime is not installed");
    }
    Some([
        ("LD_PRELOAD", library?.into()),
        ("FAKETIME", format!("@{time}").into()),
        ("FAKETIME_DONT_FAKE_MONOTONIC", "1".into()),
    ])
}

fn library() -> Option<PathBuf> {
    let folders = fs::read_dir("/usr/lib").ok()?.flatten();
    let mut files = folders.map(|folder| folder.path().join("faketime/libfaketimeMT.so.1"));
    files.find(|file| file.is_file())
}

#[test]
fn a_clock_that_is_ahead_empties_no_trash() {
    let Some(ahead) = clock("2400-01-01 00:00:00") else {
        return;
    };
    let data = TempDir::new().unwrap();
    let server = Server::over(data.path());
    let picture = Picture::photo(1, 320, 240).jpeg(90);
    let upload = |name: &str| {
        let file = with_comment(&picture, name);
        text(&server.upload("p", name, &file).json(), "image_id")
    };
    let (kept, gone) = (upload("a.jpg"), upload("b.jpg"));
    let resolve = json!({"keep": kept, "remove": [gone], "dry_run": false});
    server
        .post_json("/projects/p/duplicates/resolve", &resolve)
        .ok();
    drop(server);

    let mut server = Server::settings().data(data.path());
    for (name, value) in ahead {
        server = server.environment(name, value);
    }
    let server = server.start();
    server.get("/readyz").ok();
    let trash = server.get("/projects/p/trash").json();
    assert_eq!(trash.as_array().unwrap().len(), 1, "{trash}");
    server
        .upload("p", "c.jpg", &Picture::photo(2, 320, 240).jpeg(90))
        .ok();
}

#[test]
fn a_clock_before_1970_is_told_and_breaks_nothing() {
    let Some(before) = clock("1969-06-01 00:00:00") else {
        return;
    };
    let folder = TempDir::new().unwrap();
    fs::write(
        folder.path().join("a.jpg"),
        Picture::photo(1, 320, 240).jpeg(90),
    )
    .unwrap();
    let run = |arguments: &[&str]| {
        let mut command = program::command();
        command
            .current_dir(folder.path())
            .args(arguments)
            .envs(before.clone());
        program::Said::from(command.output().unwrap())
    };
    let served = run(&["serve", "--listen", "127.0.0.1:0"]);
    assert_eq!(served.code, Some(2), "{served:?}");
    assert!(served.err.contains("before 1970"), "{served:?}");
    assert!(!served.err.contains("panicked"), "{served:?}");
    run(&["hash", "a.jpg"]).ok();
}
