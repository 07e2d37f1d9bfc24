// The conformance runner for Node.js: `golden.mjs GOLDEN [PICTURE]`, over what `npm run transpile` made of the
// component; see ../README.md. The types of every call are in `dist/vismatch.d.ts`.

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as component from "./dist/vismatch.js";
import { report } from "./golden-compare.mjs";

const [golden, picture] = process.argv.slice(2);
const entries = JSON.parse(readFileSync(join(golden, "golden.json"), "utf8"));
const told = await report(`Node.js ${process.versions.node}, jco`, component, entries, {
  read: (name) => readFileSync(join(golden, "pictures", name)),
  sha256: (bytes) => createHash("sha256").update(bytes).digest("hex"),
  picture: picture && readFileSync(picture),
});
console.log(JSON.stringify(told));
