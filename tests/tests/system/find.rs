//! `vismatch find` and what it does with copies: printed, trashed, linked, left alone.

mod cases;
mod spared;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;
use vismatch_tests::client::text;
use vismatch_tests::picture::with_comment;
use vismatch_tests::{Picture, program};

/// A folder with a photo, the same bytes again, a smaller copy as JPEG and as PNG, and another photo; and
/// a home for a trash.
struct Pictures {
    folder: TempDir,
    home: TempDir,
}

impl Pictures {
    /// None yet.
    fn none() -> Self {
        Self {
            folder: TempDir::new().unwrap(),
            home: TempDir::new().unwrap(),
        }
    }

    fn new() -> Self {
        let pictures = Self::none();
        let photo = Picture::photo(1, 640, 480).jpeg(90);
        pictures.put("again.jpg", &photo);
        pictures.put("photo.jpg", &photo);
        pictures.put("small.jpg", &Picture::photo(1, 320, 240).jpeg(80));
        pictures.put("small.png", &Picture::photo(1, 320, 240).png());
        pictures.put("other.jpg", &Picture::photo(2, 320, 240).jpeg(80));
        pictures
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn put(&self, name: &str, file: &[u8]) {
        fs::write(self.path(name), file).unwrap();
    }

    fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).unwrap()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = program::command();
        command
            .current_dir(self.folder.path())
            .env("XDG_DATA_HOME", self.home.path())
            .env("HOME", self.home.path())
            .args(["find", "."])
            .args(arguments);
        command
    }

    fn find(&self, arguments: &[&str]) -> program::Said {
        self.command(arguments).output().unwrap().into()
    }

    /// The one group that a command printed as JSON, by file name.
    #[track_caller]
    fn group(&self, said: program::Said) -> Vec<(String, Value)> {
        members(&said.json())
    }

    /// The names of all files that are there, sorted.
    fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(self.folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort_unstable();
        names
    }

    /// Names of the files in the trash, sorted.
    fn trashed(&self) -> Vec<String> {
        let files = walkdir::WalkDir::new(self.home.path()).sort_by_file_name();
        let files = files.into_iter().filter_map(Result::ok);
        files
            .filter(|entry| entry.file_type().is_file())
            .filter(|entry| entry.path().parent().unwrap().ends_with("files"))
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .collect()
    }
}

/// The files of a group by name.
fn members(group: &Value) -> Vec<(String, Value)> {
    let files = group["files"].as_array().unwrap().iter();
    files
        .map(|file| {
            let path = text(file, "path");
            let name = Path::new(&path).file_name().unwrap();
            (name.to_str().unwrap().to_owned(), file.clone())
        })
        .collect()
}

#[track_caller]
fn outcomes(group: &[(String, Value)]) -> Vec<(&str, &str)> {
    let outcome = |file: &'_ Value| -> &'static str {
        match file["outcome"].as_str() {
            Some("trashed") => "trashed",
            Some("linked") => "linked",
            Some("would_be_trashed") => "would_be_trashed",
            Some("would_be_linked") => "would_be_linked",
            Some("left_alone") => "left_alone",
            Some("failed") => "failed",
            Some(other) => panic!("{other}"),
            None => "",
        }
    };
    group
        .iter()
        .map(|(name, file)| (name.as_str(), outcome(file)))
        .collect()
}

#[test]
fn the_best_copy_comes_first_with_what_the_others_are_to_it() {
    let pictures = Pictures::new();
    let group = pictures.group(pictures.find(&["--json"]));
    let verdicts: Vec<(&str, String)> = group
        .iter()
        .map(|(name, file)| (name.as_str(), text(file, "verdict")))
        .collect();
    let expected = [
        ("again.jpg", "keep"),
        ("photo.jpg", "exact"),
        ("small.jpg", "same_picture"),
        ("small.png", "same_picture"),
    ];
    assert_eq!(
        verdicts,
        expected.map(|(name, verdict)| (name, verdict.to_owned()))
    );
    assert!(group.iter().all(|(_, file)| file.get("outcome").is_none()));
    let printed = pictures.find(&["--print"]).ok();
    let marked: Vec<&str> = printed
        .lines()
        .filter(|line| line.starts_with('*'))
        .collect();
    assert_eq!(marked.len(), 1, "{printed}");
    assert!(marked[0].contains("again.jpg"), "{printed}");
}

