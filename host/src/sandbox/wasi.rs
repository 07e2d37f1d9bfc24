//! What a component finds of WASI 0.2: every interface, and nothing behind it.
//!
//! Rust's standard library imports WASI whether a program uses it or not, so the interfaces have to
//! be there. The world behind them is empty: no arguments, variables, folders or sockets; what is
//! printed is dropped; the seed of hash tables is the same in every call; nobody waits.

use wasmtime::component::{HasData, Linker, Resource, ResourceTable};
use wasmtime_wasi::p2::DynPollable;
use wasmtime_wasi::p2::bindings::sync::io::poll;
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};

use super::limits::MemoryCap;

/// What the host keeps for one instance.
pub struct State {
    wasi: WasiCtx,
    table: ResourceTable,
    /// Its memory.
    pub memory: MemoryCap,
}

impl State {
    /// An empty world and `memory` bytes.
    pub fn new(memory: usize) -> Self {
        Self {
            wasi: WasiCtx::builder()
                .allow_tcp(false)
                .allow_udp(false)
                .insecure_random_seed(0)
                .build(),
            table: ResourceTable::new(),
            memory: MemoryCap::new(memory),
        }
    }
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView {
            ctx: &mut self.wasi,
            table: &mut self.table,
        }
    }
}

/// Everything a component of our world may import.
pub fn offer(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    wasmtime_wasi::p2::add_to_linker_sync(linker)?;
    linker.allow_shadowing(true);
    poll::add_to_linker::<State, Waitless>(linker, |state| NoWaiting(&mut state.table))?;
    linker.allow_shadowing(false);
    Ok(())
}

/// `wasi:io/poll` without waiting: a component that sleeps in the host would hold its worker past
/// every deadline, because deadlines stop only running code.
struct NoWaiting<'a>(&'a mut ResourceTable);

struct Waitless;

impl HasData for Waitless {
    type Data<'a> = NoWaiting<'a>;
}

impl poll::Host for NoWaiting<'_> {
    fn poll(&mut self, _pollables: Vec<Resource<DynPollable>>) -> wasmtime::Result<Vec<u32>> {
        Err(wasmtime::Error::msg(WAITED))
    }
}

impl poll::HostPollable for NoWaiting<'_> {
    fn ready(&mut self, pollable: Resource<DynPollable>) -> wasmtime::Result<bool> {
        poll::HostPollable::ready(self.0, pollable)
    }

    fn block(&mut self, _pollable: Resource<DynPollable>) -> wasmtime::Result<()> {
        Err(wasmtime::Error::msg(WAITED))
    }

    fn drop(&mut self, pollable: Resource<DynPollable>) -> wasmtime::Result<()> {
        poll::HostPollable::drop(self.0, pollable)
    }
}

const WAITED: &str = "the component waited for something, which it is not granted";
