// What the library makes of a check's answer: which thumbnails it fetches, and what it calls a copy. No browser needed.

import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const library = fileURLToPath(new URL("../../web/library/", import.meta.url));
const { decide, decideMatch, isCopy } = await import(join(library, "dist/decide.js"));

const file = new Blob(["the file"]);
const photo = { file, known: { info: { width: 4000, height: 3000, frames: 1 }, flatness: 0.05 } };
const match = (name, more = {}) => ({
  name, verdict: "similar", verified: false, similarity: 0.9, reason: "near", orientation: "upright",
  urls: { thumb: `/${name}` }, ...more,
});

/** A pipeline that finds what `verdicts` say of each thumbnail, and what was asked of it. */
function pretend(verdicts, { width = 400, height = 300, flatness = 0.05, similarities = {} } = {}) {
  const fetched = [];
  const pipeline = {
    compare: async (thumb, other) => {
      assert.equal(other, file, "the stored image is the first");
      const name = await thumb.text();
      return { verdict: verdicts[name], verified: true, similarity: similarities[name] ?? 0.5, reason: "compared", orientation: "mirrored", differences: [] };
    },
    fingerprint: async () => ({ info: { width, height, frames: 1 }, flatness }),
  };
  const fetchThumb = async (address) => {
    fetched.push(address);
    return new Blob([address.slice(1)]);
  };
  return { pipeline, fetched, options: { fetchThumb } };
}

test("what the server has verified is not looked at again", async () => {
  const { pipeline, fetched, options } = pretend({});
  const verified = match("a", { verdict: "edited", verified: true });
  assert.equal(await decide(pipeline, photo, { exact: [], near: [verified] }, options), verified);
  const exact = match("b", { verdict: "exact", verified: true });
  assert.equal(await decide(pipeline, photo, { exact: [exact], near: [match("c")] }, options), exact);
  assert.deepEqual(fetched, []);
});

test("the strongest of three open matches is told, and a certain copy ends the search", async () => {
  const near = ["a", "b", "c", "d"].map((name) => match(name));
  const all = pretend({ a: "different", b: "similar", c: "edited" });
  const best = await decide(all.pipeline, photo, { exact: [], near }, all.options);
  assert.deepEqual([best.name, best.verdict, best.verified, best.reason, best.orientation], ["c", "edited", true, "compared", "mirrored"]);
  assert.deepEqual(all.fetched, ["/a", "/b", "/c"]);
  const early = pretend({ a: "same_picture" });
  assert.equal((await decide(early.pipeline, photo, { exact: [], near }, early.options)).name, "a");
  assert.deepEqual(early.fetched, ["/a"]);
  const none = pretend({ a: "different", b: "different", c: "different" });
  assert.equal(await decide(none.pipeline, photo, { exact: [], near: near.slice(0, 3) }, none.options), null);
});

test("of matches of one verdict the most similar is told", async () => {
  const near = [match("a", { similarity: 0.97 }), match("b", { similarity: 0.95 })];
  const { pipeline, options } = pretend({ a: "similar", b: "similar" }, { similarities: { a: 0.9, b: 0.98 } });
  assert.equal((await decide(pipeline, photo, { exact: [], near }, options)).name, "b");
});

test("what nobody has compared is not called different", async () => {
  const near = ["a", "b", "c", "d", "e"].map((name) => match(name));
  const { pipeline, fetched, options } = pretend({ a: "different", b: "different", c: "different" });
  assert.equal(await decide(pipeline, photo, { exact: [], near }, options), near[3]);
  assert.deepEqual(fetched, ["/a", "/b", "/c"]);
});

test("a file that is the thumbnail is no exact copy of the stored image", async () => {
  const { pipeline, options } = pretend({ a: "exact" });
  assert.equal((await decideMatch(pipeline, photo, match("a"), options)).verdict, "same_picture");
});

test("a thumbnail does not vouch for pages it does not show", async () => {
  const { pipeline, fetched, options } = pretend({ a: "same_picture" });
  const clip = { ...photo, known: { ...photo.known, info: { ...photo.known.info, frames: 9 } } };
  for (const [picture, stored] of [[clip, match("a")], [photo, match("a", { frames: 4 })]]) {
    const decided = await decideMatch(pipeline, picture, stored, options);
    assert.deepEqual([decided.verdict, decided.verified], ["similar", false]);
    assert.match(decided.reason, /several frames or pages/);
  }
  assert.deepEqual(fetched, []);
});

test("a thumbnail does not vouch for figures it does not resolve", async () => {
  const verdictOf = async (found, known, shown) => {
    const { pipeline, options } = pretend({ a: found }, shown);
    const { verdict, verified } = await decideMatch(pipeline, { file, known }, match("a"), options);
    return [verdict, verified];
  };
  const page = { info: { width: 1240, height: 1754, frames: 1 }, flatness: 0.9 };
  const shown = { width: 283, height: 400, flatness: 0.8 };
  assert.deepEqual(await verdictOf("same_picture", page, shown), ["similar", false]);
  assert.deepEqual(await verdictOf("edited", page, shown), ["similar", false]);
  assert.deepEqual(await verdictOf("same_picture", { ...page, flatness: 0.1 }, shown), ["similar", false], "a noisy scan");
  assert.deepEqual(await verdictOf("different", page, shown), ["different", true], "it tells pages apart");
  const icon = { info: { width: 256, height: 256, frames: 1 }, flatness: 0.9 };
  assert.deepEqual(await verdictOf("same_picture", icon, shown), ["same_picture", true], "the file has no more to see");
  const small = { width: 200, height: 150, flatness: 0.9 };
  assert.deepEqual(await verdictOf("same_picture", page, small), ["same_picture", true], "the stored image has no more to see");
});

test("only what is certain may be left out without a look", () => {
  assert.equal(isCopy({ verdict: "exact", verified: true }), true);
  assert.equal(isCopy({ verdict: "same_picture", verified: true }), true);
  assert.equal(isCopy({ verdict: "same_picture", verified: false }), false);
  assert.equal(isCopy({ verdict: "edited", verified: true }), false);
});
