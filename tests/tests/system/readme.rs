//! The pages for people: their examples run, their links lead somewhere, none outgrows its purpose.
//!
//! The rule for examples: every fenced block tagged `sh` whose first line begins with `curl` or `vismatch`
//! (but not `vismatch serve`) is run, all of a page in order, in one `bash` that stops at the first failure,
//! in a folder that holds `photo.jpg`, `copy.jpg` (the same picture, smaller), `other.png`, and a folder `pictures`. A
//! server of the page's own answers in the place of `http://localhost:3000`; for curl, an answer of 400 or more is a
//! failure.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use regex::Regex;
use tempfile::TempDir;
use vismatch_tests::{Picture, Server, program, repository};
use walkdir::{DirEntry, WalkDir};

/// Every page with examples that run.
const WITH_EXAMPLES: [&str; 4] = [
    "README.md",
    "host/API.md",
    "host/README.md",
    "tests/hosts/README.md",
];

/// Most lines of the README.
const README_LINES: usize = 200;
/// Most lines of the glossary.
const GLOSSARY_LINES: usize = 40;

const PRELUDE: &str = "set -euo pipefail\n\
    curl() { command curl --fail-with-body --silent --show-error \"$@\"; }\n";

/// The blocks that run, as they are written.
fn examples(page: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut block: Option<String> = None;
    for line in page.lines() {
        match &mut block {
            None if line == "```sh" => block = Some(String::new()),
            Some(_) if line == "```" => blocks.extend(block.take()),
            Some(text) => *text += &format!("{line}\n"),
            None => {}
        }
    }
    let runs = |block: &String| {
        let is_command = block.starts_with("curl ") || block.starts_with("vismatch ");
        is_command && !block.starts_with("vismatch serve")
    };
    blocks.into_iter().filter(runs).collect()
}

fn read(page: &str) -> String {
    fs::read_to_string(repository().join(page)).unwrap_or_else(|fault| panic!("{page}: {fault}"))
}

#[test]
fn every_example_of_the_readme_runs() {
    let examples = examples(&read("README.md"));
    for program in ["curl ", "vismatch "] {
        assert!(
            examples.iter().any(|block| block.starts_with(program)),
            "no example of {program}"
        );
    }
    run("README.md");
}

#[test]
fn every_example_of_the_other_readme_pages_runs() {
    for page in WITH_EXAMPLES {
        if page != "README.md" {
            run(page);
        }
    }
}

/// Runs a page's examples.
fn run(page: &str) {
    let examples = examples(&read(page));
    let server = Server::start();
    let folder = folder_of_pictures();
    let mut script = PRELUDE.to_owned();
    for (block, number) in examples.iter().zip(1..) {
        let announced = format!("echo >&2 '--- example {number}'\n");
        script += &announced;
        script += &block.replace("http://localhost:3000", server.base());
        script += "echo\n";
    }
    let output = Command::new("bash")
        .args(["-c", &script])
        .current_dir(folder.path())
        .env("PATH", path_with_program())
        .output()
        .expect("bash runs");
    let said = program::Said::from(output);
    assert_eq!(
        said.code,
        Some(0),
        "{page}: {}\n--- printed:\n{}\n--- script:\n{script}",
        said.err,
        said.out
    );
}

fn folder_of_pictures() -> TempDir {
    let folder = TempDir::new().unwrap();
    fs::create_dir(folder.path().join("pictures")).unwrap();
    let put = |name: &str, file: Vec<u8>| fs::write(folder.path().join(name), file).unwrap();
    put("photo.jpg", Picture::photo(1, 1200, 900).jpeg(90));
    put("copy.jpg", Picture::photo(1, 600, 450).jpeg(75));
    put("other.png", Picture::photo(2, 300, 200).png());
    put("pictures/third.jpg", Picture::photo(3, 300, 200).jpeg(90));
    folder
}

/// The program's folder before everything else, so that `vismatch` is the one under test.
fn path_with_program() -> std::ffi::OsString {
    let program = program::path();
    let own = program
        .parent()
        .expect("a program lies in a folder")
        .to_owned();
    let rest = std::env::var_os("PATH").unwrap_or_default();
    std::env::join_paths(std::iter::once(own).chain(std::env::split_paths(&rest))).unwrap()
}