#[test]
fn the_copy_to_keep_can_be_chosen_otherwise() {
    let pictures = Pictures::new();
    let hour = |hours: u64| std::time::UNIX_EPOCH + std::time::Duration::from_secs(3600 * hours);
    for (name, time) in [
        ("again.jpg", 5),
        ("photo.jpg", 2),
        ("small.jpg", 1),
        ("small.png", 9),
    ] {
        let file = fs::File::options()
            .write(true)
            .open(pictures.path(name))
            .unwrap();
        file.set_modified(hour(time)).unwrap();
    }
    let first = |keep: &str| {
        let group = pictures.group(pictures.find(&["--json", "--keep", keep]));
        group[0].0.clone()
    };
    assert_eq!(first("best"), "again.jpg");
    assert_eq!(first("oldest"), "small.jpg");
    assert_eq!(first("newest"), "small.png");
    let longest = ["again.jpg", "small.png"]
        .into_iter()
        .max_by_key(|name| pictures.read(name).len());
    assert_eq!(Some(first("largest").as_str()), longest);
}

#[test]
fn nothing_is_done_that_nobody_agreed_to() {
    let pictures = Pictures::new();
    for action in ["--delete-to-trash", "--hardlink", "--symlink"] {
        let said = pictures.find(&[action]);
        assert_eq!(said.code, Some(2), "{said:#?}");
        assert!(said.err.contains("--yes"), "{said:#?}");
        assert_eq!(said.out, "");
    }
    let two = pictures.find(&["--hardlink", "--symlink", "--yes"]);
    assert_eq!(two.code, Some(2), "{two:#?}");
    assert!(pictures.trashed().is_empty());
    assert_eq!(fs::read_dir(pictures.folder.path()).unwrap().count(), 5);
}

#[test]
fn a_dry_run_says_what_would_be_done_and_does_nothing() {
    let pictures = Pictures::new();
    let group = pictures.group(pictures.find(&["--json", "--delete-to-trash", "--dry-run"]));
    let expected = [
        ("again.jpg", ""),
        ("photo.jpg", "would_be_trashed"),
        ("small.jpg", "would_be_trashed"),
        ("small.png", "would_be_trashed"),
    ];
    assert_eq!(outcomes(&group), expected);
    let printed = pictures.find(&["--symlink", "--dry-run"]).ok();
    assert!(printed.contains("would become a link"), "{printed}");
    assert!(pictures.trashed().is_empty());
    assert!(pictures.path("photo.jpg").is_file());
}

#[cfg(target_os = "linux")]
#[test]
fn copies_go_to_the_trash_and_the_best_one_stays() {
    let pictures = Pictures::new();
    let group = pictures.group(pictures.find(&["--json", "--delete-to-trash", "--yes"]));
    let expected = [
        ("again.jpg", ""),
        ("photo.jpg", "trashed"),
        ("small.jpg", "trashed"),
        ("small.png", "trashed"),
    ];
    assert_eq!(outcomes(&group), expected);
    assert_eq!(pictures.trashed(), ["photo.jpg", "small.jpg", "small.png"]);
    assert_eq!(pictures.names(), ["again.jpg", "other.jpg"]);
    assert_eq!(pictures.find(&["--delete-to-trash", "--yes"]).ok(), "");
}

#[cfg(target_os = "linux")]
#[test]
fn hard_links_take_the_place_of_copies_and_no_byte_is_lost() {
    use std::os::unix::fs::MetadataExt;
    let pictures = Pictures::new();
    let small = pictures.read("small.jpg");
    let group = pictures.group(pictures.find(&["--json", "--hardlink", "--yes"]));
    let expected = [
        ("again.jpg", ""),
        ("photo.jpg", "linked"),
        ("small.jpg", "linked"),
        ("small.png", "left_alone"),
    ];
    assert_eq!(outcomes(&group), expected);
    let inode = |name: &str| fs::metadata(pictures.path(name)).unwrap().ino();
    assert_eq!(inode("photo.jpg"), inode("again.jpg"));
    assert_eq!(inode("small.jpg"), inode("again.jpg"));
    assert_ne!(inode("small.png"), inode("again.jpg"));
    assert_eq!(
        pictures.trashed(),
        ["small.jpg"],
        "the same bytes need no trash"
    );
    let kept = walkdir::WalkDir::new(pictures.home.path())
        .into_iter()
        .filter_map(Result::ok)
        .find(|entry| entry.file_name() == "small.jpg")
        .unwrap();
    assert_eq!(fs::read(kept.path()).unwrap(), small);
    assert_eq!(fs::read_dir(pictures.folder.path()).unwrap().count(), 5);
    // The links are one file now, and listed once.
    let again = pictures.group(pictures.find(&["--json", "--hardlink", "--yes"]));
    assert_eq!(
        outcomes(&again),
        [("again.jpg", ""), ("small.png", "left_alone")]
    );
}

