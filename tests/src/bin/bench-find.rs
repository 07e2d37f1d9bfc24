//! Near-duplicates among 1,000 photos, two jobs: `vismatch find` beside imagededup.
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
use std::time::{Duration, Instant};

use clap::Parser;
use image::DynamicImage;
use image::imageops::FilterType;
use vismatch_tests::bench::comparison::{Bars, line, ratio};
use vismatch_tests::bench::cost::{Who, cost, median};
use vismatch_tests::bench::peers::{Peers, answer};
use vismatch_tests::bench::{self, Options, photos};
use vismatch_tests::program;

const PHOTOS: usize = 1_000;
/// The longest side of a photo that is made.
const LONGEST: u32 = 2_400;
const JOBS: &str = "2";
/// Bits that may differ: the default of both.
const RADIUS: &str = "10";

/// What a tool took, round by round, and how many photos it found near-duplicates of.
#[derive(Default)]
struct Runs {
    cpu: Vec<Duration>,
    wall: Vec<Duration>,
    found: usize,
}

fn main() {
    let options = Options::parse();
    let Some(data) = photos::shared_data() else {
        return;
    };
    let folder = bench::folder().join(format!("photos-{PHOTOS}"));
    if !folder.exists() {
        make(&photos::jpegs(&data.join("photos")), &folder);
    }
    let peers = Peers::find()
        .inspect_err(|reason| eprintln!("imagededup is not measured: {reason}"))
        .ok();
    // Compiles the component unless it was before.
    program::run(&folder, ["component", "--digest"]).ok();
    let (mut ours, mut imagededup) = (Runs::default(), Runs::default());
    for _ in 0..options.rounds {
        ours.add(|| find(&folder));
        if let Some(peers) = &peers {
            imagededup.add(|| find_by_imagededup(peers, &folder));
        }
    }
    report(ours, peers.map(|_| imagededup));
}

impl Runs {
    /// Measures one more run.
    fn add(&mut self, run: impl FnOnce() -> usize) {
        let begin = Instant::now();
        let (cpu, found) = cost(Who::Children, run);
        self.wall.push(begin.elapsed());
        self.cpu.push(cpu);
        self.found = found;
    }
}

fn report(ours: Runs, imagededup: Option<Runs>) {
    let mut table = format!(
        "### Near-duplicates among {PHOTOS} photos, {JOBS} jobs\n\n\
         | tool | CPU time | wall time | photos with near-duplicates | CPU time / ours |\n\
         |---|---:|---:|---:|---:|\n"
    );
    let own = median(ours.cpu.clone());
    let mut times = None;
    let runs = [
        ("vismatch find", Some(ours)),
        ("imagededup PHash", imagededup),
    ];
    for (tool, runs) in runs {
        let Some(runs) = runs else { continue };
        let cpu = median(runs.cpu);
        times = Some(ratio(cpu, own));
        let seconds = |time: Duration| format!("{:.2} s", time.as_secs_f64());
        line(
            &mut table,
            &[
                tool,
                &seconds(cpu),
                &seconds(median(runs.wall)),
                &runs.found.to_string(),
                &format!("{:.2}", ratio(cpu, own)),
            ],
        );
    }
    let mut bars = Bars::default();
    bars.at_least("imagededup / vismatch find", times, 1.0);
    bench::publish("find", &(table + &bars.table()));
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

/// Fills the folder, all of it or nothing.
fn make(originals: &[PathBuf], folder: &Path) {
    let unfinished = folder.with_extension("unfinished");
    let _ = fs::remove_dir_all(&unfinished);
    fs::create_dir_all(&unfinished).unwrap();
    let each = PHOTOS.div_ceil(originals.len());
    let mut left = PHOTOS;
    for (number, original) in originals.iter().enumerate() {
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
