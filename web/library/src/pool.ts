import { VismatchError } from "./errors.js";
import { Job } from "./job.js";
import type { Task } from "./protocol.js";
import { Slot, type SlotSettings } from "./slot.js";
import { Turns } from "./turns.js";
import type { JobOptions } from "./types.js";

/** Workers that share a queue. A job runs alone in its worker; the page's own thread never works. */
export class Pool {
  readonly #slots: Slot[];
  readonly #waiting = new Turns<Job>();
  readonly #most: number;
  #isClosed = false;

  /** At most `workers` at work, and `most` jobs in the queue. */
  constructor(workers: number, most: number, settings: SlotSettings) {
    this.#most = most;
    this.#slots = Array.from({ length: workers }, () => new Slot(settings, () => this.#assign()));
  }

  /** Jobs that wait for a worker. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** The result of a task; rejects with a `VismatchError` or the reason of an abort. */
  async run<T>(task: Task, options: JobOptions = {}): Promise<T> {
    options.signal?.throwIfAborted();
    if (this.#isClosed) throw closed();
    if (this.#waiting.size >= this.#most) {
      throw new VismatchError("busy", `${this.#most} jobs wait already`);
    }
    const job = new Job(task, options);
    job.onAbort(() => this.#drop(job));
    this.#waiting.add(task.kind, job);
    job.tell("waiting");
    this.#assign();
    return job.result as Promise<T>;
  }

  /** Ends all workers; jobs that are not done reject with `closed`. */
  close(): void {
    this.#isClosed = true;
    const running = this.#slots.flatMap(({ job }) => job ?? []);
    this.#slots.forEach((slot) => slot.end());
    [...running, ...this.#waiting.drain()].forEach((job) => job.fail(closed()));
  }

  #assign(): void {
    while (this.#waiting.size > 0) {
      const slot = this.#slots.find(({ isWarm }) => isWarm) ?? this.#slots.find(({ job }) => !job);
      const job = slot && this.#waiting.next();
      if (!job) return;
      slot.run(job);
    }
  }

  #drop(job: Job): void {
    if (this.#waiting.delete(job.task.kind, job)) return;
    this.#slots.find((slot) => slot.job === job)?.drop();
    this.#assign();
  }
}

function closed(): VismatchError {
  return new VismatchError("closed", "the pipeline was closed");
}
