//! Looking after a data folder: `verify` it, `rebuild` its database, `import` a folder into a project.

mod import;
mod verify;

pub use import::{Imported, import_file};
pub use verify::{Finding, Report, verify};

use std::path::Path;

use crate::store::Store;

use super::ServiceError;

/// Makes the database anew out of `projects/*/meta.json` and the files; says how many images it holds.
/// The old database is kept as `vismatch.db.bak`. Fails while a server or command has the folder open.
/// `progress(done, total)` counts images.
pub async fn rebuild(
    data: &Path,
    progress: &(dyn Fn(u64, u64) + Sync),
) -> Result<u64, ServiceError> {
    Ok(Store::rebuild(data, progress).await?)
}
