//! `vismatch plugin`: tries a hasher of your own, before a server has to live with it.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, anyhow};
use clap::Args;

use crate::app;
use crate::config::Config;
use crate::domain::{HasherDescription, HasherInput};
use crate::service::{CallError, Hasher, Input, Sandbox};

use super::flags::{SandboxFlags, cache};
use super::{SOME_FAILED, logging, output};

const HELP: &str = "\
Examples:
  vismatch plugin edges.wasm                  what does it say of itself?
  vismatch plugin edges.wasm a.jpg b.png      its bits of each picture, made twice and compared
  vismatch component --wit                    what it has to export: the world `hasher`
  vismatch serve --plugin edges=edges.wasm    a server that asks it about every picture

Exit codes: 0 it works; 1 it has no bits for some of the pictures; 2 it cannot be used.";

/// Try a hasher of your own: a WebAssembly component for `serve --plugin`
#[derive(Args)]
#[command(after_help = HELP)]
pub struct PluginArguments {
    /// The component
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Pictures to hash
    #[arg(value_name = "PICTURE")]
    pictures: Vec<PathBuf>,
    #[command(flatten, next_help_heading = "Sandbox")]
    flags: SandboxFlags,
}

/// Prints what it says of itself, then a line a picture: its bits in hexadecimal, and the file.
pub async fn run(arguments: PluginArguments, config: Option<&Path>) -> Result<ExitCode> {
    logging::of_command()?;
    let config = Config::load(config, &arguments.flags)?;
    let sandbox = app::sandbox(&config, cache()).await?;
    let (compiler, file) = (sandbox.clone(), arguments.file);
    let hasher = tokio::task::spawn_blocking(move || compiler.hasher(&file)).await??;
    let description = hasher.describe().await.map_err(misbehaves)?;
    let HasherDescription {
        name,
        version,
        bits,
        input,
    } = &description;
    let input = input.name();
    output::line(&format!(
        "{name}, version {version}, {bits} bits of {input}"
    ))?;
    output::line(hasher.digest())?;
    let mut code = ExitCode::SUCCESS;
    for picture in &arguments.pictures {
        let bits = hash(&sandbox, &hasher, &description, picture).await?;
        let shown = bits.unwrap_or_else(|reason| {
            code = ExitCode::from(SOME_FAILED);
            format!("({reason})")
        });
        output::line(&format!("{shown}  {}", picture.display()))?;
    }
    Ok(code)
}

/// The bits of a picture in hexadecimal, or why there are none.
async fn hash(
    sandbox: &Sandbox,
    hasher: &Hasher,
    description: &HasherDescription,
    picture: &Path,
) -> Result<Result<String, String>> {
    let file = Input::File(picture.to_owned());
    let input = match description.input {
        HasherInput::Bytes => file,
        HasherInput::LumaPlane => match sandbox.luma_plane(file).await {
            Ok(plane) => Input::Bytes(plane),
            Err(CallError::Image(refusal)) => return Ok(Err(refusal.to_string())),
            Err(error) => {
                return Err(error).with_context(|| format!("cannot read {}", picture.display()));
            }
        },
    };
    let first = hasher.hash(description.bits, input.clone()).await;
    let first = first.map_err(misbehaves)?;
    let second = hasher.hash(description.bits, input).await;
    if second.map_err(misbehaves)? != first {
        return Err(anyhow!(
            "it gives different bits for the same picture, {}",
            picture.display()
        ));
    }
    Ok(first.map(hex::encode))
}

fn misbehaves(error: CallError) -> anyhow::Error {
    match error {
        CallError::Input(_) => error.into(),
        fault => anyhow!("the plugin cannot be used: {}", fault.fault()),
    }
}
