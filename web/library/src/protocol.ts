/** What the page and its workers say to each other. Files travel as handles, results as plain data. */

import type { Algorithm, RenditionSpec } from "./types.js";
import type { ErrorCode } from "./errors.js";

/** The two builds of the pipeline: for common formats, and for all. */
export type ModuleName = "common" | "full";

/** One piece of work. */
export type Task =
  | { kind: "fingerprint"; file: Blob; algorithms: readonly Algorithm[] }
  | { kind: "info"; file: Blob }
  | { kind: "compare"; first: Blob; second: Blob; radius: number | undefined }
  | { kind: "render"; file: Blob; specs: readonly RenditionSpec[] }
  | { kind: "bank-apply"; bytes: ArrayBuffer }
  | { kind: "bank-nearest"; bits: string; version: number; radius: number | undefined; limit: number };

export type ToWorker =
  | { kind: "task"; id: number; task: Task }
  /** Sent once for each module: compiled once for all workers. */
  | { kind: "module"; name: ModuleName; module: WebAssembly.Module };

export type FromWorker =
  /** The module is needed; the task goes on when it has come. */
  | { kind: "need"; name: ModuleName }
  /** The file has been read. */
  | { kind: "working"; id: number }
  | { kind: "done"; id: number; outcome: Outcome; memory: number };

/** `broken`: the WebAssembly instance met a fault of its own and must not be used again. */
export type Outcome =
  | { ok: true; value: unknown }
  | { ok: false; code: ErrorCode; message: string; broken: boolean };
