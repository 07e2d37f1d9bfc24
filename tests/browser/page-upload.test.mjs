// Upload in a real browser: verdicts before anything is sent, nothing lost, no file stops another.

import assert from "node:assert/strict";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { skip } from "./chromium.mjs";
import { deepPng } from "./library/pictures.mjs";
import { asFile, bad, draw } from "./page/pictures.mjs";
import { closeStage, openStage } from "./page/stage.mjs";
import { visit } from "./page/visit.mjs";
import { layWire } from "./wire.mjs";

describe("upload in Chromium", { skip }, () => {
  let browser, server, easel, scratch;

  before(async () => {
    scratch = await mkdtemp(join(tmpdir(), "vismatch-files-"));
    ({ browser, server, easel } = await openStage());
  });

  after(async () => {
    await closeStage({ browser, server });
    await rm(scratch, { recursive: true, force: true });
  });

  const scenes = async (seeds, more = {}) => draw(easel, seeds.map((seed) => ({ seed, ...more })));
  const numbered = (from, count) => Array.from({ length: count }, (_, index) => from + index);

  test("every file gets its verdict, and what is decided is done", async () => {
    const [kept, other, fresh] = await scenes([1, 2, 3]);
    await server.upload("verdicts", "kept.jpg", kept);
    const stored = await server.upload("verdicts", "other.jpg", other);
    const [smaller] = await scenes([2], { width: 320, height: 240, quality: 0.8 });
    const tour = await visit(browser, server.origin);
    await tour.go("upload/verdicts");
    const fetched = [];
    tour.page.on("request", (request) => fetched.push(new URL(request.url()).searchParams.get("size")));
    await tour.give([asFile("copy.jpg", kept), asFile("smaller.jpg", smaller), asFile("fresh.jpg", fresh), asFile("again.jpg", fresh)]);
    await tour.settled();
    await tour.row("copy.jpg").getByText("Exact copy").waitFor();
    await tour.row("smaller.jpg").getByText("Same picture").waitFor();
    await tour.row("smaller.jpg").getByAltText("Stored: other.jpg").waitFor();
    await tour.row("fresh.jpg").getByText("New", { exact: true }).waitFor();
    await tour.row("again.jpg").getByText("Twice in this list").waitFor();
    assert.equal((await server.json("/projects/verdicts/images")).length, 2, "nothing was sent");
    assert.deepEqual([...new Set(fetched.filter(Boolean))], ["thumb"], "a thumbnail is enough to decide");

    await tour.page.getByRole("button", { name: "Upload 1 new picture" }).click();
    await tour.row("copy.jpg").getByRole("button", { name: "Upload anyway" }).click();
    await tour.row("again.jpg").getByRole("button", { name: "Skip" }).click();
    await tour.row("smaller.jpg").getByRole("button", { name: "Replace" }).click();
    await tour.row("smaller.jpg").getByText("Stored in place of “other.jpg”").waitFor();
    await tour.settled();
    const ids = (await server.json("/projects/verdicts/images")).map(({ image_id }) => image_id);
    assert.equal(ids.length, 4);
    assert.ok(!ids.includes(stored.image_id));

    await tour.row("smaller.jpg").getByRole("button", { name: "Restore the replaced one" }).click();
    await tour.page.getByText("“other.jpg” is restored.").waitFor();
    assert.equal((await server.json("/projects/verdicts/images")).length, 5);
    await tour.close();
  });

  test("checking twenty pictures sends no picture", async () => {
    const pictures = await scenes(numbered(100, 20), { width: 1200, height: 900 });
    const wire = await layWire(server.origin);
    const tour = await visit(browser, wire.origin);
    await tour.go("upload/verdicts");
    await tour.page.waitForLoadState("networkidle").catch(() => {}); // events never end
    const requests = [];
    tour.page.context().on("request", (request) => requests.push(request));
    const before = wire.sent();
    await tour.give(pictures.map((picture, index) => asFile(`${index}.jpg`, picture)));
    await tour.settled();
    const sent = wire.sent() - before;

    const checks = requests.filter((request) => new URL(request.url()).pathname.endsWith("/check"));
    assert.equal(checks.length, 20);
    const posted = requests.filter((request) => request.method() !== "GET" && !checks.includes(request));
    assert.deepEqual(posted.map((request) => request.url()), []);
    for (const body of checks.map((request) => request.postDataBuffer())) {
      assert.ok(body.length < 1000, `${body.length} bytes`);
      for (const picture of pictures) assert.ok(!body.includes(picture.subarray(600, 632)));
    }
    const held = pictures.reduce((sum, picture) => sum + picture.length, 0);
    console.log(`    20 pictures of ${held} bytes checked with ${sent} bytes sent, headers and thumbnails' requests included`);
    assert.ok(sent < 60_000, `${sent} bytes went out`);
    await tour.close();
    wire.close();
  });

  test("with the switch on, nobody is asked at all", async () => {
    const stored = await scenes([130, 131]);
    for (const [index, picture] of stored.entries()) await server.upload("offline", `${index}.jpg`, picture);
    const [smaller, fresh] = [...(await scenes([131], { width: 320, height: 240 })), ...(await scenes([132]))];
    const tour = await visit(browser, server.origin);
    await tour.go("upload/offline");
    await tour.page.getByRole("checkbox", { name: /^Search on this device/ }).check();
    const requests = [];
    tour.page.context().on("request", (request) => requests.push(new URL(request.url())));
    await tour.give([asFile("smaller.jpg", smaller), asFile("fresh.jpg", fresh)]);
    await tour.settled();
    await tour.row("smaller.jpg").getByText("Similar").waitFor();
    await tour.row("smaller.jpg").getByText(/^pHash differs in \d+ of 64 bits/).waitFor();
    await tour.row("fresh.jpg").getByText("New", { exact: true }).waitFor();
    // What is merely similar is not known: it is uploaded unless the visitor decides otherwise.
    await tour.page.getByRole("button", { name: "Upload 1 new picture and 1 similar" }).waitFor();
    assert.equal(await tour.page.getByRole("button", { name: /already stored/ }).count(), 0);
    const asked = requests.filter(({ pathname }) => pathname.startsWith("/projects/"));
    assert.deepEqual(asked.map(({ pathname, search }) => pathname + search), ["/projects/offline/bank?algorithm=phash"]);

    // Decisions work as ever, and what is stored meanwhile is found.
    await tour.row("smaller.jpg").getByRole("button", { name: "Replace" }).click();
    await tour.row("smaller.jpg").getByText("Stored in place of").waitFor();
    await tour.page.reload();
    assert.ok(await tour.page.getByRole("checkbox", { name: /^Search on this device/ }).isChecked(), "the switch is remembered");
    await tour.close();
  });

  test("with the switch for sketches on, a cropped copy is known before it is sent", async () => {
    const [whole] = await scenes([140], { width: 900, height: 700 });
    await server.upload("sketched", "whole.jpg", whole);
    const cropped = await crop(whole, 0.1);
    const tour = await visit(browser, server.origin);
    const sketches = [];
    tour.page.on("request", (request) => {
      if (request.url().endsWith("/check")) sketches.push(Buffer.from(JSON.parse(request.postData()).sketch ?? "", "base64"));
    });
    await tour.go("upload/sketched");
    const box = tour.page.getByRole("checkbox", { name: /^Also send a sketch/ });
    assert.equal(await box.isChecked(), false, "nothing like a picture is sent unasked");
    await tour.give([asFile("cropped.jpg", cropped)]);
    await tour.settled();
    await tour.row("cropped.jpg").getByText("New", { exact: true }).waitFor();
    assert.deepEqual(sketches.map(({ length }) => length), [0]);

    await box.check(); // what waits for a decision is asked about once more
    await tour.row("cropped.jpg").getByText("Edited copy", { exact: true }).waitFor();
    await tour.row("cropped.jpg").getByText(/^Edited copy of “whole.jpg”/).waitFor();
    await tour.row("cropped.jpg").getByAltText("Stored: whole.jpg").waitFor();
    assert.equal(sketches.length, 2);
    assert.ok(sketches[1].length > 1_000 && sketches[1].length <= 10_000, `a sketch of ${sketches[1].length} bytes`);
    // Edited copies wait for a decision of their own: neither uploaded nor skipped in bulk.
    assert.equal(await tour.page.getByRole("button", { name: /^Skip 1/ }).count(), 0);
    await tour.page.getByRole("checkbox", { name: "Also skip edited copies" }).check();
    await tour.page.getByRole("button", { name: "Skip 1 edited copy" }).waitFor();
    await tour.page.getByRole("checkbox", { name: "Also skip edited copies" }).uncheck();
    assert.equal((await server.json("/projects/sketched/images")).length, 1, "nothing was stored");
    await tour.page.reload();
    assert.ok(await box.isChecked(), "the switch is remembered");
    await tour.page.getByRole("checkbox", { name: /^Search on this device/ }).check();
    assert.ok(await box.isDisabled(), "nobody who is asked, nobody who is sent a sketch");
    await tour.close();
  });

  /** A picture without a share of it on each side. */
  async function crop(picture, share) {
    const text = await easel.evaluate(async ([base64, share]) => {
      const bitmap = await createImageBitmap(await (await fetch(`data:image/jpeg;base64,${base64}`)).blob());
      const [across, down] = [bitmap.width * share, bitmap.height * share];
      const canvas = new OffscreenCanvas(bitmap.width - 2 * across, bitmap.height - 2 * down);
      canvas.getContext("2d").drawImage(bitmap, -across, -down);
      const bytes = new Uint8Array(await (await canvas.convertToBlob({ type: "image/jpeg", quality: 0.9 })).arrayBuffer());
      return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
    }, [picture.toString("base64"), share]);
    return Buffer.from(text, "base64");
  }

  test("broken files are named with the reason, and stop nothing", { skip: bad ? false : "no ../shared/data/bad" }, async () => {
    const names = (await readdir(bad)).filter((name) => name !== "MANIFEST.json");
    const tour = await visit(browser, server.origin);
    await tour.go("upload/broken");
    const [sound] = await scenes([50]);
    const last = join(scratch, "sound.jpg");
    await writeFile(last, sound);
    await tour.give([...names.map((name) => join(bad, name)), last]);
    await tour.settled(150_000);
    const summary = await tour.page.locator(".bar [role=status]").textContent();
    console.log(`    ${summary}`);
    assert.match(summary, new RegExp(`^${names.length + 1} files`));
    await tour.page.evaluate(() => window.scrollTo(0, document.body.scrollHeight));
    await tour.row("sound.jpg").getByText("New", { exact: true }).waitFor();
    // Every row that is refused says why, all the way up the list.
    const reasons = new Map();
    for (let at = 0; at < (names.length + 1) * 112; at += 700) {
      await tour.page.evaluate((at) => window.scrollTo(0, at), at);
      await tour.page.waitForTimeout(60);
      for (const [name, said] of await tour.page.locator("article:has(.tag.bad)").evaluateAll((rows) =>
        rows.map((row) => [row.ariaLabel, row.querySelector(".said").textContent]),
      )) reasons.set(name, said);
    }
    const refused = Number(/(\d+) not stored/.exec(summary)[1]);
    assert.ok(refused > 50, summary);
    assert.equal(reasons.size, refused);
    for (const [name, said] of reasons) assert.ok(said.length > 10 && !/undefined|\[object|unreachable|RuntimeError/.test(said), `${name}: ${said}`);
    await tour.close();
  });

  test("a picture that takes more memory than there is says so, and the others go on", async () => {
    const [deep, sound] = [join(scratch, "deep.png"), join(scratch, "beside.jpg")];
    await writeFile(deep, deepPng(10_000, 10_000));
    await writeFile(sound, (await scenes([60]))[0]);
    const tour = await visit(browser, server.origin);
    await tour.go("upload/deep");
    await tour.give([deep, sound]);
    await tour.row("deep.png").getByText("the picture is too large: it takes more memory than there is").waitFor();
    await tour.row("beside.jpg").getByText("New", { exact: true }).waitFor();
    await tour.give([asFile("after.jpg", (await scenes([61]))[0])]);
    await tour.row("after.jpg").getByText("New", { exact: true }).waitFor();
    await tour.close();
  });

  test("a server that is killed in the middle and comes back has everything", async () => {
    const pictures = await scenes(numbered(200, 12), { width: 1600, height: 1200, quality: 0.95 });
    const tour = await visit(browser, server.origin);
    await tour.go("upload/mortal");
    await tour.give(pictures.map((picture, index) => asFile(`${index}.jpg`, picture)));
    await tour.settled();
    await tour.page.getByRole("button", { name: "Upload 12 new pictures" }).click();
    await tour.page.getByText("Stored.").first().waitFor();
    await server.kill();
    await tour.page.getByText(/Trying again in/).first().waitFor();
    await tour.page.getByText("Nothing is lost").waitFor();
    assert.match(await tour.page.locator(".bar [role=status]").textContent(), /^12 files/);
    await server.revive();
    await tour.settled(90_000);
    assert.match(await tour.page.locator(".bar [role=status]").textContent(), /12 stored/);
    const images = await server.json("/projects/mortal/images");
    assert.deepEqual(images.map(({ name }) => name).sort(), pictures.map((_, index) => `${index}.jpg`).sort());
    await tour.close();
  });

  test("sixty dropped pictures are cancelled without a verdict, begun again, and uploaded by keys alone", async () => {
    const pictures = await scenes(numbered(300, 60), { width: 320, height: 240 });
    const tour = await visit(browser, server.origin);
    await tour.go("upload/dropped");
    // An answer that does not come: all are looked at, none is known to be new.
    await tour.page.route("**/check", () => {});
    await drop(tour.page, pictures);
    await tour.row("7.jpg").getByText("Asking the server").waitFor();
    await tour.page.getByRole("button", { name: "Cancel" }).first().click();
    const said = () => tour.page.locator(".bar [role=status]").textContent();
    assert.equal((await said()).trim(), "60 files 60 skipped");
    assert.equal(await tour.page.getByRole("article").getByText("New", { exact: true }).count(), 0);
    assert.ok(await tour.page.getByRole("button", { name: "Upload new pictures" }).isDisabled(), "nothing is called new");
    await tour.page.unroute("**/check");

    await press(tour.page, "Try again with 60");
    await tour.settled();
    assert.match(await said(), /60 new/);
    await press(tour.page, "Upload 60 new pictures");
    await tour.settled(120_000);
    assert.match(await said(), /60 stored/);
    assert.equal((await server.json("/projects/dropped")).images, 60);
    await tour.close();
  });

  test("pictures are pasted, or chosen by keys alone", async () => {
    const [pasted, chosen] = await scenes([410, 411]);
    const tour = await visit(browser, server.origin);
    await tour.go("upload/pasted");
    const transfer = await transferOf(tour.page, [pasted]);
    await transfer.evaluate((clipboardData) => {
      document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
    });
    await tour.row("0.jpg").getByText("New", { exact: true }).waitFor();
    const [dialog] = await Promise.all([tour.page.waitForEvent("filechooser"), press(tour.page, "Choose files")]);
    await dialog.setFiles([asFile("chosen.jpg", chosen)]);
    await tour.row("chosen.jpg").getByText("New", { exact: true }).waitFor();
    await tour.close();
  });

  test("another project chosen while it is asked about is asked instead", async () => {
    const [picture] = await scenes([400]);
    await server.upload("left", "there.jpg", picture);
    const tour = await visit(browser, server.origin);
    await tour.go("upload/left");
    let answer;
    const asked = new Promise((resolve) => {
      void tour.page.route("**/projects/left/check", (route) => {
        answer = () => route.continue();
        resolve();
      });
    });
    await tour.give([asFile("picture.jpg", picture)]);
    await asked;
    await tour.go("upload/chosen");
    await answer();
    await tour.row("picture.jpg").getByText("New", { exact: true }).waitFor();
    await tour.close();
  });

  /** Drops pictures onto the page, as a file manager does. */
  async function drop(page, pictures) {
    const dataTransfer = await transferOf(page, pictures);
    for (const type of ["dragenter", "dragover", "drop"]) await page.dispatchEvent("main", type, { dataTransfer });
  }

  /** What a drop or a paste of pictures hands over. */
  function transferOf(page, pictures) {
    return page.evaluateHandle((texts) => {
      const transfer = new DataTransfer();
      texts.forEach((text, index) => {
        const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
        transfer.items.add(new File([bytes], `${index}.jpg`, { type: "image/jpeg" }));
      });
      return transfer;
    }, pictures.map((picture) => picture.toString("base64")));
  }

  /** Goes to a button by the tabulator key, and presses it. */
  async function press(page, name) {
    await page.evaluate(() => document.activeElement?.blur());
    for (let steps = 0; steps < 60; steps++) {
      await page.keyboard.press("Tab");
      if ((await page.evaluate(() => document.activeElement.textContent.trim())) === name) return page.keyboard.press("Enter");
    }
    assert.fail(`no key leads to “${name}”`);
  }

  test("five hundred files in one drop stay smooth", async () => {
    const files = numbered(1, 500).map((number) => join(scratch, `${number}.ppm`));
    await Promise.all(files.map((file, index) => writeFile(file, ppm(index + 1))));
    const tour = await visit(browser, server.origin);
    await tour.go("upload/many");
    await tour.page.evaluate(() => {
      globalThis.longest = 0;
      new PerformanceObserver((list) => {
        for (const { duration } of list.getEntries()) globalThis.longest = Math.max(globalThis.longest, duration);
      }).observe({ type: "longtask" });
    });
    const begin = Date.now();
    await tour.give(files);
    await tour.page.getByText("500 files").waitFor();
    assert.ok((await tour.page.getByRole("article").count()) < 40, "only rows near the window are there");
    await tour.page.evaluate(() => window.scrollTo(0, 20_000));
    await tour.settled(120_000);
    const longest = await tour.page.evaluate(() => globalThis.longest);
    console.log(`    500 files looked at in ${Date.now() - begin} ms; the longest task of the page took ${Math.round(longest)} ms`);
    assert.ok(longest < 500, `${longest} ms`);
    await tour.close();
  });
});

/** A small picture of waves, another one for every number. */
function ppm(number) {
  const [width, height] = [64, 48];
  const pixels = Buffer.alloc(width * height * 3);
  for (let at = 0; at < width * height; at++) {
    const [x, y] = [at % width, Math.floor(at / width)];
    const light = Math.sin((x * (1 + (number % 9))) / 9 + number) + Math.cos((y * (1 + (number % 7))) / 8 - number / 3);
    pixels.fill(Math.round(127 + 60 * light), at * 3, at * 3 + 3);
  }
  return Buffer.concat([Buffer.from(`P6 ${width} ${height} 255\n`), pixels]);
}
