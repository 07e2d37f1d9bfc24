//! What a plugin says of one picture, and whether it keeps its word.

use std::sync::atomic::Ordering;

use bytes::Bytes;

use crate::domain::{HasherDescription, HasherInput, Image, PluginName};
use crate::sandbox::{CallError, Hasher, Input};
use crate::service::{ServiceError, Services, blobs};
use crate::store::Store;

use super::followed_bits::FollowedBits;
use super::{LoadedPlugin, Plugin};

/// Every so many pictures one is hashed twice.
const SPOT_CHECK: u64 = 64;
/// Sides of the drawn picture: those of the luma plane.
const SIDE: usize = 256;

const FICKLE: &str = "it gives different bits for the same picture";

/// Bits, or in the plugin's own words why there are none.
type Answer = Result<Vec<u8>, String>;

/// Asks every plugin about an image that was just stored. What cannot be had now is for the background, and
/// never the upload's trouble.
pub async fn fingerprint_upload(services: &Services, image: &Image) {
    for plugin in services.plugins.all() {
        let Ok(known) = plugin.working() else {
            continue;
        };
        if let Err(error) = fingerprinting(services, plugin, &known, image).await {
            let error = &error as &dyn std::error::Error;
            tracing::debug!(plugin = %plugin.name, image = %image.id, error, "left to the background");
        }
    }
}

/// Who a plugin is, when it keeps its word on a drawn picture; otherwise what it did wrong.
pub(super) async fn introduce(
    hasher: &Hasher,
    name: &PluginName,
    store: &Store,
) -> Result<LoadedPlugin, String> {
    let description = hasher.describe().await.map_err(|error| error.fault())?;
    let drawn = Input::Bytes(drawn(description.input));
    let hash = || hasher.hash(description.bits, drawn.clone());
    let first = hash().await.map_err(|error| error.fault())?;
    let second = hash().await.map_err(|error| error.fault())?;
    if first != second {
        return Err(FICKLE.into());
    }
    let edition = store.edition(name, hasher.digest(), &description).await;
    Ok(LoadedPlugin {
        edition: edition.map_err(|error| format!("its fingerprints cannot be kept: {error}"))?,
        index: FollowedBits::new(description.bits)
            .ok_or("its fingerprints have a length that cannot be searched")?,
        description,
    })
}

/// Asks a plugin about a stored image and keeps what it says, where anything can be kept. `Conflict` when it is
/// disabled by now.
pub(super) async fn fingerprinting(
    services: &Services,
    plugin: &Plugin,
    known: &LoadedPlugin,
    image: &Image,
) -> Result<Option<Vec<u8>>, ServiceError> {
    let bytes = blobs::read_all(&services.store, &blobs::given(image)).await?;
    let answer = match bytes {
        Some(bytes) => ask(services, plugin, known, Input::Bytes(bytes)).await,
        None => Ok(Err("its file is gone".into())),
    };
    let bits = match answer {
        Ok(Ok(bits)) => Some(bits),
        Ok(Err(reason)) => {
            tracing::debug!(plugin = %plugin.name, image = %image.id, reason, "no fingerprint");
            None
        }
        // A file that was taken in before and cannot be read today.
        Err(error) if error.is_refusal() => None,
        Err(error) => return Err(error),
    };
    let store = &services.store;
    if store.read_only().is_none() {
        store
            .put_plugin_fingerprint(known.edition, image, bits.as_deref())
            .await?;
    }
    Ok(bits)
}

/// Asks a plugin about a picture. One that misbehaves is disabled, and the answer is `Conflict`.
pub(super) async fn ask(
    services: &Services,
    plugin: &Plugin,
    known: &LoadedPlugin,
    picture: Input,
) -> Result<Answer, ServiceError> {
    let input = match known.description.input {
        HasherInput::LumaPlane => Input::Bytes(services.sandbox.luma_plane(picture).await?),
        HasherInput::Bytes => picture,
    };
    let answer = hash(plugin, &known.description, input.clone()).await?;
    let asked = plugin.asked.fetch_add(1, Ordering::Relaxed);
    if asked.is_multiple_of(SPOT_CHECK) && hash(plugin, &known.description, input).await? != answer
    {
        plugin.disable(FICKLE.into());
    }
    plugin.working()?;
    Ok(answer)
}

async fn hash(
    plugin: &Plugin,
    description: &HasherDescription,
    input: Input,
) -> Result<Answer, ServiceError> {
    match plugin.hasher.hash(description.bits, input).await {
        Ok(answer) => Ok(answer),
        Err(
            fault @ (CallError::Timeout(_) | CallError::OutOfMemory { .. } | CallError::Trap(_)),
        ) => {
            plugin.disable(fault.fault());
            plugin.working()?;
            Err(fault.into())
        }
        Err(other) => Err(other.into()),
    }
}

/// A picture that is neither flat nor regular: a luma plane, or the same as a file (PGM, which a hasher of
/// files may well refuse: then it has to refuse it twice).
fn drawn(input: HasherInput) -> Bytes {
    let cell = |at: usize| ((at % SIDE).pow(2) / 300 + (at / SIDE) * (at % SIDE) / 500) as u8;
    let plane = (0..SIDE * SIDE).map(cell);
    match input {
        HasherInput::LumaPlane => plane.collect(),
        HasherInput::Bytes => b"P5\n256 256\n255\n".iter().copied().chain(plane).collect(),
    }
}
