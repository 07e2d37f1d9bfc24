import { VismatchError } from "./errors.js";
import type { Pool } from "./pool.js";
import type { Task } from "./protocol.js";
import type { Algorithm, Fingerprint, JobOptions, NearestOptions, Neighbour } from "./types.js";

/** What a bank is, told by its worker. */
export interface BankFacts {
  algorithm: Algorithm;
  version: number;
  sequence: number;
  witness: string;
  size: number;
}

/** A project's fingerprints by one algorithm, downloaded: searched without asking anybody. */
export class Bank {
  readonly #address: URL;
  readonly #pool: Pool;
  #facts: BankFacts | undefined;
  #etag: string | undefined;
  #refreshing: Promise<boolean> | undefined;

  /** `pool` has one worker, which holds the bank. */
  constructor(address: URL, pool: Pool) {
    this.#address = address;
    this.#pool = pool;
  }

  get algorithm(): Algorithm {
    return this.#known.algorithm;
  }

  /** How many images it has. */
  get size(): number {
    return this.#known.size;
  }

  /** The server's change that it stands at. */
  get sequence(): number {
    return this.#known.sequence;
  }

  /** Fetches what has changed on the server since; whether anything has. One at a time: a second call joins. */
  refresh(options: JobOptions = {}): Promise<boolean> {
    this.#refreshing ??= this.#refresh(options).finally(() => (this.#refreshing = undefined));
    return this.#refreshing;
  }

  /** The images near a fingerprint, nearest first, ties in upload order: the `near` of the server's check. */
  nearest(fingerprint: Fingerprint, options: NearestOptions & JobOptions = {}): Promise<Neighbour[]> {
    const { radius, limit = 10 } = options;
    if (fingerprint.algorithm !== this.algorithm) {
      const message = `the bank is of ${this.algorithm}, not ${fingerprint.algorithm}`;
      return Promise.reject(new VismatchError("invalid-parameter", message));
    }
    const { bits, version } = fingerprint;
    return this.#ask({ kind: "bank-nearest", bits, version, radius, limit }, options);
  }

  /** Gives its worker and memory back. */
  close(): void {
    this.#pool.close();
  }

  get #known(): BankFacts {
    if (!this.#facts) throw new VismatchError("unavailable", "the bank is not loaded");
    return this.#facts;
  }

  async #refresh(options: JobOptions): Promise<boolean> {
    const response = await this.#fetch(options.signal);
    if (response.status === 304) return false;
    const before = this.#facts?.sequence;
    const bytes = await response.arrayBuffer();
    this.#facts = await this.#ask<BankFacts>({ kind: "bank-apply", bytes }, options);
    this.#etag = response.headers.get("etag") ?? undefined;
    return this.#facts.sequence !== before;
  }

  /** Asks the worker. When it is lost, or its state is not known, the next refresh fetches everything. */
  async #ask<T>(task: Task, options: JobOptions): Promise<T> {
    try {
      return await this.#pool.run<T>(task, options);
    } catch (reason) {
      const isLost = reason instanceof VismatchError && ["internal", "unavailable"].includes(reason.code);
      if (isLost || task.kind === "bank-apply") this.#facts = this.#etag = undefined;
      if (!(reason instanceof VismatchError) || reason.code !== "corrupt") throw reason;
      throw new VismatchError("unavailable", `the bank cannot be used: ${reason.message}`, { cause: reason });
    }
  }

  async #fetch(signal: AbortSignal | undefined): Promise<Response> {
    const address = new URL(this.#address);
    if (this.#facts) {
      address.searchParams.set("since", String(this.#facts.sequence));
      address.searchParams.set("witness", this.#facts.witness);
    }
    const headers = this.#etag ? { "if-none-match": this.#etag } : {};
    let response;
    try {
      response = await fetch(address, { headers, cache: "no-store", signal: signal ?? null });
    } catch (cause) {
      signal?.throwIfAborted();
      throw new VismatchError("unavailable", `the bank cannot be fetched: ${cause}`, { cause });
    }
    if (response.ok || response.status === 304) return response;
    throw new VismatchError("unavailable", `the server refuses the bank: ${await reason(response)}`);
  }
}

/** The server's own words where it has any. */
async function reason(response: Response): Promise<string> {
  const body: unknown = await response.json().catch(() => null);
  const said = body && typeof body === "object" && "message" in body ? `: ${body.message}` : "";
  return `status ${response.status}${said}`;
}
