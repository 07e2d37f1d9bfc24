//! A hasher that somebody else wrote: the world `vismatch:pipeline/hasher`, run as our own component is.
//!
//! A fresh instance for every call, on the same workers, within the same budget of time and memory, in the
//! same empty world. What it answers is held to what it announced; whether it may go on after a fault is
//! said above.

use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use sha2::{Digest, Sha256};
use wasmtime::Store;

use super::bindings::{Hasher as Instance, HasherPre};
use super::convert::{check_bits, description};
use super::program::{prepare, read_file, unusable};
use super::wasi::State;
use super::{CallError, Input, Shared, StartError, count};
use crate::domain::HasherDescription;

/// What whoever brings a plugin has to know.
const NEEDED: &str = "a plugin has to export the world vismatch:pipeline/hasher@0.1.0, with no imports \
                      but WASI 0.2 (`vismatch component --wit` prints it)";

/// A compiled hasher; makes instances of it. Cheap to clone.
#[derive(Clone)]
pub struct Hasher {
    shared: Arc<Shared>,
    instances: HasherPre<State>,
    digest: Arc<str>,
}

impl Hasher {
    /// Compiles and links it; nothing of it runs.
    pub(super) fn load(shared: Arc<Shared>, file: &Path) -> Result<Self, StartError> {
        let bytes = read_file(file)?;
        let instances = prepare(shared.program.engine(), &bytes, NEEDED)?;
        let instances = HasherPre::new(instances)
            .map_err(|error| unusable("it does not export the world", &error, NEEDED))?;
        Ok(Self {
            shared,
            instances,
            digest: hex::encode(Sha256::digest(&bytes)).into(),
        })
    }

    /// SHA-256 of the file, lower-case hex.
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// What it says of itself.
    pub async fn describe(&self) -> Result<HasherDescription, CallError> {
        let told = self.call(
            "describe",
            Input::Bytes(Bytes::new()),
            |hasher, store, _| {
                hasher
                    .vismatch_pipeline_fingerprinting()
                    .call_describe(store)
            },
        );
        description(told.await?)
    }

    /// The bits of a picture, as many as `announced`, or in its own words why there are none.
    pub async fn hash(
        &self,
        announced: u32,
        input: Input,
    ) -> Result<Result<Vec<u8>, String>, CallError> {
        let answer = self.call("plugin_hash", input, |hasher, store, input| {
            hasher
                .vismatch_pipeline_fingerprinting()
                .call_hash(store, input)
        });
        let answer = answer.await?;
        if let Ok(bits) = &answer {
            check_bits(announced, bits)?;
        }
        Ok(answer)
    }

    /// Waits for a worker, runs `work` in a fresh instance.
    async fn call<T: Send + 'static>(
        &self,
        function: &'static str,
        input: Input,
        work: impl FnOnce(&Instance, &mut Store<State>, &[u8]) -> wasmtime::Result<T> + Send + 'static,
    ) -> Result<T, CallError> {
        let instances = self.instances.clone();
        let answer = self.shared.call(function, [input], move |store, [input]| {
            let instance = instances.instantiate(&mut *store)?;
            work(&instance, store, input)
        });
        let answer = answer.await;
        count(function, &answer);
        answer
    }
}
