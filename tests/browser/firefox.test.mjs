// What another engine could do otherwise: the library's bits, errors and ends of memory, and the way of a picture
// through the page. The rest is tested in Chromium alone.

import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { launch, skip } from "./firefox.mjs";
import {
  everyGoldenPictureHasTheFrozenBits, folders, hostileFilesGiveCodedErrors, nothingBreaksThePolicy, open, skipHostile,
  tooLittleMemoryIsSaid,
} from "./library/everywhere.mjs";
import { asFile, draw } from "./page/pictures.mjs";
import { visit } from "./page/visit.mjs";
import { startServer } from "./server.mjs";
import { serve } from "./site.mjs";

if (skip) console.error(`\n${"!".repeat(100)}\n${skip}\n${"!".repeat(100)}\n`);

describe("the library in Firefox", { skip }, () => {
  let browser, site, scratch, page;

  before(async () => {
    scratch = await mkdtemp(join(tmpdir(), "vismatch-pictures-"));
    site = await serve(folders(scratch));
    browser = await launch();
    page = await open(browser, site.origin);
  });

  after(async () => {
    await browser?.close();
    await site?.close();
    await rm(scratch, { recursive: true, force: true });
  });

  test("every golden picture has the frozen bits", () => everyGoldenPictureHasTheFrozenBits(page));

  test("hostile files give coded errors, the bits of the server, and leave the pool working", { skip: skipHostile }, () =>
    hostileFilesGiveCodedErrors(page));

  test("a picture that takes more memory than a worker has says so, and the worker is replaced", () =>
    tooLittleMemoryIsSaid(page, scratch));

  test("nothing breaks the content security policy", () => nothingBreaksThePolicy(page));
});

describe("the page in Firefox", { skip }, () => {
  let browser, server;

  before(async () => {
    server = await startServer();
    browser = await launch();
  });

  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  test("a picture is known before it is sent, and seen in another window once it is stored", async () => {
    const scene = { seed: 1 };
    const easel = await browser.newPage();
    const [first, smaller, second] = await draw(easel, [scene, { ...scene, width: 320, height: 240 }, { seed: 2 }]);
    await easel.close();

    const one = await visit(browser, server.origin);
    await one.go("upload/seen");
    await one.give([asFile("first.jpg", first)]);
    await one.row("first.jpg").getByText("New", { exact: true }).waitFor();
    await one.page.getByRole("button", { name: "Upload 1 new picture" }).click();
    await one.row("first.jpg").getByText("Stored.").waitFor();
    await one.go("gallery/seen");
    await shown(one.page, "first.jpg");

    const other = await visit(browser, server.origin);
    await other.go("upload/seen");
    await other.give([asFile("copy.jpg", first), asFile("smaller.jpg", smaller), asFile("second.jpg", second)]);
    await other.row("copy.jpg").getByText("Exact copy").waitFor();
    await other.row("smaller.jpg").getByText("Same picture").waitFor();
    await other.row("second.jpg").getByText("New", { exact: true }).waitFor();
    assert.deepEqual(await stored(), ["first.jpg"], "nothing was sent");

    await other.page.getByRole("button", { name: "Upload 1 new picture" }).click();
    await shown(one.page, "second.jpg");
    assert.deepEqual(await stored(), ["first.jpg", "second.jpg"]);
    await one.close();
    await other.close();
  });

  const stored = async () => {
    const images = await (await fetch(`${server.origin}/projects/seen/images`)).json();
    return images.map(({ name }) => name).sort();
  };

  /** Waits until a gallery shows a picture; fails where it has no pixels. */
  const shown = (page, name) => page.getByRole("link", { name }).locator("img").evaluate((image) => image.decode());
});
