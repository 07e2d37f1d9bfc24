// A server that can be killed and come back: the real program, at one address, over one folder.

import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

const PATIENCE = 120_000;

export class MortalServer {
  #port;
  #data;
  #child;

  static async start() {
    const server = new MortalServer();
    server.#port = await freePort();
    server.#data = await mkdtemp(join(tmpdir(), "vismatch-page-"));
    await server.revive();
    return server;
  }

  get origin() {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Starts it again, where it was, over what it had. */
  async revive() {
    const program = process.env.VISMATCH_BIN;
    if (!program) throw new Error("VISMATCH_BIN names no program: run `just test-browser`");
    const flags = ["serve", "--listen", `127.0.0.1:${this.#port}`, "--data", this.#data];
    this.#child = spawn(program, flags, { stdio: "ignore" });
    const end = Date.now() + PATIENCE;
    while (Date.now() < end) {
      if ((await fetch(`${this.origin}/readyz`).catch(() => undefined))?.ok) return;
      if (this.#child.exitCode !== null) throw new Error(`the server ended with ${this.#child.exitCode}`);
      await new Promise((again) => setTimeout(again, 50));
    }
    throw new Error("the server does not become ready");
  }

  /** SIGKILL: no goodbye. */
  async kill() {
    const ended = new Promise((resolve) => this.#child.once("exit", resolve));
    this.#child.kill("SIGKILL");
    await ended;
  }

  async stop() {
    await this.kill();
    await rm(this.#data, { recursive: true, force: true });
  }

  async json(path) {
    return (await fetch(this.origin + path)).json();
  }

  async upload(project, name, buffer) {
    const form = new FormData();
    form.append("file", new Blob([buffer]), name);
    const answer = await fetch(`${this.origin}/projects/${project}/images`, { method: "POST", body: form });
    if (!answer.ok) throw new Error(await answer.text());
    return answer.json();
  }
}

function freePort() {
  return new Promise((resolve, reject) => {
    const listener = createServer().on("error", reject);
    listener.listen(0, "127.0.0.1", () => {
      const { port } = listener.address();
      listener.close(() => resolve(port));
    });
  });
}
