// How the server is doing, and what can be asked of it as a whole.
import { ask, askJson } from "./client";
import type { Readiness } from "./types";

export const readiness = () => askJson<Readiness>("/readyz");

export const rebuildIndex = () => ask("/images/rebuildBKT");

/** A line of `/metrics`: its labels and value. */
export interface Sample {
  labels: Record<string, string>;
  value: number;
}

/** The figures of `/metrics` by name, in the text format of Prometheus. */
export async function figures(): Promise<Map<string, Sample[]>> {
  return parseFigures(await (await ask("/metrics")).text());
}

export function parseFigures(text: string): Map<string, Sample[]> {
  const found = new Map<string, Sample[]>();
  for (const [, name, labels, value] of text.matchAll(/^(\w+)(?:\{(.*)\})? (\S+)$/gm)) {
    const pairs = (labels ?? "").matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g);
    const sample = {
      labels: Object.fromEntries(Array.from(pairs, ([, key, text]) => [key, text])),
      value: Number(value),
    };
    found.set(name!, [...(found.get(name!) ?? []), sample]);
  }
  return found;
}

/** The sum over all samples of a name that `keep` lets through. */
export function total(
  all: Map<string, Sample[]>,
  name: string,
  keep: (labels: Record<string, string>) => boolean = () => true,
): number {
  const samples = all.get(name) ?? [];
  return samples.filter(({ labels }) => keep(labels)).reduce((sum, { value }) => sum + value, 0);
}
