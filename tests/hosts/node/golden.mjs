// The conformance runner for Node.js: `golden.mjs GOLDEN [PICTURE]`, over what `npm run transpile` made of the
// component; see ../README.md. The types of every call are in `dist/vismatch.d.ts`.

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { hashing, rendering } from "./dist/vismatch.js";

const ROUNDS = 5;
const LIMITS = { maxPixels: 100_000_000n, maxSide: 32_767, maxFrames: 1_000, maxOutputBytes: 64n << 20n };

const [golden, picture] = process.argv.slice(2);
const hex = (bytes) => Buffer.from(bytes).toString("hex");

/** What is compared of a picture: its name, what is expected, what is found. */
function* compare(entry) {
  const picture = readFileSync(join(golden, "pictures", entry.picture));
  const algorithms = entry.fingerprints.map(({ algorithm }) => algorithm);
  const fingerprints = hashing.hash(picture, algorithms, LIMITS);
  for (const [index, { algorithm, bits }] of entry.fingerprints.entries()) {
    yield [algorithm, bits, hex(fingerprints[index].bits)];
  }
  const renditions = rendering.render(picture, entry.renditions.map(spec), LIMITS);
  for (const [index, { size, width, height, sha256 }] of entry.renditions.entries()) {
    const made = renditions[index];
    const digest = createHash("sha256").update(made.jpeg).digest("hex");
    yield [`${size} ${width}x${height}`, `${width}x${height} ${sha256}`, `${made.size.width}x${made.size.height} ${digest}`];
  }
}

function spec({ size, within, quality }) {
  return { size: within ? { tag: size, val: { width: within[0], height: within[1] } } : { tag: size }, quality };
}

function refused() {
  try {
    hashing.hash(new TextEncoder().encode("no picture"), ["phash"], LIMITS);
    return null;
  } catch (error) {
    return error.payload.tag;
  }
}

/** The shortest of some calls, in milliseconds. */
function measured(picture) {
  const times = Array.from({ length: ROUNDS }, () => {
    const start = performance.now();
    hashing.hash(picture, ["phash"], LIMITS);
    return performance.now() - start;
  });
  return Math.min(...times);
}

let compared = 0;
const different = [];
for (const entry of JSON.parse(readFileSync(join(golden, "golden.json"), "utf8"))) {
  for (const [what, expected, found] of compare(entry)) {
    compared += 1;
    if (expected !== found) different.push(`${entry.picture}, ${what}: ${expected} expected, ${found} found`);
  }
}
const report = { host: `Node.js ${process.versions.node}, jco`, compared, different, refused: refused() };
if (picture) report.milliseconds = measured(readFileSync(picture));
console.log(JSON.stringify(report));
