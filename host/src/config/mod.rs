//! What the operator may set: flags over `VISMATCH_*` over `vismatch.toml` over defaults.
//!
//! Wrong settings fail at start, naming key and source. Read by the command line and `app` alone;
//! the floors below get values.

mod base_path;
mod error;
mod host;
mod mode;
mod network;
mod settings;
mod source;

pub use base_path::{BasePath, InvalidBasePath};
pub use error::ConfigError;
pub use host::{Host, InvalidHost};
pub use mode::DataMode;
pub use network::{InvalidNetwork, Network};

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use figment::Figment;
use figment::providers::{Format, Toml};
use serde::{Deserialize, Serialize};

use crate::domain::{Limits, PluginFile};
use crate::sandbox;

use settings::Settings;
use source::Named;

/// The file that is read when none is named and it is there.
pub const DEFAULT_FILE: &str = "vismatch.toml";

/// The keys of the file.
pub const KEYS: &[&str] = Settings::KEYS;

/// Everything `serve` needs to know; other commands need parts of it.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where to listen; at least one.
    pub listen: Vec<SocketAddr>,
    /// The data folder; made when it is not there.
    pub data: PathBuf,
    /// Who may read and write it.
    pub data_mode: DataMode,
    /// The component to run instead of the embedded one.
    pub component: Option<PathBuf>,
    /// Hashers of other people.
    pub plugins: Vec<PluginFile>,
    /// Workers, deadline, memory and limits of pixel work.
    pub sandbox: sandbox::SandboxSettings,
    /// Largest request body that carries one picture, and largest file of this machine, in bytes.
    pub max_body: u64,
    /// Quality of JPEG renditions, 1 to 100.
    pub quality: u8,
    /// How long the trash keeps what was put there.
    pub trash_retention: Duration,
    /// What the server is called beside this machine's own names and the addresses it listens on.
    pub hosts: Vec<Host>,
    /// Proxies that say by `X-Forwarded-For` or `Forwarded` for whom they ask.
    pub trusted_proxies: Vec<Network>,
    /// The path below which the server is reached.
    pub base_path: BasePath,
    /// Origins whose pages may call, beside those of this machine.
    pub cors_origins: Vec<String>,
    /// Pages of any origin may call.
    pub dev: bool,
    /// Whether answers say where pictures were taken.
    pub location: Location,
    /// How the log is written.
    pub log_format: LogFormat,
}

/// How the log is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    #[default]
    Human,
    /// One JSON object a line.
    Json,
}

/// What answers say of where pictures were taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Location {
    /// What cameras wrote, as it is in the files.
    #[default]
    Keep,
    /// Nothing; files that hold it are not given out either.
    Hide,
}

impl Config {
    /// Puts the settings together; `file` = [`DEFAULT_FILE`] if there when `None`, and `flags`
    /// serialises to the keys of the file, without those that were not given.
    pub fn load(file: Option<&Path>, flags: &impl Serialize) -> Result<Self, ConfigError> {
        let environment = std::env::vars_os().collect();
        Self::from_sources(file, environment, flags)
    }

    fn from_sources(
        file: Option<&Path>,
        environment: Vec<(std::ffi::OsString, std::ffi::OsString)>,
        flags: &impl Serialize,
    ) -> Result<Self, ConfigError> {
        let mut figment = Figment::new();
        if let Some(file) = file_to_read(file)? {
            figment = figment.merge(Toml::file_exact(file));
        }
        for variable in source::variables(environment, Settings::KEYS)? {
            figment = figment.merge(variable);
        }
        let figment = figment.merge(Named::flags(flags)?);
        let settings: Settings = figment
            .extract_lossy()
            .map_err(|error| ConfigError::new(&figment, error))?;
        settings
            .check()
            .map_err(|wrong| wrong.in_source(&figment))?;
        Ok(settings.into())
    }

    /// Where the sandbox gets its component.
    pub fn component_source(&self) -> sandbox::Source {
        match &self.component {
            Some(file) => sandbox::Source::File(file.clone()),
            None => sandbox::Source::Embedded,
        }
    }
}

impl From<Settings> for Config {
    fn from(settings: Settings) -> Self {
        Self {
            listen: settings.listen,
            data: settings.data,
            data_mode: settings.data_mode,
            component: settings.component,
            plugins: settings.plugin,
            sandbox: sandbox::SandboxSettings {
                workers: settings.workers,
                queue: settings.queue,
                memory: usize::try_from(settings.sandbox_memory.as_u64()).unwrap_or(usize::MAX),
                timeout: settings.sandbox_timeout,
                limits: Limits {
                    max_pixels: settings.max_pixels,
                    ..Limits::default()
                },
            },
            max_body: settings.max_body.as_u64(),
            quality: settings.quality,
            trash_retention: settings.trash_retention,
            hosts: settings.host,
            trusted_proxies: settings.trusted_proxy,
            base_path: settings.base_path,
            cors_origins: settings.cors_origin,
            dev: settings.dev,
            location: settings.location,
            log_format: settings.log_format,
        }
    }
}

/// A file that was named must be there; the default one may be missing.
fn file_to_read(named: Option<&Path>) -> Result<Option<PathBuf>, ConfigError> {
    let path = named.unwrap_or(Path::new(DEFAULT_FILE));
    match std::fs::metadata(path) {
        Ok(facts) if facts.is_file() => Ok(Some(path.to_owned())),
        Ok(_) => Err(ConfigError::file(path, "it is not a file")),
        Err(error) if named.is_none() && error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(ConfigError::file(path, error)),
    }
}

#[cfg(test)]
mod tests;
