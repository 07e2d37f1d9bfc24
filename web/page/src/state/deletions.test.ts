import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { imageOf, serve } from "../test/answers";

beforeEach(() => {
  localStorage.clear();
  vi.useFakeTimers();
  vi.resetModules();
});
afterEach(() => vi.useRealTimers());

/** The module as a page that was just opened has it. */
async function opened() {
  const { deletions } = await import("./deletions.svelte");
  const { toasts } = await import("./toasts.svelte");
  return { deletions, toasts };
}

const due = () => Object.keys(JSON.parse(localStorage.getItem("vismatch.deletions") ?? "{}") as object);

it("hides an image at once and deletes it when there is no way back any more", async () => {
  const sent = serve({});
  const { deletions } = await opened();
  deletions.begin("p", imageOf("a"));
  expect([deletions.hidden.has("a"), due()]).toEqual([true, ["a"]]);
  await vi.advanceTimersByTimeAsync(7_900);
  expect(sent).toEqual([]);
  await vi.advanceTimersByTimeAsync(200);
  expect(sent).toEqual([{ method: "DELETE", path: "/projects/p/images/a", body: null }]);
  expect([deletions.hidden.has("a"), due()]).toEqual([true, []]);
});

it("can be undone: nothing is asked for then", async () => {
  serve();
  const { deletions, toasts } = await opened();
  deletions.begin("p", imageOf("a"));
  toasts.all[0]?.action?.run();
  expect([deletions.hidden.has("a"), due(), toasts.all]).toEqual([false, [], []]);
  await vi.advanceTimersByTimeAsync(60_000);
});

it("shows the image again, and why, when the server does not delete it", async () => {
  serve({ status: 500, body: { message: "The disk is full." } });
  const { deletions, toasts } = await opened();
  deletions.begin("p", imageOf("a"));
  await vi.advanceTimersByTimeAsync(8_000);
  expect(deletions.hidden.has("a")).toBe(false);
  expect(toasts.all.map(({ text, tone }) => [text, tone])).toEqual([["The image was not deleted: The disk is full.", "bad"]]);
});

it("takes an image that is gone already as deleted", async () => {
  serve({ status: 404, body: { message: "no such image" } });
  const { deletions, toasts } = await opened();
  deletions.begin("p", imageOf("a"));
  await vi.advanceTimersByTimeAsync(8_000);
  expect([deletions.hidden.has("a"), due(), toasts.all]).toEqual([true, [], []]);
});

it("says at once what is due when the page is closed", async () => {
  const sent = serve({});
  const { deletions } = await opened();
  deletions.begin("p", imageOf("a"));
  window.dispatchEvent(new Event("pagehide"));
  await vi.advanceTimersByTimeAsync(0);
  expect(sent.map(({ method }) => method)).toEqual(["DELETE"]);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(sent).toHaveLength(1);
});

it("does in the next page what the last one could not", async () => {
  localStorage.setItem("vismatch.deletions", JSON.stringify({ a: { project: "p", at: Date.now() - 1 } }));
  const sent = serve({});
  const { deletions } = await opened();
  expect(deletions.hidden.has("a")).toBe(true);
  await vi.advanceTimersByTimeAsync(1);
  expect(sent.map(({ path }) => path)).toEqual(["/projects/p/images/a"]);
});
