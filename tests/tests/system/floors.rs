//! The floors of the house: reads the imports of `host/src` and fails on one that goes upstairs or
//! to a neighbour. The order is that of `host/ARCHITECTURE.md`.

use std::fmt;
use std::path::{Path, PathBuf};

use regex::Regex;
use vismatch_tests::repository;

/// From the top; modules of one row are neighbours and do not know each other.
const FLOORS: [&[&str]; 7] = [
    &["cli"],
    &["http"],
    &["app"],
    &["config"],
    &["service"],
    &["sandbox", "store", "index"],
    &["domain"],
];

/// What http and cli may not name: the services hand them the words of these floors that they need.
const BEHIND_THE_SERVICES: [&str; 3] = ["sandbox", "store", "index"];

/// The same where the services carry them: `services.store.…` is a call past the use cases.
const PAST_THE_SERVICES: &str = r"\bservices\.(store|sandbox|index|features)\b";

/// Modules of the pipeline that read picture bytes: only the sandbox may run them.
const DECODERS: &str = r"vismatch_pipeline::(\{[^}]*\b)?(decode|hash|render|process|compare)\b";

/// An import that breaks the floors.
#[derive(Debug, PartialEq)]
struct Violation {
    file: PathBuf,
    line: usize,
    what: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "host/src/{}:{}: {}",
            self.file.display(),
            self.line,
            self.what
        )
    }
}

fn floor_of(module: &str) -> Option<usize> {
    FLOORS.iter().position(|floor| floor.contains(&module))
}

/// The module below the crate's root that a file belongs to; `None` for the roots themselves.
fn module_of(file: &Path) -> Option<&str> {
    let first = file.iter().next()?.to_str()?;
    let module = first.strip_suffix(".rs").unwrap_or(first);
    floor_of(module).map(|_| module)
}

/// Modules below the crate's root that a line names: by `crate::`, by `super::` from a file that is
/// such a module itself (unindented, so not inside another), or by the library's own name.
fn named(file: &Path, line: &str) -> Vec<String> {
    let list = Regex::new(r"\b(?:crate|vismatch)::(?:\{([^}]*)\}|(\w+))").expect("a pattern");
    let mut modules = Vec::new();
    for found in list.captures_iter(line) {
        match (found.get(1), found.get(2)) {
            (Some(group), _) => modules.extend(group.as_str().split(',').map(first_word)),
            (None, Some(single)) => modules.push(single.as_str().to_owned()),
            (None, None) => {}
        }
    }
    modules.extend(above(file, line));
    modules
}

fn first_word(path: &str) -> String {
    path.trim()
        .split("::")
        .next()
        .unwrap_or_default()
        .to_owned()
}

fn above(file: &Path, line: &str) -> Option<String> {
    let depth = match file.file_name()?.to_str()? {
        "mod.rs" => file.iter().count() - 1,
        _ => file.iter().count(),
    };
    let chain = "super::".repeat(depth);
    let rest = line.strip_prefix("use ")?.strip_prefix(&chain)?;
    (!rest.starts_with("super::")).then(|| first_word(rest))
}

/// What a line breaks, if anything.
fn broken(file: &Path, line: &str) -> Option<String> {
    if line.trim_start().starts_with("//") {
        return None;
    }
    if Regex::new(DECODERS).expect("a pattern").is_match(line) {
        return Some("the host names code that reads picture bytes".into());
    }
    let own = module_of(file)?;
    let modules: Vec<String> = named(file, line);
    if ["http", "cli"].contains(&own) && !file.iter().any(|part| part == "tests") {
        let past = Regex::new(PAST_THE_SERVICES).expect("a pattern");
        let hidden = |module: &&String| BEHIND_THE_SERVICES.contains(&module.as_str());
        if past.is_match(line) || modules.iter().any(|module| hidden(&module)) {
            return Some(format!("`{own}` names what lies behind the services"));
        }
    }
    let modules = modules.into_iter().filter(|module| module != own);
    let mut wrong =
        modules.filter(|module| floor_of(module).is_some_and(|floor| Some(floor) <= floor_of(own)));
    wrong
        .next()
        .map(|module| format!("`{own}` names `{module}`, which is not below it"))
}

/// Everything in a source that breaks the floors; `file` is relative to `host/src`.
fn violations(file: &Path, source: &str) -> Vec<Violation> {
    // A list of imports may go over several lines: each is looked at as one.
    let lists = Regex::new(r"(?s)\{[^{}]*\}").expect("a pattern");
    let use_lists = Regex::new(r"(?ms)^\s*(pub(\(\w+\))? )?use [^;]*;").expect("a pattern");
    let joined = use_lists.replace_all(source, |found: &regex::Captures<'_>| {
        let text = &found[0];
        let newlines = text.matches('\n').count();
        let indented = text.trim_start_matches('\n');
        let flat = lists.replace_all(indented, |list: &regex::Captures<'_>| {
            list[0].replace('\n', " ")
        });
        let lost = newlines - flat.matches('\n').count() - (text.len() - indented.len());
        format!(
            "{}{flat}{}",
            "\n".repeat(text.len() - indented.len()),
            "\n".repeat(lost)
        )
    });
    joined
        .lines()
        .zip(1..)
        .filter_map(|(text, line)| {
            let what = broken(file, text)?;
            Some(Violation {
                file: file.to_owned(),
                line,
                what,
            })
        })
        .collect()
}

