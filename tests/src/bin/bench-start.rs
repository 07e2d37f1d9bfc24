//! How long a warm start takes: from starting the program over 10,000 images to its first answered
//! request. The filled data folder is kept in `target/bench/` for the next run.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a bench stops at the first fault"
)]

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use clap::Parser;
use vismatch_tests::bench::{self, Options, mebibytes, milliseconds};
use vismatch_tests::{Picture, Server};

const IMAGES: usize = 10_000;
const PROJECTS: u64 = 10;
const CLIENTS: usize = 8;

fn main() {
    let options = Options::parse();
    let images = options.at_most(IMAGES) as u64;
    let data = bench::folder().join(format!("data-{images}"));
    let filled = fill(&data, images);
    let mut resident = 0;
    let mut starts: Vec<Duration> = (0..options.rounds)
        .map(|_| {
            let begin = Instant::now();
            let server = Server::over(&data);
            // The first request of use: it needs the database and the rows of a project.
            server.get("/projects/p0/thumbnail").ok();
            let elapsed = begin.elapsed();
            resident = server.memory().map_or(0, |memory| memory.resident);
            elapsed
        })
        .collect();
    let rows = [
        ("images in the store", images.to_string()),
        (
            "filling it through the API (once)",
            filled.map_or("kept from a run before".into(), |time| rate(images, time)),
        ),
        (
            "warm start to first answered request, median",
            milliseconds(bench::quantile(&mut starts, 0.5)),
        ),
        (
            "the slowest",
            milliseconds(bench::quantile(&mut starts, 1.0)),
        ),
        ("resident memory after the start", mebibytes(resident)),
    ];
    options.publish("start", &bench::table("Warm start", &rows));
}

fn rate(images: u64, elapsed: Duration) -> String {
    let seconds = elapsed.as_secs_f64();
    format!("{seconds:.0} s, {:.0} uploads/s", images as f64 / seconds)
}

/// Fills the folder unless it is full; how long that took.
fn fill(data: &Path, images: u64) -> Option<Duration> {
    let full: PathBuf = data.join("full");
    if full.exists() {
        return None;
    }
    let _ = std::fs::remove_dir_all(data);
    std::fs::create_dir_all(data).unwrap();
    let server = Server::over(data);
    let begin = Instant::now();
    let next = AtomicU64::new(0);
    thread::scope(|scope| {
        for _ in 0..CLIENTS {
            scope.spawn(|| {
                let client = server.client();
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= images {
                        return;
                    }
                    let project = format!("p{}", seed % PROJECTS);
                    let jpeg = Picture::photo(seed, 48, 36).jpeg(80);
                    client.upload(&project, &format!("{seed}.jpg"), &jpeg).ok();
                }
            });
        }
    });
    let elapsed = begin.elapsed();
    drop(server);
    std::fs::write(full, b"").unwrap();
    Some(elapsed)
}
