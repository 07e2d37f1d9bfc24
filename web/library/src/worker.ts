/** A worker: one task at a time, read, worked on and answered. Holds the WebAssembly instances. */

import type { ErrorCode } from "./errors.js";
import type { FromWorker, ModuleName, Outcome, Task, ToWorker } from "./protocol.js";
import * as common from "./wasm/common.js";
import type { RenditionSpec } from "./types.js";

type Pipeline = typeof common;

/** A file that cannot be read. */
class Unreadable extends Error {}

/** A part of the library that cannot be loaded. */
class Unavailable extends Error {}

const memories: WebAssembly.Memory[] = [];
const arriving = new Map<ModuleName, (module: WebAssembly.Module) => void>();
const instances = new Map<ModuleName, Promise<Pipeline>>();
let bank: common.Bank | undefined;

self.onmessage = ({ data }: MessageEvent<ToWorker>) => {
  if (data.kind === "module") arriving.get(data.name)?.(data.module);
  else void work(data.id, data.task);
};

async function work(id: number, task: Task): Promise<void> {
  let outcome: Outcome;
  try {
    outcome = { ok: true, value: await perform(id, task) };
  } catch (fault) {
    outcome = failed(fault);
  }
  const memory = memories.reduce((sum, { buffer }) => sum + buffer.byteLength, 0);
  say({ kind: "done", id, outcome, memory });
}

async function perform(id: number, task: Task): Promise<unknown> {
  const files = await Promise.all(filesOf(task).map(read));
  const pipeline = await reader(files);
  say({ kind: "working", id });
  const [first = new Uint8Array(), second = new Uint8Array()] = files;
  switch (task.kind) {
    case "fingerprint": {
      // The browser digests on a thread of its own, meanwhile.
      const digest = sha256(first, pipeline);
      const known = pipeline.fingerprint(first, task.algorithms);
      return { sha256: await digest, ...known };
    }
    case "info":
      return pipeline.info(first);
    case "compare":
      return pipeline.compare(first, second, task.radius);
    case "render":
      return render(pipeline, first, task.specs);
    case "bank-apply":
      bank ??= new pipeline.Bank();
      return bank.apply(new Uint8Array(task.bytes));
    case "bank-nearest":
      bank ??= new pipeline.Bank();
      return bank.nearest(task.version, task.bits, task.radius, task.limit);
  }
}

function filesOf(task: Task): Blob[] {
  if (task.kind === "compare") return [task.first, task.second];
  return "file" in task ? [task.file] : [];
}

async function read(file: Blob): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return new Uint8Array(await file.arrayBuffer());
  } catch (cause) {
    throw new Unreadable(`the file cannot be read: ${cause}`, { cause });
  }
}

/** The smallest build that reads all of the files. */
async function reader(files: Uint8Array[]): Promise<Pipeline> {
  const pipeline = await instance("common");
  return files.every((file) => pipeline.reads(file)) ? pipeline : instance("full");
}

function instance(name: ModuleName): Promise<Pipeline> {
  const known = instances.get(name);
  if (known) return known;
  const started = start(name);
  instances.set(name, started);
  return started;
}

async function start(name: ModuleName): Promise<Pipeline> {
  const compiled = new Promise<WebAssembly.Module>((resolve) => arriving.set(name, resolve));
  say({ kind: "need", name });
  const pipeline = name === "common" ? common : await fullBuild();
  memories.push(pipeline.initSync({ module: await compiled }).memory);
  return pipeline;
}

async function fullBuild(): Promise<Pipeline> {
  try {
    return await import("./wasm/full.js");
  } catch (cause) {
    throw new Unavailable(`the module for rare formats cannot be loaded: ${cause}`, { cause });
  }
}

async function sha256(bytes: Uint8Array<ArrayBuffer>, pipeline: Pipeline): Promise<string> {
  // Only pages from https or this machine have it.
  if (!globalThis.crypto?.subtle) return pipeline.sha256(bytes);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function render(pipeline: Pipeline, file: Uint8Array, specs: readonly RenditionSpec[]) {
  return pipeline.render(file, specs).map(({ width, height, jpeg }) => {
    return { width, height, blob: new Blob([jpeg], { type: "image/jpeg" }) };
  });
}

function failed(fault: unknown): Outcome {
  if (fault instanceof Unreadable) return { ok: false, code: "unreadable", message: fault.message, broken: false };
  if (fault instanceof Unavailable) return { ok: false, code: "unavailable", message: fault.message, broken: true };
  if (fault instanceof Error && "code" in fault) {
    return { ok: false, code: fault.code as ErrorCode, message: fault.message, broken: false };
  }
  // Panics are thrown as text: what is left is Rust's end without memory. Neither may be used again.
  if (fault instanceof WebAssembly.RuntimeError && fault.message.includes("unreachable")) {
    return { ok: false, code: "too-large", message: "the picture is too large: it takes more memory than there is", broken: true };
  }
  return { ok: false, code: "internal", message: `the pipeline failed: ${fault}`, broken: true };
}

function say(message: FromWorker): void {
  self.postMessage(message);
}
