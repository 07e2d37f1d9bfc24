// What the page removes, skips and uploads without being told to. No browser needed.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const page = fileURLToPath(new URL("../../web/page/", import.meta.url));
const { build } = createRequire(`${page}package.json`)("esbuild");

/** A module of the page that needs neither a page nor a server. */
async function load(path) {
  const options = { entryPoints: [`${page}src/${path}`], bundle: true, write: false, format: "esm", logLevel: "error" };
  const { outputFiles } = await build(options);
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString("base64")}`);
}

const { bulkOf, copiesOf, omissions, preselected, removals, sectionOf, without } = await load("duplicates/selection.ts");
const { isLeftOut, isReplaceable, isWanted, standingOf } = await load("upload/standing.ts");

/** A group whose best is `best`; the others by their verdicts against it, `?` behind one that is not verified. */
function group(verdicts) {
  const members = Object.entries({ best: "exact", ...verdicts }).map(([image_id, said]) => ({
    image_id, verdict: said.replace("?", ""), verified: !said.endsWith("?"), bytes: 100,
  }));
  return { group_id: "best", best: { image_id: "best", reason: "" }, images: members };
}

const mixed = group({ same: "exact", small: "same_picture", cut: "edited", alike: "similar", open: "same_picture?" });
const ids = (members) => members.map(({ image_id }) => image_id);

test("in bulk goes what is an exact copy or the same picture for certain, and nothing else", () => {
  assert.deepEqual(ids(copiesOf(mixed)), ["same", "small"]);
  assert.deepEqual(bulkOf([mixed, group({ a: "edited" }), group({ a: "similar" })]), {
    groups: 1, removed: 2, bytes: 200, edited: 2, similar: 3,
  });
  assert.deepEqual([...preselected(mixed, "best")], ["same", "small"]);
});

test("a mixed group stands with the copies, edited copies and look-alikes stand apart", () => {
  assert.equal(sectionOf(mixed), "copies");
  assert.equal(sectionOf(group({ a: "edited", b: "similar" })), "edited");
  assert.equal(sectionOf(group({ a: "similar", b: "edited?" })), "similar");
});

test("another image to keep has been compared with the best alone", () => {
  assert.deepEqual([...preselected(mixed, "small")].sort(), ["best", "same"]);
  assert.deepEqual([...preselected(mixed, "same")].sort(), ["best", "small"], "the best's own bytes");
  assert.deepEqual([...preselected(mixed, "cut")], []);
  assert.deepEqual([...preselected(mixed, "alike")], []);
});

test("each image that goes is held to its own claim", () => {
  const everything = new Set(ids(mixed.images));
  assert.deepEqual(removals(mixed, "best", everything), [
    { accept: "same_picture", remove: ["same", "small"] },
    { accept: "edited", remove: ["cut"] },
    { accept: "any", remove: ["alike", "open"] },
  ]);
  assert.deepEqual(removals(mixed, "cut", new Set(["best", "small", "alike"])), [
    { accept: "edited", remove: ["best", "small"] },
    { accept: "any", remove: ["alike"] },
  ]);
  assert.deepEqual(removals(mixed, "best", preselected(mixed, "best")), [{ accept: "same_picture", remove: ["same", "small"] }]);
  assert.deepEqual(removals(mixed, "best", new Set()), []);
});

test("a group goes on with what stays of it", () => {
  const rest = without(mixed, ["same", "small"]);
  assert.deepEqual(ids(rest.images), ["best", "cut", "alike", "open"]);
  assert.equal(sectionOf(rest), "edited");
  assert.equal(without(group({ a: "exact" }), ["a"]), null);
});

test("what the answer leaves out is said", () => {
  assert.equal(omissions({}), null);
  assert.equal(omissions({ left_out: 0, not_compared: 0 }), null);
  assert.match(omissions({ left_out: 1200, not_compared: 0 }), /^Of 1,200 images only the nearest candidates/);
  assert.match(omissions({ left_out: 1, not_compared: 2 }), /^Of 1 image .* 2 pairs may be copies or not/);
});

test("similar is not known: it is uploaded by default and never skipped in bulk", () => {
  const standing = (verdict, verified = true) => standingOf({ verdict, verified });
  assert.equal(standingOf(null), "new");
  assert.equal(standing("different"), "new");
  assert.equal(standing("exact"), "known");
  assert.equal(standing("same_picture"), "known");
  assert.equal(standing("same_picture", false), "similar");
  assert.equal(standing("edited"), "edited");
  assert.equal(standing("similar", false), "similar");
  assert.deepEqual(["known", "edited", "similar", "new"].filter(isWanted), ["similar", "new"]);
  assert.deepEqual(["known", "edited", "similar", "new"].filter((one) => isLeftOut(one, false)), ["known"]);
  assert.deepEqual(["known", "edited", "similar", "new"].filter((one) => isLeftOut(one, true)), ["known", "edited"]);
});

test("a copy, or what nobody has compared, may be replaced; what is another picture may not", () => {
  assert.equal(isReplaceable({ verdict: "edited", verified: true }), true);
  assert.equal(isReplaceable({ verdict: "similar", verified: false }), true);
  assert.equal(isReplaceable({ verdict: "similar", verified: true }), false);
  assert.equal(isReplaceable({ verdict: "exact", verified: true }), false);
});
