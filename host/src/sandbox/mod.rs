//! The sandbox: every picture byte is parsed in here and nowhere else.
//!
//! One engine, one pre-instantiated component, a fresh instance per call, a bounded number of calls
//! at once with a queue that serves clients in turn, a deadline and a memory cap for each. Knows wasmtime and the contract; nothing of
//! projects, HTTP or storage.

mod bindings;
mod call;
mod client;
mod contract;
mod convert;
mod engine;
mod fair_queue;
mod hasher;
mod input;
mod limits;
mod program;
mod wasi;
mod workers;

#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use metrics::{counter, histogram};
use thiserror::Error;
use wasmtime::Store;

pub use self::client::{current_client, on_behalf_of};
pub use self::contract::WIT;
pub use self::hasher::Hasher;
pub use self::input::Input;
pub use self::program::Program;

use self::bindings as wit;
use self::convert::{check_fingerprints, check_plane, check_renditions, list};
use self::wasi::State;
use self::workers::Workers;

use crate::domain::{
    Algorithm, Comparison, Fingerprint, ImageError, ImageInfo, Limits, Orientation, Outcome, Plan,
    Rendition, RenditionSpec,
};

/// What one sandbox may spend.
#[derive(Clone, Debug)]
pub struct SandboxSettings {
    /// Calls that run at once; about one a core.
    pub workers: usize,
    /// Calls that may wait for a worker; one more is answered `Busy`, or takes the place of one whose client waits
    /// more often.
    pub queue: usize,
    /// Linear memory of one call, in bytes.
    pub memory: usize,
    /// Wall time of one call.
    pub timeout: Duration,
    /// Limits handed to every call.
    pub limits: Limits,
}

/// Where the component comes from.
#[derive(Clone, Debug)]
pub enum Source {
    /// The one built into this binary.
    Embedded,
    /// A file that implements the same world.
    File(PathBuf),
}

/// Why a call has no answer.
#[derive(Debug, Error)]
pub enum CallError {
    /// The picture or an argument was refused: the caller must act.
    #[error(transparent)]
    Image(#[from] ImageError),
    /// The call ran past its deadline and was stopped.
    #[error("the picture took longer than {0:?} to work on and was stopped")]
    Timeout(Duration),
    /// The call wanted more memory than it may have.
    #[error("the picture needs more than the {allowed} bytes of memory that one call may use")]
    OutOfMemory {
        /// The cap in bytes.
        allowed: usize,
    },
    /// The component trapped: a fault of a decoder, kept inside.
    #[error("the picture made the decoder fail: {0}")]
    Trap(String),
    /// Workers and queue are full, of calls of the same client or of as many of others; try again after about this
    /// long.
    #[error("all workers are busy")]
    Busy {
        /// A sensible pause.
        retry_after: Duration,
    },
    /// The input file could not be read.
    #[error("reading the picture failed")]
    Input(#[source] std::io::Error),
}

impl CallError {
    /// A short name for metrics.
    fn outcome(&self) -> &'static str {
        match self {
            Self::Image(_) => "refused",
            Self::Timeout(_) => "timeout",
            Self::OutOfMemory { .. } => "out_of_memory",
            Self::Trap(_) => "trap",
            Self::Busy { .. } => "busy",
            Self::Input(_) => "input",
        }
    }

    /// What the component did wrong, where no picture is to blame.
    pub fn fault(&self) -> String {
        match self {
            Self::Timeout(after) => format!("it was stopped after {after:?}"),
            Self::OutOfMemory { allowed } => {
                format!("it needs more than {allowed} bytes of memory")
            }
            Self::Trap(text) => text.clone(),
            other => other.to_string(),
        }
    }
}

/// Why there is no sandbox. The operator must act.
#[derive(Debug, Error)]
pub enum StartError {
    /// The component's file cannot be read.
    #[error("cannot read the component {path}")]
    Read {
        /// Which file.
        path: PathBuf,
        /// Why not.
        #[source]
        source: std::io::Error,
    },
    /// The file is no component, or not of the world `vismatch:pipeline/imaging`.
    #[error("the component cannot be used: {0}")]
    Unusable(String),
    /// The component's own golden vectors do not come out.
    #[error("the component fails its self-test: {0}")]
    SelfTest(String),
    /// The engine cannot be set up on this machine.
    #[error("the sandbox cannot be set up: {0}")]
    Engine(String),
}

/// Runs the component. Cheap to clone.
///
/// Has to be called from within a tokio runtime. A call whose future is dropped gives up its place
/// in the queue, or is stopped when it already runs.
#[derive(Clone)]
pub struct Sandbox {
    shared: Arc<Shared>,
}

struct Shared {
    program: Program,
    settings: SandboxSettings,
    workers: Workers,
}

impl Sandbox {
    /// Compiles (or takes from `cache`) and pre-instantiates the component, and runs its self-test.
    ///
    /// Blocks: for seconds when the component has to be compiled, for milliseconds otherwise.
    pub fn start(
        source: &Source,
        settings: &SandboxSettings,
        cache: Option<PathBuf>,
    ) -> Result<Self, StartError> {
        let shared = Shared {
            program: Program::load(source, settings, cache.as_deref())?,
            settings: settings.clone(),
            workers: Workers::new(settings),
        };
        Ok(Self {
            shared: Arc::new(shared),
        })
    }

