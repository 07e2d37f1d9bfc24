//! The component, ready to run: read, compiled or taken from the cache, linked, and tested once.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use bytes::Bytes;
use sha2::{Digest, Sha256};
use tokio_util::sync::CancellationToken;
use tracing::{debug, warn};
use wasmtime::Engine;
use wasmtime::component::{Component, InstancePre, Linker};

use super::bindings::ImagingPre;
use super::call::{self, Budget};
use super::wasi::{self, State};
use super::{SandboxSettings, Source, StartError, engine};

/// The component that is built into the binary.
const EMBEDDED: &[u8] = include_bytes!(env!("VISMATCH_COMPONENT_PATH"));

/// What whoever brings a component has to know.
const NEEDED: &str = "a component has to export the world vismatch:pipeline/imaging@0.1.0, with no \
                      imports but WASI 0.2 (`vismatch component --wit` prints it)";

/// The least time that a self-test is given, however short the deadline of a call is.
const SELF_TEST: Duration = Duration::from_secs(10);

/// A component that passed its self-test; makes instances of it.
pub struct Program {
    /// Instances are made from it.
    pub(super) instances: ImagingPre<State>,
    /// The file.
    pub bytes: Bytes,
    /// SHA-256 of the file, lower-case hex.
    pub digest: String,
}

impl Program {
    /// Compiles (or takes from `cache`), links and tests a component.
    ///
    /// The self-test runs once per component and engine: that it passed is remembered in
    /// `cache/self-test`, because it takes longer than the rest of a start.
    pub fn load(
        source: &Source,
        settings: &SandboxSettings,
        cache: Option<&Path>,
    ) -> Result<Self, StartError> {
        let started = Instant::now();
        let bytes = read(source)?;
        let digest = hex::encode(Sha256::digest(&bytes));
        let engine = engine::start(settings, cache)?;
        let passed = cache.map(|cache| passed(cache, &digest, &engine));
        let instances = link(&engine, &bytes)?;
        let program = Self {
            instances,
            bytes,
            digest,
        };
        let linked = started.elapsed();
        program.test_once(settings, passed.as_deref())?;
        debug!(digest = program.digest, ?linked, total = ?started.elapsed(), "sandbox started");
        Ok(program)
    }

    /// What compiles and runs it.
    pub fn engine(&self) -> &Engine {
        self.instances.engine()
    }

    /// Makes an instance and throws it away: what every call pays before it starts.
    pub fn instantiate(&self, settings: &SandboxSettings) -> Result<(), StartError> {
        let mut store = call::store(self.engine(), settings.into(), CancellationToken::new());
        self.instances
            .instantiate(&mut store)
            .map(drop)
            .map_err(|error| StartError::Unusable(format!("{error:#}; {NEEDED}")))
    }

    /// Skips the test when the file `passed` is there.
    fn test_once(
        &self,
        settings: &SandboxSettings,
        passed: Option<&Path>,
    ) -> Result<(), StartError> {
        if passed.is_some_and(Path::exists) {
            return Ok(());
        }
        let started = Instant::now();
        self.test(settings)?;
        debug!(took = ?started.elapsed(), "self-test passed");
        if let Some(passed) = passed {
            remember(passed);
        }
        Ok(())
    }

    fn test(&self, settings: &SandboxSettings) -> Result<(), StartError> {
        self.instantiate(settings)?;
        let budget = Budget {
            memory: settings.memory,
            timeout: settings.timeout.max(SELF_TEST),
        };
        let test = || {
            call::run(self.engine(), budget, CancellationToken::new(), |store| {
                let imaging = self.instances.instantiate(&mut *store)?;
                imaging.vismatch_pipeline_about().call_self_test(store)
            })
        };
        // On a thread of its own: WASI must not block a thread that drives async tasks.
        let answer = thread::scope(|scope| scope.spawn(test).join());
        match answer.unwrap_or_else(|panic| std::panic::resume_unwind(panic)) {
            Ok(Ok(())) => Ok(()),
            Ok(Err(text)) => Err(StartError::SelfTest(text)),
            Err(stopped) => Err(StartError::SelfTest(stopped.fault())),
        }
    }
}

/// The file that says that the component of this digest passed in this engine.
fn passed(cache: &Path, digest: &str, engine: &Engine) -> PathBuf {
    let mut compatibility = DefaultHasher::new();
    engine
        .precompile_compatibility_hash()
        .hash(&mut compatibility);
    let name = format!("{digest}-{:016x}", compatibility.finish());
    cache.join("self-test").join(name)
}

fn read(source: &Source) -> Result<Bytes, StartError> {
    match source {
        Source::Embedded => Ok(Bytes::from_static(EMBEDDED)),
        Source::File(path) => read_file(path),
    }
}

/// The bytes of a component.
pub fn read_file(path: &Path) -> Result<Bytes, StartError> {
    fs::read(path).map(Bytes::from).map_err(|source| {
        let path = path.to_owned();
        StartError::Read { path, source }
    })
}

fn link(engine: &Engine, bytes: &[u8]) -> Result<ImagingPre<State>, StartError> {
    let instances = prepare(engine, bytes, NEEDED)?;
    let imaging = ImagingPre::new(instances);
    imaging.map_err(|error| unusable("it does not export the world", &error, NEEDED))
}

/// Compiles a component and links it to the empty world of `wasi`. `needed` is what whoever brings it has to
/// know.
pub fn prepare(
    engine: &Engine,
    bytes: &[u8],
    needed: &str,
) -> Result<InstancePre<State>, StartError> {
    let component = Component::new(engine, bytes).map_err(|error| {
        let what = "it is not a WebAssembly component that runs here";
        unusable(what, &error, needed)
    })?;
    let mut linker = Linker::new(engine);
    wasi::offer(&mut linker).map_err(|error| StartError::Engine(format!("{error:#}")))?;
    let instances = linker.instantiate_pre(&component);
    instances.map_err(|error| unusable("it imports something that is not offered", &error, needed))
}

/// A component that cannot be used, and what would be usable.
pub fn unusable(what: &str, error: &wasmtime::Error, needed: &str) -> StartError {
    StartError::Unusable(format!("{what}: {error:#}; {needed}"))
}

/// Leaves the mark of a passed self-test. Losing it costs the next start the test again.
fn remember(passed: &Path) {
    let write = || {
        passed.parent().map_or(Ok(()), fs::create_dir_all)?;
        fs::write(passed, [])
    };
    if let Err(error) = write() {
        warn!(file = %passed.display(), "the passed self-test is not remembered: {error}");
    }
}
