//! A server over a million images under load: how soon it is ready, what it holds, and how many checks by
//! fingerprint it answers a second, with the load generator `oha` on the same cores; and how long it takes to
//! tell what is there twice.
//!
//! The images are rows without files, made once by the store itself and kept in `target/bench`, which takes
//! 5 GB. Their fingerprints are as near each other as those of photos are, one in ten is a copy of the one
//! before, and their sketches are soft patches of which strangers may share half. `just load` installs `oha`
//! and runs this.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a bench stops at the first fault"
)]

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use clap::Parser;
use serde::Deserialize;
use serde_json::json;
use vismatch::domain::{
    Algorithm, Dimensions, Fingerprint, ImageFormat, ImageId, ImageInfo, ImageName, NewImage,
    Orientation, ProjectName, Sha256, Sketch,
};
use vismatch::store::Store;
use vismatch_tests::bench::comparison::Bars;
use vismatch_tests::bench::{self, mebibytes, milliseconds};
use vismatch_tests::{Random, Server};

/// What is measured.
#[derive(Parser)]
struct Options {
    /// Images in the store
    #[arg(long, value_name = "N", default_value_t = 1_000_000)]
    images: u64,
    /// Connections of the load generator
    #[arg(long, value_name = "N", default_value_t = 8)]
    connections: u32,
    /// Seconds of load
    #[arg(long, value_name = "N", default_value_t = 10)]
    seconds: u32,
    /// The load generator
    #[arg(long, value_name = "FILE", default_value = "oha")]
    oha: PathBuf,
    #[command(flatten)]
    tables: bench::Tables,
}

/// Images that are put in at once.
const BATCH: u64 = 50_000;
/// Different questions.
const QUESTIONS: u64 = 10_000;
/// Of so many images the second is a copy of the first.
const COPIES: u64 = 10;
/// Sketches that all others are made of, two each.
const SKETCHES: u64 = 2_000;
/// Cells on each side of a sketch, and of a patch in it.
const SIDE: usize = 64;
const PATCH: usize = 8;
/// Groups of one page.
const PAGE: usize = 100;

/// What `oha` tells, in seconds.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Told {
    summary: Summary,
    latency_percentiles: Percentiles,
    status_code_distribution: std::collections::BTreeMap<String, u64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Summary {
    requests_per_sec: f64,
}

#[derive(Deserialize)]
struct Percentiles {
    p50: f64,
    p99: f64,
}

fn main() {
    let options = Options::parse();
    let data = bench::folder().join(format!("load-{}", options.images));
    let filled = fill(&data, options.images);
    let (built, mut first) = start(&data);
    // It takes a snapshot, which the next start begins with.
    first.ask_to_stop();
    first.wait_for_end();
    drop(first);
    let (ready, server) = start(&data);
    server.wait_until_indexed();
    let resident = || server.memory().map_or(0, |memory| memory.resident);
    let idle = resident();
    let mut text = format!(
        "### {} images under load\n\n| measure | value |\n|---|---|\n",
        options.images
    );
    let mut row = |measure: &str, value: String| {
        writeln!(text, "| {measure} | {value} |").unwrap();
    };
    if let Some(filled) = filled {
        row("rows made (once)", format!("{:.0} s", filled.as_secs_f64()));
    }
    row(
        "first start of this run, to the first answer",
        milliseconds(built),
    );
    row(
        "start from a snapshot, to the first answer",
        milliseconds(ready),
    );
    row("resident memory after it", mebibytes(idle));
    let near = questions(options.images, Some(6));
    let far = questions(options.images, None);
    for (name, questions) in [("one match each", near), ("no match", far)] {
        let told = load(&server, &options, &questions);
        let seconds = |seconds: f64| milliseconds(Duration::from_secs_f64(seconds));
        row(
            &format!(
                "checks a second, {} connections, {name}",
                options.connections
            ),
            format!("{:.0}", told.summary.requests_per_sec),
        );
        row(
            "p50 / p99",
            format!(
                "{} / {}",
                seconds(told.latency_percentiles.p50),
                seconds(told.latency_percentiles.p99)
            ),
        );
    }
    row("resident memory after the load", mebibytes(resident()));
    for page in ["first page of duplicates, judged", "the same again"] {
        let begin = Instant::now();
        let path = format!("/projects/p/duplicates?limit={PAGE}");
        let groups = server.get(&path).ok().json();
        row(page, milliseconds(begin.elapsed()));
        assert_eq!(groups["groups"].as_array().map(Vec::len), Some(PAGE));
    }
    let peak = server.memory().map_or(0, |memory| memory.peak);
    row("peak memory after that", mebibytes(peak));
    let mut bars = Bars::default();
    let bar = if options.images > 1_000_000 { 5.0 } else { 1.0 };
    bars.at_most("seconds to be ready", Some(ready.as_secs_f64()), bar);
    options.tables.publish("load", &(text + &bars.table()));
}

