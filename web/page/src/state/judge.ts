// What a file and a stored image are to each other, judged on this machine: fingerprints alone say no more
// than that two pictures look alike. The stored image is fetched; the file stays here, and so does its sketch,
// which is a small picture of it.
import { ask } from "../api/client";
import type { Match, Verdict } from "../api/types";
import { pipeline } from "./pipeline";

/** Strongest claim first. */
const ORDER: readonly Verdict[] = ["exact", "same picture", "edited", "similar", "different"];
/** Candidates that are looked at, nearest first. */
const MOST = 3;

/** A match with the verdict of both pictures. */
export async function judge(file: File, match: Match, signal?: AbortSignal): Promise<Match> {
  if (match.kind === "exact") return match;
  const options = signal ? { signal } : {};
  const stored = await (await ask(match.urls.medium, options)).blob();
  const { verdict, similarity, reason, orientation } = await (await pipeline()).compare(stored, file, options);
  return { ...match, verdict, similarity, reason, orientation };
}

/** The match with the strongest claim; null when there is none, or all are other pictures. */
export async function strongest(file: File, matches: readonly Match[], signal?: AbortSignal): Promise<Match | null> {
  let best: Match | null = null;
  for (const match of matches.slice(0, MOST)) {
    const judged = await judge(file, match, signal);
    if (!best || ORDER.indexOf(judged.verdict) < ORDER.indexOf(best.verdict)) best = judged;
    if (best.verdict === "exact" || best.verdict === "same picture") break;
  }
  return best?.verdict === "different" ? null : best;
}
