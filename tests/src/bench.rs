//! What benches share: options, photos, markdown tables into `target/bench/`, and order statistics.

pub mod comparison;
pub mod cost;
pub mod peers;
pub mod photos;
pub mod sandboxed;
pub mod ssim;

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

/// How much is measured.
#[derive(clap::Parser, Clone, Debug)]
pub struct Options {
    /// Rounds; medians count
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    pub rounds: u32,
    /// At most this many photos (of each of three sizes, where the peers' scripts choose): a quick try
    #[arg(long, value_name = "N")]
    pub most: Option<usize>,
}

/// The folder of bench results and of what benches keep from run to run: `bench` in the target folder
/// that the running program was built into.
pub fn folder() -> PathBuf {
    let own = std::env::current_exe().expect("a running program has a path");
    // <target>/debug/bench-...
    let target = own
        .ancestors()
        .nth(2)
        .expect("a bench lies in a target folder");
    let folder = target.join("bench");
    fs::create_dir_all(&folder).expect("the target folder can be written");
    folder
}

/// Prints a table of names and values and writes it to `target/bench/<name>.md`.
pub fn report(name: &str, title: &str, rows: &[(&str, String)]) {
    let mut table = format!("### {title}\n\n| measure | value |\n|---|---|\n");
    for (measure, value) in rows {
        writeln!(table, "| {measure} | {value} |").expect("a string takes everything");
    }
    publish(name, &table);
}

/// Prints markdown and writes it to `target/bench/<name>.md`.
pub fn publish(name: &str, markdown: &str) {
    println!("{markdown}");
    let path = folder().join(name).with_extension("md");
    fs::write(&path, markdown).expect("the target folder can be written");
}

/// The value that a `share` (0 to 1) of the measurements does not pass; there is at least one.
pub fn quantile(measurements: &mut [Duration], share: f64) -> Duration {
    measurements.sort_unstable();
    let place = (measurements.len() as f64 * share).ceil() as usize;
    measurements[place.clamp(1, measurements.len()) - 1]
}

/// Milliseconds, as people read them.
pub fn milliseconds(duration: Duration) -> String {
    format!("{:.1} ms", duration.as_secs_f64() * 1e3)
}

/// Mebibytes, as people read them.
pub fn mebibytes(bytes: u64) -> String {
    format!("{} MiB", bytes >> 20)
}
