//! Every source beats those below it, and what is wrong is said with key and source.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::Write;
use std::time::Duration;

use super::*;

type Flags = BTreeMap<&'static str, &'static str>;

fn load(file: &str, environment: &[(&str, &str)], flags: Flags) -> Result<Config, String> {
    let mut written = tempfile::NamedTempFile::with_suffix(".toml").unwrap();
    written.write_all(file.as_bytes()).unwrap();
    let environment = environment
        .iter()
        .map(|(name, value)| (OsString::from(name), OsString::from(value)))
        .collect();
    Config::from_sources(Some(written.path()), environment, &flags).map_err(|e| e.to_string())
}

#[test]
fn flags_beat_environment_beats_file_beats_defaults() {
    let file = "quality = 70\nworkers = 3\nqueue = 4\n";
    let environment = [("VISMATCH_QUALITY", "71"), ("VISMATCH_WORKERS", "5")];
    let config = load(file, &environment, Flags::from([("quality", "72")])).unwrap();
    assert_eq!(config.quality, 72);
    assert_eq!(config.sandbox.workers, 5);
    assert_eq!(config.sandbox.queue, 4);
    assert_eq!(config.max_body, 64 << 20);
    assert_eq!(config.listen, ["127.0.0.1:3000".parse().unwrap()]);
}

#[test]
fn sizes_durations_and_lists_read_as_people_write_them() {
    let file = r#"
        listen = ["127.0.0.1:1", "[::1]:2"]
        max_body = "1GiB"
        sandbox_memory = 67108864
        sandbox_timeout = "1m 30s"
        cors_origin = "https://a.example"
        log_format = "json"
    "#;
    let config = load(file, &[], Flags::new()).unwrap();
    assert_eq!(config.listen.len(), 2);
    assert_eq!(config.max_body, 1 << 30);
    assert_eq!(config.sandbox.memory, 64 << 20);
    assert_eq!(config.sandbox.timeout, Duration::from_secs(90));
    assert_eq!(config.cors_origins, ["https://a.example"]);
    assert_eq!(config.log_format, LogFormat::Json);
}

#[test]
fn the_environment_holds_lists_with_commas_and_texts_that_look_like_numbers() {
    let environment = [
        ("VISMATCH_LISTEN", "[::1]:80, 127.0.0.1:80"),
        ("VISMATCH_DATA", "2026"),
        ("VISMATCH_MAX_BODY", "100"),
        ("VISMATCH_COMPONENT", ""),
        ("VISMATCH_SOMETHING_ELSE", "not ours"),
    ];
    let config = load("", &environment, Flags::new()).unwrap();
    assert_eq!(config.listen.len(), 2);
    assert_eq!(config.data, Path::new("2026"));
    assert_eq!(config.max_body, 100);
    assert_eq!(config.component, None);
}

#[test]
fn an_unknown_key_is_named_with_its_file() {
    let error = load("max-pixels = 5", &[], Flags::new()).unwrap_err();
    assert!(
        error.contains("unknown setting `max-pixels` in "),
        "{error}"
    );
    assert!(
        error.contains(".toml; known are listen, open_to_network"),
        "{error}"
    );
}

#[test]
fn a_wrong_value_is_named_with_its_source() {
    let cases = [
        (
            "quality = \"good\"",
            vec![],
            "setting `quality` from ",
            ".toml",
        ),
        (
            "quality = 0",
            vec![],
            "setting `quality` from ",
            "must be 1 to 100",
        ),
        (
            "listen = [\"localhost\"]",
            vec![],
            "setting `listen",
            "\"localhost\"",
        ),
        (
            "sandbox_timeout = 10",
            vec![],
            "setting `sandbox_timeout` from ",
            "duration",
        ),
        (
            "log_format = \"xml\"",
            vec![],
            "setting `log_format` from ",
            "xml",
        ),
        (
            "",
            vec![("VISMATCH_QUEUE", "-1")],
            "setting `queue` from ",
            "VISMATCH_QUEUE",
        ),
        (
            "",
            vec![("VISMATCH_MAX_BODY", "64 quids")],
            "setting `max_body` from ",
            "VISMATCH_MAX_BODY",
        ),
        (
            "",
            vec![("VISMATCH_SANDBOX_MEMORY", "1")],
            "VISMATCH_SANDBOX_MEMORY",
            "16MiB to 4GiB",
        ),
        (
            "",
            vec![("VISMATCH_LISTEN", "[]")],
            "setting `listen` from ",
            "VISMATCH_LISTEN",
        ),
        (
            "listen = []",
            vec![],
            "setting `listen` from ",
            "at least one",
        ),
        ("listen = [", vec![], "settings in ", ".toml"),
    ];
    for (file, environment, start, part) in cases {
        let error = load(file, &environment, Flags::new()).unwrap_err();
        assert!(
            error.contains(start) && error.contains(part),
            "{file} {environment:?}: {error}"
        );
    }
    let error = load("", &[], Flags::from([("workers", "0")])).unwrap_err();
    assert_eq!(
        error,
        "setting `workers` from the command line: must be 1 to 1024"
    );
}

