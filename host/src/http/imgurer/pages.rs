//! The addresses of this family's pages: bookmarks and links of its clients lead into the page.
//!
//! The page itself is the business of `page`.

use axum::response::Redirect;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::PROJECT;
use crate::app::App;
use crate::http::base_path::address;

/// The routes of the pages; that of uploads is told by GET beside the POST of the same address.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::default()
        .routes(routes!(home))
        .routes(routes!(browse))
        .routes(routes!(search))
}

/// The page, at the library's pictures
#[utoipa::path(
    get, path = "/images",
    operation_id = "library_page", tag = "library",
    responses((status = 303, description = "`Location` is the view of the page.")),
)]
async fn home() -> Redirect {
    to_view("gallery")
}

/// The page, at the library's pictures
#[utoipa::path(
    get, path = "/images/browse",
    operation_id = "browse_page", tag = "library",
    responses((status = 303, description = "`Location` is the view of the page.")),
)]
async fn browse() -> Redirect {
    to_view("gallery")
}

/// The page, at its search by picture
#[utoipa::path(
    get, path = "/images/search",
    operation_id = "search_page", tag = "library",
    responses((status = 303, description = "`Location` is the view of the page.")),
)]
async fn search() -> Redirect {
    to_view("search")
}

/// The page, where pictures are uploaded into the library
#[utoipa::path(
    get, path = "/images/upload",
    operation_id = "upload_page", tag = "library",
    responses((status = 303, description = "`Location` is the view of the page.")),
)]
pub(super) async fn upload() -> Redirect {
    to_view("upload")
}

fn to_view(view: &str) -> Redirect {
    Redirect::to(&format!("{}#/{view}/{PROJECT}", address("/")))
}
