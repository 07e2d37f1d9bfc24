//! Flags that several commands share. They serialise to the keys of `vismatch.toml`, so that
//! settings are put together in one place, `config`; ranges are checked there too.

use std::path::PathBuf;
use std::time::Duration;

use bytesize::ByteSize;
use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use etcetera::{BaseStrategy, choose_base_strategy};
use serde::Serialize;

use crate::config::DataMode;
use crate::domain::Algorithm;

/// The component and what one call of it may spend.
#[derive(Args, Serialize)]
pub struct SandboxFlags {
    /// Run this component in place of the built-in one; see `vismatch component --wit`
    #[arg(long, value_name = "FILE")]
    #[serde(skip_serializing_if = "Option::is_none")]
    component: Option<PathBuf>,
    /// Refuse pictures of more than N pixels [default: 100000000]
    #[arg(long, value_name = "N")]
    #[serde(skip_serializing_if = "Option::is_none")]
    max_pixels: Option<u64>,
    /// Memory of one call, as 512MiB or in bytes [default: 1GiB]
    #[arg(long, value_name = "SIZE", value_parser = size)]
    #[serde(skip_serializing_if = "Option::is_none")]
    sandbox_memory: Option<u64>,
    /// Time of one call, as 10s or 500ms [default: 10s]
    #[arg(long, value_name = "TIME", value_parser = humantime::parse_duration)]
    #[serde(
        skip_serializing_if = "Option::is_none",
        with = "humantime_serde::option"
    )]
    sandbox_timeout: Option<Duration>,
}

/// How much is done at once.
#[derive(Args, Serialize)]
pub struct JobsFlag {
    /// Pictures worked on at once [default: one a core]
    #[arg(long = "jobs", short = 'j', value_name = "N", value_parser = at_least_one)]
    #[serde(skip_serializing_if = "Option::is_none")]
    workers: Option<usize>,
}

/// Which data folder.
#[derive(Args, Serialize)]
pub struct DataFlag {
    /// The data folder [default: ./data]
    #[arg(long, value_name = "DIR")]
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<PathBuf>,
    /// Mode of the data folder; files get it without the right to execute [default: 0700]
    #[arg(long, value_name = "MODE", value_parser = mode)]
    #[serde(skip_serializing_if = "Option::is_none")]
    data_mode: Option<String>,
}

/// What commands over files of this machine take.
#[derive(Args, Serialize)]
pub struct PictureFlags {
    #[command(flatten)]
    #[serde(flatten)]
    jobs: JobsFlag,
    #[command(flatten, next_help_heading = "Sandbox")]
    #[serde(flatten)]
    sandbox: SandboxFlags,
}

/// What commands over a data folder take.
#[derive(Args, Serialize)]
pub struct StoreFlags {
    #[command(flatten)]
    #[serde(flatten)]
    data: DataFlag,
    #[command(flatten)]
    #[serde(flatten)]
    pictures: PictureFlags,
}

/// Where commands without a data folder keep compiled code: the user's cache folder, if there is one.
pub fn cache() -> Option<PathBuf> {
    Some(choose_base_strategy().ok()?.cache_dir().join("vismatch"))
}

/// A number of bytes: `64MiB`, `1GB`, `1000`.
pub fn size(text: &str) -> Result<u64, String> {
    let size = text.parse::<ByteSize>();
    size.map(|size| size.as_u64())
        .map_err(|_| "not a size such as 64MiB, 1GB or 1000".into())
}

/// One algorithm by its name.
pub fn algorithm() -> impl TypedValueParser<Value = Algorithm> {
    PossibleValuesParser::new(Algorithm::ALL.map(Algorithm::name))
        .map(|name| Algorithm::from_name(&name).unwrap_or_default())
}

/// Checked as the environment's and the file's are.
fn mode(text: &str) -> Result<String, &'static str> {
    text.parse::<DataMode>().map(|_| text.to_owned())
}

fn at_least_one(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(0) => Err("must be at least 1".into()),
        Ok(number) => Ok(number),
        Err(error) => Err(error.to_string()),
    }
}