#[cfg(unix)]
#[test]
fn symbolic_links_lead_to_the_copy_that_is_kept() {
    let pictures = Pictures::new();
    let group =
        pictures.group(pictures.find(&["--json", "--symlink", "--yes", "--threshold", "0"]));
    assert_eq!(
        outcomes(&group)[..2],
        [("again.jpg", ""), ("photo.jpg", "linked")]
    );
    let link = fs::read_link(pictures.path("photo.jpg")).unwrap();
    assert!(link.is_absolute());
    assert_eq!(link, fs::canonicalize(pictures.path("again.jpg")).unwrap());
}

#[cfg(target_os = "linux")]
#[test]
fn hard_links_to_another_file_system_are_refused_plainly() {
    let pictures = Pictures::new();
    // Shared memory is another file system on Linux.
    let Ok(elsewhere) = TempDir::new_in("/dev/shm") else {
        return;
    };
    let copy = elsewhere.path().join("copy.jpg");
    fs::write(&copy, pictures.read("photo.jpg")).unwrap();
    let said = pictures.find(&[elsewhere.path().to_str().unwrap(), "--hardlink", "--yes"]);
    assert_eq!(said.code, Some(1), "{said:#?}");
    assert!(said.out.contains("another file system"), "{said:#?}");
    assert_eq!(fs::read(&copy).unwrap(), pictures.read("photo.jpg"));
    assert_eq!(fs::read_dir(elsewhere.path()).unwrap().count(), 1);
}

/// The question is waited for: the time to change a file behind the program's back.
#[cfg(target_os = "linux")]
#[test]
fn a_file_that_changed_since_it_was_looked_at_is_not_touched() {
    use std::io::{Read, Write};
    let pictures = Pictures::new();
    let command = pictures.command(&["--delete-to-trash"]);
    let line = format!("{} find . --delete-to-trash", program::path().display());
    let mut terminal = Command::new("script");
    terminal.args(["-qec", &line, "/dev/null"]);
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => terminal.env(name, value),
            None => terminal.env_remove(name),
        };
    }
    terminal
        .current_dir(pictures.folder.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    let Ok(mut child) = terminal.spawn() else {
        eprintln!("no `script` on this machine: nobody to ask");
        return;
    };
    let mut said = String::new();
    let mut out = child.stdout.take().unwrap();
    let mut byte = [0];
    while !said.contains("[y/N]") {
        assert_eq!(out.read(&mut byte).unwrap(), 1, "{said}");
        said.push(char::from(byte[0]));
    }
    let changed = with_comment(&pictures.read("photo.jpg"), "edited meanwhile");
    pictures.put("photo.jpg", &changed);
    child.stdin.take().unwrap().write_all(b"y\n").unwrap();
    let mut rest = Vec::new();
    out.read_to_end(&mut rest).unwrap();
    let rest = String::from_utf8_lossy(&rest);
    assert_eq!(child.wait().unwrap().code(), Some(1), "{rest}");
    assert!(rest.contains("has changed since"), "{rest}");
    assert_eq!(pictures.read("photo.jpg"), changed);
    assert_eq!(pictures.trashed(), ["small.jpg", "small.png"]);
}

#[test]
fn what_is_only_similar_is_left_alone() {
    let pictures = Pictures::new();
    let said = pictures.find(&[
        "--json",
        "--threshold",
        "64",
        "--delete-to-trash",
        "--dry-run",
    ]);
    let group = pictures.group(said);
    let other = group.iter().find(|(name, _)| name == "other.jpg").unwrap();
    assert_eq!(other.1["verdict"], json!("similar"));
    assert_eq!(other.1["outcome"], json!("left_alone"));
}

