//! The browser library in Chromium: beside the component on the server, and beside the usual way there.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a bench stops at the first fault"
)]

use std::process::Command;
use std::time::Duration;

use clap::Parser;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use vismatch_native::Task;
use vismatch_tests::bench::comparison::{self, Bars, Row, line, ratio};
use vismatch_tests::bench::cost::{self, Who, cost, median};
use vismatch_tests::bench::photos::{self, Photo};
use vismatch_tests::bench::sandboxed::Sandboxed;
use vismatch_tests::bench::{Options, peers};
use vismatch_tests::{program, repository};

/// What the script in the browser tells.
#[derive(Deserialize)]
struct Told {
    rows: Vec<ToldRow>,
    drop: Dropped,
    modules: Modules,
}

/// All photos by one tool.
#[derive(Deserialize)]
struct ToldRow {
    tool: String,
    cpu_ms: f64,
}

/// From the choice of files to the last verdict.
#[derive(Deserialize)]
struct Dropped {
    photos: u32,
    wall_ms: f64,
}

#[derive(Deserialize)]
struct Modules {
    common: Size,
    full: Size,
}

#[derive(Deserialize)]
struct Size {
    bytes: u64,
    gzip: u64,
}

fn main() {
    let options = Options::parse();
    cost::pin();
    let Some(photos) = photos::measured(&options) else {
        return;
    };
    let sandbox = Sandboxed::start();
    let before = component(&sandbox, &photos, &options);
    let told = browser(&photos, &options).unwrap();
    let after = component(&sandbox, &photos, &options);
    let component = comparison::mean(vec![before], vec![after]).remove(0);
    let rows: Vec<Row> = told.rows.iter().map(Row::from).collect();
    let bars = bars(&component, &rows, &told.modules).table();
    let others = [std::slice::from_ref(&component), &rows[1..]].concat();
    let title = "From a JPEG file to its SHA-256 and fingerprints, in Chromium";
    let table = comparison::table(title, &photos, &rows[..1], others);
    options.publish("web", &(table + &facts(&told) + &bars));
}

/// `phash` and digest by the component, as the server runs it.
fn component(sandbox: &Sandboxed, photos: &[Photo], options: &Options) -> Row {
    let hash_all = || {
        for photo in photos {
            sandbox.work(Task::Phash, photo);
            Sha256::digest(photo.bytes());
        }
    };
    hash_all();
    let rounds = (0..options.rounds).map(|_| cost(Who::Own, hash_all).0);
    Row {
        tool: "the component on the server, phash".into(),
        cpu: median(rounds.collect()),
        memory: None,
    }
}

fn browser(photos: &[Photo], options: &Options) -> Result<Told, String> {
    let mut script = Command::new("node");
    script.arg(repository().join("tests/browser/bench.mjs"));
    script.args(["--rounds", &options.rounds.to_string()]);
    script.args(photos.iter().map(|photo| &photo.path));
    script.env("VISMATCH_BIN", program::path());
    let json = peers::answer(&mut script)?;
    serde_json::from_str(&json).map_err(|error| error.to_string())
}

fn bars(component: &Row, rows: &[Row], modules: &Modules) -> Bars {
    let ours = rows[0].cpu;
    let usual = rows
        .iter()
        .find(|row| row.tool == "browser-image-hash phash");
    let mut bars = Bars::default();
    let times = ratio(ours, component.cpu);
    bars.at_most("browser / component", Some(times), 1.6);
    let faster = usual.map(|row| ratio(row.cpu, ours));
    bars.at_least("canvas and JavaScript / browser", faster, 3.0);
    let kilobytes = modules.common.gzip as f64 / 1000.0;
    bars.at_most("common module, KB gzip", Some(kilobytes), 600.0);
    bars
}

/// What is told beside the times.
fn facts(told: &Told) -> String {
    let mut table = String::from("\n| what | |\n|---|---:|\n");
    let kilobytes = |bytes: u64| format!("{:.0} KB", bytes as f64 / 1000.0);
    for (name, size) in [
        ("common", &told.modules.common),
        ("full", &told.modules.full),
    ] {
        let sizes = format!("{} ({} gzip)", kilobytes(size.bytes), kilobytes(size.gzip));
        line(&mut table, &[&format!("module `{name}`"), &sizes]);
    }
    let dropped = format!(
        "from {} files dropped to the last verdict",
        told.drop.photos
    );
    let seconds = format!("{:.2} s", told.drop.wall_ms / 1e3);
    line(&mut table, &[&dropped, &seconds]);
    table
}

impl From<&ToldRow> for Row {
    fn from(told: &ToldRow) -> Self {
        Self {
            tool: told.tool.clone(),
            cpu: Duration::from_secs_f64(told.cpu_ms / 1e3),
            memory: None,
        }
    }
}
