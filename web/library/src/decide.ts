/**
 * Deciding on the visitor's machine what the server's check had to leave open: the stored thumbnail is fetched and
 * compared with the file, which stays here.
 */

import { VismatchError } from "./errors.js";
import type { Pipeline } from "./pipeline.js";
import type { Comparison, JobOptions, Known, Orientation, Verdict } from "./types.js";

/** What the server's check says of a stored image; the part of it that is read here. */
export interface CheckedMatch {
  verdict: Verdict;
  /** What was compared decides. Where it is false only the pictures themselves can tell. */
  verified: boolean;
  /** 0 to 1. */
  similarity: number;
  /** Why, in one sentence for people. */
  reason: string;
  /** How the file has to be transformed to look like the stored image. */
  orientation: Orientation;
  /** Frames or pages of the stored image, 1 where the answer does not say. */
  frames?: number;
  urls: { thumb: string };
}

/** The answer of `POST /projects/{project}/check`. */
export interface CheckAnswer<M extends CheckedMatch = CheckedMatch> {
  exact: readonly M[];
  near: readonly M[];
}

/** The picture that was asked about. */
export interface CheckedPicture {
  file: Blob;
  known: Pick<Known, "info" | "flatness">;
}

/** What a pipeline does here. */
export type Comparing = Pick<Pipeline, "compare" | "fingerprint">;

/** How to decide. */
export interface DecideOptions {
  signal?: AbortSignal;
  /** The server's address, which those of thumbnails are relative to; the page's own without it. */
  server?: URL | string;
  /** Fetches a thumbnail, in place of the browser's plain `fetch`. */
  fetchThumb?: (address: string, signal: AbortSignal | undefined) => Promise<Blob>;
}

/** Strongest claim first. */
const ORDER: readonly Verdict[] = ["exact", "same_picture", "edited", "similar", "different"];
/** Matches of a check that are compared, nearest first. */
export const COMPARED = 3;
/** Pixels on the longer side of a thumbnail, at most. */
const THUMB_SIDE = 400;
/** The share of one level from which on a picture is a drawing or a document, as the verification has it. */
const FLAT = 0.35;
const SMALL_TEXT = "The thumbnail agrees, but small text or figures may differ: only the pictures themselves can tell.";
const SEVERAL_FRAMES = "One of the files has several frames or pages, and a thumbnail shows only the first.";
const THE_THUMBNAIL = "The file is the stored image's own thumbnail.";

/**
 * What a picture is to what the server has, given the answer of its check: the match with the strongest claim, or null
 * when nothing is like it. Of the first three matches those that the server could not decide are compared here. Where all
 * of them are other pictures and there are more, the fourth is the answer, as the check has it: nobody has compared it.
 */
export async function decide<M extends CheckedMatch>(
  pipeline: Comparing,
  picture: CheckedPicture,
  answer: CheckAnswer<M>,
  options: DecideOptions = {},
): Promise<M | null> {
  const matches = [...answer.exact, ...answer.near];
  let best: M | null = null;
  for (const match of matches.slice(0, COMPARED)) {
    const decided = await decideMatch(pipeline, picture, match, options);
    if (!best || isStronger(decided, best)) best = decided;
    if (isCopy(best)) break;
  }
  return best?.verdict === "different" ? (matches[COMPARED] ?? null) : best;
}

/**
 * One match with its verdict decided. What the server has verified stays as it is; else the stored thumbnail of 400
 * pixels is fetched and compared. It can tell pictures apart, but does not show everything: files of several frames,
 * and drawings and documents that agree with it, stay `similar` and `verified: false`.
 */
export async function decideMatch<M extends CheckedMatch>(
  pipeline: Comparing,
  picture: CheckedPicture,
  match: M,
  options: DecideOptions = {},
): Promise<M> {
  if (match.verified || match.verdict === "exact") return match;
  const { file, known } = picture;
  if (known.info.frames > 1 || (match.frames ?? 1) > 1) return { ...match, ...undecided(SEVERAL_FRAMES) };
  const { signal, fetchThumb = (address: string) => fetchPlainly(address, options) } = options;
  const job = signal ? { signal } : {};
  const thumb = await fetchThumb(match.urls.thumb, signal);
  const compared = told(await pipeline.compare(thumb, file, job));
  const isUnclear = isDuplicate(compared) && (await hidesDetail(pipeline, thumb, known, job));
  return { ...match, ...compared, ...(isUnclear && undecided(SMALL_TEXT)) };
}

/** It may be left out without looking at it: the same bytes, or the same picture for certain. */
export function isCopy({ verdict, verified }: Pick<CheckedMatch, "verdict" | "verified">): boolean {
  return verdict === "exact" || (verdict === "same_picture" && verified);
}

function isDuplicate({ verdict }: Pick<CheckedMatch, "verdict">): boolean {
  return verdict === "same_picture" || verdict === "edited";
}

function undecided(reason: string) {
  return { verdict: "similar" as const, verified: false, reason };
}

/** Both pictures have more to see than the thumbnail shows, and what small strokes say counts in them. */
async function hidesDetail(
  pipeline: Comparing,
  thumb: Blob,
  { info, flatness }: CheckedPicture["known"],
  job: JobOptions,
): Promise<boolean> {
  if (Math.max(info.width, info.height) <= THUMB_SIDE) return false;
  const shown = await pipeline.fingerprint(thumb, { ...job, algorithms: ["phash"] });
  if (Math.max(shown.info.width, shown.info.height) < THUMB_SIDE) return false;
  return Math.max(flatness, shown.flatness) >= FLAT;
}

/** Of one verdict, what is more alike: the copy of an invoice before other invoices of its template. */
function isStronger(one: CheckedMatch, other: CheckedMatch): boolean {
  if (one.verdict !== other.verdict) return ORDER.indexOf(one.verdict) < ORDER.indexOf(other.verdict);
  return one.similarity > other.similarity;
}

/** The same bytes as a thumbnail are not the same bytes as the stored image. */
function told({ verdict, verified, similarity, reason, orientation }: Comparison) {
  if (verdict !== "exact") return { verdict, verified, similarity, reason, orientation };
  return { verdict: "same_picture" as const, verified, similarity, reason: THE_THUMBNAIL, orientation };
}

async function fetchPlainly(address: string, { signal, server }: DecideOptions): Promise<Blob> {
  let response;
  try {
    response = await fetch(server === undefined ? address : new URL(address, server), { signal: signal ?? null });
  } catch (cause) {
    signal?.throwIfAborted();
    throw new VismatchError("unavailable", `the thumbnail cannot be fetched: ${cause}`, { cause });
  }
  if (response.ok) return response.blob();
  throw new VismatchError("unavailable", `the server refuses the thumbnail: status ${response.status}`);
}
