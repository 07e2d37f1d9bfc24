//! What isolation costs: starting the sandbox, a fresh instance for every call, and handing a picture in.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a bench stops at the first fault"
)]

use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use clap::Parser;
use vismatch::domain::Limits;
use vismatch::sandbox::{Input, Program, SandboxSettings, Source};
use vismatch_tests::bench::comparison::Bars;
use vismatch_tests::bench::cost::{self, Who, cost, median};
use vismatch_tests::bench::sandboxed::Sandboxed;
use vismatch_tests::bench::{self, Options};

/// Instances of one round.
const INSTANCES: usize = 400;
/// Calls of one round.
const CALLS: usize = 20;
/// Pixels on the sides of a picture of 10 MB.
const SIDES: (u32, u32) = (2_000, 1_667);

fn main() {
    let options = Options::parse();
    // The component is compiled on all cores.
    let cache = tempfile::tempdir().unwrap();
    let (_, cold) = start(cache.path());
    cost::pin();
    let (program, warm) = start(cache.path());
    let rounds = options.rounds as usize;
    let mut instances = instances(&program, INSTANCES * rounds);
    let instance = bench::quantile(&mut instances, 0.5);
    let picture = picture();
    let input = || Input::Bytes(picture.clone().into());
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(&picture).unwrap();
    let of_file = || Input::File(file.path().to_owned());
    let small = Input::Bytes(b"P5 1 1 255\n\0".to_vec().into());
    let sandbox = Sandboxed::start();
    let call = |input: &dyn Fn() -> Input| milliseconds(inspect(&sandbox, input, CALLS * rounds));
    let rows = [
        (
            "start, the component compiled and tested",
            milliseconds(cold),
        ),
        (
            "start, the component taken from the cache",
            milliseconds(warm),
        ),
        (
            "a fresh instance made and thrown away, median",
            milliseconds(instance),
        ),
        (
            "the same, 99th percentile",
            milliseconds(bench::quantile(&mut instances, 0.99)),
        ),
        (
            "a call that reads the headers of a tiny picture, CPU time",
            call(&|| small.clone()),
        ),
        ("the same of 10 MB at hand", call(&input)),
        ("the same of a file of 10 MB", call(&of_file)),
        (
            "10 MB copied in memory, for comparison",
            milliseconds(copies(&picture, CALLS * rounds)),
        ),
    ];
    let mut bars = Bars::default();
    bars.at_most(
        "fresh instance, microseconds",
        Some(instance.as_secs_f64() * 1e6),
        30.0,
    );
    let table = bench::table("What isolation costs", &rows);
    options.publish("sandbox", &(table + &bars.table()));
}

fn start(cache: &Path) -> (Program, Duration) {
    let started = Instant::now();
    let program = Program::load(&Source::Embedded, &settings(), Some(cache)).unwrap();
    (program, started.elapsed())
}

fn instances(program: &Program, count: usize) -> Vec<Duration> {
    let instance = |_| {
        let started = Instant::now();
        program.instantiate(&settings()).unwrap();
        started.elapsed()
    };
    (0..count).map(instance).collect()
}

fn inspect(sandbox: &Sandboxed, input: impl Fn() -> Input, count: usize) -> Duration {
    let call = |_| {
        let input = input();
        cost(Who::Own, || sandbox.inspect(input)).0
    };
    median((0..count).map(call).collect())
}

fn copies(picture: &[u8], count: usize) -> Duration {
    let mut copy = vec![0; picture.len()];
    let mut once = || copy.copy_from_slice(std::hint::black_box(picture));
    median((0..count).map(|_| cost(Who::Own, &mut once).0).collect())
}

/// A BMP of 24 bits a pixel, whose headers are all that has to be looked at.
fn picture() -> Vec<u8> {
    let (width, height) = SIDES;
    let pixels = width * height * 3;
    let mut file = b"BM".to_vec();
    let words = [
        54 + pixels,
        0,
        54,
        40,
        width,
        height,
        24 << 16 | 1,
        0,
        pixels,
    ];
    file.extend(words.iter().flat_map(|word| word.to_le_bytes()));
    file.resize(54, 0);
    file.resize((54 + pixels) as usize, 128);
    file
}

fn settings() -> SandboxSettings {
    SandboxSettings {
        workers: 2,
        queue: 0,
        memory: 1 << 30,
        timeout: Duration::from_secs(30),
        limits: Limits::default(),
    }
}

fn milliseconds(duration: Duration) -> String {
    format!("{:.3} ms", duration.as_secs_f64() * 1e3)
}
