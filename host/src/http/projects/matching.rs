//! What matches in a project: checked by numbers alone, asked with a picture.

use axum::extract::{Request, State};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::domain::{
    Algorithm, Fingerprint, NamedAlgorithm, OrientationScope, ProjectName, Sketch, check_limit,
};
use crate::http::base64_text;
use crate::http::error::{ApiError, ErrorBody};
use crate::http::extract::{self, BodyKind, InProject, Json, ProjectPath, Query, body_kind};
use crate::http::form::Form;
use crate::http::schemas::{Distance, Limit, SentFingerprint, Sha256Text};
use crate::http::views::MatchView;
use crate::service::{
    Input, imgurer,
    matching::{self, Criterion, KnownPicture, KnownPluginFingerprint, Search, Subject},
    plugins::Plugins,
};

/// Matches that are answered unless told otherwise.
const DEFAULT_LIMIT: usize = 10;

/// Matching routes.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::default()
        .routes(routes!(check))
        .routes(routes!(check_all))
        .routes(routes!(matches))
        .routes(routes!(matches_all))
}

/// What a client knows of a picture it has not sent; at least one of digest and fingerprints.
#[derive(Deserialize, ToSchema)]
struct CheckBody {
    /// Digest of its bytes, 64 hexadecimal digits.
    #[schema(value_type = Option<Sha256Text>, example = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")]
    sha256: Option<String>,
    /// What algorithms say of it, at most 16. With a sketch those of `phash`, `dhash128`, `core` and, where
    /// its quality is over 0, `bare` find all that there is to find. Those of plugins (`GET /plugins`) find images by their
    /// distance alone, behind those that the sketch verifies.
    #[serde(default)]
    #[schema(value_type = Vec<SentFingerprint>, max_items = 16)]
    fingerprints: Vec<KnownFingerprint>,
    /// What the component's `process` gives as the sketch of the picture, in base64. With it, and without a radius, what
    /// fingerprints find is verified, as far as sketches can decide: where `verified` is false comparing the pictures
    /// does. Without it distances are all there is: the verdict is `similar`, and `verified` is false.
    #[schema(value_type = Option<String>, format = "sketch")]
    sketch: Option<String>,
    /// Largest distance: finds all that is within it, whatever the sketch says. Without radius and sketch
    /// each algorithm's default.
    #[schema(value_type = Option<Distance>, example = 10)]
    radius: Option<u32>,
    /// `upright` (default), or `any`: also find mirrored and turned copies, by what the fingerprints become. Those of
    /// plugins find upright copies alone.
    orientation: Option<OrientationScope>,
    /// Most matches of each kind, 1 to 1000; 10 without it.
    #[schema(value_type = Option<Limit>, example = 10)]
    limit: Option<usize>,
}

/// A fingerprint that a client computed.
#[derive(Deserialize)]
struct KnownFingerprint {
    /// An algorithm's name, or a plugin's.
    algorithm: String,
    /// Version of its definition; the server's own without it.
    version: Option<u16>,
    /// The bits as hexadecimal digits.
    bits: String,
}

/// What was found.
#[derive(Serialize, ToSchema)]
struct CheckedView {
    /// Images of the same bytes, in upload order.
    exact: Vec<MatchView>,
    /// Without the exact ones: duplicates and similar images, the strongest verdict first; or images within
    /// the radius, nearest first.
    near: Vec<MatchView>,
}

/// How to match; in the URL, or as fields of a form or JSON, which win.
#[derive(Default, Deserialize, IntoParams, ToSchema)]
#[into_params(parameter_in = Query)]
struct MatchOptions {
    /// A stored image to match, by id or name, when no picture is sent.
    #[param(example = "019a9e3c6f0a7c41b1d2f3a4b5c6d7e8")]
    image_id: Option<String>,
    /// Finds all within a distance by `phash`, `dhash`, `dhash128`, `ahash`, `blockhash`, `pdq`, `core`, `bare`, or by a
    /// plugin (`GET /plugins`). With neither this nor a radius pictures are judged.
    #[param(example = "phash")]
    algorithm: Option<String>,
    /// Largest distance in bits, by `phash` without an algorithm; the algorithm's default without it.
    #[param(value_type = Distance, inline, required = false, example = 10)]
    #[schema(value_type = Option<Distance>)]
    radius: Option<u32>,
    /// Most matches, 1 to 1000; 10 without it.
    #[param(value_type = Limit, inline, required = false, example = 10)]
    #[schema(value_type = Option<Limit>)]
    limit: Option<usize>,
    /// `upright` (default), or `any`: also find mirrored and turned copies; a plugin is asked about the picture in each of
    /// the eight orientations.
    #[param(value_type = OrientationScope, required = false, example = "any")]
    orientation: Option<OrientationScope>,
}

