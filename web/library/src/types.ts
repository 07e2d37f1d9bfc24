/** The words of the library: what goes in and what comes out, as the server spells them. */

/** How a fingerprint is computed. */
export type Algorithm = "phash" | "dhash" | "dhash128" | "ahash" | "blockhash" | "pdq" | "core" | "bare";

/** Every algorithm, in the server's order. */
export const ALGORITHMS: readonly Algorithm[] = ["phash", "dhash", "dhash128", "ahash", "blockhash", "pdq", "core", "bare"];

/** What a file is, told by its content. */
export type ImageFormat =
  | "JPEG" | "PNG" | "WebP" | "GIF" | "BMP" | "ICO" | "PNM" | "QOI" | "TGA"
  | "TIFF" | "HEIF" | "AVIF" | "JPEG XL";

/** How stored pixels have to be transformed to be seen upright; EXIF 1 to 8 in this order. */
export type Orientation =
  | "upright" | "mirrored" | "rotated180" | "flipped"
  | "transposed" | "rotated90" | "transversed" | "rotated270";

/** A place on earth in WGS 84 degrees: north and east are positive. */
export interface Location {
  latitude: number;
  longitude: number;
}

/** What a camera wrote beside the picture; null where it wrote nothing. */
export interface Exif {
  camera_make: string | null;
  camera_model: string | null;
  lens: string | null;
  /** `YYYY-MM-DDThh:mm:ss`, with the offset where the camera recorded one. */
  taken_at: string | null;
  location: Location | null;
}

/** Facts of a picture, from its headers. */
export interface ImageInfo {
  format: ImageFormat;
  media_type: string;
  /** Pixels across, upright. */
  width: number;
  /** Pixels down, upright. */
  height: number;
  /** How the stored pixels lie. */
  orientation: Orientation;
  /** Frames, pages or entries; 1 for a still picture. */
  frames: number;
  has_alpha: boolean;
  /** Has an ICC profile other than sRGB. */
  has_colour_profile: boolean;
  exif: Exif | null;
}

/** What one algorithm says of a picture. */
export interface Fingerprint {
  algorithm: Algorithm;
  /** Only fingerprints of the same version are compared. */
  version: number;
  /** The bits as hexadecimal digits, most significant first. */
  bits: string;
  /** 0 to 100; below 50 matches mean little. */
  quality: number;
}

/** A picture as it is known without sending it. */
export interface Known {
  /** Digest of the file, 64 hexadecimal digits. */
  sha256: string;
  info: ImageInfo;
  /** In the order asked for. */
  fingerprints: Fingerprint[];
  /** A coarse picture of it that the server judges by: a few kilobytes in base64, a byte of version first. */
  sketch: string;
  /** The share of the picture that has its commonest level, 0 to 1: much of a drawing or a document has one. */
  flatness: number;
}

/**
 * What two pictures are to each other, the strongest claim first. `exact`: the same bytes. `same_picture`: re-encoded,
 * resized, converted. `edited`: one picture with something done to it. `similar`: near, and no copy.
 */
export type Verdict = "exact" | "same_picture" | "edited" | "similar" | "different";

/** One algorithm's opinion of two pictures. */
export interface Difference {
  algorithm: Algorithm;
  /** Differing bits in the best orientation. */
  distance: number;
  bits: number;
  similarity: number;
  orientation: Orientation;
}

/** Two pictures compared; the answer of `POST /compare`. */
export interface Comparison {
  verdict: Verdict;
  /** The verdict is one of the first three. */
  is_duplicate: boolean;
  /** What was compared decides. Where it is false only the pictures themselves can tell. */
  verified: boolean;
  /** 0 to 1. */
  similarity: number;
  /** How the second picture has to be transformed to look like the first. */
  orientation: Orientation;
  /** Why, in one sentence for people. */
  reason: string;
  differences: Difference[];
}

/** One JPEG to make of a picture. */
export interface RenditionSpec {
  /** `original`: its own size; `fit`: as large as fits, never enlarged; `cover`: exactly, cut around the centre. */
  size: "original" | "fit" | "cover";
  /** Of the box, in pixels; for `fit` and `cover`. */
  width?: number;
  height?: number;
  /** 1 to 100; 85 without it. */
  quality?: number;
}

/** A finished JPEG: upright, sRGB, transparency on white, without metadata. */
export interface Rendition {
  width: number;
  height: number;
  /** `image/jpeg`. */
  blob: Blob;
}

/** Where a job stands. `waiting` is told at once, `done` never: the promise tells it. */
export type Stage = "waiting" | "reading" | "working";

/** What every job takes. */
export interface JobOptions {
  /** Ends the job: it leaves the queue, or its worker is ended. The promise rejects with the signal's reason. */
  signal?: AbortSignal;
  /** Called when a job comes to its next stage. */
  onProgress?: (stage: Stage) => void;
}

export interface FingerprintOptions extends JobOptions {
  /** `["phash", "dhash128", "core", "bare"]` without it: what the server finds duplicates by. */
  algorithms?: readonly Algorithm[];
}

export interface CompareOptions extends JobOptions {
  /** Largest `phash` distance of near-duplicates, 0 to 64. */
  radius?: number;
  /** The older name of `radius`, which wins. */
  threshold?: number;
}

export interface PipelineOptions {
  /** Most workers; one a core without it. They are started when they are needed. */
  workers?: number;
  /** The address of the library's `dist/` folder, for pages that serve it as it is, without a bundler. */
  base?: URL | string;
  /** Most jobs that may wait, 10,000 without it; the next one is refused with the code `busy`. */
  queue?: number;
  /** Milliseconds that a job may work, 60,000 without it; then it fails with the code `timeout`. */
  timeout?: number;
}

export interface NearestOptions {
  /** Largest distance in bits; the algorithm's default without it. */
  radius?: number;
  /** Most neighbours, 10 without it. */
  limit?: number;
}

/** An image of a bank that is near a query. */
export interface Neighbour {
  image_id: string;
  /** Differing bits. */
  distance: number;
  /** 1 - distance / bits. */
  similarity: number;
}
