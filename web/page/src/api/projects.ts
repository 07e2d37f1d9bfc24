// The routes below `/projects`, one function each.
import { checkBody, type CheckOptions, type Known } from "vismatch";
import { at } from "./address";
import { ask, ApiError, askJson, errorOf, json, nextPage, UNREACHABLE } from "./client";
import type {
  Accept,
  Checked,
  Comparison,
  Decision,
  Duplicates,
  Fingerprint,
  Image,
  Match,
  Project,
  Resolved,
  Trashed,
  Uploaded,
} from "./types";

export interface Page<T> {
  entries: T[];
  next: string | null;
}

const url = (project: string, rest = "") => `/projects/${encodeURIComponent(project)}${rest}`;
const imageUrl = (project: string, image: string) => url(project, `/images/${encodeURIComponent(image)}`);

export const listProjects = () => askJson<Project[]>("/projects");

export const getProject = (project: string) => askJson<Project>(url(project));

/** Strong crops of its images are found from now on, or no longer. */
export const setFindsCrops = (project: string, on: boolean) =>
  askJson<Project>(url(project), json("PATCH", { finds_crops: on }));

export const deleteProject = (project: string) =>
  askJson<{ deleted_images: number }>(url(project), { method: "DELETE" });

/** A page of a project's images; `next` of one page is the address of the following. */
export async function listImages(project: string, next?: string | null, limit = 60): Promise<Page<Image>> {
  const answer = await ask(next ?? url(project, `/images?limit=${limit}`));
  return { entries: (await answer.json()) as Image[], next: nextPage(answer) };
}

export const listFingerprints = (project: string, image: string) =>
  askJson<Fingerprint[]>(`${imageUrl(project, image)}/fingerprints`);

export const setPrimary = (project: string, image: string) =>
  ask(url(project, `/primary/${image}`), { method: "PUT" });

/** Also sent when the page is being closed. */
export const deleteImage = (project: string, image: string) =>
  ask(imageUrl(project, image), { method: "DELETE", keepalive: true });

/** What is like a picture that stays here; a project that is not there yet has nothing. */
export async function check(
  project: string,
  known: Known,
  { signal, ...options }: CheckOptions & { signal?: AbortSignal } = {},
): Promise<Checked> {
  try {
    return await askJson<Checked>(url(project, "/check"), json("POST", checkBody(known, options), signal));
  } catch (fault) {
    if (fault instanceof ApiError && fault.status === 404) return { exact: [], near: [] };
    throw fault;
  }
}

export interface MatchOptions {
  algorithm?: string;
  radius?: number;
  limit?: number;
  orientation?: "upright" | "any";
}

/** What is like a stored image. */
export const matchesOfStored = (project: string, image: string, options: MatchOptions = {}) =>
  askJson<Match[]>(url(project, "/matches"), json("POST", { image_id: image, ...options }));

/** What is like a picture, which is sent. */
export function matchesOfFile(project: string, file: File, options: MatchOptions = {}): Promise<Match[]> {
  const form = new FormData();
  form.append("file", file);
  for (const [name, value] of Object.entries(options)) form.append(name, String(value));
  return askJson<Match[]>(url(project, "/matches"), { method: "POST", body: form });
}

export const compareStored = (project: string, a: string, b: string) =>
  askJson<Comparison>(
    "/compare",
    json("POST", { a: { project_id: project, image_id: a }, b: { project_id: project, image_id: b } }),
  );

export interface DuplicateOptions {
  radius?: number;
  limit: number;
}

export async function listDuplicates(
  project: string,
  options: DuplicateOptions,
  next?: string | null,
): Promise<{ found: Duplicates; next: string | null }> {
  const query = new URLSearchParams({ limit: String(options.limit) });
  if (options.radius !== undefined) query.set("radius", String(options.radius));
  const answer = await ask(next ?? url(project, `/duplicates?${query}`));
  return { found: (await answer.json()) as Duplicates, next: nextPage(answer) };
}

export interface Resolving {
  keep: string;
  remove: readonly string[];
  accept: Accept;
  /** Only says what would be done. */
  dryRun?: boolean;
}

/**
 * Keeps one image; the others go to the trash and their names lead to the kept one. The server refuses (409) when
 * what one of them is to the kept one does not reach `accept`.
 */
export const resolve = (project: string, { dryRun = false, ...wish }: Resolving) =>
  askJson<Resolved>(url(project, "/duplicates/resolve"), json("POST", { ...wish, dry_run: dryRun }));

/** A page of what is in the trash; a project that is not there yet has nothing. */
export async function listTrash(project: string, next?: string | null): Promise<Page<Trashed>> {
  try {
    const answer = await ask(next ?? url(project, "/trash?limit=60"));
    return { entries: (await answer.json()) as Trashed[], next: nextPage(answer) };
  } catch (fault) {
    if (fault instanceof ApiError && fault.status === 404) return { entries: [], next: null };
    throw fault;
  }
}

export const emptyTrash = (project: string) =>
  askJson<{ deleted_images: number }>(url(project, "/trash"), { method: "DELETE" });

export const restore = (project: string, image: string) =>
  askJson<Image>(url(project, `/trash/${image}/restore`), { method: "POST" });

export const decideDistinct = (project: string, images: string[]) =>
  askJson<Decision[]>(url(project, "/duplicates/decisions"), json("POST", { images }));

export const deleteDecision = (project: string, decision: string) =>
  ask(url(project, `/duplicates/decisions/${decision}`), { method: "DELETE" });

export interface Sending {
  /** What to call it; its file's own name without one. */
  name: string | null;
  onDuplicate: "keep" | "reject";
  signal: AbortSignal;
  /** Called with the share of bytes that are on their way, 0 to 1. */
  onProgress: (share: number) => void;
}

/** Uploads a picture. By XMLHttpRequest, which alone tells how far a body has come. */
export function upload(project: string, file: File, sending: Sending): Promise<Uploaded> {
  const { signal, onProgress } = sending;
  const form = new FormData();
  if (sending.name !== null) form.append("name", sending.name);
  form.append("on_duplicate", sending.onDuplicate);
  form.append("file", file, file.name);
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const request = new XMLHttpRequest();
    request.open("POST", at(url(project, "/images")));
    request.responseType = "json";
    request.upload.onprogress = (event) => event.lengthComputable && onProgress(event.loaded / event.total);
    request.onload = () => {
      if (request.status === 200) resolve(request.response as Uploaded);
      else reject(errorOf(request.status, request.response, request.getResponseHeader("retry-after")));
    };
    request.onerror = () => reject(new ApiError(UNREACHABLE, 0));
    request.onabort = () => reject(signal.reason);
    signal.addEventListener("abort", () => request.abort(), { once: true });
    request.send(form);
  });
}
