// Who may call from a page, by what real browsers send: pages of other sites, names that were made to lead here, and the
// server's own page by all the ways that people reach it.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, describe, test } from "node:test";
import * as chromium from "./chromium.mjs";
import * as firefox from "./firefox.mjs";
import { asFile, draw } from "./page/pictures.mjs";
import { visit } from "./page/visit.mjs";
import { layProxy } from "./proxy.mjs";
import { startServer } from "./server.mjs";

/** Names that lead to this machine, as rebound ones do, but are none of its own. */
const NAMES = ["evil.test", "rebound.test", "pictures.test"];

const BROWSERS = {
  Chromium: {
    skip: chromium.skip,
    launch: () => chromium.launch({ args: [`--host-resolver-rules=${NAMES.map((name) => `MAP ${name} 127.0.0.1`).join(",")}`] }),
  },
  Firefox: {
    skip: firefox.skip,
    launch: () => firefox.launch({ firefoxUserPrefs: { "network.dns.localDomains": NAMES.join(",") } }),
  },
};

for (const [name, { skip, launch }] of Object.entries(BROWSERS)) {
  if (skip) console.error(`\n${"!".repeat(100)}\n${skip}\n${"!".repeat(100)}\n`);
  describe(`who may call from a page, in ${name}`, { skip }, () => callers(launch));
}

function callers(launch) {
  let browser, server, open, site, picture;

  before(async () => {
    browser = await launch();
    const easel = await browser.newPage();
    [picture] = await draw(easel, [{ seed: 1 }]);
    server = await startServer(["--listen", "[::1]:0", "--host", "pictures.test"]);
    open = await startServer(["--dev"]);
    site = await emptySite();
  });

  after(async () => {
    await browser?.close();
    await site?.close();
    await open?.stop();
    await server?.stop();
  });

  /** What is in the project `p` of a server, asked by no browser. */
  async function stored({ origin }) {
    const answer = await fetch(`${origin}/projects/p/images`);
    return answer.ok ? (await answer.json()).map((image) => image.name).sort() : [];
  }

  async function seed({ origin }) {
    await fetch(`${origin}/projects/p`, { method: "DELETE" });
    const form = new FormData();
    form.append("file", new Blob([picture]), "a.jpg");
    assert.ok((await fetch(`${origin}/projects/p/images`, { method: "POST", body: form })).ok);
  }

  /** A page of a site that has nothing to do with the server. */
  async function pageOf(origin) {
    const page = await browser.newPage();
    await page.goto(origin);
    return page;
  }

  /** What such a page achieves against a server: what it could read, and what is stored afterwards. */
  async function attack(target, from) {
    await seed(target);
    const page = await pageOf(from);
    const read = await page.evaluate(readAll, target.origin);
    await page.evaluate(uploadByForm, { origin: target.origin, bytes: [...picture] });
    const uploaded = await stored(target);
    await page.evaluate(deleteAll, target.origin);
    await page.close();
    return { read, uploaded, left: await stored(target) };
  }

  test("a page of another site reads, uploads and deletes nothing", async () => {
    const evil = `http://evil.test:${site.port}/`;
    // The attack is real: a server that lets pages of any origin in falls to it.
    assert.deepEqual(await attack(open, evil), {
      read: { list: true, preflighted: true, token: true, pixels: true, shown: true },
      uploaded: ["a.jpg", "form.jpg", "quiet.jpg"],
      left: [],
    });
    assert.deepEqual(await attack(server, evil), {
      read: { list: false, preflighted: false, token: false, pixels: false, shown: false },
      uploaded: ["a.jpg"],
      left: ["a.jpg"],
    });
  });

  test("a page of this machine may do all of it", async () => {
    const { read, left } = await attack(server, `http://localhost:${site.port}/`);
    assert.deepEqual(read, { list: true, preflighted: true, token: true, pixels: true, shown: true });
    assert.deepEqual(left, []);
  });

  test("a name that was made to lead here is not answered", async () => {
    const page = await browser.newPage();
    const { port } = new URL(server.origin);
    for (const path of ["/", "/projects", "/docs"]) {
      const answer = await page.goto(`http://rebound.test:${port}${path}`);
      assert.equal(answer.status(), 421, path);
    }
    await page.close();
  });

  /** Uploads by the page and deletes by it: the way of every change. */
  async function isWell(address) {
    await fetch(`${server.origin}/projects/p`, { method: "DELETE" });
    const tour = await visit(browser, address);
    await tour.page.getByText("The server cannot be reached").waitFor({ state: "detached" });
    await tour.go("upload/p");
    await tour.give([asFile("mine.jpg", picture)]);
    await tour.row("mine.jpg").getByText(/New|Stored/).first().waitFor();
    const upload = tour.page.getByRole("button", { name: /^Upload/ });
    if (await upload.count()) await upload.first().click();
    await tour.row("mine.jpg").getByText("Stored").first().waitFor();
    assert.deepEqual(await stored(server), ["mine.jpg"]);
    await tour.go("gallery/p");
    const image = tour.page.getByRole("img", { name: "mine.jpg" });
    await image.waitFor();
    assert.ok(await image.evaluate(async (shown) => (await shown.decode(), shown.naturalWidth > 0)), "the picture is shown");
    await tour.go("server");
    await tour.page.getByText("changes are shown as they happen").waitFor();
    await tour.close();
    const page = await browser.newPage();
    await page.goto(`${address}/docs`);
    await page.getByText("Have I seen this picture?").first().waitFor();
    const served = await page.evaluate(async (address) => {
      const { servers } = await (await fetch(`${address}/openapi.json`)).json();
      return servers[0].url;
    }, address);
    assert.equal(new URL(served, address).pathname, `${new URL(address).pathname}/`.replace("//", "/"));
    await page.goto(`${address}/redoc`);
    await page.getByText("Have I seen this picture?").first().waitFor();
    await page.close();
  }

  test("the page works by every name that is the server's own", async () => {
    const { port } = new URL(server.origin);
    await isWell(server.origin);
    await isWell(`http://localhost:${port}`);
    await isWell(server.origins[1]);
    await isWell(`http://pictures.test:${port}`);
  });

  test("the page works behind proxies, at the root and below a path", async () => {
    const ways = [{}, { passHost: true }, { prefix: "/my/pictures" }, { prefix: "/pictures", passHost: true }];
    for (const way of ways) {
      const proxy = await layProxy(server.origin, way);
      await isWell(`http://pictures.test:${proxy.port}${way.prefix ?? ""}`);
      await proxy.close();
    }
  });

  test("the page opens below a path with the server gone", async () => {
    const proxy = await layProxy(server.origin, { prefix: "/pictures" });
    // A name of this machine: others have no service worker without TLS.
    const address = `http://localhost:${proxy.port}/pictures`;
    const tour = await visit(browser, address);
    await tour.page.evaluate(async () => (await navigator.serviceWorker.ready).active);
    await tour.page.waitForFunction(async () => {
      const names = await caches.keys();
      return names.length === 1 && (await (await caches.open(names[0])).keys()).length > 4;
    });
    await proxy.close();
    await tour.page.goto(`${address}/`);
    await tour.page.getByText("The server cannot be reached").first().waitFor();
    await tour.close();
  });
}

