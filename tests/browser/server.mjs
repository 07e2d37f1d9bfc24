// The vismatch server for a test: the real program, on a free port, over a folder that goes away with it.

import { execFileSync, spawn } from "node:child_process";
import { mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const PATIENCE = 120_000;

/** Where the recipes build the program, unless `VISMATCH_BIN` names another. */
const target = process.env.CARGO_TARGET_DIR ?? fileURLToPath(new URL("../../target", import.meta.url));
export const program = process.env.VISMATCH_BIN ?? join(target, "debug/vismatch");

/** Where all tests find the component compiled. */
const cache = join(dirname(dirname(program)), "test-cache");

/** `{ origin, origins, stop }` of a server with these flags that answers; it listens on 127.0.0.1 first. */
export async function startServer(flags = []) {
  execFileSync(program, ["component", "--digest"], { env: { ...process.env, XDG_CACHE_HOME: cache } });
  const data = await mkdtemp(join(tmpdir(), "vismatch-browser-"));
  await symlink(join(cache, "vismatch"), join(data, "cache"));
  const child = spawn(program, ["serve", "--listen", "127.0.0.1:0", "--data", data, ...flags], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  const stop = async () => {
    child.kill("SIGKILL");
    await ended;
    await rm(data, { recursive: true, force: true });
  };
  try {
    const origins = await announced(child);
    await untilReady(origins[0]);
    return { origin: origins[0], origins, stop };
  } catch (fault) {
    await stop();
    throw fault;
  }
}

/** The addresses that it prints when it is ready. */
function announced(child) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error("the server says nothing")), PATIENCE);
    const look = (line) => {
      const found = line.match(/http:\/\/\S+:[1-9]\d*/g);
      if (!found?.[0].startsWith("http://127.0.0.1:")) return;
      clearTimeout(timer);
      resolve(found);
    };
    for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on("line", look);
    child.once("exit", (code) => reject(new Error(`the server ended with ${code}`)));
  });
}

async function untilReady(origin) {
  const end = Date.now() + PATIENCE;
  while (Date.now() < end) {
    if ((await fetch(`${origin}/readyz`).catch(() => undefined))?.ok) return;
    await new Promise((again) => setTimeout(again, 50));
  }
  throw new Error("the server does not become ready");
}
