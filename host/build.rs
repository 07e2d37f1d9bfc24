//! Finds what is built into the binary and was built before it.
//!
//! Builds nothing itself: a recipe of the justfile does. It only checks that the files are there and
//! says which recipe makes them, so that a missing piece is one clear line instead of a broken build.

use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() {
    println!("cargo::rerun-if-env-changed=CARGO_TARGET_DIR");
    let component = target_directory().join("component/vismatch.wasm");
    embed("VISMATCH_COMPONENT_PATH", &component, "just component");
    let redoc = target_directory().join("assets/redoc.standalone.js");
    embed("VISMATCH_REDOC_PATH", &redoc, "just assets");
    let page = target_directory().join("page");
    embed("VISMATCH_PAGE_PATH", &page.join("index.html"), "just page");
    list_page_files(&page.join("assets"));
}

/// Writes the page's other files, whose names change with their content, as a table in Rust.
fn list_page_files(folder: &Path) {
    println!("cargo::rerun-if-changed={}", folder.display());
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries
        .filter_map(|entry| entry.file_name().into_string().ok())
        .collect();
    names.sort_unstable();
    let mut table = String::from("[");
    for name in names.iter().filter(|name| !name.ends_with(".br")) {
        let include = |name: &str| format!("include_bytes!({:?})", folder.join(name));
        let packed = format!("{name}.br");
        let brotli = match names.contains(&packed) {
            true => format!("Some({})", include(&packed)),
            false => "None".to_owned(),
        };
        table += &format!(
            "File {{ name: {name:?}, plain: {}, brotli: {brotli} }},",
            include(name)
        );
    }
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default()).join("page_files.rs");
    if let Err(error) = fs::write(&out, table + "]") {
        println!("cargo::error={}: {error}", out.display());
    }
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
