// Whether the server is there, by the connection that its events come over.
import { on } from "../api/events";
import type { Scan } from "../api/types";

type State = "connecting" | "live" | "lost";

let state = $state<State>("connecting");
let scan = $state.raw<Scan | null>(null);

on("ready", () => {
  state = "live";
});
on("lost", () => {
  state = "lost";
});
on("scan", (now) => {
  scan = now;
});

export const connection = {
  get state(): State {
    return state;
  },
  /** How far the indexing of pictures found in folders has come. */
  get scan(): Scan | null {
    return scan;
  },
};
