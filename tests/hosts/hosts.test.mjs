// Every host gives the frozen bits. `just test` runs this; with `--table`, as `just hosts`, it prints what each
// host gives and what a large picture costs there.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { skip } from "../browser/chromium.mjs";

const here = fileURLToPath(new URL("./", import.meta.url));
const target = process.env.CARGO_TARGET_DIR ?? join(here, "../../target");
const component = join(target, "component/vismatch.wasm");
const golden = join(here, "../golden");

/** A runner of the conformance kit: how it is started, before what follows the component. */
const HOSTS = {
  Python: [join(target, "hosts/python/bin/python"), join(here, "python/golden.py"), component],
  "Node.js": [process.execPath, join(here, "node/golden.mjs")],
  Chromium: [process.execPath, join(here, "browser/golden.mjs")],
  Rust: [join(target, "debug/vismatch-example-host"), component],
  wasmtime: [process.execPath, join(here, "wasmtime/golden.mjs"), join(target, "tools/bin/wasmtime"), component],
};

/** What is frozen of every golden picture. */
const entries = JSON.parse(readFileSync(join(golden, "golden.json"), "utf8"));
const frozen = entries.reduce((sum, { fingerprints, renditions }) => sum + fingerprints.length + renditions.length, 0);

/** What fits on a command line is less than all. */
const LEAST = { wasmtime: 84 };

function run(host, ...more) {
  const [program, ...start] = HOSTS[host];
  return JSON.parse(execFileSync(program, [...start, golden, ...more], { encoding: "utf8", env: { ...process.env, PYTHONDONTWRITEBYTECODE: "1" } }));
}

/** A BMP of about 10 MB, drawn by code: what it costs to hand a large picture over. */
function bitmap(width, height) {
  const pixels = Buffer.from(Uint8Array.from({ length: width * height * 3 }, (_, at) => (at * 7) ^ (at >> 9)));
  const header = Buffer.alloc(54);
  header.write("BM");
  header.writeUInt32LE(header.length + pixels.length, 2);
  header.writeUInt32LE(header.length, 10);
  header.writeUInt32LE(40, 14);
  header.writeInt32LE(width, 18);
  header.writeInt32LE(height, 22);
  header.writeUInt16LE(1, 26);
  header.writeUInt16LE(24, 28);
  return Buffer.concat([header, pixels]);
}

const wantsTable = process.argv.includes("--table");

if (!wantsTable)
  describe("the component in other hosts", () => {
    for (const host of Object.keys(HOSTS)) {
      test(`${host} gives the frozen bits`, { skip: host === "Chromium" && skip }, () => {
        const report = run(host);
        assert.deepEqual(report.different, []);
        assert.ok(report.compared >= (LEAST[host] ?? frozen), `${report.compared} values`);
        assert.equal(report.refused, "unsupported-format");
      });
    }

    test("jco's types say what the contract does", () => {
      const types = readFileSync(join(here, "node/dist/interfaces/vismatch-pipeline-hashing.d.ts"), "utf8");
      assert.match(types, /export function hash\(image: Uint8Array, algorithms: Array<Algorithm>, limits: Limits\): Array<Fingerprint>;/);
    });
  });

/** The templates of plugins, as `just plugins` builds them. */
if (!wantsTable)
  describe("plugins in two languages", () => {
    const bits = (language) => {
      const plugin = join(target, "hosts/plugins", `${language}.wasm`);
      const pictures = ["shapes.webp", "noise.bmp", "grey.tiff"].map((name) => join(golden, "pictures", name));
      const env = { ...process.env, XDG_CACHE_HOME: join(target, "test-cache") };
      return execFileSync(join(target, "debug/vismatch"), ["plugin", plugin, ...pictures], { encoding: "utf8", env }).split("\n");
    };

    test("give the same bits, by the same definition", () => {
      const [said, digest, ...rust] = bits("rust");
      const [same, other, ...javascript] = bits("javascript");
      assert.equal(said, "Lighter than around, version 1, 256 bits of luma-plane");
      assert.equal(same, said);
      assert.notEqual(other, digest);
      assert.equal(new Set(rust.map((line) => line.split(" ")[0])).size, 4, "three pictures and the end");
      assert.deepEqual(javascript, rust);
    });
  });

/** A table of hosts by algorithms: are all frozen values the same, and what does a large picture cost? */
function table() {
  const folder = mkdtempSync(join(tmpdir(), "vismatch-hosts-"));
  const picture = join(folder, "large.bmp");
  const [width, height] = [2048, 1700];
  writeFileSync(picture, bitmap(width, height));
  const [{ fingerprints }] = entries;
  const algorithms = fingerprints.map(({ algorithm }) => algorithm);
  const columns = ["host", "values", ...algorithms, "renditions", `phash of ${(bitmap(width, height).length / 1e6).toFixed(1)} MB`, "ms/MP"];
  console.log("### The component in other hosts\n");
  console.log(row(columns));
  console.log(row(columns.map(() => "---")));
  for (const host of Object.keys(HOSTS)) {
    const { host: name, compared, different, milliseconds } = run(host, picture);
    const count = (kind) => different.filter((told) => kind.test(told)).length;
    const same = (kind) => (count(kind) === 0 ? "identical" : `${count(kind)} different`);
    const times = milliseconds === undefined ? ["-", "-"] : [`${milliseconds.toFixed(0)} ms`, ((milliseconds * 1e6) / width / height).toFixed(1)];
    const each = algorithms.map((algorithm) => same(new RegExp(`, "?${algorithm}"?: `)));
    console.log(row([name, compared, ...each, same(/, "?(original|fit|cover)\b/), ...times]));
  }
  rmSync(folder, { recursive: true });
}

const row = (cells) => `| ${cells.join(" | ")} |`;

if (wantsTable) table();
