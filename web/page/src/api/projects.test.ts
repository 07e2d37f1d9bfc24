import { describe, expect, it } from "vitest";
import { imageOf, serve } from "../test/answers";
import { check, listDuplicates, listImages, listTrash, resolve } from "./projects";

const KNOWN = { sha256: "00", fingerprints: [], sketch: "s", info: {} } as never;

describe("a project that is not there yet", () => {
  const gone = { status: 404, body: { message: "no such project" } };

  it("has nothing that is like a picture", async () => {
    serve(gone);
    expect(await check("new", KNOWN)).toEqual({ exact: [], near: [] });
  });

  it("has an empty trash", async () => {
    serve(gone);
    expect(await listTrash("new")).toEqual({ entries: [], next: null });
  });
});

it("does not take a failing server for an empty project", async () => {
  const failing = { status: 500, body: { message: "The disk is full." } };
  serve(failing, failing);
  await expect(check("holidays", KNOWN)).rejects.toThrow("The disk is full.");
  await expect(listTrash("holidays")).rejects.toThrow("The disk is full.");
});

it("sends a sketch only where that is wished", async () => {
  const empty = { body: { exact: [], near: [] } };
  const sent = serve(empty, empty);
  await check("p", KNOWN, { limit: 5 });
  await check("p", KNOWN, { limit: 5, sketch: true });
  expect(sent.map(({ body }) => body)).toEqual([
    { sha256: "00", fingerprints: [], limit: 5 },
    { sha256: "00", fingerprints: [], limit: 5, sketch: "s" },
  ]);
});

it("reads a list page by page", async () => {
  const link = '</projects/a%2Fb/images?limit=60&after=x>; rel="next"';
  const sent = serve({ body: [imageOf("x")], headers: { link } }, { body: [imageOf("y")] });
  const first = await listImages("a/b");
  const second = await listImages("a/b", first.next);
  expect([...first.entries, ...second.entries].map(({ image_id }) => image_id)).toEqual(["x", "y"]);
  expect(second.next).toBeNull();
  expect(sent.map(({ path }) => path)).toEqual(["/projects/a%2Fb/images?limit=60", "/projects/a%2Fb/images?limit=60&after=x"]);
});

it("names a radius only where there is one", async () => {
  const sent = serve({ body: { groups: [] } }, { body: { groups: [] } });
  await listDuplicates("p", { limit: 20 });
  await listDuplicates("p", { limit: 20, radius: 0 });
  expect(sent.map(({ path }) => path)).toEqual(["/projects/p/duplicates?limit=20", "/projects/p/duplicates?limit=20&radius=0"]);
});

it("removes for good only where it is not only asked what would be done", async () => {
  const sent = serve({ body: {} }, { body: {} });
  const wish = { keep: "a", remove: ["b"], accept: "same_picture" } as const;
  await resolve("p", { ...wish, dryRun: true });
  await resolve("p", wish);
  expect(sent.map(({ body }) => body)).toEqual([
    { ...wish, dry_run: true },
    { ...wish, dry_run: false },
  ]);
});
