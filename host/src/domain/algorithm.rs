//! What makes fingerprints: the algorithms of the pipeline, and versions of plugins beside them.

use std::borrow::Cow;

use super::{
    Algorithm, Fingerprint, HasherDescription, PluginFingerprint, PluginName, PluginVersionId,
};

/// What made a fingerprint. Only fingerprints that were made by the same are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum AlgorithmId {
    /// An algorithm of the pipeline, by a version of its definition.
    BuiltIn(Algorithm, u16),
    /// A version of a plugin, whose fingerprints have so many bits.
    Plugin(PluginVersionId, u32),
}

/// What those who search by an algorithm have to know of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlgorithmDefinition {
    /// Its identity.
    pub id: AlgorithmId,
    /// The name in JSON and on the command line.
    pub name: Cow<'static, str>,
    /// Version of its definition.
    pub version: u16,
    /// The distance up to which pictures are near unless told otherwise.
    pub default_radius: u32,
}

/// An algorithm by its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NamedAlgorithm {
    /// One of the pipeline.
    BuiltIn(Algorithm),
    /// The version of a plugin that is loaded.
    Plugin(PluginName),
}

/// All that is stored of a picture to find it by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StoredFingerprints {
    /// By the algorithms of the pipeline.
    pub built_in: Vec<Fingerprint>,
    /// By plugins.
    pub by_plugins: Vec<PluginFingerprint>,
}

impl StoredFingerprints {
    /// The version of a plugin has been asked about the picture.
    pub fn has(&self, version: PluginVersionId) -> bool {
        self.by_plugins.iter().any(|made| made.version == version)
    }

    /// What the version of a plugin made of the picture.
    pub fn bits_by(&self, version: PluginVersionId) -> Option<&[u8]> {
        let mut made = self.by_plugins.iter();
        made.find(|made| made.version == version)?.bits.as_deref()
    }
}

impl AlgorithmId {
    /// Length of its fingerprints in bits.
    pub fn bits(self) -> u32 {
        match self {
            Self::BuiltIn(algorithm, _) => algorithm.bits(),
            Self::Plugin(_, bits) => bits,
        }
    }
}

/// By its definition of today.
impl From<Algorithm> for AlgorithmId {
    fn from(algorithm: Algorithm) -> Self {
        Self::BuiltIn(algorithm, algorithm.version())
    }
}

impl AlgorithmDefinition {
    /// That of a version of a plugin, by what it says of itself.
    pub fn of_plugin(
        plugin: &PluginName,
        version: PluginVersionId,
        description: &HasherDescription,
    ) -> Self {
        Self {
            id: AlgorithmId::Plugin(version, description.bits),
            name: plugin.to_string().into(),
            version: description.version,
            default_radius: description.default_radius(),
        }
    }

    fn built_in(algorithm: Algorithm, version: u16) -> Self {
        Self {
            id: AlgorithmId::BuiltIn(algorithm, version),
            name: algorithm.name().into(),
            version,
            default_radius: algorithm.default_radius(),
        }
    }
}

/// The definition of today.
impl From<Algorithm> for AlgorithmDefinition {
    fn from(algorithm: Algorithm) -> Self {
        Self::built_in(algorithm, algorithm.version())
    }
}

/// The definition that it was made by.
impl From<&Fingerprint> for AlgorithmDefinition {
    fn from(fingerprint: &Fingerprint) -> Self {
        Self::built_in(fingerprint.algorithm, fingerprint.version)
    }
}

impl From<Algorithm> for NamedAlgorithm {
    fn from(algorithm: Algorithm) -> Self {
        Self::BuiltIn(algorithm)
    }
}

/// The default algorithm of the pipeline.
impl Default for NamedAlgorithm {
    fn default() -> Self {
        Algorithm::default().into()
    }
}
