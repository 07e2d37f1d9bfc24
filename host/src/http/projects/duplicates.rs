//! What is there more than once: groups of near-duplicates, with the copy to keep.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::config::Location;
use crate::domain::{
    AlgorithmName, DuplicateGroup, OrientationName, OrientationScope, ProjectName, VerdictName,
};
use crate::http::base_path::address;
use crate::http::error::ApiError;
use crate::http::extract::{InProject, ProjectPath, Query};
use crate::http::paging::{NextLink, next_link};
use crate::http::schemas::{AfterImage, Distance, Limit};
use crate::http::views::{ImageView, project_url};
use crate::service::matching::{self, Duplicates, DuplicatesPage};

/// Routes of duplicates.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::default()
        .routes(routes!(duplicates))
        .routes(routes!(all_duplicates))
}

/// Which duplicates are wanted.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct DuplicateOptions {
    /// Groups what is within this distance in bits, by `phash` without an algorithm. With neither pictures are
    /// judged.
    #[param(value_type = Distance, inline, required = false, example = 10)]
    radius: Option<u32>,
    /// Groups what is within the radius by this algorithm, its default radius without one.
    #[param(value_type = AlgorithmName, required = false, example = "phash")]
    algorithm: Option<AlgorithmName>,
    /// `upright` (default), or `any`: also find mirrored and turned copies, by what their fingerprints
    /// become. `dhash` and `blockhash` know mirrored ones only.
    #[param(value_type = OrientationScope, required = false, example = "any")]
    orientation: Option<OrientationScope>,
    /// Most groups, 1 to 1000; all without it.
    #[param(value_type = Limit, inline, required = false, example = 100)]
    limit: Option<usize>,
    /// Only groups behind the one with this `group_id`, as the `Link` of the page before says.
    #[param(value_type = AfterImage, inline, required = false, example = "019a9e3c6f0a7c41b1d2f3a4b5c6d7e8")]
    after: Option<String>,
}

/// What is there more than once.
#[derive(Serialize, ToSchema)]
struct DuplicatesView {
    /// Whose fingerprints were compared; null when pictures were judged.
    algorithm: Option<AlgorithmName>,
    /// Largest distance between neighbours of a group; null when pictures were judged.
    #[schema(example = 10)]
    radius: Option<u32>,
    /// Which copies were looked for.
    orientation: OrientationScope,
    /// The groups. By verdict each image is a duplicate of the one to keep; by distance images that are alike through
    /// one between them are in one group, too. Files of the same bytes are always together.
    groups: Vec<GroupView>,
    /// Images that have more candidates than are judged: their nearest were. 0 as a rule.
    #[schema(example = 0)]
    left_out: usize,
    /// Pairs that neither sketches nor a comparison of their pictures decided, because there are too many of them
    /// (2000 are compared, the most similar first) or because they cannot be read. 0 as a rule.
    #[schema(example = 0)]
    not_compared: usize,
}

/// Duplicates of one image, the one to keep.
#[derive(Serialize, ToSchema)]
struct GroupView {
    /// The id of its first image; pages go on behind it.
    #[schema(example = "019a9e3c6f0a7c41b1d2f3a4b5c6d7e8")]
    group_id: String,
    /// Which image to keep.
    best: BestView,
    /// At least two, in upload order.
    images: Vec<MemberView>,
}

/// A suggestion.
#[derive(Serialize, ToSchema)]
struct BestView {
    /// Which image.
    #[schema(example = "019a9e3c6f0a7c41b1d2f3a4b5c6d7e8")]
    image_id: String,
    /// Why, in one sentence for people.
    #[schema(example = "It has the most pixels.")]
    reason: &'static str,
}

/// An image of a group.
#[derive(Serialize, ToSchema)]
struct MemberView {
    /// The image.
    #[serde(flatten)]
    image: ImageView,
    /// Where it is.
    #[schema(example = "holidays")]
    project_id: String,
    /// Differing bits to the image to keep, by the algorithm asked for or `phash`.
    #[schema(example = 4)]
    distance: u32,
    /// What it is to the image to keep: `similar` when distances were asked for, a duplicate otherwise.
    verdict: VerdictName,
    /// What was compared decides. False when distances were asked for: fingerprints alone prove nothing.
    verified: bool,
    /// The share of the detail that agrees, 0 to 1; where distances were asked for 1 - distance / bits.
    #[schema(example = 0.9375)]
    similarity: f64,
    /// Why, in one sentence for people.
    #[schema(example = "Their detail agrees by 97 %, place for place, and so do the colours.")]
    reason: String,
    /// How it has to be transformed to look like the image to keep.
    orientation: OrientationName,
}

