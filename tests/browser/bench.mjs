// Measures the library in Chromium beside the usual way to hash there; prints JSON. `just bench-web` runs it, and
// sets the figures beside those of the component.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { executablePath, launch } from "./chromium.mjs";
import { startServer } from "./server.mjs";
import { serve } from "./site.mjs";

const here = fileURLToPath(new URL("./", import.meta.url));
const dist = join(here, "../../web/library/dist");

/** Times that a tool goes over all photos in a round: CPU time is counted in steps of 10 ms. */
const PASSES = 4;

/** Rounds that are not counted: Chromium optimises what is called often, for a dozen passes or so. */
const WARM_UP = 3;

/** How many files are dropped at once. */
const DROPPED = 100;

const { values, positionals: photos } = parseArgs({
  options: { rounds: { type: "string", default: "3" } },
  allowPositionals: true,
});

if (!executablePath) throw new Error("there is no Chromium: install it, or name one in CHROMIUM");
if (photos.length === 0) throw new Error("usage: bench.mjs [--rounds N] PHOTO...");

const server = await startServer();
const site = await serve(
  { "/library/": dist, "/tests/": join(here, "library"), "/peers/": join(here, "node_modules") },
  { connect: [server.origin, "blob:"] },
);
const browser = await launch();
try {
  console.log(JSON.stringify({ rows: await hashing(), drop: await drop(), modules: modules() }));
} finally {
  await browser.close();
  await site.close();
  await server.stop();
}

async function open(files) {
  const page = await browser.newPage();
  await page.goto(`${site.origin}/tests/page.html`);
  await page.waitForFunction(() => globalThis.createPipeline);
  await page.addScriptTag({ url: `${site.origin}/tests/bench.js`, type: "module" });
  await page.waitForFunction(() => globalThis.tools);
  await page.setInputFiles("#files", files);
  return page;
}

/** The tools in turn: medians of what all photos take, in CPU time of all processes and in wall time. */
async function hashing() {
  const page = await open(photos);
  const names = await page.evaluate(() => Object.keys(tools));
  const session = await browser.newBrowserCDPSession();
  const spent = async () => {
    const { processInfo } = await session.send("SystemInfo.getProcessInfo");
    return processInfo.reduce((sum, { cpuTime }) => sum + cpuTime, 0) * 1000;
  };
  // Who makes garbage pays for it, and not who comes next.
  const own = await page.context().newCDPSession(page);
  const rounds = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = 0; round < WARM_UP + Number(values.rounds); round++) {
    for (const name of names) {
      const before = await spent();
      const wall = await page.evaluate(([name, passes]) => hashAll(name, passes), [name, PASSES]);
      await own.send("HeapProfiler.collectGarbage");
      const cpu = (await spent()) - before;
      if (round >= WARM_UP) rounds[name].push({ cpu: cpu / PASSES, wall: wall / PASSES });
    }
  }
  await page.close();
  return names.map((tool) => ({
    tool,
    cpu_ms: median(rounds[tool].map(({ cpu }) => cpu)),
    wall_ms: median(rounds[tool].map(({ wall }) => wall)),
  }));
}

/** From the choice of a hundred files to the last verdict: one worker a core, the server asked for each. */
async function drop() {
  const form = new FormData();
  form.set("file", new Blob([readFileSync(photos[0])]), "known.jpg");
  await fetch(`${server.origin}/projects/bench/images`, { method: "POST", body: form });
  const page = await open(Array.from({ length: DROPPED }, (_, at) => photos[at % photos.length]));
  const times = [];
  for (let round = 0; round < Number(values.rounds); round++) {
    times.push(await page.evaluate((origin) => dropAll(origin), server.origin));
  }
  await page.close();
  return { photos: DROPPED, wall_ms: median(times) };
}

function modules() {
  const size = (name) => {
    const files = [`${name}_bg.wasm`, `${name}.js`].map((file) => readFileSync(join(dist, "wasm", file)));
    const bytes = (sizes) => sizes.reduce((sum, { length }) => sum + length, 0);
    return { bytes: bytes(files), gzip: bytes(files.map((file) => gzipSync(file, { level: 9 }))) };
  };
  return { common: size("common"), full: size("full") };
}

function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)];
}