#[test]
fn no_readme_page_with_examples_is_forgotten() {
    let with_examples: BTreeSet<String> = pages()
        .into_iter()
        .filter(|page| !examples(&read(page)).is_empty())
        .collect();
    assert_eq!(with_examples, WITH_EXAMPLES.map(str::to_owned).into());
}

#[test]
fn every_link_of_the_readme_pages_leads_somewhere() {
    let broken: Vec<String> = pages()
        .iter()
        .flat_map(|page| broken_links(page, &read(page)))
        .collect();
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn the_readme_and_the_glossary_stay_short() {
    assert!(read("README.md").lines().count() <= README_LINES);
    let architecture = read("host/ARCHITECTURE.md");
    let glossary = architecture
        .lines()
        .skip_while(|line| *line != "## Glossary")
        .skip(1)
        .take_while(|line| !line.starts_with("## "))
        .filter(|line| !line.is_empty());
    let lines = glossary.count();
    assert!(
        (1..=GLOSSARY_LINES).contains(&lines),
        "the glossary has {lines} lines"
    );
}

/// Every page of Markdown in the repository, by its path there.
fn pages() -> Vec<String> {
    let root = repository();
    let entries = WalkDir::new(&root)
        .into_iter()
        .filter_entry(is_own)
        .map(Result::unwrap);
    let pages = entries
        .map(DirEntry::into_path)
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"));
    let named = pages.map(|path| path.strip_prefix(&root).unwrap().display().to_string());
    let pages: Vec<String> = named.collect();
    assert!(pages.len() > 5, "only {pages:?}: is this the right folder?");
    pages
}

/// Not what was built or fetched.
fn is_own(entry: &DirEntry) -> bool {
    const OTHERS: [&str; 6] = ["target", "node_modules", "dist", "data", ".git", "corpus"];
    entry.depth() == 0 || !OTHERS.contains(&entry.file_name().to_string_lossy().as_ref())
}

/// Links of a page to files that are not there, or to headings that their page has not.
fn broken_links(page: &str, text: &str) -> Vec<String> {
    let link = Regex::new(r"\]\(([^)\s]+)\)").expect("a pattern");
    let folder = repository().join(page).parent().map(Path::to_owned);
    let folder = folder.expect("a page lies in a folder");
    link.captures_iter(text)
        .map(|found| found[1].to_owned())
        .filter(|target| !target.starts_with("http"))
        .filter(|target| !leads_somewhere(&folder, &repository().join(page), target))
        .map(|target| format!("{page}: {target}"))
        .collect()
}

fn leads_somewhere(folder: &Path, page: &Path, target: &str) -> bool {
    let (file, heading) = target.split_once('#').unwrap_or((target, ""));
    let file: PathBuf = match file {
        "" => page.to_owned(),
        file => folder.join(file),
    };
    if heading.is_empty() {
        return file.exists();
    }
    let text = fs::read_to_string(&file).unwrap_or_default();
    let mut headings = text.lines().filter(|line| line.starts_with('#'));
    headings.any(|line| anchor(line) == heading)
}

/// A heading as links name it.
fn anchor(heading: &str) -> String {
    let text = heading.trim_start_matches('#').trim().to_lowercase();
    let kept = text
        .chars()
        .filter(|letter| letter.is_alphanumeric() || matches!(letter, ' ' | '-' | '_'));
    kept.map(|letter| if letter == ' ' { '-' } else { letter })
        .collect()
}

#[test]
fn a_readme_link_to_nothing_is_broken() {
    let broken = |text: &str| broken_links("host/README.md", text).len();
    assert_eq!(
        broken("[a](API.md) [b](#settings) [c](https://x.example)"),
        0
    );
    assert_eq!(broken("[a](../README.md#the-api-by-example)"), 0);
    assert_eq!(
        broken("[a](NOTHING.md) [b](#nothing) [c](API.md#nothing)"),
        3
    );
}

#[test]
fn readme_blocks_are_found_by_their_first_line() {
    let page = "```sh\ncurl -x\nmore\n```\ntext\n```console\n$ curl\n```\n```sh\nvismatch serve\n```\n```sh\nls\n```\n";
    assert_eq!(examples(page), ["curl -x\nmore\n"]);
}
