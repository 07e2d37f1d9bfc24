// The component as an ES module of a page: what jco made of it, WASI from its shim by the page's import map. Nothing else
// is needed: no bundler, no server of ours.

import * as component from "/dist/vismatch.js";
import { hex, report } from "/golden-compare.mjs";

const bytes = async (path) => new Uint8Array(await (await fetch(path)).arrayBuffer());

/** The report of this browser; `picture` is the address of what time is taken of, if any. */
globalThis.golden = async (host, picture) =>
  report(host, component, await (await fetch("/golden/golden.json")).json(), {
    read: (name) => bytes(`/golden/pictures/${name}`),
    sha256: async (jpeg) => hex(new Uint8Array(await crypto.subtle.digest("SHA-256", jpeg))),
    picture: picture && (await bytes(picture)),
  });
