import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Known } from "vismatch";
import { ApiError } from "../api/client";
import * as projects from "../api/projects";
import type { Verdict } from "../api/types";
import { imageOf, matchOf, serve } from "../test/answers";
import { Entry } from "./entry.svelte";

// WebAssembly in workers is for browsers. Nothing here is read or compared by it.
vi.mock("../state/pipeline", () => ({ WORKERS: 2, pipeline: async () => ({}) }));

const KNOWN = { sha256: "00", fingerprints: [], info: { frames: 1 } } as unknown as Known;

/** A file whose fingerprints are computed. */
function entry(path = "a.jpg"): Entry {
  const made = new Entry({ file: new File(["x"], "a.jpg"), path });
  made.known = KNOWN;
  return made;
}

const answerOf = (verdict: Verdict, verified = true) => ({
  body: { exact: verdict === "exact" ? [matchOf(verdict)] : [], near: verdict === "exact" ? [] : [matchOf(verdict, verified)] },
});

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

describe("checking", () => {
  it("ends with a verdict", async () => {
    serve(answerOf("exact"));
    const file = entry();
    expect([file.verdict, file.standing, file.beingChecked]).toEqual([null, null, true]);
    await file.check("p");
    expect([file.state.is, file.verdict, file.standing, file.busy]).toEqual(["checked", "exact", "known", false]);
  });

  it("finds nothing like it where the server has nothing", async () => {
    serve({ body: { exact: [], near: [] } });
    const file = entry();
    await file.check("p");
    expect([file.best, file.verdict, file.standing]).toEqual([null, "different", "new"]);
  });

  it("is asked for again while the server is gone, and says so meanwhile", async () => {
    serve(new TypeError("no route"), answerOf("same_picture"));
    const file = entry();
    const done = file.check("p");
    await vi.advanceTimersByTimeAsync(1);
    expect(file.state).toMatchObject({ is: "retrying", doing: "checking", reason: "The server cannot be reached." });
    expect([file.beingChecked, file.beingUploaded]).toEqual([true, false]);
    await vi.runAllTimersAsync();
    await done;
    expect([file.state.is, file.standing]).toEqual(["checked", "known"]);
  });

  it("fails with the server's words, and is then without an answer", async () => {
    serve({ status: 400, body: { message: "Too many fingerprints." } });
    const file = entry();
    await file.check("p");
    expect(file.state).toEqual({ is: "failed", doing: "checking", reason: "Too many fingerprints." });
    expect(file.unanswered).toBe(true);
  });

  it("can be cancelled: it is left out, and can be begun again", async () => {
    serve(new TypeError("no route"), answerOf("exact"));
    const file = entry();
    const done = file.check("p");
    await vi.advanceTimersByTimeAsync(1);
    file.cancel();
    await done;
    expect([file.state.is, file.unanswered, vi.getTimerCount()]).toEqual(["skipped", true, 0]);
    await file.check("p");
    expect(file.state.is).toBe("checked");
  });
});

describe("a file that is twice in the list", () => {
  it("is an exact copy of the first, whatever the server has", async () => {
    serve(answerOf("similar"));
    const file = entry();
    file.twin = entry();
    await file.check("p");
    expect([file.isTwin, file.standing]).toEqual([true, "known"]);
  });
});

describe("sending", () => {
  const sends = (...answers: (Error | object)[]) =>
    vi.spyOn(projects, "upload").mockImplementation(async () => {
      const answer = answers.shift();
      if (answer instanceof Error || !answer) throw answer;
      return answer as never;
    });

  it("is done with what the server, which has both pictures, found", async () => {
    sends({ image_id: "new", name: "a.jpg", duplicates: [matchOf("similar"), matchOf("edited", true, "old")] });
    const file = entry();
    await file.send("p");
    expect(file.state).toMatchObject({ is: "done", image: { image_id: "new" }, replaced: null, note: null });
    expect(file.duplicate?.image_id).toBe("old");
  });

  it("keeps the folder in the name, and has nothing stored twice", async () => {
    const upload = sends({ image_id: "1" }, { image_id: "2" });
    await entry("album/a.jpg").send("p");
    await entry("a.jpg").send("p");
    expect(upload.mock.calls.map(([, , { name, onDuplicate }]) => [name, onDuplicate])).toEqual([
      ["album/a.jpg", "reject"],
      [null, "reject"],
    ]);
  });

  it("stores what is known to be there once more, because the visitor says so", async () => {
    serve(answerOf("exact"));
    const upload = sends({ image_id: "1" });
    const file = entry();
    await file.check("p");
    await file.send("p");
    expect(upload.mock.calls[0]?.[2].onDuplicate).toBe("keep");
  });

  it("takes the image in the way for its own: the answer to it was lost", async () => {
    sends(new ApiError("busy", 503), new ApiError("there", 409, { image_id: "first" }));
    const file = entry();
    const done = file.send("p");
    await vi.runAllTimersAsync();
    await done;
    expect(file.state).toMatchObject({ is: "done", image: { image_id: "first" }, note: "It is stored already." });
  });

  it("tells what the server will never take from what did not work this time", async () => {
    sends(new ApiError("no picture", 422), new TypeError("a fault of ours"));
    const [refused, failed] = [entry(), entry()];
    await refused.send("p");
    await failed.send("p");
    expect([refused.state, failed.state]).toEqual([
      { is: "refused", reason: "no picture" },
      { is: "failed", doing: "sending", reason: "a fault of ours" },
    ]);
  });

  it.each([
    ["same_picture", "same_picture"],
    ["edited", "edited"],
    ["similar", "same_picture"],
  ] as const)("replaces what is %s on the claim %s", async (verdict, accept) => {
    const sent = serve({ body: {} });
    sends({ image_id: "new" });
    const file = entry();
    file.best = matchOf(verdict);
    file.choice = "replace";
    await file.send("p");
    expect(sent).toEqual([
      {
        method: "POST",
        path: "/projects/p/duplicates/resolve",
        body: { keep: "new", remove: ["stored"], accept, dry_run: false },
      },
    ]);
    expect(file.state).toMatchObject({ is: "done", replaced: { image_id: "stored" }, note: null });
  });

  it("leaves both where the server holds them against each other and finds less", async () => {
    serve({ status: 409, body: { message: "They only look alike." } });
    sends({ image_id: "new" });
    const file = entry();
    file.best = matchOf("same_picture");
    file.choice = "replace";
    await file.send("p");
    const note = "Stored beside “stored.jpg”, which stays: They only look alike.";
    expect(file.state).toMatchObject({ is: "done", replaced: null, note });
  });

  it("brings back what it replaced, once", async () => {
    const sent = serve({ body: {} }, { body: imageOf("stored") });
    sends({ image_id: "new" });
    const file = entry();
    file.best = matchOf("same_picture");
    file.choice = "replace";
    await file.send("p");
    expect((await file.unreplace("p"))?.image_id).toBe("stored");
    expect(sent.at(-1)?.path).toBe("/projects/p/trash/stored/restore");
    expect(await file.unreplace("p")).toBeNull();
  });
});
