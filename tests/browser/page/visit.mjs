// A visit of the page: a browser window that notices every fault of it.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";

const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

/** What the browser itself reports of requests that tests make fail. */
const EXPECTED = /Failed to load resource|net::ERR_/;

/** Opens the page; `faults` collects what must not be: exceptions, refused content, errors in the console. */
export async function visit(browser, origin, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 860 }, reducedMotion: "reduce", ...options });
  const page = await context.newPage();
  const faults = [];
  page.on("pageerror", (error) => faults.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error" && !EXPECTED.test(message.text())) faults.push(message.text());
  });
  await page.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (event) =>
      console.error(`CSP: ${event.violatedDirective} ${event.blockedURI}`),
    );
  });
  await page.goto(`${origin}/`);
  await page.getByRole("heading", { level: 1 }).waitFor();
  return {
    page,
    faults,
    /** Goes to a view by its address. */
    async go(address) {
      await page.goto(`${origin}/#/${address}`);
      await page.getByRole("heading", { level: 1 }).waitFor();
    },
    /** Gives files to the view, as a file dialog does. */
    give: (files) => page.locator("input[type=file]").first().setInputFiles(files),
    row: (name) => page.getByRole("article", { name, exact: true }),
    /** Waits until nothing is being checked or uploaded. */
    settled: (timeout = 60_000) =>
      page.waitForFunction(() => !/being checked|being uploaded/.test(document.querySelector(".bar [role=status]")?.textContent ?? "…being checked"), null, { timeout }),
    async close() {
      await context.close();
      assert.deepEqual(faults, []);
    },
  };
}

/** What axe finds on the page as it is, of any weight. */
export async function findings(page) {
  // By the tools' door, which the page's policy does not hold for.
  const session = await page.context().newCDPSession(page);
  await session.send("Runtime.evaluate", { expression: await readFile(axe, "utf8") });
  await session.detach();
  return page.evaluate(async () => {
    const { violations } = await globalThis.axe.run(document, { resultTypes: ["violations"] });
    return violations
      .map(({ id, impact, nodes }) => `${id} (${impact}): ${nodes.map(({ html }) => html.slice(0, 160)).join(" | ")}`);
  });
}
