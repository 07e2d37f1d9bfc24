// One request and its answer: JSON, or an error that says who must act.
import { at, base } from "./address";

/** What the server refused, or that it cannot be reached (`status` 0). */
export class ApiError extends Error {
  constructor(
    message: string,
    readonly status: number,
    readonly details: Record<string, unknown> = {},
    /** Seconds until the server wants to be asked again, when it said so. */
    readonly retryAfter?: number,
  ) {
    super(message);
    this.name = "ApiError";
  }

  /** Asking again later may help: the server is gone, busy or failing. */
  get passes(): boolean {
    return this.status === 0 || this.status >= 500;
  }
}

export const UNREACHABLE = "The server cannot be reached.";

/** The error that an answer's status and body stand for. */
export function errorOf(status: number, body: unknown, retryAfter: string | null): ApiError {
  const said = (body ?? {}) as { message?: string; details?: Record<string, unknown> };
  const seconds = Number(retryAfter);
  return new ApiError(
    said.message ?? `The server answered ${status}.`,
    status,
    said.details,
    Number.isFinite(seconds) && retryAfter !== null ? seconds : undefined,
  );
}

/** Asks for a path of the server and hands out its answer; throws `ApiError`, or the abort's error. */
export async function ask(path: string, init: RequestInit = {}): Promise<Response> {
  let answer: Response;
  try {
    answer = await fetch(at(path), init);
  } catch (fault) {
    if (init.signal?.aborted) throw fault;
    throw new ApiError(UNREACHABLE, 0);
  }
  if (answer.ok) return answer;
  const body: unknown = await answer.json().catch(() => null);
  throw errorOf(answer.status, body, answer.headers.get("retry-after"));
}

export async function askJson<T>(path: string, init?: RequestInit): Promise<T> {
  return (await ask(path, init)).json() as Promise<T>;
}

/** A body of JSON for `ask`. */
export function json(method: string, body: unknown, signal?: AbortSignal): RequestInit {
  return {
    method,
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
    ...(signal && { signal }),
  };
}

/** The path of the next page for `ask`, as a `Link` header says it (RFC 8288): as it is reached. */
export function nextPage(answer: Response): string | null {
  const next = /<([^>]+)>;\s*rel="next"/.exec(answer.headers.get("link") ?? "")?.[1];
  return next?.slice(base.length) ?? null;
}
