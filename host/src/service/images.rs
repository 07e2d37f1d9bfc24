//! Images: given, listed, made the cover, removed.

use crate::domain::{Image, ImageFormat, ImageId, ImageName, Match, ProjectName, Sha256};
use crate::sandbox::Input;
use crate::store::{NameClash, Removed, Staged};

use super::processing::{self, Given};
use super::{ServiceError, Services, matching, plugins, projects, tokens};

/// Most duplicates that an upload is answered with.
const MAX_DUPLICATES: usize = 10;

/// What to do with a picture whose exact bytes are in the project already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnDuplicate {
    /// Keep both and say so.
    #[default]
    Keep,
    /// Refuse with `Conflict` naming the image that is there. Looked up before any work, and again under
    /// the project's lock: of uploads of the same bytes at the same moment one passes.
    Reject,
}

/// A picture on its way in.
#[derive(Debug)]
pub struct Upload {
    /// Where it goes; made when it is not there.
    pub project: ProjectName,
    /// What it is to be called; `None` = its digest's first 12 characters and the format's extension.
    pub name: Option<ImageName>,
    /// Its bytes.
    pub given: Staged,
    /// When the name is taken.
    pub name_clash: NameClash,
    /// When the bytes are there already.
    pub on_duplicate: OnDuplicate,
}

/// A picture that is in, searchable by everyone.
#[derive(Clone, Debug)]
pub struct Ingested {
    /// The image.
    pub image: Image,
    /// What it matches in its project, the strongest verdict first, at most 10; not itself.
    pub duplicates: Vec<Match>,
    /// One-time token that allows its deletion.
    pub deletion_token: String,
}

/// Takes a picture in: processed in the sandbox, stored, indexed.
pub async fn ingest(services: &Services, upload: Upload) -> Result<Ingested, ServiceError> {
    if upload.on_duplicate == OnDuplicate::Reject {
        let store = &services.store;
        store
            .refuse_known(&upload.project, upload.given.sha256)
            .await?;
    }
    let picture = Input::File(upload.given.path.to_path_buf());
    let outcome = processing::process(services, picture).await?;
    let deletion_token = tokens::generate()?;
    let Upload { given, .. } = upload;
    let name = match upload.name {
        Some(name) => name,
        None => default_name(given.sha256, outcome.info.format)?,
    };
    let facts = Given {
        project: upload.project,
        name,
        bytes: given.bytes,
        sha256: given.sha256,
        deletion_token: Some(deletion_token.clone()),
    };
    let (image, renditions) = processing::image_of(facts, outcome);
    let sketch = image.sketch.clone();
    let _claim = services.plugins.claim(image.id);
    let (store, clash) = (&services.store, upload.name_clash);
    let stored = match upload.on_duplicate {
        OnDuplicate::Keep => store.insert(image, given, renditions, clash).await?,
        OnDuplicate::Reject => store.insert_new(image, given, renditions, clash).await?,
    };
    let ((), duplicates) = tokio::join!(
        plugins::fingerprint_upload(services, &stored.image),
        matching::matches_of_new(services, &stored.image, sketch, MAX_DUPLICATES)
    );
    Ok(Ingested {
        duplicates: duplicates?,
        image: stored.image,
        deletion_token,
    })
}

/// Images of a project in upload order, from behind `after`; `NotFound` when there is no such project,
/// or no such image to go on behind.
pub async fn list(
    services: &Services,
    project: &ProjectName,
    after: Option<ImageId>,
    limit: Option<u64>,
) -> Result<Vec<Image>, ServiceError> {
    let images = services.store.images(project, after, limit).await?;
    if images.is_empty() {
        match after {
            Some(after) => get(services, project, &after.to_string()).await.map(drop)?,
            None => projects::get(services, project).await.map(drop)?,
        }
    }
    Ok(images)
}

/// One image by id or, failing that, by name, or by the name of one that was merged into it.
pub async fn get(
    services: &Services,
    project: &ProjectName,
    id_or_name: &str,
) -> Result<Image, ServiceError> {
    if let Some(image) = find(services, project, id_or_name).await? {
        return Ok(image);
    }
    if let Some(image) = find_by_alias(services, project, id_or_name).await? {
        return Ok(image);
    }
    projects::check(services, project).await?;
    Err(unknown(project, id_or_name))
}

