// The page in a real browser: every view, in both themes, wide and narrow, with the server gone.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { launch, skip } from "./chromium.mjs";
import { asFile, draw } from "./page/pictures.mjs";
import { MortalServer } from "./page/server.mjs";
import { findings, visit } from "./page/visit.mjs";

if (skip) console.error(`\n${"!".repeat(100)}\n${skip}\n${"!".repeat(100)}\n`);

describe("the page in Chromium", { skip }, () => {
  let browser, server, pictures, first;

  before(async () => {
    server = await MortalServer.start();
    browser = await launch();
    const easel = await browser.newPage();
    pictures = await draw(easel, [
      { seed: 1 },
      { seed: 1, width: 320, height: 240 },
      { seed: 2 },
      { seed: 3 },
      { seed: 3, quality: 0.5 },
      { seed: 4, width: 480, height: 800 },
    ]);
    for (const [index, picture] of pictures.entries()) {
      const uploaded = await server.upload("holidays", `picture ${index}.jpg`, picture);
      first ??= uploaded;
    }
    await throwAway("thrown", pictures.slice(3, 5));
  });

  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  /** A project of which one image is in the trash. */
  async function throwAway(project, [kept, gone]) {
    const keep = await server.upload(project, "kept.jpg", kept);
    const remove = await server.upload(project, "gone.jpg", gone);
    const body = JSON.stringify({ keep: keep.image_id, remove: [remove.image_id] });
    const address = `${server.origin}/projects/${project}/duplicates/resolve`;
    const answer = await fetch(address, { method: "POST", headers: { "content-type": "application/json" }, body });
    assert.ok(answer.ok, await answer.text());
  }

  /** Every view with something in it, by name. */
  const views = {
    "upload, empty": (tour) => tour.go("upload"),
    "upload, with files": async (tour) => {
      await tour.go("upload/holidays");
      await tour.give([asFile("known.jpg", pictures[1]), asFile("broken.jpg", Buffer.from("\xff\xd8\xff broken"))]);
      await tour.settled();
      await tour.row("broken.jpg").getByText("Not stored").waitFor();
    },
    "upload, searched on this device": async (tour) => {
      await tour.go("upload/holidays");
      await tour.page.getByRole("checkbox", { name: /^Search on this device/ }).check();
      await tour.give([asFile("alike.jpg", pictures[1])]);
      await tour.row("alike.jpg").getByRole("link", { name: "Show the stored image that is like alike.jpg" }).waitFor();
    },
    projects: async (tour) => {
      await tour.go("gallery");
      await tour.page.getByRole("link", { name: "holidays" }).waitFor();
    },
    gallery: async (tour) => {
      await tour.go("gallery/holidays");
      await tour.page.getByRole("link", { name: "picture 3.jpg" }).waitFor();
    },
    details: async (tour) => {
      await tour.go(`gallery/holidays?image=${first.image_id}`);
      await tour.page.getByRole("img", { name: /^PDQ/ }).waitFor();
      await tour.page.getByRole("dialog").getByRole("link", { name: "picture 1.jpg" }).waitFor();
    },
    search: async (tour) => {
      await tour.go("search/holidays");
      await tour.give([asFile("asked.jpg", pictures[1])]);
      await tour.page.getByRole("button", { name: /^Compare with/ }).first().waitFor();
    },
    comparison: async (tour) => {
      await views.search(tour);
      await tour.page.getByRole("button", { name: "Compare with picture 0.jpg" }).click();
      await tour.page.getByRole("radio", { name: "Difference" }).check();
      await tour.page.getByRole("slider", { name: "Brightness of differences" }).waitFor();
    },
    duplicates: async (tour) => {
      await tour.go("duplicates/holidays");
      await tour.page.getByText("2 groups").waitFor();
    },
    "duplicates, compared": async (tour) => {
      await views.duplicates(tour);
      await tour.page.getByRole("button", { name: /compare picture 1.jpg/ }).click();
      await tour.page.getByRole("radio", { name: "Slider" }).check();
    },
    "duplicates, asked": async (tour) => {
      await views.duplicates(tour);
      await tour.page.getByRole("button", { name: "Keep the best of each" }).click();
      await tour.page.getByRole("dialog", { name: "Keep the best of each?" }).waitFor();
    },
    trash: async (tour) => {
      await tour.go("duplicates/thrown");
      await tour.page.getByText("1 image in the trash").click();
      await tour.page.getByRole("button", { name: "Empty the trash" }).click();
    },
    settings: async (tour) => {
      await tour.go("gallery/holidays");
      await tour.page.getByRole("link", { name: "Settings" }).click();
      await tour.page.getByRole("switch").waitFor();
    },
    server: async (tour) => {
      await tour.go("server");
      await tour.page.getByText("Running").waitFor();
    },
  };

  for (const colorScheme of ["light", "dark"]) {
    test(`every view can be read by everybody, ${colorScheme}`, async () => {
      const found = [];
      for (const [name, show] of Object.entries(views)) {
        const tour = await visit(browser, server.origin, { colorScheme });
        await show(tour);
        found.push(...(await findings(tour.page)).map((finding) => `${name}: ${finding}`));
        await tour.close();
      }
      assert.deepEqual(found, []);
    });
  }

  test("no view is wider than a phone, or than a window at 400 %", async () => {
    for (const [name, show] of Object.entries(views)) {
      const tour = await visit(browser, server.origin, { viewport: { width: 320, height: 640 }, hasTouch: true });
      await show(tour);
      const over = await tour.page.evaluate(() => {
        const most = (node) => node.scrollWidth - node.clientWidth;
        return Math.max(most(document.documentElement), ...Array.from(document.querySelectorAll("dialog"), most));
      });
      assert.ok(over <= 0, `${name} is ${over} pixels too wide`);
      await tour.close();
    }
  });

  test("the keyboard goes everywhere", async () => {
    const tour = await visit(browser, server.origin);
    await tour.page.keyboard.press("Tab");
    assert.equal(await tour.page.evaluate(() => document.activeElement.textContent), "Skip to content");
    await tour.go(`gallery/holidays?image=${first.image_id}`);
    await tour.page.getByRole("dialog", { name: "picture 0.jpg" }).waitFor();
    await tour.page.keyboard.press("ArrowRight");
    await tour.page.getByRole("dialog", { name: "picture 1.jpg" }).waitFor();
    await tour.page.keyboard.press("Escape");
    await tour.page.getByRole("dialog").waitFor({ state: "detached" });
    await tour.page.getByRole("link", { name: "Server" }).press("Enter");
    await tour.page.getByRole("heading", { name: "Server" }).waitFor();
    assert.equal(await tour.page.evaluate(() => document.activeElement.tagName), "MAIN");
    await tour.close();
  });

  test("the colours are the visitor's choice, and stay", async () => {
    const tour = await visit(browser, server.origin, { colorScheme: "light" });
    const ground = () => tour.page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
    const light = await ground();
    const dark = () => tour.page.waitForFunction((light) => getComputedStyle(document.documentElement).backgroundColor !== light, light);
    const button = tour.page.getByRole("button", { name: /^Colours/ });
    await button.click();
    assert.equal(await ground(), light);
    await button.click();
    await dark();
    await tour.page.reload();
    await button.waitFor();
    await dark();
    await tour.close();
  });

  test("what is written in names and addresses stays text", async () => {
    const name = "<img src=x onerror=alert(1)> & “it”.jpg";
    await server.upload(encodeURIComponent("a <b>& c?#%"), name, pictures[3]);
    const tour = await visit(browser, server.origin);
    await tour.go(`gallery/${encodeURIComponent("a <b>& c?#%")}`);
    await tour.page.getByRole("heading", { name: "a <b>& c?#%" }).waitFor();
    await tour.page.getByRole("link", { name }).waitFor();
    await tour.go("gallery/%E0%A4%A");
    await tour.go("nowhere/at?all=1");
    await tour.close();
  });

  test("the page opens with the server gone, and looks at pictures", async () => {
    const tour = await visit(browser, server.origin);
    await tour.page.evaluate(async () => (await navigator.serviceWorker.ready).active);
    await tour.page.waitForFunction(async () => {
      const names = await caches.keys();
      return names.length === 1 && (await (await caches.open(names[0])).keys()).length > 4;
    });
    await server.kill();
    await tour.page.goto(`${server.origin}/`);
    await tour.page.getByText("The server cannot be reached").first().waitFor();
    await tour.give([asFile("asked.jpg", pictures[0])]);
    await tour.row("asked.jpg").getByText(/Trying again/).waitFor();
    await tour.row("asked.jpg").getByText(/640 × 480/).waitFor();
    assert.equal(await tour.row("asked.jpg").getByText("New", { exact: true }).count(), 0, "nobody has said so");
    await server.revive();
    await tour.row("asked.jpg").getByText(/Exact copy|New/).waitFor({ timeout: 40_000 });
    await tour.close();
  });
});
