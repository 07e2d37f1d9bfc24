// The images of one project as far as they were scrolled to, kept up to date by what the server tells.
import { on } from "../api/events";
import { getProject, listImages } from "../api/projects";
import type { Image } from "../api/types";
import { ApiError } from "../api/client";
import { deletions } from "../state/deletions.svelte";

export class Images {
  readonly project: string;
  #loaded = $state.raw<Image[]>([]);
  #next = $state.raw<string | null | undefined>(undefined);
  #loading: Promise<void> | undefined;
  /** There is no such project. Its list says nothing of that: it is empty. */
  missing = $state(false);
  fault = $state<string | null>(null);
  readonly all = $derived(this.#loaded.filter(({ image_id }) => !deletions.hidden.has(image_id)));

  constructor(project: string) {
    this.project = project;
  }

  /** There are more than those that were loaded; also before the first are. */
  get left(): boolean {
    return this.#next !== null && !this.missing && this.fault === null;
  }

  /** Loads the next page; asked again meanwhile, it is the same one. */
  more(): Promise<void> {
    this.#loading ??= this.#loadNext().finally(() => (this.#loading = undefined));
    return this.#loading;
  }

  async #loadNext(): Promise<void> {
    if (!this.left) return;
    try {
      const page = await listImages(this.project, this.#next);
      if (page.entries.length === 0 && this.#loaded.length === 0) await getProject(this.project);
      const known = new Set(this.#loaded.map(({ image_id }) => image_id));
      this.#loaded = [...this.#loaded, ...page.entries.filter(({ image_id }) => !known.has(image_id))];
      this.#next = page.next;
    } catch (fault) {
      if (fault instanceof ApiError && fault.status === 404) this.missing = true;
      else this.fault = fault instanceof Error ? fault.message : String(fault);
    }
  }

  /** Loads again what is shown, in place, so that nothing jumps. */
  async refresh(): Promise<void> {
    const wanted = Math.min(Math.max(this.#loaded.length, 60), 1000);
    try {
      const page = await listImages(this.project, null, wanted);
      if (page.entries.length === 0) await getProject(this.project);
      const rest = this.#loaded.slice(wanted);
      this.#loaded = rest.length > 0 ? [...page.entries, ...rest] : page.entries;
      if (rest.length === 0) this.#next = page.next;
      this.missing = false;
      this.fault = null;
    } catch (fault) {
      if (fault instanceof ApiError && fault.status === 404) this.missing = true;
    }
  }

  /** Says which image is the cover. */
  setPrimary(image: string): void {
    this.#loaded = this.#loaded.map((one) => ({ ...one, is_primary: one.image_id === image }));
  }

  /** Follows what the server tells; the answer ends it. */
  follow(): () => void {
    let waiting: ReturnType<typeof setTimeout> | undefined;
    const soon = () => {
      waiting ??= setTimeout(() => {
        waiting = undefined;
        void this.refresh();
      }, 700);
    };
    const ends = [
      on("image", ({ project_id }) => project_id === this.project && soon()),
      on("ready", ({ resumed }) => !resumed && soon()),
    ];
    return () => {
      clearTimeout(waiting);
      ends.forEach((end) => end());
    };
  }
}
