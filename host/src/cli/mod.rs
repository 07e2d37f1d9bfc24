//! The command line: one file a command; parses, calls the services, prints.
//!
//! Answers go to standard output, everything else to standard error. Exit codes: 0 done, 1 the
//! answer is no or some files failed, 2 could not be done, 130 interrupted.

mod companions;
mod compare;
mod component;
mod escape;
mod files;
mod find;
mod flags;
mod hash;
mod import;
mod logging;
mod openapi;
mod output;
mod plugin;
mod progress;
mod rebuild;
mod resize;
mod serve;
mod stop;
mod verify;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::{Parser, Subcommand};

/// Some files failed, or the answer is no.
const SOME_FAILED: u8 = 1;
/// It could not be done.
const FAILED: u8 = 2;
/// Stopped by a signal.
const INTERRUPTED: u8 = 130;

const HELP: &str = "\
Examples:
  vismatch serve                              a server on http://127.0.0.1:3000 over ./data
  vismatch hash ~/Pictures --json             fingerprints of every picture in a folder
  vismatch compare a.jpg b.png                are these two the same picture?
  vismatch find ~/Pictures                    groups of near-duplicates
  vismatch resize in.heic --fit 800x600 -o out.jpg

Settings: every flag of `serve` is also an environment variable (--max-pixels is VISMATCH_MAX_PIXELS) \
and a key of vismatch.toml (max_pixels = 100000000). Flags beat the environment, which beats the file.
VISMATCH_LOG, or RUST_LOG, filters the log: info, debug, vismatch=trace,warn ...

Exit codes: 0 done; 1 the answer is no, or some files failed; 2 could not be done; 130 interrupted.";

/// Have I seen this picture? Hash, compare, find and serve pictures; every decode happens in a sandbox.
#[derive(Parser)]
#[command(name = "vismatch", version, after_help = HELP, max_term_width = 110)]
struct Cli {
    /// File of settings [default: ./vismatch.toml, if there]
    #[arg(long, global = true, value_name = "FILE", env = "VISMATCH_CONFIG")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Serve(serve::ServeArguments),
    Hash(hash::HashArguments),
    Compare(compare::CompareArguments),
    Find(find::FindArguments),
    Resize(resize::ResizeArguments),
    Import(import::ImportArguments),
    Rebuild(rebuild::RebuildArguments),
    Verify(verify::VerifyArguments),
    Component(component::ComponentArguments),
    Plugin(plugin::PluginArguments),
    Openapi(openapi::OpenapiArguments),
}

/// Parses the arguments, runs the command, reports its error on standard error.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    run(cli).unwrap_or_else(|error| report(&error))
}

fn run(cli: Cli) -> Result<ExitCode> {
    let runtime = tokio::runtime::Runtime::new().context("cannot start the runtime")?;
    let result = runtime.block_on(cli.command.run(cli.config.as_deref()));
    // A call that is still in the sandbox is not waited for: its answer has nowhere to go.
    runtime.shutdown_background();
    result
}

impl Command {
    async fn run(self, config: Option<&Path>) -> Result<ExitCode> {
        match self {
            Self::Serve(arguments) => serve::run(arguments, config).await,
            Self::Hash(arguments) => hash::run(arguments, config).await,
            Self::Compare(arguments) => compare::run(arguments, config).await,
            Self::Find(arguments) => find::run(arguments, config).await,
            Self::Resize(arguments) => resize::run(arguments, config).await,
            Self::Import(arguments) => import::run(arguments, config).await,
            Self::Rebuild(arguments) => rebuild::run(arguments, config).await,
            Self::Verify(arguments) => verify::run(arguments, config).await,
            Self::Component(arguments) => component::run(arguments, config).await,
            Self::Plugin(arguments) => plugin::run(arguments, config).await,
            Self::Openapi(arguments) => openapi::run(arguments),
        }
    }
}

fn report(error: &anyhow::Error) -> ExitCode {
    if output::reader_is_gone(error) {
        return ExitCode::SUCCESS;
    }
    output::complain(&format!("error: {error}"));
    let mut told = error.to_string();
    for cause in error.chain().skip(1).map(ToString::to_string) {
        // Some libraries repeat their cause in their own text.
        if !told.contains(&cause) {
            output::complain(&format!("  caused by: {cause}"));
            told = cause;
        }
    }
    ExitCode::from(FAILED)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_arguments_are_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_command_teaches_by_example() {
        for command in Cli::command().get_subcommands() {
            let help = command
                .get_after_help()
                .map(ToString::to_string)
                .unwrap_or_default();
            let name = format!("vismatch {}", command.get_name());
            assert!(help.contains(&name), "{name}: {help:?}");
            assert!(command.get_about().is_some(), "{name}");
        }
    }

    #[test]
    fn wrong_arguments_are_refused() {
        for line in [
            "vismatch",
            "vismatch hash",
            "vismatch hash a.jpg --algorithm md5",
            "vismatch hash a.jpg --jobs 0",
            "vismatch compare a.jpg",
            "vismatch compare a.jpg b.jpg --threshold 65",
            "vismatch find",
            "vismatch find x --algorithm all",
            "vismatch resize a.jpg -o b.jpg",
            "vismatch resize a.jpg --fit 0x10 -o b.jpg",
            "vismatch resize a.jpg --fit 10x10 --cover 10x10 -o b.jpg",
            "vismatch resize a.jpg --fit 10x10 --quality 101 -o b.jpg",
            "vismatch import x",
            "vismatch import x --project ../y",
            "vismatch component --wit --digest",
            "vismatch serve --listen localhost",
            "vismatch serve --host https://pictures.example",
        ] {
            assert!(Cli::try_parse_from(line.split(' ')).is_err(), "{line}");
        }
    }
}