    /// SHA-256 of the component's file, lower-case hex.
    pub fn digest(&self) -> &str {
        &self.shared.program.digest
    }

    /// The component's file.
    pub fn component(&self) -> Bytes {
        self.shared.program.bytes.clone()
    }

    /// Facts of a picture from its headers.
    pub async fn inspect(&self, image: Input) -> Result<ImageInfo, CallError> {
        let limits = self.limits();
        let info = self.call("inspect", [image], move |imaging, store, [image]| {
            inspect(imaging, store, image, limits)
        });
        Ok(info.await?.into())
    }

    /// Facts, fingerprints, sketch and renditions in one call.
    pub async fn process(&self, image: Input, plan: Plan) -> Result<Outcome, CallError> {
        let (limits, asked) = (self.limits(), wit::Plan::from(&plan));
        let outcome = self.call("process", [image], move |imaging, store, [image]| {
            process(imaging, store, image, &asked, limits)
        });
        let outcome = Outcome::try_from(outcome.await?)?;
        check_fingerprints(plan.algorithms, &outcome.fingerprints)?;
        check_renditions(plan.renditions.len(), &outcome.renditions)?;
        Ok(outcome)
    }

    /// Fingerprints in the order asked for.
    pub async fn hash(
        &self,
        image: Input,
        algorithms: Vec<Algorithm>,
    ) -> Result<Vec<Fingerprint>, CallError> {
        let (limits, asked) = (self.limits(), list(algorithms.iter().copied()));
        let fingerprints = self.call("hash", [image], move |imaging, store, [image]| {
            imaging
                .vismatch_pipeline_hashing()
                .call_hash(store, image, &asked, limits)
        });
        let fingerprints = list(fingerprints.await?);
        check_fingerprints(algorithms, &fingerprints)?;
        Ok(fingerprints)
    }

    /// One algorithm's fingerprints in all eight orientations, `upright` first.
    pub async fn hash_orientations(
        &self,
        image: Input,
        algorithm: Algorithm,
    ) -> Result<Vec<(Orientation, Fingerprint)>, CallError> {
        let limits = self.limits();
        let oriented = self.call(
            "hash_orientations",
            [image],
            move |imaging, store, [image]| {
                let hashing = imaging.vismatch_pipeline_hashing();
                hashing.call_hash_orientations(store, image, algorithm.into(), limits)
            },
        );
        let oriented: Vec<(Orientation, Fingerprint)> = list(oriented.await?);
        let asked = [algorithm; Orientation::ALL.len()];
        check_fingerprints(asked, oriented.iter().map(|(_, fingerprint)| fingerprint))?;
        Ok(oriented)
    }

    /// The luma plane that all fingerprints start from: 256 rows of 256 bytes.
    pub async fn luma_plane(&self, image: Input) -> Result<Bytes, CallError> {
        let limits = self.limits();
        let plane = self.call("luma_plane", [image], move |imaging, store, [image]| {
            imaging
                .vismatch_pipeline_hashing()
                .call_luma_plane(store, image, limits)
        });
        let plane = plane.await?;
        check_plane(&plane)?;
        Ok(plane.into())
    }

    /// A hasher that somebody else wrote, in the same engine, with the same workers, budget and grants: none.
    /// Compiled code is kept where that of the component is.
    ///
    /// Blocks: for seconds when it has to be compiled, for milliseconds otherwise.
    pub fn hasher(&self, file: &Path) -> Result<Hasher, StartError> {
        Hasher::load(self.shared.clone(), file)
    }

