//! What the documents of the three clients promise, run as they are written: the base URL, the paths of
//! files and the placeholders are filled in, nothing else.

mod image_microservice;
mod imgurer;
mod vismatch_svc;

use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// Runs a command line of a document in a folder; the JSON it printed.
#[track_caller]
fn shell(folder: &Path, line: &str) -> Value {
    let output = Command::new("sh")
        .args(["-c", line])
        .current_dir(folder)
        .output()
        .expect("a shell runs");
    let text = String::from_utf8_lossy(&output.stdout);
    serde_json::from_str(&text).unwrap_or_else(|fault| {
        let said = String::from_utf8_lossy(&output.stderr);
        panic!("{fault}: {line} printed {text} {said}")
    })
}

/// The names of an object's fields, sorted.
fn fields(value: &Value) -> Vec<&str> {
    let object = value.as_object().expect("an object");
    let mut names: Vec<&str> = object.keys().map(String::as_str).collect();
    names.sort_unstable();
    names
}
