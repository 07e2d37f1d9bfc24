// The list of files and whose turn it is: as many pictures are processed at once as there are workers,
// and a few are sent at once. The list outlives the view.
import { projects } from "../state/projects.svelte";
import { toasts } from "../state/toasts.svelte";
import { WORKERS } from "../state/pipeline";
import { Entry, type Choice } from "./entry.svelte";
import type { Found } from "./files";
import { isLeftOut, isWanted, type Standing } from "./standing";

/** Uploads side by side. */
const SENDERS = 3;

let entries = $state.raw<Entry[]>([]);
let project = $state(projects.current);
/** What is not there yet is sent as soon as that is known. */
let automatic = $state(false);
let reading = 0;
let sending = 0;
const bySha256 = new Map<string, Entry>();

export const queue = {
  get entries(): readonly Entry[] {
    return entries;
  },
  get project(): string {
    return project;
  },
  /** Where the files go. What was asked about is asked about again, there. */
  set project(name: string) {
    if (name === project || !name) return;
    project = name;
    this.askAgain();
  },
  get automatic(): boolean {
    return automatic;
  },
  set automatic(on: boolean) {
    automatic = on;
    if (on) this.sendAllWanted();
  },
  /** Asks once more about all that waits for a decision. */
  askAgain(): void {
    for (const entry of entries) {
      if (["checked", "failed"].includes(entry.state.is) && entry.known) void askAbout(entry);
    }
  },
  add(found: Found[]): void {
    entries = [...entries, ...found.map((one) => new Entry(one))];
    readOn();
  },
  send(entry: Entry, choice: Choice = "upload"): void {
    entry.choice = choice;
    entry.state = { is: "queued" };
    sendOn();
  },
  /** New pictures, and those that are merely similar to what is there. */
  sendAllWanted(): void {
    for (const entry of entries) if (isToBeSent(entry)) this.send(entry);
  },
  skip(entry: Entry): void {
    entry.state = { is: "skipped" };
  },
  /** Leaves out what is there already for certain; edited copies only when the visitor says so. */
  skipAllKnown(withEdited: boolean): void {
    for (const entry of entries) {
      const standing = undecidedStanding(entry);
      if (standing && isLeftOut(standing, withEdited)) this.skip(entry);
    }
  },
  cancel(entry: Entry): void {
    entry.cancel();
  },
  cancelAll(): void {
    for (const entry of entries) if (entry.busy) entry.cancel();
  },
  /** Begins again with what failed, was left out or cancelled. */
  retry(entry: Entry): void {
    if (!entry.known) {
      entry.state = { is: "waiting" };
      readOn();
    } else if (entry.state.is === "failed" && entry.state.doing === "sending") this.send(entry, entry.choice);
    else void askAbout(entry);
  },
  /** The same with everything that has no verdict. */
  retryAll(): void {
    for (const entry of entries) if (entry.unanswered) this.retry(entry);
  },
  remove(entry: Entry): void {
    entries = entries.filter((other) => other !== entry);
    forget(entry);
  },
  /** Takes everything off the list that needs nothing more. */
  clear(): void {
    const settled = (entry: Entry) => ["done", "skipped", "refused"].includes(entry.state.is);
    entries.filter(settled).forEach(forget);
    entries = entries.filter((entry) => !settled(entry));
  },
  async unreplace(entry: Entry): Promise<void> {
    try {
      const image = await entry.unreplace(project);
      if (image) toasts.show(`“${image.name}” is restored.`);
    } catch (fault) {
      toasts.fail("The replaced image was not restored", fault);
    }
  },
};

/** What an entry is that waits for a decision; null when it does not. */
export function undecidedStanding(entry: Entry): Standing | null {
  return entry.state.is === "checked" ? entry.standing : null;
}

function isToBeSent(entry: Entry): boolean {
  const standing = undecidedStanding(entry);
  return standing !== null && isWanted(standing);
}

function forget(entry: Entry): void {
  entry.dispose();
  if (entry.known && bySha256.get(entry.known.sha256) === entry) bySha256.delete(entry.known.sha256);
}

/** Gives free workers the next files of the list. */
function readOn(): void {
  while (reading < WORKERS) {
    const next = entries.find((entry) => entry.state.is === "waiting");
    if (!next) return;
    reading++;
    void readOne(next);
  }
}

async function readOne(entry: Entry): Promise<void> {
  try {
    await entry.read();
  } finally {
    reading--;
    readOn();
  }
  if (!entry.known) return;
  findTwin(entry, entry.known.sha256);
  await askAbout(entry);
}

/** Of one file that was given twice the first of the list counts, whichever was read first, unless the other was decided on. */
function findTwin(entry: Entry, sha256: string): void {
  const other = bySha256.get(sha256) ?? entry;
  const isFirst = other === entry || (isOpen(other) && entries.indexOf(entry) < entries.indexOf(other));
  entry.twin = isFirst ? null : other;
  if (!isFirst) return;
  bySha256.set(sha256, entry);
  if (other !== entry) other.twin = entry;
}

function isOpen(entry: Entry): boolean {
  return entry.state.is === "checking" || entry.state.is === "checked";
}

async function askAbout(entry: Entry): Promise<void> {
  let where: string;
  do {
    where = project;
    await entry.check(where);
  } while (where !== project && entry.asked); // meanwhile the visitor chose another
  if (automatic && isToBeSent(entry)) queue.send(entry);
}

/** Gives free senders the next files that are to be sent. */
function sendOn(): void {
  while (sending < SENDERS) {
    const next = entries.find((entry) => entry.state.is === "queued");
    if (!next) return;
    sending++;
    void sendOne(next);
  }
}

async function sendOne(entry: Entry): Promise<void> {
  try {
    await entry.send(project);
    projects.remember(project);
  } finally {
    sending--;
    sendOn();
  }
}

window.addEventListener("beforeunload", (event) => {
  if (entries.some(({ beingUploaded }) => beingUploaded)) event.preventDefault();
});
