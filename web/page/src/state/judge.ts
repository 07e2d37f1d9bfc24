// What a file and a stored image are to each other, where the server's check could not tell: the stored thumbnail is
// fetched and compared on this device. The file stays here.
import { COMPARED, decide, decideMatch, isCopy, type CheckAnswer, type CheckedPicture, type DecideOptions } from "vismatch";
import { ask } from "../api/client";
import type { Match } from "../api/types";
import { pipeline } from "./pipeline";

/** A match with its verdict decided. */
export async function judge(picture: CheckedPicture, match: Match): Promise<Match> {
  return decideMatch(await pipeline(), picture, match, options());
}

/** What a file is to the stored images that were found near it. */
export interface Strongest {
  /** The match with the strongest claim; null when there is none, or all are other pictures. */
  match: Match | null;
  /** It is no copy of any that was compared, and more were found. */
  isCrowded: boolean;
}

export async function strongest(
  picture: CheckedPicture,
  answer: CheckAnswer<Match>,
  signal: AbortSignal,
): Promise<Strongest> {
  const match = await decide(await pipeline(), picture, answer, options(signal));
  const isMore = answer.exact.length + answer.near.length > COMPARED;
  return { match, isCrowded: isMore && !(match && isCopy(match)) };
}

/** Faults of the server are told as everywhere in the page, so that they are asked about again. */
function options(signal?: AbortSignal): DecideOptions {
  const fetchThumb = async (address: string) => (await ask(address, signal ? { signal } : {})).blob();
  return { ...(signal && { signal }), fetchThumb };
}
