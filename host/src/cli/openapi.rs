//! `vismatch openapi`: the description of the HTTP API.

use std::process::ExitCode;

use anyhow::Result;
use clap::Args;

use crate::http;

use super::output;

const HELP: &str = "\
Examples:
  vismatch openapi > openapi.json
  vismatch openapi | npx @redocly/cli lint /dev/stdin

A running server answers the same at /openapi.json, and shows it at /docs and /redoc.";

/// Print the OpenAPI 3.1 description of the HTTP API
#[derive(Args)]
#[command(after_help = HELP)]
pub struct OpenapiArguments {}

/// Prints it.
pub fn run(_: OpenapiArguments) -> Result<ExitCode> {
    output::line(&http::openapi())?;
    Ok(ExitCode::SUCCESS)
}
