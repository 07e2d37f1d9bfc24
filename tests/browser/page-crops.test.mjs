// The switch of a project by which strong crops are found, in a real browser: by keys alone, with progress, and what it changes.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { skip } from "./chromium.mjs";
import { draw } from "./page/pictures.mjs";
import { closeStage, openStage } from "./page/stage.mjs";
import { visit } from "./page/visit.mjs";

describe("strong crops in Chromium", { skip }, () => {
  let browser, server, easel;

  before(async () => {
    ({ browser, server, easel } = await openStage());
  });

  after(async () => {
    await closeStage({ browser, server });
  });

  /** Two scenes with as much in them as photos have, and 70 % of the width and height of the first, out of a corner. */
  async function project(name) {
    const scenes = await draw(easel, [{ seed: 61, shapes: 120 }, { seed: 62, shapes: 120 }]);
    await server.upload(name, "whole.jpg", scenes[0]);
    await server.upload(name, "other.jpg", scenes[1]);
    await server.upload(name, "crop.jpg", await corner(scenes[0], 0.7));
  }

  async function corner(picture, share) {
    const text = await easel.evaluate(async ([base64, share]) => {
      const bitmap = await createImageBitmap(await (await fetch(`data:image/jpeg;base64,${base64}`)).blob());
      const canvas = new OffscreenCanvas(bitmap.width * share, bitmap.height * share);
      canvas.getContext("2d").drawImage(bitmap, -10, -6);
      const bytes = new Uint8Array(await (await canvas.convertToBlob({ type: "image/jpeg", quality: 0.9 })).arrayBuffer());
      return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
    }, [picture.toString("base64"), share]);
    return Buffer.from(text, "base64");
  }

  const findsCrops = async (name) => (await server.json(`/projects/${name}`)).finds_crops;

  test("it is turned on by keys, tells how far it has come, and is turned off again", async () => {
    await project("cut");
    const tour = await visit(browser, server.origin);
    const { page } = tour;
    await holdImageEvents(page);
    await tour.go("duplicates/cut");
    await page.getByRole("heading", { name: "No duplicates" }).waitFor();
    await page.getByText("are not searched for in this project").waitFor();
    await page.getByRole("link", { name: "settings", exact: true }).press("Enter");
    const dialog = page.getByRole("dialog", { name: "Settings of “cut”" });
    const box = dialog.getByRole("switch", { name: /^Find strong crops/ });
    assert.equal(await box.isChecked(), false, "it is off unless somebody turns it on");

    await page.evaluate(() => (globalThis.isHeld = true));
    await page.keyboard.press("Tab");
    assert.ok(await box.evaluate((node) => node === document.activeElement), "the switch is the next after Close");
    await page.keyboard.press("Space");
    await dialog.getByText("Computing local features: 0 of 3 images.").waitFor();
    assert.equal(await findsCrops("cut"), true);
    assert.ok(await box.evaluate((node) => node === document.activeElement), "the keyboard stays where it was");
    for (const made of [1, 2]) {
      await releaseOne(page);
      await dialog.getByText(`Computing local features: ${made} of 3 images.`).waitFor();
      assert.equal(await dialog.getByRole("progressbar").getAttribute("value"), String(made));
    }
    await releaseOne(page);
    await dialog.getByText("Crops of all 3 images are found now.").waitFor();

    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    await tour.go("duplicates/cut");
    const group = page.getByRole("region", { name: "Group of whole.jpg" });
    await group.getByText("Edited copy", { exact: true }).waitFor();
    await group.getByText("crop.jpg", { exact: true }).waitFor();
    assert.equal(await group.getByRole("checkbox", { checked: true }).count(), 0);
    assert.equal(await page.getByText("are not searched for in this project").count(), 0);

    await page.goto("about:blank");
    await tour.go("gallery/cut?settings=open");
    assert.equal(await box.isChecked(), true, "it is the project's setting, not the page's");
    await box.press("Space");
    await page.waitForFunction(async () => !(await (await fetch("/projects/cut")).json()).finds_crops);
    await page.keyboard.press("Escape");
    await tour.go("duplicates/cut");
    await page.getByRole("heading", { name: "No duplicates" }).waitFor();
    await tour.close();
  });

  test("a switch that the server refuses is as it was", async () => {
    await project("refused");
    const tour = await visit(browser, server.origin);
    await tour.go("gallery/refused?settings=open");
    const box = tour.page.getByRole("switch");
    await tour.page.route("**/projects/refused", (route) => (route.request().method() === "PATCH" ? route.abort() : route.continue()));
    await box.press("Space");
    await tour.page.getByText("The setting was not changed: The server cannot be reached.").waitFor();
    assert.equal(await box.isChecked(), false);
    assert.equal(await findsCrops("refused"), false);
    assert.equal(await tour.page.getByText("Computing local features").count(), 0);
    await tour.close();
  });
});

/** What the server tells of images is kept back while `isHeld` is set. */
async function holdImageEvents(page) {
  await page.addInitScript(() => {
    const listen = EventTarget.prototype.addEventListener;
    globalThis.held = [];
    EventSource.prototype.addEventListener = function (name, listener) {
      const later = (event) => (globalThis.isHeld ? globalThis.held.push(() => listener(event)) : listener(event));
      listen.call(this, name, name === "image" ? later : listener);
    };
  });
  await page.reload();
}

/** Hands on the next word about an image. */
async function releaseOne(page) {
  await page.waitForFunction(() => globalThis.held.length > 0);
  await page.evaluate(() => globalThis.held.shift()());
}
