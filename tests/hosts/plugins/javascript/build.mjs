// Makes a component of `lighter.js`: `node build.mjs FILE`.

import { componentize } from "@bytecodealliance/componentize-js";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const [output] = process.argv.slice(2);
const { component } = await componentize(readFileSync(new URL("lighter.js", import.meta.url), "utf8"), {
  witPath: fileURLToPath(new URL("../../../../wit", import.meta.url)),
  worldName: "hasher",
  // A plugin is granted nothing, so it needs none of these.
  disableFeatures: ["random", "stdio", "clocks", "http", "fetch-event"],
});
writeFileSync(output, component);