/// A picture to match and how; its fields may come in any order.
#[derive(ToSchema)]
#[expect(dead_code, reason = "read field by field; this describes it")]
struct MatchForm {
    /// The picture; left out when `image_id` names a stored one.
    #[schema(value_type = String, format = Binary, required = false)]
    file: Vec<u8>,
    /// `phash`, `dhash`, `dhash128`, `ahash`, `blockhash`, `pdq`, `core`, `bare`, or the name of a plugin.
    #[schema(value_type = String, required = false)]
    algorithm: Option<String>,
    /// Largest distance in bits.
    #[schema(value_type = Distance, required = false)]
    radius: Option<u32>,
    /// Most matches, 1 to 1000.
    #[schema(value_type = Limit, required = false)]
    limit: Option<usize>,
    /// `upright` or `any`.
    #[schema(value_type = OrientationScope, required = false)]
    orientation: Option<OrientationScope>,
}

/// Has this picture been seen, asked without sending it
///
/// Digest, fingerprints and sketch are what a page computes before it uploads. What only small text or figures tell
/// apart is `similar` with `verified: false`: comparing the pictures decides (`POST …/matches` with the picture, `POST
/// /compare`, or the imgurer's `compare`).
#[utoipa::path(
    post, path = "/projects/{project_id}/check",
    operation_id = "check_picture", tag = "matching",
    params(ProjectPath),
    request_body = CheckBody,
    responses(
        (status = 200, description = "What was found; both lists may be empty.", body = CheckedView),
        (status = 400, description = "A digest, fingerprint, sketch or radius that cannot be.", body = ErrorBody),
        (status = 409, description = "A plugin that a fingerprint is by is disabled or was removed.", body = ErrorBody),
        (status = 422, description = "Neither `sha256` nor `fingerprints`, or a field that is missing or not of its type.", body = ErrorBody),
    ),
)]
async fn check(
    State(app): State<App>,
    InProject(project): InProject,
    Json(body): Json<CheckBody>,
) -> Result<axum::Json<CheckedView>, ApiError> {
    body.answer(&app, Some(&project)).await
}

/// Has this picture been seen in any project, asked without sending it
#[utoipa::path(
    post, path = "/check",
    operation_id = "check_picture_everywhere", tag = "matching",
    request_body = CheckBody,
    responses(
        (status = 200, description = "What was found; both lists may be empty.", body = CheckedView),
        (status = 400, description = "A digest, fingerprint, sketch or radius that cannot be.", body = ErrorBody),
        (status = 409, description = "A plugin that a fingerprint is by is disabled or was removed.", body = ErrorBody),
        (status = 422, description = "Neither `sha256` nor `fingerprints`, or a field that is missing or not of its type.", body = ErrorBody),
    ),
)]
async fn check_all(
    State(app): State<App>,
    Json(body): Json<CheckBody>,
) -> Result<axum::Json<CheckedView>, ApiError> {
    body.answer(&app, None).await
}

/// What a picture matches: duplicates first
///
/// Unless a radius or an algorithm is given, pictures are judged: the same bytes, then duplicates and similar
/// images, the strongest verdict first. With either all images within the radius match, nearest first. The
/// picture is the field `file` of a form; or it is stored already and named by `image_id`, in
/// the URL or as JSON, and then not among its own matches.
#[utoipa::path(
    post, path = "/projects/{project_id}/matches",
    operation_id = "find_matches", tag = "matching",
    params(ProjectPath, MatchOptions),
    request_body(content(
        (MatchForm = "multipart/form-data"),
        (MatchOptions = "application/x-www-form-urlencoded"),
        (MatchOptions = "application/json"),
    )),
    responses(
        (status = 200, description = "The matches; none is an answer too.", body = Vec<MatchView>),
        (status = 400, description = "Both picture and `image_id`, not a picture, a parameter that cannot be.", body = ErrorBody),
        (status = 409, description = "The plugin is disabled or was removed.", body = ErrorBody),
        (status = 422, description = "Neither picture nor `image_id`, or a parameter that is not of its type.", body = ErrorBody),
    ),
)]
async fn matches(
    State(app): State<App>,
    InProject(project): InProject,
    Query(url): Query<MatchOptions>,
    request: Request,
) -> Result<axum::Json<Vec<MatchView>>, ApiError> {
    find_matches(&app, Some(&project), url, request).await
}

