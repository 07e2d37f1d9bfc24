// What is searched with, and what is like it. A file stays on this device until `sendAnyOrientation`.
import { check, matchesOfFile, matchesOfStored } from "../api/projects";
import type { Match } from "../api/types";
import { fingerprintAll, preview } from "../state/pipeline";
import type { Known } from "vismatch";

/** Largest distance that the slider reaches, in bits of a pHash. */
export const FARTHEST = 24;
/** Most matches that are listed. */
export const LIMIT = 200;
const PREVIEW = 1600;

export type Subject =
  | { is: "file"; file: File; known: Known; src: string; name: string }
  | { is: "stored"; image: string; src: string; name: string };

/** Computes the fingerprints of a file on this device. */
export async function subjectOfFile(file: File): Promise<Subject> {
  const known = await fingerprintAll(file);
  return { is: "file", file, known, src: await preview(file, PREVIEW), name: file.name };
}

/** Everything within reach of the slider, by pHash, nearest first. */
export async function search(project: string, subject: Subject): Promise<Match[]> {
  if (subject.is === "stored") {
    return matchesOfStored(project, subject.image, { radius: FARTHEST, limit: LIMIT, orientation: "any" });
  }
  const fingerprints = subject.known.fingerprints.filter(({ algorithm }) => algorithm === "phash");
  const found = await check(project, { ...subject.known, fingerprints }, { radius: FARTHEST, limit: LIMIT });
  return [...found.exact, ...found.near];
}

/** Mirrored and turned copies, too. The picture is sent: only a server turns it every way. */
export function sendAnyOrientation(project: string, file: File): Promise<Match[]> {
  return matchesOfFile(project, file, { radius: FARTHEST, limit: LIMIT, orientation: "any" });
}
