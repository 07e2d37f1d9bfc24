// The conformance runner for the command line of wasmtime: `golden.mjs WASMTIME COMPONENT GOLDEN`; see ../README.md.
//
// Arguments and results are texts (WAVE, the values of the component model written down): bytes are lists of numbers.
// An operating system takes no argument of more than 128 KiB, so pictures of over 28 KB are left out, and no time is
// taken of a large one.

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { report } from "../node/golden-compare.mjs";

const LARGEST = 28_000;

const [wasmtime, component, golden] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), "vismatch-wasmtime-"));
// Compiled once, not for every call.
const compiled = join(folder, "vismatch.cwasm");

/** The result of a call, `ok(...)` or `err(...)`, as text; nothing is granted. */
function call(name, ...parameters) {
  const expression = `${name}(${parameters.map(written).join(", ")})`;
  const told = execFileSync(wasmtime, ["run", "--allow-precompiled", "--invoke", expression, compiled], {
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  const [, tag] = told.match(/^err\(([a-z-]+)/) ?? [];
  if (tag) throw Object.assign(new Error(told.trim()), { payload: { tag } });
  return told;
}

/** A value as text: words are cases of an enum, `{ tag, val }` is one of a variant. */
function written(value) {
  if (value instanceof Uint8Array || Array.isArray(value)) return `[${Array.from(value, written).join(", ")}]`;
  if (typeof value !== "object") return String(value);
  if ("tag" in value) return value.val ? `${value.tag}(${written(value.val)})` : value.tag;
  return `{${Object.entries(value).map(([key, field]) => `${kebab(key)}: ${written(field)}`).join(", ")}}`;
}

const kebab = (key) => key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** Every list of bytes behind a field's name. */
const lists = (text, field) =>
  Array.from(text.matchAll(new RegExp(`${field}: \\[([0-9, ]*)\\]`, "g")), ([, bytes]) => Uint8Array.from(bytes.split(", "), Number));

const exported = {
  hashing: {
    hash: (...parameters) => lists(call("hash", ...parameters), "bits").map((bits) => ({ bits })),
  },
  rendering: {
    render(...parameters) {
      const told = call("render", ...parameters);
      const sizes = Array.from(told.matchAll(/width: (\d+), height: (\d+)/g), ([, width, height]) => ({ width, height }));
      return lists(told, "jpeg").map((jpeg, at) => ({ jpeg, size: sizes[at] }));
    },
  },
};

execFileSync(wasmtime, ["compile", "-o", compiled, component]);
const read = (name) => readFileSync(join(golden, "pictures", name));
const entries = JSON.parse(readFileSync(join(golden, "golden.json"), "utf8"));
const short = entries.filter(({ picture }) => read(picture).length <= LARGEST);
const version = execFileSync(wasmtime, ["--version"], { encoding: "utf8" }).split(" ")[1].trim();
const told = await report(`wasmtime ${version}, command line`, exported, short, {
  read,
  sha256: (bytes) => createHash("sha256").update(bytes).digest("hex"),
});
rmSync(folder, { recursive: true });
console.log(JSON.stringify(told));
