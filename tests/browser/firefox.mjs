// The other browser of the tests: a Firefox as Debian and Mozilla give it away, driven from outside over WebDriver BiDi.
//
// The driver has to know no more than this Firefox does: playwright-core 1.65 asks for what Firefox 153, the ESR, does
// not have yet.

import { existsSync } from "node:fs";
import { firefox } from "playwright-core";

const PLACES = [process.env.FIREFOX, "/usr/bin/firefox-esr", "/usr/bin/firefox"];

/** Where a Firefox is; undefined where there is none. */
export const executablePath = PLACES.find((place) => place && existsSync(place));

/** What a test is skipped with where there is none; said loudly. */
export const skip = executablePath ? false : "NO FIREFOX: NOTHING IS TESTED IN FIREFOX (install firefox-esr, or name one in FIREFOX)";

/** The channel says that it is Mozilla's own program, not a build made for the driver. */
export function launch(options = {}) {
  return firefox.launch({ channel: "moz-firefox", executablePath, ...options });
}
