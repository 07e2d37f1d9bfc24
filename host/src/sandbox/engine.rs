//! The engine of the process: how components are compiled, where their memory comes from, and the
//! clock that running calls look at.
//!
//! Knows nothing of the contract; `program` loads the component into it.

use std::path::Path;
use std::thread;
use std::time::Duration;

use tracing::warn;
use wasmtime::{Cache, CacheConfig, Config, Enabled, Engine, PoolingAllocationConfig};

use super::limits::TABLE_ELEMENTS;
use super::{SandboxSettings, StartError};

/// How often running calls look whether they may go on: deadlines are kept to about this.
pub const TICK: Duration = Duration::from_millis(10);

/// A page of linear memory.
const PAGE: usize = 64 << 10;
/// All that a memory with 32-bit addresses can hold.
const LARGEST_MEMORY: usize = 1 << 32;
/// Linear memory that all slots together keep mapped between calls instead of giving it back to the
/// system. Pages that are there cost a copy to reset; others, a fault each when they are next used.
const KEEP_RESIDENT: usize = 128 << 20;

// A component is several core modules (the program, the adapter of its toolchain, shims). Ours has
// one memory and three modules; these caps leave room for those of other toolchains.
const CORE_INSTANCES: u32 = 16;
const MEMORIES: u32 = 2;
const TABLES: u32 = 16;

/// Sets the engine up and starts its clock, which stops when the engine is gone.
///
/// An unusable cache folder is worth a warning, not a failure: the component is compiled anew.
/// Neither is a machine that grants too little address space for the pool (`ulimit -v`): memory is
/// then mapped for each call, which costs more.
pub fn start(settings: &SandboxSettings, cache: Option<&Path>) -> Result<Engine, StartError> {
    let mut config = config(cache.and_then(open_cache));
    let plain = config.clone();
    config.allocation_strategy(pool(settings));
    let engine = Engine::new(&config)
        .or_else(|error| {
            warn!("no pool of instances, calls will cost more: {error:#}");
            Engine::new(&plain)
        })
        .map_err(|error| StartError::Engine(format!("{error:#}")))?;
    start_clock(&engine)?;
    Ok(engine)
}

fn config(cache: Option<Cache>) -> Config {
    let mut config = Config::new();
    config
        .wasm_component_model(true)
        .wasm_simd(true)
        // Its results differ between machines; fingerprints may not.
        .wasm_relaxed_simd(false)
        .epoch_interruption(true)
        .memory_init_cow(true)
        // Traps tell the function, not the place in it; the compiled component is smaller, and loads sooner.
        .generate_address_map(false)
        .parallel_compilation(true)
        .cache(cache);
    config
}

fn pool(settings: &SandboxSettings) -> PoolingAllocationConfig {
    // One instance a worker, and one for the self-test.
    let instances = u32::try_from(settings.workers).map_or(u32::MAX, |workers| workers + 1);
    let memory = settings.memory.min(LARGEST_MEMORY).next_multiple_of(PAGE);
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(instances)
        .total_core_instances(instances.saturating_mul(CORE_INSTANCES))
        .total_memories(instances.saturating_mul(MEMORIES))
        .total_tables(instances.saturating_mul(TABLES))
        .max_core_instances_per_component(CORE_INSTANCES)
        .max_memories_per_component(MEMORIES)
        .max_tables_per_component(TABLES)
        .max_memory_size(memory)
        .table_elements(TABLE_ELEMENTS)
        .linear_memory_keep_resident(KEEP_RESIDENT / instances as usize)
        // Resets the pages that were written, wherever they are, where the system tells which.
        .pagemap_scan(Enabled::Auto)
        .table_keep_resident(PAGE);
    pool
}

/// The engine's cache has a folder of its own: from time to time it deletes whatever lies there and is not
/// its own, and that is other people's work where the folder above is shared.
fn open_cache(directory: &Path) -> Option<Cache> {
    let open = || {
        let directory = std::path::absolute(directory.join("compiled"))?;
        Cache::new(CacheConfig::new().with_directory(directory).clone())
    };
    open()
        .inspect_err(|error| {
            warn!(directory = %directory.display(), "compiled components are not kept: {error:#}");
        })
        .ok()
}

fn start_clock(engine: &Engine) -> Result<(), StartError> {
    let engine = engine.weak();
    thread::Builder::new()
        .name("sandbox-clock".into())
        .spawn(move || {
            while let Some(engine) = engine.upgrade() {
                engine.increment_epoch();
                drop(engine);
                thread::sleep(TICK);
            }
        })
        .map_err(|error| StartError::Engine(format!("no thread for its clock: {error}")))?;
    Ok(())
}
