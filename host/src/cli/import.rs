//! `vismatch import`: a folder of pictures into a project.

use std::path::{Path, PathBuf};
use std::pin::pin;
use std::process::ExitCode;

use anyhow::{Result, ensure};
use clap::Args;
use futures::{StreamExt, stream};

use crate::app;
use crate::config::Config;
use crate::domain::ProjectName;
use crate::service::Services;
use crate::service::maintenance::{self, Imported};

use super::files::{self, Failure};
use super::flags::StoreFlags;
use super::{INTERRUPTED, SOME_FAILED, companions, logging, output, progress, stop};

const HELP: &str = "\
Examples:
  vismatch import ~/Pictures --project holidays
  vismatch import ~/Pictures --project holidays --data /srv/pictures --jobs 4

Each picture gets the name of its path below the folder. Files whose bytes are in the project already \
are passed over, so an import that was interrupted goes on where it was when it is called again.
A name that is taken gets a number, and one that is too long is cut: that is told. Whatever is left out is told by name \
on standard error: files of the same bytes as another with that one, \
files that are no pictures (those of Live Photos, raw converters and editors with a word on what they belong to), and pictures that cannot be read. A server over the same data folder may be running.
Exit codes: 0 done; 1 some pictures could not be read or taken in; 130 interrupted.";

/// Take a folder of pictures into a project
#[derive(Args)]
#[command(after_help = HELP)]
pub struct ImportArguments {
    /// The folder, with everything below it
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// The project; made when it is not there
    #[arg(long, short, value_name = "NAME", value_parser = ProjectName::parse)]
    project: ProjectName,
    #[command(flatten)]
    flags: StoreFlags,
}

/// What became of the files.
#[derive(Default)]
struct Tally {
    added: u64,
    known: u64,
    skipped: u64,
    failed: u64,
}

/// Imports until done or interrupted; the files in hand are always finished.
pub async fn run(arguments: ImportArguments, config: Option<&Path>) -> Result<ExitCode> {
    logging::of_command()?;
    let config = Config::load(config, &arguments.flags)?;
    let folder = &arguments.folder;
    files::check_folders(std::slice::from_ref(folder))?;
    check_apart(folder, &config.data)?;
    let stop = stop::on_signal()?;
    let services = app::services(&config).await?;
    let found: Vec<_> = files::below(vec![folder.clone()]).collect();
    let bar = progress::bar("importing", found.len() as u64);
    let imports = stream::iter(found)
        .take_until(stop.clone().cancelled_owned())
        .map(|file| import(&services, &arguments.project, folder, file, config.max_body))
        .buffer_unordered(config.sandbox.workers);
    let mut imports = pin!(imports);
    let mut tally = Tally::default();
    while let Some(import) = imports.next().await {
        tally.count(import, |text| progress::complain(&bar, text));
        bar.inc(1);
    }
    bar.finish_and_clear();
    output::line(&tally.summary(&arguments.project))?;
    Ok(tally.exit_code(stop.is_cancelled()))
}

/// An import out of the data folder would feed on itself.
fn check_apart(folder: &Path, data: &Path) -> Result<()> {
    let folder = folder.canonicalize()?;
    let data = data.canonicalize().or_else(|_| std::path::absolute(data))?;
    let apart = !folder.starts_with(&data) && !data.starts_with(&folder);
    ensure!(
        apart,
        "the folder {} and the data folder {} overlap: --data takes another place",
        folder.display(),
        data.display()
    );
    Ok(())
}

async fn import(
    services: &Services,
    project: &ProjectName,
    folder: &Path,
    file: Result<PathBuf, Failure>,
    max: u64,
) -> Result<(PathBuf, Imported), Failure> {
    let path = file?;
    let imported = async {
        files::check(&path, max)?;
        let imported = maintenance::import_file(services, project, folder, &path).await;
        anyhow::Ok(imported?)
    };
    match imported.await {
        Ok(imported) => Ok((path, imported)),
        Err(reason) => Err(Failure { path, reason }),
    }
}

impl Tally {
    fn count(&mut self, import: Result<(PathBuf, Imported), Failure>, complain: impl Fn(&str)) {
        match import {
            Ok((path, Imported::Added(other))) => {
                if let Some(name) = other {
                    complain(&format!("renamed: {}: {name}", output::shown(&path)));
                }
                self.added += 1;
            }
            Ok((path, Imported::Known(other))) => {
                // Taken in before under this very name, it is not left out.
                if let Some(name) = other {
                    let path = output::shown(&path);
                    complain(&format!("left out: {path}: the same bytes as {name}"));
                }
                self.known += 1;
            }
            Ok((path, Imported::Skipped(_))) if companions::is_companion(&path) => {
                let path = output::shown(&path);
                complain(&format!(
                    "skipped: {path}: it may belong to a picture of its name, and only pictures are taken in"
                ));
                self.skipped += 1;
            }
            Ok((path, Imported::Skipped(reason))) => {
                complain(&format!("skipped: {}: {reason}", output::shown(&path)));
                self.skipped += 1;
            }
            Ok((path, Imported::Unreadable(reason))) => {
                complain(&format!("error: {}: {reason}", output::shown(&path)));
                self.failed += 1;
            }
            Err(failure) => {
                complain(&format!("error: {failure}"));
                self.failed += 1;
            }
        }
    }

    fn summary(&self, project: &ProjectName) -> String {
        let Self {
            added,
            known,
            skipped,
            failed,
        } = self;
        format!("{project}: {added} added, {known} known, {skipped} skipped, {failed} failed")
    }

    fn exit_code(&self, interrupted: bool) -> ExitCode {
        if interrupted {
            eprintln!("interrupted: call it again to go on");
            return ExitCode::from(INTERRUPTED);
        }
        match self.failed {
            0 => ExitCode::SUCCESS,
            _ => ExitCode::from(SOME_FAILED),
        }
    }
}
