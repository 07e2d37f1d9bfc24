//! The modules of this crate use each other one way only, in the order in which the README lists them.

#![allow(
    clippy::unwrap_used,
    reason = "a test that unwraps fails where it should"
)]

/// The modules, each after those that it uses.
fn listed() -> Vec<&'static str> {
    let readme = include_str!("../README.md");
    let (_, page) = readme.split_once("## How it is made").unwrap();
    let (section, _) = page.split_once("\n## ").unwrap();
    let rows = section.lines().filter_map(|line| line.strip_prefix("| `"));
    let cells = rows.map(|row| row.split(" | ").next().unwrap());
    cells
        .flat_map(|cell| cell.split(", "))
        .map(|name| name.trim_matches('`'))
        .collect()
}

const SOURCES: [(&str, &str); 19] = [
    ("baseline", include_str!("../src/baseline.rs")),
    ("bits", include_str!("../src/bits.rs")),
    ("dc", include_str!("../src/dc.rs")),
    ("encode", include_str!("../src/encode.rs")),
    ("grid", include_str!("../src/grid.rs")),
    ("headers", include_str!("../src/headers.rs")),
    ("huffman", include_str!("../src/huffman.rs")),
    ("inverse_dct", include_str!("../src/inverse_dct.rs")),
    ("lookahead", include_str!("../src/lookahead.rs")),
    ("markers", include_str!("../src/markers.rs")),
    ("planes", include_str!("../src/planes.rs")),
    ("progressive", include_str!("../src/progressive.rs")),
    ("samples", include_str!("../src/samples.rs")),
    ("scan", include_str!("../src/scan.rs")),
    ("segments", include_str!("../src/segments.rs")),
    ("skip", include_str!("../src/skip.rs")),
    ("strip", include_str!("../src/strip.rs")),
    ("tables", include_str!("../src/tables.rs")),
    ("zigzag", include_str!("../src/zigzag.rs")),
];

#[test]
fn no_module_uses_one_that_uses_it() {
    let listed = listed();
    let place = |name: &str| listed.iter().position(|other| *other == name);
    assert_eq!(listed.len(), SOURCES.len(), "{listed:?}");
    for (module, source) in SOURCES {
        let own = place(module).unwrap_or_else(|| panic!("{module} is not listed"));
        for used in source.split("crate::").skip(1) {
            let end = used.find(|letter: char| !(letter.is_ascii_lowercase() || letter == '_'));
            let used = &used[..end.unwrap_or(used.len())];
            let place = place(used).unwrap_or_else(|| panic!("{module} uses {used}"));
            assert!(place < own, "{module} uses {used}");
        }
    }
    let modules = include_str!("../src/lib.rs").lines();
    let modules = modules.filter(|line| line.starts_with("mod ")).count();
    assert_eq!(modules, SOURCES.len(), "modules of lib.rs");
}
