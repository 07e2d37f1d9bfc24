// A reverse proxy as people put one before a server: on another port, perhaps below a path.

import { createServer, request } from "node:http";

/**
 * `{ port, close }` of a proxy to the server at `target`. It says `Host` as the server is reached by the proxy, and
 * what the browser asked for by `X-Forwarded-Host`, as `passHost` says by `Host` itself. Of paths it serves what lies
 * below `prefix`; with `strip` it takes that off and says so by `X-Forwarded-Prefix`.
 */
export async function layProxy(target, { prefix = "", strip = true, passHost = false } = {}) {
  const server = createServer((asked, answer) => {
    if (asked.url !== prefix && !asked.url.startsWith(`${prefix}/`)) return answer.writeHead(404).end("not below the prefix");
    const path = strip ? asked.url.slice(prefix.length) || "/" : asked.url;
    const headers = { ...asked.headers };
    if (!passHost) Object.assign(headers, { host: new URL(target).host, "x-forwarded-host": asked.headers.host });
    if (strip && prefix) headers["x-forwarded-prefix"] = prefix;
    const passed = request(target + path, { method: asked.method, headers }, (got) => {
      answer.writeHead(got.statusCode, got.headers);
      got.pipe(answer);
    });
    answer.on("close", () => passed.destroy());
    passed.on("error", () => answer.destroy());
    asked.pipe(passed);
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  return {
    port: server.address().port,
    close: () => new Promise((closed) => server.close(closed) && server.closeAllConnections()),
  };
}
