// Deleting with a way back: the server's DELETE is for good, so it is asked for only when the time to
// change one's mind is over, or the page is closed. What a closing page could not say any more, the
// next one says: what is due is kept by the browser until the server has heard it.
import { ApiError } from "../api/client";
import { deleteImage } from "../api/projects";
import { toasts } from "./toasts.svelte";

/** How long there is a way back, in milliseconds. */
const PATIENCE = 8_000;
const KEY = "vismatch.deletions";

interface Due {
  project: string;
  /** When the way back ends, in milliseconds since 1970. */
  at: number;
}

const timers = new Map<string, ReturnType<typeof setTimeout>>();
let leaving = false;
let hidden = $state.raw<ReadonlySet<string>>(new Set());

function hide(image: string): void {
  hidden = new Set(hidden).add(image);
}

function unhide(image: string): void {
  hidden = new Set([...hidden].filter((other) => other !== image));
}

/** What is to be deleted, in every tab of this browser. */
function kept(): Record<string, Due> {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? "{}") as Record<string, Due>;
  } catch {
    return {};
  }
}

function keep(image: string, due: Due | undefined): void {
  const all = kept();
  if (due) all[image] = due;
  else delete all[image];
  localStorage.setItem(KEY, JSON.stringify(all));
}

function schedule(image: string, { at }: Due): void {
  hide(image);
  timers.set(image, setTimeout(() => void finish(image), Math.max(0, at - Date.now())));
}

export const deletions = {
  /** Images that are shown no more. */
  get hidden(): ReadonlySet<string> {
    return hidden;
  },
  /** Takes an image out of sight, and deletes it unless that is undone. */
  begin(project: string, image: { image_id: string; name: string }): void {
    const id = image.image_id;
    const due = { project, at: Date.now() + PATIENCE };
    keep(id, due);
    schedule(id, due);
    toasts.show(`“${image.name}” is deleted.`, {
      milliseconds: PATIENCE,
      action: { label: "Undo", run: () => undo(id) },
    });
  },
};

function undo(image: string): void {
  clearTimeout(timers.get(image));
  timers.delete(image);
  keep(image, undefined);
  unhide(image);
}

async function finish(image: string): Promise<void> {
  timers.delete(image);
  const due = kept()[image];
  if (!due) return unhide(image); // another tab took it back
  try {
    await deleteImage(due.project, image);
  } catch (fault) {
    if (leaving) return;
    const isGone = fault instanceof ApiError && fault.status === 404;
    if (!isGone) {
      unhide(image);
      toasts.fail("The image was not deleted", fault);
    }
  }
  keep(image, undefined);
}

for (const [image, due] of Object.entries(kept())) schedule(image, due);

window.addEventListener("pagehide", () => {
  leaving = true;
  for (const [image, timer] of timers) {
    clearTimeout(timer);
    void finish(image);
  }
});
window.addEventListener("pageshow", () => (leaving = false));
