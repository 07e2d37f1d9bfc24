// A wire to a server that counts what a page sends over it: nothing leaves unseen.

import { connect, createServer } from "node:net";

/** `{ origin, sent(), close }`: bytes of requests, headers and all, since it was laid. */
export async function layWire(target) {
  const { hostname, port } = new URL(target);
  const open = new Set();
  let sent = 0;
  const server = createServer((page) => {
    const far = connect(Number(port), hostname);
    for (const [socket, other] of [[page, far], [far, page]]) {
      open.add(socket);
      socket.on("error", () => other.destroy());
      socket.on("close", () => open.delete(socket));
      socket.pipe(other);
    }
    page.on("data", (bytes) => (sent += bytes.length));
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    sent: () => sent,
    close() {
      open.forEach((socket) => socket.destroy());
      server.close();
    },
  };
}