/** `{ port, close }` of a site of one empty page, which may do whatever pages can. */
async function emptySite() {
  const server = createServer((_, answer) => answer.writeHead(200, { "content-type": "text/html" }).end("<!doctype html><title>A site</title>"));
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  return {
    port: server.address().port,
    close: () => new Promise((closed) => server.close(closed) && server.closeAllConnections()),
  };
}

/** In a page: what of a server can be read from here, by all that pages have. */
async function readAll(origin) {
  const readable = (url, init) => fetch(url, init).then(async (answer) => answer.ok && (await answer.text()).length > 0, () => false);
  const list = `${origin}/projects/p/images`;
  const cover = `${origin}/projects/p/thumbnail`;
  const shown = (crossOrigin) => new Promise((resolve) => {
    const image = new Image();
    image.crossOrigin = crossOrigin;
    image.onload = () => resolve(image.naturalWidth > 0);
    image.onerror = () => resolve(false);
    image.src = `${cover}?as=${crossOrigin}`;
  });
  return {
    list: await readable(list),
    preflighted: await readable(list, { headers: { "x-anything": "1" } }),
    token: await readable(list, { headers: { authorization: "Bearer made-up", "x-api-key": "made-up" } }),
    pixels: await shown("anonymous"),
    shown: await shown(null),
  };
}

/** In a page: a plain form, sent into a frame, and a multipart body whose answer cannot be read. */
async function uploadByForm({ origin, bytes }) {
  const file = (name) => new File([new Uint8Array(bytes)], name, { type: "image/jpeg" });
  const address = `${origin}/projects/p/images`;
  const body = new FormData();
  body.append("file", file("quiet.jpg"));
  await fetch(address, { method: "POST", mode: "no-cors", body }).catch(() => {});
  const frame = Object.assign(document.createElement("iframe"), { name: "answer" });
  const form = Object.assign(document.createElement("form"), { method: "post", enctype: "multipart/form-data", action: address, target: "answer" });
  const files = new DataTransfer();
  files.items.add(file("form.jpg"));
  form.append(Object.assign(document.createElement("input"), { type: "file", name: "file", files: files.files }));
  document.body.append(frame, form);
  const answered = new Promise((loaded) => (frame.onload = () => frame.contentWindow.length === 0 && loaded()));
  form.submit();
  await Promise.race([answered, new Promise((late) => setTimeout(late, 10_000))]);
  await new Promise((later) => setTimeout(later, 500));
}

/** In a page: by the method itself, which asks before, and by posts that need no body and no leave. */
async function deleteAll(origin) {
  await fetch(`${origin}/projects/p`, { method: "DELETE" }).catch(() => {});
  await fetch(`${origin}/projects/p/matches`, { method: "POST", mode: "no-cors" }).catch(() => {});
}
