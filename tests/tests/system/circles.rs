//! No circle of files: files of one floor that import each other in a loop can only be understood together.
//!
//! Read from the `use` lines. A file and the files of its own folder (`mod.rs` and its parts) belong together: what they
//! take of each other counts as no import.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use regex::Regex;
use vismatch_tests::repository;

/// A module's path below the crate's root.
type Module = Vec<String>;

/// The modules of a crate with the paths that each of them uses, and what is exported again under another path.
struct Crate {
    uses: BTreeMap<Module, Vec<Module>>,
    exports: BTreeMap<Module, Module>,
}

impl Crate {
    fn read(root: &Path) -> Self {
        let mut sources = BTreeMap::new();
        for entry in walkdir::WalkDir::new(root) {
            let path = entry.unwrap().into_path();
            let file = path.strip_prefix(root).unwrap();
            let is_test = file
                .iter()
                .any(|part| part == "tests" || part == "tests.rs");
            if file.extension().is_some_and(|extension| extension == "rs") && !is_test {
                sources.insert(module_of(file), std::fs::read_to_string(&path).unwrap());
            }
        }
        Self::of_sources(&sources)
    }

    fn of_sources(sources: &BTreeMap<Module, String>) -> Self {
        let statement =
            Regex::new(r"(?m)^(\s*pub(?:\([a-z: ]+\))? |\s*)use ([^;]+);").expect("a pattern");
        let tests = Regex::new(r"(?s)#\[cfg\(test\)\]\s*mod tests \{.*").expect("a pattern");
        let (mut uses, mut exports) = (BTreeMap::new(), BTreeMap::new());
        for (module, source) in sources {
            let source = tests.replace(source, "");
            let mut used = Vec::new();
            for found in statement.captures_iter(&source) {
                for path in expanded(&found[2]) {
                    let Some(path) = absolute(module, &path, sources) else {
                        continue;
                    };
                    if let (true, Some(name)) = (found[1].contains("pub"), path.last()) {
                        exports.insert(
                            [&module[..], std::slice::from_ref(name)].concat(),
                            path.clone(),
                        );
                    }
                    used.push(path);
                }
            }
            uses.insert(module.clone(), used);
        }
        Self { uses, exports }
    }

    /// The file that a path leads to, through what is exported again.
    fn file_of(&self, path: &Module, steps: usize) -> Option<Module> {
        let longest = (1..=path.len())
            .rev()
            .find(|length| self.uses.contains_key(&path[..*length]))?;
        let item = &path[..path.len().min(longest + 1)];
        match self.exports.get(item) {
            Some(other) if steps > 0 => self.file_of(other, steps - 1),
            _ => Some(path[..longest].to_vec()),
        }
    }

    /// Which files each file imports.
    fn imports(&self) -> BTreeMap<Module, BTreeSet<Module>> {
        let belong_together =
            |one: &Module, other: &Module| one.starts_with(other) || other.starts_with(one);
        let imports = self.uses.iter().map(|(module, used)| {
            let files = used.iter().filter_map(|path| self.file_of(path, 5));
            let others = files.filter(|file| !belong_together(file, module));
            (module.clone(), others.collect())
        });
        imports.collect()
    }

    /// Files that lead back to themselves, each with a way.
    fn circles(&self) -> Vec<String> {
        let imports = self.imports();
        let mut found = BTreeSet::new();
        for start in imports.keys() {
            if let Some(mut way) = way_back(&imports, start) {
                let shown: Vec<String> = way.iter().map(|module| module.join("/")).collect();
                way.sort();
                found.insert((way, shown.join(" -> ")));
            }
        }
        let mut files = BTreeSet::new();
        let first_of_each = found
            .into_iter()
            .filter(|(way, _)| files.insert(way.clone()));
        first_of_each.map(|(_, shown)| shown).collect()
    }
}

/// The shortest way from a file over its imports back to it.
fn way_back(imports: &BTreeMap<Module, BTreeSet<Module>>, start: &Module) -> Option<Vec<Module>> {
    let mut ways = vec![vec![start.clone()]];
    let mut seen = BTreeSet::new();
    while !ways.is_empty() {
        let mut longer = Vec::new();
        for way in ways {
            let next = way.last().and_then(|last| imports.get(last));
            for file in next.into_iter().flatten() {
                if file == start {
                    return Some(way);
                }
                if seen.insert(file.clone()) {
                    longer.push([&way[..], std::slice::from_ref(file)].concat());
                }
            }
        }
        ways = longer;
    }
    None
}

fn module_of(file: &Path) -> Module {
    let without = file.with_extension("");
    let mut parts: Module = without
        .iter()
        .map(|part| part.to_string_lossy().into_owned())
        .collect();
    if parts
        .last()
        .is_some_and(|last| ["mod", "lib", "main"].contains(&last.as_str()))
    {
        parts.pop();
    }
    parts
}

/// `a::{b, c::{d}}` as `a::b` and `a::c::d`.
fn expanded(list: &str) -> Vec<String> {
    let Some((before, rest)) = list.split_once('{') else {
        let path = list.split(" as ").next().unwrap_or(list);
        return vec![path.split_whitespace().collect()];
    };
    let inner = rest.rsplit_once('}').map_or(rest, |(inner, _)| inner);
    let (mut depth, mut start, mut parts) = (0, 0, Vec::new());
    for (at, letter) in inner.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(&inner[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&inner[start..]);
    let whole = parts
        .into_iter()
        .map(str::trim)
        .filter(|part| !part.is_empty());
    whole
        .flat_map(|part| expanded(&format!("{}{part}", before.trim())))
        .collect()
}

/// A path as it is seen from the crate's root; `None` of another crate's.
fn absolute(module: &Module, path: &str, sources: &BTreeMap<Module, String>) -> Option<Module> {
    let parts: Module = path.split("::").map(str::to_owned).collect();
    let (first, rest) = parts.split_first()?;
    match first.as_str() {
        "crate" => Some(rest.to_vec()),
        "self" => Some([module, rest].concat()),
        "super" => {
            let ups = parts.iter().take_while(|part| *part == "super").count();
            let base = module.get(..module.len().checked_sub(ups)?)?;
            Some([base, &parts[ups..]].concat())
        }
        _ => {
            let own = [module, std::slice::from_ref(first)].concat();
            sources
                .contains_key(&own)
                .then(|| [module, &parts[..]].concat())
        }
    }
}

#[test]
fn no_files_of_host_and_jpeg_import_each_other_in_a_circle() {
    for (source, files) in [("host/src", 100), ("guest/jpeg/src", 20)] {
        let read = Crate::read(&repository().join(source));
        assert!(read.uses.len() > files, "{} files", read.uses.len());
        let circles = read.circles();
        assert!(circles.is_empty(), "{source}:\n{}", circles.join("\n"));
    }
}

#[test]
fn made_up_circles_are_found() {
    let module = |path: &str| path.split('/').map(str::to_owned).collect::<Module>();
    let sources = [
        (
            "store",
            "mod a;\nmod b;\npub use a::A;\npub use b::{\n    B,\n};",
        ),
        ("store/a", "use super::B;\npub struct A;"),
        ("store/b", "use crate::store::{A, a::Other};\npub struct B;"),
        ("store/c", "use super::A;"),
    ];
    let sources = sources.map(|(path, source)| (module(path), source.to_owned()));
    let circles = Crate::of_sources(&BTreeMap::from(sources)).circles();
    assert_eq!(circles, ["store/a -> store/b"]);
}
