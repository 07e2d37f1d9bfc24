//! `vismatch verify`: is a data folder sound?

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::Args;
use serde::Serialize;

use crate::app;
use crate::config::Config;
use crate::service::maintenance::{self, Report};

use super::flags::StoreFlags;
use super::{SOME_FAILED, files, logging, output, progress};

const HELP: &str = "\
Examples:
  vismatch verify
  vismatch verify --data /srv/pictures --repair
  vismatch verify --json | jq -r '.findings[].problem'

Looks at every blob, row and manifest, and holds them against each other. --repair makes renditions \
and manifests again and takes out what is lost.
Exit codes: 0 all is well, or was repaired; 1 something is wrong.";

/// Check every file, row and manifest of a data folder against each other
#[derive(Args)]
#[command(after_help = HELP)]
pub struct VerifyArguments {
    /// Put right what can be put right
    #[arg(long)]
    repair: bool,
    /// One JSON object
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    flags: StoreFlags,
}

#[derive(Serialize)]
struct View<'a> {
    images: u64,
    findings: Vec<FindingView<'a>>,
}

#[derive(Serialize)]
struct FindingView<'a> {
    problem: &'a str,
    repaired: bool,
}

/// Verifies, prints what is wrong.
pub async fn run(arguments: VerifyArguments, config: Option<&Path>) -> Result<ExitCode> {
    logging::of_command()?;
    let config = Config::load(config, &arguments.flags)?;
    files::check_data_folder(&config.data)?;
    let services = app::services(&config).await?;
    let bar = progress::bar("verifying", 0);
    let report = maintenance::verify(&services, arguments.repair, &progress::report(&bar)).await;
    bar.finish_and_clear();
    let report = report.context("the data folder could not be verified")?;
    match arguments.json {
        true => output::json(&View::new(&report))?,
        false => print(&report)?,
    }
    Ok(
        match report.findings.iter().all(|finding| finding.repaired) {
            true => ExitCode::SUCCESS,
            false => ExitCode::from(SOME_FAILED),
        },
    )
}

fn print(report: &Report) -> Result<()> {
    for finding in &report.findings {
        let state = if finding.repaired {
            "repaired"
        } else {
            "wrong"
        };
        output::line(&format!("{state}: {}", finding.problem))?;
    }
    let Report { images, findings } = report;
    let images = output::count(*images, "image");
    let summary = match findings.len() as u64 {
        0 => format!("{images}, all is well"),
        wrong => format!("{images}, {}", output::count(wrong, "finding")),
    };
    Ok(output::line(&summary)?)
}

impl<'a> View<'a> {
    fn new(report: &'a Report) -> Self {
        let findings = report.findings.iter().map(|finding| FindingView {
            problem: &finding.problem,
            repaired: finding.repaired,
        });
        Self {
            images: report.images,
            findings: findings.collect(),
        }
    }
}
