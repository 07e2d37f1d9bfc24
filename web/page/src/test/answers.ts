// What tests of the page's modules stand on: a server's answers without a server. The page itself is tested against a
// real one, in a browser (tests/browser).
import { vi } from "vitest";
import type { GroupMember, Image, Match, Verdict } from "../api/types";

/** A request as the page sends it. */
export interface Sent {
  method: string;
  path: string;
  body: unknown;
}

type Answer = { status?: number; body?: unknown; headers?: Record<string, string> } | Error;

/** Answers the page's requests in this order, and keeps what was sent. One answer too few is a fault of the test. */
export function serve(...answers: Answer[]): Sent[] {
  const sent: Sent[] = [];
  vi.stubGlobal("fetch", async (path: string, { method = "GET", body }: RequestInit = {}) => {
    sent.push({ method, path, body: typeof body === "string" ? JSON.parse(body) : (body ?? null) });
    const answer = answers.shift();
    if (!answer) throw new Error(`nobody answers ${method} ${path}`);
    if (answer instanceof Error) throw answer;
    const text = typeof answer.body === "string" ? answer.body : JSON.stringify(answer.body ?? null);
    return new Response(text, { status: answer.status ?? 200, headers: answer.headers ?? {} });
  });
  return sent;
}

const urls = { original: "", medium: "", thumb: "", game: "" };

export function matchOf(verdict: Verdict, verified = true, image_id = "stored"): Match {
  return {
    image_id,
    name: `${image_id}.jpg`,
    kind: verdict === "exact" ? "exact" : "near",
    distance: 0,
    verdict,
    verified,
    similarity: 1,
    reason: "",
    algorithm: "phash",
    orientation: "upright",
    urls,
  };
}

export function imageOf(image_id: string, bytes = 1): Image {
  return {
    image_id,
    name: `${image_id}.jpg`,
    is_primary: false,
    created_at: "2026-01-01T00:00:00Z",
    width: 1,
    height: 1,
    bytes,
    sha256: "",
    urls,
  };
}

export function memberOf(image_id: string, verdict: Verdict, verified = true, bytes = 1): GroupMember {
  return { ...imageOf(image_id, bytes), project_id: "holidays", distance: 0, verdict, verified, similarity: 1, reason: "", orientation: "upright" };
}
