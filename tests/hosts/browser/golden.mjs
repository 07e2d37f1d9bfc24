// The conformance runner for a browser: `golden.mjs GOLDEN [PICTURE]` serves the page beside it and has Chromium open it;
// see ../README.md.

import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { extname, join, normalize, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { launch } from "../../browser/chromium.mjs";

const here = fileURLToPath(new URL("./", import.meta.url));
const node = join(here, "../node");
const [golden, picture] = process.argv.slice(2);

/** What is served from where; the longest prefix that fits. */
const FOLDERS = {
  "/dist/": join(node, "dist"),
  "/golden/": golden,
  "/shim/": join(node, "node_modules/@bytecodealliance/preview2-shim/lib/browser"),
};
const FILES = {
  "/": join(here, "page.html"),
  "/page.mjs": join(here, "page.mjs"),
  "/golden-compare.mjs": join(node, "golden-compare.mjs"),
  "/picture": picture,
};
const TYPES = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".json": "application/json",
  ".wasm": "application/wasm",
};

function place(path) {
  if (FILES[path]) return FILES[path];
  const prefix = Object.keys(FOLDERS).find((prefix) => path.startsWith(prefix));
  const rest = prefix && normalize(path.slice(prefix.length));
  return rest && !rest.startsWith(`..${sep}`) ? join(FOLDERS[prefix], rest) : undefined;
}

const server = createServer(async (request, response) => {
  const file = place(decodeURIComponent(new URL(request.url, "http://localhost").pathname));
  try {
    const body = await readFile(file);
    response.writeHead(200, { "content-type": TYPES[extname(file)] ?? "application/octet-stream" }).end(body);
  } catch {
    response.writeHead(404).end();
  }
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const browser = await launch();
try {
  const page = await browser.newPage();
  page.on("pageerror", (error) => console.error(String(error)));
  await page.goto(`http://127.0.0.1:${server.address().port}/`);
  await page.waitForFunction(() => globalThis.golden, undefined, { timeout: 120_000 });
  const host = `Chromium ${browser.version().split(".")[0]}, jco`;
  const told = await page.evaluate(([host, picture]) => globalThis.golden(host, picture), [host, picture && "/picture"]);
  console.log(JSON.stringify(told));
} finally {
  await browser.close();
  server.close();
}