    /// Renditions in the order asked for.
    pub async fn render(
        &self,
        image: Input,
        specs: Vec<RenditionSpec>,
    ) -> Result<Vec<Rendition>, CallError> {
        let (limits, asked) = (self.limits(), list(specs.iter().copied()));
        let renditions = self.call("render", [image], move |imaging, store, [image]| {
            imaging
                .vismatch_pipeline_rendering()
                .call_render(store, image, &asked, limits)
        });
        let renditions = list(renditions.await?);
        check_renditions(specs.len(), &renditions)?;
        Ok(renditions)
    }

    /// Two pictures judged; `threshold` in bits of phash.
    pub async fn compare(
        &self,
        a: Input,
        b: Input,
        threshold: Option<u32>,
    ) -> Result<Comparison, CallError> {
        let limits = self.limits();
        let comparison = self.call("compare", [a, b], move |imaging, store, [a, b]| {
            imaging
                .vismatch_pipeline_comparison()
                .call_compare(store, a, b, threshold, limits)
        });
        Ok(comparison.await?.into())
    }

    fn limits(&self) -> wit::Limits {
        self.shared.settings.limits.into()
    }

    /// Waits for a worker, reads the pictures, runs `work` in a fresh instance.
    async fn call<T: Send + 'static, const N: usize>(
        &self,
        function: &'static str,
        images: [Input; N],
        work: impl FnOnce(&wit::Imaging, &mut Store<State>, &[Bytes; N]) -> Answer<T> + Send + 'static,
    ) -> Result<T, CallError> {
        let instances = self.shared.program.instances.clone();
        let answer = self.shared.call(function, images, move |store, images| {
            let imaging = instances.instantiate(&mut *store)?;
            work(&imaging, store, images)
        });
        let answer = answer.await;
        let answer =
            answer.and_then(|answer| answer.map_err(|refusal| CallError::Image(refusal.into())));
        count(function, &answer);
        answer
    }
}

impl Shared {
    /// Waits for a worker, reads the pictures, runs `work` in a store of its own.
    async fn call<T: Send + 'static, const N: usize>(
        self: &Arc<Self>,
        function: &'static str,
        images: [Input; N],
        work: impl FnOnce(&mut Store<State>, &[Bytes; N]) -> wasmtime::Result<T> + Send + 'static,
    ) -> Result<T, CallError> {
        let shared = Arc::clone(self);
        let answer = self.workers.run(move |abandoned| {
            let started = Instant::now();
            let images = read(&images, shared.settings.memory)?;
            let budget = (&shared.settings).into();
            let answer = call::run(shared.program.engine(), budget, abandoned, |store| {
                work(store, &images)
            });
            histogram!("vismatch_sandbox_call_seconds", "function" => function)
                .record(started.elapsed());
            answer
        });
        answer.await
    }
}

/// What a function of the contract gives: an answer or a refusal, unless it fails.
type Answer<T> = wasmtime::Result<Result<T, wit::ImageError>>;

// An asynchronous function is compiled where it is awaited. What hands pictures over is compiled here, and
// optimised as this crate is, whoever awaits it.

#[inline(never)]
fn inspect(
    imaging: &wit::Imaging,
    store: &mut Store<State>,
    image: &[u8],
    limits: wit::Limits,
) -> Answer<wit::ImageInfo> {
    let pipeline = imaging.vismatch_pipeline_pipeline();
    pipeline.call_inspect(store, image, limits)
}

#[inline(never)]
fn process(
    imaging: &wit::Imaging,
    store: &mut Store<State>,
    image: &[u8],
    plan: &wit::Plan,
    limits: wit::Limits,
) -> Answer<wit::Outcome> {
    let pipeline = imaging.vismatch_pipeline_pipeline();
    pipeline.call_process(store, image, plan, limits)
}

fn read<const N: usize>(images: &[Input; N], most: usize) -> Result<[Bytes; N], CallError> {
    let mut read = [const { Bytes::new() }; N];
    for (bytes, image) in read.iter_mut().zip(images) {
        *bytes = image.read(most)?;
    }
    Ok(read)
}

fn count<T>(function: &'static str, answer: &Result<T, CallError>) {
    let outcome = answer.as_ref().map_or_else(CallError::outcome, |_| "ok");
    counter!("vismatch_sandbox_calls_total", "function" => function, "outcome" => outcome)
        .increment(1);
}
