//! Hashers that somebody else wrote: what they are called and what they say of themselves.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use super::Algorithm;

/// Longest name, in bytes.
const MAX_NAME: usize = 64;

/// What the operator calls a plugin: 1 to 64 of `a` to `z`, digits, `-` and `_`, and none of our own algorithms.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PluginName(String);

impl PluginName {
    /// The name as the operator gave it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PluginName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for PluginName {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let is_plain =
            |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_".contains(&byte);
        if name.is_empty() || name.len() > MAX_NAME || !name.bytes().all(is_plain) {
            return Err(format!(
                "a plugin's name is 1 to {MAX_NAME} of a to z, digits, - and _"
            ));
        }
        if Algorithm::from_name(name).is_some() {
            return Err(format!("{name} is an algorithm of the server's own"));
        }
        Ok(Self(name.to_owned()))
    }
}

/// A plugin as the operator names it, `NAME=FILE`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PluginFile {
    /// What it is called in every question to the server.
    pub name: PluginName,
    /// The component.
    pub file: PathBuf,
}

impl FromStr for PluginFile {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, file) = text.split_once('=').ok_or("it is not NAME=FILE")?;
        if file.is_empty() {
            return Err("no file behind NAME=".into());
        }
        Ok(Self {
            name: name.parse()?,
            file: PathBuf::from(file),
        })
    }
}

/// The key of a plugin version: one file of one version of a definition under one name. It is never given out again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PluginVersionId(pub u32);

/// What a plugin made of a picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PluginFingerprint {
    /// Which version of which plugin.
    pub version: PluginVersionId,
    /// The bits, most significant first; `None` when it has none for this picture.
    pub bits: Option<Vec<u8>>,
}

/// What a hasher is handed of a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HasherInput {
    /// The luma plane that our own algorithms start from: 256x256 bytes.
    LumaPlane,
    /// The file as it was given.
    Bytes,
}

impl HasherInput {
    /// As in `wit/`.
    pub fn name(self) -> &'static str {
        match self {
            Self::LumaPlane => "luma-plane",
            Self::Bytes => "bytes",
        }
    }
}

/// What a hasher says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HasherDescription {
    /// What it calls itself.
    pub name: String,
    /// Version of its definition.
    pub version: u16,
    /// Bits of a fingerprint: 64, 128 or 256.
    pub bits: u32,
    /// What it is handed.
    pub input: HasherInput,
}

impl HasherDescription {
    /// The distance up to which pictures are near unless told otherwise: as many of 64 bits as `phash` allows.
    /// Nobody has measured a plugin.
    pub fn default_radius(&self) -> u32 {
        let phash = Algorithm::Phash;
        self.bits * phash.default_radius() / phash.bits()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plugin_is_named_and_has_a_file() {
        let plugin: PluginFile = "edge-64=/srv/a=b.wasm".parse().unwrap();
        assert_eq!(plugin.name.as_str(), "edge-64");
        assert_eq!(plugin.file, PathBuf::from("/srv/a=b.wasm"));
        for wrong in [
            "edge",
            "edge=",
            "=a.wasm",
            "Edge=a.wasm",
            "a/b=a.wasm",
            "phash=a.wasm",
        ] {
            assert!(wrong.parse::<PluginFile>().is_err(), "{wrong}");
        }
    }
}
