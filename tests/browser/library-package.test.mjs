// The npm package: what is in it, how large the modules are, in whose turn a job is. No browser needed.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const library = fileURLToPath(new URL("../../web/library/", import.meta.url));
const { Turns } = await import(join(library, "dist/turns.js"));

/** Bytes of a module with its JavaScript, as a server sends them. */
function compressed(name) {
  const files = [`${name}_bg.wasm`, `${name}.js`].map((file) => readFileSync(join(library, "dist/wasm", file)));
  return files.reduce((sum, file) => sum + gzipSync(file, { level: 9 }).length, 0);
}

test("the module of common formats is at most 600 kB compressed, with its JavaScript", () => {
  const [common, full] = [compressed("common"), compressed("full")];
  console.log(`# gzip: common ${Math.round(common / 1000)} kB, full ${Math.round(full / 1000)} kB`);
  assert.ok(common <= 600_000, `${common} bytes`);
  assert.ok(common < full);
});

test("the package holds what is run, its types and its licences, and nothing else", () => {
  const packed = execFileSync("npm", ["pack", "--dry-run", "--json"], { cwd: library, stdio: ["ignore", "pipe", "ignore"] });
  const said = JSON.parse(packed);
  const files = (Array.isArray(said) ? said[0] : Object.values(said)[0]).files.map(({ path }) => path);
  const { exports } = JSON.parse(readFileSync(join(library, "package.json"), "utf8"));
  const wanted = [
    exports["."].types, exports["."].default, "dist/worker.js",
    "dist/wasm/common.js", "dist/wasm/common_bg.wasm", "dist/wasm/full.js", "dist/wasm/full_bg.wasm",
    "dist/wasm/module.d.ts", "README.md", "LICENSE-MIT", "LICENSE-APACHE", "package.json",
  ].map((path) => path.replace("./", ""));
  assert.deepEqual(wanted.filter((path) => !files.includes(path)), []);
  assert.deepEqual(files.filter((path) => path.includes("/") && !path.startsWith("dist/")), []);
});

test("a program that uses the package is checked by its types", async () => {
  const folder = await mkdtemp(join(tmpdir(), "vismatch-types-"));
  const program = `
    import { createPipeline, VismatchError, type Known } from "vismatch";
    const pipeline = await createPipeline({ workers: 2 });
    const known: Known = await pipeline.fingerprint(new Blob([]), { algorithms: ["phash"] });
    const bank = await pipeline.bank("/projects/p/bank");
    const near: number[] = (await bank.nearest(known.fingerprints[0]!)).map(({ distance }) => distance);
    // @ts-expect-error
    await pipeline.fingerprint(new Blob([]), { algorithms: ["md5"] });
    // @ts-expect-error
    const code: "broken" = new VismatchError("corrupt", "").code;
    export { near, code };`;
  const options = {
    compilerOptions: {
      strict: true, noEmit: true, module: "ESNext", moduleResolution: "Bundler", target: "ES2022",
      lib: ["ES2022", "DOM"], types: [], paths: { vismatch: [join(library, "dist/index.d.ts")] },
    },
    files: ["program.ts"],
  };
  try {
    await writeFile(join(folder, "program.ts"), program);
    await writeFile(join(folder, "tsconfig.json"), JSON.stringify(options));
    execFileSync(join(library, "../node_modules/.bin/tsc"), ["--project", folder], { stdio: "pipe" });
  } catch (failed) {
    assert.fail(`${failed.stdout ?? failed}`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test("kinds are served in turns, each in order", () => {
  const turns = new Turns();
  ["a1", "a2", "b1", "a3", "c1"].forEach((item) => turns.add(item[0], item));
  assert.equal(turns.size, 5);
  assert.equal(turns.next(), "a1");
  assert.equal(turns.next(), "b1");
  turns.add("b", "b2");
  assert.equal(turns.delete("a", "a2"), true);
  assert.equal(turns.delete("a", "a2"), false);
  assert.deepEqual([turns.next(), turns.next(), turns.next(), turns.next()], ["c1", "a3", "b2", undefined]);
  turns.add("a", "a4");
  assert.deepEqual(turns.drain(), ["a4"]);
  assert.equal(turns.size, 0);
});
