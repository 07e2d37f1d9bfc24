import { VismatchError } from "./errors.js";
import type { Outcome, Task } from "./protocol.js";
import type { JobOptions, Stage } from "./types.js";

/** A task and who waits for it. It is settled once; whoever settles it later is not heard. */
export class Job {
  static #last = 0;
  readonly id = ++Job.#last;
  readonly task: Task;
  readonly result: Promise<unknown>;
  readonly #signal: AbortSignal | undefined;
  readonly #onProgress: ((stage: Stage) => void) | undefined;
  readonly #resolve: (value: unknown) => void;
  readonly #reject: (reason: unknown) => void;
  #onAbort: (() => void) | undefined;

  constructor(task: Task, { signal, onProgress }: JobOptions) {
    this.task = task;
    this.#signal = signal;
    this.#onProgress = onProgress;
    const { promise, resolve, reject } = withResolvers();
    this.result = promise;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  /** Calls once when the job is aborted before it is settled. */
  onAbort(aborted: () => void): void {
    this.#onAbort = () => {
      this.fail(this.#signal?.reason);
      aborted();
    };
    this.#signal?.addEventListener("abort", this.#onAbort, { once: true });
  }

  tell(stage: Stage): void {
    this.#onProgress?.(stage);
  }

  settle(outcome: Outcome): void {
    if (!outcome.ok) return this.fail(new VismatchError(outcome.code, outcome.message));
    this.#release();
    this.#resolve(outcome.value);
  }

  fail(reason: unknown): void {
    this.#release();
    this.#reject(reason);
  }

  #release(): void {
    if (this.#onAbort) this.#signal?.removeEventListener("abort", this.#onAbort);
    this.#onAbort = undefined;
  }
}

function withResolvers() {
  let resolve!: (value: unknown) => void;
  let reject!: (reason: unknown) => void;
  const promise = new Promise<unknown>((first, second) => {
    resolve = first;
    reject = second;
  });
  return { promise, resolve, reject };
}
