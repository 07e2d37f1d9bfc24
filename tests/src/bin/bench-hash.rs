//! From a JPEG file to its fingerprints: the program with its sandbox beside the tools of today.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a bench stops at the first fault"
)]

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use clap::Parser;
use vismatch_tests::bench::comparison::{self, Bars, Megabytes, Row, ratio};
use vismatch_tests::bench::cost::{self, Who, cost, median};
use vismatch_tests::bench::photos::{self, Photo};
use vismatch_tests::bench::{Options, peers};
use vismatch_tests::memory::{self, Memory};
use vismatch_tests::program;

/// How often a run of the program meets each photo: its start is then a small part of it.
const REPEATS: usize = 3;

/// Our rows: what is asked of `vismatch hash`.
const ASKED: [(&str, &str); 3] = [
    ("vismatch phash", "phash"),
    (
        "vismatch all but pdq",
        "phash,dhash,dhash128,ahash,blockhash",
    ),
    ("vismatch all", "all"),
];

fn main() {
    let options = Options::parse();
    cost::pin();
    let Some((photos, data)) = photos::measured(&options).zip(photos::shared_data()) else {
        return;
    };
    let before = ours(&photos, &options);
    let peers = peers::hashing(&data, &options).unwrap_or_else(|reason| {
        eprintln!("peers are not measured: {reason}");
        Vec::new()
    });
    let ours = comparison::mean(before, ours(&photos, &options));
    let bars = bars(&ours, &peers).table();
    let table = comparison::table(
        "From a JPEG file to its fingerprints",
        &photos,
        &ours,
        peers,
    );
    options.publish("hash", &(table + &bars));
}

fn bars(ours: &[Row], peers: &[Row]) -> Bars {
    let phash = ours[0].cpu;
    let times = |row: &Row| ratio(row.cpu, phash);
    let hashing = peers.iter().filter(|row| !row.tool.starts_with("decode"));
    let fastest = hashing.min_by_key(|row| row.cpu);
    let imagehash = peers.iter().find(|row| row.tool == "imagehash phash");
    let mut bars = Bars::default();
    bars.at_least("fastest peer / phash", fastest.map(times), 2.5);
    bars.at_least("imagehash phash / phash", imagehash.map(times), 9.0);
    bars.at_most("all but pdq / phash", Some(times(&ours[1])), 1.3);
    bars.at_most("all / phash", Some(times(&ours[2])), 2.0);
    bars
}

/// Our rows, measured in turn. What a run without photos takes is not counted.
fn ours(photos: &[Photo], options: &Options) -> Vec<Row> {
    let folder = tempfile::tempdir().unwrap();
    let empty = [folder.path()];
    // Compiles the component unless it was before.
    hash("phash", &empty);
    let paths: Vec<&Path> = photos.iter().map(|photo| photo.path.as_path()).collect();
    let all = paths.repeat(REPEATS);
    let mut starts = Vec::new();
    let mut runs = ASKED.map(|_| Vec::new());
    let (mut base, mut peaks) = (None, [None; ASKED.len()]);
    for _ in 0..options.rounds {
        starts.push(cost(Who::Children, || hash("phash", &empty)).0);
        // Of a process that has just started on its first photo.
        base = hash("phash", &paths[..1]).or(base);
        for (at, (_, algorithms)) in ASKED.iter().enumerate() {
            let (cpu, peak) = cost(Who::Children, || hash(algorithms, &all));
            runs[at].push(cpu);
            peaks[at] = peak.or(peaks[at]);
        }
    }
    let start = median(starts);
    let rows = ASKED.iter().zip(runs).zip(peaks);
    rows.map(|(((tool, _), runs), peak)| Row {
        tool: (*tool).into(),
        cpu: per_photo_list(median(runs), start),
        memory: Megabytes::between(base, peak),
    })
    .collect()
}

fn per_photo_list(run: Duration, start: Duration) -> Duration {
    run.saturating_sub(start) / REPEATS as u32
}

/// Runs the program; its memory when it told its last fingerprints but one, as far as it was caught.
fn hash(algorithms: &str, paths: &[&Path]) -> Option<Memory> {
    let mut command = program::command();
    command.args(["hash", "--jobs", "1", "--algorithm", algorithms]);
    let mut running = command.args(paths).stdout(Stdio::piped()).spawn().unwrap();
    let lines = BufReader::new(running.stdout.take().unwrap()).lines();
    let id = running.id();
    let memory = lines
        .map(|line| line.map(|_| memory::of_process(id)).unwrap())
        .fold(None, |last, now| now.or(last));
    assert!(running.wait().unwrap().success());
    memory
}
