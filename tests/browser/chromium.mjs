// The browser of the tests: Debian's Chromium, driven from outside.

import { existsSync } from "node:fs";
import { chromium } from "playwright-core";

const PLACES = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** Where a Chromium is; undefined where there is none. */
export const executablePath = PLACES.find((place) => place && existsSync(place));

/** What a test is skipped with where there is no browser; said loudly. */
export const skip = executablePath ? false : "NO CHROMIUM: NOTHING IS TESTED IN A BROWSER (install chromium, or name one in CHROMIUM)";

export function launch(options = {}) {
  return chromium.launch({
    executablePath,
    args: [
      "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
      "--disable-component-update", "--disable-sync", ...(options.args ?? []),
    ],
  });
}
