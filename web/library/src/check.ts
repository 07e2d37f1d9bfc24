import type { Fingerprint, Known } from "./types.js";

/** The body of `POST /projects/{project}/check`. */
export interface CheckBody {
  sha256: string;
  fingerprints: Pick<Fingerprint, "algorithm" | "version" | "bits">[];
  /** Judges what fingerprints find, unless a radius is given. */
  sketch?: string;
  radius?: number;
  limit?: number;
  orientation?: "upright" | "any";
}

/** How to check. */
export interface CheckOptions extends Pick<CheckBody, "radius" | "limit" | "orientation"> {
  /**
   * Send the sketch, too, so that the server judges what it finds, cropped and bordered copies included. It is
   * a picture of 128x128 cells with coarse colours: anyone who sees it sees what the picture shows.
   */
  sketch?: boolean;
}

/**
 * What the server has to be told to be asked about a picture: digest and fingerprints. Nothing else of the
 * picture is in it, neither its name nor what the camera wrote, and its sketch only on request.
 */
export function checkBody(known: Known, { sketch = false, ...options }: CheckOptions = {}): CheckBody {
  // Without transparency that is `dhash128` once more.
  const told = known.fingerprints.filter(({ algorithm, quality }) => algorithm !== "bare" || quality > 0);
  const fingerprints = told.map(({ algorithm, version, bits }) => ({ algorithm, version, bits }));
  return { sha256: known.sha256, fingerprints, ...(sketch && { sketch: known.sketch }), ...options };
}