/// What a picture matches in any project: duplicates first
///
/// Judged or by distance as in one project.
/// The picture is the field `file` of a form; or it is stored already and named by its id, `image_id`.
#[utoipa::path(
    post, path = "/matches",
    operation_id = "find_matches_everywhere", tag = "matching",
    params(MatchOptions),
    request_body(content(
        (MatchForm = "multipart/form-data"),
        (MatchOptions = "application/x-www-form-urlencoded"),
        (MatchOptions = "application/json"),
    )),
    responses(
        (status = 200, description = "The matches; none is an answer too.", body = Vec<MatchView>),
        (status = 400, description = "Both picture and `image_id`, not a picture, a parameter that cannot be.", body = ErrorBody),
        (status = 409, description = "The plugin is disabled or was removed.", body = ErrorBody),
        (status = 404, description = "There is no such image.", body = ErrorBody),
        (status = 422, description = "Neither picture nor `image_id`, or a parameter that is not of its type.", body = ErrorBody),
    ),
)]
async fn matches_all(
    State(app): State<App>,
    Query(url): Query<MatchOptions>,
    request: Request,
) -> Result<axum::Json<Vec<MatchView>>, ApiError> {
    find_matches(&app, None, url, request).await
}

async fn find_matches(
    app: &App,
    project: Option<&ProjectName>,
    url: MatchOptions,
    request: Request,
) -> Result<axum::Json<Vec<MatchView>>, ApiError> {
    let (mut form, body) = match_request(app, request).await?;
    let options = body.or(url);
    let picture = form.optional_picture("file");
    let subject = match (&picture, &options.image_id) {
        (Some(picture), None) => {
            let input = Input::File(picture.staged.path.to_path_buf());
            Subject::Picture(input, Some(picture.staged.sha256))
        }
        (None, Some(image)) => stored(app, project, image).await?,
        (Some(_), Some(_)) => {
            let text = "send either a picture as `file` or an `image_id`, not both";
            return Err(ApiError::invalid(text));
        }
        (None, None) => {
            let text = "a picture as `file`, or an `image_id`, is missing";
            return Err(ApiError::unprocessable(text));
        }
    };
    let limit = check_limit(options.limit.unwrap_or(DEFAULT_LIMIT))?;
    let search = Search {
        subject,
        by: options.criterion(app)?,
        scope: project.cloned(),
        limit,
    };
    let found = matching::search(&app.services, search).await?;
    let found = found.into_list(limit);
    Ok(axum::Json(found.iter().map(Into::into).collect()))
}

/// A stored image: of the project by id or name, of any by id.
async fn stored(
    app: &App,
    project: Option<&ProjectName>,
    image: &str,
) -> Result<Subject, ApiError> {
    let project = match project {
        Some(project) => project.clone(),
        None => imgurer::image(&app.services, image).await?.project,
    };
    Ok(Subject::Stored(project, image.to_owned()))
}

/// The body of a match request, whichever of its forms it has.
async fn match_request(app: &App, request: Request) -> Result<(Form, MatchOptions), ApiError> {
    match body_kind(request.headers()) {
        BodyKind::Multipart | BodyKind::UrlEncoded => {
            let form = Form::receive(app, request, &["file"]).await?;
            let options = form.parameters()?;
            Ok((form, options))
        }
        BodyKind::Json => Ok((Form::default(), extract::json(request).await?)),
        BodyKind::Unnamed => Ok((Form::default(), MatchOptions::default())),
        BodyKind::Other => Err(ApiError::unsupported_media_type(
            "the body must be a form or application/json",
        )),
    }
}

/// The sketch that a client computed.
fn sketch(text: &str) -> Result<Sketch, ApiError> {
    let mut cells = Vec::new();
    for piece in base64_text::pieces(text)? {
        cells.extend(piece?);
    }
    Sketch::from_bytes(cells).map_err(|error| ApiError::invalid(error.to_string()))
}

/// The algorithm of a name, which may be that of a plugin.
fn algorithm(name: &str, plugins: &Plugins) -> Result<NamedAlgorithm, ApiError> {
    if let Some(algorithm) = Algorithm::from_name(name) {
        return Ok(algorithm.into());
    }
    let loaded = || plugins.all().map(|plugin| plugin.name());
    if let Some(plugin) = loaded().find(|plugin| plugin.as_str() == name) {
        return Ok(NamedAlgorithm::Plugin(plugin.clone()));
    }
    let known = Algorithm::ALL.map(Algorithm::name).into_iter();
    let known: Vec<&str> = known
        .chain(loaded().map(|plugin| plugin.as_str()))
        .collect();
    Err(ApiError::unprocessable(format!(
        "algorithm: {name:?} is none of {}",
        known.join(", ")
    )))
}

impl CheckBody {
    async fn answer(
        self,
        app: &App,
        project: Option<&ProjectName>,
    ) -> Result<axum::Json<CheckedView>, ApiError> {
        let search = self.into_search(project, &app.services.plugins)?;
        let found = matching::search(&app.services, search).await?;
        Ok(axum::Json(CheckedView {
            exact: found.exact.iter().map(Into::into).collect(),
            near: found.near.iter().map(Into::into).collect(),
        }))
    }

