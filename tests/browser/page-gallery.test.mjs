// What can be done with stored images in a real browser: found, compared, deleted, resolved; and that two
// tabs see what happens as it happens.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { skip } from "./chromium.mjs";
import { withExif } from "./exif.mjs";
import { asFile, draw } from "./page/pictures.mjs";
import { closeStage, openStage } from "./page/stage.mjs";
import { visit } from "./page/visit.mjs";

describe("stored images in Chromium", { skip }, () => {
  let browser, server, easel;

  before(async () => {
    ({ browser, server, easel } = await openStage());
  });

  after(async () => {
    await closeStage({ browser, server });
  });

  /** A project of drawn pictures: their names and what the server said of them. */
  async function project(name, specs) {
    const pictures = await draw(easel, specs);
    const stored = [];
    for (const [index, picture] of pictures.entries()) stored.push(await server.upload(name, `${index}.jpg`, picture));
    return { pictures, stored };
  }
  const names = async (project) => (await server.json(`/projects/${project}/images`)).map(({ name }) => name);
  const trash = (project) => server.json(`/projects/${project}/trash`);

  test("both tabs see an image that comes and one that goes, without asking", async () => {
    const { pictures } = await project("live", [{ seed: 1 }, { seed: 2 }]);
    const one = await visit(browser, server.origin);
    const other = await one.page.context().newPage();
    const asked = [];
    for (const page of [one.page, other]) {
      await page.goto(`${server.origin}/#/gallery/live`);
      await page.getByRole("link", { name: "1.jpg" }).waitFor();
    }
    await other.waitForTimeout(1500); // what was shown is listed once more when events begin
    other.on("request", (request) => asked.push(new URL(request.url()).pathname));
    await other.waitForTimeout(2500);
    assert.deepEqual(asked, [], "nothing is polled");
    const late = await server.upload("live", "late.jpg", pictures[0]);
    for (const page of [one.page, other]) await page.getByRole("link", { name: "late.jpg" }).waitFor();
    await fetch(`${server.origin}/projects/live/images/${late.image_id}`, { method: "DELETE" });
    for (const page of [one.page, other]) await page.getByRole("link", { name: "late.jpg" }).waitFor({ state: "detached" });
    await one.close();
  });

  test("an endless grid is loaded as it is scrolled", async () => {
    await project("endless", Array.from({ length: 130 }, (_, seed) => ({ seed, width: 64, height: 48 })));
    const tour = await visit(browser, server.origin);
    await tour.go("gallery/endless");
    const links = tour.page.locator("ul[aria-label=Images] a");
    await links.nth(59).waitFor();
    await tour.page.waitForTimeout(1000);
    assert.ok((await links.count()) < 130, "no more than is in sight, and a page ahead");
    for (let step = 0; (await links.count()) < 130 && step < 40; step++) {
      await tour.page.mouse.wheel(0, 3000);
      await tour.page.waitForTimeout(100);
    }
    assert.equal(await links.count(), 130);
    await tour.close();
  });

  test("details tell everything, the cover is chosen, a deletion is undone", async () => {
    const { stored } = await project("details", [{ seed: 5 }, { seed: 6 }, { seed: 5, width: 320, height: 240 }]);
    const tour = await visit(browser, server.origin);
    await tour.go("gallery/details");
    await tour.page.getByRole("link", { name: "1.jpg" }).click();
    const dialog = tour.page.getByRole("dialog");
    await dialog.getByText("640 × 480").waitFor();
    await dialog.getByText(stored[1].sha256).waitFor();
    assert.equal(await dialog.getByRole("img", { name: /bits: [0-9a-f]+$/ }).count(), 7);
    const [download] = await Promise.all([tour.page.waitForEvent("download"), dialog.getByRole("link", { name: /Thumb/ }).click()]);
    assert.equal(download.suggestedFilename(), "thumb-1.jpg.jpg");
    await dialog.getByRole("button", { name: "Make it the cover" }).click();
    await tour.page.getByText("“1.jpg” is the cover now.").waitFor();
    assert.equal((await server.json("/projects/details")).primary_image_id, stored[1].image_id);
    await dialog.getByRole("button", { name: "Delete" }).click();
    await tour.page.getByRole("button", { name: "Undo" }).click();
    await tour.page.keyboard.press("Escape");
    await tour.page.getByRole("link", { name: "1.jpg" }).waitFor();
    assert.equal((await names("details")).length, 3);
    // Without a change of mind it is deleted: as the page is left or, when a browser ends it too soon, as it is
    // opened again.
    await tour.page.getByRole("link", { name: "1.jpg" }).click();
    await dialog.getByRole("button", { name: "Delete" }).click();
    await tour.page.goto("about:blank");
    await tour.go("gallery/details");
    await until(async () => (await names("details")).length === 2);
    await tour.close();
  });

  test("details show what a camera wrote, and what is given away has none of it", async () => {
    const [drawn] = await draw(easel, [{ seed: 14 }]);
    const picture = withExif(drawn, {
      make: "Ihagee", model: "Exakta Varex", lens: "Biotar 2/58", taken: "1957:06:09 14:05:31", offset: "+02:00",
      north: [51, 3, 18], east: [13, 44, 24],
    });
    const { image_id } = await server.upload("camera", "dresden.jpg", picture);
    const tour = await visit(browser, server.origin);
    await tour.go(`gallery/camera?image=${image_id}`);
    const facts = tour.page.getByRole("dialog").getByRole("region", { name: "Facts" });
    await facts.getByText("Ihagee Exakta Varex").waitFor();
    await facts.getByText("Biotar 2/58").waitFor();
    await facts.getByText(/^1957-06-09 14:05:31/).waitFor();
    await facts.getByText("51.0550, 13.7400").waitFor();
    const original = await fetch(`${server.origin}/projects/camera/images/${image_id}?size=original`);
    assert.ok(!Buffer.from(await original.arrayBuffer()).includes("Exakta"));
    await tour.close();
  });

  test("a search sends no picture unless it is asked to, and then finds turned ones", async () => {
    const { pictures } = await project("search", [{ seed: 7 }, { seed: 7, quality: 0.4, note: "Hello" }, { seed: 8 }]);
    const mirrored = await redrawn(pictures[2], { mirrored: true });
    const tour = await visit(browser, server.origin);
    await tour.go("search/search");
    const posts = [];
    tour.page.on("request", (request) => request.method() === "POST" && posts.push(new URL(request.url()).pathname));
    await tour.give([asFile("mirrored.jpg", mirrored)]);
    await tour.page.getByText("0 images", { exact: true }).waitFor();
    assert.deepEqual([...new Set(posts)], ["/projects/search/check"]);
    await tour.page.getByRole("button", { name: /^Send it/ }).click();
    await tour.page.getByText("The picture was sent").waitFor();
    await tour.page.getByText("mirrored", { exact: true }).waitFor();

    await tour.give([asFile("asked.jpg", pictures[0])]);
    await tour.page.getByRole("button", { name: "Compare with 0.jpg" }).waitFor();
    const results = tour.page.locator("ul[aria-label=Matches] li");
    await tour.page.getByRole("slider", { name: "Threshold" }).fill("0");
    assert.equal(await results.count(), 1);
    await tour.page.getByText("Only images with an equal fingerprint.").waitFor();
    await tour.page.getByRole("slider", { name: "Threshold" }).fill("24");
    assert.ok((await results.count()) >= 2);
    await tour.page.getByRole("button", { name: "Compare with 1.jpg" }).click();
    for (const way of ["Side by side", "Slider", "Difference"]) await tour.page.getByRole("radio", { name: way }).check();
    await tour.close();
  });

  test("a search begins with a stored image, by its address", async () => {
    const { stored } = await project("stored", [{ seed: 9 }, { seed: 9, width: 320, height: 240 }]);
    const tour = await visit(browser, server.origin);
    await tour.go(`search/stored?image=${stored[1].image_id}`);
    await tour.page.getByRole("button", { name: "Compare with 0.jpg" }).waitFor();
    await tour.close();
  });

  test("duplicates are tried, removed, brought back, and told apart", async () => {
    await project("twice", [{ seed: 10 }, { seed: 10, width: 320, height: 240 }, { seed: 11 }, { seed: 11, quality: 0.5 }]);
    const tour = await visit(browser, server.origin);
    await tour.go("duplicates/twice");
    await tour.page.getByText("2 groups").waitFor();
    await tour.page.getByRole("button", { name: "Show what would be removed" }).click();
    await tour.page.getByText(/would move 2 images .* to the trash/).waitFor();
    assert.equal((await names("twice")).length, 4, "a dry run does nothing");

    await tour.page.getByRole("button", { name: /^Remove 1 image/ }).first().click();
    await tour.page.getByText("1 group", { exact: true }).waitFor();
    assert.equal((await names("twice")).length, 3);
    await tour.page.getByRole("button", { name: "Undo" }).click();
    await tour.page.getByText("2 groups").waitFor();
    assert.equal((await names("twice")).length, 4);

    await tour.page.getByRole("button", { name: "Not duplicates" }).first().click();
    await tour.page.getByText("1 group", { exact: true }).waitFor();
    await tour.page.reload();
    await tour.page.getByText("1 group", { exact: true }).waitFor();

    await tour.page.getByRole("button", { name: "Keep the best of each" }).click();
    await tour.page.getByRole("button", { name: "Cancel" }).click();
    assert.equal((await names("twice")).length, 4, "nothing is done unasked");
    await tour.page.getByRole("button", { name: "Keep the best of each" }).click();
    await tour.page.getByRole("button", { name: "Move 1 image to the trash" }).click();
    await tour.page.getByText("No duplicates").waitFor();
    assert.equal((await names("twice")).length, 3);

    // Also without the message that offers it: the trash is there as long as the server keeps it.
    await tour.page.reload();
    await tour.page.getByText("1 image in the trash").click();
    await tour.page.getByRole("button", { name: /^Restore / }).click();
    await tour.page.getByText("1 group", { exact: true }).waitFor();
    await tour.page.getByText("in the trash").waitFor({ state: "detached" });
    assert.equal((await names("twice")).length, 4);

    await tour.page.getByRole("button", { name: /^Remove 1 image/ }).first().click();
    await tour.page.getByText("1 image in the trash").click();
    await tour.page.getByRole("button", { name: "Empty the trash" }).click();
    await tour.page.getByRole("button", { name: "Cancel" }).click();
    assert.equal((await trash("twice")).length, 1);
    await tour.page.getByRole("button", { name: "Empty the trash" }).click();
    await tour.page.getByRole("button", { name: "Delete all permanently" }).click();
    await tour.page.getByText("1 image deleted permanently.").waitFor();
    await tour.page.getByText("in the trash").waitFor({ state: "detached" });
    assert.equal((await trash("twice")).length, 0);
    await tour.close();
  });

  test("edited copies stand apart, and go only when they are ticked", async () => {
    const { pictures } = await project("edited", [{ seed: 11 }, { seed: 11, width: 320, height: 240 }, { seed: 20 }]);
    await server.upload("edited", "grey 11.jpg", await redrawn(pictures[0], { filter: "grayscale(1)" }));
    await server.upload("edited", "grey 20.jpg", await redrawn(pictures[2], { filter: "grayscale(1)" }));
    const tour = await visit(browser, server.origin);
    const resolved = [];
    tour.page.on("request", (request) => request.url().endsWith("/resolve") && resolved.push(request.postDataJSON()));
    await tour.go("duplicates/edited");
    await tour.page.getByText("2 groups").waitFor();
    await tour.page.getByText("with 1 copy that can be removed").waitFor();
    await tour.page.getByRole("heading", { name: "Edited copies: look before you remove" }).waitFor();
    const groupOf = (name) => tour.page.getByRole("region", { name: `Group of ${name}` });
    const ticked = (name) => groupOf(name).getByRole("checkbox", { checked: true }).count();
    assert.deepEqual([await ticked("0.jpg"), await ticked("2.jpg")], [1, 0]);

    await tour.page.getByRole("button", { name: "Keep the best of each" }).click();
    await tour.page.getByRole("dialog").getByText("Edited copies stay; not removed here: 2 edited copies.").waitFor();
    await tour.page.getByRole("button", { name: "Move 1 image to the trash" }).click();
    await tour.page.getByText("1 image moved to the trash.").waitFor();
    assert.deepEqual((await names("edited")).sort(), ["0.jpg", "2.jpg", "grey 11.jpg", "grey 20.jpg"]);
    assert.ok(await tour.page.getByRole("button", { name: "Keep the best of each" }).isDisabled(), "nothing more is certain");

    await groupOf("2.jpg").getByRole("checkbox").check();
    await groupOf("2.jpg").getByRole("button", { name: /^Remove 1 image/ }).click();
    await tour.page.getByText("1 group", { exact: true }).waitFor();
    assert.deepEqual((await names("edited")).sort(), ["0.jpg", "2.jpg", "grey 11.jpg"]);
    assert.deepEqual(resolved.map(({ accept }) => accept), ["same_picture", "edited"]);
    await tour.close();
  });

  test("look-alikes are never ticked", async () => {
    await project("alike", [{ seed: 10 }, { seed: 10, width: 320, height: 240 }]);
    const tour = await visit(browser, server.origin);
    await tour.go("duplicates/alike");
    await tour.page.getByText("1 group", { exact: true }).waitFor();
    await tour.page.getByRole("combobox", { name: "Show" }).selectOption("14");
    await tour.page.getByRole("heading", { name: "Similar images" }).waitFor(); // distances say no more
    assert.equal(await tour.page.getByRole("checkbox", { checked: true }).count(), 0);
    assert.ok(await tour.page.getByRole("button", { name: "Keep the best of each" }).isDisabled());
    await tour.close();
  });

  test("the server's view tells how it is, and rebuilds the index", async () => {
    await project("figures", [{ seed: 12 }]);
    const tour = await visit(browser, server.origin);
    await tour.go("server");
    await tour.page.getByText("changes are shown as they happen").waitFor();
    await tour.page.getByRole("button", { name: "Rebuild the index" }).click();
    await tour.page.getByText(/The index was rebuilt with \d+ images?/).waitFor();
    const [again] = await draw(easel, [{ seed: 13 }]);
    await server.upload("figures", "again.jpg", again);
    await tour.page.getByText("An image was added or changed in figures").waitFor();
    await tour.close();
  });

  /** A picture mirrored, or under a filter of the canvas. */
  async function redrawn(picture, { mirrored = false, filter = "none" }) {
    const text = await easel.evaluate(async ([base64, mirrored, filter]) => {
      const bitmap = await createImageBitmap(await (await fetch(`data:image/jpeg;base64,${base64}`)).blob());
      const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
      const pen = canvas.getContext("2d");
      pen.filter = filter;
      if (mirrored) pen.scale(-1, 1);
      pen.drawImage(bitmap, mirrored ? -bitmap.width : 0, 0);
      const bytes = new Uint8Array(await (await canvas.convertToBlob({ type: "image/jpeg", quality: 0.9 })).arrayBuffer());
      return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
    }, [picture.toString("base64"), mirrored, filter]);
    return Buffer.from(text, "base64");
  }
});

async function until(happened) {
  for (let tries = 0; tries < 600; tries++) {
    if (await happened()) return;
    await new Promise((again) => setTimeout(again, 50));
  }
  assert.fail("it did not happen");
}
