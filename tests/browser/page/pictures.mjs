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
 * Draws pictures: `[{ seed, width, height, quality, type, tilt, note }]` to buffers. The same seed is the
 * same scene in any size; `note` writes on it.
 */
export async function draw(page, specs) {
  const encoded = await page.evaluate(async (specs) => {
    const random = (seed) => () => {
      seed = (seed * 1664525 + 1013904223) >>> 0;
      return seed / 2 ** 32;
    };
    const drawOne = async ({ seed, width = 640, height = 480, quality = 0.9, type = "image/jpeg", note }) => {
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
      for (let shape = 0; shape < 14; shape++) {
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

/** A file as `setInputFiles` takes it. */
export const asFile = (name, buffer, mimeType = "image/jpeg") => ({ name, mimeType, buffer });
