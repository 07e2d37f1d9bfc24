import { VismatchError } from "./errors.js";
import type { Job } from "./job.js";
import type { Modules } from "./modules.js";
import type { FromWorker, ModuleName, ToWorker } from "./protocol.js";

/** How a slot starts a worker, and what bounds it. */
export interface SlotSettings {
  modules: Modules;
  base: URL | undefined;
  /** Without it a worker holds a state, and is ended by faults of its own only. */
  bounds: Bounds | undefined;
}

/** What a job may take of a worker that holds nothing between jobs. */
export interface Bounds {
  /** Milliseconds of work. */
  timeout: number;
  /** Bytes of WebAssembly memory above which the worker is replaced: that memory never shrinks by itself. */
  memory: number;
}

/** A place for one worker, which is started when a job comes and ended when it cannot be used again. */
export class Slot {
  readonly #settings: SlotSettings;
  readonly #idle: () => void;
  #worker: Worker | undefined;
  #job: Job | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** `idle` is called when a job has ended, however. */
  constructor(settings: SlotSettings, idle: () => void) {
    this.#settings = settings;
    this.#idle = idle;
  }

  get job(): Job | undefined {
    return this.#job;
  }

  /** There is a worker that waits for a job. */
  get isWarm(): boolean {
    return this.#worker !== undefined && this.#job === undefined;
  }

  run(job: Job): void {
    this.#job = job;
    this.#worker ??= this.#start();
    this.#send({ kind: "task", id: job.id, task: job.task });
    job.tell("reading");
  }

  /** Its job is of no interest any more. */
  drop(): void {
    if (this.#settings.bounds) this.end();
  }

  /** Ends the worker with whatever it does; nobody hears of its job any more. */
  end(): void {
    clearTimeout(this.#timer);
    this.#worker?.terminate();
    this.#worker = undefined;
    this.#job = undefined;
  }

  #start(): Worker {
    const { base } = this.#settings;
    const worker = base
      ? new Worker(new URL("worker.js", base), { type: "module" })
      : new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
    worker.onmessage = ({ data }: MessageEvent<FromWorker>) => this.#hear(data);
    worker.onerror = (event) => this.#fail("unavailable", `the worker failed: ${event.message || "it cannot be loaded"}`);
    worker.onmessageerror = () => this.#fail("internal", "the worker's answer cannot be read");
    return worker;
  }

  #hear(message: FromWorker): void {
    if (message.kind === "need") return void this.#provide(message.name);
    const job = this.#job;
    if (!job || job.id !== message.id) return;
    if (message.kind === "working") {
      this.#startTimer();
      return job.tell("working");
    }
    const isBroken = !message.outcome.ok && message.outcome.broken;
    this.#finish(isBroken || message.memory > (this.#settings.bounds?.memory ?? Infinity));
    job.settle(message.outcome);
    this.#idle();
  }

  async #provide(name: ModuleName): Promise<void> {
    const worker = this.#worker;
    try {
      const module = await this.#settings.modules.get(name);
      if (this.#worker === worker) this.#send({ kind: "module", name, module });
    } catch (reason) {
      if (this.#worker === worker) this.#failWith(reason);
    }
  }

  #startTimer(): void {
    if (!this.#settings.bounds) return;
    const { timeout } = this.#settings.bounds;
    this.#timer = setTimeout(() => this.#fail("timeout", `the picture takes more than ${timeout} ms`), timeout);
  }

  #finish(isSpent: boolean): void {
    if (isSpent) return this.end();
    clearTimeout(this.#timer);
    this.#job = undefined;
  }

  #fail(code: "unavailable" | "internal" | "timeout", message: string): void {
    this.#failWith(new VismatchError(code, message));
  }

  #failWith(reason: unknown): void {
    const job = this.#job;
    this.end();
    job?.fail(reason);
    this.#idle();
  }

  #send(message: ToWorker): void {
    this.#worker?.postMessage(message);
  }
}
