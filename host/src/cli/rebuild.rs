//! `vismatch rebuild`: the database anew, out of manifests and files.

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::Args;

use crate::app;
use crate::config::Config;
use crate::service::maintenance;

use super::flags::DataFlag;
use super::{files, logging, output, progress};

const HELP: &str = "\
Examples:
  vismatch rebuild
  vismatch rebuild --data /srv/pictures

Reads projects/*/meta.json and the files beside them: no picture is decoded. An image whose file is gone is kept \
when its original rendition can stand in; verify --repair gives the file again. For when vismatch.db is \
lost or damaged; stop the servers of the folder first.";

/// Make the database of a data folder anew from its manifests
#[derive(Args)]
#[command(after_help = HELP)]
pub struct RebuildArguments {
    #[command(flatten)]
    flags: DataFlag,
}

/// Rebuilds and says how many images there are.
pub async fn run(arguments: RebuildArguments, config: Option<&Path>) -> Result<ExitCode> {
    logging::of_command()?;
    let config = Config::load(config, &arguments.flags)?;
    files::check_data_folder(&config.data)?;
    app::restrict(&config)?;
    let bar = progress::bar("rebuilding", 0);
    let images = maintenance::rebuild(&config.data, &progress::report(&bar)).await;
    bar.finish_and_clear();
    let images = images.context("the database could not be rebuilt")?;
    output::line(&format!(
        "{} in the database",
        output::count(images, "image")
    ))?;
    Ok(ExitCode::SUCCESS)
}
