//! What isolation costs: starting the sandbox, and a fresh instance for every call.
//!
//! Prints a table for the README and writes it to `bench/sandbox.md` in the target folder.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use std::{env, fs};

use anyhow::Result;
use vismatch::domain::Limits;
use vismatch::sandbox::{Program, Settings, Source};

const INSTANCES: usize = 2_000;

fn main() -> Result<()> {
    let cache = tempfile::tempdir()?;
    let (_, cold) = start(cache.path())?;
    let (program, warm) = start(cache.path())?;
    let mut instances = instances(&program)?;
    instances.sort();
    let table = format!(
        "| sandbox | time |\n|---|---:|\n\
         | start, the component compiled and tested | {} |\n\
         | start, the component taken from the cache | {} |\n\
         | a fresh instance made and thrown away, median of {INSTANCES} | {} |\n\
         | the same, 99th percentile | {} |\n",
        milliseconds(cold),
        milliseconds(warm),
        milliseconds(instances[INSTANCES / 2]),
        milliseconds(instances[INSTANCES * 99 / 100]),
    );
    print!("{table}");
    let file = target_directory().join("bench/sandbox.md");
    fs::create_dir_all(file.parent().unwrap_or(Path::new(".")))?;
    Ok(fs::write(file, table)?)
}

fn start(cache: &Path) -> Result<(Program, Duration)> {
    let started = Instant::now();
    let program = Program::load(&Source::Embedded, &settings(), Some(cache))?;
    Ok((program, started.elapsed()))
}

fn instances(program: &Program) -> Result<Vec<Duration>> {
    let instance = |_| {
        let started = Instant::now();
        program.instantiate(&settings())?;
        Ok(started.elapsed())
    };
    (0..INSTANCES).map(instance).collect()
}

fn settings() -> Settings {
    Settings {
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

fn target_directory() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or("target".into(), PathBuf::from)
}
