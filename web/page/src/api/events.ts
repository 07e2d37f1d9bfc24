// What happens on the server, as it happens: one connection for all tabs of a browser, because a
// browser opens only six to one server. The tab that holds the lock listens and tells the others.
import { at, base } from "./address";
import type { Judging, Scan } from "./types";

/** An image came, was replaced, or went. */
export interface Change {
  change: number;
  project_id: string;
  image_id: string;
  present: boolean;
}

export interface ServerEvents {
  /** The connection stands; `resumed` is false when something may have been missed. */
  ready: { change: number; resumed: boolean };
  image: Change;
  scan: Scan;
  duplicates: Judging;
  /** The connection is lost, and is tried again. */
  lost: null;
}

type Name = keyof ServerEvents;
type Listener<N extends Name> = (data: ServerEvents[N]) => void;

const NAMES: Name[] = ["ready", "image", "scan", "duplicates"];
/** Of this server's tabs: another one may lie below another path. */
const NAME = `vismatch-events${base}`;
const listeners = new Map<Name, Set<Listener<Name>>>();
const channel = new BroadcastChannel(NAME);

/** Calls back at every event of that name; the answer ends it. */
export function on<N extends Name>(name: N, listener: Listener<N>): () => void {
  const set = listeners.get(name) ?? new Set();
  listeners.set(name, set);
  set.add(listener as Listener<Name>);
  return () => set.delete(listener as Listener<Name>);
}

function tell<N extends Name>(name: N, data: ServerEvents[N]): void {
  listeners.get(name)?.forEach((listener) => listener(data));
}

/** Begins to listen; in one tab only, where the browser can tell tabs apart. */
export function listen(): void {
  channel.onmessage = ({ data }: MessageEvent<{ name: Name; data: never }>) => {
    if (data.name) tell(data.name, data.data);
    else if (lastReady) channel.postMessage({ name: "ready", data: lastReady });
  };
  if (!navigator.locks) return connect(); // a page from another machine without TLS
  channel.postMessage({}); // a tab that listens already says how things stand
  void navigator.locks.request(NAME, () => {
    connect();
    return new Promise(() => {}); // held until the tab is closed
  });
}

let lastReady: ServerEvents["ready"] | null = null;

function connect(): void {
  const source = new EventSource(at("/events"));
  for (const name of NAMES) {
    source.addEventListener(name, (event) => {
      const data = JSON.parse((event as MessageEvent<string>).data);
      if (name === "ready") lastReady = data;
      tell(name, data);
      channel.postMessage({ name, data });
    });
  }
  source.onerror = () => {
    lastReady = null;
    tell("lost", null);
    channel.postMessage({ name: "lost", data: null });
    // A browser gives up for good when something else than events is answered.
    if (source.readyState === EventSource.CLOSED) setTimeout(connect, 3000);
  };
}
