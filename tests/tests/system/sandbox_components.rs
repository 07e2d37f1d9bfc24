//! Components that are refused at start, with a message that says why.

use std::fs;

use tempfile::TempDir;
use vismatch_tests::program;

/// Runs `serve` with a component that must not be taken; what it said.
#[track_caller]
fn refused(component: &[u8]) -> String {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("other.wasm"), component).unwrap();
    let arguments = [
        "serve",
        "--listen",
        "127.0.0.1:0",
        "--data",
        "data",
        "--component",
        "other.wasm",
    ];
    let said = program::run(folder.path(), arguments);
    assert!(said.code.is_some_and(|code| code != 0), "{said:#?}");
    assert!(!said.out.contains("ready"), "{said:#?}");
    assert!(said.err.contains("component"), "{said:#?}");
    assert!(!said.err.contains("panicked"), "{said:#?}");
    said.err
}

#[test]
fn what_is_no_wasm() {
    refused(b"This is not WebAssembly.");
    refused(b"");
}

#[test]
fn a_core_module() {
    refused(b"\0asm\x01\0\0\0");
}

#[test]
fn an_empty_component() {
    let said = refused(b"\0asm\x0d\0\x01\0");
    assert!(
        said.contains("vismatch:pipeline"),
        "it names what is missing: {said}"
    );
}

#[test]
fn a_component_of_another_world() {
    refused(
        br#"(component
            (core module $m (func (export "answer") (result i32) i32.const 42))
            (core instance $i (instantiate $m))
            (func (export "answer") (result u32) (canon lift (core func $i "answer"))))"#,
    );
}

#[test]
fn a_component_that_wants_more_than_it_is_granted() {
    let said = refused(
        br#"(component (import "wasi:sockets/tcp@0.2.0" (instance (export "connect" (func)))))"#,
    );
    assert!(
        said.contains("wasi:sockets") || said.contains("vismatch:pipeline"),
        "{said}"
    );
}

#[test]
fn a_component_that_fails_its_own_self_test() {
    let whole = vismatch_tests::repository().join("host/src/sandbox/tests/imaging.wat");
    let whole = fs::read_to_string(whole).unwrap();
    // Its functions answer with zeroes, which is a success; here with an error, and a text of five bytes at 16.
    let text = r#"(data (i32.const 0) "\01\00\00\00\10\00\00\00\05\00\00\00\00\00\00\00phash")"#;
    let failing = whole.replace("(global $free", &format!("{text} (global $free"));
    let said = refused(failing.as_bytes());
    assert!(said.contains("fails its self-test: phash"), "{said}");
}

#[test]
fn a_file_that_is_not_there() {
    let folder = TempDir::new().unwrap();
    let said = program::run(
        folder.path(),
        ["hash", "x.jpg", "--component", "nowhere.wasm"],
    );
    assert!(said.code.is_some_and(|code| code != 0), "{said:#?}");
    assert!(said.err.contains("nowhere.wasm"), "{said:#?}");
}

#[test]
fn the_built_in_component_can_be_given_as_a_file() {
    let folder = TempDir::new().unwrap();
    let picture = vismatch_tests::Picture::photo(1, 64, 48);
    fs::write(folder.path().join("a.jpg"), picture.jpeg(90)).unwrap();
    program::run(folder.path(), ["component", "-o", "same.wasm"]).ok();
    let own = program::run(folder.path(), ["hash", "a.jpg"]).ok();
    let given = program::run(folder.path(), ["hash", "a.jpg", "--component", "same.wasm"]).ok();
    assert_eq!(own, given);
}
