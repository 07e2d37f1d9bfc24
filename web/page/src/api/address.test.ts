import { afterEach, expect, it, vi } from "vitest";

afterEach(() => {
  vi.resetModules();
  history.replaceState(null, "", "/");
});

it("is empty where the page lies at the root", async () => {
  const { at, base } = await import("./address");
  expect([base, at("/projects")]).toEqual(["", "/projects"]);
});

it("is the path that a proxy puts before the server's own, and taken off the pages that it links to", async () => {
  history.replaceState(null, "", "/pictures/");
  vi.resetModules();
  const { at } = await import("./address");
  const { nextPage } = await import("./client");
  expect(at("/projects")).toBe("/pictures/projects");
  const answer = new Response(null, { headers: { link: '</pictures/projects?after=a>; rel="next"' } });
  expect(nextPage(answer)).toBe("/projects?after=a");
});
