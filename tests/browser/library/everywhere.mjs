// What the library does in every browser alike: the frozen bits, errors that say what is wrong, a page that goes on.
// Not here: what needs one browser's own instruments.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { program } from "../server.mjs";
import { deepPng } from "./pictures.mjs";

const run = promisify(execFile);
const repository = fileURLToPath(new URL("../../../", import.meta.url));
export const library = join(repository, "web/library");
export const golden = join(repository, "tests/golden");

/** The corpus of hostile files beside the repository. */
const bad = process.env.VISMATCH_BAD ?? join(repository, "../shared/data/bad");

/** What tests of hostile files are skipped with where there are none. */
export const skipHostile = existsSync(bad) ? false : `no corpus at ${bad}`;

/** What a site serves for all of this; pictures written for a test are in `scratch`. */
export const folders = (scratch) => ({
  "/library/": join(library, "dist"),
  "/tests/": join(repository, "tests/browser/library"),
  "/golden/": join(golden, "pictures"),
  "/bad/": bad,
  "/scratch/": scratch,
});

/** A page of that site, in which the library is there. */
export async function open(browser, origin) {
  const page = await browser.newPage();
  page.on("pageerror", (error) => assert.fail(`the page failed: ${error}`));
  await page.goto(`${origin}/tests/page.html`);
  await page.waitForFunction(() => globalThis.createPipeline);
  return page;
}

/** What is frozen of every golden picture. */
export async function frozen() {
  const entries = JSON.parse(await readFile(join(golden, "golden.json"), "utf8"));
  assert.ok(entries.length >= 9);
  return entries;
}

/** The golden pictures as a page says what they are. */
export function said(page, names) {
  return page.evaluate(async (names) => {
    const pipeline = await createPipeline();
    const algorithms = ["phash", "dhash", "dhash128", "ahash", "blockhash", "pdq", "core", "bare"];
    const known = await Promise.all(
      names.map(async (name) => pipeline.fingerprint(await blob(`/golden/${name}`), { algorithms })),
    );
    pipeline.close();
    return known;
  }, names);
}

export async function everyGoldenPictureHasTheFrozenBits(page) {
  const facts = ({ sha256, fingerprints, width, height }) => ({ sha256, fingerprints, width, height });
  const entries = await frozen();
  const known = await said(page, entries.map(({ picture }) => picture));
  known.forEach(({ info, ...rest }, at) => {
    assert.deepEqual(facts({ ...rest, ...info }), facts(entries[at]), entries[at].picture);
  });
}

export async function hostileFilesGiveCodedErrors(page) {
  const names = (await readdir(bad)).filter((name) => name !== "MANIFEST.json").sort();
  const outcomes = await page.evaluate(async (names) => {
    const pipeline = await createPipeline();
    const outcomes = await Promise.all(names.map(async (name) => {
      const file = await blob(`/bad/${encodeURIComponent(name)}`);
      return outcome(pipeline.fingerprint(file, { algorithms: ["phash", "pdq"] }));
    }));
    const after = await outcome(pipeline.fingerprint(await blob("/golden/landscape.jpg")));
    pipeline.close();
    return { outcomes, after };
  }, names);
  assert.equal(outcomes.after.value?.info.format, "JPEG", outcomes.after.message);
  const native = await hashedByProgram(names);
  const codes = {};
  names.forEach((name, at) => {
    const { value, code, message } = outcomes.outcomes[at];
    assert.deepEqual(value?.fingerprints, native.get(name), `${name}: ${message ?? "decoded"}`);
    if (value) return;
    codes[code] = (codes[code] ?? 0) + 1;
    assert.ok(["unsupported-format", "corrupt", "too-large"].includes(code), `${name}: ${code}: ${message}`);
    assert.ok(message.length > 10, `${name}: ${message}`);
  });
  console.log(`# ${names.length} files: ${JSON.stringify(codes)}, ${native.size} decoded`);
}

/** Fingerprints of those files of the corpus that the program decodes. */
async function hashedByProgram(names) {
  const command = ["hash", "--json", "--algorithm", "phash,pdq", ...names];
  const options = { cwd: bad, maxBuffer: 64 << 20 };
  const { stdout } = await run(program, command, options).catch((failed) => failed);
  const rows = stdout.split("\n").filter(Boolean).map((line) => JSON.parse(line));
  return new Map(rows.filter(({ fingerprints }) => fingerprints).map(({ path, fingerprints }) => [path, fingerprints]));
}

export async function tooLittleMemoryIsSaid(page, scratch) {
  await writeFile(join(scratch, "deep.png"), deepPng(10_000, 10_000));
  let workers = 0;
  const count = () => workers++;
  page.on("worker", count);
  const seen = await page.evaluate(async () => {
    const pipeline = await createPipeline({ workers: 1 });
    const small = await blob("/golden/landscape.jpg");
    const deep = await blob("/scratch/deep.png");
    const seen = {
      fingerprint: await outcome(pipeline.fingerprint(deep)),
      render: await outcome(pipeline.render(deep, [{ size: "fit", width: 100, height: 100 }])),
      pair: await outcome(pipeline.compare(deep, small)),
      facts: (await pipeline.info(deep)).width,
      after: (await pipeline.fingerprint(small)).info.format,
    };
    pipeline.close();
    return seen;
  });
  page.off("worker", count);
  for (const { code, message } of [seen.fingerprint, seen.render, seen.pair]) {
    assert.equal(code, "too-large", message);
    assert.match(message, /^the picture is too large: it takes more memory than there is$/);
  }
  assert.equal(seen.facts, 10_000);
  assert.equal(seen.after, "JPEG");
  assert.ok(workers >= 4, `${workers} workers: memory was not given back after each`);
}

export async function nothingBreaksThePolicy(page) {
  assert.deepEqual(await page.evaluate(() => violations), []);
}
