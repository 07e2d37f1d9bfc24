//! What a plugin says of one picture, and whether it keeps its word.

use std::sync::atomic::Ordering;

use bytes::Bytes;
use futures::future::join_all;

use crate::domain::{HasherDescription, HasherInput, Image, PluginFingerprint, PluginName};
use crate::sandbox::{CallError, Hasher, Input};
use crate::service::{ServiceError, Services, blobs};
use crate::store::Store;

use super::{LoadedPlugin, Plugin};

/// Every so many pictures one is hashed twice.
const SPOT_CHECK: u64 = 64;
/// Sides of the drawn picture: those of the luma plane.
pub(super) const SIDE: usize = 256;

const FICKLE: &str = "it gives different bits for the same picture";

/// Bits, or in the plugin's own words why there are none.
type Answer = Result<Vec<u8>, String>;

/// A picture as plugins are handed it.
#[derive(Clone, Debug)]
pub struct PluginPicture {
    pub(super) file: Input,
    luma_plane: Option<Bytes>,
}

impl PluginPicture {
    /// A file, and its luma plane where it has been decoded already.
    pub fn new(file: Input, luma_plane: Option<Vec<u8>>) -> Self {
        Self {
            file,
            luma_plane: luma_plane.map(Bytes::from),
        }
    }

    /// What a hasher wants of it.
    pub(super) async fn input(
        &self,
        services: &Services,
        wanted: HasherInput,
    ) -> Result<Input, ServiceError> {
        Ok(match wanted {
            HasherInput::Bytes => self.file.clone(),
            HasherInput::LumaPlane => Input::Bytes(self.luma_plane(services).await?),
        })
    }

    pub(super) async fn luma_plane(&self, services: &Services) -> Result<Bytes, ServiceError> {
        match &self.luma_plane {
            Some(plane) => Ok(plane.clone()),
            None => Ok(services.sandbox.luma_plane(self.file.clone()).await?),
        }
    }
}

/// What plugins make of a picture that comes in. What cannot be had now is for the background, and never the picture's
/// trouble.
pub async fn fingerprint(services: &Services, picture: &PluginPicture) -> Vec<PluginFingerprint> {
    let asked = services.plugins.working().map(async |(plugin, known)| {
        let made = make(services, plugin, &known, picture).await;
        let left = made.inspect_err(|error| {
            let error = error as &dyn std::error::Error;
            tracing::debug!(plugin = %plugin.name, error, "left to the background");
        });
        left.ok()
    });
    join_all(asked).await.into_iter().flatten().collect()
}

/// Asks a plugin about a stored image and keeps what it says, where anything can be kept. `Conflict` when it is
/// disabled by now.
pub(super) async fn fingerprint_image(
    services: &Services,
    plugin: &Plugin,
    known: &LoadedPlugin,
    image: &Image,
) -> Result<Option<Vec<u8>>, ServiceError> {
    let made = match blobs::read_all(&services.store, &blobs::given(image)).await? {
        Some(bytes) => {
            let picture = PluginPicture::new(Input::Bytes(bytes), None);
            make(services, plugin, known, &picture).await?
        }
        // Its file is gone.
        None => PluginFingerprint {
            version: known.version,
            bits: None,
        },
    };
    let store = &services.store;
    let bits = made.bits.clone();
    if store.read_only().is_none() {
        store.put_plugin_fingerprint(image, made).await?;
    }
    Ok(bits)
}

/// A fingerprint by a plugin; one without bits where it has none for the picture.
async fn make(
    services: &Services,
    plugin: &Plugin,
    known: &LoadedPlugin,
    picture: &PluginPicture,
) -> Result<PluginFingerprint, ServiceError> {
    let answer = match picture.input(services, known.description.input).await {
        Ok(input) => ask(plugin, known, input).await,
        Err(error) => Err(error),
    };
    let bits = match answer {
        Ok(Ok(bits)) => Some(bits),
        Ok(Err(reason)) => {
            tracing::debug!(plugin = %plugin.name, reason, "no fingerprint");
            None
        }
        // A file that was taken in before and cannot be read today.
        Err(error) if error.is_refusal() => None,
        Err(error) => return Err(error),
    };
    Ok(PluginFingerprint {
        version: known.version,
        bits,
    })
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
    let version = store.plugin_version(name, hasher.digest(), &description);
    let version = version.await;
    Ok(LoadedPlugin {
        version: version.map_err(|error| format!("its fingerprints cannot be kept: {error}"))?,
        description,
    })
}

/// Asks a plugin about what it wants of a picture. One that misbehaves is disabled, and the answer is `Conflict`.
pub(super) async fn ask(
    plugin: &Plugin,
    known: &LoadedPlugin,
    input: Input,
) -> Result<Answer, ServiceError> {
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
