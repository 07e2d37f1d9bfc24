// What a file and a stored image are to each other. The server judges what it is asked about by the sketch;
// here a file is judged beside a match that was found by its distance alone. The stored image is fetched; the
// file stays here.
import { ask } from "../api/client";
import type { Match, Verdict } from "../api/types";
import { pipeline } from "./pipeline";

/** Strongest claim first. */
const ORDER: readonly Verdict[] = ["exact", "same picture", "edited", "similar", "different"];

/** A match with the verdict of both pictures. */
export async function judge(file: File, match: Match, signal?: AbortSignal): Promise<Match> {
  if (match.kind === "exact") return match;
  const options = signal ? { signal } : {};
  const stored = await (await ask(match.urls.medium, options)).blob();
  const { verdict, similarity, reason, orientation } = await (await pipeline()).compare(stored, file, options);
  return { ...match, verdict, similarity, reason, orientation };
}

/** The match with the strongest claim; null when there is none. */
export function strongest(matches: readonly Match[]): Match | null {
  const claim = ({ verdict }: Match) => ORDER.indexOf(verdict);
  return matches.reduce<Match | null>((best, match) => (best && claim(best) <= claim(match) ? best : match), null);
}
