//! The sandbox: every picture byte is parsed in here and nowhere else.
//!
//! One engine, one pre-instantiated component, a fresh instance per call, a bounded number of calls
//! at once, a deadline and a memory cap for each. Knows wasmtime and the contract; nothing of
//! projects, HTTP or storage.

use std::path::PathBuf;
use std::time::Duration;

use bytes::Bytes;
use thiserror::Error;

use crate::domain::{
    Algorithm, Comparison, Fingerprint, ImageError, ImageInfo, Limits, Orientation, Outcome, Plan,
    Rendition, RenditionSpec,
};

/// What one sandbox may spend.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Calls that run at once; about one a core.
    pub workers: usize,
    /// Calls that may wait for a worker; one more is answered `Busy`.
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

/// A picture on its way in; a file is read only when a worker is free for it.
#[derive(Clone, Debug)]
pub enum Input {
    /// Bytes at hand.
    Bytes(Bytes),
    /// A file of this machine.
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
    /// Workers and queue are full; try again after about this long.
    #[error("all workers are busy")]
    Busy {
        /// A sensible pause.
        retry_after: Duration,
    },
    /// The input file could not be read.
    #[error("reading the picture failed")]
    Input(#[source] std::io::Error),
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
#[derive(Clone)]
pub struct Sandbox {}

impl Sandbox {
    /// Compiles (or takes from `cache`) and pre-instantiates the component, and runs its self-test.
    pub fn start(
        source: &Source,
        settings: &Settings,
        cache: Option<PathBuf>,
    ) -> Result<Self, StartError> {
        todo!()
    }

    /// SHA-256 of the component's file, lower-case hex.
    pub fn digest(&self) -> &str {
        todo!()
    }

    /// The component's file.
    pub fn component(&self) -> Bytes {
        todo!()
    }

    /// Facts of a picture from its headers.
    pub async fn inspect(&self, image: Input) -> Result<ImageInfo, CallError> {
        todo!()
    }

    /// Facts, fingerprints and renditions from one decode.
    pub async fn process(&self, image: Input, plan: Plan) -> Result<Outcome, CallError> {
        todo!()
    }

    /// Fingerprints in the order asked for.
    pub async fn hash(
        &self,
        image: Input,
        algorithms: Vec<Algorithm>,
    ) -> Result<Vec<Fingerprint>, CallError> {
        todo!()
    }

    /// One algorithm's fingerprints in all eight orientations.
    pub async fn hash_orientations(
        &self,
        image: Input,
        algorithm: Algorithm,
    ) -> Result<Vec<(Orientation, Fingerprint)>, CallError> {
        todo!()
    }

    /// Renditions in the order asked for.
    pub async fn render(
        &self,
        image: Input,
        specs: Vec<RenditionSpec>,
    ) -> Result<Vec<Rendition>, CallError> {
        todo!()
    }

    /// Two pictures judged; `threshold` in bits of phash.
    pub async fn compare(
        &self,
        a: Input,
        b: Input,
        threshold: Option<u32>,
    ) -> Result<Comparison, CallError> {
        todo!()
    }
}
