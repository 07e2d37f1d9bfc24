//! Runs a WASI 0.2 command component, as cargo's `runner` for tests built for `wasm32-wasip2`:
//! `wasm-runner FILE [ARGUMENT]...`
//!
//! Standard streams, environment and arguments are passed on, the current folder can be read, and
//! the exit code is the component's.

use std::env;
use std::process::ExitCode;

use wasmtime::component::{Component, Linker, ResourceTable};
use wasmtime::{Engine, Error, Result, Store};
use wasmtime_wasi::p2::bindings::sync::Command;
use wasmtime_wasi::{FsPerms, I32Exit, WasiCtx, WasiCtxView, WasiView};

struct State {
    wasi: WasiCtx,
    table: ResourceTable,
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView {
            ctx: &mut self.wasi,
            table: &mut self.table,
        }
    }
}

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => exit_code(&error),
    }
}

fn run(arguments: &[String]) -> Result<()> {
    let file = arguments
        .first()
        .ok_or_else(|| Error::msg("which component?"))?;
    let engine = Engine::default();
    let component = Component::from_file(&engine, file)?;
    let mut linker = Linker::new(&engine);
    wasmtime_wasi::p2::add_to_linker_sync(&mut linker)?;
    let mut store = Store::new(&engine, state(arguments)?);
    let command = Command::instantiate(&mut store, &component, &linker)?;
    let outcome = command.wasi_cli_run().call_run(&mut store)?;
    outcome.map_err(|()| I32Exit(1).into())
}

/// The current folder is found under its own name and as `.`.
fn state(arguments: &[String]) -> Result<State> {
    let here = env::current_dir()?;
    let wasi = WasiCtx::builder()
        .inherit_stdio()
        .inherit_env()
        .args(arguments)
        .preopened_dir(&here, here.to_string_lossy(), FsPerms::ReadOnly)?
        .preopened_dir(&here, ".", FsPerms::ReadOnly)?
        .build();
    let table = ResourceTable::new();
    Ok(State { wasi, table })
}

fn exit_code(error: &Error) -> ExitCode {
    match error.downcast_ref::<I32Exit>() {
        Some(exit) => u8::try_from(exit.0).map_or(ExitCode::FAILURE, ExitCode::from),
        None => {
            eprintln!("{error:?}");
            ExitCode::FAILURE
        }
    }
}
