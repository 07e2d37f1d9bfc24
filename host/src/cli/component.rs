//! `vismatch component`: the sandboxed component itself, and the contract it fulfils.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Result;
use bytesize::ByteSize;
use clap::{ArgGroup, Args};

use crate::app;
use crate::config::Config;
use crate::service::WIT;

use super::flags::{SandboxFlags, cache};
use super::{logging, output};

const HELP: &str = "\
Examples:
  vismatch component                          what is built in, and that it works here
  vismatch component --wit > vismatch.wit     the contract, for programs and components of your own
  vismatch component -o vismatch.wasm         the component, to run in Python, Node, or anywhere
  vismatch component --component mine.wasm    does another component fulfil the contract?";

/// Print, or save, the WebAssembly component that decodes pictures, or its contract
#[derive(Args)]
#[command(after_help = HELP, group = ArgGroup::new("what").args(["wit", "digest", "output"]))]
pub struct ComponentArguments {
    /// Print the contract, in WIT
    #[arg(long)]
    wit: bool,
    /// Print the SHA-256 of the component
    #[arg(long)]
    digest: bool,
    /// Save the component; `-` is standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten, next_help_heading = "Sandbox")]
    flags: SandboxFlags,
}

/// Prints or saves. Whatever is answered about a component, it was started first: it works.
pub async fn run(arguments: ComponentArguments, config: Option<&Path>) -> Result<ExitCode> {
    if arguments.wit {
        output::line(WIT.trim_end())?;
        return Ok(ExitCode::SUCCESS);
    }
    logging::of_command()?;
    let config = Config::load(config, &arguments.flags)?;
    let sandbox = app::sandbox(&config, cache()).await?;
    if let Some(path) = &arguments.output {
        let component = sandbox.component();
        match path == Path::new("-") {
            true => output::bytes(&component)?,
            false => output::write_file(path, &component)?,
        }
        return Ok(ExitCode::SUCCESS);
    }
    if !arguments.digest {
        let size = ByteSize(sandbox.component().len() as u64);
        output::line(&format!(
            "vismatch:pipeline/imaging@0.1.0, {size}, self-test passed"
        ))?;
    }
    output::line(sandbox.digest())?;
    Ok(ExitCode::SUCCESS)
}