#[test]
fn strong_crops_are_found_where_they_are_asked_for_and_never_cleared_up_unasked() {
    let pictures = Pictures::none();
    let photo = Picture::photo(4, 800, 600);
    pictures.put("photo.png", &photo.png());
    pictures.put("crop.jpg", &photo.cropped((20, 10), (560, 420)).jpeg(85));
    pictures.put("other.jpg", &Picture::photo(5, 800, 600).jpeg(85));
    assert_eq!(pictures.find(&["--json"]).ok(), "");
    let told = pictures.find(&["--crops", "--json"]).ok();
    let group: Value = serde_json::from_str(&told).unwrap();
    let files = members(&group);
    let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["photo.png", "crop.jpg"]);
    assert_eq!(text(&files[1].1, "verdict"), "edited");
    pictures
        .find(&["--crops", "--delete-to-trash", "--yes"])
        .ok();
    assert_eq!(pictures.names(), ["crop.jpg", "other.jpg", "photo.png"]);
}

/// A copy may have several names: one pass deals with all of them.
#[cfg(target_os = "linux")]
#[test]
fn hard_links_leave_nothing_to_do() {
    use std::os::unix::fs::MetadataExt;
    let pictures = Pictures::none();
    let photo = Picture::photo(1, 640, 480).jpeg(90);
    pictures.put("a1.jpg", &photo);
    pictures.put("b1.jpg", &photo);
    for (name, link) in [
        ("a1.jpg", "a2.jpg"),
        ("b1.jpg", "b2.jpg"),
        ("b1.jpg", "b3.jpg"),
    ] {
        fs::hard_link(pictures.path(name), pictures.path(link)).unwrap();
    }
    pictures.find(&["--hardlink", "--yes"]).ok();
    let inode = |name: &str| fs::metadata(pictures.path(name)).unwrap().ino();
    for name in ["a2.jpg", "b1.jpg", "b2.jpg", "b3.jpg"] {
        assert_eq!(inode(name), inode("a1.jpg"), "{name}");
    }
    assert_eq!(pictures.find(&["--hardlink", "--yes"]).ok(), "");
}

#[cfg(target_os = "linux")]
#[test]
fn what_belongs_to_a_trashed_copy_is_told() {
    let pictures = Pictures::new();
    for name in ["small.xmp", "photo.MOV", "photo.txt", "other.xmp"] {
        pictures.put(name, b"not a picture");
    }
    let said = pictures.find(&["--delete-to-trash", "--dry-run", "--keep", "largest"]);
    let out = said.ok();
    assert!(out.contains("small.xmp stays where it is"), "{out}");
    assert!(
        !out.contains("photo.txt") && !out.contains("other.xmp"),
        "{out}"
    );
    let group = pictures.group(pictures.find(&["--json", "--delete-to-trash", "--yes"]));
    let stays: Vec<_> = group
        .iter()
        .filter_map(|(_, file)| file["stays"].as_array())
        .collect();
    assert_eq!(stays.len(), 3, "photo.jpg, small.jpg, small.png: {group:?}");
    assert_eq!(stays[0][0]["path"], json!("./photo.MOV"));
    assert!(pictures.path("photo.MOV").exists());
}

#[cfg(target_os = "linux")]
#[test]
fn paths_that_are_no_text_can_be_had_from_json() {
    use base64::Engine;
    use std::os::unix::ffi::OsStrExt;
    let pictures = Pictures::none();
    let photo = Picture::photo(1, 320, 240).jpeg(90);
    let odd = std::ffi::OsStr::from_bytes(b"caf\xe9.jpg");
    fs::write(pictures.folder.path().join(odd), &photo).unwrap();
    pictures.put("x\u{202e}gpj.jpg", &photo);
    let said = pictures.find(&["--json"]);
    assert!(!said.out.contains('\u{202e}'), "{said:#?}");
    let group = pictures.group(said);
    let decode = |text: &Value| {
        let text = text.as_str().unwrap();
        base64::prelude::BASE64_STANDARD.decode(text).unwrap()
    };
    let odd: Vec<_> = group.iter().map(|(_, file)| &file["path_base64"]).collect();
    assert_eq!(decode(odd[0]), b"./caf\xe9.jpg");
    assert_eq!(odd[1], &Value::Null);
    let lines = pictures.find(&[]).ok();
    assert!(lines.contains("x\\u{202e}gpj.jpg"), "{lines}");
}
