// Writes `assets/service-worker.js`: the hand-written worker with the list of this build's files put in, so
// that a visit with the server gone finds the page whole.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Plugin } from "vite";

const source = new URL("../src/service-worker.js", import.meta.url);

export function offline(): Plugin {
  return {
    name: "offline",
    apply: "build",
    enforce: "post",
    generateBundle(_options, bundle) {
      const files = Object.keys(bundle)
        .filter((file) => file.startsWith("assets/"))
        .sort();
      const build = createHash("sha256").update(files.join("\n")).digest("hex").slice(0, 12);
      const code = readFileSync(source, "utf8")
        .replace("__BUILD__", JSON.stringify(build))
        .replace("__FILES__", JSON.stringify(files));
      this.emitFile({ type: "asset", fileName: "assets/service-worker.js", source: code });
    },
  };
}
