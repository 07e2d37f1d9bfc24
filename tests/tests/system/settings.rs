//! The table of settings in `host/README.md` is that of the program: the same settings, flags, variables and defaults.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use regex::Regex;
use tempfile::TempDir;
use vismatch::config::Config;
use vismatch_tests::{program, repository};

/// A row of the table.
#[derive(Debug)]
struct Setting {
    flag: String,
    variable: String,
    key: String,
    /// A value stands in backticks; anything else are words.
    default: String,
}

impl Setting {
    /// The row of a line, if it is one of this table.
    fn parse(line: &str) -> Option<Self> {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let [flag, variable, key, default, meaning] = cells[..] else {
            return None;
        };
        assert!(!meaning.is_empty(), "no meaning in {line}");
        flag.starts_with("`--").then(|| Self {
            flag: value(flag).unwrap().to_owned(),
            variable: value(variable).unwrap().to_owned(),
            key: value(key).unwrap().to_owned(),
            default: default.to_owned(),
        })
    }
}

/// What stands in backticks.
fn value(cell: &str) -> Option<&str> {
    cell.strip_prefix('`')?.strip_suffix('`')
}

fn table() -> Vec<Setting> {
    let page = fs::read_to_string(repository().join("host/README.md")).unwrap();
    page.lines().filter_map(Setting::parse).collect()
}

/// Flags of `vismatch serve --help`, each with the default that is told there.
fn flags() -> BTreeMap<String, Option<String>> {
    let help = program::run(Path::new("."), ["serve", "--help"]).ok();
    let flag = Regex::new(r"(?m)^ +(?:-\w, )?(--[a-z-]+)").expect("a pattern");
    let default = Regex::new(r"\[default:\s+([^\]]+)\]").expect("a pattern");
    let begins: Vec<_> = flag.captures_iter(&help).collect();
    let ends = begins
        .iter()
        .skip(1)
        .map(|next| next.get(0).unwrap().start())
        .chain([help.len()]);
    let told = begins.iter().zip(ends).map(|(begin, end)| {
        let text = &help[begin.get(0).unwrap().start()..end];
        let default = default.captures(text).map(|found| {
            let words: Vec<&str> = found[1].split_whitespace().collect();
            words.join(" ")
        });
        (begin[1].to_owned(), default)
    });
    told.filter(|(flag, _)| !["--help", "--config"].contains(&flag.as_str()))
        .collect()
}

/// The settings that these lines of a file make.
fn loaded(lines: &str) -> String {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("vismatch.toml");
    fs::write(&file, lines).unwrap();
    let flags = BTreeMap::<String, String>::new();
    format!("{:#?}", Config::load(Some(&file), &flags).unwrap())
}

#[test]
fn the_table_has_every_setting_under_its_names() {
    let table = table();
    let keys: BTreeSet<&str> = table.iter().map(|setting| setting.key.as_str()).collect();
    assert_eq!(keys, vismatch::config::KEYS.iter().copied().collect());
    assert_eq!(keys.len(), table.len(), "a setting stands there twice");
    for setting in &table {
        let Setting { key, .. } = setting;
        assert_eq!(setting.flag, format!("--{}", key.replace('_', "-")));
        assert_eq!(setting.variable, format!("VISMATCH_{}", key.to_uppercase()));
    }
    let flags: Vec<String> = flags().into_keys().collect();
    let mut told: Vec<String> = table.into_iter().map(|setting| setting.flag).collect();
    told.sort();
    assert_eq!(told, flags);
}

#[test]
fn the_table_has_the_defaults_of_the_program() {
    let defaults = loaded("");
    let values = table().into_iter().filter_map(|setting| {
        let value = value(&setting.default)?.to_owned();
        Some((setting.key, value))
    });
    let values: Vec<(String, String)> = values.collect();
    assert!(values.len() > 10, "only {values:?}");
    for (key, value) in values {
        let line = format!("{key} = {value:?}\n");
        assert_eq!(loaded(&line), defaults, "{line}");
    }
}

#[test]
fn the_table_has_the_defaults_that_the_help_tells() {
    let flags = flags();
    for setting in table() {
        let told = flags.get(&setting.flag).cloned().flatten();
        let default = setting.default.trim_matches('`');
        match told {
            Some(told) => assert_eq!(told.trim_start_matches("./"), default, "{}", setting.flag),
            None => assert!(["none", "false"].contains(&default), "{setting:?}"),
        }
    }
}

#[test]
fn another_default_would_be_noticed() {
    assert_ne!(loaded("quality = \"84\""), loaded(""));
    assert_ne!(loaded("base_path = \"/pictures\""), loaded(""));
    assert_ne!(loaded("data_mode = \"0750\""), loaded(""));
}