#[test]
fn an_origin_is_what_browsers_send() {
    for text in [
        "https://a.example",
        "http://localhost:8080",
        "http://[::1]:80",
    ] {
        assert!(
            load("", &[("VISMATCH_CORS_ORIGIN", text)], Flags::new()).is_ok(),
            "{text}"
        );
    }
    for text in [
        "*",
        "a.example",
        "https://a.example/",
        "https://a.example/x",
        "https://u@a.example",
        "https://",
    ] {
        let error = load("", &[("VISMATCH_CORS_ORIGIN", text)], Flags::new()).unwrap_err();
        assert!(
            error.contains("VISMATCH_CORS_ORIGIN: must be origins"),
            "{error}"
        );
    }
}

#[test]
fn what_others_reach_is_listened_on_only_when_that_is_meant() {
    for address in ["0.0.0.0:3000", "192.168.1.5:3000", "[::]:3000"] {
        let listen = [("VISMATCH_LISTEN", address)];
        let error = load("", &listen, Flags::new()).unwrap_err();
        assert!(error.contains("VISMATCH_LISTEN"), "{error}");
        assert!(error.contains("`open_to_network`"), "{error}");
        let meant = [listen[0], ("VISMATCH_OPEN_TO_NETWORK", "true")];
        assert!(load("", &meant, Flags::new()).is_ok(), "{address}");
    }
    let own = [("VISMATCH_LISTEN", "127.0.0.2:1,[::1]:1")];
    assert!(load("", &own, Flags::new()).is_ok());
}

#[test]
fn hosts_are_names_or_addresses_alone() {
    let hosts = [("VISMATCH_HOST", "Pictures.Example, 192.168.1.5,[fd00::7]")];
    let config = load("", &hosts, Flags::new()).unwrap();
    let read: Vec<String> = config.hosts.iter().map(Host::to_string).collect();
    assert_eq!(read, ["pictures.example", "192.168.1.5", "fd00::7"]);
    for text in ["http://a.example", "a.example:80", "*"] {
        let host = [("VISMATCH_HOST", text)];
        let error = load("", &host, Flags::new()).unwrap_err();
        assert!(error.contains("setting `host` from "), "{error}");
    }
}

#[test]
fn a_base_path_is_a_path() {
    let config = load("base_path = \"/pictures/\"", &[], Flags::new()).unwrap();
    assert_eq!(config.base_path.as_str(), "/pictures");
    let error = load("base_path = \"pictures\"", &[], Flags::new()).unwrap_err();
    assert!(error.contains("setting `base_path` from "), "{error}");
}

#[test]
fn a_named_file_must_be_there() {
    let error = Config::from_sources(Some(Path::new("/no/such.toml")), vec![], &Flags::new());
    assert!(error.unwrap_err().to_string().contains("/no/such.toml"));
}

#[test]
fn the_list_of_keys_is_the_list_of_fields() {
    let error = load("no_such_key = 1", &[], Flags::new()).unwrap_err();
    let known = error.split("known are ").nth(1).unwrap();
    assert_eq!(known.split(", ").collect::<Vec<_>>(), Settings::KEYS);
}

#[test]
fn the_mode_of_the_data_folder_is_octal_and_leaves_the_owner_everything() {
    let mode = |file: &str| load(file, &[], Flags::new()).map(|config| config.data_mode.bits());
    assert_eq!(mode(""), Ok(0o700));
    assert_eq!(mode("data_mode = \"0750\""), Ok(0o750));
    assert_eq!(mode("data_mode = \"777\""), Ok(0o777));
    for wrong in ["0600", "1777", "0888", "", "rwx", "00750", "-700"] {
        let error = mode(&format!("data_mode = \"{wrong}\"")).unwrap_err();
        assert!(error.contains("data_mode"), "{error}");
    }
}
