//! What the sandbox is asked of every picture that comes in, whichever way it comes.

use crate::domain::{
    Algorithm, ImageId, ImageName, NewImage, Outcome, Plan, ProjectName, RenditionKind, Sha256,
};
use crate::sandbox::Input;

use super::{ServiceError, Services, retry};

/// Everything that is learned and made of a picture.
fn plan(quality: u8) -> Plan {
    Plan {
        algorithms: Algorithm::ALL.to_vec(),
        renditions: RenditionKind::ALL.map(|kind| kind.spec(quality)).to_vec(),
        luma_plane: false,
    }
}

/// Facts, fingerprints and renditions of a picture; `Busy` when the sandbox is.
pub async fn process(services: &Services, input: Input) -> Result<Outcome, ServiceError> {
    Ok(services
        .sandbox
        .process(input, plan(services.quality))
        .await?)
}

/// The same for work in the background: waits as long as the sandbox is busy with requests.
pub async fn process_patiently(services: &Services, input: Input) -> Result<Outcome, ServiceError> {
    retry::while_busy(|| process(services, input.clone())).await
}

/// A file as it was given.
#[derive(Clone, Debug)]
pub struct Given {
    /// Where it goes.
    pub project: ProjectName,
    /// What it is to be called.
    pub name: ImageName,
    /// Its length.
    pub bytes: u64,
    /// Its digest.
    pub sha256: Sha256,
    /// The token that may delete it.
    pub deletion_token: Option<String>,
}

/// What the store is to keep: a new image and its renditions.
pub fn image_of(given: Given, outcome: Outcome) -> (NewImage, Vec<(RenditionKind, Vec<u8>)>) {
    let image = NewImage {
        id: ImageId::generate(),
        project: given.project,
        name: given.name,
        bytes: given.bytes,
        sha256: given.sha256,
        info: outcome.info,
        fingerprints: outcome.fingerprints,
        sketch: outcome.sketch,
        deletion_token: given.deletion_token,
    };
    let jpegs = outcome
        .renditions
        .into_iter()
        .map(|rendition| rendition.jpeg);
    (image, RenditionKind::ALL.into_iter().zip(jpegs).collect())
}
