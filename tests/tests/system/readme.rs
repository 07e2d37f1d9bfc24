//! The examples of the README run.
//!
//! The rule: every fenced block tagged `sh` whose first line begins with `curl` or `vismatch` (but not
//! `vismatch serve`) is run, all in order, in one `bash` that stops at the first failure, in a folder
//! that holds `photo.jpg`, `copy.jpg` (the same picture, smaller) and `other.png`. A server answers in
//! the place of `http://localhost:3000`; for curl, an answer of 400 or more is a failure.

use std::fs;
use std::process::Command;

use tempfile::TempDir;
use vismatch_tests::{Picture, Server, program, repository};

const PRELUDE: &str = "set -euo pipefail\n\
    curl() { command curl --fail-with-body --silent --show-error \"$@\"; }\n";

/// The blocks that run, as they are written.
fn examples(readme: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut block: Option<String> = None;
    for line in readme.lines() {
        match &mut block {
            None if line == "```sh" => block = Some(String::new()),
            Some(_) if line == "```" => blocks.extend(block.take()),
            Some(text) => *text += &format!("{line}\n"),
            None => {}
        }
    }
    let runs = |block: &String| {
        let is_command = block.starts_with("curl ") || block.starts_with("vismatch ");
        is_command && !block.starts_with("vismatch serve")
    };
    blocks.into_iter().filter(runs).collect()
}

#[test]
fn every_example_runs() {
    let readme = fs::read_to_string(repository().join("README.md")).unwrap();
    let examples = examples(&readme);
    assert!(
        examples.iter().any(|block| block.starts_with("curl ")),
        "no example of curl"
    );
    assert!(
        examples.iter().any(|block| block.starts_with("vismatch ")),
        "no example of vismatch"
    );
    let server = Server::start();
    let folder = folder_of_pictures();
    let mut script = PRELUDE.to_owned();
    for (block, number) in examples.iter().zip(1..) {
        let announced = format!("echo >&2 '--- example {number}'\n");
        script += &announced;
        script += &block.replace("http://localhost:3000", server.base());
        script += "echo\n";
    }
    let output = Command::new("bash")
        .args(["-c", &script])
        .current_dir(folder.path())
        .env("PATH", path_with_program())
        .output()
        .expect("bash runs");
    let said = program::Said::from(output);
    assert_eq!(
        said.code,
        Some(0),
        "{}\n--- printed:\n{}\n--- script:\n{script}",
        said.err,
        said.out
    );
}

fn folder_of_pictures() -> TempDir {
    let folder = TempDir::new().unwrap();
    let put = |name: &str, file: Vec<u8>| fs::write(folder.path().join(name), file).unwrap();
    put("photo.jpg", Picture::photo(1, 1200, 900).jpeg(90));
    put("copy.jpg", Picture::photo(1, 600, 450).jpeg(75));
    put("other.png", Picture::photo(2, 300, 200).png());
    folder
}

/// The program's folder before everything else, so that `vismatch` is the one under test.
fn path_with_program() -> std::ffi::OsString {
    let program = program::path();
    let own = program
        .parent()
        .expect("a program lies in a folder")
        .to_owned();
    let rest = std::env::var_os("PATH").unwrap_or_default();
    std::env::join_paths(std::iter::once(own).chain(std::env::split_paths(&rest))).unwrap()
}

#[test]
fn blocks_are_found_by_their_first_line() {
    let readme = "```sh\ncurl -x\nmore\n```\ntext\n```console\n$ curl\n```\n```sh\nvismatch serve\n```\n```sh\nls\n```\n";
    assert_eq!(examples(readme), ["curl -x\nmore\n"]);
}
