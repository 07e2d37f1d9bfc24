import { beforeEach, expect, it, vi } from "vitest";
import type { Known } from "vismatch";
import * as projects from "../api/projects";
import { matchOf } from "../test/answers";
import type { Found } from "./files";
import { queue } from "./queue.svelte";

// WebAssembly in workers is for browsers: the text of a file stands for its fingerprints here.
vi.mock("../state/pipeline", () => ({
  WORKERS: 2,
  pipeline: async () => ({}),
  fingerprintAll: vi.fn(async (file: File, { signal }: { signal: AbortSignal }): Promise<Known> => {
    const sha256 = await file.text();
    signal.throwIfAborted();
    if (sha256 === "broken") throw new Error("This is no picture.");
    return { sha256, fingerprints: [], info: { frames: 1 } } as unknown as Known;
  }),
}));

const found = (...texts: string[]): Found[] =>
  texts.map((text, number) => ({ file: new File([text], `${number}.jpg`), path: `${number}.jpg` }));

/** What the server has, by digest. */
let stored: Record<string, "exact" | "same_picture" | "edited" | "similar">;
let uploads: { project: string; name: string; finish: () => void }[];

beforeEach(() => {
  stored = {};
  uploads = [];
  vi.spyOn(projects, "check").mockImplementation(async (_project, { sha256 }) => {
    const verdict = stored[sha256];
    if (!verdict) return { exact: [], near: [] };
    return verdict === "exact" ? { exact: [matchOf(verdict)], near: [] } : { exact: [], near: [matchOf(verdict)] };
  });
  vi.spyOn(projects, "upload").mockImplementation(
    (project, file) =>
      new Promise((done) =>
        uploads.push({ project, name: file.name, finish: () => done({ image_id: file.name, name: "", urls: {} as never }) }),
      ),
  );
  queue.cancelAll();
  for (const entry of queue.entries) queue.remove(entry);
  queue.automatic = false;
});

const states = () => queue.entries.map(({ state }) => state.is);
const settled = () => vi.waitFor(() => expect(queue.entries.some(({ beingChecked }) => beingChecked)).toBe(false));

it("checks every file, at most as many at once as there are workers", async () => {
  queue.add(found("a", "broken", "c", "d"));
  expect(states()).toEqual(["reading", "reading", "waiting", "waiting"]);
  await settled();
  expect(states()).toEqual(["checked", "refused", "checked", "checked"]);
});

it("sends three at once, in their order, and each when a sender is free", async () => {
  queue.add(found("a", "b", "c", "d", "e"));
  await settled();
  queue.sendAllWanted();
  expect(states()).toEqual(["sending", "sending", "sending", "queued", "queued"]);
  expect(uploads.map(({ name }) => name)).toEqual(["0.jpg", "1.jpg", "2.jpg"]);
  uploads[1]?.finish();
  await vi.waitFor(() => expect(states()).toEqual(["sending", "done", "sending", "sending", "queued"]));
  for (const { finish } of uploads) finish();
  await vi.waitFor(() => expect(uploads).toHaveLength(5));
  uploads[4]?.finish();
  await vi.waitFor(() => expect(states()).toEqual(Array(5).fill("done")));
});

it("uploads what is new or similar, and leaves out what is stored", async () => {
  stored = { exact: "exact", same: "same_picture", edited: "edited", similar: "similar" };
  queue.add(found("exact", "same", "edited", "similar", "new"));
  await settled();
  queue.skipAllKnown(false);
  expect(states()).toEqual(["skipped", "skipped", "checked", "checked", "checked"]);
  queue.sendAllWanted();
  expect(states()).toEqual(["skipped", "skipped", "checked", "sending", "sending"]);
  queue.skipAllKnown(true);
  expect(states()[2]).toBe("skipped");
  for (const { finish } of uploads) finish();
  await vi.waitFor(() => expect(states().slice(3)).toEqual(["done", "done"]));
});

it("sends by itself what it finds to be new, when it is told to", async () => {
  stored = { old: "exact" };
  queue.automatic = true;
  queue.add(found("new", "old"));
  await vi.waitFor(() => expect(states()).toEqual(["sending", "checked"]));
  uploads[0]?.finish();
  await vi.waitFor(() => expect(states()[0]).toBe("done"));
});

it("counts one file that was given twice once", async () => {
  queue.add(found("a", "a", "b"));
  await settled();
  expect(queue.entries.map(({ twin }) => twin === null)).toEqual([true, false, true]);
  expect(queue.entries[1]?.twin).toBe(queue.entries[0]);
  queue.sendAllWanted();
  expect(uploads.map(({ name }) => name)).toEqual(["0.jpg", "2.jpg"]);
  for (const { finish } of uploads) finish();
  await vi.waitFor(() => expect(states()).toEqual(["done", "checked", "done"]));
});

it("asks again about what waits for a decision when the files are to go elsewhere", async () => {
  queue.add(found("a", "b"));
  await settled();
  queue.skip(queue.entries[1]!);
  vi.mocked(projects.check).mockClear();
  queue.project = "elsewhere";
  await settled();
  expect(vi.mocked(projects.check).mock.calls.map(([project, { sha256 }]) => [project, sha256])).toEqual([["elsewhere", "a"]]);
  queue.send(queue.entries[0]!);
  expect(uploads[0]?.project).toBe("elsewhere");
  uploads[0]?.finish();
  await vi.waitFor(() => expect(states()[0]).toBe("done"));
});

it("begins again with what was cancelled, and clears what needs nothing more", async () => {
  queue.add(found("a", "b", "broken"));
  queue.cancel(queue.entries[0]!);
  await settled();
  expect(states()).toEqual(["skipped", "checked", "refused"]);
  queue.retryAll();
  await settled();
  expect(states()).toEqual(["checked", "checked", "refused"]);
  queue.skip(queue.entries[0]!);
  queue.clear();
  expect(queue.entries.map(({ path }) => path)).toEqual(["1.jpg"]);
});
