// What tests of the page begin with: a server over a folder of its own, a browser, and a page to draw pictures on.

import { launch } from "../chromium.mjs";
import { MortalServer } from "./server.mjs";

export async function openStage() {
  const stage = { server: await MortalServer.start() };
  try {
    stage.browser = await launch();
    stage.easel = await stage.browser.newPage();
  } catch (fault) {
    await closeStage(stage);
    throw fault;
  }
  return stage;
}

export async function closeStage({ server, browser }) {
  await browser?.close();
  await server?.stop();
}
