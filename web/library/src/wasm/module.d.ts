/** What both builds of the pipeline export; see `web/src/lib.rs`. */

import type { BankFacts } from "../bank.js";
import type { Comparison, ImageInfo, Known, Neighbour, RenditionSpec } from "../types.js";

export interface Exports {
  readonly memory: WebAssembly.Memory;
}

export function initSync(options: { module: WebAssembly.Module }): Exports;

export function reads(image: Uint8Array): boolean;
export function info(image: Uint8Array): ImageInfo;
export function fingerprint(image: Uint8Array, algorithms: readonly string[]): Pick<Known, "info" | "fingerprints" | "sketch" | "flatness">;
export function compare(first: Uint8Array, second: Uint8Array, threshold: number | undefined): Comparison;
export function render(
  image: Uint8Array,
  specs: readonly RenditionSpec[],
): { width: number; height: number; jpeg: Uint8Array<ArrayBuffer> }[];
export function sha256(bytes: Uint8Array): string;

export class Bank {
  constructor();
  apply(answer: Uint8Array): BankFacts;
  nearest(version: number, bits: string, radius: number | undefined, limit: number): Neighbour[];
}
