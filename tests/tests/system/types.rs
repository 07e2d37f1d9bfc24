//! The page's types of the API are those that its generator makes of the program's description today.

use std::fs;
use std::io::Write;
use std::process::{Command, Stdio};

use vismatch_tests::{program, repository};

#[test]
fn the_types_of_the_page_are_those_of_the_description() {
    let page = repository().join("web/page");
    let generator = repository().join("web/node_modules/openapi-typescript");
    assert!(
        generator.exists(),
        "`just page` installs what this test needs"
    );
    let description = program::command()
        .arg("openapi")
        .output()
        .expect("the program runs");
    let mut node = Command::new("node")
        .arg("build/types.mjs")
        .current_dir(&page)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("node runs");
    let mut input = node.stdin.take().expect("it is piped");
    input
        .write_all(&description.stdout)
        .expect("the generator reads");
    drop(input);
    let made = node.wait_with_output().expect("the generator ends").stdout;
    let kept = fs::read(page.join("src/api/schema.ts")).expect("the types are there");
    assert!(
        made == kept,
        "web/page/src/api/schema.ts is behind: run `just types`"
    );
}
