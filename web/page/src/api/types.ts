// The server's answers, as its OpenAPI description says them; only what the page reads.

export type Algorithm = "phash" | "dhash" | "dhash128" | "ahash" | "blockhash" | "pdq" | "core" | "bare";

export type Orientation =
  | "upright"
  | "mirrored"
  | "rotated180"
  | "flipped"
  | "transposed"
  | "rotated90"
  | "transversed"
  | "rotated270";

/** What two pictures are to each other; `different` means that nothing is like it. */
export type Verdict = "exact" | "same_picture" | "edited" | "similar" | "different";

export type Size = "original" | "medium" | "thumb" | "game";

export type Urls = Record<Size, string>;

export interface Project {
  project_id: string;
  created_at: string;
  images: number;
  /** Strong crops of its images are found, too, by local features. */
  finds_crops: boolean;
  primary_image_id: string | null;
  urls: { images: string; thumbnail: string };
}

export interface Exif {
  camera_make?: string;
  camera_model?: string;
  lens?: string;
  taken_at?: string;
  latitude?: number;
  longitude?: number;
}

export interface Image {
  image_id: string;
  name: string;
  is_primary: boolean;
  created_at: string;
  width: number;
  height: number;
  bytes: number;
  sha256: string;
  urls: Urls;
  exif?: Exif;
  aliases?: string[];
}

export interface Fingerprint {
  algorithm: Algorithm;
  version: number;
  /** Hexadecimal digits, most significant bit first. */
  bits: string;
  /** 0 to 100; below 50 matches mean little. */
  quality: number;
}

export interface Match {
  image_id: string;
  name: string;
  kind: "exact" | "near";
  distance: number;
  verdict: Verdict;
  /** What was compared decides; where it is false only the pictures themselves can tell. */
  verified: boolean;
  similarity: number;
  reason: string;
  algorithm: Algorithm;
  orientation: Orientation;
  /** Frames or pages of the stored file, 1 where the answer does not say. */
  frames?: number;
  urls: Urls;
  /** Found on this device: its picture is asked for only when the visitor wants to see it. */
  unseen?: true;
}

export interface Checked {
  exact: Match[];
  near: Match[];
}

export interface Uploaded {
  image_id: string;
  name: string;
  urls: Urls;
  /** What the server, which has both pictures, verified it to be a duplicate of; the strongest verdict first. */
  duplicates?: Match[];
}

/** An image of a group, and what it is to the one to keep. */
export interface GroupMember extends Image {
  distance: number;
  verdict: Verdict;
  verified: boolean;
  similarity: number;
  reason: string;
  orientation: Orientation;
}

export interface DuplicateGroup {
  group_id: string;
  best: { image_id: string; reason: string };
  images: GroupMember[];
}

export interface Duplicates {
  /** Null when pictures were judged. */
  algorithm: Algorithm | null;
  /** Null when pictures were judged. */
  radius: number | null;
  groups: DuplicateGroup[];
  /** Images of which only the nearest candidates were compared. */
  left_out?: number;
  /** Pairs that may be duplicates, and whose pictures were not compared. */
  not_compared?: number;
}

/** The weakest verdict on which an image may go for another. */
export type Accept = "same_picture" | "edited" | "any";

export interface Resolved {
  dry_run: boolean;
  kept: Image;
  removed: { image_id: string; name: string; was_primary: boolean; bytes: number }[];
  trashed_bytes: number;
}

/** An image that gave way to a duplicate, for as long as the server keeps it. */
export interface Trashed {
  image_id: string;
  name: string;
  bytes: number;
  trashed_at: string;
  url: string;
}

export interface Decision {
  decision_id: string;
  images: [string, string];
}

export interface Difference {
  algorithm: Algorithm;
  distance: number;
  bits: number;
  similarity: number;
  orientation: Orientation;
}

export interface Comparison {
  verdict: Verdict;
  is_duplicate: boolean;
  verified: boolean;
  similarity: number;
  orientation: Orientation;
  reason: string;
  differences: Difference[];
}

export interface Scan {
  finished: boolean;
  found: number;
  indexed: number;
  skipped: number;
}

/** An answer about duplicates that is in the making. */
export interface Judging {
  project_id: string | null;
  judged: number;
  /** Null while pairs are searched. */
  pairs: number | null;
}

export interface Readiness {
  status: "ready";
  version: string;
  scan: Scan;
  index: { images: number; change: number };
}
