// Which images of a group go, and what that rests on. Plain data: no page, no server.
import { isCopy } from "vismatch";
import { count } from "../state/words";
import type { Accept, DuplicateGroup, Duplicates, GroupMember } from "../api/types";

/** Where a group is shown: with copies that go in bulk, with edited copies only, or with nothing that is certain. */
export type Section = "copies" | "edited" | "similar";

/** Images that go on one claim. */
export interface Removal {
  accept: Accept;
  remove: string[];
}

/** What keeping the best of each would do. */
export interface Bulk {
  groups: number;
  removed: number;
  bytes: number;
  /** Edited copies, which stay. */
  edited: number;
  /** What is merely alike, and stays. */
  similar: number;
}

/** Weakest last. */
const CLAIMS: readonly Accept[] = ["same_picture", "edited", "any"];

/** What may go without a look: the same file, or the same picture for certain, held against the best. */
export function copiesOf(group: DuplicateGroup): GroupMember[] {
  return othersOf(group).filter(isCopy);
}

export function sectionOf(group: DuplicateGroup): Section {
  const claims = othersOf(group).map(claimOf);
  return claims.includes("same_picture") ? "copies" : claims.includes("edited") ? "edited" : "similar";
}

/**
 * What is ticked before anybody has looked. Verdicts are held against the best: when another image is kept, only the
 * best itself has been compared with it, and files of the same bytes are the same to anything.
 */
export function preselected(group: DuplicateGroup, kept: string): Set<string> {
  if (kept === group.best.image_id) return idsOf(copiesOf(group));
  const keeper = group.images.find(({ image_id }) => image_id === kept);
  if (!keeper || !isCopy(keeper)) return new Set();
  const isSameFile = (image: GroupMember) => keeper.verdict === "exact" || image.verdict === "exact";
  const copies = copiesOf(group).filter((image) => image.image_id !== kept && isSameFile(image));
  return idsOf(copies).add(group.best.image_id);
}

/** What removing the ticked images rests on, the strongest claim first: the server holds each to its own. */
export function removals(group: DuplicateGroup, kept: string, ticked: ReadonlySet<string>): Removal[] {
  const going = group.images.filter(({ image_id }) => image_id !== kept && ticked.has(image_id));
  const ofClaim = (accept: Accept) => going.filter((image) => claimBetween(group, kept, image) === accept);
  return CLAIMS.map((accept) => ({ accept, remove: ofClaim(accept).map(({ image_id }) => image_id) })).filter(
    ({ remove }) => remove.length > 0,
  );
}

export function bulkOf(groups: readonly DuplicateGroup[]): Bulk {
  const others = groups.flatMap(othersOf);
  const copies = others.filter(isCopy);
  const ofClaim = (accept: Accept) => others.filter((image) => claimOf(image) === accept).length;
  return {
    groups: groups.filter((group) => copiesOf(group).length > 0).length,
    removed: copies.length,
    bytes: copies.reduce((sum, { bytes }) => sum + bytes, 0),
    edited: ofClaim("edited"),
    similar: ofClaim("any"),
  };
}

/** What is left of a group when its best is kept and these have gone; null when the best is left alone. */
export function without(group: DuplicateGroup, removed: readonly string[]): DuplicateGroup | null {
  const images = group.images.filter(({ image_id }) => !removed.includes(image_id));
  return images.length > 1 ? { ...group, images } : null;
}

/** What the answer does not tell of, in sentences for people; null when it is complete. */
export function omissions({ left_out = 0, not_compared = 0 }: Pick<Duplicates, "left_out" | "not_compared">): string | null {
  const said = [
    left_out > 0 && `Of ${count(left_out, "image")} only the nearest candidates were compared, so copies may be missing here.`,
    not_compared > 0 && `${count(not_compared, "pair")} may be copies or not: their pictures were not compared.`,
  ];
  return said.filter(Boolean).join(" ") || null;
}

function othersOf({ images, best }: DuplicateGroup): GroupMember[] {
  return images.filter(({ image_id }) => image_id !== best.image_id);
}

function idsOf(members: readonly GroupMember[]): Set<string> {
  return new Set(members.map(({ image_id }) => image_id));
}

/** What a member is to the best of its group, as a claim. */
function claimOf(member: GroupMember): Accept {
  if (isCopy(member)) return "same_picture";
  return member.verdict === "edited" && member.verified ? "edited" : "any";
}

/** The same to the image that is kept. Through the best it is no more than the weaker of both claims. */
function claimBetween(group: DuplicateGroup, kept: string, member: GroupMember): Accept {
  const isBest = (image: GroupMember) => image.image_id === group.best.image_id;
  const ends = group.images.filter((image) => image.image_id === kept || image === member);
  const claims = ends.filter((image) => !isBest(image)).map(claimOf);
  return CLAIMS.findLast((claim) => claims.includes(claim)) ?? "same_picture";
}
