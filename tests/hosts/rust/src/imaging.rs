//! The component in a Rust program: compiled once, an instance for each call, nothing granted.

use wasmtime::component::{Component, Linker, ResourceTable, bindgen};
use wasmtime::{Engine, Result, Store};
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};

bindgen!({ path: "../../../wit", world: "imaging" });

pub use exports::vismatch::pipeline::hashing::Algorithm;
pub use exports::vismatch::pipeline::rendering::{RenditionSize, RenditionSpec};
pub use exports::vismatch::pipeline::types::{Dimensions, Limits};

/// What a default server allows.
pub const LIMITS: Limits = Limits {
    max_pixels: 100_000_000,
    max_side: 32_767,
    max_frames: 1_000,
    max_output_bytes: 64 << 20,
};

/// The compiled component.
pub struct Vismatch {
    engine: Engine,
    component: ImagingPre<Nothing>,
}

/// What a call is granted: no files, no network, no clock of its own, no arguments.
pub struct Nothing(WasiCtx, ResourceTable);

impl WasiView for Nothing {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView {
            ctx: &mut self.0,
            table: &mut self.1,
        }
    }
}

impl Vismatch {
    /// Compiles the component.
    pub fn load(path: &str) -> Result<Self> {
        let engine = Engine::default();
        let mut linker = Linker::new(&engine);
        wasmtime_wasi::p2::add_to_linker_sync(&mut linker)?;
        let component = linker.instantiate_pre(&Component::from_file(&engine, path)?)?;
        let component = ImagingPre::new(component)?;
        Ok(Self { engine, component })
    }

    /// An instance with a store of its own, for one call or for several.
    pub fn instance(&self) -> Result<(Store<Nothing>, Imaging)> {
        let nothing = Nothing(WasiCtx::builder().build(), ResourceTable::new());
        let mut store = Store::new(&self.engine, nothing);
        let imaging = self.component.instantiate(&mut store)?;
        Ok((store, imaging))
    }
}
