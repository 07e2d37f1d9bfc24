//! Takes a folder of this machine into a project, file by file.

use std::path::{Component, Path};

use tokio::io::AsyncReadExt;

use crate::domain::{ImageError, ImageName, ProjectName, Sha256};
use crate::sandbox::Input;
use crate::service::processing::{self, Given};
use crate::service::{ServiceError, Services, digest};
use crate::store::{NameClash, Staged};

/// Bytes that are copied at once.
const CHUNK: usize = 256 << 10;

/// What `import` did with a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Imported {
    /// Taken in; under this name, where its own could not be had.
    Added(Option<ImageName>),
    /// These bytes are in the project already; under this name, where it is another than the file's.
    Known(Option<ImageName>),
    /// No picture; the text says what.
    Skipped(String),
    /// It may be a picture, and cannot be taken in; the text says why.
    Unreadable(String),
}

/// Takes one file of this machine into a project, unless its bytes are there; called again after an
/// interruption it goes on where it was. The name is the path below the imported folder. Waits while
/// the sandbox is busy.
pub async fn import_file(
    services: &Services,
    project: &ProjectName,
    folder: &Path,
    file: &Path,
) -> Result<Imported, ServiceError> {
    let name = match name_below(folder, file) {
        Ok(name) => name,
        Err(error) => return Ok(Imported::Unreadable(error.to_string())),
    };
    let sha256 = match digest::of_file(file.to_path_buf()).await {
        Ok(digest) => digest,
        Err(error) => return Ok(Imported::Unreadable(error.to_string())),
    };
    let known = services
        .store
        .images_by_digest(Some(project), sha256)
        .await?;
    let by_name = known.iter().find(|image| image.name == name);
    if let Some(image) = by_name.or(known.first()) {
        let other = Some(image.name.clone()).filter(|known| *known != name);
        return Ok(Imported::Known(other));
    }
    match add(services, project, name, file, sha256).await {
        Ok(imported) => Ok(imported),
        Err(ServiceError::NotAPicture(ImageError::UnsupportedFormat(text))) => {
            let error = ImageError::UnsupportedFormat(text);
            Ok(Imported::Skipped(error.to_string()))
        }
        Err(error) if error.is_refusal() => Ok(Imported::Unreadable(error.to_string())),
        Err(error) => Err(error),
    }
}

/// Processed where it lies, and copied only when it is a picture.
async fn add(
    services: &Services,
    project: &ProjectName,
    name: ImageName,
    file: &Path,
    sha256: Sha256,
) -> Result<Imported, ServiceError> {
    let outcome = processing::process_patiently(services, Input::File(file.to_owned())).await?;
    let staged = copy(services, file).await?;
    if staged.sha256 != sha256 {
        return Ok(Imported::Unreadable("it changed while it was read".into()));
    }
    let wanted = name.clone();
    let given = Given {
        project: project.clone(),
        name,
        bytes: staged.bytes,
        sha256,
        deletion_token: None,
    };
    let (image, renditions) = processing::image_of(given, outcome);
    let store = &services.store;
    let stored = store
        .insert(image, staged, renditions, NameClash::Number)
        .await?;
    let other = Some(stored.image.name).filter(|name| *name != wanted);
    Ok(Imported::Added(other))
}

/// The file's bytes where the store can take them over.
async fn copy(services: &Services, file: &Path) -> Result<Staged, ServiceError> {
    let internal = |error: std::io::Error| ServiceError::Internal(error.into());
    let mut source = tokio::fs::File::open(file).await.map_err(internal)?;
    let mut staging = services.store.stage().await?;
    let mut chunk = vec![0; CHUNK];
    loop {
        let read = source.read(&mut chunk).await.map_err(internal)?;
        if read == 0 {
            return Ok(staging.finish().await?);
        }
        staging.write(&chunk[..read]).await?;
    }
}

fn name_below(folder: &Path, file: &Path) -> Result<ImageName, ServiceError> {
    let unusable = || ServiceError::Invalid(format!("{}: not a name", file.display()));
    let below = file.strip_prefix(folder).map_err(|_| unusable())?;
    let mut segments = Vec::new();
    for component in below.components() {
        match component {
            Component::Normal(segment) => segments.push(segment.to_str().ok_or_else(unusable)?),
            _ => return Err(unusable()),
        }
    }
    Ok(ImageName::parse_fitting(&segments.join("/"))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_below_the_folder_is_the_name() {
        let name = |file: &str| name_below(Path::new("/photos"), Path::new(file));
        assert_eq!(name("/photos/a/b.jpg").unwrap().as_str(), "a/b.jpg");
        assert!(name("/photos").is_err());
        assert!(name("/elsewhere/b.jpg").is_err());
        assert!(name("/photos/../b.jpg").is_err());
    }
}
