import type { Fingerprint, Known } from "./types.js";

/** The body of `POST /projects/{project}/check`. */
export interface CheckBody {
  sha256: string;
  fingerprints: Pick<Fingerprint, "algorithm" | "version" | "bits">[];
  /** Judges what fingerprints find, unless a radius is given. */
  sketch: string;
  radius?: number;
  limit?: number;
  orientation?: "upright" | "any";
}

/** How to check. */
export type CheckOptions = Pick<CheckBody, "radius" | "limit" | "orientation">;

/**
 * What the server has to be told to be asked about a picture: digest, fingerprints and the sketch, a grey
 * picture of 64x64 cells. Nothing else of the picture is in it, neither its name nor what the camera wrote.
 */
export function checkBody(known: Known, options: CheckOptions = {}): CheckBody {
  const fingerprints = known.fingerprints.map(({ algorithm, version, bits }) => ({ algorithm, version, bits }));
  return { sha256: known.sha256, fingerprints, sketch: known.sketch, ...options };
}
