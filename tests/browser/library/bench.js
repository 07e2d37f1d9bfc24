// What the bench calls inside the page: our library, and the usual way to hash in a browser.

import { checkBody, createPipeline } from "/library/index.js";
import { PerceptualHashBuilder } from "/peers/browser-image-hash/dist/index.js";

const pipeline = await createPipeline({ workers: 1 });
const builder = new PerceptualHashBuilder();

/** `fingerprint` digests the file as well. */
const tools = {
  "vismatch phash": (file) => pipeline.fingerprint(file, { algorithms: ["phash"] }),
  "vismatch, all that the server is asked with": (file) => pipeline.fingerprint(file),
  "browser-image-hash phash": async (file) => {
    const address = URL.createObjectURL(file);
    try {
      return await builder.build(new URL(address));
    } finally {
      URL.revokeObjectURL(address);
    }
  },
  "canvas: decode, no hash": async (file) => {
    const bitmap = await createImageBitmap(file);
    const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext("2d", { willReadFrequently: true });
    context.drawImage(bitmap, 0, 0);
    bitmap.close();
    return context.getImageData(0, 0, context.canvas.width, context.canvas.height);
  },
};

const files = () => [...document.querySelector("#files").files];

/** Milliseconds for all chosen files, one after another, so many times. */
async function hashAll(name, passes) {
  const start = performance.now();
  for (let pass = 0; pass < passes; pass++) {
    for (const file of files()) await tools[name](file);
  }
  return performance.now() - start;
}

/** Milliseconds to the last verdict on all chosen files. */
async function dropAll(origin) {
  const all = files();
  const pool = await createPipeline();
  const start = performance.now();
  await Promise.all(all.map(async (file) => {
    const body = JSON.stringify(checkBody(await pool.fingerprint(file)));
    const headers = { "content-type": "application/json" };
    const response = await fetch(`${origin}/projects/bench/check`, { method: "POST", headers, body });
    if (!response.ok) throw new Error(await response.text());
    return response.json();
  }));
  const time = performance.now() - start;
  pool.close();
  return time;
}

Object.assign(globalThis, { tools, hashAll, dropAll });
