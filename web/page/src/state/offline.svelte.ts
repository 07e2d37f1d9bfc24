// Search on this device: with the switch on, a project's fingerprints are downloaded, and what is like a picture is
// searched among them here. Says no more than that two pictures look alike: to compare them, the stored one would
// have to be downloaded.
import type { Bank, Known } from "vismatch";
import { at } from "../api/address";
import type { Match } from "../api/types";
import { pipeline } from "./pipeline";
import { projects } from "./projects.svelte";
import { remembered } from "./remembered.svelte";

/** How old a downloaded list may be when it is searched, in milliseconds. */
const FRESH = 30_000;
const ALGORITHM = "phash";

interface Held {
  bank: Bank;
  at: number;
}

const wanted = remembered("vismatch-offline");
const held = new Map<string, Promise<Held>>();

export const offline = {
  get on(): boolean {
    return wanted.on;
  },
  set on(value: boolean) {
    wanted.on = value;
  },
  /** What is like a picture in a project, nearest first; a project that is not there yet has nothing. */
  async near(project: string, known: Known, options: { limit?: number; signal?: AbortSignal } = {}): Promise<Match[]> {
    if (projects.loaded && !projects.all.some(({ project_id }) => project_id === project)) return [];
    const fingerprint = known.fingerprints.find(({ algorithm }) => algorithm === ALGORITHM);
    if (!fingerprint) return [];
    const neighbours = await (await upToDate(project)).nearest(fingerprint, options);
    return neighbours.map(({ image_id, distance, similarity }) => ({
      image_id,
      name: "a stored image",
      kind: "near",
      distance,
      similarity,
      verdict: "similar",
      verified: false,
      reason: `pHash differs in ${distance} of 64 bits. Nothing else was compared, because the search was made on this device.`,
      algorithm: ALGORITHM,
      orientation: "upright",
      urls: urlsOf(project, image_id),
      unseen: true,
    }));
  },
};

async function upToDate(project: string): Promise<Bank> {
  let list = held.get(project);
  if (!list) {
    list = download(project);
    held.set(project, list);
    list.catch(() => held.delete(project)); // downloaded anew when it is next needed
  }
  const { bank, at } = await list;
  if (Date.now() - at < FRESH) return bank;
  held.set(project, Promise.resolve({ bank, at: Date.now() }));
  await bank.refresh().catch(() => {}); // with the server gone, what is there is searched
  return bank;
}

async function download(project: string): Promise<Held> {
  const bank = await (await pipeline()).bank(at(`/projects/${encodeURIComponent(project)}/bank?algorithm=${ALGORITHM}`));
  return { bank, at: Date.now() };
}

function urlsOf(project: string, image: string): Match["urls"] {
  const url = (size: string) => at(`/projects/${encodeURIComponent(project)}/images/${image}?size=${size}`);
  return { original: url("original"), medium: url("medium"), thumb: url("thumb"), game: url("game") };
}
