//! Finds what is built into the binary and was built before it.
//!
//! Builds nothing itself: a recipe of the justfile does. It only checks that the file is there and
//! says which recipe makes it, so that a missing piece is one clear line instead of a broken build.

use std::env;
use std::path::{Path, PathBuf};

fn main() {
    println!("cargo::rerun-if-env-changed=CARGO_TARGET_DIR");
    let component = target_directory().join("component/vismatch.wasm");
    embed("VISMATCH_COMPONENT_PATH", &component, "just component");
    let redoc = target_directory().join("assets/redoc.standalone.js");
    embed("VISMATCH_REDOC_PATH", &redoc, "just assets");
}

/// Hands the path of a built file to the compiler under the name `variable`.
fn embed(variable: &str, file: &Path, recipe: &str) {
    println!("cargo::rerun-if-changed={}", file.display());
    if !file.is_file() {
        println!(
            "cargo::error={} is not there; `{recipe}` makes it (or `npx --yes rust-just {}`)",
            file.display(),
            recipe.trim_start_matches("just "),
        );
        return;
    }
    println!("cargo::rustc-env={variable}={}", file.display());
}

/// Where the recipes put what they build: `$CARGO_TARGET_DIR`, or `target` of the workspace.
fn target_directory() -> PathBuf {
    let package = env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default();
    let workspace = Path::new(&package).join("..");
    match env::var_os("CARGO_TARGET_DIR") {
        Some(directory) => workspace.join(directory),
        None => workspace.join("target"),
    }
}
