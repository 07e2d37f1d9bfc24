//! The family `/images` (S1): a library to upload into, browse and search by similarity.
//!
//! Uploads go into the project `imgurer`; what is shown comes from all projects. The addresses of its pages
//! lead into the web page; its users are the matter of accounts.

mod pages;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::domain::{Image, ProjectName};
use crate::service::{
    Input, NameClash, imgurer,
    uploads::{self, OnDuplicate, Upload},
};

use super::error::{ApiError, ErrorBody};
use super::extract::{BodyKind, Query, body_kind};
use super::form::{Form, own_name};
use super::views::Urls;

/// Where uploads go.
const PROJECT: &str = "imgurer";

/// The routes of this family.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::default()
        .merge(pages::router())
        .routes(routes!(upload, pages::upload))
        .routes(routes!(similar))
        .routes(routes!(browsing))
        .routes(routes!(rebuild))
}

/// A picture for the library.
#[derive(ToSchema)]
#[expect(dead_code, reason = "read field by field; this describes it")]
struct LibraryForm {
    /// The picture; its format is told by its content, never by its name.
    #[schema(value_type = String, format = Binary)]
    image: Vec<u8>,
}

/// A picture that is in the library.
#[derive(Serialize, ToSchema)]
struct LibraryUploaded {
    /// What the client called the file; what it is called in the project, when the client did not say.
    #[schema(example = "beach.jpg")]
    filename: String,
    /// What it is called in the project, when that is another name: one that was taken has got a number, one that cannot
    /// be used gave way to another.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "beach (2).jpg")]
    name: Option<String>,
    /// What it is, by its content.
    #[schema(example = "image/jpeg")]
    content_type: &'static str,
    /// Its id.
    #[schema(example = "019a9e3c6f0a7c41b1d2f3a4b5c6d7e8")]
    id: String,
}

/// Pictures of the library.
#[derive(Serialize, ToSchema)]
struct LibraryImages {
    /// The pictures.
    images: Vec<LibraryImage>,
}

/// A picture of the library; its addresses are relative to the server's, as its pages put a `/` before.
#[derive(Serialize, ToSchema)]
struct LibraryImage {
    /// Its id.
    #[schema(example = "019a9e3c6f0a7c41b1d2f3a4b5c6d7e8")]
    id: String,
    /// The picture in its own size.
    #[schema(example = "projects/imgurer/images/019a9e3c6f0a7c41b1d2f3a4b5c6d7e8?size=original")]
    url: String,
    /// The picture, fitting 400x400.
    #[schema(example = "projects/imgurer/images/019a9e3c6f0a7c41b1d2f3a4b5c6d7e8?size=thumb")]
    thumb_url: String,
}

/// Which picture; in the URL, or as a field of a form or of JSON, which win.
#[derive(Default, Deserialize, IntoParams, ToSchema)]
#[into_params(parameter_in = Query)]
struct SimilarOptions {
    /// A picture of the library, by its id; when no picture is sent.
    #[param(example = "019a9e3c6f0a7c41b1d2f3a4b5c6d7e8")]
    image_id: Option<String>,
}

/// A picture that is looked for.
#[derive(ToSchema)]
#[expect(dead_code, reason = "read field by field; this describes it")]
struct SimilarForm {
    /// The picture; left out when `image_id` names one of the library.
    #[schema(value_type = String, format = Binary, required = false)]
    image: Vec<u8>,
}

/// Upload a picture into the library
#[utoipa::path(
    post, path = "/images/upload",
    operation_id = "upload_to_library", tag = "library",
    request_body(content = LibraryForm, content_type = "multipart/form-data"),
    responses(
        (status = 201, description = "It is in, and found at once.", body = LibraryUploaded),
        (status = 400, description = "Not a picture that can be read, a body that was cut off.", body = ErrorBody),
        (status = 422, description = "The field `image` is missing.", body = ErrorBody),
        (status = 503, description = "Too many uploads at once; Retry-After says when to come back.", body = ErrorBody),
    ),
)]
async fn upload(
    State(app): State<App>,
    request: Request,
) -> Result<(StatusCode, axum::Json<LibraryUploaded>), ApiError> {
    let mut form = Form::receive(&app, request, &["image"]).await?;
    let mut picture = form.picture("image")?;
    let sent_name = picture.file_name.take();
    let upload = Upload {
        project: ProjectName::parse(PROJECT)?,
        name: sent_name.as_deref().and_then(own_name),
        given: picture.staged,
        name_clash: NameClash::Number,
        on_duplicate: OnDuplicate::Keep,
    };
    let image = uploads::ingest(&app.services, upload).await?.image;
    let name = image.name.to_string();
    let filename = sent_name.unwrap_or_else(|| name.clone());
    let uploaded = LibraryUploaded {
        name: Some(name).filter(|name| *name != filename),
        filename,
        content_type: image.info.format.media_type(),
        id: image.id.to_string(),
    };
    Ok((StatusCode::CREATED, axum::Json(uploaded)))
}

