import { describe, expect, it } from "vitest";
import { go, link, parseRoute, route } from "./route.svelte";

describe("a route", () => {
  it("is read from what a link says", () => {
    const { view, project, query } = parseRoute(link("gallery", "über/alles?", { image: "a b.jpg" }));
    expect([view, project, query.get("image")]).toEqual(["gallery", "über/alles?", "a b.jpg"]);
  });

  it("is the upload where the address says nothing that is known", () => {
    for (const fragment of ["", "#", "#/", "#/nowhere"]) expect(parseRoute(fragment)).toMatchObject({ view: "upload", project: null });
  });

  it("takes a project as it stands where it cannot be decoded", () => {
    expect(parseRoute("#/gallery/50%").project).toBe("50%");
  });

  it("follows the address, with a step behind or without one", async () => {
    const steps = history.length;
    go(link("server"), true);
    expect(route.current.view).toBe("server");
    expect(history.length).toBe(steps);
    go(link("search", "p"));
    window.dispatchEvent(new HashChangeEvent("hashchange"));
    expect(route.current).toMatchObject({ view: "search", project: "p" });
  });
});
