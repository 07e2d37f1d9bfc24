//! Looking after a data folder: `verify` it, `rebuild` its database, `import` a folder into a project.

use std::path::Path;

use crate::domain::ProjectName;

use super::{ServiceError, Services};

/// One thing that `verify` found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What is wrong, with names.
    pub problem: String,
    /// It was put right.
    pub repaired: bool,
}

/// What `verify` looked at and found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Images whose every blob, row and manifest entry was looked at.
    pub images: u64,
    /// What is wrong; empty when all is well.
    pub findings: Vec<Finding>,
}

/// What `import` did with a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Imported {
    /// Taken in.
    Added,
    /// These bytes are in the project already.
    Known,
    /// No picture, or unreadable; the text says why.
    Skipped(String),
}

/// Checks every blob, row and manifest against each other; `repair` makes renditions again, writes
/// manifests again and takes out rows whose picture is lost. `progress(done, total)`.
pub async fn verify(
    services: &Services,
    repair: bool,
    progress: &(dyn Fn(u64, u64) + Sync),
) -> Result<Report, ServiceError> {
    todo!()
}

/// Makes the database anew out of `projects/*/meta.json` and the files; says how many images it holds.
pub async fn rebuild(
    data: &Path,
    progress: &(dyn Fn(u64, u64) + Sync),
) -> Result<u64, ServiceError> {
    todo!()
}

/// Takes one file of this machine into a project, unless its bytes are there; called again after an
/// interruption it goes on where it was. The name is the path below the imported folder.
pub async fn import_file(
    services: &Services,
    project: &ProjectName,
    folder: &Path,
    file: &Path,
) -> Result<Imported, ServiceError> {
    todo!()
}