/// Pictures that look like one of the library, or like one that is sent
///
/// By `dhash128` within 8 of its 128 bits, nearest first. A picture of the library is the first of them.
#[utoipa::path(
    post, path = "/images/similar",
    operation_id = "similar_in_library", tag = "library",
    params(SimilarOptions),
    request_body(content(
        (SimilarForm = "multipart/form-data"),
        (SimilarOptions = "application/x-www-form-urlencoded"),
        (SimilarOptions = "application/json"),
    )),
    responses(
        (status = 200, description = "The pictures.", body = LibraryImages),
        (status = 400, description = "Both picture and `image_id`, not a picture.", body = ErrorBody),
        (status = 404, description = "There is no such picture.", body = ErrorBody),
        (status = 422, description = "Neither picture nor `image_id`.", body = ErrorBody),
    ),
)]
async fn similar(
    State(app): State<App>,
    Query(url): Query<SimilarOptions>,
    request: Request,
) -> Result<axum::Json<LibraryImages>, ApiError> {
    let (mut form, body) = similar_request(&app, request).await?;
    let image_id = body.image_id.or(url.image_id).filter(|id| !id.is_empty());
    let found = match (form.optional_picture("image"), image_id) {
        (Some(picture), None) => {
            let input = Input::File(picture.staged.path.to_path_buf());
            imgurer::similar_to_picture(&app.services, input, picture.staged.sha256).await?
        }
        (None, Some(id)) => imgurer::similar_to_image(&app.services, &id).await?,
        (Some(_), Some(_)) => {
            let text = "send either `image_id` or a picture as `image`, not both";
            return Err(ApiError::invalid(text));
        }
        (None, None) => {
            let text = "`image_id`, or a picture as `image`, is missing";
            return Err(ApiError::unprocessable(text));
        }
    };
    Ok(axum::Json(LibraryImages::new(&found)))
}

/// Up to 48 pictures, at random
#[utoipa::path(
    get, path = "/images/browsing",
    operation_id = "browse_library", tag = "library",
    responses((status = 200, description = "The pictures; none of an empty library.", body = LibraryImages)),
)]
async fn browsing(State(app): State<App>) -> Result<axum::Json<LibraryImages>, ApiError> {
    let found = imgurer::browse(&app.services).await?;
    Ok(axum::Json(LibraryImages::new(&found)))
}

/// Rebuild the index from the store
///
/// It follows the store by itself and survives restarts: this is there for those who are used to it.
#[utoipa::path(
    get, path = "/images/rebuildBKT",
    operation_id = "rebuild_index", tag = "library",
    responses((status = 200, description = "It is rebuilt: `null`.", body = serde_json::Value, example = json!(null))),
)]
async fn rebuild(State(app): State<App>) -> Result<axum::Json<()>, ApiError> {
    imgurer::rebuild_index(&app.services).await?;
    Ok(axum::Json(()))
}

/// The body of a search, whichever of its forms it has. Pages announce JSON and send nothing.
async fn similar_request(app: &App, request: Request) -> Result<(Form, SimilarOptions), ApiError> {
    match body_kind(request.headers()) {
        BodyKind::Multipart | BodyKind::UrlEncoded => {
            let form = Form::receive(app, request, &["image"]).await?;
            let options = form.parameters()?;
            Ok((form, options))
        }
        BodyKind::Json => {
            let options = super::extract::json_or_nothing(request).await?;
            Ok((Form::default(), options.unwrap_or_default()))
        }
        BodyKind::Unnamed => Ok((Form::default(), SimilarOptions::default())),
        BodyKind::Other => Err(ApiError::unsupported_media_type(
            "the body must be a form or application/json",
        )),
    }
}

impl LibraryImages {
    fn new(images: &[Image]) -> Self {
        Self {
            images: images.iter().map(LibraryImage::new).collect(),
        }
    }
}

impl LibraryImage {
    fn new(image: &Image) -> Self {
        let urls = Urls::new(&image.project, image.id);
        let relative = |url: String| url.trim_start_matches('/').to_owned();
        Self {
            id: image.id.to_string(),
            url: relative(urls.original),
            thumb_url: relative(urls.thumb),
        }
    }
}
