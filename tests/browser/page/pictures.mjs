// Pictures for tests and screenshots: drawn by the browser, the same ones for the same number; or photos
// from beside the repository, where they are.

import { existsSync, statSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const shared = fileURLToPath(new URL("../../../../shared/data/", import.meta.url));

/** Hostile and odd files, where they are. */
export const bad = existsSync(join(shared, "bad")) ? join(shared, "bad") : null;

/** Photos that belong to everybody: works of the US government, Getty's and NASA's open content, CC0. */
const FREE = /^(Detectron|blockhash|fast_image_resize__nasa|scikit-image__(chelsea|coffee|rocket|hubble))/;
const MOST_BYTES = 1_500_000;

export async function freePhotos() {
  const folder = join(shared, "photos");
  if (!existsSync(folder)) return [];
  const names = (await readdir(folder)).filter((name) => FREE.test(name));
  return names.map((name) => join(folder, name)).filter((file) => statSync(file).size < MOST_BYTES);
}

/**
 * Draws pictures: `[{ seed, width, height, quality, type, shapes, note }]` to buffers. The same seed is the
 * same scene in any size; `note` writes on it.
 */
export async function draw(page, specs) {
  const encoded = await page.evaluate(async (specs) => {
    const random = (seed) => () => {
      seed = (seed * 1664525 + 1013904223) >>> 0;
      return seed / 2 ** 32;
    };
    const drawOne = async ({ seed, width = 640, height = 480, quality = 0.9, type = "image/jpeg", shapes = 14, note }) => {
      const canvas = new OffscreenCanvas(width, height);
      const pen = canvas.getContext("2d");
      const next = random(seed * 7919 + 17);
      pen.scale(width / 640, height / 480);
      const sky = pen.createLinearGradient(0, 0, 0, 480);
      const hue = next() * 360;
      sky.addColorStop(0, `hsl(${hue} 60% ${25 + next() * 20}%)`);
      sky.addColorStop(1, `hsl(${(hue + 60) % 360} 70% ${60 + next() * 20}%)`);
      pen.fillStyle = sky;
      pen.fillRect(0, 0, 640, 480);
      for (let shape = 0; shape < shapes; shape++) {
        pen.fillStyle = `hsl(${(hue + next() * 140) % 360} ${35 + next() * 50}% ${15 + next() * 70}%)`;
        pen.beginPath();
        const [x, y, size] = [next() * 640, next() * 480, 25 + next() * 130];
        if (next() < 0.5) pen.arc(x, y, size / 1.6, 0, 7);
        else for (let corner = 0; corner < 4; corner++) pen.lineTo(x + (next() - 0.5) * 2.4 * size, y + (next() - 0.5) * 2.4 * size);
        pen.fill();
      }
      if (note) {
        pen.font = "bold 64px sans-serif";
        pen.fillStyle = "white";
        pen.fillText(note, 30, 450);
      }
      const blob = await canvas.convertToBlob({ type, quality });
      const url = await new Promise((done) => {
        const reader = new FileReader();
        reader.onload = () => done(reader.result);
        reader.readAsDataURL(blob);
      });
      return url.split(",")[1];
    };
    return Promise.all(specs.map(drawOne));
  }, specs);
  return encoded.map((text) => Buffer.from(text, "base64"));
}

/**
 * Draws invoices of one template: `[{ number, share, quality, type }]` to buffers. The same number is the same invoice;
 * others have other customers, goods and amounts. `share` makes it smaller.
 */
export async function drawInvoices(page, specs) {
  const encoded = await page.evaluate(async (specs) => {
    const WORDS = "Amber Birch Copper Delta Ember Fern Glass Harbour Iron Juniper Kettle Linen Maple Nickel Oak Pine".split(" ");
    const THINGS = "bracket cable drawer filter hinge lamp panel rack shelf tile valve wheel".split(" ");
    const drawOne = async ({ number, share = 1, quality = 0.95, type = "image/jpeg" }) => {
      let state = number * 7919 + 17;
      const below = (bound) => {
        state = (state * 1664525 + 1013904223) >>> 0;
        return Math.floor((state / 2 ** 32) * bound);
      };
      const canvas = new OffscreenCanvas(1240 * share, 1754 * share);
      const pen = canvas.getContext("2d", { alpha: false });
      pen.scale(share, share);
      const fill = (colour, ...box) => Object.assign(pen, { fillStyle: colour }).fillRect(...box);
      const write = (text, x, y, { size = 24, align = "left", weight = 400 } = {}) => {
        Object.assign(pen, { fillStyle: "black", textAlign: align, font: `${weight} ${size}px sans-serif` }).fillText(text, x, y);
      };
      const pounds = (pence) => (pence / 100).toFixed(2);
      fill("white", 0, 0, 1240, 1754);
      fill("#145496", 100, 90, 90, 90);
      write("Northwind Supplies Ltd", 215, 135, { size: 40, weight: 700 });
      write("14 Harbour Way, Plymouth", 215, 172);
      write(`${WORDS[below(16)]} ${WORDS[below(16)]} & Co`, 100, 290);
      write(`${1 + below(190)} Mill Lane, Exeter`, 100, 326);
      write(`Invoice   2026-${10000 + below(90000)}`, 740, 290);
      write(`Date   ${1 + below(28)} November 2026`, 740, 326);
      write("Invoice", 100, 490, { size: 44, weight: 700 });
      fill("#e1e8f0", 100, 580, 1040, 50);
      for (const [title, x, align] of [["Item", 110, "left"], ["Quantity", 720, "right"], ["Amount", 1130, "right"]]) write(title, x, 614, { align });
      let total = 0;
      for (let row = 0; row < 8; row++) {
        const [y, quantity, amount] = [684 + 56 * row, 1 + below(48), 150 + below(900000)];
        total += amount;
        write(`${WORDS[below(16)]} ${THINGS[below(12)]}`, 110, y);
        write(String(quantity), 720, y, { align: "right" });
        write(pounds(amount), 1130, y, { align: "right" });
        fill("#cdcdcd", 100, y + 18, 1040, 1);
      }
      write("Total", 760, 1220, { weight: 700 });
      write(pounds(total), 1130, 1220, { align: "right", weight: 700 });
      write("Please pay within 14 days.", 100, 1400);
      fill("#787878", 100, 1600, 1040, 2);
      write("Bank of the Harbour   Account 4471 2210", 100, 1640, { size: 20 });
      const bytes = new Uint8Array(await (await canvas.convertToBlob({ type, quality })).arrayBuffer());
      let text = "";
      for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
      return btoa(text);
    };
    return Promise.all(specs.map(drawOne));
  }, specs);
  return encoded.map((text) => Buffer.from(text, "base64"));
}

/** A file as `setInputFiles` takes it. */
export const asFile = (name, buffer, mimeType = "image/jpeg") => ({ name, mimeType, buffer });
