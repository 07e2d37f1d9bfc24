//! Near-duplicates among 1,000 photos, two jobs: `vismatch find` beside the tools that do the same.
//!
//! The photos are made once, in `target/bench/photos-1000`: 25 of each JPEG photo of the test data, cut,
//! scaled and encoded anew.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a bench stops at the first fault"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use clap::Parser;
use image::DynamicImage;
use image::imageops::FilterType;
use vismatch_tests::bench::comparison::{Bars, line, ratio};
use vismatch_tests::bench::cost::{Who, cost, median};
use vismatch_tests::bench::peers::{self, Peers, answer};
use vismatch_tests::bench::{self, Options, photos};
use vismatch_tests::program;

const PHOTOS: usize = 1_000;
/// The longest side of a photo that is made.
const LONGEST: u32 = 2_400;
const JOBS: &str = "2";
/// Bits that may differ: the default of those who have one.
const RADIUS: &str = "10";

/// A tool, what it took, round by round, and how many photos it found near-duplicates of.
struct Tool<'a> {
    name: &'static str,
    find: Box<dyn Fn() -> usize + 'a>,
    cpu: Vec<Duration>,
    wall: Vec<Duration>,
    found: usize,
}

fn main() {
    let options = Options::parse();
    let Some(data) = photos::shared_data() else {
        return;
    };
    let count = options.at_most(PHOTOS);
    let folder = bench::folder().join(format!("photos-{count}"));
    if !folder.exists() {
        make(&photos::jpegs(&data.join("photos")), count, &folder);
    }
    // Compiles the component unless it was before.
    program::run(&folder, ["component", "--digest"]).ok();
    let mut tools = tools(&folder);
    for _ in 0..options.rounds {
        tools.iter_mut().for_each(Tool::measure);
    }
    options.publish("find", &table(count, &tools));
}

/// Ours, then those of the others that are there.
fn tools(folder: &Path) -> Vec<Tool<'_>> {
    let mut tools = vec![Tool::new("vismatch find", || find(folder))];
    match Peers::find() {
        Ok(peers) => tools.push(Tool::new("imagededup PHash", move || {
            find_by_imagededup(&peers, folder)
        })),
        Err(reason) => eprintln!("imagededup is not measured: {reason}"),
    }
    match peers::czkawka() {
        Ok(path) => tools.push(Tool::new("czkawka_cli image", move || {
            find_by_czkawka(&path, folder)
        })),
        Err(reason) => eprintln!("czkawka_cli is not measured: {reason}"),
    }
    tools
}

impl<'a> Tool<'a> {
    fn new(name: &'static str, find: impl Fn() -> usize + 'a) -> Self {
        Self {
            name,
            find: Box::new(find),
            cpu: Vec::new(),
            wall: Vec::new(),
            found: 0,
        }
    }

    /// One more run.
    fn measure(&mut self) {
        let begin = Instant::now();
        let (cpu, found) = cost(Who::Children, &self.find);
        self.wall.push(begin.elapsed());
        self.cpu.push(cpu);
        self.found = found;
    }

    /// Medians of CPU time and wall time.
    fn times(&self) -> [Duration; 2] {
        [&self.cpu, &self.wall].map(|times| median(times.clone()))
    }
}

fn table(count: usize, tools: &[Tool<'_>]) -> String {
    let mut table = format!(
        "### Near-duplicates among {count} photos, {JOBS} jobs\n\n\
         | tool | CPU time | wall time | photos with near-duplicates | CPU time / ours | wall time / ours |\n\
         |---|---:|---:|---:|---:|---:|\n"
    );
    let own = tools[0].times();
    let times = |tool: &Tool<'_>| {
        let [cpu, wall] = tool.times();
        [ratio(cpu, own[0]), ratio(wall, own[1])]
    };
    for tool in tools {
        let seconds = tool
            .times()
            .map(|time| format!("{:.2} s", time.as_secs_f64()));
        let found = tool.found.to_string();
        let times = times(tool).map(|times| format!("{times:.2}"));
        line(
            &mut table,
            &[
                tool.name,
                &seconds[0],
                &seconds[1],
                &found,
                &times[0],
                &times[1],
            ],
        );
    }
    let mut bars = Bars::default();
    for (at, what) in ["CPU time", "wall time"].into_iter().enumerate() {
        let peers = tools[1..].iter().map(|tool| times(tool)[at]);
        let fastest = peers.min_by(f64::total_cmp);
        bars.at_least(
            &format!("fastest peer / vismatch find, {what}"),
            fastest,
            1.0,
        );
    }
    table + &bars.table()
}

