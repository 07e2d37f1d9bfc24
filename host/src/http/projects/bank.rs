//! A project's fingerprints to take away: searched offline, kept up to date by what has changed.

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures::stream;
use headers::{ETag, HeaderMapExt, IfNoneMatch};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::domain::{AlgorithmName, BankHeader, BankMark, BankWriter, ImageId};
use crate::http::error::{ApiError, ErrorBody};
use crate::http::extract::{InProject, ProjectPath, Query};
use crate::http::schemas::WitnessText;
use crate::http::views::BinaryFile;
use crate::service::matching::{Bank, BankEntry, KnownBank, bank};
use crate::service::{ServiceError, Services};

/// It may change at any time: what is kept is asked for again by its ETag.
const CACHING: HeaderValue = HeaderValue::from_static("public, no-cache");
const MEDIA_TYPE: HeaderValue = HeaderValue::from_static("application/octet-stream");

/// The route of banks.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::default().routes(routes!(get))
}

/// Which bank, and what of it is there already.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct BankOptions {
    /// Whose fingerprints, `phash` without it.
    #[param(value_type = AlgorithmName, required = false, example = "phash")]
    algorithm: Option<AlgorithmName>,
    /// The `sequence` of the bank that is there: only what has changed since is sent.
    #[param(example = 42)]
    since: Option<u64>,
    /// The `witness` of the bank that is there, as 32 hexadecimal digits: proves that it is of this server's
    /// history. With another one everything is sent.
    #[param(value_type = WitnessText, inline, required = false)]
    witness: Option<String>,
}

/// All fingerprints of a project by one algorithm, compact
///
/// For searching without asking. Numbers are big-endian. A header of 64 bytes: `vismbank`; format version (2 bytes,
/// 1); 0 with everything or 1 with changes; 0; the algorithm's name (16 bytes, filled up with 0) and version (2);
/// bytes of a fingerprint (2); `since` (8); `sequence` (8); `witness` (16). Then records: `P`, image id (16 bytes)
/// and bits of an image that is there; `G` and the id of one that is gone; at last `E` and the number of records
/// (8): without that it was cut off. Of records of one image the last counts. Pictures of one colour have no record.
///
/// With `since`, and `witness` for safety, of an earlier answer only what has changed is sent, where the server still knows.
#[utoipa::path(
    get, path = "/projects/{project_id}/bank",
    operation_id = "get_bank", tag = "matching",
    params(ProjectPath, BankOptions),
    responses(
        (status = 200, description = "The bank, or what has changed.", body = BinaryFile, content_type = "application/octet-stream"),
        (status = 304, description = "Nothing has changed since the bank of this ETag."),
        (status = 400, description = "A `since` or `witness` that cannot be.", body = ErrorBody),
        (status = 422, description = "There is no such algorithm, or `since` is no number.", body = ErrorBody),
    ),
)]
async fn get(
    State(app): State<App>,
    InProject(project): InProject,
    Query(options): Query<BankOptions>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let algorithm = options.algorithm.map(Into::into).unwrap_or_default();
    let known = options.known()?;
    let bank = bank(&app.services, &project, algorithm, known).await?;
    let etag = etag(&bank)?;
    let asked = headers.typed_get::<IfNoneMatch>();
    let mut response = if asked.is_some_and(|tags| !tags.precondition_passes(&etag)) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        (
            [(header::CONTENT_TYPE, MEDIA_TYPE)],
            body(app.services, bank),
        )
            .into_response()
    };
    response.headers_mut().typed_insert(etag);
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, CACHING);
    Ok(response)
}

impl BankOptions {
    /// Where the asker's bank stands.
    fn known(&self) -> Result<Option<KnownBank>, ApiError> {
        let witness: Option<Result<ImageId, _>> = self.witness.as_deref().map(str::parse);
        let witness = witness
            .transpose()
            .map_err(|_| ApiError::invalid("witness: 32 lower-case hexadecimal digits"))?;
        match self.since {
            Some(since) if i64::try_from(since).is_err() => {
                Err(ApiError::invalid("since: larger than any `sequence`"))
            }
            None if witness.is_some() => Err(ApiError::invalid("witness: only with `since`")),
            since => Ok(since.map(|sequence| KnownBank { sequence, witness })),
        }
    }
}

/// Tells the algorithm's definition and the state of the history: the same for everything and for changes.
fn etag(bank: &Bank) -> Result<ETag, ApiError> {
    let (name, version) = (bank.algorithm.name(), bank.algorithm.version());
    let BankMark { sequence, witness } = bank.mark;
    let tag = format!("\"{name}.{version}.{sequence}.{}\"", hex::encode(witness));
    tag.parse()
        .map_err(|_| ApiError::internal(format!("{tag} cannot be an entity tag")))
}

/// What is left to send.
enum Left {
    Header,
    Entries,
    Nothing,
}

/// Sent as it is read; a fault on the way cuts the body off, which its reader sees by the missing end.
fn body(services: Services, bank: Bank) -> Body {
    let start = (services, bank, BankWriter::default(), Left::Header);
    let chunks = stream::try_unfold(start, |(services, mut bank, mut writer, left)| async move {
        let (chunk, left) = match left {
            Left::Nothing => return Ok::<_, ServiceError>(None),
            Left::Header => (header_of(&bank).to_bytes().to_vec(), Left::Entries),
            Left::Entries => match bank.next(&services).await? {
                Some(entries) => (encoded(&mut writer, &entries), Left::Entries),
                None => (writer.end(), Left::Nothing),
            },
        };
        Ok(Some((chunk, (services, bank, writer, left))))
    });
    Body::from_stream(chunks)
}

fn header_of(bank: &Bank) -> BankHeader {
    BankHeader {
        algorithm: bank.algorithm,
        version: bank.algorithm.version(),
        since: bank.since,
        mark: bank.mark,
    }
}

fn encoded(writer: &mut BankWriter, entries: &[BankEntry]) -> Vec<u8> {
    let mut chunk = Vec::new();
    for (image, bits) in entries {
        match bits {
            Some(bits) => writer.put(&mut chunk, image.as_bytes(), bits),
            None => writer.gone(&mut chunk, image.as_bytes()),
        }
    }
    chunk
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn since_is_a_sequence_that_can_be() {
        let known = |since| {
            let options = BankOptions {
                algorithm: None,
                since: Some(since),
                witness: None,
            };
            options.known()
        };
        assert!(known(i64::MAX as u64).is_ok());
        assert!(known(i64::MAX as u64 + 1).is_err());
    }
}
