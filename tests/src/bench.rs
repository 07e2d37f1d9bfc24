//! What benches share: options, photos, markdown tables into `target/bench/`, and order statistics.

pub mod comparison;
pub mod cost;
pub mod material;
pub mod native;
pub mod peers;
pub mod photos;
pub mod sandboxed;
pub mod ssim;
pub mod trust;
pub mod workers;

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
    /// At most this many photos (of each of three sizes, where the peers' scripts choose), images or
    /// uploads: a quick try
    #[arg(long, value_name = "N", value_parser = at_least_one)]
    pub most: Option<usize>,
    /// Where the table goes.
    #[command(flatten)]
    pub tables: Tables,
}

/// Where tables are kept.
#[derive(clap::Args, Clone, Debug)]
pub struct Tables {
    /// Where the table goes, as a file of Markdown [default: `bench` in the target folder]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
}

impl Options {
    /// Prints a table and keeps it as `<name>.md`.
    pub fn publish(&self, name: &str, markdown: &str) {
        self.tables.publish(name, markdown);
    }

    /// How many of something are measured that a whole bench has `all` of.
    pub fn at_most(&self, all: usize) -> usize {
        self.most.map_or(all, |most| most.min(all))
    }
}

impl Tables {
    /// Prints a table and keeps it as `<name>.md`.
    pub fn publish(&self, name: &str, markdown: &str) {
        println!("{markdown}");
        let folder = self.out.clone().unwrap_or_else(folder);
        let path = folder.join(name).with_extension("md");
        fs::create_dir_all(&folder)
            .and_then(|()| fs::write(&path, markdown))
            .expect("the folder of the tables can be written");
    }
}

fn at_least_one(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(0) => Err("must be at least 1".into()),
        Ok(number) => Ok(number),
        Err(error) => Err(format!("{error}")),
    }
}

/// The folder of bench results and of what benches keep from run to run: `bench` in the target folder
/// that the running program was built into.
pub fn folder() -> PathBuf {
    let folder = target().join("bench");
    fs::create_dir_all(&folder).expect("the target folder can be written");
    folder
}

/// The target folder that the running program was built into.
pub fn target() -> PathBuf {
    let own = std::env::current_exe().expect("a running program has a path");
    // <target>/debug/bench-...
    let target = own.ancestors().nth(2);
    target.expect("a bench lies in a target folder").to_owned()
}

/// A table of names and values.
pub fn table(title: &str, rows: &[(&str, String)]) -> String {
    let mut table = format!("### {title}\n\n| measure | value |\n|---|---|\n");
    for (measure, value) in rows {
        writeln!(table, "| {measure} | {value} |").expect("a string takes everything");
    }
    table
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
