// One file of the list: its fingerprints are computed here, it is checked, decided on, uploaded. Knows its state, not its turn.
import { ApiError } from "../api/client";
import { check, resolve, restore, upload } from "../api/projects";
import type { Image, Match, Uploaded, Verdict } from "../api/types";
import { strongest, type Strongest } from "../state/judge";
import { offline } from "../state/offline.svelte";
import { fingerprintAll, preview } from "../state/pipeline";
import { sketched } from "../state/sketched.svelte";
import { isCopy, type Known } from "vismatch";
import { persist } from "./backoff";
import type { Found } from "./files";
import { standingOf, type Standing } from "./standing";

export type State =
  /** Its turn has not come. */
  | { is: "waiting" }
  /** Its fingerprints are computed on this device. */
  | { is: "reading" }
  /** The server is asked by digest and fingerprints. */
  | { is: "checking" }
  /** The verdict is there; the visitor decides. */
  | { is: "checked" }
  | { is: "skipped" }
  | { is: "queued" }
  | { is: "sending"; share: number }
  /** The server is gone or failing; it is asked again. */
  | { is: "retrying"; doing: "checking" | "sending"; reason: string; seconds: number }
  | { is: "done"; image: Pick<Uploaded, "image_id" | "duplicates">; replaced: Match | null; note: string | null }
  /** No picture that can be read, or refused by the server: nothing can be done about it here. */
  | { is: "refused"; reason: string }
  /** It did not work this time. */
  | { is: "failed"; doing: "checking" | "sending"; reason: string };

export type Choice = "upload" | "replace";

const THUMB = 256;

let last = 0;

export class Entry {
  readonly id = ++last;
  readonly file: File;
  readonly path: string;
  state = $state.raw<State>({ is: "waiting" });
  known = $state.raw<Known | null>(null);
  /** The stored image that it is most like. */
  best = $state.raw<Match | null>(null);
  thumb = $state<string | null>(null);
  /** There are more stored images near it than were compared with it. */
  isCrowded = $state(false);
  /** An earlier file of the list with the same bytes. */
  twin = $state.raw<Entry | null>(null);
  choice: Choice = "upload";
  /** There is a verdict. */
  asked = $state(false);
  #stop = new AbortController();
  #thumbAsked = false;

  constructor({ file, path }: Found) {
    this.file = file;
    this.path = path;
  }

  get verdict(): Verdict | null {
    if (!this.asked) return null;
    return this.best?.verdict ?? (this.twin ? "exact" : "different");
  }

  /** What the list has is a stronger claim than what is stored. */
  get isTwin(): boolean {
    return this.twin !== null && (this.best === null || !isCopy(this.best));
  }

  /** What follows from the verdict. */
  get standing(): Standing | null {
    if (!this.asked) return null;
    return this.twin ? "known" : standingOf(this.best);
  }

  /** What the server, which has both pictures now, found it to be a duplicate of. */
  get duplicate(): Match | null {
    if (this.state.is !== "done" || this.state.replaced) return null;
    return this.state.image.duplicates?.find(({ verdict }) => verdict !== "similar") ?? null;
  }

  /** It was cancelled, or did not work, before there was a verdict. */
  get unanswered(): boolean {
    return this.state.is === "failed" || (this.state.is === "skipped" && !this.asked);
  }

  /** It will have a verdict. */
  get beingChecked(): boolean {
    if (this.state.is === "retrying") return this.state.doing === "checking";
    return ["waiting", "reading", "checking"].includes(this.state.is);
  }

  /** It is to be stored. */
  get beingUploaded(): boolean {
    if (this.state.is === "retrying") return this.state.doing === "sending";
    return ["queued", "sending"].includes(this.state.is);
  }

  /** The page is at work on it, or will be. */
  get busy(): boolean {
    return this.beingChecked || this.beingUploaded;
  }

  /** Computes the fingerprints of the file on this device. */
  async read(): Promise<void> {
    const { signal } = this.#stop;
    this.state = { is: "reading" };
    try {
      this.known = await fingerprintAll(this.file, { signal });
    } catch (fault) {
      if (!signal.aborted) this.state = { is: "refused", reason: words(fault) };
    }
  }

  /** Asks what is like it, without sending the picture. */
  async check(project: string): Promise<void> {
    const { signal } = this.#stop;
    const known = this.known;
    if (!known || signal.aborted) return;
    this.asked = false;
    this.best = null;
    this.isCrowded = false;
    this.state = { is: "checking" };
    try {
      const { match, isCrowded } = await persist(
        () => this.#mostLike(project, known, signal),
        signal,
        (fault, wait) => this.#retry("checking", fault, wait),
      );
      [this.best, this.isCrowded, this.asked] = [match, isCrowded, true];
      this.state = { is: "checked" };
    } catch (fault) {
      if (!signal.aborted) this.state = { is: "failed", doing: "checking", reason: words(fault) };
    }
  }

