import { VismatchError } from "./errors.js";
import type { ModuleName } from "./protocol.js";

/** The WebAssembly modules, each downloaded and compiled once for all workers, when it is first needed. */
export class Modules {
  readonly #base: URL | undefined;
  readonly #compiled = new Map<ModuleName, Promise<WebAssembly.Module>>();

  constructor(base: URL | undefined) {
    this.#base = base;
  }

  /** Rejects with `unavailable`; the next call tries again. */
  get(name: ModuleName): Promise<WebAssembly.Module> {
    const known = this.#compiled.get(name);
    if (known) return known;
    const compiled = compile(this.#address(name));
    this.#compiled.set(name, compiled);
    compiled.catch(() => this.#compiled.delete(name));
    return compiled;
  }

  // Bundlers look for addresses of just this form.
  #address(name: ModuleName): URL {
    if (this.#base) return new URL(`wasm/${name}_bg.wasm`, this.#base);
    return name === "common"
      ? new URL("./wasm/common_bg.wasm", import.meta.url)
      : new URL("./wasm/full_bg.wasm", import.meta.url);
  }
}

async function compile(address: URL): Promise<WebAssembly.Module> {
  try {
    const response = await fetch(address, { credentials: "same-origin" });
    if (!response.ok) throw new Error(`status ${response.status}`);
    const isNamed = response.headers.get("content-type")?.startsWith("application/wasm");
    return isNamed
      ? await WebAssembly.compileStreaming(response)
      : await WebAssembly.compile(await response.arrayBuffer());
  } catch (cause) {
    throw new VismatchError("unavailable", `the module ${address} cannot be loaded: ${cause}`, { cause });
  }
}
