//! A picture is given to a project.

use axum::extract::{Request, State};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::domain::{ImageName, OnDuplicateName};
use crate::http::error::{ApiError, ErrorBody};
use crate::http::extract::{InProject, ProjectPath, Query};
use crate::http::form::{Form, SentPicture, last_segment, own_name};
use crate::http::schemas::WantedName;
use crate::http::views::{FingerprintView, MatchView, Urls, timestamp};
use crate::service::{
    NameClash,
    uploads::{self, Ingested, OnDuplicate, Upload},
};

/// The upload route.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::default().routes(routes!(upload))
}

/// A picture and what to do with it; its fields may come in any order.
#[derive(ToSchema)]
#[expect(dead_code, reason = "read field by field; this describes it")]
struct UploadForm {
    /// The picture; its format is told by its content, never by its name.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
    /// What to call it; without it the file's own name. ` (2)` comes before the extension when it is taken, also by
    /// a name that differs only by case; more than 255 bytes are cut before the extension.
    #[schema(value_type = WantedName, required = false, example = "beach.jpg")]
    name: Option<String>,
    /// `keep` (default) or `reject`: what to do when the very bytes are in the project already.
    #[schema(value_type = OnDuplicateName, required = false)]
    on_duplicate: Option<OnDuplicateName>,
}

/// What may be said of an upload in the URL too; a field of the form wins.
#[derive(Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct UploadOptions {
    /// What to call the image.
    #[param(value_type = WantedName, inline, required = false, example = "beach.jpg")]
    name: Option<String>,
    /// `keep` (default) or `reject`: what to do when the very bytes are in the project already.
    #[param(value_type = OnDuplicateName, required = false, example = "reject")]
    on_duplicate: Option<OnDuplicateName>,
}

/// A picture that is in, searchable by everyone.
#[derive(Serialize, ToSchema)]
struct Uploaded {
    /// Its id: 32 lower-case hexadecimal characters.
    #[schema(example = "019a9e3c6f0a7c41b1d2f3a4b5c6d7e8")]
    image_id: String,
    /// Where it is.
    #[schema(example = "holidays")]
    project_id: String,
    /// It became the project's cover, as the first image does.
    is_primary: bool,
    /// Where its renditions are.
    urls: Urls,
    /// What it is called.
    #[schema(example = "beach.jpg")]
    name: String,
    /// What the client called it; left out when it is called so. A name that is taken gets a number, one of more
    /// than 255 bytes is cut before its extension, and one that cannot be used gives way to the picture's digest.
    #[serde(skip_serializing_if = "Option::is_none")]
    sent_name: Option<String>,
    /// Pixels across, upright.
    #[schema(example = 4032)]
    width: u32,
    /// Pixels down, upright.
    #[schema(example = 3024)]
    height: u32,
    /// Length of the file in bytes.
    #[schema(example = 2_841_337)]
    bytes: u64,
    /// Digest of the file.
    sha256: String,
    /// What every algorithm says of it.
    fingerprints: Vec<FingerprintView>,
    /// When it was given, RFC 3339 with milliseconds.
    #[schema(example = "2026-02-21T19:01:02.123Z")]
    created_at: String,
    /// What it matches in its project, the strongest verdict first, at most 10; left out when nothing. Only `exact`,
    /// `same_picture` and `edited` are duplicates.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    duplicates: Vec<MatchView>,
}

/// Give a picture to a project
///
/// The project is made when it is not there. The picture is stored as it is and shown as JPEG in
/// four sizes; the first of a project becomes its cover. Pictures that are in the project already,
/// or look like this one, are named in `duplicates`.
#[utoipa::path(
    post, path = "/projects/{project_id}/images",
    operation_id = "upload_image", tag = "images",
    params(ProjectPath, UploadOptions),
    request_body(content = UploadForm, content_type = "multipart/form-data"),
    responses(
        (status = 200, description = "It is in, and found by everyone.", body = Uploaded),
        (status = 400, description = "Not a picture that can be read (the message names what it is), a body that was cut off, a name that cannot be used.", body = ErrorBody),
        (status = 409, description = "With `on_duplicate=reject`: it is there already; `details.image_id` says where. Or the name leads through a file or a link.", body = ErrorBody),
        (status = 422, description = "The field `file` is missing, or `on_duplicate` is neither of its words.", body = ErrorBody),
        (status = 503, description = "Too many uploads at once; Retry-After says when to come back.", body = ErrorBody),
    ),
)]
async fn upload(
    State(app): State<App>,
    InProject(project): InProject,
    Query(url): Query<UploadOptions>,
    request: Request,
) -> Result<axum::Json<Uploaded>, ApiError> {
    let mut form = Form::receive(&app, request, &["file"]).await?;
    let options = form.parameters::<UploadOptions>()?.or(url);
    let picture = form.picture("file")?;
    let sent_name = options.sent_name(&picture);
    let upload = Upload {
        project,
        name: options.name(&picture)?,
        on_duplicate: options.on_duplicate(),
        name_clash: NameClash::Number,
        given: picture.staged,
    };
    let ingested = uploads::ingest(&app.services, upload).await?;
    Ok(axum::Json(Uploaded::new(ingested, sent_name)))
}

impl UploadOptions {
    /// These, and where they say nothing, those.
    fn or(self, those: Self) -> Self {
        Self {
            name: self.name.or(those.name),
            on_duplicate: self.on_duplicate.or(those.on_duplicate),
        }
    }

    /// The name asked for, or the file's own where it can be used.
    fn name(&self, picture: &SentPicture) -> Result<Option<ImageName>, ApiError> {
        match self.name.as_deref().filter(|name| !name.is_empty()) {
            Some(name) => Ok(Some(ImageName::parse_fitting(name)?)),
            None => Ok(picture.file_name.as_deref().and_then(own_name)),
        }
    }

    /// What the client calls the picture.
    fn sent_name(&self, picture: &SentPicture) -> Option<String> {
        let asked = self.name.as_deref().filter(|name| !name.is_empty());
        let own = || picture.file_name.as_deref().map(last_segment);
        asked.or_else(own).map(str::to_owned)
    }

    fn on_duplicate(&self) -> OnDuplicate {
        match self.on_duplicate {
            None | Some(OnDuplicateName::Unsaid | OnDuplicateName::Keep) => OnDuplicate::Keep,
            Some(OnDuplicateName::Reject) => OnDuplicate::Reject,
        }
    }
}

impl Uploaded {
    fn new(ingested: Ingested, sent_name: Option<String>) -> Self {
        let image = ingested.image;
        Self {
            sent_name: sent_name.filter(|name| name != image.name.as_str()),
            image_id: image.id.to_string(),
            project_id: image.project.to_string(),
            is_primary: image.is_primary,
            urls: Urls::new(&image.project, image.id),
            name: image.name.to_string(),
            width: image.info.size.width,
            height: image.info.size.height,
            bytes: image.bytes,
            sha256: image.sha256.to_string(),
            fingerprints: image.fingerprints.iter().map(Into::into).collect(),
            created_at: timestamp(image.created_at),
            duplicates: ingested.duplicates.iter().map(Into::into).collect(),
        }
    }
}
