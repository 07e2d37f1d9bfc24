// Answers people can trust, in a real browser: invoices of one template are no copies of each other, a copy of one is, and what
// was left out is said.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { skip } from "./chromium.mjs";
import { asFile, draw, drawInvoices } from "./page/pictures.mjs";
import { closeStage, openStage } from "./page/stage.mjs";
import { visit } from "./page/visit.mjs";

describe("answers in Chromium", { skip }, () => {
  let browser, server, easel;

  before(async () => {
    ({ browser, server, easel } = await openStage());
  });

  after(async () => {
    await closeStage({ browser, server });
  });

  const invoices = (numbers, more = {}) => drawInvoices(easel, numbers.map((number) => ({ number, ...more })));
  const names = async (project) => (await server.json(`/projects/${project}/images`)).map(({ name }) => name).sort();

  /** The sizes of stored pictures that a page fetches from now on. */
  function fetchedSizes(page) {
    const sizes = new Set();
    page.on("request", (request) => {
      const { pathname, searchParams } = new URL(request.url());
      if (pathname.includes("/images/")) sizes.add(searchParams.get("size") ?? "original");
    });
    return sizes;
  }

  test("of a project of invoices nothing is called known but the same file, and only the true copy is a duplicate", async () => {
    const stored = await invoices([1, 2, 3, 4, 5]);
    for (const [index, invoice] of stored.entries()) await server.upload("invoices", `invoice ${index + 1}.jpg`, invoice);
    const [saved] = await invoices([2], { quality: 0.6 });
    const fresh = await invoices([6, 7]);
    const tour = await visit(browser, server.origin);
    const sizes = fetchedSizes(tour.page);
    await tour.go("upload/invoices");
    await tour.give([
      asFile("again.jpg", stored[2]), asFile("saved.jpg", saved), asFile("six.jpg", fresh[0]),
      asFile("seven.jpg", fresh[1]),
    ]);
    await tour.settled();
    await tour.row("again.jpg").getByText("Exact copy").waitFor();
    // A thumbnail does not show whether the figures are the same: the page says so, and claims nothing.
    await tour.row("saved.jpg").getByText("Similar", { exact: true }).waitFor();
    await tour.row("saved.jpg").getByText(/only the pictures themselves can tell/).waitFor();
    for (const name of ["six.jpg", "seven.jpg"]) await tour.row(name).getByText("Similar", { exact: true }).waitFor();
    for (const name of ["six.jpg", "seven.jpg"]) await tour.row(name).getByText(/More stored images are near it\. They were not compared\./).waitFor();
    await tour.page.getByRole("button", { name: "Skip 1 already stored" }).click();
    await tour.row("again.jpg").getByText("Skipped. Nothing was uploaded.").waitFor();
    await tour.page.getByRole("button", { name: "Upload 3 similar pictures" }).click();

    // The server has both pictures, and tells.
    await tour.row("saved.jpg").getByText("Same picture", { exact: true }).waitFor();
    await tour.row("saved.jpg").getByText(/^Stored\. Their detail agrees/).waitFor();
    await tour.row("saved.jpg").getByAltText("Stored: invoice 2.jpg").waitFor();
    await tour.settled();
    await tour.page.getByText("3 stored (1 duplicate)").waitFor();
    for (const name of ["six.jpg", "seven.jpg"]) await tour.row(name).getByText("Stored.", { exact: true }).waitFor();
    assert.deepEqual([...sizes], ["thumb"], "neither needs the large pictures");

    await tour.row("saved.jpg").getByRole("link", { name: "Duplicates" }).click();
    await tour.page.getByText("1 group", { exact: true }).waitFor();
    const group = tour.page.getByRole("region", { name: "Group of invoice 2.jpg" });
    const [{ best }] = (await server.json("/projects/invoices/duplicates")).groups;
    await group.getByRole("listitem").filter({ hasText: "invoice 2.jpg" }).getByText(best.reason).waitFor();
    await tour.page.getByRole("button", { name: "Keep the best of each" }).click();
    await tour.page.getByRole("button", { name: "Move 1 image to the trash" }).click();
    await tour.page.getByText("1 image moved to the trash.").waitFor();
    assert.deepEqual(await names("invoices"), [...[1, 2, 3, 4, 5].map((number) => `invoice ${number}.jpg`), "seven.jpg", "six.jpg"]);
    await tour.close();
  });

  test("invoices that only look alike are in no group, and by distance none is ticked", async () => {
    for (const [index, invoice] of (await invoices([11, 12, 13])).entries()) await server.upload("bills", `${index}.jpg`, invoice);
    const tour = await visit(browser, server.origin);
    await tour.go("duplicates/bills");
    await tour.page.getByRole("heading", { name: "No duplicates" }).waitFor();
    await tour.page.getByRole("combobox", { name: "Show" }).selectOption("14");
    await tour.page.getByRole("heading", { name: "Similar images" }).waitFor();
    assert.equal(await tour.page.getByRole("checkbox", { checked: true }).count(), 0);
    assert.ok(await tour.page.getByRole("button", { name: "Keep the best of each" }).isDisabled());
    await tour.close();
  });

  test("what the server left out of its answer is said", async () => {
    for (const [index, picture] of (await draw(easel, [{ seed: 1 }, { seed: 1, width: 320, height: 240 }])).entries()) {
      await server.upload("crowd", `${index}.jpg`, picture);
    }
    const tour = await visit(browser, server.origin);
    // An answer as over thousands of frames of one camera, which are too many to upload here.
    await tour.page.route("**/projects/crowd/duplicates?*", async (route) => {
      const answer = await route.fetch();
      await route.fulfill({ response: answer, json: { ...(await answer.json()), left_out: 1200, not_compared: 3 } });
    });
    await tour.go("duplicates/crowd");
    await tour.page.getByText("Of 1,200 images only the nearest candidates were compared, so copies may be missing here.").waitFor();
    await tour.page.getByText("3 pairs may be copies or not: their pictures were not compared.").waitFor();
    await tour.close();
  });

  test("a search compares the nearest, and says so of the others", async () => {
    const pictures = await draw(easel, Array.from({ length: 14 }, (_, number) => ({ seed: 2, note: String(number), width: 640 - number, height: 480 })));
    for (const [index, picture] of pictures.entries()) await server.upload("scene", `${index}.jpg`, picture);
    const tour = await visit(browser, server.origin);
    const sizes = fetchedSizes(tour.page);
    await tour.go("search/scene");
    await tour.give([asFile("asked.jpg", (await draw(easel, [{ seed: 2 }]))[0])]);
    await tour.page.getByText("14 images", { exact: true }).waitFor();
    await tour.page.getByText("Only the 12 nearest were compared with it; of the others nothing but the distance is known.").waitFor();
    assert.deepEqual([...sizes], ["thumb"]);
    await tour.close();
  });
});