/// Starts a server; the time until it has answered a check.
fn start(data: &Path) -> (Duration, Server) {
    let begin = Instant::now();
    let server = Server::over(data);
    let question: serde_json::Value = serde_json::from_str(&question(0, 0)).unwrap();
    server.post_json("/projects/p/check", &question).ok();
    (begin.elapsed(), server)
}

/// Puts the images in unless they are; how long that took.
fn fill(data: &Path, images: u64) -> Option<Duration> {
    let full = data.join("full");
    if full.exists() {
        return None;
    }
    let _ = fs::remove_dir_all(data);
    let begin = Instant::now();
    let patches: Vec<Vec<u8>> = (0..SKETCHES).map(patch).collect();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let store = Store::open(data).await.unwrap();
        for start in (0..images).step_by(BATCH as usize) {
            let batch = (start..images.min(start + BATCH))
                .map(|number| image(number, &patches))
                .collect::<Vec<_>>();
            store.insert_rows(&project(), &batch).await.unwrap();
        }
    });
    fs::write(full, b"").unwrap();
    Some(begin.elapsed())
}

fn project() -> ProjectName {
    ProjectName::parse("p").unwrap()
}

fn image(number: u64, patches: &[Vec<u8>]) -> NewImage {
    let size = Dimensions {
        width: 1_600,
        height: 1_200,
    };
    NewImage {
        id: ImageId::generate(),
        project: project(),
        name: ImageName::parse(&format!("{number}.jpg")).unwrap(),
        bytes: 500_000,
        sha256: Sha256(Random::new(number).bytes(32).try_into().unwrap()),
        info: ImageInfo {
            format: ImageFormat::Jpeg,
            size,
            orientation: Orientation::Upright,
            frames: 1,
            has_alpha: false,
            has_colour_profile: false,
            exif: None,
        },
        plugin_fingerprints: Vec::new(),
        fingerprints: Algorithm::ALL
            .map(|algorithm| fingerprint(algorithm, number))
            .into(),
        sketch: Some(sketch(number, patches)),
        deletion_token: None,
    }
}

/// What an image shows: a copy shows the same as the one before it.
fn shown(number: u64) -> u64 {
    match number % COPIES {
        1 => number - 1,
        _ => number,
    }
}

/// The same for the same number; of a copy three bits away.
///
/// Four bits of the 128 that candidates are searched by are always alike, so that of 100,000 pairs of
/// strangers five are within 23 bits, as it is with photos.
fn fingerprint(algorithm: Algorithm, number: u64) -> Fingerprint {
    let shows = shown(number);
    let (kind, lumps) = match algorithm {
        Algorithm::Dhash128 | Algorithm::Core | Algorithm::Bare => (Algorithm::Dhash128, true),
        other => (other, false),
    };
    let mut random = Random::new(shows ^ (kind as u64 + 1) << 40);
    let mut bits = random.bytes(algorithm.bits() as usize / 8);
    if lumps {
        let nibble = |bit: u8| if bit == 0 { 0 } else { 0xF };
        bits.iter_mut()
            .for_each(|byte| *byte = nibble(*byte & 1) << 4 | nibble(*byte & 2));
    }
    let mut random = Random::new(number ^ (algorithm as u64 + 1) << 48);
    let flips = if shows == number { 0 } else { 3 };
    let of_the_middle = if algorithm == Algorithm::Core { 6 } else { 0 };
    for _ in 0..flips + of_the_middle {
        let bit = random.below(u64::from(algorithm.bits())) as usize;
        bits[bit / 8] ^= 1 << (bit % 8);
    }
    Fingerprint {
        algorithm,
        version: algorithm.version(),
        bits,
        quality: if algorithm == Algorithm::Bare { 0 } else { 100 },
    }
}

