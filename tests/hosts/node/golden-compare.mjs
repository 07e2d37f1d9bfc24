// What the conformance kit compares, for every host that runs what jco makes of the component: Node.js and browsers.

const ROUNDS = 5;
const LIMITS = { maxPixels: 100_000_000n, maxSide: 32_767, maxFrames: 1_000, maxOutputBytes: 64n << 20n };

/**
 * The report of a host. `read` gives the bytes of a golden picture by its name, `sha256` a digest in hexadecimal; both
 * may be promises. `picture` is what time is taken of.
 */
export async function report(host, component, entries, { read, sha256, picture }) {
  let compared = 0;
  const different = [];
  for (const entry of entries) {
    for await (const [what, expected, found] of compare(component, entry, await read(entry.picture), sha256)) {
      compared += 1;
      if (expected !== found) different.push(`${entry.picture}, ${what}: ${expected} expected, ${found} found`);
    }
  }
  const report = { host, compared, different, refused: refused(component) };
  if (picture) report.milliseconds = measured(component, picture);
  return report;
}

/** What is compared of a picture: its name, what is expected, what is found. */
async function* compare({ hashing, rendering }, entry, picture, sha256) {
  const algorithms = entry.fingerprints.map(({ algorithm }) => algorithm);
  const fingerprints = hashing.hash(picture, algorithms, LIMITS);
  for (const [index, { algorithm, bits }] of entry.fingerprints.entries()) {
    yield [algorithm, bits, hex(fingerprints[index].bits)];
  }
  const renditions = rendering.render(picture, entry.renditions.map(spec), LIMITS);
  for (const [index, { size, width, height, sha256: expected }] of entry.renditions.entries()) {
    const made = renditions[index];
    const digest = await sha256(made.jpeg);
    yield [`${size} ${width}x${height}`, `${width}x${height} ${expected}`, `${made.size.width}x${made.size.height} ${digest}`];
  }
}

function spec({ size, within, quality }) {
  return { size: within ? { tag: size, val: { width: within[0], height: within[1] } } : { tag: size }, quality };
}

/** The case of the error that bytes get which are no picture. */
function refused({ hashing }) {
  try {
    hashing.hash(new TextEncoder().encode("no picture"), ["phash"], LIMITS);
    return null;
  } catch (error) {
    return error.payload.tag;
  }
}

/** The shortest of some calls, in milliseconds. */
function measured({ hashing }, picture) {
  const times = Array.from({ length: ROUNDS }, () => {
    const start = performance.now();
    hashing.hash(picture, ["phash"], LIMITS);
    return performance.now() - start;
  });
  return Math.min(...times);
}

/** Bytes as hexadecimal digits. */
export function hex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
