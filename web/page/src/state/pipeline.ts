// The pipeline that computes fingerprints and compares pictures on this device: one for the whole page, begun when it is needed.
import { ALGORITHMS, createPipeline, type JobOptions, type Known, type Pipeline } from "vismatch";

/** How many pictures are processed side by side. */
export const WORKERS = Math.max(1, Math.min(navigator.hardwareConcurrency || 2, 8));

let shared: Promise<Pipeline> | undefined;

export function pipeline(): Promise<Pipeline> {
  shared ??= createPipeline({ workers: WORKERS });
  shared.catch(() => (shared = undefined)); // loaded anew when it is next needed
  return shared;
}

/** Everything the server can be asked about a picture with. */
export async function fingerprintAll(file: Blob, options: JobOptions = {}): Promise<Known> {
  return (await pipeline()).fingerprint(file, { ...options, algorithms: ALGORITHMS });
}

/**
 * A small JPEG of a picture, as an address for `<img>`; to be given back by `URL.revokeObjectURL`. Of the quality that
 * the server's have unless it is told otherwise: a picture compared with itself differs nowhere.
 */
export async function preview(file: Blob, side: number, options: JobOptions = {}): Promise<string> {
  const spec = { size: "fit", width: side, height: side } as const;
  const [rendition] = await (await pipeline()).render(file, [spec], options);
  return URL.createObjectURL(rendition!.blob);
}