  /** Sends the file; what it replaces goes to the trash, and its name leads to the new image. */
  async send(project: string): Promise<void> {
    const { signal } = this.#stop;
    try {
      const image = await persist(() => this.#attempt(project), signal, (fault, wait) =>
        this.#retry("sending", fault, wait),
      );
      this.state = { is: "done", image, ...(await this.#replace(project, image.image_id)) };
    } catch (fault) {
      if (signal.aborted) return;
      const there = imageInTheWay(fault);
      if (there) this.state = { is: "done", image: there, replaced: null, note: "It is stored already." };
      else if (isFinal(fault)) this.state = { is: "refused", reason: words(fault) };
      else this.state = { is: "failed", doing: "sending", reason: words(fault) };
    }
  }

  /** Brings back what it replaced. */
  async unreplace(project: string): Promise<Image | null> {
    if (this.state.is !== "done" || !this.state.replaced) return null;
    const image = await restore(project, this.state.replaced.image_id);
    this.state = { ...this.state, replaced: null };
    return image;
  }

  /** Makes the small picture of it, once. */
  async showThumb(): Promise<void> {
    if (this.#thumbAsked) return;
    this.#thumbAsked = true;
    try {
      this.thumb = await preview(this.file, THUMB);
    } catch {
      // The reason is said where the file is read.
    }
  }

  /** Ends what goes on with it; it can be begun again. */
  cancel(): void {
    this.#stop.abort(new DOMException("cancelled", "AbortError"));
    this.#stop = new AbortController();
    if (this.busy) this.state = this.asked ? { is: "checked" } : { is: "skipped" };
  }

  /** Gives back what it holds. */
  dispose(): void {
    this.#stop.abort(new DOMException("removed", "AbortError"));
    if (this.thumb) URL.revokeObjectURL(this.thumb);
  }

  /**
   * One upload. What the server is known not to have is sent so that it refuses to have it twice: an
   * upload whose answer was lost is not stored again.
   */
  #attempt(project: string): Promise<Uploaded> {
    this.state = { is: "sending", share: 0 };
    return upload(project, this.file, {
      name: this.path.includes("/") ? this.path : null,
      onDuplicate: this.verdict === "exact" ? "keep" : "reject",
      signal: this.#stop.signal,
      onProgress: (share) => {
        if (this.state.is === "sending") this.state = { is: "sending", share };
      },
    });
  }

  /**
   * Puts the stored image that it was to replace into the trash. The server holds both pictures against each other:
   * where they are not what the verdict said, both stay.
   */
  async #replace(project: string, image: string): Promise<{ replaced: Match | null; note: string | null }> {
    const replaced = this.choice === "replace" ? this.best : null;
    if (!replaced) return { replaced, note: null };
    const accept = replaced.verdict === "edited" ? "edited" : "same_picture";
    try {
      await resolve(project, { keep: image, remove: [replaced.image_id], accept });
      return { replaced, note: null };
    } catch (fault) {
      if (!(fault instanceof ApiError) || fault.status !== 409) throw fault;
      return { replaced: null, note: `Stored beside “${replaced.name}”, which stays: ${fault.message}` };
    }
  }

  /** Searches on this device; or asks the server, with a sketch or without one, and what it cannot tell is decided here. */
  async #mostLike(project: string, known: Known, signal: AbortSignal): Promise<Strongest> {
    if (offline.on) return { match: (await offline.near(project, known, { limit: 1, signal }))[0] ?? null, isCrowded: false };
    const answer = await check(project, known, { limit: 5, sketch: sketched.on, signal });
    return strongest({ file: this.file, known }, answer, signal);
  }

  #retry(doing: "checking" | "sending", fault: Error, milliseconds: number): void {
    this.state = { is: "retrying", doing, reason: fault.message, seconds: Math.ceil(milliseconds / 1000) };
  }
}

function words(fault: unknown): string {
  return fault instanceof Error ? fault.message : String(fault);
}

interface Refusal {
  status: number;
  details: { image_id?: string };
}

const refusal = (fault: unknown) => (fault instanceof Error && "status" in fault ? (fault as unknown as Refusal) : null);

/** The image of the same bytes that a conflict names. */
function imageInTheWay(fault: unknown): Pick<Uploaded, "image_id"> | null {
  const refused = refusal(fault);
  const id = refused?.status === 409 ? refused.details.image_id : undefined;
  return id ? { image_id: id } : null;
}

/** The server refused the file for what it is. */
function isFinal(fault: unknown): boolean {
  const status = refusal(fault)?.status ?? 0;
  return status >= 400 && status < 500;
}
