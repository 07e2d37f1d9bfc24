import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ApiError } from "../api/client";
import { pause, persist, wait } from "./backoff";

const never = new AbortController().signal;

describe("pause", () => {
  it("doubles up to a longest, a quarter more or less", () => {
    for (const [number, milliseconds] of [[1, 500], [2, 1000], [3, 2000], [6, 15_000], [50, 15_000]] as const) {
      vi.spyOn(Math, "random").mockReturnValue(0);
      expect(pause(number)).toBe(milliseconds * 0.75);
      vi.spyOn(Math, "random").mockReturnValue(1);
      expect(pause(number)).toBe(milliseconds * 1.25);
    }
  });

  it("is no shorter than the server asks for", () => {
    vi.spyOn(Math, "random").mockReturnValue(0.5);
    expect(pause(1, 30)).toBe(30_000);
    expect(pause(6, 1)).toBe(15_000);
  });
});

describe("with a clock that is turned by hand", () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  /** Fails with these, then succeeds. */
  const failing = (...statuses: number[]) =>
    vi.fn(async () => {
      const status = statuses.shift();
      if (status !== undefined) throw new ApiError(`status ${status}`, status);
      return "there";
    });

  it("waits, unless it is called off", async () => {
    const stop = new AbortController();
    const waited = wait(1000, stop.signal);
    await vi.advanceTimersByTimeAsync(1000);
    await waited;
    const called = expect(wait(1000, stop.signal)).rejects.toThrow("enough");
    stop.abort(new Error("enough"));
    await called;
    expect(vi.getTimerCount()).toBe(0);
    await expect(wait(1000, stop.signal)).rejects.toThrow("enough");
  });

  it("asks again while the server is gone or busy, without end", async () => {
    const attempt = failing(0, 503, 502, 0, 0, 503, 503, 0);
    const onRetry = vi.fn();
    const done = persist(attempt, never, onRetry);
    await vi.runAllTimersAsync();
    expect(await done).toBe("there");
    expect(attempt).toHaveBeenCalledTimes(9);
    expect(onRetry).toHaveBeenCalledTimes(8);
  });

  it("gives up on a server that fails five times", async () => {
    const attempt = failing(...Array<number>(9).fill(500));
    const done = expect(persist(attempt, never, () => {})).rejects.toMatchObject({ status: 500 });
    await vi.runAllTimersAsync();
    await done;
    expect(attempt).toHaveBeenCalledTimes(5);
  });

  it("does not ask again what was refused, or what is no answer", async () => {
    const refused = failing(400);
    await expect(persist(refused, never, () => {})).rejects.toMatchObject({ status: 400 });
    expect(refused).toHaveBeenCalledTimes(1);
    const broken = vi.fn(() => Promise.reject(new TypeError("a fault of ours")));
    await expect(persist(broken, never, () => {})).rejects.toThrow("a fault of ours");
    expect(broken).toHaveBeenCalledTimes(1);
  });

  it("stops while it waits", async () => {
    const stop = new AbortController();
    const attempt = failing(503, 503);
    const done = expect(persist(attempt, stop.signal, () => stop.abort(new Error("enough")))).rejects.toThrow("enough");
    await vi.runAllTimersAsync();
    await done;
    expect(attempt).toHaveBeenCalledTimes(1);
  });
});
