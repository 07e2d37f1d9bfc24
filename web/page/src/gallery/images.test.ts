import { expect, it } from "vitest";
import { imageOf, serve } from "../test/answers";
import { Images } from "./images.svelte";

const next = (after: string) => ({ link: `</projects/p/images?after=${after}>; rel="next"` });
const idsOf = (images: Images) => images.all.map(({ image_id }) => image_id);

it("loads page after page up to the last, each image once", async () => {
  serve({ body: [imageOf("a"), imageOf("b")], headers: next("b") }, { body: [imageOf("b"), imageOf("c")] });
  const images = new Images("p");
  expect(images.left).toBe(true);
  await images.more();
  expect([idsOf(images), images.left]).toEqual([["a", "b"], true]);
  await images.more();
  expect([idsOf(images), images.left]).toEqual([["a", "b", "c"], false]);
  await images.more(); // nothing is left: a third request would fail
});

it("asks once for a page that is wanted twice", async () => {
  const sent = serve({ body: [imageOf("a")] });
  const images = new Images("p");
  await Promise.all([images.more(), images.more()]);
  expect(sent).toHaveLength(1);
});

it("tells an empty project from one that is not there", async () => {
  serve({ body: [] }, { body: {} });
  const empty = new Images("empty");
  await empty.more();
  expect([empty.missing, empty.left]).toEqual([false, false]);
  serve({ body: [] }, { status: 404, body: { message: "no such project" } });
  const missing = new Images("missing");
  await missing.more();
  expect([missing.missing, missing.left]).toEqual([true, false]);
});

it("says what went wrong, and comes back with a refresh", async () => {
  serve({ status: 400, body: { message: "No." } }, { body: [imageOf("a")] });
  const images = new Images("p");
  await images.more();
  expect([images.fault, images.left]).toEqual(["No.", false]);
  await images.refresh();
  expect([images.fault, idsOf(images)]).toEqual([null, ["a"]]);
});

it("refreshes in place: what came is there, what went is not, and the next page is that of the fresh list", async () => {
  const sent = serve(
    { body: [imageOf("a"), imageOf("b")], headers: next("b") },
    { body: [imageOf("new"), imageOf("a")], headers: next("a") },
    { body: [imageOf("c")] },
  );
  const images = new Images("p");
  await images.more();
  await images.refresh();
  expect(idsOf(images)).toEqual(["new", "a"]);
  await images.more();
  expect(idsOf(images)).toEqual(["new", "a", "c"]);
  expect(sent.at(-1)?.path).toBe("/projects/p/images?after=a");
});

it("has one cover", async () => {
  serve({ body: [{ ...imageOf("a"), is_primary: true }, imageOf("b")] });
  const images = new Images("p");
  await images.more();
  images.setPrimary("b");
  expect(images.all.map(({ is_primary }) => is_primary)).toEqual([false, true]);
});
