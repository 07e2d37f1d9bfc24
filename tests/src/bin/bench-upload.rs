//! What uploads of large pictures cost: 200 of 10 MB, 8 at a time; rate, latency and the server's
//! peak memory.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a bench stops at the first fault"
)]

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use clap::Parser;
use vismatch_tests::bench::{self, Options, mebibytes, milliseconds};
use vismatch_tests::picture::with_comment;
use vismatch_tests::{Picture, Server};

const UPLOADS: usize = 200;
const CLIENTS: usize = 8;
const BYTES: usize = 10_000_000;

fn main() {
    let options = Options::parse();
    let uploads = options.at_most(UPLOADS);
    let jpeg = large_photo();
    // Uploads over one name: the disk holds a few pictures, not 2 GB of them.
    let server = Server::start();
    let next = AtomicUsize::new(0);
    let latencies = Mutex::new(Vec::new());
    let begin = Instant::now();
    thread::scope(|scope| {
        for _ in 0..CLIENTS {
            scope.spawn(|| {
                let client = server.client();
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= uploads {
                        return;
                    }
                    let file = with_comment(&jpeg, &number.to_string());
                    let start = Instant::now();
                    let answer = client.upload("large", "photo.jpg", &file).json();
                    latencies.lock().unwrap().push(start.elapsed());
                    let image = answer["image_id"].as_str().unwrap();
                    client
                        .delete(&format!("/projects/large/images/{image}"))
                        .ok();
                }
            });
        }
    });
    let elapsed = begin.elapsed();
    let mut latencies = latencies.into_inner().unwrap();
    let table = table(&server, &jpeg, elapsed, &mut latencies);
    options.publish("upload", &table);
}

fn table(server: &Server, jpeg: &[u8], elapsed: Duration, latencies: &mut [Duration]) -> String {
    let peak = server.memory().map(|memory| memory.peak);
    let size = vismatch_tests::picture::size_of(jpeg);
    let rows = [
        (
            "uploads, 8 at a time, each deleted after",
            latencies.len().to_string(),
        ),
        (
            "picture",
            format!(
                "JPEG, {}x{}, {:.1} MB",
                size.0,
                size.1,
                jpeg.len() as f64 / 1e6
            ),
        ),
        (
            "uploads per second",
            format!("{:.2}", latencies.len() as f64 / elapsed.as_secs_f64()),
        ),
        (
            "latency, median",
            milliseconds(bench::quantile(latencies, 0.5)),
        ),
        (
            "latency, 99th percentile",
            milliseconds(bench::quantile(latencies, 0.99)),
        ),
        (
            "peak memory of the server",
            peak.map_or("not told by this system".into(), mebibytes),
        ),
    ];
    bench::table("Uploads of 10 MB", &rows)
}

/// A photo with grain, made coarser or finer until its file is about as long as wanted.
fn large_photo() -> Vec<u8> {
    let photo = Picture::grainy(1, 4000, 3000, 40);
    (50..=100)
        .map(|quality| photo.jpeg(quality))
        .find(|jpeg| jpeg.len() >= BYTES)
        .expect("at the highest quality the file is longer")
}
