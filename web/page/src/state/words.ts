// Numbers and names as people read them.
import type { Algorithm, Orientation, Verdict } from "../api/types";

const UNITS = ["B", "kB", "MB", "GB", "TB"];

export function bytes(count: number): string {
  const unit = Math.min(Math.floor(Math.log10(Math.max(count, 1)) / 3), UNITS.length - 1);
  const value = count / 1000 ** unit;
  return `${unit && value < 10 ? value.toFixed(1) : Math.round(value)} ${UNITS[unit]}`;
}

export function count(number: number, one: string, many = `${one}s`): string {
  return `${number.toLocaleString("en")} ${number === 1 ? one : many}`;
}

export function percent(share: number): string {
  return `${(share * 100).toFixed(share > 0.99 && share < 1 ? 1 : 0)} %`;
}

export function date(text: string): string {
  return new Date(text).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });
}

export function megapixels(width: number, height: number): string {
  const million = (width * height) / 1e6;
  return `${million < 10 ? million.toFixed(1) : Math.round(million)} MP`;
}

export const ALGORITHMS: Record<Algorithm, { name: string; says: string }> = {
  phash: { name: "pHash", says: "coarse shapes, by their frequencies" },
  dhash: { name: "dHash", says: "brighter or darker than the neighbour" },
  core: { name: "Core", says: "dHash 128 of the content without uniform bands, or without the edges" },
  bare: { name: "Bare", says: "dHash 128 of the colours without their transparency" },
  dhash128: { name: "dHash 128", says: "neighbours across and down" },
  ahash: { name: "aHash", says: "brighter or darker than the average" },
  blockhash: { name: "Blockhash", says: "blocks against their band's median" },
  pdq: { name: "PDQ", says: "fine shapes, by their frequencies" },
};

export const VERDICTS: Record<Verdict, { label: string; means: string }> = {
  exact: { label: "Exact copy", means: "The same file is stored already." },
  same_picture: { label: "Same picture", means: "The same picture in another size, format or quality." },
  edited: { label: "Edited copy", means: "The same picture with something done to it: cropped, bordered, recoloured, written on." },
  similar: { label: "Similar", means: "It looks alike. That it is a copy is not verified." },
  different: { label: "New", means: "No stored image is like it." },
};

export const ORIENTATIONS: Record<Orientation, string> = {
  upright: "upright",
  mirrored: "mirrored",
  rotated180: "upside down",
  flipped: "mirrored top to bottom",
  transposed: "mirrored and turned",
  rotated90: "turned a quarter to the right",
  transversed: "mirrored and turned",
  rotated270: "turned a quarter to the left",
};
