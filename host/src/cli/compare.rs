//! `vismatch compare`: are two files the same picture?

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::{Args, value_parser};

use crate::app;
use crate::config::Config;
use crate::domain::{Comparison, ComparisonView, Difference};
use crate::service::Input;

use super::flags::{SandboxFlags, cache};
use super::{SOME_FAILED, files, logging, output};

const HELP: &str = "\
Examples:
  vismatch compare before.png after.png
  vismatch compare expected.png rendered.png --radius 4 || exit 1
  vismatch compare a.jpg b.heic --json | jq .verdict

Verdicts: exact, same_picture, edited (all three are duplicates), similar, different.
Exit codes: 0 duplicates; 1 not; 2 one of them could not be read.";

/// Tell whether two files show the same picture, and why
#[derive(Args)]
#[command(after_help = HELP)]
pub struct CompareArguments {
    /// One picture
    a: PathBuf,
    /// The other one
    b: PathBuf,
    /// Bits of phash, of 64, that may differ [default: 10]
    #[arg(long, alias = "threshold", value_name = "N", value_parser = value_parser!(u32).range(0..=64))]
    radius: Option<u32>,
    /// One JSON object
    #[arg(long)]
    json: bool,
    #[command(flatten, next_help_heading = "Sandbox")]
    flags: SandboxFlags,
}

/// Compares, prints, answers with the exit code.
pub async fn run(arguments: CompareArguments, config: Option<&Path>) -> Result<ExitCode> {
    logging::of_command()?;
    let config = Config::load(config, &arguments.flags)?;
    let (a, b) = (input(&arguments.a, &config)?, input(&arguments.b, &config)?);
    let sandbox = app::sandbox(&config, cache()).await?;
    let comparison = sandbox
        .compare(a, b, arguments.radius)
        .await
        .with_context(|| {
            format!(
                "cannot compare {} and {}",
                arguments.a.display(),
                arguments.b.display()
            )
        })?;
    let is_duplicate = comparison.verdict.is_duplicate();
    match arguments.json {
        true => output::json(&ComparisonView::from(comparison))?,
        false => print(&comparison)?,
    }
    Ok(match is_duplicate {
        true => ExitCode::SUCCESS,
        false => ExitCode::from(SOME_FAILED),
    })
}

fn input(path: &Path, config: &Config) -> Result<Input> {
    files::input(path, config.max_body).with_context(|| format!("cannot read {}", path.display()))
}

fn print(comparison: &Comparison) -> Result<()> {
    let Comparison {
        verdict, reason, ..
    } = comparison;
    output::line(&format!("{}: {reason}", verdict.name()))?;
    for difference in &comparison.differences {
        let Difference {
            algorithm,
            distance,
            bits,
            similarity,
            orientation,
        } = difference;
        let (algorithm, orientation) = (algorithm.name(), orientation.name());
        let percent = similarity * 100.0;
        output::line(&format!(
            "  {algorithm:<10} {distance:>3} of {bits:>3} bits differ, {percent:>5.1} % alike, {orientation}"
        ))?;
    }
    Ok(())
}