#[test]
fn no_import_goes_upstairs() {
    let root = repository().join("host/src");
    let mut found = Vec::new();
    let mut files = 0;
    for entry in walkdir::WalkDir::new(&root) {
        let path = entry.unwrap().into_path();
        if path.extension().is_none_or(|extension| extension != "rs") {
            continue;
        }
        let source = std::fs::read_to_string(&path).unwrap();
        found.extend(violations(path.strip_prefix(&root).unwrap(), &source));
        files += 1;
    }
    assert!(files > 20, "only {files} files: is this the right folder?");
    let lines: Vec<String> = found.iter().map(ToString::to_string).collect();
    assert!(
        lines.is_empty(),
        "{} imports break the floors:\n{}",
        lines.len(),
        lines.join("\n")
    );
}

#[test]
fn every_module_has_a_floor() {
    let root = repository().join("host/src");
    for entry in std::fs::read_dir(root).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let module = name.strip_suffix(".rs").unwrap_or(&name);
        let is_root = matches!(module, "main" | "lib");
        assert!(
            is_root || floor_of(module).is_some(),
            "{module} stands on no floor"
        );
    }
}

#[test]
fn every_floor_is_there() {
    let root = repository().join("host/src");
    let is_there = |module: &str| {
        root.join(module).is_dir() || root.join(module).with_extension("rs").is_file()
    };
    let missing: Vec<_> = FLOORS
        .iter()
        .flat_map(|floor| floor.iter())
        .filter(|module| !is_there(module))
        .collect();
    assert!(missing.is_empty(), "no modules: {missing:?}");
}

#[test]
fn made_up_violations_are_caught() {
    let caught = |file: &str, source: &str| !violations(Path::new(file), source).is_empty();
    assert!(caught("store/mod.rs", "use crate::service::images;"));
    assert!(
        caught("store/blobs.rs", "use crate::index::Index;"),
        "a neighbour"
    );
    assert!(caught(
        "domain/name.rs",
        "    let x = crate::store::open();"
    ));
    assert!(caught(
        "service/images.rs",
        "use crate::{domain::Image, http::router};"
    ));
    assert!(caught(
        "service/images.rs",
        "use crate::{\n    domain::Image,\n    http::router,\n};"
    ));
    assert!(caught("index/mod.rs", "use super::store::Store;"));
    assert!(caught("http/blob.rs", "use crate::store::Blob;"));
    assert!(caught("cli/find.rs", "use crate::sandbox::Sandbox;"));
    assert!(caught("http/form.rs", "app.services.store.stage().await?;"));
    assert!(!caught(
        "http/form.rs",
        "use crate::service::{Staged, blobs};"
    ));
    assert!(caught("index/bank.rs", "use super::super::store::Store;"));
    assert!(caught("http/error.rs", "use vismatch_pipeline::decode;"));
    assert!(caught(
        "cli/hash.rs",
        "use vismatch_pipeline::{info, hash::hash};"
    ));
}

#[test]
fn honest_imports_pass() {
    let caught = |file: &str, source: &str| !violations(Path::new(file), source).is_empty();
    assert!(!caught(
        "service/images.rs",
        "use crate::store::{Store, Staged};"
    ));
    assert!(!caught("service/images.rs", "use super::ServiceError;"));
    assert!(!caught(
        "http/mod.rs",
        "mod error;\nuse crate::service::Services;"
    ));
    assert!(!caught(
        "store/blobs.rs",
        "use super::StoreError;\nuse crate::domain::ImageId;"
    ));
    assert!(!caught("store/mod.rs", "// never crate::http from here"));
    assert!(!caught(
        "domain/mod.rs",
        "pub use vismatch_pipeline::info::ImageInfo;"
    ));
    assert!(!caught(
        "domain/mod.rs",
        "pub use vismatch_pipeline::fingerprint::{Algorithm, hamming};"
    ));
    assert!(!caught("main.rs", "use crate::cli;"));
}

#[test]
fn the_line_of_a_violation_is_right() {
    let source =
        "\n\nuse crate::{\n    domain::Image,\n    store::Store,\n};\n\nuse crate::http::router;\n";
    let found = violations(Path::new("service/images.rs"), source);
    assert_eq!(
        found
            .iter()
            .map(|violation| violation.line)
            .collect::<Vec<_>>(),
        [8]
    );
}
