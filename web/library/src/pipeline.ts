import { Bank } from "./bank.js";
import { VismatchError } from "./errors.js";
import { Modules } from "./modules.js";
import { Pool } from "./pool.js";
import type {
  CompareOptions, Comparison, FingerprintOptions, ImageInfo, JobOptions, Known, PipelineOptions, Rendition,
  RenditionSpec,
} from "./types.js";

/** Above this a worker is replaced after its job, so that a large picture's memory goes back. */
const MEMORY = 96 << 20;
const QUEUE = 10_000;
const TIMEOUT = 60_000;

/**
 * The pipeline on this machine. Loads the module for common formats, so that what cannot be had is known
 * here; everything else is loaded and started when it is needed.
 */
export async function createPipeline(options: PipelineOptions = {}): Promise<Pipeline> {
  const pipeline = new Pipeline(options);
  await pipeline.ready;
  return pipeline;
}

export class Pipeline {
  /** @internal */
  readonly ready: Promise<unknown>;
  readonly #pool: Pool;
  readonly #banks = new Set<Bank>();
  readonly #bankPool: () => Pool;

  /** @internal `createPipeline` makes pipelines. */
  constructor({ workers = cores(), base, queue = QUEUE, timeout = TIMEOUT }: PipelineOptions) {
    const folder = base === undefined ? undefined : new URL(base, here());
    const modules = new Modules(folder);
    const most = whole("queue", queue);
    const bounds = { timeout: whole("timeout", timeout), memory: MEMORY };
    this.#pool = new Pool(whole("workers", workers), most, { modules, base: folder, bounds });
    // Its worker holds the bank.
    this.#bankPool = () => new Pool(1, most, { modules, base: folder, bounds: undefined });
    this.ready = modules.get("common");
  }

  /** Jobs that wait for a worker. */
  get waiting(): number {
    return this.#pool.waiting;
  }

  /** Digest, facts, fingerprints and sketch: what the server is asked with, and the picture stays here. */
  fingerprint(file: Blob, { algorithms = ["phash", "dhash128", "core", "bare"], ...options }: FingerprintOptions = {}): Promise<Known> {
    return this.#pool.run({ kind: "fingerprint", file, algorithms: [...algorithms] }, options);
  }

  /** The facts of a picture, from its headers. */
  info(file: Blob, options: JobOptions = {}): Promise<ImageInfo> {
    return this.#pool.run({ kind: "info", file }, options);
  }

  /** What two pictures are to each other, and why. */
  compare(first: Blob, second: Blob, { radius, threshold, ...options }: CompareOptions = {}): Promise<Comparison> {
    return this.#pool.run({ kind: "compare", first, second, radius: radius ?? threshold }, options);
  }

  /** JPEGs of a picture, one for each spec. */
  render(file: Blob, specs: readonly RenditionSpec[], options: JobOptions = {}): Promise<Rendition[]> {
    return this.#pool.run({ kind: "render", file, specs: [...specs] }, options);
  }

  /** The fingerprints at `/projects/{project}/bank?algorithm=` of a server, to be searched on this machine. */
  async bank(address: URL | string, options: JobOptions = {}): Promise<Bank> {
    const bank = new Bank(new URL(address, here()), this.#bankPool());
    try {
      await bank.refresh(options);
    } catch (reason) {
      bank.close();
      throw reason;
    }
    this.#banks.add(bank);
    return bank;
  }

  /** Ends all workers, also those of banks; what is not done rejects with `closed`. */
  close(): void {
    this.#pool.close();
    this.#banks.forEach((bank) => bank.close());
  }
}

/** What relative addresses are relative to, in a page or a worker. */
function here(): string {
  return globalThis.document?.baseURI ?? globalThis.location?.href;
}

function cores(): number {
  return navigator.hardwareConcurrency || 1;
}

function whole(name: string, value: number): number {
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new VismatchError("invalid-parameter", `${name}: a whole number from 1 on`);
}
