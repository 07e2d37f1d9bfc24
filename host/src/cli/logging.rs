//! The log, on standard error: for people on a terminal, or as JSON.

use std::io::{IsTerminal, stderr};

use anyhow::{Context, Result};
use tracing_subscriber::EnvFilter;

use crate::config::LogFormat;

use super::escape::{Log, Reader};

/// What commands other than the server say of their own accord: what people wait for, and warnings.
const OF_COMMANDS: &str = "warn,vismatch::app=info";
/// What the server says: one line a request, and not what its database and its watch of folders do.
const OF_THE_SERVER: &str = "info,sqlx=warn,sea_orm_migration=warn,notify=warn";

/// Starts the log of a command: for people, without the time.
pub fn of_command() -> Result<()> {
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter(OF_COMMANDS)?)
        .with_writer(|| Log(Reader::People))
        .with_ansi(stderr().is_terminal())
        .with_target(false)
        .without_time();
    log.try_init().map_err(anyhow::Error::from_boxed)
}

/// Starts the log of the server.
pub fn of_server(format: LogFormat) -> Result<()> {
    let reader = match format {
        LogFormat::Human => Reader::People,
        LogFormat::Json => Reader::Json,
    };
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter(OF_THE_SERVER)?)
        .with_writer(move || Log(reader))
        .with_ansi(stderr().is_terminal());
    let started = match format {
        LogFormat::Human => log.with_target(false).try_init(),
        LogFormat::Json => log
            .json()
            .flatten_event(true)
            .with_span_list(false)
            .try_init(),
    };
    started.map_err(anyhow::Error::from_boxed)
}

/// The usual filter, unless `VISMATCH_LOG` or `RUST_LOG` gives another.
fn filter(usual: &str) -> Result<EnvFilter> {
    for variable in ["VISMATCH_LOG", "RUST_LOG"] {
        if let Ok(text) = std::env::var(variable) {
            return EnvFilter::try_new(&text)
                .with_context(|| format!("{variable}={text:?} is no log filter"));
        }
    }
    Ok(EnvFilter::new(usual))
}
