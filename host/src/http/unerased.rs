//! What a deletion is answered with while files of it are still on the disk: 202, and where they lie.
//!
//! It is gone from every list and search by then, and there is nothing that the client could do: the server erases the
//! files as soon as the system lets go of them.

use axum::Json;
use axum::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use crate::service::unerased::Unerased;

/// What 202 means, in the description of the API.
pub const LEFT: &str = "What was deleted is gone from every list, but the system does not let go of all of its files yet: `unerased` says where they lie. They are erased as soon as it does; until then `/readyz` and `vismatch verify` name them.";

/// Files of something that was deleted, still on the disk.
#[derive(Serialize, ToSchema)]
pub struct UnerasedView {
    /// Where they lie, below the data folder.
    #[schema(example = "unerased/019a9e3c6f0a7c41b1d2f3a4b5c6d7e8")]
    folder: String,
    /// How many they are.
    #[schema(example = 1)]
    files: u64,
}

impl From<&Unerased> for UnerasedView {
    fn from(unerased: &Unerased) -> Self {
        let names = unerased.folder.iter().map(|name| name.to_string_lossy());
        Self {
            folder: names.collect::<Vec<_>>().join("/"),
            files: unerased.files,
        }
    }
}

/// The views of what is left.
pub fn views<'a>(left: impl IntoIterator<Item = &'a Unerased>) -> Vec<UnerasedView> {
    left.into_iter().map(Into::into).collect()
}

/// The answer to a deletion of which this is left: 200 when it is nothing.
pub fn answer<T>(view: T, is_all_erased: bool) -> (StatusCode, Json<T>) {
    match is_all_erased {
        true => (StatusCode::OK, Json(view)),
        false => (StatusCode::ACCEPTED, Json(view)),
    }
}
