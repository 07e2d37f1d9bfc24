import type { Fingerprint, Known } from "./types.js";

/** The body of `POST /projects/{project}/check`. */
export interface CheckBody {
  sha256: string;
  fingerprints: Pick<Fingerprint, "algorithm" | "version" | "bits">[];
  radius?: number;
  limit?: number;
}

/**
 * What the server has to be told to be asked about a picture: digest and fingerprints. Nothing else of the
 * picture is in it, neither its name nor what the camera wrote.
 */
export function checkBody(known: Known, options: { radius?: number; limit?: number } = {}): CheckBody {
  const fingerprints = known.fingerprints.map(({ algorithm, version, bits }) => ({ algorithm, version, bits }));
  return { sha256: known.sha256, fingerprints, ...options };
}
