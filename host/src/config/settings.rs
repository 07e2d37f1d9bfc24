//! The settings by their keys: what `vismatch.toml` may hold, its defaults and its ranges.

use std::collections::HashSet;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use bytesize::ByteSize;
use serde::Deserialize;
use serde::de::{Deserializer, Error, SeqAccess, Visitor};

use crate::domain::{Limits, PluginFile};

use super::base_path::BasePath;
use super::error::Wrong;
use super::host::Host;
use super::mode::DataMode;
use super::network::Network;
use super::{Location, LogFormat};

/// One field a key. `VISMATCH_<KEY>` and `--<key>` go by the same names.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Settings {
    #[serde(deserialize_with = "one_or_more")]
    pub listen: Vec<SocketAddr>,
    pub open_to_network: bool,
    #[serde(deserialize_with = "one_or_more")]
    pub host: Vec<Host>,
    #[serde(deserialize_with = "one_or_more")]
    pub trusted_proxy: Vec<Network>,
    #[serde(deserialize_with = "from_text")]
    pub base_path: BasePath,
    pub data: PathBuf,
    #[serde(deserialize_with = "from_text")]
    pub data_mode: DataMode,
    pub component: Option<PathBuf>,
    #[serde(deserialize_with = "one_or_more")]
    pub plugin: Vec<PluginFile>,
    pub max_pixels: u64,
    pub max_body: ByteSize,
    pub sandbox_memory: ByteSize,
    #[serde(with = "humantime_serde")]
    pub sandbox_timeout: Duration,
    pub workers: usize,
    pub queue: usize,
    pub quality: u8,
    #[serde(with = "humantime_serde")]
    pub trash_retention: Duration,
    #[serde(deserialize_with = "one_or_more")]
    pub cors_origin: Vec<String>,
    pub dev: bool,
    pub location: Location,
    pub log_format: LogFormat,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            listen: vec![SocketAddr::from(([127, 0, 0, 1], 3000))],
            open_to_network: false,
            host: Vec::new(),
            trusted_proxy: Vec::new(),
            base_path: BasePath::default(),
            data: PathBuf::from("data"),
            data_mode: DataMode::default(),
            component: None,
            plugin: Vec::new(),
            max_pixels: Limits::default().max_pixels,
            max_body: ByteSize::mib(64),
            sandbox_memory: ByteSize::gib(1),
            sandbox_timeout: Duration::from_secs(10),
            workers: cores(),
            queue: 256,
            quality: 85,
            trash_retention: Duration::from_secs(30 * 86_400),
            cors_origin: Vec::new(),
            dev: false,
            location: Location::default(),
            log_format: LogFormat::default(),
        }
    }
}

impl Settings {
    /// Every key.
    pub(super) const KEYS: &[&str] = &[
        "listen",
        "open_to_network",
        "host",
        "trusted_proxy",
        "base_path",
        "data",
        "data_mode",
        "component",
        "plugin",
        "max_pixels",
        "max_body",
        "sandbox_memory",
        "sandbox_timeout",
        "workers",
        "queue",
        "quality",
        "trash_retention",
        "cors_origin",
        "dev",
        "location",
        "log_format",
    ];

    /// Holds the values to their ranges.
    pub(super) fn check(&self) -> Result<(), Wrong> {
        let demands = [
            ("listen", !self.listen.is_empty(), "at least one address"),
            (
                "listen",
                self.open_to_network
                    || self
                        .listen
                        .iter()
                        .all(|address| address.ip().to_canonical().is_loopback()),
                "addresses of this machine alone such as 127.0.0.1:3000, unless `open_to_network` says that whoever \
                reaches the others may read, add and delete: nobody is asked who they are",
            ),
            ("max_pixels", self.max_pixels > 0, "at least 1"),
            ("max_body", self.max_body.as_u64() > 0, "at least 1 byte"),
            (
                "sandbox_memory",
                (ByteSize::mib(16)..=ByteSize::gib(4)).contains(&self.sandbox_memory),
                "16MiB to 4GiB",
            ),
            (
                "sandbox_timeout",
                (Duration::from_millis(1)..=Duration::from_secs(86_400))
                    .contains(&self.sandbox_timeout),
                "1ms to 1day",
            ),
            (
                "plugin",
                names_differ(&self.plugin),
                "NAME=FILE, each name once",
            ),
            ("workers", (1..=1024).contains(&self.workers), "1 to 1024"),
            (
                "trash_retention",
                (Duration::from_secs(60)..=Duration::from_secs(36_525 * 86_400))
                    .contains(&self.trash_retention),
                "1min to 100years",
            ),
            ("quality", (1..=100).contains(&self.quality), "1 to 100"),
            (
                "cors_origin",
                self.cors_origin.iter().all(|text| is_origin(text)),
                "origins such as https://shop.example, without a path",
            ),
        ];
        match demands.into_iter().find(|(_, holds, _)| !holds) {
            Some((key, _, wanted)) => Err(Wrong { key, wanted }),
            None => Ok(()),
        }
    }
}

fn names_differ(plugins: &[PluginFile]) -> bool {
    let names: HashSet<_> = plugins.iter().map(|plugin| &plugin.name).collect();
    names.len() == plugins.len()
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(2, usize::from)
}

/// Scheme, host and maybe a port, as browsers send it (RFC 6454): nothing else would ever match.
fn is_origin(text: &str) -> bool {
    let uri = text.parse::<axum::http::Uri>();
    uri.is_ok_and(|uri| {
        let scheme = uri.scheme_str().unwrap_or_default();
        let host = uri.authority().map_or("", |authority| authority.as_str());
        !host.is_empty() && !host.contains('@') && text == format!("{scheme}://{host}")
    })
}

/// A value that is written as a text.
fn from_text<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: std::str::FromStr<Err: std::fmt::Display>,
{
    parse(&String::deserialize(deserializer)?)
}

/// A list, or one text with commas: what an environment variable can hold.
fn one_or_more<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: std::str::FromStr<Err: std::fmt::Display>,
{
    deserializer.deserialize_any(OneOrMore(std::marker::PhantomData))
}

struct OneOrMore<T>(std::marker::PhantomData<T>);

impl<'de, T: std::str::FromStr<Err: std::fmt::Display>> Visitor<'de> for OneOrMore<T> {
    type Value = Vec<T>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a text, or a list of texts")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Vec<T>, E> {
        text.split(',').map(str::trim).map(parse).collect()
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Vec<T>, A::Error> {
        let mut values = Vec::new();
        while let Some(text) = list.next_element::<String>()? {
            values.push(parse(&text)?);
        }
        Ok(values)
    }
}

fn parse<T: std::str::FromStr<Err: std::fmt::Display>, E: Error>(text: &str) -> Result<T, E> {
    text.parse()
        .map_err(|error| E::custom(format_args!("{text:?}: {error}")))
}
