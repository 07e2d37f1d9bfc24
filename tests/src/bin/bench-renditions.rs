//! Four JPEGs of one: own size, fit in 1600, fit in 400, 50x50. The sandbox beside the tools of today.
//!
//! Each of our rows is measured in a process of its own, so that its peak memory is its own.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a bench stops at the first fault"
)]

use std::process::Command;
use std::time::Duration;

use clap::Parser;
use vismatch_native::Task;
use vismatch_tests::bench::comparison::{self, Bars, Megabytes, Row, ratio};
use vismatch_tests::bench::cost::{self, Who, cost, median};
use vismatch_tests::bench::photos::{self, Photo};
use vismatch_tests::bench::sandboxed::Sandboxed;
use vismatch_tests::bench::{Options, peers};
use vismatch_tests::memory;

/// Our rows.
const LOSSLESS: &str = "vismatch, own size without loss";
const ANEW: &str = "vismatch, own size encoded anew";

#[derive(Parser)]
struct Arguments {
    #[command(flatten)]
    options: Options,
    /// Measure this row of ours alone, and print it as JSON
    #[arg(long, hide = true)]
    one: Option<String>,
}

fn main() {
    let Arguments { options, one } = Arguments::parse();
    cost::pin();
    let Some((photos, data)) = photos::measured(&options).zip(photos::shared_data()) else {
        return;
    };
    if let Some(tool) = one {
        let row = measure(tool, &photos, &options);
        println!("{}", serde_json::to_string(&row).unwrap());
        return;
    }
    // Compiles the component unless it was before: compiling takes memory.
    drop(Sandboxed::start());
    let ours = || {
        [LOSSLESS, ANEW]
            .map(|tool| in_process(tool, &options))
            .into()
    };
    let before = ours();
    let peers = peers::chained_renditions(&data, &options).unwrap_or_else(|reason| {
        eprintln!("peers are not measured: {reason}");
        Vec::new()
    });
    let ours = comparison::mean(before, ours());
    let bars = bars(&ours, &peers).table();
    let table = comparison::table("Four renditions of a JPEG", &photos, &ours, peers);
    options.publish("renditions", &(table + &bars));
}

fn bars(ours: &[Row], peers: &[Row]) -> Bars {
    let times = |tool: &str, ours: &Row| {
        let peer = peers.iter().find(|row| row.tool == tool)?;
        Some(ratio(peer.cpu, ours.cpu))
    };
    let (lossless, anew) = (&ours[0], &ours[1]);
    let mut bars = Bars::default();
    bars.at_least(
        "OpenCV chained / without loss",
        times("OpenCV chained", lossless),
        2.5,
    );
    bars.at_least(
        "sharp chained / without loss",
        times("sharp chained", lossless),
        5.0,
    );
    bars.at_least(
        "OpenCV chained / encoded anew",
        times("OpenCV chained", anew),
        1.0,
    );
    bars
}

fn in_process(tool: &str, options: &Options) -> Row {
    let mut own = Command::new(std::env::current_exe().unwrap());
    own.args(["--one", tool, "--rounds", &options.rounds.to_string()]);
    if let Some(most) = options.most {
        own.args(["--most", &most.to_string()]);
    }
    let told = peers::answer(&mut own).unwrap();
    serde_json::from_str(&told).unwrap()
}

/// The sum over the photos of the median of each.
fn measure(tool: String, photos: &[Photo], options: &Options) -> Row {
    let sandbox = Sandboxed::start();
    let base = memory::of_process(std::process::id());
    let task = match tool.as_str() {
        ANEW => Task::RenditionsAnew,
        _ => Task::Renditions,
    };
    sandbox.work(task, &photos[0]);
    let mut times = vec![Vec::new(); photos.len()];
    for _ in 0..options.rounds {
        for (photo, times) in photos.iter().zip(&mut times) {
            times.push(cost(Who::Own, || sandbox.work(task, photo)).0);
        }
    }
    let cpu: Duration = times.into_iter().map(median).sum();
    let memory = Megabytes::between(base, memory::of_process(std::process::id()));
    Row { tool, cpu, memory }
}