/// Removes one image for good, with everything that was merged into it but for what is in the trash.
/// `Conflict` when the name is that of an image that was merged: nobody who names a copy means the image
/// that was kept.
pub async fn delete(
    services: &Services,
    project: &ProjectName,
    id_or_name: &str,
) -> Result<Removed, ServiceError> {
    let image = get(services, project, id_or_name).await?;
    refuse_alias(&image, id_or_name)?;
    services
        .store
        .remove(project, image.id)
        .await?
        .ok_or_else(|| unknown(project, id_or_name))
}

/// Removes the image that a one-time deletion token stands for.
pub async fn delete_by_token(services: &Services, token: &str) -> Result<Removed, ServiceError> {
    let unknown = || ServiceError::NotFound("no image has this deletion token".into());
    let (project, image) = services
        .store
        .image_by_deletion_token(token)
        .await?
        .ok_or_else(unknown)?;
    services
        .store
        .remove(&project, image)
        .await?
        .ok_or_else(unknown)
}

/// Makes one image the cover and says which it is.
pub async fn set_primary(
    services: &Services,
    project: &ProjectName,
    id_or_name: &str,
) -> Result<Image, ServiceError> {
    let image = get(services, project, id_or_name).await?;
    if !services.store.set_primary(project, image.id).await? {
        return Err(unknown(project, id_or_name));
    }
    Ok(Image {
        is_primary: true,
        ..image
    })
}

/// One image by id or its own name.
pub(super) async fn find(
    services: &Services,
    project: &ProjectName,
    id_or_name: &str,
) -> Result<Option<Image>, ServiceError> {
    if let Ok(id) = id_or_name.parse()
        && let Some(image) = services.store.image(project, id).await?
    {
        return Ok(Some(image));
    }
    match ImageName::parse(id_or_name) {
        Ok(name) => Ok(services.store.image_by_name(project, &name).await?),
        Err(_) => Ok(None),
    }
}

async fn find_by_alias(
    services: &Services,
    project: &ProjectName,
    name: &str,
) -> Result<Option<Image>, ServiceError> {
    match ImageName::parse(name) {
        Ok(name) => Ok(services.store.image_by_alias(project, &name).await?),
        Err(_) => Ok(None),
    }
}

fn refuse_alias(image: &Image, id_or_name: &str) -> Result<(), ServiceError> {
    let is_name = ImageName::parse(id_or_name).is_ok_and(|name| name == image.name);
    if is_name || id_or_name == image.id.to_string() {
        return Ok(());
    }
    let name = image.name.as_str();
    Err(ServiceError::Conflict {
        message: format!(
            "{id_or_name:?} was merged into {name:?}: delete that by its own name or id, or the copy from the trash"
        ),
        image: Some(image.id),
    })
}

fn default_name(digest: Sha256, format: ImageFormat) -> Result<ImageName, ServiceError> {
    let digest = &digest.to_string()[..12];
    Ok(ImageName::parse(&format!(
        "{digest}.{}",
        extension(format)
    ))?)
}

fn extension(format: ImageFormat) -> &'static str {
    match format {
        ImageFormat::Jpeg => "jpg",
        ImageFormat::Png => "png",
        ImageFormat::WebP => "webp",
        ImageFormat::Gif => "gif",
        ImageFormat::Bmp => "bmp",
        ImageFormat::Tiff => "tiff",
        ImageFormat::Ico => "ico",
        ImageFormat::Pnm => "pnm",
        ImageFormat::Qoi => "qoi",
        ImageFormat::Tga => "tga",
        ImageFormat::Heif => "heic",
        ImageFormat::JpegXl => "jxl",
        ImageFormat::Avif => "avif",
    }
}

pub(super) fn unknown(project: &ProjectName, id_or_name: &str) -> ServiceError {
    let shown: String = id_or_name.chars().take(80).collect();
    let project = project.as_str();
    ServiceError::NotFound(format!("project {project:?} has no image {shown:?}"))
}
