// The server's answers by the page's names for them. The types are those of `schema.ts`, which `just types` makes of the
// server's description; only what the page adds is written here.

import type { components } from "./schema";

type Schemas = components["schemas"];

export type Algorithm = Schemas["AlgorithmName"];
export type Orientation = Schemas["OrientationName"];
/** What two pictures are to each other; `different` means that nothing is like it. */
export type Verdict = Schemas["VerdictName"];
export type Size = Schemas["RenditionName"];
export type Urls = Schemas["Urls"];
export type Project = Schemas["ProjectView"];
export type Exif = Schemas["ExifView"];
export type Image = Schemas["ImageView"];

/** A fingerprint of an algorithm of the server's own; those of plugins have other names and no quality. */
export type Fingerprint = Schemas["FingerprintView"] & { algorithm: Algorithm; quality: number };

/** A match by an algorithm of the server's own. */
export type Match = Omit<Schemas["MatchView"], "algorithm" | "frames" | "project_id"> & {
  algorithm: Algorithm;
  /** Frames or pages of the stored file, 1 where the answer does not say. */
  frames?: number;
  /** Found on this device: its picture is asked for only when the visitor wants to see it. */
  unseen?: true;
};

export interface Checked {
  exact: Match[];
  near: Match[];
}

/** `duplicates` is what the server, which has both pictures, verified it to be a duplicate of; the strongest verdict first. */
export type Uploaded = Pick<Schemas["Uploaded"], "image_id" | "name" | "urls"> & { duplicates?: Match[] };

/** An image of a group, and what it is to the one to keep. */
export type GroupMember = Schemas["MemberView"];
export type DuplicateGroup = Schemas["GroupView"];
export type Duplicates = Schemas["DuplicatesView"];
/** The weakest verdict on which an image may go for another. */
export type Accept = Schemas["AcceptBody"];
export type Resolved = Schemas["ResolvedView"];
/** An image that gave way to a duplicate, for as long as the server keeps it. */
export type Trashed = Schemas["TrashedView"];
export type Decision = Schemas["DecisionView"];
export type Difference = Schemas["DifferenceView"];
export type Comparison = Schemas["ComparisonView"];
export type Scan = Schemas["Scan"];
/** An answer about duplicates that is in the making. */
export type Judging = Schemas["Judging"];
export type Readiness = Schemas["Readiness"];
