//! Why settings cannot be used, always with key and source. The operator must act.

use std::fmt::Display;
use std::path::Path;

use figment::error::Kind;
use figment::{Figment, Metadata, Source};

/// Settings that cannot be used; one line a fault.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct ConfigError(String);

/// A value out of its range.
pub(super) struct Wrong {
    pub key: &'static str,
    pub wanted: &'static str,
}

impl Wrong {
    pub(super) fn in_source(self, figment: &Figment) -> ConfigError {
        let Self { key, wanted } = self;
        let source = source(figment.find_metadata(key));
        ConfigError(format!("setting `{key}` from {source}: must be {wanted}"))
    }
}

impl ConfigError {
    /// What figment found while it read and typed the values.
    pub(super) fn new(figment: &Figment, error: figment::Error) -> Self {
        let lines: Vec<String> = error
            .into_iter()
            .map(|one| describe(figment, &one))
            .collect();
        Self(lines.join("\n"))
    }

    pub(super) fn file(path: &Path, reason: impl Display) -> Self {
        Self(format!(
            "cannot read the settings in {}: {reason}",
            path.display()
        ))
    }

    pub(super) fn flags(error: figment::Error) -> Self {
        Self(format!("setting from the command line: {error}"))
    }

    pub(super) fn not_text(key: &str, source: &str) -> Self {
        Self(format!("setting `{key}` from {source}: not valid UTF-8"))
    }
}

fn describe(figment: &Figment, error: &figment::Error) -> String {
    if let Kind::UnknownField(key, known) = &error.kind {
        let source = source(figment.find_metadata(key));
        return format!(
            "unknown setting `{key}` in {source}; known are {}",
            known.join(", ")
        );
    }
    let source = source(error.metadata.as_ref());
    match error.path.join(".") {
        key if key.is_empty() => format!("settings in {source}: {}", error.kind),
        key => format!("setting `{key}` from {source}: {}", error.kind),
    }
}

fn source(metadata: Option<&Metadata>) -> String {
    match metadata {
        Some(Metadata {
            source: Some(Source::File(path)),
            ..
        }) => path.display().to_string(),
        Some(metadata) => metadata.name.to_string(),
        None => "the defaults".into(),
    }
}
