//! What the sandbox is asked of every picture that comes in, whichever way it comes.

use crate::domain::{
    Algorithm, ImageId, ImageName, NewImage, Outcome, Plan, PluginFingerprint, ProjectName,
    RenditionKind, Sha256,
};
use crate::sandbox::Input;

use super::plugins::{self, PluginPicture};
use super::{ServiceError, Services, retry};

/// Everything that is learned and made of a picture.
#[derive(Debug)]
pub struct Processed {
    /// By the pipeline.
    pub outcome: Outcome,
    /// By those plugins that answered; the others are asked again in the background.
    pub plugin_fingerprints: Vec<PluginFingerprint>,
}

fn plan(services: &Services) -> Plan {
    let spec = |kind: RenditionKind| kind.spec(services.quality);
    Plan {
        algorithms: Algorithm::ALL.to_vec(),
        renditions: RenditionKind::ALL.map(spec).to_vec(),
        luma_plane: services.plugins.need_luma_plane(),
    }
}

/// Facts, fingerprints and renditions of a picture, which is decoded once for all of them; `Busy` when the sandbox is.
pub async fn process(services: &Services, input: Input) -> Result<Processed, ServiceError> {
    let sandbox = &services.sandbox;
    let mut outcome = sandbox.process(input.clone(), plan(services)).await?;
    let picture = PluginPicture::new(input, outcome.luma_plane.take());
    Ok(Processed {
        plugin_fingerprints: plugins::fingerprint(services, &picture).await,
        outcome,
    })
}

/// The same for work in the background: waits as long as the sandbox is busy with requests.
pub async fn process_patiently(
    services: &Services,
    input: Input,
) -> Result<Processed, ServiceError> {
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
pub fn image_of(given: Given, processed: Processed) -> (NewImage, Vec<(RenditionKind, Vec<u8>)>) {
    let outcome = processed.outcome;
    let image = NewImage {
        id: ImageId::generate(),
        project: given.project,
        name: given.name,
        bytes: given.bytes,
        sha256: given.sha256,
        info: outcome.info,
        fingerprints: outcome.fingerprints,
        plugin_fingerprints: processed.plugin_fingerprints,
        sketch: outcome.sketch,
        deletion_token: given.deletion_token,
    };
    let jpegs = outcome
        .renditions
        .into_iter()
        .map(|rendition| rendition.jpeg);
    (image, RenditionKind::ALL.into_iter().zip(jpegs).collect())
}
