//! Where settings come from, each under the name that error messages call it by.

use std::ffi::OsString;

use figment::value::{Dict, Map, Value};
use figment::{Metadata, Profile, Provider};
use serde::Serialize;

use super::ConfigError;

const PREFIX: &str = "VISMATCH_";

/// Values of one source.
pub(super) struct Named {
    name: String,
    values: Dict,
}

impl Named {
    /// The flags that were given.
    pub(super) fn flags(flags: &impl Serialize) -> Result<Self, ConfigError> {
        let values = Value::serialize(flags).map_err(ConfigError::flags)?;
        Ok(Self {
            name: "the command line".into(),
            values: values.into_dict().unwrap_or_default(),
        })
    }
}

impl Provider for Named {
    fn metadata(&self) -> Metadata {
        Metadata::named(self.name.clone())
    }

    fn data(&self) -> Result<Map<Profile, Dict>, figment::Error> {
        Ok(Profile::Default.collect(self.values.clone()))
    }
}

/// One source a variable that is set, not empty, and named after a key. Others are not ours to judge.
pub(super) fn variables(
    environment: Vec<(OsString, OsString)>,
    keys: &[&str],
) -> Result<Vec<Named>, ConfigError> {
    environment
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .filter_map(|(name, value)| Some((key_of(&name, keys)?, name, value)))
        .map(|(key, name, value)| variable(key, name, value))
        .collect()
}

fn key_of(name: &OsString, keys: &[&str]) -> Option<String> {
    let key = name.to_str()?.strip_prefix(PREFIX)?.to_ascii_lowercase();
    keys.contains(&key.as_str()).then_some(key)
}

fn variable(key: String, name: OsString, value: OsString) -> Result<Named, ConfigError> {
    let name = format!("the environment variable {}", name.display());
    match value.into_string() {
        Ok(text) => Ok(Named {
            name,
            values: Dict::from([(key, Value::from(text))]),
        }),
        Err(_) => Err(ConfigError::not_text(&key, &name)),
    }
}
