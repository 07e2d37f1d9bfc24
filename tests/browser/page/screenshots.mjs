// Screenshots of every view, into the folder named: of photos that belong to everybody, where they are
// beside the repository, else of drawn pictures.

import { mkdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { executablePath, launch, skip } from "../chromium.mjs";
import { asFile, draw, drawInvoices, freePhotos } from "./pictures.mjs";
import { MortalServer } from "./server.mjs";
import { visit } from "./visit.mjs";

const folder = process.argv[2] ?? "screenshots";
if (!executablePath) throw new Error(skip);
await mkdir(folder, { recursive: true });

const browser = await launch();
const server = await MortalServer.start();
try {
  const pictures = await gallery();
  for (const { name, buffer } of pictures.stored) await server.upload("holidays", name, buffer);
  const bills = await invoices();
  for (const [suffix, options] of [
    ["", { colorScheme: "light" }],
    ["-dark", { colorScheme: "dark" }],
    ["-phone", { colorScheme: "light", viewport: { width: 390, height: 844 } }],
    ["-phone-dark", { colorScheme: "dark", viewport: { width: 390, height: 844 } }],
  ]) {
    const tour = await visit(browser, server.origin, options);
    const shoot = async (name) => {
      await tour.page.waitForTimeout(900); // pictures come in
      await tour.page.screenshot({ path: join(folder, `${name}${suffix}.jpg`), type: "jpeg", quality: 80 });
    };
    await show(tour, pictures, shoot);
    await showInvoices(tour, bills, `invoices${suffix}`, shoot);
    await tour.close();
  }
} finally {
  await browser.close();
  await server.stop();
}

async function show(tour, { stored, asked }, shoot) {
  const { page } = tour;
  await tour.go("upload/holidays");
  await shoot("upload-empty");
  await tour.give(asked);
  await tour.settled();
  await page.evaluate(() => window.scrollTo(0, 0));
  await shoot("upload");
  await tour.go("gallery/holidays");
  await shoot("gallery");
  await page.getByRole("link", { name: stored[1].name }).click();
  await page.getByRole("img", { name: /^PDQ/ }).waitFor();
  await shoot("details");
  await tour.go("search/holidays");
  await tour.give(asked[0]);
  await page.getByRole("button", { name: /^Compare with/ }).first().waitFor();
  await shoot("search");
  await tour.give(asked[2]);
  await page.getByRole("img", { name: `Searched with: ${asked[2].name}` }).waitFor();
  await page.getByRole("button", { name: /^Compare with/ }).first().click();
  await page.getByRole("radio", { name: "Difference" }).check();
  await shoot("difference");
  await tour.go("duplicates/holidays");
  await page.getByText(/group/).first().waitFor();
  await shoot("duplicates");
  await tour.go("server");
  await page.getByText("Running").waitFor();
  await shoot("server");
}

/** A project of invoices of one template: what is uploaded to it, and what of them is a duplicate. */
async function showInvoices(tour, { stored, asked }, project, shoot) {
  const { page } = tour;
  for (const { name, buffer } of stored) await server.upload(project, name, buffer);
  await tour.go(`upload/${project}`);
  await page.reload(); // the list of before is gone
  await tour.give(asked);
  await tour.settled();
  await shoot("invoices-checked");
  await page.getByRole("button", { name: /^Upload \d/ }).click();
  await tour.settled();
  await page.evaluate(() => window.scrollTo(0, 0));
  await shoot("invoices");
  await tour.go(`duplicates/${project}`);
  await page.getByText("1 group", { exact: true }).waitFor();
  await shoot("invoices-duplicates");
  await tour.go(`gallery/${project}?settings=open`);
  await page.getByRole("switch").waitFor();
  await shoot("settings");
}

/** Five that are stored; given are one of these, a smaller copy of another, and two others. */
async function invoices() {
  const easel = await browser.newPage();
  const drawn = await drawInvoices(easel, [1, 2, 3, 4, 5, 6, 7].map((number) => ({ number })));
  const [copy] = await drawInvoices(easel, [{ number: 2, share: 0.6, quality: 0.7 }]);
  return {
    stored: drawn.slice(0, 5).map((buffer, index) => ({ name: `invoice ${index + 1}.jpg`, buffer })),
    asked: [
      asFile("invoice 3.jpg", drawn[2]),
      asFile("invoice 2 by mail.jpg", copy),
      asFile("invoice 6.jpg", drawn[5]),
      asFile("invoice 7.jpg", drawn[6]),
    ],
  };
}

/** What is stored, and what is given to the page: copies in another size, one with a note, new ones. */
async function gallery() {
  const easel = await browser.newPage();
  const photos = await freePhotos();
  const originals =
    photos.length > 8
      ? await Promise.all(photos.map(async (file) => ({ name: basename(file).replace(/^[a-z-]+__/i, ""), buffer: await readFile(file) })))
      : (await draw(easel, Array.from({ length: 24 }, (_, seed) => ({ seed })))).map((buffer, seed) => ({ name: `scene ${seed}.jpg`, buffer }));
  const stored = originals.slice(3);
  const copies = await Promise.all([remade(easel, stored[3].buffer, 0.5, ""), remade(easel, stored[5].buffer, 0.8, "Summer"), remade(easel, stored[8].buffer, 0.7, "")]);
  return {
    stored: [...stored, { name: "a copy.jpg", buffer: copies[2] }, { name: "small.jpg", buffer: copies[0] }],
    asked: [
      asFile("from-a-friend.jpg", copies[0]),
      asFile(originals[0].name, originals[0].buffer),
      asFile("with-a-note.jpg", copies[1]),
      asFile(stored[6].name, stored[6].buffer),
      asFile("broken.jpg", originals[1].buffer.subarray(0, 3000)),
      asFile(originals[2].name, originals[2].buffer),
    ],
  };
}

/** A picture made smaller, with words on it. */
async function remade(easel, picture, share, note) {
  const text = await easel.evaluate(
    async ([base64, share, note]) => {
      const bitmap = await createImageBitmap(await (await fetch(`data:image/jpeg;base64,${base64}`)).blob());
      const canvas = new OffscreenCanvas(bitmap.width * share, bitmap.height * share);
      const pen = canvas.getContext("2d");
      pen.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
      pen.font = `bold ${canvas.height / 7}px sans-serif`;
      pen.fillStyle = "white";
      pen.fillText(note, canvas.width / 20, canvas.height * 0.92);
      const bytes = new Uint8Array(await (await canvas.convertToBlob({ type: "image/jpeg", quality: 0.8 })).arrayBuffer());
      return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
    },
    [picture.toString("base64"), share, note],
  );
  return Buffer.from(text, "base64");
}
