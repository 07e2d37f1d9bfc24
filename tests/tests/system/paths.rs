//! Paths of the data folder are reached through `store/disk.rs` alone, which follows no link: reads the sources of
//! store, index and services, and fails on another way to a file.

use std::path::Path;

use regex::Regex;
use vismatch_tests::repository;

/// What looks for a path, and follows the links that are in it.
const FOLLOWS: &str = r"\bfs::[a-z_]+\(|\bFile::(open|create|create_new|options)\(|\bWalkDir::new\(|\.(exists|try_exists|canonicalize|read_dir|symlink_metadata)\(\)|\bFileStamp::read\(";

/// Those that may, and why.
const ALLOWED: [(&str, &str, &str); 9] = [
    (
        "store/recovery.rs",
        "fs::create_dir_all(data)",
        "the data folder itself may be behind links",
    ),
    ("store/recovery.rs", "data.canonicalize()", "the same"),
    (
        "store/database.rs",
        "fs::symlink_metadata(path)",
        "SQLite opens its files by their paths; a start refuses links there",
    ),
    (
        "store/file_stamp.rs",
        "fs::symlink_metadata(path)",
        "for files of the command line",
    ),
    (
        "store/source_files.rs",
        "FileStamp::read(&staged.path)",
        "a temporary file, whose name nobody can guess",
    ),
    (
        "store/staging.rs",
        "FileStamp::read(&given.path)",
        "a temporary file, whose name nobody can guess",
    ),
    (
        "service/digest.rs",
        "File::open(path)",
        "a temporary file, whose name nobody can guess, or one of the command line",
    ),
    (
        "service/image_root/watch.rs",
        "watcher.watch(folder, RecursiveMode::Recursive)",
        "tells names only; what is read of them is opened by the store",
    ),
    (
        "service/maintenance/import.rs",
        "File::open(file)",
        "a file of the command line",
    ),
];

fn is_allowed(file: &str, line: &str) -> bool {
    let allowed = |(place, text, _): &(&str, &str, &str)| *place == file && line.contains(text);
    ALLOWED.iter().any(allowed)
}

/// The lines of a source that follow links; `file` is relative to `host/src`.
fn follows(file: &str, source: &str) -> Vec<String> {
    let pattern = Regex::new(FOLLOWS).unwrap();
    let lines = source.lines().take_while(|line| *line != "#[cfg(test)]");
    lines
        .filter(|line| !line.trim_start().starts_with("//"))
        .filter(|line| pattern.is_match(line) && !is_allowed(file, line))
        .map(|line| format!("{file}: {}", line.trim()))
        .collect()
}

fn is_of_tests(path: &Path) -> bool {
    path.iter()
        .any(|part| part == "tests" || part == "tests.rs")
}

#[test]
fn no_path_is_followed_beside_the_disk() {
    let root = repository().join("host/src");
    let (mut found, mut files) = (Vec::new(), 0);
    for floor in ["store", "index", "service"] {
        for entry in walkdir::WalkDir::new(root.join(floor)) {
            let path = entry.unwrap().into_path();
            let file = path.strip_prefix(&root).unwrap();
            let is_source = file.extension().is_some_and(|extension| extension == "rs");
            if !is_source || is_of_tests(file) {
                continue;
            }
            let source = std::fs::read_to_string(&path).unwrap();
            found.extend(follows(&file.to_str().unwrap().replace('\\', "/"), &source));
            files += 1;
        }
    }
    assert!(files > 40, "only {files} files: is this the right folder?");
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn ways_that_follow_links_are_seen() {
    for line in [
        "if self.layout.pending(project).exists() {",
        "let file = if_there(File::open(path));",
        "let facts = if_there(fs::metadata(&self.0))?;",
        "let file = tokio::fs::File::create_new(&path).await;",
    ] {
        assert_eq!(follows("store/pending.rs", line).len(), 1, "{line}");
    }
    for line in ["disk.exists(&path)", "// fs::read(x)", "file.metadata()?"] {
        assert!(follows("store/pending.rs", line).is_empty(), "{line}");
    }
}
