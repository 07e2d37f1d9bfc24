//! Tables that show tools side by side, and whether the figures reach what they have to.

use std::fmt::Write as _;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::photos::{self, Photo};
use crate::memory::Memory;

/// What a tool takes for all photos.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Row {
    /// Its name.
    pub tool: String,
    /// CPU time for each photo once.
    pub cpu: Duration,
    /// Of its process, where the system tells.
    pub memory: Option<Megabytes>,
}

/// Resident memory in MiB.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Megabytes {
    /// The most there ever was.
    pub peak: f64,
    /// Before the first photo.
    pub base: f64,
}

impl Megabytes {
    /// From what a process had at most before the first photo and after the last.
    pub fn between(before: Option<Memory>, after: Option<Memory>) -> Option<Self> {
        let mebibytes = |memory: Memory| memory.peak as f64 / 1024.0 / 1024.0;
        Some(Self {
            peak: mebibytes(after?),
            base: mebibytes(before?),
        })
    }
}

/// The same rows measured twice, before and after others: the mean of the times.
pub fn mean(first: Vec<Row>, second: Vec<Row>) -> Vec<Row> {
    let both = first.into_iter().zip(second);
    both.map(|(first, second)| Row {
        cpu: (first.cpu + second.cpu) / 2,
        ..first
    })
    .collect()
}

/// Our rows, then the others by their time. The last column is the time in terms of our first row's.
pub fn table(title: &str, photos: &[Photo], ours: &[Row], mut peers: Vec<Row>) -> String {
    let megapixels = photos::megapixels(photos);
    let count = photos.len();
    let mut table = format!(
        "### {title}\n\n{count} JPEG photos, {megapixels:.0} MP; one core, CPU time\n\n\
         | tool | ms/MP | images/s | peak memory (before the first photo) | time / ours |\n\
         |---|---:|---:|---:|---:|\n"
    );
    peers.sort_by_key(|row| row.cpu);
    for row in ours.iter().chain(&peers) {
        let memory = row.memory.map_or("-".into(), |memory| {
            format!("{:.0} MiB ({:.0})", memory.peak, memory.base)
        });
        line(
            &mut table,
            &[
                &row.tool,
                &format!("{:.2}", row.cpu.as_secs_f64() * 1e3 / megapixels),
                &format!("{:.1}", count as f64 / row.cpu.as_secs_f64()),
                &memory,
                &format!("{:.2}", ratio(row.cpu, ours[0].cpu)),
            ],
        );
    }
    table
}

/// How many times `b` goes into `a`.
pub fn ratio(a: Duration, b: Duration) -> f64 {
    a.as_secs_f64() / b.as_secs_f64()
}

/// A line of a markdown table.
pub fn line(table: &mut String, cells: &[&str]) {
    writeln!(table, "| {} |", cells.join(" | ")).expect("a string takes everything");
}

/// What has to be reached, and what was.
#[derive(Default)]
pub struct Bars(String);

impl Bars {
    /// A figure that has to be at least `bar`; none where a peer is not there.
    pub fn at_least(&mut self, what: &str, figure: Option<f64>, bar: f64) {
        self.add(what, figure, "at least", bar, |figure| figure >= bar);
    }

    /// A figure that has to be at most `bar`.
    pub fn at_most(&mut self, what: &str, figure: Option<f64>, bar: f64) {
        self.add(what, figure, "at most", bar, |figure| figure <= bar);
    }

    fn add(
        &mut self,
        what: &str,
        figure: Option<f64>,
        side: &str,
        bar: f64,
        reached: impl FnOnce(f64) -> bool,
    ) {
        let (shown, reached) = match figure {
            Some(figure) if reached(figure) => (format!("{figure:.3}"), "yes"),
            Some(figure) => (format!("{figure:.3}"), "no"),
            None => ("-".into(), "not measured"),
        };
        line(
            &mut self.0,
            &[what, &shown, &format!("{side} {bar}"), reached],
        );
    }

    /// As a markdown table.
    pub fn table(&self) -> String {
        format!(
            "\n| figure | measured | bar | reached |\n|---|---:|---:|---|\n{}",
            self.0
        )
    }
}
