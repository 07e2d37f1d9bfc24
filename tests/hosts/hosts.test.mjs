// Every host gives the frozen bits. `just test` runs this; with `--table`, as `just hosts`, it prints what each
// host gives and what a large picture costs there.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL("./", import.meta.url));
const target = process.env.CARGO_TARGET_DIR ?? join(here, "../../target");
const component = join(target, "component/vismatch.wasm");
const golden = join(here, "../golden");

/** A runner of the conformance kit: how it is started, before what follows the component. */
const HOSTS = {
  Python: [join(target, "hosts/python/bin/python"), join(here, "python/golden.py"), component],
  "Node.js": [process.execPath, join(here, "node/golden.mjs")],
  Rust: [join(target, "debug/vismatch-embedding"), component],
};

function run(host, ...more) {
  const [program, ...start] = HOSTS[host];
  return JSON.parse(execFileSync(program, [...start, golden, ...more], { encoding: "utf8", env: { ...process.env, PYTHONDONTWRITEBYTECODE: "1" } }));
}

/** A BMP of about 10 MB, drawn by code: what it costs to hand a large picture over. */
function bitmap(width = 2048, height = 1700) {
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

if (process.argv.includes("--table")) table();
else
  describe("the component in other hosts", () => {
    for (const host of Object.keys(HOSTS)) {
      test(`${host} gives the frozen bits`, () => {
        const report = run(host);
        assert.deepEqual(report.different, []);
        assert.ok(report.compared >= 99, `${report.compared} values`);
        assert.equal(report.refused, "unsupported-format");
      });
    }
  });

function table() {
  const folder = mkdtempSync(join(tmpdir(), "vismatch-hosts-"));
  const picture = join(folder, "large.bmp");
  writeFileSync(picture, bitmap());
  console.log("### The component in other hosts\n");
  console.log(`| host | values compared | identical | phash of a BMP of ${(bitmap().length / 1e6).toFixed(1)} MB |`);
  console.log("|---|---:|---:|---:|");
  for (const host of Object.keys(HOSTS)) {
    const { host: name, compared, different, milliseconds } = run(host, picture);
    console.log(`| ${name} | ${compared} | ${compared - different.length} | ${milliseconds.toFixed(0)} ms |`);
  }
  rmSync(folder, { recursive: true });
}
