//! One verdict on a file, whichever way it comes: what an upload refuses, every route refuses with the same status.

use std::fs;

use reqwest::blocking::multipart::Form;
use tempfile::TempDir;
use vismatch_tests::client::{file_form, file_part};
use vismatch_tests::{Answer, Picture, Server, base64, hostile, program, shared_data};

/// A server with an image that is compared with.
fn server() -> (Server, Vec<u8>) {
    let server = Server::start();
    let sound = Picture::photo(1, 320, 240).jpeg(90);
    server.upload("sound", "sound.jpg", &sound).ok();
    (server, sound)
}

/// Every route that takes a picture but for the upload that it is judged by.
fn routes(server: &Server, sound: &[u8], file: &[u8]) -> Vec<Answer> {
    let image = |file: &[u8]| Form::new().part("image", file_part("a.jpg", file));
    let pair = |a: &[u8], b: &[u8]| {
        let form = Form::new().part("a", file_part("a.jpg", a));
        form.part("b", file_part("b.jpg", b))
    };
    let stored = Form::new()
        .part("a", file_part("a.jpg", file))
        .text("project_id", "sound")
        .text("image_id", "sound.jpg");
    let matches = |path: &str| server.post_form(path, file_form("a.jpg", file));
    let text = base64(file);
    vec![
        server.upload_json("judged", "b.jpg", &text),
        server.post_form("/images/upload", image(file)),
        server.diff("sound", &text, false),
        server.diff("sound", &text, true),
        server.post_form("/images/similar", image(file)),
        matches("/matches"),
        matches("/projects/sound/matches"),
        matches("/projects/sound/matches?radius=10"),
        matches("/projects/sound/matches?orientation=any"),
        matches("/projects/sound/matches?orientation=any&radius=10"),
        matches("/projects/sound/matches?algorithm=pdq"),
        server.post_form("/compare", pair(file, sound)),
        server.post_form("/compare", pair(sound, file)),
        server.post_form("/compare", pair(file, file)),
        server.post_form("/compare?threshold=10", pair(file, sound)),
        server.post_form("/compare", stored),
    ]
}

/// What differs from the verdict of an upload.
fn differences(server: &Server, sound: &[u8], name: &str, file: &[u8]) -> Vec<String> {
    let verdict = server.upload("judged", "a.jpg", file).status;
    let is_taken = |status: u16| status < 300;
    let answers = routes(server, sound, file).into_iter();
    answers
        .filter(|answer| match is_taken(verdict) {
            true => !is_taken(answer.status),
            false => answer.status != verdict,
        })
        .map(|answer| {
            let (path, status) = (&answer.path, answer.status);
            format!(
                "{name}: an upload is answered {verdict}, {path} {status}: {:.200}",
                answer.text()
            )
        })
        .collect()
}

/// Progressive, with a byte in its last scan that cannot be there.
fn faulty_last_scan() -> Vec<u8> {
    let mut file = hostile::jpeg_of_scans(1);
    let last = file
        .windows(2)
        .rposition(|pair| pair == [0xFF, 0xDA])
        .unwrap();
    let header = usize::from(u16::from_be_bytes([file[last + 2], file[last + 3]]));
    file[last + 2 + header] = 0xFE;
    file
}

fn hostile_files() -> Vec<(&'static str, Vec<u8>)> {
    let sound = Picture::photo(2, 640, 480);
    let (jpeg, png) = (sound.jpeg(90), sound.png());
    let mut trailing = jpeg.clone();
    trailing.extend([0; 1000]);
    vec![
        ("empty", Vec::new()),
        ("text", b"buy milk".to_vec()),
        ("the head of a JPEG", jpeg[..200].to_vec()),
        ("half a JPEG", jpeg[..jpeg.len() / 2].to_vec()),
        (
            "a JPEG without its last byte",
            jpeg[..jpeg.len() - 1].to_vec(),
        ),
        ("a JPEG with more behind it", trailing),
        ("half a PNG", png[..png.len() / 2].to_vec()),
        ("a PNG without its end", png[..png.len() - 12].to_vec()),
        ("a PNG that claims", hostile::png_claiming(60_000, 60_000)),
        ("a large PNG", hostile::black_png(20_000, 20_000)),
        ("a text bomb", hostile::with_text_bomb(&png, 200 << 20)),
        (
            "a profile bomb",
            hostile::with_profile_bomb(&png, 200 << 20),
        ),
        ("a JPEG of many scans", hostile::jpeg_of_scans(63)),
        ("a JPEG with a fault in its last scan", faulty_last_scan()),
        ("a GIF of many frames", hostile::gif_of_frames(10_000)),
        ("a sound JPEG of some scans", hostile::jpeg_of_scans(1)),
    ]
}

#[test]
fn every_route_has_the_same_verdict_on_a_file() {
    let (server, sound) = server();
    let found: Vec<String> = hostile_files()
        .iter()
        .flat_map(|(name, file)| differences(&server, &sound, name, file))
        .collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// The same over the corpus beside the repository, when it is there.
#[test]
fn every_route_has_the_same_verdict_on_the_corpus() {
    let Some(folder) = shared_data().map(|data| data.join("bad")) else {
        eprintln!("SKIPPED: ../shared/data/bad is not there, the corpus was NOT tested");
        return;
    };
    let (server, sound) = server();
    let mut found = Vec::new();
    for entry in walkdir::WalkDir::new(folder).sort_by_file_name() {
        let entry = entry.unwrap();
        if entry.file_type().is_file() && entry.file_name() != "MANIFEST.json" {
            let file = fs::read(entry.path()).unwrap();
            let name = entry.file_name().to_string_lossy();
            found.extend(differences(&server, &sound, &name, &file));
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// The command line takes the same files, and refuses the same.
#[test]
fn commands_have_the_verdict_of_uploads() {
    let (server, sound) = server();
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("sound.jpg"), &sound).unwrap();
    let run = |arguments: &[&str]| program::run(folder.path(), arguments).code == Some(0);
    for (number, (name, file)) in hostile_files().into_iter().enumerate() {
        let is_taken = server.upload("judged", "a.jpg", &file).status == 200;
        let file_name = format!("{number}.jpg");
        fs::write(folder.path().join(&file_name), &file).unwrap();
        assert_eq!(run(&["hash", &file_name]), is_taken, "hash {name}");
        let resized = ["resize", &file_name, "--fit", "10x10", "-o", "out.jpg"];
        assert_eq!(run(&resized), is_taken, "resize {name}");
        // Another exit code says that they differ.
        let compared = program::run(folder.path(), ["compare", &file_name, "sound.jpg"]);
        assert_eq!(
            !compared.out.is_empty(),
            is_taken,
            "compare {name}: {compared:?}"
        );
    }
}
