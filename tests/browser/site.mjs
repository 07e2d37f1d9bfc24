// A web site of folders, served as strictly as a careful site would: nothing inline, nothing from elsewhere.

import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { pipeline } from "node:stream/promises";

const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".wasm": "application/wasm",
};

/** The only exception is WebAssembly; `connect` are the origins that pages may ask. */
function policy(connect) {
  const asks = ["'self'", ...connect].join(" ");
  return `default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; img-src 'self' blob:; connect-src ${asks}`;
}

/** Serves `{ "/prefix/": folder }` on a free port: `{ origin, close }`. */
export async function serve(folders, { connect = [] } = {}) {
  const server = createServer((request, response) => {
    answer(request, response, folders, policy(connect)).catch(() => response.destroy());
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  return {
    origin: `http://localhost:${server.address().port}`,
    close: () => new Promise((closed) => server.close(closed) && server.closeAllConnections()),
  };
}

async function answer(request, response, folders, policy) {
  const path = decodeURIComponent(new URL(request.url, "http://localhost").pathname);
  const prefix = Object.keys(folders).find((prefix) => path.startsWith(prefix));
  const file = prefix && join(folders[prefix], normalize(`/${path.slice(prefix.length)}`));
  const found = file && (await stat(file).catch(() => undefined));
  if (!found?.isFile()) return response.writeHead(404).end();
  response.writeHead(200, {
    "content-type": TYPES[extname(file)] ?? "application/octet-stream",
    "content-length": found.size,
    "content-security-policy": policy,
    "cache-control": "no-cache",
  });
  await pipeline(createReadStream(file), response);
}