/// Random grey levels, eight cells apart, and what lies between them.
fn patch(number: u64) -> Vec<u8> {
    let corners = SIDE / PATCH + 1;
    let levels = Random::new(number ^ 7 << 56).bytes(corners * corners);
    let level = |x: usize, y: usize| usize::from(levels[y * corners + x]);
    let cell = |place: usize| {
        let (x, y) = (place % SIDE, place / SIDE);
        let (column, row) = (x / PATCH, y / PATCH);
        let (right, down) = (x % PATCH, y % PATCH);
        let between = |row| level(column, row) * (PATCH - right) + level(column + 1, row) * right;
        let sum = between(row) * (PATCH - down) + between(row + 1) * down;
        (sum / (PATCH * PATCH)) as u8
    };
    (0..SIDE * SIDE).map(cell).collect()
}

/// The mean of two patches: another two for another picture, up to four million.
fn sketch(number: u64, patches: &[Vec<u8>]) -> Sketch {
    let shows = shown(number);
    let [one, other] = [shows % SKETCHES, shows / SKETCHES % SKETCHES];
    let cells = patches[one as usize].iter().zip(&patches[other as usize]);
    let cells = cells.map(|(a, b)| a.midpoint(*b));
    Sketch::from_bytes(cells.collect()).unwrap()
}

/// Bodies of checks, a line each: of stored images with `flips` bits changed, or of none.
fn questions(images: u64, flips: Option<u64>) -> String {
    let mut random = Random::new(5);
    let strangers = flips.map_or(images, |_| 0);
    let mut lines = String::new();
    for _ in 0..QUESTIONS {
        let number = strangers + random.below(images);
        writeln!(lines, "{}", question(number, flips.unwrap_or(0))).unwrap();
    }
    lines
}

/// A check of the picture of a number, with so many bits changed.
fn question(number: u64, flips: u64) -> String {
    let mut asked = fingerprint(Algorithm::Phash, number);
    let mut random = Random::new(number);
    for _ in 0..flips {
        let bit = random.below(64) as usize;
        asked.bits[bit / 8] ^= 1 << (bit % 8);
    }
    let asked = json!({
        "algorithm": "phash",
        "version": asked.version,
        "bits": hex::encode(&asked.bits),
    });
    json!({"fingerprints": [asked]}).to_string()
}

fn load(server: &Server, options: &Options, questions: &str) -> Told {
    let folder = tempfile::tempdir().unwrap();
    let (bodies, out) = (folder.path().join("bodies"), folder.path().join("out.json"));
    fs::write(&bodies, questions).unwrap();
    let status = Command::new(&options.oha)
        .args(["--no-tui", "--output-format", "json", "--output"])
        .arg(&out)
        .args(["-z", &format!("{}s", options.seconds)])
        .args(["-c", &options.connections.to_string()])
        .args(["-m", "POST", "-T", "application/json", "-Z"])
        .arg(&bodies)
        .arg(format!("{}/projects/p/check", server.base()))
        .status()
        .expect("oha runs: `just load` installs it");
    assert!(status.success());
    let told: Told = serde_json::from_slice(&fs::read(&out).unwrap()).unwrap();
    let codes: Vec<&String> = told.status_code_distribution.keys().collect();
    assert_eq!(codes, ["200"], "every check is answered");
    told
}
