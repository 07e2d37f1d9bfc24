//! One name, one thing: a public type name is defined once in a crate.

use std::collections::BTreeMap;
use std::path::Path;

use regex::Regex;
use vismatch_tests::repository;

/// Where names are repeated: SeaORM asks for `Model`, `Entity` and `Relation` of every table.
const EXEMPT: &str = "host/src/store/entities.rs";

/// Public types of a source, with `pub`, `pub(crate)` and the like.
fn public_types(source: &str) -> Vec<String> {
    let definition = r"(?m)^\s*pub(?:\([a-z:]+\))? (?:struct|enum|trait|union|type) ([A-Z]\w*)";
    let definitions = Regex::new(definition).expect("a pattern");
    let names = definitions.captures_iter(source);
    names.map(|found| found[1].to_owned()).collect()
}

/// Names that more than one place of a folder defines, with the places.
fn repeated(folder: &Path) -> Vec<String> {
    let mut places: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for entry in walkdir::WalkDir::new(folder).sort_by_file_name() {
        let path = entry.unwrap().into_path();
        let shown = path.strip_prefix(repository()).unwrap_or(&path);
        let shown = shown.to_string_lossy().replace('\\', "/");
        let is_source = path.extension().is_some_and(|extension| extension == "rs");
        if !is_source || shown.starts_with(EXEMPT) || shown.contains("/tests") {
            continue;
        }
        for name in public_types(&std::fs::read_to_string(&path).unwrap()) {
            places.entry(name).or_default().push(shown.clone());
        }
    }
    assert!(!places.is_empty(), "{} has no types", folder.display());
    let many = places.into_iter().filter(|(_, places)| places.len() > 1);
    many.map(|(name, places)| format!("{name}: {}", places.join(", ")))
        .collect()
}

#[test]
fn a_public_type_name_is_defined_once_a_crate() {
    for source in ["guest/src", "guest/jpeg/src", "host/src", "web/src"] {
        let found = repeated(&repository().join(source));
        assert!(found.is_empty(), "{source}:\n{}", found.join("\n"));
    }
}

#[test]
fn types_are_found_however_they_are_public() {
    let source =
        "pub struct A;\n    pub(super) enum B {}\nstruct C;\npub fn d() {}\npub type E = A;";
    assert_eq!(public_types(source), ["A", "B", "E"]);
}
