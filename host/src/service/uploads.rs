//! Uploads: a picture is processed in the sandbox, stored, indexed, and matched.

use crate::domain::{Image, ImageFormat, ImageName, Match, ProjectName, Sha256, Sketch};
use crate::sandbox::Input;
use crate::store::{NameClash, Staged};

use super::matching::{Criterion, KnownPicture, Search, Subject};
use super::processing::{self, Given};
use super::{ServiceError, Services, matching, plugins, tokens};

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
        duplicates_of(services, &stored.image, sketch)
    );
    Ok(Ingested {
        duplicates: duplicates?,
        image: stored.image,
        deletion_token,
    })
}

/// What a stored image matches in its project: the same bytes first, then what is verified a duplicate or similar. Without a
/// sketch distances are all there is.
async fn duplicates_of(
    services: &Services,
    image: &Image,
    sketch: Option<Sketch>,
) -> Result<Vec<Match>, ServiceError> {
    let subject = match sketch {
        Some(sketch) => Subject::Image(Box::new(image.clone()), sketch),
        None => Subject::Known(KnownPicture::of_image(image)),
    };
    let search = Search {
        subject,
        by: Criterion::Verified {
            any_orientation: false,
        },
        scope: Some(image.project.clone()),
        limit: MAX_DUPLICATES + 1,
    };
    let found = matching::search(services, search).await?;
    let mut others = found.into_list(MAX_DUPLICATES + 1);
    others.retain(|other| other.image.id != image.id);
    others.truncate(MAX_DUPLICATES);
    Ok(others)
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
