// Finding strong crops: the switch of a project, and how far the server has come since it was turned on here. The server
// makes local features of the images that are there in the background, and tells of each image that has got them as of
// any change. Other tabs see the switch, not how far it has come.
import { on } from "../api/events";
import { setFindsCrops } from "../api/projects";
import { readiness } from "../api/server";
import { projects } from "./projects.svelte";

/** Milliseconds without a word after which no more is expected: the server tries again after one minute. */
const PATIENCE = 90_000;

export interface Making {
  /** Images that have local features. */
  made: number;
  images: number;
  /** `stopped`: some have none, and the server has not told of any for a while. */
  state: "going" | "finished" | "stopped";
}

/** What is watched of a project that was told to find crops. */
interface Watch {
  /** Changes up to this one were there before. */
  since: number;
  images: Set<string>;
  timer: ReturnType<typeof setTimeout> | undefined;
}

const watches = new Map<string, Watch>();
let all = $state.raw<ReadonlyMap<string, Making>>(new Map());

export const crops = {
  /** How far the server has come; null where it was not turned on in this tab. */
  making(project: string): Making | null {
    return all.get(project) ?? null;
  },
  async set(project: string, wanted: boolean): Promise<void> {
    forget(project);
    if (wanted) watches.set(project, await begin());
    try {
      await setFindsCrops(project, wanted);
    } catch (fault) {
      forget(project);
      throw fault;
    }
    await projects.refresh();
    tell(project);
  },
};

async function begin(): Promise<Watch> {
  const { index } = await readiness();
  return { since: index.change, images: new Set(), timer: undefined };
}

function forget(project: string): void {
  clearTimeout(watches.get(project)?.timer);
  watches.delete(project);
  put(project, null);
}

function put(project: string, making: Making | null): void {
  const next = new Map(all);
  if (making) next.set(project, making);
  else next.delete(project);
  all = next;
}

/** Says how far it is, and waits for the next word. */
function tell(project: string): void {
  const watch = watches.get(project);
  const known = projects.all.find(({ project_id }) => project_id === project);
  if (!watch || !known?.finds_crops) return;
  clearTimeout(watch.timer);
  const made = Math.min(watch.images.size, known.images);
  if (made === known.images) {
    watches.delete(project);
    return put(project, { made, images: known.images, state: "finished" });
  }
  put(project, { made, images: known.images, state: "going" });
  watch.timer = setTimeout(() => {
    watches.delete(project);
    put(project, { made, images: known.images, state: "stopped" });
  }, PATIENCE);
}

on("image", ({ project_id, image_id, present, change }) => {
  const watch = watches.get(project_id);
  if (!watch || change <= watch.since) return;
  if (present) watch.images.add(image_id);
  else watch.images.delete(image_id);
  tell(project_id);
});

on("ready", ({ resumed }) => {
  if (resumed) return;
  for (const project of watches.keys()) forget(project); // what was missed cannot be counted
});
