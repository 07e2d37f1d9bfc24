//! The component as a product of its own: what its file says of itself, and what it asks of a host.

use std::collections::BTreeSet;
use std::fs;

use tempfile::TempDir;
use vismatch_tests::{program, repository};
use wit_component::{WitPrinter, decode};
use wit_parser::Resolve;

/// All that Rust's standard library brings along; the page of hosts says why each is there.
const IMPORTS: [&str; 14] = [
    "wasi:cli/environment",
    "wasi:cli/exit",
    "wasi:cli/stderr",
    "wasi:cli/stdin",
    "wasi:cli/stdout",
    "wasi:cli/terminal-input",
    "wasi:cli/terminal-output",
    "wasi:cli/terminal-stderr",
    "wasi:cli/terminal-stdin",
    "wasi:cli/terminal-stdout",
    "wasi:io/error",
    "wasi:io/poll",
    "wasi:io/streams",
    "wasi:random/insecure-seed",
];

/// What `wasm-tools component wit` prints of the component.
fn printed() -> String {
    let folder = TempDir::new().unwrap();
    program::run(folder.path(), ["component", "-o", "vismatch.wasm"]).ok();
    let file = fs::read(folder.path().join("vismatch.wasm")).unwrap();
    let decoded = decode(&file).expect("a component");
    let others: Vec<_> = decoded
        .resolve()
        .packages
        .iter()
        .map(|(id, _)| id)
        .filter(|id| *id != decoded.package())
        .collect();
    let mut printer = WitPrinter::default();
    let done = printer.print(decoded.resolve(), decoded.package(), &others);
    done.expect("WIT can be printed");
    printer.output.to_string()
}

/// The functions of an interface in `wit/`, a line each, without what is around them.
fn functions(file: &str) -> Vec<String> {
    let text = fs::read_to_string(repository().join("wit").join(file)).unwrap();
    let lines = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.starts_with("//"));
    lines
        .filter(|line| line.contains(": func("))
        .map(str::to_owned)
        .collect()
}

#[test]
fn its_own_wit_is_that_of_the_contract() {
    let printed = printed();
    let files = [
        "about.wit",
        "comparison.wit",
        "hashing.wit",
        "pipeline.wit",
        "rendering.wit",
    ];
    for file in files {
        let functions = functions(file);
        assert!(!functions.is_empty(), "{file}");
        for function in functions {
            assert!(
                printed.contains(&function),
                "{function} is not in\n{printed}"
            );
        }
    }
}

#[test]
fn it_imports_what_the_page_of_hosts_lists() {
    let printed = printed();
    let imported: BTreeSet<&str> = printed
        .lines()
        .filter_map(|line| line.trim().strip_prefix("import "))
        .filter_map(|import| import.split('@').next())
        .collect();
    assert_eq!(imported, BTreeSet::from(IMPORTS));
    let page = fs::read_to_string(repository().join("tests/hosts/README.md")).unwrap();
    for interface in IMPORTS.map(|name| name.split('/').nth(1).unwrap()) {
        let kind = interface.split('-').next().unwrap();
        assert!(
            page.contains(interface) || page.contains(&format!("{kind}-*")),
            "{interface}"
        );
    }
}

#[test]
fn the_published_contract_can_be_parsed_and_has_both_worlds() {
    let text = program::run(std::path::Path::new("."), ["component", "--wit"]).ok();
    let mut resolve = Resolve::default();
    resolve.push_str("vismatch.wit", &text).expect("WIT");
    let worlds: Vec<&str> = resolve
        .worlds
        .iter()
        .map(|(_, world)| world.name.as_str())
        .collect();
    assert_eq!(worlds, ["imaging", "hasher"]);
}
