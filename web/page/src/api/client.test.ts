import { describe, expect, it } from "vitest";
import { serve } from "../test/answers";
import { ApiError, ask, askJson, errorOf, json, nextPage, UNREACHABLE } from "./client";

const faultOf = (asked: Promise<unknown>) => asked.then(() => null, (fault: unknown) => fault as ApiError);

describe("errorOf", () => {
  it("takes message, details and Retry-After from the answer", () => {
    const fault = errorOf(409, { message: "It is there.", details: { image_id: "a" } }, "7");
    expect(fault).toMatchObject({ message: "It is there.", status: 409, details: { image_id: "a" }, retryAfter: 7 });
  });

  it("names the status where the answer has no words, and no wait where none was asked for", () => {
    const fault = errorOf(502, null, null);
    expect(fault).toMatchObject({ message: "The server answered 502.", details: {} });
    expect(fault.retryAfter).toBeUndefined();
    expect(errorOf(503, {}, "Wed, 21 Oct 2026 07:28:00 GMT").retryAfter).toBeUndefined();
  });

  it.each([
    [0, true],
    [400, false],
    [409, false],
    [499, false],
    [500, true],
    [503, true],
  ])("of status %i may pass: %s", (status, passes) => {
    expect(new ApiError("", status).passes).toBe(passes);
  });
});

describe("ask", () => {
  it("hands out a good answer", async () => {
    const sent = serve({ body: [1, 2] });
    expect(await askJson("/projects")).toEqual([1, 2]);
    expect(sent).toEqual([{ method: "GET", path: "/projects", body: null }]);
  });

  it("throws what the server says is wrong", async () => {
    serve({ status: 503, body: { message: "Busy." }, headers: { "retry-after": "2" } });
    expect(await faultOf(ask("/projects"))).toMatchObject({ status: 503, message: "Busy.", retryAfter: 2 });
  });

  it("throws the status of an answer that is no JSON", async () => {
    serve({ status: 502, body: "<html>" });
    expect(await faultOf(ask("/projects"))).toMatchObject({ status: 502, message: "The server answered 502." });
  });

  it("tells a server that is gone from a request that was aborted", async () => {
    serve(new TypeError("no route"));
    expect(await faultOf(ask("/projects"))).toMatchObject({ status: 0, message: UNREACHABLE });
    const abort = new DOMException("enough", "AbortError");
    serve(abort);
    expect(await faultOf(ask("/projects", { signal: AbortSignal.abort(abort) }))).toBe(abort);
  });
});

it("sends JSON as such", () => {
  expect(json("POST", { limit: 1 })).toEqual({
    method: "POST",
    headers: { "content-type": "application/json" },
    body: '{"limit":1}',
  });
});

describe("nextPage", () => {
  const linked = (link: string) => nextPage(new Response(null, { headers: { link } }));

  it("is the path of the link that is called next", () => {
    expect(linked('</projects?limit=1>; rel="prev", </projects?limit=1&after=a>; rel="next"')).toBe("/projects?limit=1&after=a");
  });

  it("is null on the last page", () => {
    expect(nextPage(new Response(null))).toBeNull();
    expect(linked('</projects>; rel="prev"')).toBeNull();
  });
});