    fn into_search(
        self,
        project: Option<&ProjectName>,
        plugins: &Plugins,
    ) -> Result<Search, ApiError> {
        if self.sha256.is_none() && self.fingerprints.is_empty() {
            let text = "`sha256` and `fingerprints` are missing: send one or both";
            return Err(ApiError::unprocessable(text));
        }
        let sha256 = self.sha256.map(|digest| digest.parse()).transpose();
        let mut known = KnownPicture {
            sha256: sha256.map_err(|_| ApiError::invalid("sha256: 64 hexadecimal digits are"))?,
            sketch: self.sketch.as_deref().map(sketch).transpose()?,
            ..KnownPicture::default()
        };
        for fingerprint in self.fingerprints {
            fingerprint.add_to(&mut known, plugins)?;
        }
        let any_orientation = self.orientation.is_some_and(OrientationScope::is_any);
        let by = match self.radius {
            Some(_) => Criterion::Distance {
                algorithm: None,
                radius: self.radius,
                any_orientation,
            },
            None => Criterion::Verified { any_orientation },
        };
        Ok(Search {
            subject: Subject::Known(known),
            by,
            scope: project.cloned(),
            limit: check_limit(self.limit.unwrap_or(DEFAULT_LIMIT))?,
        })
    }
}

impl KnownFingerprint {
    fn add_to(self, known: &mut KnownPicture, plugins: &Plugins) -> Result<(), ApiError> {
        let name = &self.algorithm;
        let algorithm = algorithm(name, plugins)?;
        let bits = hex::decode(&self.bits)
            .map_err(|error| ApiError::invalid(format!("bits of {name}: {error}")))?;
        match algorithm {
            NamedAlgorithm::BuiltIn(algorithm) => known.fingerprints.push(Fingerprint {
                algorithm,
                version: self.version.unwrap_or(algorithm.version()),
                bits,
                // Nobody said otherwise.
                quality: 100,
            }),
            NamedAlgorithm::Plugin(plugin) => known.by_plugins.push(KnownPluginFingerprint {
                plugin,
                version: self.version,
                bits,
            }),
        }
        Ok(())
    }
}

impl MatchOptions {
    /// These, and where they say nothing, those.
    fn or(self, those: Self) -> Self {
        Self {
            image_id: self.image_id.or(those.image_id).filter(|id| !id.is_empty()),
            algorithm: self.algorithm.or(those.algorithm),
            radius: self.radius.or(those.radius),
            limit: self.limit.or(those.limit),
            orientation: self.orientation.or(those.orientation),
        }
    }

    fn criterion(&self, app: &App) -> Result<Criterion, ApiError> {
        let any_orientation = self.orientation.is_some_and(OrientationScope::is_any);
        let plugins = &app.services.plugins;
        let name = self.algorithm.as_deref();
        let algorithm = name.map(|name| algorithm(name, plugins)).transpose()?;
        Ok(match (algorithm, self.radius) {
            (None, None) => Criterion::Verified { any_orientation },
            (algorithm, radius) => Criterion::Distance {
                algorithm,
                radius,
                any_orientation,
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(json: &str) -> Result<KnownPicture, ApiError> {
        let body = serde_json::from_str::<CheckBody>(json);
        let search = body
            .map_err(|error| ApiError::unprocessable(error.to_string()))?
            .into_search(None, &Plugins::default())?;
        match search.subject {
            Subject::Known(known) => Ok(known),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_check_needs_something_to_check() {
        for body in [
            "{}",
            r#"{"sha256":"abc"}"#,
            r#"{"fingerprints":[{"algorithm":"magic","bits":"00"}]}"#,
            r#"{"fingerprints":[{"algorithm":"phash","bits":"xyz"}]}"#,
            r#"{"fingerprints":[{"algorithm":"phash","bits":"0000000000000000"}],"limit":0}"#,
            r#"{"fingerprints":[{"algorithm":"phash","bits":"0000000000000000"}],"sketch":"AAAA"}"#,
            r#"{"fingerprints":[{"algorithm":"phash","bits":"0000000000000000"}],"sketch":"?"}"#,
            r#"{"fingerprints":[{"algorithm":"phash","bits":"0000000000000000"}],"orientation":"up"}"#,
        ] {
            assert!(check(body).is_err(), "{body}");
        }
        let body = r#"{"fingerprints":[{"algorithm":"phash","bits":"0123456789ABCDEF"}]}"#;
        let known = check(body).unwrap().fingerprints.remove(0);
        assert_eq!(known.bits, [0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef]);
        assert_eq!(known.version, Algorithm::Phash.version());
    }

    #[test]
    fn the_body_wins_over_the_url() {
        let url = MatchOptions {
            radius: Some(1),
            limit: Some(2),
            ..Default::default()
        };
        let body = MatchOptions {
            radius: Some(9),
            ..Default::default()
        };
        let options = body.or(url);
        assert_eq!((options.radius, options.limit), (Some(9), Some(2)));
    }
}