fn find(folder: &Path) -> usize {
    let arguments = ["find", ".", "--jobs", JOBS, "--threshold", RADIUS];
    let out = program::run(folder, arguments).ok();
    out.lines().filter(|line| !line.is_empty()).count()
}

fn find_by_imagededup(peers: &Peers, folder: &Path) -> usize {
    let mut python = peers.python();
    python.args(["-c", include_str!("../bench/imagededup.py")]);
    let out = answer(python.arg(folder).args([JOBS, RADIUS])).unwrap();
    out.trim().parse().unwrap()
}

/// Its own default algorithm, at the size of ours; its cache of hashes stays out of it.
fn find_by_czkawka(program: &Path, folder: &Path) -> usize {
    let results = tempfile::tempdir().unwrap();
    let file = results.path().join("groups.json");
    let mut czkawka = Command::new(program);
    czkawka.args(["image", "--hash-size", "8", "--minimal-file-size", "1"]);
    czkawka.args(["--max-difference", RADIUS, "--thread-number", JOBS]);
    czkawka.args(["--disable-cache", "--ignore-error-code-on-found"]);
    czkawka.args(["--do-not-print-results", "--do-not-print-messages"]);
    czkawka.arg("--directories").arg(folder);
    czkawka.arg("--compact-file-to-save").arg(&file);
    answer(czkawka.env("HOME", results.path())).unwrap();
    let groups: Vec<Vec<serde_json::Value>> =
        serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
    groups.iter().map(Vec::len).sum()
}
/// Fills the folder, all of it or nothing.
fn make(originals: &[PathBuf], count: usize, folder: &Path) {
    let unfinished = folder.with_extension("unfinished");
    let _ = fs::remove_dir_all(&unfinished);
    fs::create_dir_all(&unfinished).unwrap();
    let each = count.div_ceil(originals.len());
    let mut left = count;
    for (number, original) in originals.iter().enumerate() {
        if left == 0 {
            break;
        }
        let photo = image::open(original).unwrap();
        let photo = match photo.width().max(photo.height()) {
            0..=LONGEST => photo,
            _ => photo.resize(LONGEST, LONGEST, FilterType::Triangle),
        };
        for variant in 0..each.min(left) {
            let file = unfinished.join(format!("{number:02}-{variant:02}.jpg"));
            fs::write(file, vary(&photo, variant as u32)).unwrap();
        }
        left -= each.min(left);
    }
    fs::rename(unfinished, folder).unwrap();
}

/// One of 25 variants: 0 to 4 % cut off each side, 50 to 100 % of the size, quality 70 to 94.
fn vary(photo: &DynamicImage, variant: u32) -> Vec<u8> {
    let (cut, scale) = (variant % 5, 100 - 12 * (variant / 5 % 5));
    let (across, down) = (photo.width() * cut / 100, photo.height() * cut / 100);
    let (width, height) = (photo.width() - 2 * across, photo.height() - 2 * down);
    let (new_width, new_height) = (width * scale / 100, height * scale / 100);
    let varied = photo
        .crop_imm(across, down, width, height)
        .resize_exact(new_width, new_height, FilterType::Triangle)
        .into_rgb8();
    let mut file = Vec::new();
    jpeg_encoder::Encoder::new(&mut file, 70 + (variant * 7 % 25) as u8)
        .encode(
            &varied,
            new_width as u16,
            new_height as u16,
            jpeg_encoder::ColorType::Rgb,
        )
        .unwrap();
    file
}
