//! `vismatch hash`: the fingerprints of files and folders.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Result;
use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use futures::{StreamExt, stream};
use serde::Serialize;

use crate::app;
use crate::config::Config;
use crate::domain::{Algorithm, Outcome, Plan};
use crate::service::Sandbox;

use super::files::{self, Failure};
use super::flags::{PictureFlags, cache};
use super::output::PathView;
use super::{SOME_FAILED, logging, output};

const HELP: &str = "\
Examples:
  vismatch hash photo.jpg
  vismatch hash ~/Pictures --algorithm phash,pdq
  vismatch hash ~/Pictures --algorithm all --json | jq -r '.path'

A line for each file and algorithm: fingerprint in hex, algorithm, path. With --json one object a line:
  {\"path\":…,\"format\":\"JPEG\",\"width\":…,\"height\":…,
   \"fingerprints\":[{\"algorithm\":\"phash\",\"version\":1,\"bits\":\"…\",\"quality\":…}]}

Folders are read with everything below them, by name; links in them are not followed. Files that cannot \
be read, or are no pictures, are told on standard error; the others are still answered, and the exit \
code is then 1.";

/// Print the fingerprints of pictures
#[derive(Args)]
#[command(after_help = HELP)]
pub struct HashArguments {
    /// Files and folders
    #[arg(required = true, value_name = "FILE|DIR")]
    paths: Vec<PathBuf>,
    /// Algorithms, with commas between, or `all`
    #[arg(long, short, value_name = "LIST", value_delimiter = ',', value_parser = algorithms())]
    #[arg(default_value = "phash")]
    algorithm: Vec<Wanted>,
    /// One JSON object a line
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    flags: PictureFlags,
}

#[derive(Clone, Copy)]
enum Wanted {
    One(Algorithm),
    All,
}

/// What is told of a file.
#[derive(Serialize)]
struct Row {
    #[serde(flatten)]
    path: PathView,
    format: &'static str,
    width: u32,
    height: u32,
    fingerprints: Vec<Bits>,
}

#[derive(Serialize)]
struct Bits {
    algorithm: &'static str,
    version: u16,
    bits: String,
    quality: u8,
}

/// Hashes everything, answers in the order of the files.
pub async fn run(arguments: HashArguments, config: Option<&Path>) -> Result<ExitCode> {
    logging::of_command()?;
    let config = Config::load(config, &arguments.flags)?;
    let sandbox = app::sandbox(&config, cache()).await?;
    let plan = plan(&arguments.algorithm);
    let mut rows = stream::iter(files::below(arguments.paths))
        .map(|file| row(&sandbox, file, &plan, config.max_body))
        .buffered(config.sandbox.workers);
    let mut code = ExitCode::SUCCESS;
    while let Some(row) = rows.next().await {
        match row {
            Ok(row) if arguments.json => output::json(&row)?,
            Ok(row) => print(&row)?,
            Err(failure) => {
                output::complain(&format!("error: {failure}"));
                code = ExitCode::from(SOME_FAILED);
            }
        }
    }
    Ok(code)
}

async fn row(
    sandbox: &Sandbox,
    file: Result<PathBuf, Failure>,
    plan: &Plan,
    max: u64,
) -> Result<Row, Failure> {
    let path = file?;
    match process(sandbox, &path, plan, max).await {
        Ok(outcome) => Ok(Row::new(&path, outcome)),
        Err(reason) => Err(Failure { path, reason }),
    }
}

async fn process(sandbox: &Sandbox, path: &Path, plan: &Plan, max: u64) -> Result<Outcome> {
    let input = files::input(path, max)?;
    Ok(sandbox.process(input, plan.clone()).await?)
}

fn print(row: &Row) -> Result<()> {
    let path = output::shown(Path::new(&row.path.path));
    for fingerprint in &row.fingerprints {
        let Bits {
            bits, algorithm, ..
        } = fingerprint;
        output::line(&format!("{bits}  {algorithm}  {path}"))?;
    }
    Ok(())
}

impl Row {
    fn new(path: &Path, outcome: Outcome) -> Self {
        let bits = outcome.fingerprints.into_iter().map(|fingerprint| Bits {
            algorithm: fingerprint.algorithm.name(),
            version: fingerprint.version,
            bits: hex::encode(fingerprint.bits),
            quality: fingerprint.quality,
        });
        Self {
            path: PathView::new(path),
            format: outcome.info.format.name(),
            width: outcome.info.size.width,
            height: outcome.info.size.height,
            fingerprints: bits.collect(),
        }
    }
}

/// Each algorithm once, in the order asked for.
fn plan(wanted: &[Wanted]) -> Plan {
    let mut plan = Plan::default();
    for wanted in wanted {
        let algorithms = match wanted {
            Wanted::One(algorithm) => std::slice::from_ref(algorithm),
            Wanted::All => &Algorithm::ALL,
        };
        for &algorithm in algorithms {
            if !plan.algorithms.contains(&algorithm) {
                plan.algorithms.push(algorithm);
            }
        }
    }
    plan
}

fn algorithms() -> impl TypedValueParser<Value = Wanted> {
    let names = Algorithm::ALL.map(Algorithm::name);
    PossibleValuesParser::new(names.into_iter().chain(["all"]))
        .map(|name| Algorithm::from_name(&name).map_or(Wanted::All, Wanted::One))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_algorithm_is_asked_for_once() {
        use Algorithm::{Dhash, Pdq};
        let plan = plan(&[
            Wanted::One(Pdq),
            Wanted::One(Dhash),
            Wanted::All,
            Wanted::One(Pdq),
        ]);
        assert_eq!(plan.algorithms.len(), Algorithm::ALL.len());
        assert_eq!(plan.algorithms[..2], [Pdq, Dhash]);
    }
}