/// What is in a project more than once
///
/// Images that were decided to be no duplicates are never in one group. Without a radius and an algorithm
/// every image of a group is verified against the one to keep. Candidates come from a circle that is tighter the more
/// images there are. Of each image the 64 nearest by `phash` are judged and the 64 nearest by `dhash128`, `core` and
/// `bare`, with `orientation=any` the 64 nearest by all of them; `left_out` and `not_compared` say what was not.
#[utoipa::path(
    get, path = "/projects/{project_id}/duplicates",
    operation_id = "find_duplicates", tag = "duplicates",
    params(ProjectPath, DuplicateOptions),
    responses(
        (status = 200, description = "The groups of near-duplicates. With `limit`, and when there are more, `Link: <…>; rel=\"next\"` says where.",
            body = DuplicatesView, headers(("link" = String, description = "Where the next page is (RFC 8288)."))),
    ),
)]
async fn duplicates(
    State(app): State<App>,
    InProject(project): InProject,
    Query(options): Query<DuplicateOptions>,
) -> Result<Response, ApiError> {
    options.answer(&app, Some(&project)).await
}

/// What is there more than once, over all projects
///
/// A group may hold images of several projects.
#[utoipa::path(
    get, path = "/duplicates",
    operation_id = "find_all_duplicates", tag = "duplicates",
    params(DuplicateOptions),
    responses(
        (status = 200, description = "The groups of near-duplicates. With `limit`, and when there are more, `Link: <…>; rel=\"next\"` says where.",
            body = DuplicatesView, headers(("link" = String, description = "Where the next page is (RFC 8288)."))),
    ),
)]
async fn all_duplicates(
    State(app): State<App>,
    Query(options): Query<DuplicateOptions>,
) -> Result<Response, ApiError> {
    options.answer(&app, None).await
}

impl DuplicateOptions {
    async fn answer(&self, app: &App, project: Option<&ProjectName>) -> Result<Response, ApiError> {
        let asked = self.asked()?;
        let page = matching::duplicates(&app.services, project, &asked).await?;
        let address = match project {
            Some(project) => format!("{}/duplicates", project_url(project)),
            None => address("/duplicates"),
        };
        let link = self.link(&address, &page)?;
        let group = |group| GroupView::new(group, app.config.location);
        let view = DuplicatesView {
            algorithm: page.by.map(|(algorithm, _)| algorithm.into()),
            radius: page.by.map(|(_, radius)| radius),
            orientation: asked.any_orientation.into(),
            groups: page.groups.iter().map(group).collect(),
            left_out: page.left_out,
            not_compared: page.not_compared,
        };
        Ok((link, axum::Json(view)).into_response())
    }

    fn asked(&self) -> Result<Duplicates, ApiError> {
        let after = self.after.as_deref().filter(|after| !after.is_empty());
        let after = after.map(|after| {
            let refusal = |_| ApiError::invalid(format!("after: {after:?} is no id of a group"));
            after.parse().map_err(refusal)
        });
        Ok(Duplicates {
            algorithm: self.algorithm.map(Into::into),
            radius: self.radius,
            any_orientation: self.orientation.is_some_and(OrientationScope::is_any),
            after: after.transpose()?,
            limit: self.limit,
        })
    }

    fn link(&self, address: &str, page: &DuplicatesPage) -> Result<NextLink, ApiError> {
        let (Some(next), Some(limit)) = (page.next, self.limit) else {
            return Ok(None);
        };
        let given = [
            ("radius", self.radius.map(|radius| radius.to_string())),
            (
                "algorithm",
                self.algorithm.map(|name| name.name().to_owned()),
            ),
            (
                "orientation",
                self.orientation.map(|name| name.name().to_owned()),
            ),
        ];
        let given = given
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?)));
        let mut parameters: Vec<(&str, String)> = given.collect();
        parameters.push(("limit", limit.to_string()));
        parameters.push(("after", next.to_string()));
        next_link(address, &parameters)
    }
}

impl GroupView {
    fn new(group: &DuplicateGroup, location: Location) -> Self {
        let id = |place: usize| {
            group
                .members
                .get(place)
                .map(|member| member.image.id.to_string())
        };
        let images = group.members.iter().map(|member| MemberView {
            image: ImageView::new(&member.image, location),
            project_id: member.image.project.to_string(),
            distance: member.distance,
            verdict: member.relation.judgement.verdict.into(),
            verified: member.relation.judgement.verified,
            similarity: member.relation.judgement.similarity,
            reason: member.relation.judgement.reason.clone(),
            orientation: member.relation.orientation.into(),
        });
        Self {
            group_id: id(0).unwrap_or_default(),
            best: BestView {
                image_id: id(group.best.position).unwrap_or_default(),
                reason: group.best.merit.reason(),
            },
            images: images.collect(),
        }
    }
}
