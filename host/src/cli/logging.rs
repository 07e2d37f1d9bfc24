//! The log, on standard error: for people on a terminal, or as JSON.

use std::io::{IsTerminal, stderr};

use anyhow::{Context, Result};
use tracing_subscriber::EnvFilter;

use crate::config::LogFormat;

/// Starts the log; `usual` is the filter unless `VISMATCH_LOG` or `RUST_LOG` gives another.
pub fn start(format: LogFormat, usual: &str) -> Result<()> {
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter(usual)?)
        .with_writer(stderr)
        .with_ansi(stderr().is_terminal());
    let started = match format {
        LogFormat::Human => log.with_target(false).try_init(),
        LogFormat::Json => log.json().flatten_event(true).try_init(),
    };
    started.map_err(anyhow::Error::from_boxed)
}

fn filter(usual: &str) -> Result<EnvFilter> {
    for variable in ["VISMATCH_LOG", "RUST_LOG"] {
        if let Ok(text) = std::env::var(variable) {
            return EnvFilter::try_new(&text)
                .with_context(|| format!("{variable}={text:?} is no log filter"));
        }
    }
    Ok(EnvFilter::new(usual))
}
