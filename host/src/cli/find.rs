//! `vismatch find`: groups of near-duplicates in folders.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Result, ensure};
use clap::Args;
use futures::{StreamExt, stream};
use serde::Serialize;

use crate::app;
use crate::config::Config;
use crate::domain::{Algorithm, ImageError};
use crate::sandbox::Sandbox;
use crate::service::ServiceError;
use crate::service::folders::{self, FileGroup, PictureFile};

use super::files::{self, Failure};
use super::flags::{PictureFlags, algorithm, cache};
use super::{INTERRUPTED, SOME_FAILED, logging, output, progress, stop};

const HELP: &str = "\
Examples:
  vismatch find ~/Pictures
  vismatch find ~/Pictures /media/camera --threshold 4
  vismatch find ~/Pictures --algorithm pdq --json | jq -r '.files[1:][].path'

Pictures belong to one group when a chain of pictures within the threshold leads from one to the other.
The one with the most pixels comes first, the others with their distance to it: the first is the one to \
keep. With --json one group a line:
  {\"files\":[{\"path\":…,\"distance\":0,\"format\":…,\"width\":…,\"height\":…,\"bytes\":…}]}

Pictures without any detail, such as a single colour, have nothing to compare and are in no group. Files \
that are no pictures are passed over and counted. Pictures that cannot be read are told on standard \
error; the others are still compared, and the exit code is then 1.";

/// Find groups of near-duplicate pictures in folders
#[derive(Args)]
#[command(after_help = HELP)]
pub struct Arguments {
    /// Folders, with everything below them; links in them are not followed
    #[arg(required = true, value_name = "DIR")]
    folders: Vec<PathBuf>,
    /// Bits that may differ [default: what suits the algorithm; 10 of 64 for phash]
    #[arg(long, value_name = "N")]
    threshold: Option<u32>,
    /// What compares the pictures
    #[arg(long, short, value_name = "NAME", default_value = "phash", value_parser = algorithm())]
    algorithm: Algorithm,
    /// One JSON object a group
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    flags: PictureFlags,
}

/// What the files turned out to be.
#[derive(Default)]
struct Seen {
    pictures: Vec<PictureFile>,
    others: usize,
    failed: usize,
}

/// Why a file is not among those compared.
enum Miss {
    NotAPicture,
    Failed(Failure),
}

/// Looks at every file, groups them, prints the groups.
pub async fn run(arguments: Arguments, config: Option<&Path>) -> Result<ExitCode> {
    logging::of_command()?;
    let config = Config::load(config, &arguments.flags)?;
    files::check_folders(&arguments.folders)?;
    let stop = stop::on_signal()?;
    tokio::select! {
        done = find(&arguments, &config) => done,
        () = stop.cancelled() => {
            eprintln!("interrupted");
            Ok(ExitCode::from(INTERRUPTED))
        }
    }
}

async fn find(arguments: &Arguments, config: &Config) -> Result<ExitCode> {
    let (algorithm, radius) = (arguments.algorithm, arguments.radius()?);
    let Seen {
        pictures,
        others,
        failed,
    } = look(arguments, config).await?;
    let seen = pictures.len();
    let groups = tokio::task::spawn_blocking(move || folders::groups(pictures, algorithm, radius));
    let groups = groups.await??;
    for (number, group) in groups.iter().enumerate() {
        match arguments.json {
            true => output::json(&View::of(group))?,
            false => print(number, group)?,
        }
    }
    let groups = groups.len();
    eprintln!(
        "{seen} pictures, {groups} groups; {others} files are no pictures, {failed} could not be read"
    );
    Ok(ExitCode::from(if failed == 0 { 0 } else { SOME_FAILED }))
}

impl Arguments {
    fn radius(&self) -> Result<u32> {
        let bits = self.algorithm.bits();
        let radius = self.threshold.unwrap_or(self.algorithm.default_radius());
        ensure!(
            radius <= bits,
            "--threshold: {} has {bits} bits",
            self.algorithm.name()
        );
        Ok(radius)
    }
}

/// Looks at the files, `workers` at once, and keeps them in the order in which they were found.
async fn look(arguments: &Arguments, config: &Config) -> Result<Seen> {
    let sandbox = app::sandbox(config, cache()).await?;
    let files = files::each_once(files::below(arguments.folders.clone()));
    let bar = progress::bar("looking", files.len() as u64);
    let mut looks = stream::iter(files)
        .map(|file| picture(&sandbox, file, arguments.algorithm, config.max_body))
        .buffered(config.sandbox.workers);
    let mut seen = Seen::default();
    while let Some(look) = looks.next().await {
        bar.inc(1);
        match look {
            Ok(picture) => seen.pictures.push(picture),
            Err(Miss::NotAPicture) => seen.others += 1,
            Err(Miss::Failed(failure)) => {
                seen.failed += 1;
                progress::complain(&bar, &format!("error: {failure}"));
            }
        }
    }
    Ok(seen)
}

async fn picture(
    sandbox: &Sandbox,
    file: Result<PathBuf, Failure>,
    algorithm: Algorithm,
    max: u64,
) -> Result<PictureFile, Miss> {
    let path = file.map_err(Miss::Failed)?;
    let failed = |reason| {
        Miss::Failed(Failure {
            path: path.clone(),
            reason,
        })
    };
    let bytes = files::check(&path, max).map_err(failed)?;
    match folders::look_at(sandbox, path.clone(), bytes, algorithm).await {
        Ok(picture) => Ok(picture),
        Err(ServiceError::NotAPicture(ImageError::UnsupportedFormat(_))) => Err(Miss::NotAPicture),
        Err(error) => Err(failed(error.into())),
    }
}

fn print(number: usize, group: &FileGroup) -> Result<()> {
    if number > 0 {
        output::line("")?;
    }
    for (file, distance) in group {
        let size = file.info.size;
        let size = format!("{}x{}", size.width, size.height);
        let path = output::shown(&file.path);
        output::line(&format!(
            "{distance:>3}  {size:>11}  {:>10}  {path}",
            file.bytes
        ))?;
    }
    Ok(())
}

/// A group in JSON.
#[derive(Serialize)]
struct View {
    files: Vec<FileView>,
}

#[derive(Serialize)]
struct FileView {
    path: String,
    distance: u32,
    format: &'static str,
    width: u32,
    height: u32,
    bytes: u64,
}

impl View {
    fn of(group: &FileGroup) -> Self {
        let files = group.iter().map(|(file, distance)| FileView {
            path: file.path.display().to_string(),
            distance: *distance,
            format: file.info.format.name(),
            width: file.info.size.width,
            height: file.info.size.height,
            bytes: file.bytes,
        });
        Self {
            files: files.collect(),
        }
    }
}
