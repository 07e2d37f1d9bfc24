// What follows from a verdict for a file that could be uploaded. Plain data: no page, no server.
import { isCopy } from "vismatch";
import type { Match } from "../api/types";

/**
 * `known`: it is there already, for certain. `edited`: an edited copy of what is there. `similar`: something is near
 * it, and nothing says that they are one picture. `new`: nothing is like it.
 */
export type Standing = "known" | "edited" | "similar" | "new";

/** By the match with the strongest claim, null without one. */
export function standingOf(match: Pick<Match, "verdict" | "verified"> | null): Standing {
  if (!match || match.verdict === "different") return "new";
  if (isCopy(match)) return "known";
  return match.verdict === "edited" && match.verified ? "edited" : "similar";
}

/** What is uploaded unless the visitor decides otherwise. */
export function isWanted(standing: Standing): boolean {
  return standing === "new" || standing === "similar";
}

/** What leaving out the known ones leaves out: edited copies only when the visitor says so. */
export function isLeftOut(standing: Standing, withEdited: boolean): boolean {
  return standing === "known" || (withEdited && standing === "edited");
}

/** A stored image that this file may take the place of: a copy, or one that nobody has compared with it yet. */
export function isReplaceable({ verdict, verified }: Pick<Match, "verdict" | "verified">): boolean {
  return verdict === "same_picture" || verdict === "edited" || (verdict === "similar" && !verified);
}
