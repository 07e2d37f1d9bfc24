//! Makes the JavaScript that loads a WebAssembly module of `vismatch-web`: what the program `wasm-bindgen` does, with the
//! version of the lock file and without what else that program brings along (test runners, a server, an HTTP client).
//! Not a general tool: it knows the two outputs that the recipe `web` needs.

use std::env;

use anyhow::{Context, Result, bail};
use wasm_bindgen_cli_support::Bindgen;

const USAGE: &str = "usage: bindgen browser|node MODULE NAME FOLDER";

fn main() -> Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [target, module, name, folder] = arguments.as_slice() else {
        bail!(USAGE);
    };
    let mut bindgen = Bindgen::new();
    // Who names no module gets the one that lies beside the JavaScript.
    bindgen.omit_default_module_path(false);
    match target.as_str() {
        // The package has types of its own.
        "browser" => bindgen
            .web(true)?
            .typescript(false)
            .remove_name_section(true),
        "node" => bindgen.nodejs(true)?.typescript(true),
        _ => bail!(USAGE),
    };
    bindgen
        .input_path(module)
        .out_name(name)
        .generate(folder)
        .with_context(|| format!("{module} cannot be wrapped"))
}
