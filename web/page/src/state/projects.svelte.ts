// The projects there are, kept up to date by what the server tells, and the one that is worked in.
import { on } from "../api/events";
import { listProjects } from "../api/projects";
import type { Project } from "../api/types";
import { route } from "./route.svelte";

const KEY = "vismatch-project";
/** Where pictures go that nobody has named a project for. */
const FIRST = "pictures";

let all = $state.raw<Project[]>([]);
let loaded = $state(false);
let remembered = $state(localStorage.getItem(KEY));

export const projects = {
  get all(): readonly Project[] {
    return all;
  },
  /** The list was had at least once. */
  get loaded(): boolean {
    return loaded;
  },
  /** The one of the address, else the last one, else the first there is. */
  get current(): string {
    return route.current.project ?? remembered ?? all[0]?.project_id ?? FIRST;
  },
  remember(project: string): void {
    remembered = project;
    localStorage.setItem(KEY, project);
  },
  forget(project: string): void {
    all = all.filter((known) => known.project_id !== project);
    if (remembered !== project) return;
    remembered = null;
    localStorage.removeItem(KEY);
  },
  async refresh(): Promise<void> {
    try {
      all = await listProjects();
      loaded = true;
    } catch {
      // The banner says that the server is gone; the list is fetched when it is back.
    }
  },
};

/** At most one list a second, however many images come. */
let waiting: ReturnType<typeof setTimeout> | undefined;

on("image", () => {
  waiting ??= setTimeout(() => {
    waiting = undefined;
    void projects.refresh();
  }, 1000);
});
on("ready", () => void projects.refresh());
